"""How people state a final answer, in the languages in which models reason.

Each language gives its words for "answer" and the words that join one to the answer itself: "the answer to
this problem, in metres, is" and "la respuesta final es:" have the same shape.
"""

import re

_S = r"[ \t\u00a0]"
_WORD = r"[^\W\d_][\w'’-]{0,23}"
_NOT = (
    "not|no|não|nao|non|nie|není|neni|nicht|niet|kein|pas|inte|ikke|ei|nem|nu|не|ні|"
    "δεν|ليس|ليست|नहीं|নয়|không|bukan|tidak"
)
_OPERATIONS = "because|since|choices|options|minus|plus|times|squared|cubed|divided|doubled|modulo|according"
_WRITTEN = (
    r"\((?:in|as|to|rounded|arabic|words?|numbers?|numerals?|digits?|decimals?|fractions?|exact|approx\w*|letter)\b"
    r"[^()\n$]{0,40}\)"
)
"""`(in words)`, `(arabic numerals)`: how the answer is written."""
_GAP = rf"(?:{_S}+(?!(?:{_NOT}|{_OPERATIONS})\b){_WORD}){{0,5}}?(?:{_S}*,[^,.:\n$]{{1,60}},|{_S}*{_WRITTEN})?"

_NOUN_FIRST = (
    # language, nouns, joining words, whether the joining word comes after the answer
    ("en", "answers?", "is|are|was|equals|becomes|(?:will|must|should|would|has to|comes out to) be", False),
    ("en", r"ans\.?", "is", False),
    ("fr", "r[ée]ponses?", "est|sont|vaut", False),
    ("de", "antworte?n?|endergebnis|l[öo]sung", "ist|lautet|lauten|betr[äa]gt|sind", False),
    ("es", "respuestas?", "es|son", False),
    ("pt", "respostas?", "[ée]|s[ãa]o", False),
    ("it", "rispost[ae]", "[èe]|sono", False),
    ("nl", "(?:eind)?antwoord(?:en)?", "is|zijn|luidt", False),
    ("sv da no", "svaret|svar", "[äæ]r|er|blir", False),
    ("pl", "odpowied[źz]", "to|brzmi|jest|wynosi", False),
    ("cs", "odpov[ěe][ďd]", "je|zn[íi]", False),
    ("ro", "r[ăa]spuns(?:ul)?", "este|e", False),
    ("hu", "v[áa]lasz", "az?", True),
    ("fi", "vastaus", "on", False),
    ("tr", "cevap|cevab[ıi]|yan[ıi]t", "olarak", True),
    ("ru uk", "ответ(?:ом)?|відповідь|відповіддю", "равен|равна|равно|будет|является|дорівнює|є|[-—–]", False),
    ("el", "απ[άα]ντηση", "ε[ίι]ναι", False),
    ("ar fa", "(?:ال)?(?:إجابة|اجابة|جواب)|پاسخ", "هي|هو|تساوي|برابر", False),
    ("he", "ה?תשובה", "היא|הוא", False),
    ("hi mr", "उत्तर|जवाब", "है|=|[-–]", True),
    ("bn", "উত্তর", "হল|হলো|হচ্ছে", True),
    ("ta", "விடை|பதில்", "ஆகும்", True),
    ("te", "సమాధానం", "[-–]", True),
    ("vi", "đáp án|đáp số|câu trả lời", "là|bằng", False),
    ("id ms", "jawaban(?:nya)?|jawapan(?:nya)?", "adalah|ialah|yaitu", False),
    ("sw", "jibu", "ni", False),
)
_WITHOUT_SPACES = (
    r"答案(?:应该|應該|应当|应|應|就|便|则|則|最终|最終)*(?:是|为|為|即|选|選|等于|等於|[:：])[ ]?[:：]?",  # Chinese
    r"【(?:最终|最終|正确|正確)?答案】[ ]?[:：]?",
    r"(?<!\w)答[ ]?[:：]",
    r"(?:结果|結果)(?:是|为|為|等于|は|[:：])",
    r"(?:答え|答|正解|解答|回答)[はがも:：]",  # Japanese
    r"(?:정답|답변|답)[ ]?[은는이:：]",  # Korean
    r"คำตอบ[^\s:：]{0,40}?[ ]?(?:คือ|เท่ากับ|[:：])",  # Thai
)


def _statement(nouns: str, copulas: str, *, copula_last: bool) -> str:
    """Noun, a few words or an aside, then a joining word, a colon or an arrow."""
    copulas = copulas.replace(" ", rf"{_S}+")
    joints = [
        rf"{_S}+(?:{copulas})(?!\w|['’]t\b)(?:{_S}*[:：])?",
        rf"{_S}*(?:[:：=]|→|⇒|⟶|➜|➔|\\rightarrow|\\Rightarrow)",
    ]
    if copulas.startswith("is|are"):
        joints.append(rf"['’]s{_S}+(?=[-−]?[\d$\\*]|\(?[A-J]\b)")
    if copula_last:
        joints.append(rf"{_S}+(?=[-−]?[\d$\\(])")
    return rf"(?<!\w)(?:{nouns.replace(' ', _S + '+')})(?!\w)[*_\"”»]*{_GAP}(?:{'|'.join(joints)})"


_STATEMENTS = [
    (language, _statement(nouns, copulas, copula_last=last)) for language, nouns, copulas, last in _NOUN_FIRST
]
STATED = re.compile("|".join([*(statement for _, statement in _STATEMENTS), *_WITHOUT_SPACES]), re.IGNORECASE)
"""What stands before an answer that is stated."""
STATED_IN_ENGLISH = re.compile("|".join(each for language, each in _STATEMENTS if language == "en"), re.IGNORECASE)

HINTS = (
    *("answer", "ans", "répons", "repons", "antwort", "endergebnis", "lösung", "losung", "respuesta", "resposta"),
    *("rispost", "antwoord", "svar", "odpow", "odpov", "răspuns", "raspuns", "válasz", "valasz", "vastaus", "cevap"),
    *("cevab", "yanıt", "yanit", "ответ", "відповід", "απάντηση", "απαντηση", "إجابة", "اجابة", "جواب", "پاسخ"),
    *("תשובה", "उत्तर", "जवाब", "উত্তর", "விடை", "பதில்", "సమాధానం", "đáp", "trả", "jawab", "jawap", "jibu"),
    *(
        "答",
        "结果",
        "結果",
        "正解",
        "답",
        "คำตอบ",
        "option",
        "choice",
        "选",
        "選",
        "choose",
        "pick",
        "select",
        "go with",
    ),
)
"""A line without any of these states no answer: a cheap test before the regular expression."""
_SHORT_HINTS = tuple(hint for hint in HINTS if not any(other != hint and other in hint for other in HINTS))
_SHORT_ASCII_HINTS = tuple(hint for hint in _SHORT_HINTS if hint.isascii())
_ENGLISH_HINTS = frozenset(("answer", "ans", "option", "choice", "choose", "pick", "select", "go with"))
_OTHER_HINTS = tuple(hint for hint in HINTS if hint not in _ENGLISH_HINTS)
_OTHER_ASCII_HINTS = tuple(hint for hint in _OTHER_HINTS if hint.isascii())


def hints_at_answer(line: str) -> bool:
    """Say whether a line of lower-case text holds one of `HINTS`."""
    if line.isascii() and not line.islower():
        return False  # it has no letters
    for hint in _SHORT_ASCII_HINTS if line.isascii() else _SHORT_HINTS:  # noqa: SIM110 - twice as fast as `any`
        if hint in line:
            return True
    return False


def stated_in(line: str) -> re.Pattern[str]:
    """Return what finds all that `STATED` finds in a line of lower-case text, many times faster in English."""
    is_english = not any(hint in line for hint in (_OTHER_ASCII_HINTS if line.isascii() else _OTHER_HINTS))
    return STATED_IN_ENGLISH if is_english else STATED


_NOUNS = "|".join(nouns.replace(" ", _S + "+") for _, nouns, _, _ in _NOUN_FIRST)
HEADING = re.compile(
    rf"[\s#>*_]*(?:(?:my|the|final|correct|and|so|最终|最終的な|最终的|최종){_S}*){{0,4}}"
    rf"(?:{_NOUNS}|答案|答え|解答|답|정답|คำตอบ)(?:{_S}+{_WORD}){{0,2}}[\s*_:：]*",
    re.IGNORECASE,
)
"""A line that says no more than "final answer": the answer is what comes next."""

AT_LINE_START = re.compile(
    rf"[\s#>*_]*(?:the{_S}+)?(?:final{_S}+)?(?:answer|ans\.?)[*_]*{_S}+(?:[-–—]{_S}+)?(?=[-−]?[\d$\\])", re.IGNORECASE
)
"""`Answer 5` and `Answer $5$`, without a colon."""

IS_THE_ANSWER = re.compile(
    rf"{_S}+is{_S}+(?:therefore{_S}+|thus{_S}+|indeed{_S}+)?(?:the|our|my){_S}+(?:final{_S}+|correct{_S}+|"
    rf"right{_S}+|desired{_S}+|best{_S}+)*"
    rf"(?:answer|result)\b",
    re.IGNORECASE,
)
"""What stands after an answer: "so 5 is our answer"."""

CHOICE_STATED = re.compile(
    rf"\b(?:correct|right|best)?{_S}*(?:option|choice|alternative|letter){_S}+(?:is|:|would{_S}+be|must{_S}+be){_S}*:?"
    rf"|\b(?:option|choice|alternative){_S}+(?=\(?[A-Z]\b\)?{_S}*(?:is|[.!]?\s*$))"
    rf"|\b(?:choose|pick|select|go{_S}+with){_S}+(?:option|choice|answer)?"
    rf"|(?:故|因此|所以|应|應)?(?:选择|選擇|选(?!项)|選(?!項))[:：]?|(?:选项|選項)(?:为|為|是)[:：]?",
    re.IGNORECASE,
)
"""What stands before the letter of an option, where options are given."""

"""The answer of a completion that states none: what its last line comes to.

Only a line that leaves no doubt is read: an equation's right-hand side, one formula, one number, a bold word.
"""

import re

from data.records import Problem
from verifiers.options import is_choice
from verifiers.phrases import DOUBTED, QUALIFIED
from verifiers.undressing import NOT_THAT, formulas, plain_markup, right_side, undress
from verifiers.unit_after import with_unit

_LINE_CHARS = 3_000
_PLEASANTRY = re.compile(
    r"\b(?:hope (?:this|that|it)|let me know|feel free|good luck|happy to help|any questions|"
    r"(?:completes|concludes) (?:the|our|this) (?:solution|proof|problem|calculation)|thank you|thanks)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-ÞА-Я\\$(*])|(?<=[。！？।])\s*(?=\S)")
_BOLD = re.compile(r"\*\*([^*\n]{1,200})(?<![:：])\*\*(?!\s?[:：])|\\textbf\{([^{}]{1,200})\}")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?/\s?\d+(?:\.\d+)?|(?::\d+){1,2})?"
_NUMBER = re.compile(
    rf"(?<![\w.])[-−]?[$€£¥]?\s?{_DIGITS}\s?(?:\\?%)?(?![\w^])"
    # Scripts without spaces set numbers between letters.
    rf"|(?<=[^\x00-\x7F])[-−]?{_DIGITS}%?|(?<![\w.])[-−]?{_DIGITS}(?=[^\x00-\x7F])"
)
_CONCLUDES = re.compile(
    r"\b(?:so|therefore|thus|hence|donc|por lo tanto|portanto|quindi|dunque|следовательно)\b|"
    r"所以|因此|よって|따라서|इसलिए",
    re.IGNORECASE,
)
"""Words after which a sentence says what follows from what it said before."""
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]+\s+[A-Za-z]{2,}|[^\x00-\x7F]{4,}")
_DISPLAY = re.compile(
    r"(?:\\\[((?:(?!\\\[).)*)\\\]|\$\$((?:(?!\$\$).)*)\$\$|"
    r"\\begin\{(align|gather|equation)\*?\}(.*)\\end\{\3\*?\})[\s.,]*\Z",
    re.DOTALL,
)
_QUESTION_MARK = re.compile(r"\A\s*A\s?:\s+")
"""`A: 5`, the answer to a `Q:`."""
YES_OR_NO = re.compile(r"(yes|no|true|false)[,.:;](?!\s*(?:and|but|or)\b)", re.IGNORECASE)
_OPTION_AT_END = re.compile(
    r"(?:\b(?i:is|be|so|therefore|thus|hence|choose|pick|select|option|choice|answer|just)|[:：→是为選选])"
    r"[\s,]*\(?\b([A-J])\b\)?[\s.!。]*\Z|"
    r"(?:\A\W*|\b(?i:so|thus|therefore|hence|then|that|only)[\s,]+)(?:[Oo]ption\s+)?\(?([A-J])\)?\s+is\s+(?:the\s+)?(?:correct|right|true)\b"
)


def is_words(reference: str) -> bool:
    """Say whether the reference is plain words, so that the words of an answer are all of it."""
    return bool(re.fullmatch(r"(?:\\text(?:bf)?\{)?[A-Za-z][A-Za-z ,.'-]+\}?", reference.strip().strip("$")))


def concluded(visible: str, problem: Problem) -> tuple[str | None, str]:
    """Return what the last line comes to, or None, and the reason."""
    text = visible.strip()
    line = plain_markup(text)
    if display := _DISPLAY.search(text[-_LINE_CHARS:]):
        formula, _, rows = display[1] or display[2] or "", display[3], display[4]
        if rows:
            formula = re.split(r"\\\\(?![A-Za-z])", rows)[-1].replace("&", "")
        return right_side(formula, problem), "the last formula"
    if "\n" not in line and not _PROSE.search(line) and len(line) < _LINE_CHARS:
        return _QUESTION_MARK.sub("", line), "the text is nothing but the answer"
    if (yes_or_no := YES_OR_NO.match(line.rpartition("\n")[2])) and YES_OR_NO.match(f"{problem.reference},"):
        return yes_or_no[1], "the last line begins with it"
    sentence = _last_sentence(text, of_words=is_words(problem.reference))
    if sentence is None:
        return None, "no final answer is stated"
    sentence = NOT_THAT.sub("", sentence.rstrip(" .。"))
    if DOUBTED.search(sentence) or QUALIFIED.search(sentence):
        return None, "no final answer is stated, and the last sentence leaves it open"
    if is_choice(problem):
        named = _OPTION_AT_END.search(plain_markup(sentence))
        return (named[1] or named[2], "the option named last") if named else (None, "no option is named last")
    if is_words(problem.reference) and not re.search(r"[\d$\\*]", sentence):
        return sentence, "the last sentence"
    answer = _bold(sentence) or _from_sentence(plain_markup(sentence), problem)
    return answer, "what the last sentence comes to" if answer else "the last sentence comes to no single value"


def _last_sentence(text: str, *, of_words: bool) -> str | None:
    """Return the last sentence that is not a pleasantry, if it can hold an answer; `of_words` if words are one."""
    for line in reversed(text[-_LINE_CHARS:].splitlines()[-4:]):
        for sentence in reversed(_SENTENCE_END.split(line.strip())):
            if not sentence or _PLEASANTRY.search(sentence):
                continue
            return sentence if of_words or re.search(r"[\d$\\*]|\b[A-J]\b", sentence) else None
    return None


def _bold(sentence: str) -> str | None:
    """Return the one bold phrase; a bold heading, which has a colon, is none."""
    bold = [undress(match[1] or match[2]) for match in _BOLD.finditer(sentence)]
    bold = [phrase for phrase in bold if phrase]
    if len(bold) != 1:
        return None
    numbers = _NUMBER.findall(bold[0])
    if "=" in bold[0]:
        return None
    return numbers[0].strip() if len(numbers) == 1 and not formulas(bold[0]) and not bold[0].isascii() else bold[0]


def _from_sentence(sentence: str, problem: Problem) -> str | None:
    spans = formulas(sentence)
    if spans and not _NUMBER.search(sentence, spans[-1][2]):
        return with_unit(right_side(spans[-1][0], problem), sentence, spans[-1][2], problem)
    concluding = [match.end() for match in _CONCLUDES.finditer(sentence)]
    start = max(sentence.rfind("="), *concluding, 0)
    numbers = list(_NUMBER.finditer(sentence, start)) or list(_NUMBER.finditer(sentence))
    if len({number.group().strip() for number in numbers}) != 1:
        return None
    return with_unit(numbers[-1].group().strip(), sentence, numbers[-1].end(), problem)

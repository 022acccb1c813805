"""The answer of a completion that states none: what its last line comes to.

Only a line that leaves no doubt is read: an equation's right-hand side, one formula, one number, a bold word.
"""

import re

from data.records import Problem
from verifiers.extraction import phrases
from verifiers.extraction.asides import ASIDE_SENTENCE, last_row, without_asides
from verifiers.extraction.assignments import assigned_together
from verifiers.extraction.claims import claims
from verifiers.extraction.combined_values import (
    COUNTS_FIRST,
    how_many,
    in_two_units,
    without_time_taken,
    written_together,
)
from verifiers.extraction.options import is_choice
from verifiers.extraction.other_tongues import left_open
from verifiers.extraction.phrases import DOUBTED, QUALIFIED, UNSURE
from verifiers.extraction.reported import states_for_others
from verifiers.extraction.rewording import plainly
from verifiers.extraction.undressing import formulas, narrowed, plain_markup, predicate, right_side, undress
from verifiers.extraction.unit_after import is_quantity, with_unit

_LINE_CHARS = 3_000
_PLEASANTRY = re.compile(
    r"\b(?:hope (?:this|that|it)|let me know|feel free|good luck|happy to help|any questions|"
    r"would you like|do you (?:want|have)|want me to|shall i|anything else|just ask|if anything|if you(?:['’]d|"
    r" would)? (?:like|want|need|have)|"
    r"(?:completes|concludes|solves|finishes) (?:the|our|this) (?:solution|proof|problem|calculation|task)|"
    r"thank you|thanks)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-ÞА-Я\\$(*])|(?<=[。！？।])\s*(?=\S)")
_SAYS = re.compile(r"[^\W_]|[✅✔☑]")
_BOLD = re.compile(r"\*\*([^*\n]{1,200})(?<![:：])\*\*(?!\s?[:：])|\\textbf\{([^{}]{1,200})\}")
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?/\s?\d+(?:\.\d+)?|(?:\s?:\s?\d+){1,2}|\^\d+|"
    r" (?:hundred|thousand|million|billion|trillion|dozen)\b)?"
)
_NUMBER = re.compile(
    rf"(?<![\w.^])[-−]?[$€£¥]?\s?{_DIGITS}\s?(?:\\?%)?(?![\w^])"
    # Scripts without spaces set numbers between letters.
    rf"|(?<=[^\x00-\x7Fα-ω])(?<!根号)[-−]?{_DIGITS}%?(?![\dα-ω√^²³]|[a-fi-kn-rt-z](?![A-Za-z]))|"
    rf"(?<![\w.])[-−]?{_DIGITS}(?=[^\x00-\x7F])(?![²³¹⁰-₟¼-¾⅐-⅞′″α-ω√∞])"
)
_IS_CORRECT = re.compile(
    r"(?:\A|\n|[.!]\s)\W*(?:[Oo]ption |[Cc]hoice |[Aa]nswer )?\(?([A-J])\)?\W{0,3}\s"
    r"(?:is|must be) (?:the )?(?:only )?(?:correct|right)\b"
)
_LETTER_ALONE = re.compile(r"\W{0,4}[A-J]\W{0,4}")
_LETTER_AT_END = re.compile(r"\w\s+\W*[A-J]\W*\Z|['’]s\s+[A-J]\W*\Z")
_CONCLUDES = re.compile(
    r"\b(?:so|therefore|thus|hence|donc|por lo tanto|portanto|quindi|dunque|следовательно)\b|"
    r"所以|因此|よって|따라서|इसलिए",
    re.IGNORECASE,
)
"""Words after which a sentence says what follows from what it said before."""
_PROSE = re.compile(r"(?<![\\A-Za-z])[^\W\d_]+\s+[^\W\d_]{2,}|\b[Ii]l y a\b|[^\x00-\x7F]{4,}")
_LABEL = re.compile(r"(?<=[A-Za-z]\s)[(\[]\d+[)\]]")
"""`by (17)`, the number of an equation or source."""
_EXPLANATION = re.compile(
    r"\n[ \t#>*_]{0,9}(?:explanation|reason(?:ing)?|justification|verification|check|note|why|proof|derivation|"
    r"background|"
    r"quick check|how it works)\b[^\n:]{0,30}(?::|\*\*\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""The heading of what some models write below their answer."""
_SCRIPT = re.compile(r"[\u0400-\u052f\u0590-\u1fff\u3040-\ud7af]")
"""A letter of a script in which a number stands between letters, or no unit of ours does."""
_DISPLAY = re.compile(
    r"(?:\\\[((?:(?!\\\[).)*)\\\]|\$\$((?:(?!\$\$).)*)\$\$|"
    r"\\begin\{(align|gather|equation)\*?\}(.*)\\end\{\3\*?\})[\s.,]*\Z",
    re.DOTALL,
)
_QUESTION_MARK = re.compile(
    r"\A\s*(?:A\s?:\s+|TL;?DR\s?:\s+|#{1,6}\s+|[-•]\s+(?=[A-Za-z]))?(?:(?:=>|⇒|→|⟹|➜|∴|(?:so|thus|hence|"
    r"therefore)\s*[:,])\s*)?",
    re.IGNORECASE,
)
"""`A: 5`, the answer to a `Q:`, `=> 5`, and the point of a list before a word."""
_REFUSES = re.compile(
    r"\b(?:i (?:can['’]t|cannot|could ?n[o'’]t|could not|am unable to|was not able to|"
    r"am not able to)\s+(?:\w+\s+)?(?:help|solve|answer|"
    r"share|determine|provide|tell|settle|finish)|i (?:don['’]t|do not) know|(?:lacks|lacking|not enough|"
    r"insufficient|more) "
    r"(?:data|information|context))\b",
    re.IGNORECASE,
)
"""A text that declines to answer."""
_NOTE = re.compile(
    r"\W*(?:(?:source|took|reference|copyright|citation|see also)\b|(?:tokens?|candidates?|elapsed|rating|"
    r"confidence)\s*:|[\d.,]+ (?:tokens? (?:used|generated)|points? possible)|it took (?:me )?[\d.]+ \w+ to "
    r"(?:solve|compute|generate|answer))",
    re.IGNORECASE,
)
"""A line that says where something comes from, or how long it took."""
_SUPPOSED = re.compile(
    r"\W*(?:let|suppose|assume|if|try|check|consider|guess|imagine|pretend|were|had|show|prove|disprove|verify|"
    r"(?:take|plug(?: in)?|put|set)\s+\$?\w{1,3}\s*=)(?!\w)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\W*[A-J]\s?[).:]\s")
_PART = re.compile(r"\W{0,3}(?:part )?([a-d1-4])[).:]{1,2}\s*(\S{1,40}?)[.;,]?", re.IGNORECASE)
_SPEAKS = re.compile(
    rf"{_SUPPOSED.pattern}|\W*(?:gold|label)\s?:|[A-Z][a-z]+ \d+ (?:by \d+ )?(?:gives|yields|is|equals|makes)\b|"
    rf"[A-ZÀ-Þ][a-zà-ÿ]+ \d+ [a-zà-ÿ]+\.\Z|[A-ZÀ-Þ][a-zà-ÿ]{{4,}} \d+\.?\Z|"
    r"\W*(?:given|hint|note|took|input|tokens|candidates|elapsed)\b|"
    rf"\W*(?:portanto|donc|also|somit|entonces|quindi|logo|assim|ainsi|luego|итак),?\s+[^\W\d_]",
    re.IGNORECASE,
)
_TWO_SENTENCES = re.compile(r"[\w)]{2}[.!]\s+(?:[A-Z][a-z]|[A-J][:.)]\s)")
_ENDS_IN = re.compile(
    r"(?:\b(?:is|equals|gives|yields|get|leaving|obtain|have)|(?<![<>!:])=)\s+(?:exactly\s+|just\s+)?"
    r"((?<!-)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
    r"((?:\s(?!more|less|fewer|times|percent|hundred|thousand|million|billion|dozen|and|or|to|as|"
    r"in the)[a-z]{2,}){0,3})\Z"
)
"""The verb or sign behind which a sentence says what its numbers come to."""
_RESULT_IN_PLAIN_TEXT = re.compile(
    r"(?<![<>!:])=\s*(?=[^=]*(?:[√π^²³]|ln|log|sin|cos|tan|exp|sqrt))"
    r"((?:\d[\d.]*|[√π()^*/+\-−·×⋅²³½]|(?:ln|log|sin|cos|tan|exp|sqrt|pi)(?![A-Za-z])|\s){2,80})\Z"
)
"""A formula without dollars behind the last sign of equality: `S = −1013 ln 2026`."""
_OPERAND = re.compile(
    r"(?:[\d)\]}]|(?<![A-Za-z])[a-z])\s?[-+*/×÷·^−]\s?\(?[-−]?\Z|[A-Za-z\d)]\(\s?\Z|√\s?\(?\Z|[-−]\(\Z"
)
"""What stands before a number that is only the end of a sum: `2x + 1`, `-(-3)`."""
_IN_LETTERS = re.compile(r"(?:[^A-Za-z.,;:?]|(?<![A-Za-z])[A-Za-z](?![A-Za-z])){2,60}")
"""A formula without dollars: `3x + 5`."""
_OPERATED = re.compile(r"\s?[+*×÷·^−/-]\s?(?:\d|\(|[a-z]\b)|[-‐‑][A-Za-z]{2}|!(?=[.\w)])")
_JOINED = re.compile(r"[\s,;、，]*(?:(?:and|or|und|oder|et|ou|y|e|и|или)(?![^\W_])|和|与|或|と)?[\s,]*")
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_DATE = re.compile(
    rf"\b(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}})?)\b"
)
_BARE_VALUE = re.compile(r"[$\\(]*[-−]?\d[\d.,/]*[$\\).]*|\\[dt]?frac\{\d+\}\{\d+\}")
_OR_ABOUT = re.compile(
    r"(?:,\s?|\s)or (?:in interval notation|equivalently|in other words|about|approximately|roughly|nearly)\b.*\Z",
    re.DOTALL,
)
_END_OF_PROOF = re.compile(
    r"(?:\s*\\end\{(?:solution|proof|document|answer|itemize|enumerate)\})+\Z|\$?\s?(?:\\(?:blacksquare|square|Box|"
    r"qed)\b|[■□∎])\s?\$?\Z"
)
_FENCE = re.compile(r"(?m)^```\w*[ \t]*$")
_WHERE_CONSTANT = re.compile(
    r"[,.]?\s*\bwhere\s+\$?[A-Za-z]\$?\s+(?:is|denotes)\s+(?:an?|the|any|some)\s+(?:arbitrary\s+|real\s+)?"
    r"constant\b[^.\n]{0,40}\.?\Z"
)
_TRUTH = re.compile(
    r"\bis\s+(?:therefore\s+|thus\s+|indeed\s+|hence\s+)?\W{0,3}(true|false)\b(?:\W*\Z|\W{0,2}:\s)", re.IGNORECASE
)
_DENIES = re.compile(
    r"\b(?:false|untrue|wrong|incorrect|claims?|claimed|say|says|not|if|whether|neither|nor|cannot|unless|only)\b|n['’]t\b",
    re.IGNORECASE,
)
YES_OR_NO = re.compile(r"(yes|no|true|false)[,.:;](?!\s*(?:and|but|or)\b)", re.IGNORECASE)
_OPTION_AT_END = re.compile(
    r"(?:\b(?i:it['’]s|that['’]s|is|be|so|therefore|thus|hence|choose|pick|say|select|option|choice|answer|just|leaves|"
    r"leaving|remains)|[✅✔☑]|[:：→是为選选])[\s,]*\(?\b([A-J])\b\)?[\s.!。]*\Z|"
    r"(?:\A\W*|\b(?i:so|thus|therefore|hence|then|that|"
    r"only)[\s,]+)(?:[Oo]ption\s+)?\(?([A-J])\)?\s+(?:is\s+(?:the\s+)?(?:correct|right|true)|works|fits|"
    r"remains|survives|is left)\b|"
    r"选项\s*\(?([A-J])\)?\s*(?:是)?正确"
)


def is_words(reference: str) -> bool:
    """Say whether the reference is plain words, so that the words of an answer are all of it."""
    return bool(re.fullmatch(r"(?:\\text(?:bf)?\{)?[A-Za-z][A-Za-z ,.'-]+\}?", reference.strip().strip("$")))


def parts_asked(reference: str) -> int:
    r"""Return how many answers the reference lists: `2, 3` and `x=1 \text{ and } y=2` list two."""
    bare = reference.strip().strip("$")
    if re.search(r"[(\[{]", re.sub(r"\\(?:text|frac|dfrac|sqrt)\b|\{[^{}]*\}", "", bare)) or re.fullmatch(
        r"[\d,.\s]*,\d{3}", bare
    ):
        return 1
    return len(re.split(r",|;|\\text\{\s*(?:and|or)\s*\}|\band\b", bare))


def concluded(visible: str, problem: Problem) -> tuple[str | None, str]:
    """Return what the last line comes to, or None, and the reason; an explanation below the answer is no last line."""
    explanation = _EXPLANATION.search(visible)
    if explanation is None or not visible[: explanation.start()].strip():
        return _concluded(visible, problem)
    above = visible[: explanation.start()]
    found, reason = _concluded(above, problem)
    return (found, reason) if found is not None or DOUBTED.search(above) else _concluded(visible, problem)


def _concluded(visible: str, problem: Problem) -> tuple[str | None, str]:  # noqa: C901, PLR0911, PLR0912 - each way returns
    text = _WHERE_CONSTANT.sub("", _END_OF_PROOF.sub("", visible.strip()).rstrip())
    line = plain_markup(text)
    if display := _DISPLAY.search(text[-_LINE_CHARS:]):
        formula, _, rows = display[1] or display[2] or "", display[3], display[4]
        if rows:
            formula = last_row(rows)
        elif "\\begin{aligned}" in formula or "\\begin{split}" in formula:
            formula = last_row(formula)
        return right_side(formula, problem), "the last formula"
    if (
        "\n" not in line
        and not _PROSE.search(line)
        and len(line) < _LINE_CHARS
        and not _SPEAKS.match(line)
        and not _TWO_SENTENCES.search(line)
        and (line.isascii() or left_open(line) is None)
    ):
        return _QUESTION_MARK.sub("", line), "the text is nothing but the answer"
    if (asked := parts_asked(problem.reference)) > 1 and (parts := _labelled_parts(line, asked)):
        return parts, "the labelled parts"
    if is_choice(problem) and (_LABELLED.match(last := line.rpartition("\n")[2]) or _is_letter_alone(line)):
        return last, "the last line begins with the letter of an option"
    if (yes_or_no := YES_OR_NO.match(line.rpartition("\n")[2])) and YES_OR_NO.match(f"{problem.reference},"):
        return yes_or_no[1], "the last line begins with it"
    if (together := assigned_together(line)) and not is_choice(problem):
        return together, "the values given last"
    sentence = _last_sentence(text, of_words=is_words(problem.reference) or bool(problem.choices))
    if sentence is None:
        return None, "no final answer is stated"
    if _REFUSES.search(text[-_LINE_CHARS:]):
        return None, "no final answer is stated, and the text says that it gives none"
    if states_for_others(sentence) or states_for_others(text[-_LINE_CHARS:].rpartition("\n")[2]):
        return None, "the answer in the last sentence is somebody else's, or only supposed"
    if sentence.isalpha() and sentence.islower():
        return sentence, "the last sentence counts in words"
    twice = in_two_units(plain_markup(sentence.rstrip(" .。"))) if is_quantity(problem) or ", or " in sentence else None
    if twice is not None:
        twice = twice if is_quantity(problem) else twice.replace(" = ", " or ").replace(" ≈ ", " or ")
        return twice, "the last sentence says it in two units"
    sentence = _conclusion(plainly(without_asides(sentence.rstrip(" .。"))), problem)
    truth = _TRUTH.search(sentence) if YES_OR_NO.match(f"{problem.reference},") else None
    if truth and not _DENIES.search(sentence, 0, truth.start()):
        return truth[1], "the last sentence says so"
    if (
        sentence.endswith("?")
        or _SUPPOSED.match(sentence)
        or _NOTE.match(sentence)
        or phrases.OTHERS_WORDS.search(sentence)
        or phrases.SET_ASIDE.search(sentence)
    ):
        return None, "no final answer is stated, and the last sentence asks, supposes, or tells what others say"
    doubts = {match.group().casefold() for match in DOUBTED.finditer(sentence)}
    if elsewhere := left_open(sentence):
        doubts.add(elsewhere)
    if is_words(problem.reference):
        doubts = {doubt for doubt in doubts if doubt not in problem.reference.casefold()}
    comes_to = None if doubts or is_words(problem.reference) or is_choice(problem) else _comes_to(sentence, problem)
    if comes_to is not None:
        return comes_to, "what the last sentence comes to"
    if (doubts and not (doubts == {"or"} and parts_asked(problem.reference) > 1)) or QUALIFIED.search(sentence):
        return None, "no final answer is stated, and the last sentence leaves it open"
    if is_choice(problem):
        named = _OPTION_AT_END.search(plain_markup(sentence))
        letter = next(filter(None, named.groups())) if named else _choice_at_end(plain_markup(sentence), problem)
        letter = letter or _called_correct(line)
        return letter, "the option named last" if letter else "no option is named last"
    if is_words(problem.reference) and not re.search(r"[$\\*]", sentence):
        return sentence, "the last sentence"
    answer = _bold(sentence, problem)
    if answer is None or not _is_claimed_in_bold(sentence):
        answer = None if answer else _from_sentence(plain_markup(sentence), problem)
    return answer, "what the last sentence comes to" if answer else "the last sentence comes to no single value"


def _called_correct(text: str) -> str | None:
    """The only option that a text calls correct at the beginning of a sentence."""
    letters = {match[1] for match in _IS_CORRECT.finditer(text)}
    return letters.pop() if len(letters) == 1 else None


def _is_letter_alone(text: str) -> bool:
    """Whether the last line is nothing but the letter of an option, and the line before it is not."""
    before, _, last = text.rpartition("\n")
    return bool(_LETTER_ALONE.fullmatch(last)) and not _LETTER_ALONE.fullmatch(before.rstrip().rpartition("\n")[2])


def _labelled_parts(text: str, asked: int) -> str | None:
    """The answers that the last lines give to (a), (b) …, as one list."""
    lines = text.rsplit("\n", asked)[-asked:]
    parts = [match for line in lines if (match := _PART.fullmatch(line.strip()))]
    labels = [part[1].lower() for part in parts]
    return (
        ", ".join(part[2] for part in parts)
        if labels in (["a", "b", "c", "d"][:asked], ["1", "2", "3", "4"][:asked])
        else None
    )


def _conclusion(sentence: str, problem: Problem) -> str:
    """What follows the last "so" of a sentence, if it is a claim and what comes before only weighs cases."""
    sentence = _OR_ABOUT.sub("", sentence)
    for match in reversed(list(_CONCLUDES.finditer(sentence))):
        rest = sentence[match.end() :]
        says_something = _LETTER_AT_END.search(rest) if is_choice(problem) else re.search(r"[\d$\\]", rest)
        if says_something and not UNSURE.search(sentence):
            return rest.lstrip(" ,")
    return sentence


def _is_claimed_in_bold(sentence: str) -> bool:
    """Whether the sentence claims its bold phrase, where that is a bare value."""
    bold = _BOLD.search(sentence)
    value = None if bold is None else (bold[1] or bold[2]).strip()
    if bold is None or value is None or not _BARE_VALUE.fullmatch(value):
        return True
    return claims(sentence, bold.start(), bold.end())


def _choice_at_end(sentence: str, problem: Problem) -> str | None:
    """The letter of the option with whose text a sentence ends, if it names no other option."""
    named = [
        choice for choice in problem.choices if re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", sentence, re.IGNORECASE)
    ]
    if len(named) != 1 or not sentence.casefold().endswith(named[0].casefold()):
        return None
    return chr(ord("A") + problem.choices.index(named[0]))


def _last_sentence(text: str, *, of_words: bool) -> str | None:
    """Return the last sentence that is not a pleasantry, if it can hold an answer; `of_words` if words are one."""
    for line in reversed(_FENCE.sub("", text[-_LINE_CHARS:]).strip().splitlines()[-4:]):
        for sentence in reversed(_SENTENCE_END.split(line.strip())):
            if not _SAYS.search(sentence) or _PLEASANTRY.search(sentence):
                continue
            if sentence.startswith("(") and ASIDE_SENTENCE.fullmatch(sentence):
                continue
            if not of_words and (counted := how_many(sentence)):
                return counted
            return sentence if of_words or re.search(r"[\d$\\*]|\b[A-J]\b", sentence) else None
    return None


def _bold(sentence: str, problem: Problem) -> str | None:
    """Return the one bold phrase; a bold heading, which has a colon, is none."""
    bold = [undress(match[1] or match[2]) for match in _BOLD.finditer(sentence)]
    bold = [phrase for phrase in bold if phrase]
    if len(bold) != 1:
        return None
    numbers = _NUMBER.findall(bold[0])
    if "=" in bold[0]:
        return bold[0] if "=" in problem.reference else None
    return numbers[0].strip() if len(numbers) == 1 and not formulas(bold[0]) and _SCRIPT.search(bold[0]) else bold[0]


def _from_sentence(sentence: str, problem: Problem) -> str | None:
    dates = _DATE.findall(sentence) if _DATE.search(problem.reference) else []
    together = str(dates[0]) if len(dates) == 1 else written_together(sentence, problem)
    if together is not None:
        return together
    if COUNTS_FIRST.match(sentence):
        return None
    spans = formulas(sentence)
    if spans and not _NUMBER.search(sentence, spans[-1][2]):
        return _from_formulas(sentence, spans, problem)
    if result := _RESULT_IN_PLAIN_TEXT.search(sentence):
        return result[1].strip()
    sentence = without_time_taken(sentence)
    concluding = [match.end() for match in _CONCLUDES.finditer(sentence)]
    start = max(sentence.rfind("="), *concluding, 0)
    sentence = _LABEL.sub(" ", sentence)
    numbers = list(_NUMBER.finditer(sentence, start)) or list(_NUMBER.finditer(sentence))
    if len({number.group().strip() for number in numbers}) != 1:
        return _of_several(sentence, numbers, problem)
    if _OPERAND.search(sentence, max(0, numbers[-1].start() - 6), numbers[-1].start()) or _OPERATED.match(
        sentence, numbers[-1].end()
    ):
        said = predicate(sentence)
        return said if _IN_LETTERS.fullmatch(said) and re.search(r"[a-z]", problem.reference) else None
    if not claims(sentence, *numbers[-1].span()):
        return None
    return with_unit(numbers[-1].group().strip(), sentence, numbers[-1].end(), problem)


def _from_formulas(sentence: str, spans: list[tuple[str, int, int]], problem: Problem) -> str | None:
    """What a sentence says in its last formulas."""
    group = _joined_at_end(sentence, spans)
    if len(group) > 1 and len({formula.partition("=")[0].strip() for formula in group if "=" in formula}) <= 1:
        return ", ".join(group)
    if _BARE_VALUE.fullmatch(spans[-1][0]) and not claims(sentence, *spans[-1][1:]):
        return None
    return with_unit(right_side(spans[-1][0], problem), sentence, spans[-1][2], problem)


def _of_several(sentence: str, numbers: list[re.Match[str]], problem: Problem) -> str | None:
    """What a sentence with no number, or with different ones, says: the value at its end, or all as a list."""
    group = _joined_at_end(sentence, [(number.group().strip(), *number.span()) for number in numbers])
    ends_there = not sentence[numbers[-1].end() :].strip() if numbers else False
    said = narrowed(sentence, keep_rest=is_quantity(problem))
    if said != sentence:
        return said
    is_list = ends_there and len(group) == len(numbers) > 1 and parts_asked(problem.reference) > 1
    return ", ".join(group) if is_list else None


def _comes_to(sentence: str, problem: Problem) -> str | None:
    """The number with which a sentence of several ends, where it says that they come to it: `doubling 32 gives 64`."""
    sentence = plain_markup(sentence)
    end = _ENDS_IN.search(sentence)
    if (
        end is None
        or re.search(r"=[^=]*(?:,|\band\b|\bor\b)", sentence[: end.start()])
        or not re.search(r"\d", sentence[: end.start()])
        or "$" in sentence
        or "\\" in sentence
    ):
        return None
    return f"{end[1]} {end[2].strip()}" if is_quantity(problem) and end[2] else end[1]


def _joined_at_end(sentence: str, places: list[tuple[str, int, int]]) -> list[str]:
    """The last of these pieces with those before it that only commas and joining words part from it."""
    group: list[str] = []
    begin = len(sentence)
    for piece, start, end in reversed(places):
        if group and not _JOINED.fullmatch(sentence, end, begin):
            break
        group.insert(0, piece)
        begin = start
    return group

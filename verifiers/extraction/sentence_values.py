"""The one value, or the list of values, that a sentence comes to; None where it comes to no single one."""

import re

from data.records import Problem
from verifiers.extraction.asked import parts_asked
from verifiers.extraction.bare_formulas import formula_at_end
from verifiers.extraction.claims import claims
from verifiers.extraction.combined_values import COUNTS_FIRST, without_time_taken, written_together
from verifiers.extraction.doubts import DOUBTED
from verifiers.extraction.undressing import formulas, narrowed, plain_markup, predicate, right_side, undress
from verifiers.extraction.unit_after import is_quantity, with_unit

_BOLD = re.compile(r"\*\*([^*\n]{1,200})(?<![:：])\*\*(?!\s?[:：])|\\textbf\{([^{}]{1,200})\}")
_GROUPS_OF_THREE = r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:(?: \d{3}){2,}|(?:[\u00a0\u202f]\d{3})+|(?:\.\d{3}){2,})(?!\d)"
"""`1,300,000`, `1 300 000` and `1.300.000`; a single point or space between two groups may mean something else."""
_DECIMAL_COMMA = r"(?<![(\[])\d+,\d{1,2}(?![\d,]|\.\d)"
_DIGITS = (
    rf"(?:{_GROUPS_OF_THREE}|{_DECIMAL_COMMA}|\d+)(?:\.\d+)?"
    r"(?:\s?/\s?\d+(?:\.\d+)?|\s\d{1,3}/\d{1,3}|(?::\d+| : \d+){1,2}|\^\d+|"
    r" (?:hundred|thousand|million|billion|trillion|dozen)\b)?"
)
_NUMBER = re.compile(
    rf"(?<![\w.^])[-−]?[$€£¥]?\s?{_DIGITS}\s?(?:\\?%)?(?![\w^])"
    # Scripts without spaces set numbers between letters.
    rf"|(?<=[^\x00-\x7Fα-ω])(?<!根号)[-−]?{_DIGITS}%?(?![\dα-ω√^²³]|[a-fi-kn-rt-z](?![A-Za-z]))|"
    rf"(?<![\w.])[-−]?{_DIGITS}(?=[^\x00-\x7F])(?![²³¹⁰-₟¼-¾⅐-⅞′″α-ω√∞])"
)
CONCLUDES = re.compile(
    r"\b(?:so|therefore|thus|hence|donc|por lo tanto|portanto|quindi|dunque|следовательно|(?<=, )soit|así que|"
    r"entonces|cioè|значит|итого|итак)\b|"
    r"⇒|⟹|=>|所以|因此|よって|따라서|इसलिए",
    re.IGNORECASE,
)
"""Words after which a sentence says what follows from what it said before."""
_LABEL = re.compile(r"(?<=[A-Za-z]\s)[(\[]\d+[)\]]")
"""`by (17)`, the number of an equation or source."""
_SCRIPT = re.compile(r"[\u0400-\u052f\u0590-\u1fff\u3040-\ud7af]")
"""A letter of a script in which a number stands between letters, or no unit of ours does."""
_ENDS_IN = re.compile(
    r"(?:\b(?:is|equals|gives|giving|yields|get|leaving|making|totall?ing|obtain|have|total of)|"
    r"(?<![<>!:])=)\s+(?:exactly\s+|just\s+)?"
    r"((?<!-)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+|/\d+)?)"
    r"((?:\s(?!more|less|fewer|times|percent|hundred|thousand|million|billion|dozen|and|or|to|as|"
    r"in the)[a-z]{2,}){0,3})\Z"
)
"""The verb or sign behind which a sentence says what its numbers come to."""
_OPERAND = re.compile(
    r"(?:[\d)\]}]|(?<![A-Za-z])[a-z])\s?[-+*/×÷·^−]\s?\(?[-−]?\Z|[A-Za-z\d)]\(\s?\Z|√\s?\(?\Z|[-−]\(\Z|"
    r"(?<![-=<>])[<>≤≥≠]=?\s?\Z"
)
"""What stands before a number that is only the end of a sum or a bound: `2x + 1`, `-(-3)`, `x ≥ 5`."""
_IN_LETTERS = re.compile(r"(?:[^A-Za-z.,;:?]|(?<![A-Za-z])[A-Za-z](?![A-Za-z])){2,60}")
"""A formula without dollars: `3x + 5`."""
_OPERATED = re.compile(r"\s?[<>≤≥≠](?![<>])|\s?[+*×÷·^−/-]\s?(?:\d|\(|[a-z]\b)|[-‐‑][A-Za-z]{2}|!(?=[.\w)])")
_JOINED = re.compile(r"[\s,;、，]*(?:(?:and|or|und|oder|et|ou|y|e|и|или)(?![^\W_])|和|与|或|と)?[\s,]*")
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_DATE = re.compile(
    rf"\b(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}})?)\b"
)
_LEADS_TO = re.compile(r"\d[\s%)]*→\s*[-−$]?\d[^→]*\Z")
"""`24 + 12 → 36`"""
_ANY_VALUE = r"([$€£]?[-−]?\d[\d,]*(?:\.\d+)?(?:/\d+)?|\\[dt]?frac\{-?\d+\}\{-?\d+\}|\$[^$]{1,40}\$)"
_BOTH = re.compile(
    rf"\bboth\s{_ANY_VALUE}\sand\s{_ANY_VALUE}\s(?:work|satisf\w+|hold|check|are (?:solutions|roots|valid|correct|"
    rf"zeros))\b",
    re.IGNORECASE,
)
_ONLY_FITS = re.compile(
    rf"\bonly\s{_ANY_VALUE}\s(?:fits|works|remains|satisfies|is possible|is left|"
    rf"qualifies)\b[^\d]*\Z"
)
_SETTLED = re.compile(rf"\b(?:I|we)\b.*\b(?:settled? on|(?:go(?:ing)?|went) with|arrived? at)\s{_ANY_VALUE}\W*\Z")
_COMES_TO = re.compile(
    rf"\bto\s(?:get|obtain|give|yield)\s{_ANY_VALUE}\W*\Z|\b(?:drops?|dropped|falls?|fell|rises?|rose|brings?|"
    rf"brought|"
    rf"lowers?|raises?|reduces?|increases?|decreases?)\b(?!.*\bfrom\b)[^.;]{{0,60}}?\bto\s{_ANY_VALUE}\W*\Z"
)
_NOT_YET = re.compile(
    r"\b(?:nearly|almost|need\w*|lack\w*|more|must|want\w*|tr(?:y|ies|ied|ying)|enough|in order|fail\w*|hope\w*|"
    r"ha(?:s|ve|d) to|"
    r"wait\w*|able|how|hard|easy|before|until|till|when|after|once|by the time|never|unless)\b",
    re.IGNORECASE,
)
"""What makes a value that something comes to one that it has not come to: "he needs 18 more to get 72"."""
_STILL_TO_GET = re.compile(
    r"\b(?:need\w*|lack\w*|want\w*|wait\w*|more|tr(?:y|ies|ied|ying))\b.*\bto\s(?:get|have|"
    r"obtain)\s\S+\Z"
)
_BARE_VALUE = re.compile(r"[$\\(]*[-−]?\d[\d.,/]*[$\\).]*|\\[dt]?frac\{\d+\}\{\d+\}")


def value_of(sentence: str, problem: Problem) -> str | None:
    """The value that a sentence claims: its one bold phrase, else what its formulas or numbers come to.

    >>> problem = Problem(question="How many?", reference="5")
    >>> value_of("So she has **5** apples", problem), value_of("3 of the 5 apples are red", problem)
    ('5', None)
    """
    if date := _only_date(sentence, problem):
        return date
    bold = _bold(sentence, problem)
    if bold is not None:
        return bold if _is_claimed_in_bold(sentence) else None
    return _from_sentence(plain_markup(sentence), problem)


def _only_date(sentence: str, problem: Problem) -> str | None:
    """The one date of a sentence, where a date is asked for."""
    dates = _DATE.findall(sentence) if _DATE.search(problem.reference) else []
    return str(dates[0]) if len(dates) == 1 else None


def _only_new(sentence: str, numbers: list[re.Match[str]], problem: Problem) -> str | None:
    """The one number of a sentence that the question does not give, if it is claimed: `35 is 14 percent of 250`."""
    given = {number.group().strip(" $") for number in _NUMBER.finditer(problem.question)}
    new = [number for number in numbers if number.group().strip(" $") not in given]
    if len(new) == len(numbers) or len({number.group().strip(" $") for number in new}) != 1:
        return None
    start, end = new[-1].span()
    if (
        _OPERAND.search(sentence, max(0, start - 6), start)
        or _OPERATED.match(sentence, end)
        or not claims(sentence, start, end)
    ):
        return None
    return with_unit(new[-1].group().strip(), sentence, end, problem)


def stated_result(sentence: str, problem: Problem) -> str | None:
    """The number with which a sentence of several ends, where it says that they come to it: `doubling 32 gives 64`."""
    sentence = plain_markup(sentence)
    if both := both_values(sentence):
        return both
    only = _ONLY_FITS.search(sentence) or _SETTLED.search(sentence) or _COMES_TO.search(sentence)
    if only and "=" not in problem.reference and not _NOT_YET.search(sentence):
        return str(next(filter(None, only.groups())))
    end = _ENDS_IN.search(sentence)
    if (
        end is None
        or (" to " in sentence and _STILL_TO_GET.search(sentence))
        or re.search(r"=[^=]*(?:,|\band\b|\bor\b)", sentence[: end.start()])
        or not re.search(r"\d", sentence[: end.start()])
        or "$" in sentence
        or "\\" in sentence
        or "=" in problem.reference
    ):
        return None
    return f"{end[1]} {end[2].strip()}" if is_quantity(problem) and end[2] else end[1]


def both_values(sentence: str) -> str | None:
    """The two values that a sentence says to hold: "both 8 and -2 work"."""
    both = _BOTH.search(sentence) if "oth " in sentence else None
    return f"{both[1]}, {both[2]}" if both and not DOUBTED.search(sentence) else None


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


def _is_claimed_in_bold(sentence: str) -> bool:
    """Whether the sentence claims its bold phrase, where that is a bare value."""
    bold = _BOLD.search(sentence)
    value = None if bold is None else (bold[1] or bold[2]).strip()
    if bold is None or value is None or not _BARE_VALUE.fullmatch(value):
        return True
    return claims(sentence, bold.start(), bold.end())


def _from_sentence(sentence: str, problem: Problem) -> str | None:
    if together := written_together(sentence, problem):
        return together
    if COUNTS_FIRST.match(sentence):
        return None
    spans = formulas(sentence)
    if spans and not _NUMBER.search(sentence, spans[-1][2]):
        return _from_formulas(sentence, spans, problem)
    if formula := formula_at_end(sentence, problem.reference):
        return formula
    sentence = without_time_taken(sentence)
    concluding = [match.end() for match in CONCLUDES.finditer(sentence)]
    arrow = sentence.rfind("→") if _LEADS_TO.search(sentence) else 0
    start = max(sentence.rfind("="), *concluding, arrow, 0)
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
    if answer := _only_new(sentence, numbers, problem):
        return answer
    ends_there = not sentence[numbers[-1].end() :].strip() if numbers else False
    said = narrowed(sentence, keep_rest=is_quantity(problem))
    if said != sentence:
        return said
    is_list = ends_there and len(group) == len(numbers) > 1 and parts_asked(problem.reference) > 1
    return ", ".join(group) if is_list else None


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

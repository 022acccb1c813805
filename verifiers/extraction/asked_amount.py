"""Which of the amounts of a sentence a question asks for: by the noun that it counts, or by whom it asks about.

To "How many girls are in the class?" the sentence "There are 12 boys and 16 girls" answers 16.
"""

import re
from functools import lru_cache

from data.records import Problem
from verifiers.extraction.asked import is_words, parts_asked
from verifiers.extraction.doubts import DOUBTED
from verifiers.extraction.unit_after import is_quantity

_HOW_MANY = re.compile(
    r"\bhow (?:many|much)\s+((?:(?!(?:is|are|was|were|does|do|did|will|would|can|could|should|must|has|have|had|of|in|"
    r"on|more|fewer|less|times|different|ways?|will)\b)[a-z-]+\s+){0,4})"
    r"(?:(?:is|are|was|were|does|do|did|will|would|can|could|should|must|has|have|"
    r"had)\s+(?P<who>[A-Z][a-z]+)\b(?!\s+and\b))?"
    r"[^?]*",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\b(?:left|remain(?:s|ing)?|remaining)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:more|fewer|less|times|than|total|together|both|all|altogether|each|difference|combined|either)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.,/^*+×·÷=-])(?<![-+*/×·÷=] )[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w%]|[.,/]\d|\s?[-+*/×·÷=^]\s?\d)"
)
_GROWS = re.compile(r"\s(?:\w+\s)?(?:more|less|fewer|extra|additional|times|percent|other|of)\b", re.IGNORECASE)
_HAS = (
    r"(?:\s(?:now|then|also|will|has|have|had|gets?|got|is|was|owns?|holds?|keeps?|paid|pays|earn(?:s|ed)|makes?|"
    r"made|reads?|"
    r"solved|solves|sold|sells|needs?|the|remaining|rest|other|with|only|about|exactly)){0,4}\s?[:=]?\s?\Z"
)
_OTHER_TIMES = re.compile(
    r"\?|\b(?:before|now|originally|instead|would|could|first|initially|earlier|later|previously|"
    r"used to)\b",
    re.IGNORECASE,
)
"""What sets amounts of one thing at several times side by side, or asks for them."""
_COMES_TO = re.compile(r"(?:\b(?:is|are|makes|leaves|gives|totals)|=)\s([$€£]?\d[\d,]*(?:\.\d+)?)(?:\s[a-z]+)?\W*\Z")
"""The value in which a sentence ends that works one out: "78 stamps, less 15, is 63"."""
_IN_TOTAL = re.compile(r"\d\s(?:\w+\s)?(?:in total|altogether|in all)\W*\Z", re.IGNORECASE)
_OF_EACH = re.compile(r"\b(?:how|what)\b[^.?]*\b(?:each|every|apiece)\b[^.?]*\?\W*\Z", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:total|altogether|in all|sum|together|combined)\b", re.IGNORECASE)
_LAST_CHARS = 200
_MORE_THAN = re.compile(
    r"\d\s(?:more|fewer|less)\s(?:[a-z]+\s){0,2}than\s(?!(?:he|she|they|it|we|before|at|the number)\b)"
)
_ASKS_HOW_MUCH_MORE = re.compile(
    r"\b(?:than|more|fewer|less|differ\w*|exceeds?|left|increase\w*|decrease\w*|gain\w*|additional)\b", re.IGNORECASE
)
_RATE = re.compile(
    r"\d\s(?:[a-z]+\s){0,2}(?:an?|per|each|every)\s(second|minute|hour|day|week|month|year)[.\s]*\Z", re.IGNORECASE
)
"""`120 pages a minute`, which is no number of pages"""
_SUBJECT = re.compile(
    r"\W*(?:(?:so|thus|therefore|hence|then|finally),?\s)?([A-Z][a-z]{2,})\s(?:now\s|then\s)?(?:has|have|had|gets?|got|"
    r"receives?|owns?|ends?\s(?:up\s)?with)\s(?:exactly\s|only\s)?\d|\W*([A-Z][a-z]{2,})\s?[:=]\s?\d",
)
_UNITS = r"\s?(?:[A-Za-z]+\s)?"


def asked_amount(sentence: str, problem: Problem) -> str | None:
    """The one amount of a sentence with several that the question asks for, with its noun where a unit is asked for.

    >>> problem = Problem(question="A class has 28 children. How many girls are in it?", reference="16")
    >>> asked_amount("There are 12 boys and 16 girls in the class", problem), asked_amount("3 and 4 girls", problem)
    ('16', None)
    """
    if is_words(problem.reference) or parts_asked(problem.reference) > 1:
        return None
    amounts = list(_NUMBER.finditer(sentence))
    if (
        len({amount[0] for amount in amounts}) < 2  # noqa: PLR2004 - several
        or "\\" in sentence
        or _OTHER_TIMES.search(sentence)
        or DOUBTED.search(sentence)
    ):
        return None
    signs = _signs_of(problem.question)
    if signs is None:
        return None
    noun, who = signs
    found = [
        amount
        for amount in amounts
        if not _GROWS.match(sentence, amount.end()) and _is_asked(sentence, amount, noun, who)
    ]
    if len(found) != 1:
        return None
    comes_to = _COMES_TO.search(sentence)
    if comes_to and comes_to[1] != found[0][0]:
        return None
    return _with_noun(sentence, found[0], problem)


def is_of_another(sentence: str, problem: Problem) -> bool:
    """Whether the one amount of a sentence is not what is asked for: another's, or only how many more there are.

    >>> problem = Problem(question="Lena and Omar share 64 stickers. How many does Omar get?", reference="16")
    >>> is_of_another("Lena gets 16 stickers", problem), is_of_another("Omar has 16 more stickers than Lena", problem)
    (True, True)
    """
    if " than " in sentence and _MORE_THAN.search(sentence) and not _ASKS_HOW_MUCH_MORE.search(problem.question):
        return True
    if (
        (rate := _RATE.search(sentence))
        and _HOW_MANY.search(problem.question)
        and not re.search(
            rf"\b(?:an?|per|each|every|one|the|this)\s{rate[1]}\b|/|\b(?:rate|speed|average|fast|{rate[1]}ly|daily)\b",
            problem.question,
            re.IGNORECASE,
        )
    ):
        return True
    if _IN_TOTAL.search(sentence) and _OF_EACH.search(asked := problem.question[-_LAST_CHARS:]):
        return not _TOTAL.search(asked)
    signs = _signs_of(problem.question) if (subject := _SUBJECT.match(sentence)) else None
    if subject is None or signs is None or signs[1] is None:
        return False
    name = subject[1] or subject[2]
    return signs[1] not in sentence and re.search(rf"\b{name}\b(?!['’])", problem.question) is not None


def _is_asked(sentence: str, amount: re.Match[str], noun: re.Pattern[str] | None, who: str | None) -> bool:
    """Whether an amount is that of the person asked about, or else of the noun that is counted."""
    before = sentence[: amount.start()].replace("*", "")
    if who is not None:
        return re.search(rf"\b{who}{_HAS}", before) is not None
    return noun is not None and noun.match(sentence.replace("*", " "), amount.end()) is not None


@lru_cache(maxsize=1_024)
def _signs_of(question: str) -> tuple[re.Pattern[str] | None, str | None] | None:
    """What follows the amount that is asked for, and the name of whose it is; None where neither can be told."""
    asked = list(_HOW_MANY.finditer(question))
    if not asked or _COMPARES.search(asked[-1][0]):
        return None
    who = asked[-1]["who"]
    if who is not None and not who[0].isupper():
        who = None
    if _LEFT.search(asked[-1][0]):
        return (re.compile(rf"{_UNITS}(?:(?:is|are|were|was)\s)?(?:left|remain\w*)\b", re.IGNORECASE), None)
    words = asked[-1][1].split()
    if who is None and not words:
        return None
    noun = words[-1].casefold().removesuffix("s") if words else ""
    return (re.compile(rf"\s(?:[a-z]+\s)?{re.escape(noun)}(?:e?s)?\b", re.IGNORECASE) if len(noun) > 1 else None, who)


def _with_noun(sentence: str, amount: re.Match[str], problem: Problem) -> str:
    if not is_quantity(problem):
        return amount[0]
    noun = re.match(r"\s?[A-Za-z]+", sentence[amount.end() :])
    return f"{amount[0]} {noun[0].strip()}" if noun else amount[0]

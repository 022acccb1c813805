"""The yes or no of a sentence that repeats what was asked: "91 is not prime" to "Is 91 a prime number?"."""

import re

from data.records import Problem

_ASKED = re.compile(
    r"(?:\A|[.!?:,]\s+|\n)(?P<verb>is|are|was|were|does|do|did|can|has|have|"
    r"will)\s(?P<what>[^?.]{3,200})\?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+|\d[\d.,/^]*\d|\d|[-+*/=<>^]", re.IGNORECASE)
_NO = re.compile(r"\b(?:not|cannot)\b|n['’]t\b", re.IGNORECASE)
_LEAD = re.compile(r"\W*(?:(?:so|thus|hence|therefore|then|in conclusion|consequently),?\s)?", re.IGNORECASE)
_IT_DOES = re.compile(
    r"\W*(?:so\s|thus,?\s|yes,?\s|no,?\s|indeed,?\s)?(?:it|they|he|she|this|that)\s(?:indeed\s)?"
    r"(?P<verb>is|are|was|were|does|do|did|can|has|have|will)(?P<no>\snot|n['’]t|not)?(?:\sindeed)?(?:\W*|:\s.*)",
    re.IGNORECASE,
)
"""`It does not.`"""
_STEM_CHARS = 3
_HELPERS = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "does",
        "do",
        "did",
        "can",
        "has",
        "have",
        "will",
        "it",
        "this",
        "that",
        "number",
        "not",
        "t",
        "isn",
        "aren",
        "doesn",
        "don",
        "cannot",
        "wasn",
        "weren",
        "didn",
        "won",
        "hasn",
        "haven",
        "be",
        "indeed",
        "actually",
        "in",
        "fact",
        "also",
        "given",
        "so",
    ]
)
"""Words of a sentence that say nothing of what is asked."""


def restated(sentence: str, problem: Problem) -> str | None:
    """`yes` or `no` as the sentence says what the question asks, and nothing else, of the same thing.

    >>> problem = Problem(question="Is 91 a prime number?", reference="no")
    >>> restated("So 91 is not prime", problem), restated("91 is 7 times 13", problem)
    ('no', None)
    """
    asked = list(_ASKED.finditer(problem.question))
    if len(asked) != 1 or "?" in sentence:
        return None
    wanted = _words(asked[0]["what"])
    if (told := _IT_DOES.fullmatch(sentence)) and told["verb"].casefold() == asked[0]["verb"].casefold():
        return "no" if told["no"] else "yes"
    said = _words(sentence[_LEAD.match(sentence).end() :])  # type: ignore[union-attr]
    if (
        not said
        or not _in_order(said, wanted)
        or " or " in asked[0]["what"]
        or not any(word.isalpha() for word in said)
    ):
        return None
    if _NO.search(asked[0][0]) or len(_NO.findall(sentence)) > 1:
        return None
    return "no" if _NO.search(sentence) else "yes"


def _words(text: str) -> list[str]:
    """The words that say something, each verb and noun without its ending."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return [
        word.removesuffix("s").removesuffix("e") if len(word) > _STEM_CHARS else word
        for word in words
        if word not in _HELPERS
    ]


def _in_order(said: list[str], wanted: list[str]) -> bool:
    """Whether all that is said is wanted, in the same order: "2 exceeds 3" is not what "Does 3 exceed 2?" asks."""
    rest = iter(wanted)
    return all(word in rest for word in said)

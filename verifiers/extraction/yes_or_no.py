"""The yes or no of a sentence that repeats what was asked: "91 is not prime" to "Is 91 a prime number?"."""

import re

from data.records import Problem

_ASKED = re.compile(
    r"(?:\A|[.!?:,]\s+|\n)(?:is|are|was|were|does|do|did|can|has|have|will)\s([^?.]{3,200})\?", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]+|\d[\d.,/^]*\d|\d|[-+*/=<>^]", re.IGNORECASE)
_NO = re.compile(r"\b(?:not|cannot)\b|n['’]t\b", re.IGNORECASE)
_LEAD = re.compile(r"\W*(?:(?:so|thus|hence|therefore|then|in conclusion|consequently),?\s)?", re.IGNORECASE)
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
        "can",
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


def restated(sentence: str, problem: Problem) -> str | None:
    """`yes` or `no` as the sentence says what the question asks, and nothing else, of the same thing.

    >>> problem = Problem(question="Is 91 a prime number?", reference="no")
    >>> restated("So 91 is not prime", problem), restated("91 is 7 times 13", problem)
    ('no', None)
    """
    asked = list(_ASKED.finditer(problem.question))
    if len(asked) != 1 or "?" in sentence:
        return None
    wanted = _words(asked[0][1])
    said = _words(sentence[_LEAD.match(sentence).end() :])  # type: ignore[union-attr]
    if not said or not said <= wanted or " or " in asked[0][1] or not any(word.isalpha() for word in said):
        return None
    if _NO.search(asked[0][0]) or len(_NO.findall(sentence)) > 1:
        return None
    return "no" if _NO.search(sentence) else "yes"


def _words(text: str) -> set[str]:
    """The words that say something, each verb and noun without its ending."""
    words = {word.casefold() for word in _WORD.findall(text)} - _HELPERS
    return {word.removesuffix("s").removesuffix("e") if len(word) > 3 else word for word in words}  # noqa: PLR2004

"""Counted nouns: `15 students` counts students, `5 is wrong` counts nothing."""

import re
from typing import Final

_NOUN: Final = re.compile(r"[a-zäöüß]{2,}|[A-Z]{2,5}s?|[A-Z][a-z]{2,}")
_NOT_COUNTED: Final = (
    "is are was were be been am not no nor none never isn aren doesn or and but if than then that this it its of "
    "to from by about between within least most more less fewer greater larger smaller only except without wrong "
    "overshoots undershoots misses among others alia fails violates contradicts exceeds equals gives yields says "
    "divides leads does incorrect "
    "false right true correct yes maybe perhaps possible possibly impossible unlikely either neither "
    "unknown some on at for as with so the an mod modulo remainder plus minus over under below above up down half "
    "halves third thirds quarter quarters fourths fifth fifths sixths sevenths eighths ninths tenth tenths "
    "hundredth hundredths thousandth thousandths squared cubed factorial base always "
    "sometimes unless otherwise else versus vs because since when while where which "
    "what who how why therefore thus hence however actually instead guess options answers choices solutions cases "
    "tens hundreds times power th st nd rd ths rds january february march april may june july august september "
    "october "
    "november "
    "december"
)
FUNCTION_WORDS: Final = frozenset(_NOT_COUNTED.split())
"""Words that are no noun: with one of them a text says more than how many there are."""
_SINGULAR_S: Final = re.compile(r"(?:ss|us|is|ous)$")
_PLURALS: Final = (
    "people children men women feet mice geese fish sheep deer teeth oxen dice data criteria vertices indices"
)
_IRREGULAR_PLURALS: Final = frozenset(_PLURALS.split())
MAX_NOUN_WORDS: Final = 4
"""Words of a counted noun with its adjectives."""


def read_noun(text: str) -> str:
    """A text that is only a counted noun, such as `students`; empty if it is anything else."""
    words = re.sub(r"\\(?:text|mathrm)(?![A-Za-z])|[{}$]", " ", text).split()
    return " ".join(words) if 0 < len(words) <= MAX_NOUN_WORDS and is_noun(words) else ""


def is_noun(words: list[str]) -> bool:
    """Whether words are a noun with its adjectives, none of them a word that says something else."""
    return all(_NOUN.fullmatch(w) and w.lower() not in FUNCTION_WORDS for w in words)


def head_noun(noun: str) -> str:
    """The noun that is counted, in the singular: `red apples` is about an apple.

    >>> head_noun("red apples")
    'apple'
    """
    word = noun.rsplit(maxsplit=1)[-1].lower() if noun else ""
    if word == "people":
        return "person"
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "oes")):
        return word[:-2]
    return word if _SINGULAR_S.search(word) else word.removesuffix("s")


def is_plural(noun: str) -> bool:
    """Whether the last word of a noun phrase is a plural."""
    word = noun.rsplit(maxsplit=1)[-1].lower()
    return word in _IRREGULAR_PLURALS or (word.endswith("s") and _SINGULAR_S.search(word) is None)

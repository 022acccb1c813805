r"""Conditions behind a formula that another answer would have: `\text{for } x < 0` beside `\text{for } x > 0`."""

import re

from verifiers.reading.wrapping import condition_of

_PROPERTY = re.compile(r"\b(?:odd|even|prime|composite)\b", re.IGNORECASE)
_BOUND = re.compile(r"([a-zA-Z])\s?(<|>|\\leq?(?![a-z])|\\geq?(?![a-z])|≤|≥)\s?(-?\d{1,9})(?![\d.^])")
_ABOVE = frozenset({">", "≥", "\\ge", "\\geq"})


def conditions_clash(reference: str, answer: str, question: str) -> bool:
    r"""Whether an answer holds only where the reference does not, or only for numbers that nobody asked about.

    >>> conditions_clash(r"x^2 \text{ for } x > 0", r"x^2 \text{ for } x < 0", "?")
    True
    >>> [conditions_clash("2^n", rf"2^n \text{{ for {what}", "?") for what in ("even } n", "} n > 0")]
    [True, False]
    """
    given = condition_of(answer)
    if not given:
        return False
    known = {word.casefold() for word in _PROPERTY.findall(f"{reference} {question}")}
    if any(word.casefold() not in known for word in _PROPERTY.findall(given)):
        return True
    wanted = [_bound(match) for match in _BOUND.finditer(condition_of(reference))]
    return any(_exclude(one, other) for one in wanted for other in map(_bound, _BOUND.finditer(given)))


def _bound(match: re.Match[str]) -> tuple[str, bool, int]:
    """The letter, whether it is bounded from below, and the bound."""
    return match[1], match[2] in _ABOVE, int(match[3])


def _exclude(one: tuple[str, bool, int], other: tuple[str, bool, int]) -> bool:
    """Whether no more than one number lies within two bounds."""
    if one[0] != other[0] or one[1] is other[1]:
        return False
    low, high = (one[2], other[2]) if one[1] else (other[2], one[2])
    return low >= high

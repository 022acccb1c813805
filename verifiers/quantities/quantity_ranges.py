"""Ranges of quantities: `4 V to 6 V` and `4-6 V` are the same range, and neither is one of its ends."""

import re
from typing import Final

from verifiers.quantities.quantity_text import read_statement

_RANGE: Final = re.compile(
    r"(?:from |between )?(.{0,60}?[\w°%}$])\s*(?:\\text\{)?\s*(?:\bto\b|\band\b|--?|–|—)\s*\}?\s*(\$?\s*\d.{1,120})",
    re.DOTALL,
)
_OF_SIUNITX: Final = re.compile(
    r"\$?\\(?:SI|qty)range\s*(?:\[[^\]]{0,80}\])?\{([^{}]{1,40})\}\{([^{}]{1,40})\}\{([^{}]{1,80})\}\$?"
)
_BEGINS: Final = re.compile(r"(?:from |between )?[\s$]*\d")
_BARE: Final = re.compile(r"[\s$]*\d[\d.,]*\s*")
_EXPONENT: Final = re.compile(r"\d\s*[eE]\Z|[\^{(]\s*\Z")
_SIGNS: Final = re.compile(r"\bto\b|-|–|—|\bbetween\b")


def range_ends(text: str) -> tuple[str, str] | None:
    """The two ends of a range, both with their unit, or None where the text is no range of one kind of quantity.

    >>> range_ends("4-6 V"), range_ends("between 4 V and 6 V"), range_ends("2 m and 3 m")
    (('4 V', '6 V'), ('4 V', '6 V'), None)
    """
    spelled = _OF_SIUNITX.fullmatch(text.strip())
    if spelled is not None:
        low, high, unit = spelled.groups()
        return _in_order(rf"\SI{{{low}}}{{{unit}}}", rf"\SI{{{high}}}{{{unit}}}")
    if not _SIGNS.search(text) or not _BEGINS.match(text):
        return None
    match = _RANGE.fullmatch(text.strip())
    if match is None or _EXPONENT.search(match[1]) or read_statement(text) is not None:
        return None
    low, high = match[1].strip(), match[2].strip()
    if _BARE.fullmatch(low):
        unit = _BARE.match(high)
        low = f"{low} {high[unit.end() :]}" if unit else low
    is_named = text.lstrip().startswith(("from ", "between ")) or "and" not in text
    return _in_order(low, high) if is_named else None


def _in_order(low: str, high: str) -> tuple[str, str] | None:
    """The two ends, if each is one quantity with a unit and the first is less than the second."""
    values = []
    for end in map(read_statement, (low, high)):
        if end is None or len(end.segments) != 1 or len(end.segments[0].items) != 1:
            return None
        quantity = end.segments[0].items[0]
        if not quantity.readings or quantity.uncertainty is not None:
            return None
        values.append(quantity.magnitude.value * quantity.readings[0].factor + quantity.readings[0].offset)
    return (low, high) if values[0] < values[1] else None

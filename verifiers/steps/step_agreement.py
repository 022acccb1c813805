"""Whether the two sides of an arithmetic statement agree, up to the rounding of what was written."""

import re
from fractions import Fraction
from typing import Final

from verifiers.steps.step_values import Expression, Value, magnitude
from verifiers.steps.step_words import SCALES
from verifiers.units.definitions import Unit, find_unit

_WORTH_ROUNDING = 10
"""From here on a whole number after an uneven division may be rounded: `100 / 3 = 33`."""
_FLOAT_PLACES = 9
FLOAT_NOISE: Final = 10**12
"""Numbers with so many places were computed in floating point, and are right up to one part in so many."""
_IRRATIONAL_NOISE = 10**25
"""Roots and π are cut off after more places than that."""
_APPROXIMATELY = Fraction(1, 20)
"""How far `≈` may be off, relatively."""

_ROUNDED = re.compile(
    r"\b(?:round|approx|about|nearest|roughly|estimat|remainder|mod|full|whole|complete|left ?over|remain|integer)",
    re.IGNORECASE,
)
_ROUGH = re.compile("month", re.IGNORECASE)
"""A month is 30 days, 4 weeks or a twelfth of a year, as it is needed."""
_THOUSANDS = frozenset(Fraction(1000) ** n for n in range(1, 5))
_PREFIXES = _THOUSANDS | {Fraction(100)}
_DATA = (("bit", 1),)
"""A kilobyte has 1000 or 1024 bytes."""


def decide(left: Expression, right: Expression, sign: str, line: str) -> bool | None:
    """Say whether the two sides agree; None where the statement is none or may mean something else."""
    if sign == "word" and not (left.operations and right.operations == 0):
        return None
    if not left.operations and not right.operations:
        return _same_measure(left, right, approximately=sign == "approx")
    if _agree(left, right, approximately=sign == "approx"):
        return True
    return None if _may_mean_else(left, right, line) else False


def _may_mean_else(left: Expression, right: Expression, line: str) -> bool:
    """Say whether two sides that differ may still be what somebody meant."""
    if left.doubtful or right.doubtful or _is_running_total(left, right) or _may_be_rounded(left, right, line):
        return True
    if right.value == 1 and not right.operations and not right.nouns and len(left.nouns) > 1:
        return True  # "60 minutes / 1 hour = 1" is a factor of conversion
    if left.nouns and not left.operations and not _count_the_same(left, right):
        return True  # "1 hour = 60 * 1", "between her 6 nephews = 96 cookies / 6": of what is left open
    if (left.percent or right.percent) and not left.operations and right.operations:
        return True  # "100% = 30 * 5", "48 = 100% + 20%": of what is left open
    if "$" in line and any(noun.lower().startswith("cent") for _, noun in left.nouns + right.nouns):
        return True  # "$1.50 + 75 cents = $2.25"
    if left.adds_percent or right.adds_percent or _mixes_units(left, right) or _turns_to_degrees(left, right):
        return True
    return _is_scaled(left, right) or _is_whole_part(left, right) or _adds_kinds(left, right)


def _agree(left: Expression, right: Expression, *, approximately: bool) -> bool:
    """Say whether the values are equal, up to the rounding of what was written."""
    readings = [(left.value, right.value)]
    if left.percent != right.percent:
        # "10 / 50 * 100 = 20%" means 20; "10 / 50 = 20%" means a fifth.
        readings.append((left.value, right.value * 100) if right.percent else (left.value * 100, right.value))
    if right.nouns and (power := SCALES.get(right.nouns[-1][1])) and not any(noun in SCALES for _, noun in left.nouns):
        readings.append((left.value * 10**power, right.value))  # "3.5 + 4 = 7.5 million"
    for one, other in readings:
        difference = magnitude(one - other)
        if not difference:
            return True
        if (left.is_inexact or right.is_inexact) and difference * _IRRATIONAL_NOISE < _larger(one, other):
            return True
        if approximately and difference <= _APPROXIMATELY * _larger(one, other):
            return True
        scale = 100 if right.percent and other == right.value else 1
        if any(difference * scale < _last_place(side) for side in (left, right)):
            return True
        if (right.places or 0) >= _FLOAT_PLACES and difference * FLOAT_NOISE < magnitude(one):
            return True
        if approximately and right.places == 0 and difference * scale < 1:
            return True
    return False


def _last_place(side: Expression) -> Value:
    """Return what one in the last place written is worth; 0 for whole numbers and for calculations, which are exact."""
    if side.places is None or not (side.places or side.operations):
        return 0
    return Fraction(1, 10**side.places) if side.places > 0 else 10**-side.places


def _count_the_same(left: Expression, right: Expression) -> bool:
    return not {noun.lower() for _, noun in left.nouns}.isdisjoint(noun.lower() for _, noun in right.nouns)


def _is_scaled(left: Expression, right: Expression) -> bool:
    """`2 ms × 10 bytes/s = 20 bytes`: thousands or cents apart, where units that may have other prefixes take part."""
    names = {noun for _, noun in left.nouns + right.nouns}
    if not names or not left.value or not right.value or (len(names) == 1 and left.nouns):
        return False
    ratio = Fraction(left.value) / Fraction(right.value)
    ratio = max(ratio, 1 / ratio)
    return ratio in (_PREFIXES if left.nouns else _THOUSANDS)


def _is_whole_part(left: Expression, right: Expression) -> bool:
    """`14 cats / 3 = 4 groups`: how many whole ones there are, where they are things and no measure."""
    if right.places != 0 or not right.nouns or not left.operations or left.value.denominator == 1 or right.value < 1:
        return False
    return magnitude(left.value - right.value) < 1 and not any(_units(noun) for _, noun in right.nouns)


def _adds_kinds(left: Expression, right: Expression) -> bool:
    """`2 lengths + 2 widths = 2 × 12 + 2 × 40`: the nouns stand for numbers."""
    names = {noun.lower() for _, noun in left.nouns}
    return right.operations > 0 and len(names) > 1 and not any(_units(name) for name in names)


def _larger(one: Value, other: Value) -> Value:
    """Return the larger size of two values."""
    one, other = magnitude(one), magnitude(other)
    return max(other, one)


def _may_be_rounded(left: Expression, right: Expression, line: str) -> bool:
    """Say whether rounding that is not shown explains the difference."""
    difference, size = magnitude(left.value - right.value), magnitude(right.value)
    shown = difference
    if right.percent:  # `182 / 211 * 100 = 86%`, `80 / 300 * 100% = 27%`
        shown *= 100
        if not left.percent:
            shown = difference = min(shown, magnitude(left.value - right.value * 100))
        size = size * 100
    is_whole = right.places == 0 and shown < 1 and left.value.denominator != 1
    if is_whole and (size >= _WORTH_ROUNDING or _ROUNDED.search(line)):
        return True
    spread = (left.spread + right.spread) * _larger(left.value, right.value)
    is_money = ("\\$" if "\\" in line else "$") in line
    return difference <= spread and not is_money


def _is_running_total(left: Expression, right: Expression) -> bool:
    """`5 + 3 = 8 * 2 = 16` goes on calculating after the sign: bad style, and no claim that 8 is 16."""
    return right.operations > 0 and left.value == right.first


def _turns_to_degrees(left: Expression, right: Expression) -> bool:
    """`π/4 = 45°`: a number of radians against one of degrees."""
    names = {noun.lower() for _, noun in left.nouns + right.nouns}
    return (left.is_inexact or right.is_inexact) and not {"degrees", "degree"}.isdisjoint(names)


def _mixes_units(left: Expression, right: Expression) -> bool:
    """Say whether units of one kind but different size take part: `3 × 20 minutes = 1 hour` is right."""
    found: dict[object, set[Fraction]] = {}
    for _, noun in left.nouns + right.nouns:
        for unit in _units(noun):
            found.setdefault(unit.dimension, set()).add(unit.factor)
    return any(len(factors) > 1 for factors in found.values())


def _same_measure(left: Expression, right: Expression, *, approximately: bool) -> bool | None:
    """Compare two measures, such as `2 hours` and `120 minutes`; None unless both have units of one dimension."""
    if left.percent != right.percent and not left.nouns and not right.nouns:
        return _agree(left, right, approximately=approximately) or (None if left.places == 0 else False)
    if len(left.nouns) != 1 or len(right.nouns) != 1:
        return None
    verdict: bool | None = None
    for one in _units(left.nouns[0][1]):
        for other in _units(right.nouns[0][1]):
            if one.dimension != other.dimension or one.offset or other.offset or one.factor == other.factor:
                continue
            for factor in (other.factor, *other.rivals):
                converted = Expression(left.value * one.factor / factor, 1, spread=left.spread)
                if _agree(converted, right, approximately=approximately) or (
                    magnitude(converted.value - right.value) <= Fraction(1, 200) * magnitude(right.value)
                    and converted.value.denominator != 1
                ):
                    return True
            is_rough = _ROUGH.search(left.nouns[0][1] + right.nouns[0][1]) or one.dimension == _DATA
            verdict = None if is_rough else False
    return verdict


def _units(noun: str) -> tuple[Unit, ...]:
    """Return the readings of a noun as a unit with a dimension, none for other nouns."""
    return tuple(unit for unit in find_unit(noun) if unit.dimension) if " " not in noun else ()

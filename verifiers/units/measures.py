"""Numbers and units as they are multiplied together: the values behind the grammar of quantities."""

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from verifiers.units.definitions import MAX_UNIT_EXPONENT, ONE, Unit
from verifiers.units.unit_tokens import UnreadableError, Written

MAX_READINGS: Final = 8
"""Readings of one unit that are followed up."""
MAX_FACTORS: Final = 24
"""Factors of one quantity."""
MAX_QUANTITY_BITS: Final = 12_000
"""Bits of the number of a quantity (3,600 decimal digits), before it is multiplied out."""
_LOG10_OF_2: Final = 0.30102999566398120

Readings = tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Magnitude:
    """The number of a quantity."""

    value: Fraction
    step: Fraction | None = None
    """Value of one step of the last digit; None where the number is exact (fractions, π, powers of ten)."""
    digits: int | None = None
    """Significant digits as written; None where the number is exact."""
    is_measured: bool = False
    """Whether it has several digits, and was written with a decimal point or a power of ten."""

    def scaled(self, by: Fraction) -> "Magnitude":
        """The number times an exact one."""
        step = None if self.step is None else self.step * abs(by)
        return Magnitude(self.value * by, step, self.digits, self.is_measured)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with a unit; either may be missing, not both."""

    magnitude: Magnitude | None
    readings: Readings
    """The unit's readings, the most usual first; empty where there is none."""
    symbols: tuple[str, ...] = ()
    """The unit symbols and names as written, for telling a unit from a letter of algebra."""
    is_glued: bool = False
    """Whether the first symbol stands directly behind the number, as in `2m`."""


class Factors:
    """What was multiplied: numbers, and units under the two readings of a slash."""

    def __init__(self) -> None:
        self.numbers: list[tuple[Written, int]] = []
        self.plain: list[tuple[Readings, int]] = []
        self.greedy: list[tuple[Readings, int]] = []

    def add(self, other: "Factors", sign: int, greedy_sign: int) -> None:
        """Multiply by `other` to the power of `sign`, under the greedy reading of a slash to that of `greedy_sign`."""
        self.numbers += [(n, e * sign) for n, e in other.numbers]
        self.plain += [(u, e * sign) for u, e in other.plain]
        self.greedy += [(u, e * greedy_sign) for u, e in other.greedy]
        if len(self.numbers) + len(self.plain) > MAX_FACTORS:
            raise UnreadableError(f"more than {MAX_FACTORS} factors")

    def raised(self, exponent: int) -> "Factors":
        """All of it to a power."""
        result = Factors()
        result.add(self, exponent, exponent)
        return result

    def measure(self, *, negative: bool, symbols: list[str], is_glued: bool) -> Measure:
        """What it comes to: one number, and each reading of the unit."""
        magnitude = magnitude_of(self.numbers, negative=negative) if self.numbers or negative else None
        readings = _combine(self.plain)
        if self.greedy != self.plain:
            readings += tuple(u for u in _combine(self.greedy) if u not in readings)
        return Measure(magnitude, readings[:MAX_READINGS], tuple(symbols), is_glued)


def _combine(units: list[tuple[Readings, int]]) -> Readings:
    """All readings of a product of units; a scale with another zero keeps it only where it stands alone."""
    if not units:
        return ()
    if any(abs(e) > MAX_UNIT_EXPONENT for _, e in units):
        raise UnreadableError(f"unit exponent over {MAX_UNIT_EXPONENT}")
    if len(units) == 1 and units[0][1] == 1:
        return units[0][0]
    results = []
    for choice in itertools.islice(itertools.product(*(readings for readings, _ in units)), MAX_READINGS):
        unit = ONE
        for factor, (_, exponent) in zip(choice, units, strict=True):
            unit = unit * factor**exponent
        results.append(unit)
    return tuple(results)


def magnitude_of(numbers: list[tuple[Written, int]], *, negative: bool) -> Magnitude:
    """The product of the numbers; its last digit is that of the one decimal among them."""
    if sum(_bits(n.value) * abs(e) for n, e in numbers) > MAX_QUANTITY_BITS:
        raise UnreadableError(f"a number of more than {MAX_QUANTITY_BITS} bits")
    value = Fraction(-1 if negative else 1)
    decimals = []
    is_scientific = is_composed = False
    for number, exponent in numbers:
        if not number.value and exponent < 0:
            raise UnreadableError("division by zero")
        value *= number.value**exponent
        if number.step is not None and (exponent == 1 or number.has_point):
            decimals.append(number)
        elif is_power_of_ten(number.value):
            is_scientific = True
        elif number.value != -1:
            is_composed = True
    if not decimals or ((is_composed or len(decimals) > 1) and not any(n.has_point for n in decimals)):
        return Magnitude(value)
    coarsest = max(decimals, key=_relative_step)
    step = abs(value) * _relative_step(coarsest) if value else coarsest.step
    has_places = coarsest.has_point or coarsest.step != 1 or is_scientific
    return Magnitude(value, step, coarsest.digits, has_places and coarsest.digits > 1)


def _relative_step(number: Written) -> Fraction:
    step = number.step or Fraction(0)
    return step / abs(number.value) if number.value else step


def is_power_of_ten(value: Fraction) -> bool:
    """Whether a positive value is 10^n for some integer n."""
    over, under = value.numerator, value.denominator
    if 1 not in (over, under):
        return False
    number = over * under
    exponent = round((number.bit_length() - 1) * _LOG10_OF_2)
    return number in (10**exponent, 10 ** (exponent + 1))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())

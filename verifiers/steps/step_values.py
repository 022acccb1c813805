"""The values of arithmetic in prose: exact numbers, with what may make a statement about them mean something else."""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

MAX_STEP_BITS: Final = 2_000
"""Bits of a numerator or denominator; a larger value is not computed."""
_PLACES: Final = 40
_SQUARE: Final = 2
_MAX_DEGREE: Final = 10

Value = Fraction | int
"""Exact values; whole numbers stay integers, which are many times faster."""


class UnreadableError(ValueError):
    """The text is no arithmetic, or may mean something else."""


@dataclass(slots=True)
class Expression:
    """What was read: its value and what may make it mean something else."""

    value: Value
    operations: int = 0
    """How many signs of operation it has; 0 for a plain number."""
    places: int | None = None
    """Decimal places of a plain number as written, negative for `3 million`; None for anything else."""
    spread: Value = 0
    """How far the value may be off, relatively, because the decimals in it were rounded."""
    percent: bool = False
    """Whether a percent sign stands in it."""
    adds_percent: bool = False
    """Whether a percentage is added or taken away, as in `50 + 20%`."""
    nouns: tuple[tuple[Value, str], ...] = ()
    """Each number that counts something, with what it counts."""
    is_inexact: bool = False
    """Whether an irrational number stands in it, as a decimal of `_PLACES` places."""
    doubtful: bool = False
    """Whether a letter might still be a variable (`3x2`); such a statement is never called false."""
    first: Value = 0
    """Value of its first number."""
    power_of_ten: int | None = None
    """The exponent of a plain power of ten, such as `10^5`."""


def magnitude(value: Value) -> Value:
    """Return the value without its sign (`abs` loses the type)."""
    return -value if value < 0 else value


def quotient(over: Value, under: Value) -> Value:
    """Return the exact quotient, as an integer where it is one."""
    if isinstance(over, int) and isinstance(under, int) and not over % under:
        return over // under
    return Fraction(over, under)


def joined(left: Expression, right: Expression, value: Value, spread: Value) -> Expression:
    """Return the result of an operation on two expressions."""
    return Expression(
        bounded(value),
        left.operations + right.operations + 1,
        None,
        spread,
        percent=left.percent or right.percent,
        adds_percent=left.adds_percent or right.adds_percent,
        nouns=left.nouns + right.nouns,
        is_inexact=left.is_inexact or right.is_inexact,
        doubtful=left.doubtful or right.doubtful,
        first=left.first,
    )


def root(inner: Expression, degree: int = _SQUARE) -> Expression:
    """A root; an irrational one is cut off after `_PLACES` places."""
    over, under = inner.value.numerator, inner.value.denominator
    if over < 0 or not 1 < degree <= _MAX_DEGREE:
        raise UnreadableError
    value, is_inexact = Fraction(_whole_root(over, degree), _whole_root(under, degree)), inner.is_inexact
    if value**degree != inner.value:
        scaled = over * 10 ** (_PLACES * degree) // under
        value, is_inexact = Fraction(_whole_root(scaled, degree), 10**_PLACES), True
    return Expression(
        value,
        inner.operations + 1,
        spread=inner.spread,
        nouns=inner.nouns,
        doubtful=inner.doubtful,
        first=inner.first,
        is_inexact=is_inexact,
    )


def _whole_root(number: int, degree: int) -> int:
    """The largest whole number whose power is no larger, by Newton's steps from above."""
    if degree == _SQUARE or number <= 1:
        return isqrt(number)
    guess = 1 << -(-number.bit_length() // degree)
    while (better := ((degree - 1) * guess + number // guess ** (degree - 1)) // degree) < guess:
        guess = better
    return guess


def bounded(value: Value) -> Value:
    """Return the value; raises `UnreadableError` where it has more than `MAX_STEP_BITS` bits."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_STEP_BITS:
        raise UnreadableError
    return value

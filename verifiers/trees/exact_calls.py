"""Functions of rational numbers whose values are rational, worked out exactly while a tree is built."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from verifiers.limits import MAX_FACTORIAL, MAX_TERMS, check
from verifiers.trees.tree import Call, Node, Num, UnreadableError, number

_MAX_WORKED_OUT = 200
"""Factorials and binomials up to here become numbers in the tree; larger ones stay calls."""


def call(name: str, args: Sequence[Node]) -> Node:
    """The call, or its value where that is a rational number.

    >>> call("lcm", (number(3), number(Fraction(1, 2))))
    Num(value=Fraction(3, 1), step=None)
    """
    exact = _EXACT.get(name)
    values = [argument.value for argument in args if isinstance(argument, Num)]
    if exact is None or len(values) != len(args) or not values:
        return Call(name, tuple(args))
    value = exact(*values)
    if value is None:
        return Call(name, tuple(args))
    if name in {"max", "min"}:
        return next(a for a in args if isinstance(a, Num) and a.value == value)
    return number(value)


def _greatest_divisor(*values: Fraction) -> Fraction:
    """The largest rational of which all values are whole multiples."""
    return Fraction(math.gcd(*(v.numerator for v in values)), math.lcm(*(v.denominator for v in values)))


def _least_multiple(*values: Fraction) -> Fraction:
    check("MAX_BITS", sum(v.numerator.bit_length() for v in values), 80_000)
    return Fraction(math.lcm(*(v.numerator for v in values)), math.gcd(*(v.denominator for v in values)))


def _factorial(value: Fraction) -> Fraction | None:
    if value.denominator != 1 or value < 0:
        return None
    check("MAX_FACTORIAL", min(int(value), 10**12), MAX_FACTORIAL)
    return Fraction(math.factorial(int(value))) if value <= _MAX_WORKED_OUT else None


def _double_factorial(value: Fraction) -> Fraction | None:
    if value.denominator != 1 or value < 0:
        return None
    check("MAX_FACTORIAL", min(int(value), 10**12), MAX_FACTORIAL)
    return Fraction(math.prod(range(int(value), 0, -2)))


def _binomial(upper: Fraction, lower: Fraction) -> Fraction | None:
    if upper.denominator != 1 or lower.denominator != 1 or upper < 0:
        return None
    if lower < 0 or lower > upper:
        return Fraction(0)
    smaller = min(lower, upper - lower)
    check("MAX_TERMS", min(int(smaller), 10**12), MAX_TERMS)
    check("MAX_BITS", int(smaller) * upper.numerator.bit_length(), 80_000)
    return Fraction(math.comb(int(upper), int(smaller)))


def _modulo(value: Fraction, by: Fraction) -> Fraction:
    if by == 0:
        raise UnreadableError("a remainder by zero is asked for")
    return value % by


_EXACT: dict[str, Callable[..., Fraction | None]] = {
    "gcd": _greatest_divisor,
    "lcm": _least_multiple,
    "max": lambda *v: max(v),
    "min": lambda *v: min(v),
    "floor": lambda v: Fraction(math.floor(v)),
    "ceil": lambda v: Fraction(math.ceil(v)),
    "abs": abs,
    "norm": abs,
    "sign": lambda v: Fraction((v > 0) - (v < 0)),
    "factorial": _factorial,
    "factorial2": _double_factorial,
    "binomial": _binomial,
    "mod": _modulo,
    "re": lambda v: v,
    "im": lambda _v: Fraction(0),
}

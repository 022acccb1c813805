"""Functions in arithmetic: roots, logarithms, angles, divisors, bars; evaluated exactly or to many places."""

from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, comb, floor, gcd, lcm
from typing import Final

from verifiers.steps.step_values import Expression, UnreadableError, Value, magnitude, root

MAX_STEP_FACTORIAL: Final = 30
PI: Final = Fraction("3.1415926535897932384626433832795028841972")
PI_SPREAD: Final = Fraction(1, 1900)
"""How far π may be off, relatively, where 3.14 is taken for it."""
_PLACES: Final = 36
"""Places of an angle's function or a logarithm; rounded to so many, `sin 30°` is exactly a half."""
_TERMS: Final = 60
_DECIMALS = Context(prec=50)
_DEGREES = frozenset(("degrees", "degree"))
_NAMES: Final = (
    "sqrt cbrt ∛ gcd lcm max min abs floor ceil ln log sin cos tan \\gcd \\lcm \\max \\min \\ln \\log \\sin \\cos "
    "\\tan \\text{lcm} \\mathrm{lcm} \\operatorname{lcm} \\text{gcd} \\mathrm{gcd}"
)
FUNCTIONS: Final = frozenset(_NAMES.split())
"""What may stand before a bracket or, where it is a function of angles or a logarithm, before a number."""
WITHOUT_BRACKETS: Final = frozenset(("sin", "cos", "tan", "ln", "log", "∛"))


def is_function(word: str, following: str) -> bool:
    r"""Say whether a word with such a kind of token behind it is a function: not the unit in `20 min`."""
    if word not in FUNCTIONS:
        return word.startswith("\\") and word[1:4] in WITHOUT_BRACKETS
    return following == "lp" or word.lstrip("\\") in WITHOUT_BRACKETS


def evaluate(name: str, arguments: Sequence[Expression]) -> Expression:
    """Return a function's value; raises `UnreadableError` where it has none, or may mean something else.

    >>> evaluate("gcd", [Expression(18), Expression(24)]).value
    6
    """
    first = arguments[0]
    if name in _OF_INTEGERS and len(arguments) > 1:
        if any(number.value.denominator != 1 or number.nouns for number in arguments):
            raise UnreadableError
        return Expression(_OF_INTEGERS[name](*(int(number.value) for number in arguments)), 1, first=first.value)
    if name in _OF_SEVERAL and len(arguments) > 1:
        return Expression(_OF_SEVERAL[name](number.value for number in arguments), 1, first=first.value)
    if len(arguments) > 1:
        raise UnreadableError
    if name in _DEGREES_OF_ROOTS:
        return root(first, _DEGREES_OF_ROOTS[name])
    if name in _OF_ONE:
        value = _OF_ONE[name](first.value)
        return Expression(value, 1, spread=first.spread, nouns=first.nouns, first=first.value, doubtful=first.doubtful)
    if name in {"sin", "cos", "tan"}:
        return _of_angle(name, first)
    if not name.startswith(("ln", "log")):
        raise UnreadableError
    return _logarithm(name, first)


def choices(total: Expression, chosen: Expression) -> Expression:
    """How many ways there are to choose so many of so many."""
    if total.places != 0 or chosen.places != 0 or not 0 <= chosen.value <= total.value <= MAX_STEP_FACTORIAL:
        raise UnreadableError
    return Expression(comb(int(total.value), int(chosen.value)), 1, first=total.value)


def factorial(number: Expression) -> Expression:
    """The product of all whole numbers up to this one."""
    if number.value.denominator != 1 or not 0 <= number.value <= MAX_STEP_FACTORIAL:
        raise UnreadableError
    product = 1
    for factor in range(2, int(number.value) + 1):
        product *= factor
    return Expression(product, operations=1, first=number.first)


_OF_INTEGERS: Final[dict[str, Callable[..., int]]] = {"gcd": gcd, "lcm": lcm}
_DEGREES_OF_ROOTS: Final = {"sqrt": 2, "cbrt": 3, "∛": 3}
_OF_SEVERAL: Final[dict[str, Callable[..., Value]]] = {"max": max, "min": min}
_OF_ONE: Final[dict[str, Callable[[Value], Value]]] = {"abs": magnitude, "floor": floor, "ceil": ceil}


def _of_angle(name: str, angle: Expression) -> Expression:
    """Sine, cosine or tangent, of degrees or of a multiple of π; a bare number may be either."""
    in_degrees = any(noun in _DEGREES for _, noun in angle.nouns)
    if in_degrees or not angle.is_inexact:
        turned = Fraction(angle.value) % 360 * PI / 180
    else:
        turned = Fraction(angle.value) % (2 * PI)
    sine, cosine = _series(turned, 1), _series(turned, 0)
    if name == "tan" and not cosine:
        raise UnreadableError
    value = {"sin": sine, "cos": cosine, "tan": sine / (cosine or 1)}[name]
    doubtful = angle.doubtful or not (in_degrees or angle.is_inexact or not angle.value)
    return _rounded(value, angle, doubtful=doubtful)


def _series(angle: Fraction, first: int) -> Fraction:
    """The sum of `angle**n / n!` with changing signs for n = first, first + 2, …, rounded."""
    x = _DECIMALS.divide(angle.numerator, angle.denominator)
    square = _DECIMALS.minus(_DECIMALS.multiply(x, x))
    term = x if first else Decimal(1)
    total = term
    for n in range(first + 2, _TERMS, 2):
        term = _DECIMALS.divide(_DECIMALS.multiply(term, square), Decimal(n * (n - 1)))
        total = _DECIMALS.add(total, term)
    return Fraction(round(Fraction(total), _PLACES))


def _logarithm(name: str, number: Expression) -> Expression:
    """`ln`, `log_2`; a logarithm without a base is of base ten, or else nothing is said."""
    if number.value <= 0 or number.nouns:
        raise UnreadableError
    base = name.partition("_")[2].strip("{}")
    if base and int(base) <= 1:
        raise UnreadableError
    value = _natural(number.value)
    if name != "ln":
        value /= _natural(int(base or 10))
    return _rounded(value, number, doubtful=number.doubtful or name == "log")


def _natural(value: Value) -> Fraction:
    """The natural logarithm."""
    return Fraction(_DECIMALS.ln(_DECIMALS.divide(value.numerator, value.denominator)))


def _rounded(value: Fraction, of: Expression, *, doubtful: bool) -> Expression:
    """A value that is known to many places."""
    value = Fraction(round(value, _PLACES))
    return Expression(value, 1, spread=of.spread, first=of.value, is_inexact=True, doubtful=doubtful)

"""The tree that a mathematical text is read into, and its normal form.

The constructors `add`, `multiply`, `power` and `call` keep trees in normal form while they are built: sums and products
are flat, rational arithmetic is done, and nothing else is rewritten. A tree is data; nothing of it is ever evaluated
as program text.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from verifiers.limits import MAX_BITS, MAX_EXPONENT, MAX_FACTORIAL, check

_MAX_ROOT = 64
PAIR: Final = 2
"""Members of a pair, ends of an interval, parts of a single relation."""


class UnreadableError(Exception):
    """The text is not mathematics that this grammar knows; the text says where reading stopped."""


@dataclass(frozen=True, slots=True)
class Num:
    """A rational number; `step` is the value of one step of its last written digit, None where it is exact."""

    value: Fraction
    step: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Based:
    """Digits in another base than ten, as in `52_8`."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Sym:
    """A letter or name, subscript and primes included: `x`, `alpha`, `x_12`, `f'`."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """A constant: `pi`, `e`, `i`, `inf`, or a set such as `R` that has no members listed."""

    name: str


@dataclass(frozen=True, slots=True)
class Add:
    """A sum of two or more terms."""

    terms: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mul:
    """A product of two or more factors."""

    factors: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Pow:
    """A power; roots are powers with exponent 1/n."""

    base: "Node"
    exponent: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """A function whose meaning is known: `sin`, `ln`, `factorial`, `binomial`, `pm` and others."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """A function whose meaning is not known: `f(x)`."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Big:
    """`sum`, `prod`, `lim`, `int` or `diff` over a bound variable."""

    kind: str
    variable: str
    lower: "Node | None"
    upper: "Node | None"
    body: "Node"


@dataclass(frozen=True, slots=True)
class Rel:
    """A chain of relations: `1 < x <= 3` has two operators and three parts."""

    ops: tuple[str, ...]
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Seq:
    """Members between brackets, or a bare list (`opening` empty) joined by `,`, `;`, `and` or `or`."""

    opening: str
    items: tuple["Node", ...]
    closing: str
    joiner: str = ","


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells."""

    rows: tuple[tuple["Node", ...], ...]


@dataclass(frozen=True, slots=True)
class SetOp:
    """`union`, `intersection` or `difference` of two sets."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Builder:
    """A set by condition: `{x | x > 0}`."""

    element: "Node"
    condition: "Node"


@dataclass(frozen=True, slots=True)
class Ratio:
    """`a : b`, or more parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Text inside mathematics that is not mathematics."""

    text: str


@dataclass(frozen=True, slots=True)
class Dots:
    r"""`\ldots` in a list."""


Node = (
    Num
    | Based
    | Sym
    | Const
    | Add
    | Mul
    | Pow
    | Call
    | Apply
    | Big
    | Rel
    | Seq
    | Matrix
    | SetOp
    | Builder
    | Ratio
    | Words
    | Dots
)

ZERO = Num(Fraction(0))
ONE = Num(Fraction(1))
MINUS_ONE = Num(Fraction(-1))
HALF = Num(Fraction(1, 2))


def number(value: Fraction | int) -> Num:
    """An exact rational number, within `MAX_BITS`."""
    value = Fraction(value)
    check("MAX_BITS", max(value.numerator.bit_length(), value.denominator.bit_length()), MAX_BITS)
    return Num(value)


def add(*terms: Node) -> Node:
    """The sum, flat, with its rational terms added up."""
    flat: list[Node] = []
    total = Fraction(0)
    for term in terms:
        for part in term.terms if isinstance(term, Add) else (term,):
            if isinstance(part, Num):
                total += part.value
            else:
                flat.append(part)
    if total or not flat:
        flat.append(number(total))
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def multiply(*factors: Node) -> Node:
    """The product, flat, with its rational factors multiplied; a factor of zero makes it zero."""
    flat: list[Node] = []
    total = Fraction(1)
    for factor in factors:
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Num):
                total *= part.value
            else:
                flat.append(part)
    if total == 0 and not any(isinstance(part, (Const, Pow)) for part in flat):
        return ZERO
    if total != 1 or not flat:
        flat.insert(0, number(total))
    return flat[0] if len(flat) == 1 else Mul(tuple(flat))


def factors_of(node: Node) -> tuple[Node, ...]:
    """The factors of a product; anything else is its own only factor."""
    return node.factors if isinstance(node, Mul) else (node,)


def negate(node: Node) -> Node:
    """The negative; a written decimal keeps its last digit's step."""
    if isinstance(node, Num):
        return Num(-node.value, node.step)
    return multiply(MINUS_ONE, node)


def subtract(left: Node, right: Node) -> Node:
    """`left - right`."""
    return add(left, negate(right))


def divide(over: Node, under: Node) -> Node:
    """The quotient; dividing by the number zero is unreadable."""
    return multiply(over, power(under, MINUS_ONE))


def power(base: Node, exponent: Node) -> Node:
    """The power; rational numbers to integer powers and exact roots are worked out within `MAX_BITS`."""
    if isinstance(exponent, Num):
        if exponent.value == 1:
            return base
        if isinstance(base, Num):
            return _rational_power(base, exponent)
        if exponent.value == 0 and not isinstance(base, Const):
            return ONE
        if isinstance(base, Pow) and exponent.value.denominator == 1 and isinstance(base.exponent, Num):
            return power(base.base, number(base.exponent.value * exponent.value))
    return Pow(base, exponent)


def _rational_power(base: Num, exponent: Num) -> Node:
    value, size = base.value, exponent.value
    if value == 0:
        if size <= 0:
            raise UnreadableError("zero is divided by or raised to no power")
        return ZERO
    root = exact_root(value, size.denominator) if size.denominator <= _MAX_ROOT else None
    if root is None:
        if abs(size) > 1 and size.denominator != 1:
            whole = size.numerator // size.denominator
            if abs(whole) <= MAX_EXPONENT:
                return multiply(_rational_power(base, number(whole)), Pow(Num(value), number(size - whole)))
        return Pow(Num(value), Num(size))
    if abs(root) == 1:
        return number(root if size.numerator % 2 else 1)
    bits = max(root.numerator.bit_length(), root.denominator.bit_length())
    check("MAX_EXPONENT", abs(size.numerator), MAX_BITS)
    check("MAX_BITS", (bits - 1) * abs(size.numerator), MAX_BITS)
    return number(root**size.numerator)


def exact_root(value: Fraction, degree: int) -> Fraction | None:
    """The rational root of `value`, or None; odd roots of negative numbers are negative."""
    if degree == 1:
        return value
    if value < 0:
        positive = exact_root(-value, degree) if degree % 2 else None
        return None if positive is None else -positive
    over, under = integer_root(value.numerator, degree), integer_root(value.denominator, degree)
    return Fraction(over, under) if over is not None and under is not None else None


def integer_root(value: int, degree: int) -> int | None:
    """The integer whose `degree`-th power is `value`, or None."""
    if value in {0, 1}:
        return value
    low, high = 1, 1 << -(-value.bit_length() // degree)
    while low <= high:
        middle = (low + high) // 2
        trial = middle**degree
        if trial == value:
            return middle
        low, high = (middle + 1, high) if trial < value else (low, middle - 1)
    return None


def factorial_argument(node: Node) -> int | None:
    """The argument of a factorial that is worked out: a natural number within `MAX_FACTORIAL`."""
    if not isinstance(node, Num) or node.value.denominator != 1 or node.value < 0:
        return None
    check("MAX_FACTORIAL", int(node.value) if node.value < 10**9 else 10**9, MAX_FACTORIAL)
    return int(node.value)

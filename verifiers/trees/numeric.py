"""Equality of expressions by their values to many digits, at points of the real line.

What the finite fields cannot decide (functions, roots of sums, powers with letters in the exponent) is evaluated with
mpmath. Values that differ by more than the arithmetic's error refute equality at once. Values that agree are evaluated
again with twice the digits and more: the difference of equal expressions vanishes with the precision, that of different
ones stays where it is. The number of digits grows with the numbers that the expressions hold, so that `π + 10^{-80}` is
not taken for `π`.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from mpmath.ctx_mp import MPContext

from verifiers.limits import MAX_PRECISION, MAX_SYMBOLS, OverLimitError, check
from verifiers.trees.branch_points import POSITIVE, STEPS, branch_points, is_branching
from verifiers.trees.evaluation import Evaluator, Outcome, UndefinedError
from verifiers.trees.tree import PAIR, Add, Apply, Based, Big, Call, Const, Matrix, Mul, Node, Num, Pow, Rel, Seq, Sym
from verifiers.trees.walk import letters_of

_POINTS = 6
_NEEDED = 4
_FIRST_DIGITS = 30
_SPARE_BITS = 32
_PLAIN_BITS = 32
"""Numbers up to this size need no further digits."""
_ROUNDING = frozenset({"floor", "ceil", "mod"})
_INDICES = frozenset({"n", "m", "k", "N"})
"""Letters that are whole numbers where a fraction of them is rounded: ⌈n/2⌉ is ⌊(n+1)/2⌋."""
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Comparison:
    """An outcome, and to how many digits it holds."""

    outcome: Outcome
    digits: int = 0


def context() -> Any:
    """This thread's own mpmath context: mpmath's global one is shared by all threads."""
    if not hasattr(_local, "context"):
        _local.context = MPContext()
    return _local.context


def compare_values(left: Node, right: Node, *, same_domain: bool = False) -> Comparison:
    """Compare two scalar expressions at random points.

    A point where one side has no real value (`ln x` at -2) says nothing, unless neither has one anywhere; with
    `same_domain` it refutes equality.
    """
    letters = Letters()
    letters.collect(left)
    letters.collect(right)
    check("MAX_SYMBOLS", len(letters.names), MAX_SYMBOLS)
    digits = _FIRST_DIGITS + letters.digits
    check("MAX_PRECISION", digits, MAX_PRECISION)
    points = 1 if not letters.names else _POINTS
    for allow_complex in (letters.has_i or points == 1, True):
        outcome = _at_points(left, right, [letters.point(i) for i in range(points)], digits, allow_complex)
        if outcome is Outcome.EQUAL and _differ_at(left, right, letters, digits):
            outcome = Outcome.DIFFERENT
        if same_domain and not allow_complex and _domains_differ(left, right, letters):
            outcome = Outcome.DIFFERENT
        if outcome is not Outcome.UNDECIDED:
            return Comparison(outcome, 2 * digits if outcome is Outcome.EQUAL else digits)
    return Comparison(Outcome.UNDECIDED)


def _domains_differ(left: Node, right: Node, letters: "Letters") -> bool:
    """Whether at some point only one of two expressions has a real value."""
    for index in range(_POINTS):
        defined = []
        for node in (left, right):
            try:
                Evaluator(context(), letters.point(index), _FIRST_DIGITS, allow_complex=False).number(node)
            except UndefinedError:
                defined.append(False)
            else:
                defined.append(True)
        if defined[0] != defined[1]:
            return True
    return False


def _at_points(left: Node, right: Node, points: list[dict[str, Fraction]], digits: int, allow_complex: bool) -> Outcome:
    """Compare at all points; the first agreement is checked again with twice the digits and more."""
    agreeing = 0
    for values in points:
        outcome = Evaluator(context(), values, digits, allow_complex).compare(left, right)
        if outcome is Outcome.EQUAL and not agreeing:
            outcome = _compare_finely(left, right, values, 2 * digits + 10, allow_complex)
        if outcome is Outcome.DIFFERENT:
            return outcome
        agreeing += outcome is Outcome.EQUAL
        if agreeing == _NEEDED:
            break
    return Outcome.EQUAL if agreeing >= min(2, len(points)) else Outcome.UNDECIDED


def _compare_finely(left: Node, right: Node, values: dict[str, Fraction], digits: int, allow_complex: bool) -> Outcome:
    """Compare with so many digits that no term is too small to be seen; undecided where these are too many."""
    evaluator = Evaluator(context(), values, digits, allow_complex)
    outcome = evaluator.compare(left, right)
    bits = 2 * evaluator.span + _SPARE_BITS
    if outcome is not Outcome.EQUAL or bits <= evaluator.mp.prec:
        return outcome
    needed = bits * 3 // 10
    return (
        Outcome.UNDECIDED
        if needed > MAX_PRECISION
        else Evaluator(context(), values, needed, allow_complex).compare(left, right)
    )


def _differ_at(left: Node, right: Node, letters: "Letters", digits: int) -> bool:
    """Whether two expressions that agree near zero differ at one of further points; where one has no value, no."""
    for values in letters.further_points(left, right):
        try:
            outcome = Evaluator(context(), values, digits, letters.has_i).compare(left, right)
        except OverLimitError:  # a power or factorial of a large number: the other points decide
            continue
        if outcome is Outcome.DIFFERENT:
            return True
    return False


def ratio_is_constant(left: Node, right: Node, sign: int = 0) -> Outcome:
    """Whether `left / right` has one value other than zero at all points; with `sign`, of that sign."""
    letters = Letters()
    letters.collect(left)
    letters.collect(right)
    check("MAX_SYMBOLS", len(letters.names), MAX_SYMBOLS)
    digits = _FIRST_DIGITS + letters.digits
    check("MAX_PRECISION", digits, MAX_PRECISION)
    usual = [Evaluator(context(), letters.point(index), digits, letters.has_i) for index in range(_POINTS + 2)]
    values = [pair for evaluator in usual if (pair := _both_values(evaluator, left, right)) is not None]
    hides_terms = any(evaluator.span > 2 * digits for evaluator in usual)
    if any(_is_next_to_zero(value, digits) for pair in values for value in pair):
        return Outcome.DIFFERENT
    if len(values) < PAIR or hides_terms:
        return Outcome.UNDECIDED
    first = values[0][0] / values[0][1]
    if sign and (getattr(first, "imag", 0) or first * sign <= 0):
        return Outcome.DIFFERENT
    if not all(_is_near(over / under, first, digits) for over, under in values):
        return Outcome.DIFFERENT
    return Outcome.DIFFERENT if _ratio_differs_at(left, right, letters, first, digits) else Outcome.EQUAL


def _ratio_differs_at(left: Node, right: Node, letters: "Letters", first: Any, digits: int) -> bool:
    """Whether `left / right` is another than `first` at one of further points."""
    for point in letters.further_points(left, right):
        try:
            pair = _both_values(Evaluator(context(), point, digits, letters.has_i), left, right)
        except OverLimitError:  # the other points decide
            continue
        zeros = [_is_next_to_zero(value, digits) for value in pair or ()]
        if any(zeros) and not all(zeros):
            return True
        if pair is not None and not any(zeros) and not _is_near(pair[0] / pair[1], first, digits):
            return True
    return False


def _both_values(evaluator: Evaluator, left: Node, right: Node) -> tuple[Any, Any] | None:
    try:
        return evaluator.number(left), evaluator.number(right)
    except UndefinedError:
        return None


def _is_next_to_zero(value: Any, digits: int) -> bool:
    return bool(abs(value) < context().mpf(10) ** -(digits // 2))


def _is_near(ratio: Any, first: Any, digits: int) -> bool:
    return bool(abs(ratio - first) <= abs(first) * context().mpf(10) ** -(digits * 2 // 3))


def value_of(node: Node, digits: int = 30) -> Any:
    """The value of a constant expression to `digits` digits; raises `UndefinedError` if it has none.

    The result is an mpmath number (real or complex).
    """
    letters = Letters()
    letters.collect(node)
    if letters.names:
        raise UndefinedError("it holds letters")
    return Evaluator(context(), {}, digits + letters.digits, allow_complex=True).number(node)


class Letters:
    """The letters of expressions, which of them are whole numbers, and how large the numbers are."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.whole: set[str] = set()
        self.digits = 0
        self.has_i = False
        self.has_steps = False
        """Whether it jumps at whole numbers, so that these have to be tried."""
        self.has_branches = False
        """Whether it has other rules far from zero, so that far points have to be tried."""

    def collect(  # noqa: C901, PLR0912 - one branch for each sort of node
        self, node: Node | None, bound: frozenset[str] = frozenset(), whole: bool = False
    ) -> None:
        """Walk over `node`; inside factorials, bounds and exponents of negative numbers letters are whole."""
        if isinstance(node, Num):
            self.digits += _size(node.value)
        elif isinstance(node, Sym):
            if node.name not in bound:
                self.names.add(node.name)
                if whole:
                    self.whole.add(node.name)
        elif isinstance(node, Const):
            self.has_i = self.has_i or node.name == "i"
        elif isinstance(node, Pow):
            self.has_branches = self.has_branches or is_branching(node)
            self.collect(node.base, bound, whole)
            self.collect(node.exponent, bound, whole or (isinstance(node.base, Num) and node.base.value < 0))
        elif isinstance(node, (Add, Mul)):
            for part in node.terms if isinstance(node, Add) else node.factors:
                self.collect(part, bound, whole)
        elif isinstance(node, (Call, Apply)):
            self.has_steps = self.has_steps or node.name in STEPS
            self.has_branches = self.has_branches or is_branching(node)
            inner = whole or node.name in {"factorial", "factorial2", "binomial", "gcd", "lcm"}
            if node.name in _ROUNDING and not isinstance(node.args[0], Sym):
                self.whole |= letters_of(node) & _INDICES
            for argument in node.args:
                self.collect(argument, bound, inner)
        elif isinstance(node, Big):
            inner_bound = bound | {node.variable} if node.kind != "diff" else bound
            self.collect(node.lower, bound, node.kind in {"sum", "prod"})
            self.collect(node.upper, bound, node.kind in {"sum", "prod"})
            self.collect(node.body, inner_bound, whole=False)
        elif isinstance(node, (Based, Seq, Rel, Matrix)):
            return

    def further_points(self, left: Node, right: Node) -> Iterator[dict[str, Fraction]]:
        """Points on all branches of two expressions; none where they have only one."""
        if not self.has_branches or not self.names:
            return iter(())
        return branch_points(left, right, self.names, frozenset(self.whole), context())

    def point(self, index: int) -> dict[str, Fraction]:
        """Values for the letters, spread over 0.2 to 3: all positive, all negative, of both signs, all positive again.

        Logarithms and roots of several letters have real values at the first and the last point only.
        """
        values = {}
        for name in self.names:
            seed = int.from_bytes(blake2b(f"{index} {name}".encode(), digest_size=4).digest())
            if name in self.whole or (self.has_steps and index == PAIR):
                values[name] = Fraction(seed % 7 + 2)
                continue
            value = Fraction(seed % 27_701 + 2_001, 9_973)
            is_mixed = 1 < index < _POINTS - 1
            is_negative = name not in POSITIVE and (index == 1 or (is_mixed and (seed >> 16) & 1))
            values[name] = -value if is_negative else value
        return values


def _size(value: Fraction) -> int:
    """Decimal digits that a number can hide a difference behind."""
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return bits * 3 // 10 if bits > _PLAIN_BITS else 0

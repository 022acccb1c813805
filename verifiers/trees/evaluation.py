"""Values of trees in mpmath, with a bound on the error from cancellation."""

import math
from collections.abc import Callable, Mapping
from enum import Enum, auto
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from verifiers.limits import MAX_FACTORIAL, MAX_MAGNITUDE, MAX_PRECISION, MAX_TERMS, check
from verifiers.trees.tree import HALF, Add, Apply, Big, Call, Const, Mul, Node, Num, Pow, Sym


class Outcome(Enum):
    """What evaluation found."""

    EQUAL = auto()
    DIFFERENT = auto()
    UNDECIDED = auto()
    """One side has no value, or cancellation left too few digits."""


class UndefinedError(Exception):
    """The expression has no value here."""


class Evaluator:
    """Evaluates trees at one point with one precision."""

    def __init__(self, context: Any, values: Mapping[str, Fraction], digits: int, allow_complex: bool) -> None:
        check("MAX_PRECISION", digits, 4 * MAX_PRECISION)
        self.mp = context
        self.mp.dps = digits
        self.values = values
        self.digits = digits
        self.allow_complex = allow_complex
        self.bound: dict[str, Any] = {}
        self.lost = 0
        """Bits that cancellation and steep functions have cost so far, at most."""
        self.span = 0
        """Bits between the largest and the smallest term of a sum: fewer digits than these do not see the smallest."""
        self.peak = -MAX_MAGNITUDE
        """Largest binary magnitude of a sum's term."""

    def compare(self, left: Node, right: Node) -> Outcome:
        """Compare two values: different if rounding cannot explain the distance, equal if there is next to none."""
        try:
            first, second = self.number(left), self.number(right)
        except UndefinedError:
            return Outcome.UNDECIDED
        distance = abs(first - second)
        if not distance:
            return Outcome.EQUAL
        size = int(self.mp.mag(max(abs(first), abs(second))))
        gap = int(self.mp.mag(distance))
        if gap < max(size, self.peak) - self.mp.prec // 2:
            return Outcome.EQUAL
        return Outcome.DIFFERENT if gap > size - self.mp.prec + self.lost + 16 else Outcome.UNDECIDED

    def number(self, node: Node) -> Any:
        """The value of `node`; raises `UndefinedError` where it has none."""
        try:
            value = self._value(node)
        except (ZeroDivisionError, ValueError, OverflowError, self.mp.NoConvergence) as error:
            raise UndefinedError(str(error)) from error
        return value

    def _value(self, node: Node) -> Any:  # noqa: C901 - one branch for each sort
        if isinstance(node, Num):
            value = self._rational(node.value)
        elif isinstance(node, Sym):
            value = self._letter(node.name)
        elif isinstance(node, Add):
            value = self._sum([self._value(term) for term in node.terms])
        elif isinstance(node, Mul):
            value = self.mp.mpf(1)
            for factor in node.factors:
                value = value * self._value(factor)
        elif isinstance(node, Pow):
            value = self._power(node)
        elif isinstance(node, Const):
            value = self._constant(node.name)
        elif isinstance(node, Call):
            value = self._call(node)
        elif isinstance(node, Apply):
            value = self._unknown(node)
        elif isinstance(node, Big):
            value = self._big(node)
        else:
            raise UndefinedError(f"a {type(node).__name__} has no value")
        return self._checked(value)

    def _checked(self, value: Any) -> Any:
        """`value`, if it is finite, not too large, and real where it has to be."""
        if not self.mp.isfinite(value):
            raise UndefinedError("it is not finite")
        if value:
            check("MAX_MAGNITUDE", int(self.mp.mag(value)), MAX_MAGNITUDE)
            if not self.allow_complex and getattr(value, "imag", None):
                raise UndefinedError("it is not real")
        return value

    def _sum(self, terms: list[Any]) -> Any:
        """The sum; what cancels is counted as lost."""
        total = self.mp.mpf(0)
        for term in terms:
            total = total + term
        magnitudes = [int(self.mp.mag(term)) for term in terms if term]
        largest = max(magnitudes, default=-MAX_MAGNITUDE)
        self.span = max(self.span, largest - min(magnitudes, default=largest))
        self.peak = max(self.peak, largest)
        self.lost += largest - int(self.mp.mag(total)) if total else (self.mp.prec if largest > -MAX_MAGNITUDE else 0)
        return total

    def _rational(self, value: Fraction) -> Any:
        if value.denominator == 1:
            return self.mp.mpf(value.numerator)
        return self.mp.mpf(value.numerator) / value.denominator

    def _letter(self, name: str) -> Any:
        if name in self.bound:
            return self.bound[name]
        if name not in self.values:
            raise UndefinedError(f"the letter {name} has no value")
        return self._rational(self.values[name])

    def _constant(self, name: str) -> Any:
        if name == "pi":
            return +self.mp.pi
        if name == "e":
            return +self.mp.e
        if name == "i" and self.allow_complex:
            return self.mp.mpc(0, 1)
        raise UndefinedError(f"{name} has no finite value")

    def _power(self, node: Pow) -> Any:
        base, exponent = self._value(node.base), node.exponent
        if isinstance(exponent, Num):
            size = exponent.value
            if size.denominator == 1:
                self._check_growth(base, abs(size.numerator))
                return base**size.numerator
            if size == HALF.value * size.numerator:
                return self.mp.sqrt(base) ** size.numerator
            if size.denominator % 2 and not getattr(base, "imag", 0) and base < 0:
                return self.mp.power(-base, self._rational(size)) * (-1 if size.numerator % 2 else 1)
            return self.mp.power(base, self._rational(size))
        power = self._value(exponent)
        self._check_growth(base, abs(power))
        return self.mp.power(base, power)

    def _check_growth(self, base: Any, size: Any) -> None:
        if base and size > 1:
            magnitude = abs(int(self.mp.mag(base))) + 1
            check("MAX_MAGNITUDE", int(min(magnitude * size, 10**12)), MAX_MAGNITUDE)
            self.lost += int(self.mp.mag(size))

    def _call(self, node: Call) -> Any:
        if node.name == "degree":
            return self.mp.pi / 180
        args = [self._value(argument) for argument in node.args]
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise UndefinedError(f"the function {node.name} has no value here")
        if not args or (len(args) != _ARGUMENTS.get(node.name, 1) and node.name not in _OF_ANY_NUMBER):
            raise UndefinedError(f"the function {node.name} is not one of {len(args)} values")
        magnitudes = [int(self.mp.mag(argument)) for argument in args if argument]
        largest = max(magnitudes, default=0)
        check("MAX_MAGNITUDE", largest, 64 + 4 * self.digits)
        if node.name in _LEVEL:
            self.span = max(self.span, _LEVEL[node.name](self.mp, args[0]))
        result = function(self.mp, *args)
        fall = largest - int(self.mp.mag(result)) if result and self.mp.isfinite(result) else 0
        if fall > 0:  # near a zero of the function, as cancellation in a sum
            self.peak = max(self.peak, largest)
        self.lost += max(largest, 0) + max(fall, 0) + 2
        return result

    def _unknown(self, node: Apply) -> Any:
        """An unknown function: a random value that depends on its name and on its arguments' first digits."""
        args = [self.mp.nstr(self._value(argument), 25, min_fixed=0, max_fixed=0) for argument in node.args]
        seed = blake2b(repr((node.name, args)).encode(), digest_size=6).digest()
        return self.mp.mpf(int.from_bytes(seed)) / 2**47 + self.mp.mpf("0.1")

    def _big(self, node: Big) -> Any:
        if node.kind not in {"sum", "prod"} or node.lower is None or node.upper is None:
            raise UndefinedError(f"{node.kind} has no finite number of terms")
        low, high = self._value(node.lower), self._value(node.upper)
        if not (self.mp.isint(low) and self.mp.isint(high)):
            raise UndefinedError("the bounds are not whole numbers")
        check("MAX_TERMS", int(high - low), MAX_TERMS)
        total = self.mp.mpf(0 if node.kind == "sum" else 1)
        outer = dict(self.bound)
        for index in range(int(low), int(high) + 1):
            self.bound = {**outer, node.variable: self.mp.mpf(index)}
            term = self._value(node.body)
            total = total + term if node.kind == "sum" else total * term
        self.bound = outer
        return total


def _factorial(mp: Any, x: Any) -> Any:
    check("MAX_FACTORIAL", int(min(abs(x), 10**9)), MAX_FACTORIAL)
    return mp.factorial(x)


def _double_factorial(mp: Any, x: Any) -> Any:
    check("MAX_FACTORIAL", int(min(abs(x), 10**9)), MAX_FACTORIAL)
    return mp.fac2(x)


def _binomial(mp: Any, n: Any, k: Any) -> Any:
    check("MAX_FACTORIAL", int(min(abs(n), 10**9)), 10**6)
    return mp.binomial(n, k)


def _modulo(mp: Any, a: Any, b: Any) -> Any:
    return a - b * mp.floor(a / b)


def _whole(mp: Any, function: Callable[[Any], Any], x: Any) -> Any:
    """Floor or ceiling; a value that is whole but for rounding counts as whole."""
    nearest = mp.nint(x.real if hasattr(x, "real") else x)
    return nearest if abs(x - nearest) < mp.ldexp(1, -mp.prec // 2) else function(x)


def _divisor(mp: Any, *args: Any) -> Any:
    """Greatest common divisor of whole numbers."""
    if not all(mp.isint(a) for a in args):
        raise UndefinedError("gcd of numbers that are not whole")
    return mp.mpf(math.gcd(*(int(a) for a in args)))


def _multiple(mp: Any, *args: Any) -> Any:
    """Least common multiple of whole numbers."""
    if not all(mp.isint(a) for a in args):
        raise UndefinedError("lcm of numbers that are not whole")
    return mp.mpf(math.lcm(*(int(a) for a in args)))


_NAMED = (
    "sin cos tan cot sec csc sinh cosh tanh coth sech csch asin acos atan acot asec acsc asinh acosh atanh ln sign "
    "gamma zeta erf re im arg conj"
)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: (lambda mp, x, _name=name: getattr(mp, _name)(x)) for name in _NAMED.split()
} | {
    "log": lambda mp, x: mp.ln(x),
    "abs": lambda _mp, x: abs(x),
    "norm": lambda _mp, x: abs(x),
    "floor": lambda mp, x: _whole(mp, mp.floor, x),
    "ceil": lambda mp, x: _whole(mp, mp.ceil, x),
    "factorial": _factorial,
    "factorial2": _double_factorial,
    "binomial": _binomial,
    "mod": _modulo,
    "max": lambda _mp, *values: max(values),
    "min": lambda _mp, *values: min(values),
    "gcd": _divisor,
    "lcm": _multiple,
}


_ARGUMENTS = {"binomial": 2, "mod": 2}
"""How many values a function takes; one where it is not named here."""
_OF_ANY_NUMBER = frozenset(("max", "min", "gcd", "lcm"))


def _bits_near_zero(mp: Any, x: Any) -> int:
    """Bits that `1 - cos x` is below one."""
    return -2 * int(mp.mag(x)) if x else 0


def _bits_of_exponential(mp: Any, x: Any) -> int:
    """Bits that `1 - tanh x` is below one, and `e^-x` below `e^x`."""
    return max(int(min(abs(3 * x.real), MAX_MAGNITUDE)), _bits_near_zero(mp, x))


def _bits_of_square(_mp: Any, x: Any) -> int:
    """Bits that `1 - erf x` is below one."""
    return int(min(abs(2 * x.real**2), MAX_MAGNITUDE))


_LEVEL: dict[str, Callable[[Any, Any], int]] = {
    "cos": _bits_near_zero,
    "sec": _bits_near_zero,
    "cosh": _bits_of_exponential,
    "sinh": _bits_of_exponential,
    "sech": _bits_of_exponential,
    "csch": _bits_of_exponential,
    "tanh": _bits_of_exponential,
    "coth": _bits_of_exponential,
    "erf": _bits_of_square,
}
"""Functions that come so close to one value that they may hide what they are of: `tanh 100` is nearly 1."""

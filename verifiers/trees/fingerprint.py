"""Equality of expressions by their values at random points of two finite fields.

An expression of sums, products, integer powers, letters, constants and square roots is a rational function, and two
of them
that agree at a random point of a field with 2**61 elements are the same, but for a chance of (degree / 2**61) in each
of two
fields (Schwartz 1980, Zippel 1979). The fields are chosen so that -1 and all primes to 47 are squares in them: square
roots
of rationals and the imaginary unit have images, and `(√6 + √2)/4` is compared in a few microseconds.

Functions (`sin`, `ln`, unknown `f`) become one random element for each name and each arguments' value. Equal prints
then
still prove equality; different ones prove nothing, and `decisive` says so.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

from verifiers.limits import MAX_BITS, check
from verifiers.trees.tree import HALF, Add, Apply, Based, Big, Call, Const, Mul, Node, Num, Pow, Sym, factorial_argument

FIELDS = (2305843009213245121, 2305843009209384649)
_COMMUTATIVE = frozenset({"max", "min", "gcd", "lcm"})
_MAX_TRIAL_DIVISOR = 1_000


class NotScalarError(Exception):
    """The tree holds something that has no single value: a list, a relation, words, plus-or-minus."""


class NoPrintError(Exception):
    """The expression has no value at the random points (it divides by zero everywhere, most likely)."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Values of an expression in the two fields."""

    values: tuple[int, int]
    decisive: bool
    """Whether different values prove that the expressions differ."""


def fingerprint(node: Node, salt: int = 0) -> Fingerprint:
    """The print of a scalar expression; another `salt` means other random points.

    Raises `NotScalarError` and `NoPrintError`.

    >>> from verifiers.reading.grammar import read
    >>> fingerprint(read("(x+1)^2").tree) == fingerprint(read("x^2+2x+1").tree)
    True
    """
    first, second = _Walk(FIELDS[0], salt), _Walk(FIELDS[1], salt)
    values = (first.value(node), second.value(node))
    return Fingerprint(values, first.decisive and second.decisive)


@lru_cache(maxsize=8192)
def _random(field: int, *key: object) -> int:
    """A random element that is the same for the same key, in every process."""
    return int.from_bytes(blake2b(repr(key).encode("utf-8", "replace"), digest_size=16).digest()) % (field - 2) + 2


class _Walk:
    """One evaluation in one field."""

    def __init__(self, field: int, salt: int) -> None:
        self.field = field
        self.salt = salt
        self.decisive = True
        self.bound: dict[str, int] = {}

    def value(self, node: Node) -> int:
        """The image of `node`."""
        if isinstance(node, Num):
            return self._rational(node.value)
        if isinstance(node, Sym):
            bound = self.bound.get(node.name)
            return _random(self.field, "letter", node.name, self.salt) if bound is None else bound
        if isinstance(node, Mul):
            product = 1
            for factor in node.factors:
                product = product * self.value(factor) % self.field
            return product
        if isinstance(node, Add):
            return sum(map(self.value, node.terms)) % self.field
        if isinstance(node, Pow):
            return self._power(node)
        if isinstance(node, Const):
            return self._constant(node.name)
        if isinstance(node, Call):
            return self._call(node)
        return self._opaque(node)

    def _rational(self, value: Fraction) -> int:
        return value.numerator * self._inverse(value.denominator) % self.field

    def _inverse(self, value: int) -> int:
        if value % self.field == 0:
            raise NoPrintError
        return pow(value, -1, self.field)

    def _constant(self, name: str) -> int:
        if name == "i":
            return _square_root(-1 % self.field, self.field) or self._hash("i")
        if name not in {"pi", "e"}:
            self.decisive = False
        return _random(self.field, "constant", name)

    def _power(self, node: Pow) -> int:
        base, exponent = node.base, node.exponent
        if isinstance(exponent, Num):
            size = exponent.value
            if size.denominator == 1:
                check("MAX_EXPONENT", size.numerator.bit_length(), MAX_BITS)
                image = self.value(base)
                return pow(image if size > 0 else self._inverse(image), abs(size.numerator), self.field)
            if size == HALF.value * size.numerator and isinstance(base, Num):
                root = self._root(base.value)
                if root is not None:
                    return pow(root if size > 0 else self._inverse(root), abs(size.numerator), self.field)
        return self._hash("power", self.value(base), self.value(exponent))

    def _root(self, value: Fraction) -> int | None:
        """The image of a square root that respects products, or None where a prime is no square in the field."""
        inside = value.numerator * value.denominator
        image = self._inverse(value.denominator)
        if inside < 0:
            image = image * (_square_root(-1 % self.field, self.field) or 0) % self.field
            inside = -inside
        divisor = 2
        while divisor * divisor <= inside and divisor < _MAX_TRIAL_DIVISOR:
            while inside % (divisor * divisor) == 0:
                inside //= divisor * divisor
                image = image * divisor % self.field
            if inside % divisor == 0:
                inside //= divisor
                root = _square_root(divisor, self.field)
                if root is None:
                    return None
                image = image * root % self.field
            divisor += 1
        if inside == 1:
            return image
        if inside >= _MAX_TRIAL_DIVISOR**2:
            return None
        root = _square_root(inside, self.field)
        return None if root is None else image * root % self.field

    def _call(self, node: Call) -> int:
        if node.name == "degree":
            return _random(self.field, "constant", "pi") * self._inverse(180) % self.field
        if node.name == "factorial":
            size = factorial_argument(node.args[0])
            if size is not None:
                return _factorial(size, self.field)
        if node.name in {"pm", "mp", "product", "power", "transpose", "complement"}:
            raise NotScalarError
        images = [self.value(argument) for argument in node.args]
        if node.name in _COMMUTATIVE:
            images.sort()
        return self._hash(node.name, *images)

    def _opaque(self, node: Node) -> int:
        if isinstance(node, Apply):
            return self._hash("apply", node.name, *(self.value(argument) for argument in node.args))
        if isinstance(node, Based):
            return self._hash("based", node.digits, node.base)
        if isinstance(node, Big):
            outer = dict(self.bound)
            ends = [self.value(end) for end in (node.lower, node.upper) if end is not None]
            if node.kind != "diff":
                self.bound[node.variable] = _random(self.field, "bound", len(self.bound))
            else:
                ends.append(_random(self.field, "letter", node.variable, self.salt))
            body = self.value(node.body)
            self.bound = outer
            return self._hash(node.kind, node.lower is None, node.upper is None, *ends, body)
        raise NotScalarError

    def _hash(self, *key: object) -> int:
        self.decisive = False
        return _random(self.field, *key)


@lru_cache(maxsize=1024)
def _factorial(size: int, field: int) -> int:
    product = 1
    for factor in range(2, size + 1):
        product = product * factor % field
    return product


@lru_cache(maxsize=1024)
def _square_root(value: int, field: int) -> int | None:
    """A square root in the field by Tonelli and Shanks, or None for a non-square."""
    if pow(value, (field - 1) // 2, field) != 1:
        return None
    odd, twos = field - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    witness = next(w for w in range(2, 1000) if pow(w, (field - 1) // 2, field) == field - 1)
    generator, root, rest = pow(witness, odd, field), pow(value, (odd + 1) // 2, field), pow(value, odd, field)
    while rest != 1:
        order, square = 0, rest
        while square != 1:
            square, order = square * square % field, order + 1
        step = pow(generator, 1 << (twos - order - 1), field)
        generator, twos = step * step % field, order
        root, rest = root * step % field, rest * generator % field
    return root

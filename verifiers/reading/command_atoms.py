"""LaTeX commands as atoms of the grammar: fractions, roots, fonts, sums, integrals, limits."""

import re
from fractions import Fraction
from itertools import pairwise

from verifiers.reading import vocabulary as words
from verifiers.reading.function_atoms import function_call
from verifiers.reading.levels import Levels
from verifiers.trees.tree import (
    HALF,
    PAIR,
    Apply,
    Big,
    Const,
    Dots,
    Matrix,
    Node,
    Num,
    Pow,
    Seq,
    Sym,
    UnreadableError,
    Words,
    add,
    divide,
    factors_of,
    multiply,
    negate,
    number,
    power,
)
from verifiers.trees.walk import nodes_of, rewrite

_CORNERS = re.compile(r"[A-Z]{3}")
_MAX_NAME_CHARS = 12
_MAX_PRIMES = 4
_UNIT_VECTORS = frozenset("ijk")


class CommandAtoms(Levels):
    """Reads LaTeX commands."""

    def command(self) -> Node:  # noqa: C901, PLR0911, PLR0912 - one branch for each sort
        """What a LaTeX command stands for."""
        token = self.take()
        name = token.text[1:].removesuffix("*")
        if name in {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac"}:
            return self._frac()
        if name in {"sqrt", "surd"}:
            return self._root()
        if name in {"binom", "tbinom", "dbinom"}:
            return self.binomial(self.argument(), self.argument())
        if name in words.FUNCTIONS and (name not in {"gamma", "Gamma", "zeta"} or self._is_special_function(name)):
            return self.function(name)
        if name in words.CONSTANTS:
            return Const(words.CONSTANTS[name])
        if name in words.DOTLESS:
            return Sym(words.DOTLESS[name])
        if name in words.GREEK or name in words.GREEK_VARIANTS:
            return self.letter(words.GREEK_VARIANTS.get(name, name))
        if name in words.BIG:
            return self._big(words.BIG[name])
        if name in words.FONTS:
            return self._font(name)
        if name in words.ACCENTS:
            return self._accented(words.ACCENTS[name])
        if name in {"mathbb", "Bbb"}:
            letter = self.raw_group()
            is_ring = letter == "Z" and self.peek().kind == "_" and self.peek(1).kind in {"number", "name", "{"}
            return Const(letter) if letter in words.NUMBER_SETS and not is_ring else Sym(letter)
        if name in {"ldots", "dots", "cdots", "dotsc", "dotsb"}:
            return Dots()
        if name in {"angle", "measuredangle"} and self.peek().kind == "name" and _CORNERS.fullmatch(self.peek().text):
            corners = self.take().text
            return Sym(f"angle {min(corners, corners[::-1])}")  # the corner in the middle counts
        if name in {
            "triangle",
            "angle",
            "measuredangle",
            "odot",
            "oplus",
            "dagger",
            "prime",
            "square",
            "bigtriangleup",
            "top",
            "intercal",
        }:
            return Sym(name)
        raise UnreadableError(f"the command {token.text[:30]} is not known")

    def binomial(self, over: Node, under: Node) -> Node:
        """A binomial coefficient, or the column of two that is written in the same way."""
        if self.binomials_are_columns:
            return Matrix(((over,), (under,)))
        return function_call("binomial", (over, under), None)

    def _is_special_function(self, name: str) -> bool:
        r"""Whether `\Gamma` or `\zeta` stands before a bracket; the Lorentz factor `\gamma(x - vt)` is a letter."""
        return name != "gamma" and self.peek().kind == "("

    def _accented(self, accent: str) -> Node:
        """A letter with an accent; a bar over a complex number conjugates it."""
        inner = self.argument()
        if isinstance(inner, Sym):
            name = words.AXES.get(inner.name, inner.name.removeprefix("unit "))
            return Sym(f"unit {name}") if accent == "hat" and name in _UNIT_VECTORS else Sym(f"{accent}({inner.name})")
        if inner == Const("i") and accent == "hat":
            return Sym("unit i")
        if accent == "bar" and any(part == Const("i") for part in nodes_of(inner)):
            return function_call("conj", (inner,), None)
        return inner

    def _frac(self) -> Node:
        r"""A fraction; `\frac{d}{dx}` differentiates what follows."""
        over, under = self.argument(), self.argument()
        inside, below = factors_of(over), factors_of(under)
        if len(inside) == len(below) == PAIR and inside[0] == below[0] == Sym("d") and isinstance(inside[1], Apply):
            return Big("diff", getattr(below[1], "name", ""), number(1), None, inside[1])
        if len(inside) == len(below) == PAIR and inside[0] == below[0] == Sym("partial") and isinstance(inside[1], Sym):
            return Sym(f"∂{inside[1].name}/∂{getattr(below[1], 'name', '')}")
        if len(inside) == len(below) == PAIR and inside[0] == below[0] == Sym("d"):
            quotient = [getattr(part, "name", "") for part in (inside[1], below[1])]
            return Sym(f"d{quotient[0]}/d{quotient[1]}") if all(quotient) else self.fraction(over, under)
        if (second := _higher_derivative(inside, below)) is not None:
            return second
        variable = self._derivative(over, under)
        if variable is not None:
            return Big("diff", variable[0], number(variable[1]), None, self.term())
        return self.fraction(over, under)

    def fraction(self, over: Node, under: Node) -> Node:
        """The quotient, noticing fractions that are not in lowest terms."""
        if isinstance(over, Num) and isinstance(under, Num):
            if under.value == 0:
                raise UnreadableError("something is divided by zero")
            quotient = over.value / under.value
            if abs(quotient.denominator) != abs(under.value):
                self.notes.add("unreduced")
            return number(quotient)
        if isinstance(over, Seq | Words) or isinstance(under, Seq | Words) or under == number(0):
            raise UnreadableError("this cannot be divided")
        return divide(over, under)

    def _derivative(self, over: Node, under: Node) -> tuple[str, int] | None:
        r"""The variable and order of `\frac{d^n}{dx^n}`."""
        order = 1
        if isinstance(over, Pow) and over.base in (Sym("d"), Sym("partial")) and isinstance(over.exponent, Num):
            order = int(over.exponent.value)
        elif over not in (Sym("d"), Sym("partial")):
            return None
        factors = factors_of(under)
        if len(factors) != PAIR or factors[0] not in (Sym("d"), Sym("partial")) or not self.starts_factor():
            return None
        inner = factors[1].base if isinstance(factors[1], Pow) else factors[1]
        return (inner.name, order) if isinstance(inner, Sym) else None

    def _root(self) -> Node:
        degree: Node = number(2)
        if self.peek().kind == "[":
            self.take()
            degree = self.sum()
            self.expect({"]"})
        if self.peek().kind == "(":
            inner = self.bracketed()
        elif self.peek().kind == "number" and self.peek().text.isdigit():
            inner = number(int(self.take().text))  # LaTeX takes one digit of `\sqrt13`, and nobody means that
        else:
            inner = self.argument()
        if isinstance(inner, Seq):
            raise UnreadableError("a list has no root")
        return power(inner, HALF if degree == number(2) else divide(number(1), degree))

    def _font(self, name: str) -> Node:  # noqa: PLR0911 - one branch for each sort
        r"""The content of a font command; `\operatorname{name}` is a function if the name is one."""
        if name == "overset":
            self.argument()
        if name == "overline":
            return self._accented("bar")
        if self.peek().kind != "{":
            return self._single(self.argument())
        start = self.position
        raw = self.raw_group()
        if raw in words.FUNCTIONS:
            return self.function(raw)
        if raw == "diag" and self.peek().kind == "(":
            return self.diagonal()
        if raw in words.BIG:
            return self._big(words.BIG[raw])
        if name in {"mathbf", "boldsymbol", "bm", "vec", "symbf"} and raw in _UNIT_VECTORS:
            return Sym(f"unit {raw}")
        if raw in {"d", "e", "i"}:
            return self.letter(raw)
        if raw.isalpha() and (len(raw) > 1 or raw.islower() or raw.isupper()) and name not in {"boxed", "fbox"}:
            return self.letter(raw)
        self.position = start
        return self._single(self.argument())

    def _single(self, node: Node) -> Node:
        return node

    def text_atom(self) -> Node:
        r"""`\text{…}`: a letter or number stays mathematics, words are words."""
        content = self.take().text.strip()
        if len(content) == 1 and content.isalpha():
            return self.letter(content)
        if content == "diag" and self.peek().kind == "(":
            return self.diagonal()
        if content in {"or", "and"}:
            raise UnreadableError(f"{content!r} joins nothing")
        if content.isalpha() and (self.peek().kind in {"_", "'"} or len(content) <= _MAX_NAME_CHARS):
            return self.letter(content) if content not in words.FUNCTIONS else self.function(content)
        return Words(content)

    def _big(self, kind: str) -> Node:
        """A sum, product, integral or limit with its bounds."""
        lower: Node | None = None
        upper: Node | None = None
        variable = ""
        while self.peek().kind in {"_", "^"}:
            below = self.take().kind == "_"
            outer_bound, self.in_bound = self.in_bound, True
            bound = self._bound()
            self.in_bound = outer_bound
            if not below:
                upper = bound
            elif getattr(bound, "ops", ()) in (("=",), ("to",)) and isinstance(bound.parts[0], (Sym, Const)):  # type: ignore[union-attr]
                variable, lower = bound.parts[0].name, bound.parts[1]  # type: ignore[union-attr]
            else:
                lower = bound
        side, self.side = self.side, ""
        outside: tuple[Node, ...] = ()
        outer, self.in_integral = self.in_integral, kind == "int"
        body = self._summed() if kind == "int" else self.term()
        self.in_integral = outer
        if kind == "int":
            variable, body, outside = _integrand(body, is_inner=outer)
        if kind != "int" and not variable:
            raise UnreadableError(f"the variable of {kind!r} is missing")
        if variable in {"i", "e"}:  # a running index, not a constant
            body = rewrite(body, lambda part: Sym(variable) if part == Const(variable) else part)
        found = Big(kind + side if kind == "lim" else kind, variable, lower, upper, body)
        return multiply(found, *outside) if outside else found

    def _summed(self) -> Node:
        r"""What is integrated; of `\int x + a\, dx` the terms up to the `dx`, which then stands behind all of them."""
        terms, start = [self.term()], self.position
        while not _has_variable(terms[-1]) and self.peek().kind in {"+", "-"}:
            is_negative = self.take().kind == "-"
            term = self.term()
            terms.append(negate(term) if is_negative else term)
        if len(terms) == 1 or not _has_variable(terms[-1]):
            self.position = start
            return terms[0]
        factors = factors_of(terms[-1])
        place = len(factors) - PAIR
        while place >= PAIR and factors[place - PAIR] == Sym("d"):  # of `dx dy` both belong to the sum
            place -= PAIR
        return multiply(add(*terms[:-1], multiply(*factors[:place])), *factors[place:])

    def _bound(self) -> Node | None:
        if self.peek().kind == "{":
            self.take()
            if self.accept("}"):
                return None
            inner = self.relation()
            if self.accept("+", "-"):
                pass
            elif self.peek().kind == "^" and self.peek(1).kind in {"+", "-"}:
                self.position += 2
            self.expect("}")
            return inner
        if self.peek().kind == "name" and len(self.peek().text) == 1 and self.peek(1).kind == "_":
            return Sym(self.take().text)  # what follows is the other bound, no subscript: `\int^b_a`
        return self.argument()


def _higher_derivative(over: tuple[Node, ...], under: tuple[Node, ...]) -> Node | None:
    r"""`\frac{d^2y}{dx^2}` as y''; None for any other fraction."""
    if len(over) != PAIR or len(under) != PAIR or under[0] != Sym("d"):
        return None
    (first, name), below = over, under[1]
    orders = [part.exponent for part in (first, below) if isinstance(part, Pow) and isinstance(part.base, Sym)]
    if len(orders) != PAIR or orders[0] != orders[1] or not isinstance(first, Pow) or first.base != Sym("d"):
        return None
    order = orders[0].value if isinstance(orders[0], Num) else Fraction(0)
    is_named = isinstance(name, Sym) and order in range(2, _MAX_PRIMES + 1)
    return Sym(name.name + "'" * int(order)) if is_named and isinstance(name, Sym) else None


def _has_variable(term: Node) -> bool:
    """Whether `dx` stands in a product."""
    factors = factors_of(term)
    return any(d == Sym("d") and isinstance(variable, Sym) for d, variable in pairwise(factors))


def _integrand(body: Node, *, is_inner: bool) -> tuple[str, Node, tuple[Node, ...]]:
    """The variable of integration, what is integrated, and what is left for the integral outside.

    `x^2 dx` has both as factors; of `∫∫ xy dx dy` the inner integral takes the first of the variables at the end.
    """
    factors = factors_of(body)
    places = [
        place for place in range(len(factors) - 1) if factors[place] == Sym("d") and isinstance(factors[place + 1], Sym)
    ]
    if not places:
        raise UnreadableError("the variable of integration is missing")
    place = places[-1]
    while is_inner and place == places[-1] == len(factors) - PAIR and place - PAIR in places:
        place, is_inner = place - PAIR, False
    variable = factors[place + 1]
    outside = factors[place + PAIR :] if place != places[-1] else ()
    rest = () if outside else factors[place + PAIR :]
    return variable.name if isinstance(variable, Sym) else "", multiply(*factors[:place], *rest), outside

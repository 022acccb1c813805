"""Chains of formulas in numbers and brackets, `(2 * 5) * (3 + 1) = 10 * 4 = 40`, read without the grammar."""

import re
from collections.abc import Iterator
from typing import Final

Ratio = tuple[int, int]
"""Numerator and denominator, not reduced: many times faster than `Fraction`, and as exact."""
_CHARS: Final = r"[\d.()+*/×÷ –−-]"
_FORMULA = re.compile(rf"[\d(]{_CHARS}*+(?:= ?[-–−]?[\d(]{_CHARS}*+)+")
_PIECE = re.compile(r"\d+(?:\.\d+)?|[-+*/×÷–−()]")
_MAX_DEPTH = 8
_MAX_CHARS = 200
_MINUS: Final = "-–−"


class _NoFormulaError(ValueError):
    """A side is no formula that this module reads."""


def formulas(line: str) -> Iterator[tuple[int, int, int, str]]:
    """Yield where each chain of a line begins and ends, how many statements it makes, and no word before it.

    0 stands for a chain that is not read to its end, or does not hold, or states no operation.
    """
    for match in _FORMULA.finditer(line):
        length, statements = _read_chain(match[0])
        yield match.start(), match.start() + length, statements, ""


def _read_chain(chain: str) -> tuple[int, int]:
    """Return how long a chain is, without what may follow it, and how many statements it makes."""
    if len(chain) > _MAX_CHARS:
        return len(chain), 0
    value: Ratio | None = None
    computed = False
    statements = place = 0
    sides = chain.split("=")
    try:
        for number, side in enumerate(sides, start=1):
            reader = _Reader(side)
            found = reader.sum(0)
            if value is not None:
                if value[0] * found[1] != found[0] * value[1] or not (computed or reader.computes):
                    return len(chain), 0
                statements += 1
            if number < len(sides) and reader.rest:
                return len(chain), 0
            value, computed = found, reader.computes
            place += len(side) + 1
    except _NoFormulaError:
        return len(chain), 0
    return place - 1 - len(sides[-1]) + reader.end, statements


class _Reader:
    """Reads one side from left to right, as far as it is a formula."""

    def __init__(self, text: str) -> None:
        self._pieces = list(_PIECE.finditer(text))
        self._signs = [match[0] for match in self._pieces] + [""]
        self._at = 0
        self.computes = False
        """Whether there was an operation or a bracket."""

    @property
    def rest(self) -> str:
        """What follows the formula."""
        return self._signs[self._at]

    @property
    def end(self) -> int:
        """Where the formula ends."""
        return self._pieces[self._at - 1].end()

    def sum(self, depth: int) -> Ratio:
        """`product (± product)*`."""
        total = self._product(depth)
        while (sign := self.rest) and (sign == "+" or sign in _MINUS):
            self._at += 1
            self.computes = True
            over, under = self._product(depth)
            total = added(total, (over if sign == "+" else -over, under))
        return total

    def _product(self, depth: int) -> Ratio:
        over, under = self._signed(depth)
        while sign := self.rest:
            if sign in "*×/÷":
                self._at += 1
            elif sign != "(" or not self._stands_beside():
                break
            self.computes = True
            factor = self._signed(depth)
            if sign in "/÷":
                factor = factor[1], factor[0]
            over, under = over * factor[0], under * factor[1]
            if not under:
                raise _NoFormulaError
        return over, under

    def _stands_beside(self) -> bool:
        """Whether the bracket that follows is a factor without a sign, `2(3)`, and no remark in words."""
        before, inside = self._signs[self._at - 1], self._signs[self._at + 1]
        return bool(inside) and (before.isdecimal() or before == ")")

    def _signed(self, depth: int) -> Ratio:
        sign = self.rest
        self._at += 1
        if sign and sign in _MINUS:
            over, under = self._signed(depth)
            return -over, under
        if sign == "(":
            if depth == _MAX_DEPTH:
                raise _NoFormulaError
            value = self.sum(depth + 1)
            if self.rest != ")":
                raise _NoFormulaError
            self._at += 1
            self.computes = True
            return value
        if not sign[:1].isdecimal():
            raise _NoFormulaError
        return ratio(sign)


def added(one: Ratio, other: Ratio) -> Ratio:
    """Return the sum of two ratios."""
    if one[1] == other[1]:
        return one[0] + other[0], one[1]
    return one[0] * other[1] + other[0] * one[1], one[1] * other[1]


def ratio(text: str) -> Ratio:
    """Return a decimal number, which may have commas, as a ratio."""
    if text.isdecimal():
        return int(text), 1
    whole, _, places = text.replace(",", "").partition(".")
    return int(whole + places), 10 ** len(places)

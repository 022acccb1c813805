"""Statements about measures: `2.5 km = 2500 m`, `20 m/s × 5 s = 100 m`, `2 hours 45 minutes = 165 minutes`.

Each side is evaluated twice: in SI units, and in units of another size. Only where both sides change alike they have
one dimension, and can be compared. A letter that may be a unit or a variable needs no decision: `5 m + 3 m = 8 m`.
"""

import re
from fractions import Fraction
from typing import Final

from verifiers.steps.step_grammar import Parser
from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_values import Expression, UnreadableError, Value, joined, magnitude
from verifiers.steps.step_words import NO_NOUN, USUAL_UNITS
from verifiers.units.definitions import find_unit

_LOOK_AHEAD: Final = 12
_MAX_UNITS: Final = 4
_POWERS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = re.compile(r"[⁻²³¹⁰⁴-⁹]+\Z")
_SIGNS: Final = frozenset(("eq", "approx", "cong", "other"))
_ENDS: Final = frozenset(("", "eq", "approx", "op", "other", "rp"))
_NEVER_UNITS: Final = frozenset(("a", "I", "x", "X"))
_SYMBOL_CHARS: Final = 3
_SHAPES: Final = frozenset(("square", "cubic", "sq", "cu"))
_APPROXIMATELY: Final = Fraction(1, 20)
_NOISE: Final = 10**12
_ROUNDED: Final = Fraction(1, 200)
"""How far a conversion may be off because its factor was rounded, relatively."""


def may_measure(tokens: Tokens, sign: int) -> bool:
    """Say whether a number with one of the usual units stands before a sign, and one with a word behind it."""
    if USUAL_UNITS.isdisjoint(tokens.texts):
        return False
    if not _has_measure(tokens, range(sign - 1, 0, -1)):
        return False
    places = range(sign + 2, min(sign + _LOOK_AHEAD, len(tokens)))
    return any(tokens.kinds[n - 1] == "num" and (tokens.kinds[n] == "word" or tokens.texts[n] == "/") for n in places)


def _has_measure(tokens: Tokens, places: range) -> bool:
    """Say whether a number with a usual unit stands in some places of a line before the next sign."""
    kinds, texts = tokens.kinds, tokens.texts
    for place in places:
        if kinds[place] in _SIGNS:
            return False
        if texts[place] in USUAL_UNITS and kinds[place - 1] == "num":
            return True
    return False


def decide_measures(tokens: Tokens, start: int, sign: int, right: int) -> tuple[bool | None, int]:
    """Say whether the measures from `start` and from `right` on are equal, and where the second ends.

    None where they are no measures of one dimension; raises `UnreadableError` where they cannot be read.
    """
    (left, end), (left_again, _) = (read_measures(tokens, start, resized=resized) for resized in (False, True))
    (other, end), (other_again, _) = (read_measures(tokens, right, resized=resized) for resized in (False, True))
    if not left.nouns or not other.nouns or not other.value or not left_again.value:
        return None, end
    one, another = left.value * other_again.value, other.value * left_again.value
    if magnitude(one - another) * _NOISE > magnitude(one):
        return None, end
    holds = _agree(left, other, approximately=tokens.kinds[sign] == "approx")
    if not (left.operations or other.operations):
        is_same_unit = left.value * other.first == other.value * left.first
        if (tokens.kinds[sign] == "word" and not holds) or is_same_unit:
            return None, end  # "1 inch is 25 miles" on a map, "so 5 hours = 7 hours" is an equation
    return (None if left.doubtful or other.doubtful else holds), end


def _agree(left: Expression, right: Expression, *, approximately: bool) -> bool | None:
    """Say whether two values in SI units are the same, None where rounding may explain that they are not."""
    difference, size = magnitude(left.value - right.value), magnitude(right.value)
    if not difference:
        return True
    if right.first and right.places is not None and not right.operations:
        last_place = Fraction(right.value) / Fraction(right.first) / 10**right.places
        if right.places and difference < last_place:
            return True
        if difference < last_place:
            return None
    if approximately and difference <= _APPROXIMATELY * size:
        return True
    return None if difference <= (_ROUNDED + left.spread + right.spread) * size else False


def read_measures(tokens: Tokens, start: int, *, resized: bool = False) -> tuple[Expression, int]:
    """Read the longest expression of measures from `start`, in SI units or in others of another size."""
    parser = _MeasureParser(tokens, start)
    parser.resized = resized
    expression = parser.sum(0)
    return expression, parser.at


class _MeasureParser(Parser):
    """The grammar in which units are factors."""

    resized = False
    is_ambiguous = False
    has_unit = False
    is_second = False

    def _with_noun(self, number: Expression) -> Expression:
        """Read the units behind a number, and what else of a smaller unit follows: `2 hours 45 minutes`."""
        if self._kinds[self.at] == "pct":
            raise UnreadableError
        if self._texts[self.at] in {"degrees", "degree"}:
            return super()._with_noun(number)
        start = self.at
        self.has_unit = False
        factor = self._units()
        if self.at == start:
            return number
        places = number.places
        measure = Expression(
            number.value * factor,
            number.operations,
            places,
            number.spread,
            nouns=((number.value, "unit"),) if self.has_unit else number.nouns,
            is_inexact=number.is_inexact,
            doubtful=number.doubtful or self.is_ambiguous,
            first=number.value,
        )
        follows = self.at + (self._texts[self.at].lower() == "and")
        if places == 0 and not self.is_second and self._kinds[follows : follows + 2] == ["num", "word"]:
            return self._with_smaller(measure, factor, follows)
        return measure

    def _with_smaller(self, measure: Expression, factor: Value, follows: int) -> Expression:
        """`6 ft 3 in`: the second unit is smaller, and its number less than what makes one of the first."""
        before = self.at
        self.at = follows
        self.is_second = True
        smaller = self._with_noun(self._number())
        self.is_second = False
        if not smaller.nouns or not 0 < smaller.value < factor:
            self.at = before
            return measure
        return joined(measure, smaller, measure.value + smaller.value, 0)

    def _units(self) -> Value:
        """Consume `m/s²`, `kg`, `hours per week`, and return their factor."""
        factor: Value = 1
        exponent = 1
        for _ in range(_MAX_UNITS):
            kind, text = self._kinds[self.at], self._texts[self.at]
            if text in {"/", "per"} and self._kinds[self.at + 1] in {"word", "noun"}:
                exponent = -1
                self.at += 1
                kind, text = self._kinds[self.at], self._texts[self.at]
            if kind == "noun":
                text = text[text.index("{") + 1 : -1].strip("~ ")
                if not text.isalpha():
                    raise UnreadableError
            elif kind != "word" or self._is_no_unit():
                break
            self.at += 1
            power = _SUPERSCRIPT.search(text)
            unit_factor = self._factor(text[: power.start()] if power else text)
            factor *= unit_factor ** (exponent * (int(power[0].translate(_POWERS)) if power else self._unit_power()))
        return factor

    def _is_no_unit(self) -> bool:
        """Whether a word is none of a unit; `in` is inches only between a number and a sign."""
        text = self._texts[self.at]
        if text == "in":
            return self._kinds[self.at - 1] != "num" or self._kinds[self.at + 1] not in _ENDS
        return text.lower() in NO_NOUN or text in _NEVER_UNITS or self._is_other()

    def _unit_power(self) -> int:
        """Consume `^2` or `^{2}` behind a unit."""
        if self._texts[self.at] != "^":
            return 1
        self.at += 1
        inner = self._braced(0) if self._kinds[self.at] == "lb" else self._signed(0)
        if inner.value.denominator != 1 or magnitude(inner.value) > _MAX_UNITS:
            raise UnreadableError
        return int(inner.value)

    def _factor(self, name: str) -> Fraction:
        """What a unit is worth; a letter that is none may be a variable, another word counts things."""
        units = find_unit(name) if name in USUAL_UNITS or len(name) == 1 else ()
        if name.lower() in _SHAPES or (not units and (1 < len(name) <= _SYMBOL_CHARS or not name.islower())):
            raise UnreadableError  # it may be the symbol of a unit that is not read
        self.has_unit |= bool(units) or len(name) == 1
        if not units or not units[0].dimension:
            return Fraction(self._size(name)) if len(name) == 1 else Fraction(1)
        unit = units[0]
        if unit.offset:
            raise UnreadableError
        self.is_ambiguous |= len(units) > 1 or bool(unit.rivals)
        factor = unit.factor
        for base, exponent in unit.dimension:
            factor *= Fraction(self._size(base)) ** exponent
        return factor

    def _size(self, base: str) -> int:
        """The size of a base unit: one, or another whole number of its own."""
        return int.from_bytes(base.encode(), "big") if self.resized else 1

"""Reads quantities that stand in one list: separators, uncertainties, and parts that are added up as in `5 ft 3 in`."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from verifiers.reading.nouns import MAX_NOUN_WORDS, is_noun
from verifiers.units.definitions import Unit, find_unit
from verifiers.units.measures import Magnitude, Measure, Readings, is_power_of_ten
from verifiers.units.unit_grammar import parse_measure
from verifiers.units.unit_tokens import Token, UnreadableError, tokenize

MAX_QUANTITIES: Final = 20
"""Quantities in one answer."""

_CONCISE: Final = re.compile(r"(\d+\.(\d+))\((\d{1,2})\)")
_PLAIN_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_ADVERBS: Final = "tall long wide high deep thick old away apart total altogether"
_DESCRIPTIONS: Final = frozenset(_ADVERBS.split())
_MINUTES: Final = frozenset({"m"})
_ARC_MINUTES: Final = frozenset({"min", "minute", "minutes"})
_ARC_SECONDS: Final = frozenset({"sec", "s", "second", "seconds"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of an answer."""

    magnitude: Magnitude
    readings: Readings = ()
    """Readings of the unit; empty for a bare number."""
    uncertainty: "Quantity | None" = None
    noun: str = ""
    """What is counted, where it is no unit: `students`."""
    symbols: tuple[str, ...] = ()
    is_glued: bool = False
    substance: str = ""
    """What is measured, where it is named behind the unit: `25 g of NaCl`."""
    direction: str = ""
    """Where it points, as in `20 N to the right`."""
    name: str = ""
    """What stands before `=`, as in `v = 5 m/s`."""


def read_items(text: str) -> tuple[Quantity, ...] | None:
    """Read a text as a list of quantities, or return None.

    >>> [str(q.magnitude.value) for q in read_items("2 m and 3 s")]
    ['2', '3']
    """
    try:
        tokens = tokenize(_CONCISE.sub(_spelled_out, text))
        while tokens and tokens[-1].kind == ",":
            del tokens[-1]
        items = _ListReader(tokens).run() if tokens else None
        if items and _PLAIN_COMMA.search(text) and not any(q.readings for q in items):
            # Without a unit, `1,2` is a list of two numbers rather than a decimal comma.
            return _ListReader(tokenize(_PLAIN_COMMA.sub(", ", text))).run()
    except UnreadableError:
        return None
    return items


def _spelled_out(match: re.Match[str]) -> str:
    """`5.02(3)` as `(5.02 ± 0.03)`."""
    places = len(match[2])
    return f"({match[1]} ± {int(match[3])}e-{places})"


class _ListReader:
    """Reads quantities and what stands between them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def run(self) -> tuple[Quantity, ...]:
        """All quantities that the tokens list; parts of one, such as feet and inches, are added up."""
        quantities: list[Quantity] = []
        separators: list[str] = []
        while True:
            if len(quantities) >= MAX_QUANTITIES:
                raise UnreadableError(f"more than {MAX_QUANTITIES} quantities")
            quantities.extend(self._quantity())
            separators.extend([","] * (len(quantities) - len(separators) - 1))
            if self.at == len(self.tokens):
                break
            separators.append(self._separator())
        return _with_shared_unit(_added_up(quantities, separators), bool(set(separators) - {""}))

    def _kind(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def _separator(self) -> str:
        """Consume `,`, `and`, `, and`, `or`; empty where the next number follows directly."""
        kinds = []
        while self._kind() in (",", "and", "or"):
            kinds.append(self._kind())
            self.at += 1
        if kinds not in ([], [","], ["and"], ["or"], [",", "and"], [",", "or"]):
            raise UnreadableError("separators without a quantity")
        if not kinds and self._kind() != "number":
            raise UnreadableError(f"unexpected {self.tokens[self.at].text or self._kind()!r}")
        return kinds[-1] if kinds else ""

    def _quantity(self) -> list[Quantity]:
        """One quantity, or the two of `±5 V`."""
        if self._kind() == "±":
            self.at += 1
            one = self._measured()
            return [one, replace(one, magnitude=replace(one.magnitude, value=-one.magnitude.value))]
        if self._is_bracketed_uncertainty():
            return [self._bracketed()]
        left = self._measured()
        if self._kind() != "±":
            return [left]
        self.at += 1
        right = self._measured()
        unit = left if left.readings else right
        left = replace(left, readings=unit.readings, symbols=unit.symbols)
        return [replace(left, uncertainty=replace(right, readings=right.readings or unit.readings))]

    def _is_bracketed_uncertainty(self) -> bool:
        kinds = [t.kind for t in self.tokens[self.at :]]
        if not kinds or kinds[0] != "(" or ")" not in kinds or "±" not in kinds:
            return False
        return kinds.index("±") < kinds.index(")")

    def _bracketed(self) -> Quantity:
        """`(5.0 ± 0.1) cm`, and with a power of ten behind the bracket."""
        close = next(i for i in range(self.at, len(self.tokens)) if self.tokens[i].kind == ")")
        inner = _ListReader(self.tokens[self.at + 1 : close]).alone()
        self.at = close + 1
        if self.at == len(self.tokens) or self._kind() in (",", "and", "or"):
            return inner
        if self._kind() == "*":
            self.at += 1
        outer = self._measure()
        by = outer.magnitude.value if outer.magnitude else Fraction(1)
        return scaled(inner, by, outer.readings, outer.symbols)

    def alone(self) -> Quantity:
        """The one quantity that all tokens make."""
        quantities = self._quantity()
        if self.at != len(self.tokens) or len(quantities) != 1:
            raise UnreadableError("brackets around several quantities")
        return quantities[0]

    def _measure(self) -> Measure:
        measure, self.at = parse_measure(self.tokens, self.at)
        return measure

    def _measured(self) -> Quantity:
        measure = self._measure()
        if measure.magnitude is None:
            raise UnreadableError("a unit without a number")
        quantity = Quantity(measure.magnitude, measure.readings, symbols=measure.symbols, is_glued=measure.is_glued)
        words = self._words()
        if not words:
            return quantity
        if measure.readings and words[-1] in _DESCRIPTIONS and len(words) == 1:
            return quantity
        if measure.readings or not is_noun(words):
            raise UnreadableError(f"unexpected {words[0]!r}")
        return replace(quantity, noun=" ".join(words))

    def _words(self) -> list[str]:
        """Words behind a quantity, up to four."""
        start = self.at
        while self._kind() == "word" and self.at - start <= MAX_NOUN_WORDS:
            self.at += 1
        return [t.text for t in self.tokens[start : self.at]]


def scaled(quantity: Quantity, by: Fraction, readings: Readings, symbols: tuple[str, ...]) -> Quantity:
    """The quantity with its numbers multiplied and a unit of its own."""
    spread = quantity.uncertainty
    return replace(
        quantity,
        magnitude=quantity.magnitude.scaled(by),
        readings=readings,
        symbols=symbols,
        uncertainty=scaled(spread, by, readings, ()) if spread else None,
    )


def _added_up(quantities: list[Quantity], separators: list[str]) -> list[Quantity]:
    """`5 ft 3 in` and `2 h and 30 min` are one quantity: each part is whole and less than one of the unit before it."""
    result = quantities[:1]
    for separator, quantity in zip(separators, quantities[1:], strict=True):
        large, small = _as_parts(result[-1], quantity, is_beside=separator == "")
        total = _sum(large, small) if separator != "or" else None
        if total is not None and (separator != "," or _may_have_comma(large, small)):
            result[-1] = total
        elif separator == "":
            raise UnreadableError("two quantities side by side")
        else:
            result.append(quantity)
    return result


def _may_have_comma(large: Quantity, small: Quantity) -> bool:
    """`2 hours, 30 minutes` and `5 feet, 3 inches` are one quantity; `2 m, 30 cm` may be two."""
    return not is_power_of_ten(large.readings[0].factor / small.readings[0].factor)


def _as_parts(large: Quantity, small: Quantity, *, is_beside: bool) -> tuple[Quantity, Quantity]:
    """Two quantities, with what a symbol means only as a part of one: `2h 30m`, `1m 15s`, `30 degrees 15 minutes`."""
    above, below = set(large.symbols[-1:]), set(small.symbols)
    names = {b for unit in large.readings for b, _ in unit.dimension}
    if small.noun:
        return large, small
    if is_beside and below <= _MINUTES and names == {"second"}:
        small = replace(small, readings=find_unit("min"))
    elif is_beside and above <= _MINUTES and below <= _ARC_SECONDS and large.readings:
        large = replace(large, readings=find_unit("min"))
    elif names == {"radian"} and below <= _ARC_MINUTES:
        small = replace(small, readings=find_unit("arcmin"))
    elif names == {"radian"} and below <= _ARC_SECONDS:
        small = replace(small, readings=find_unit("arcsec"))
    return large, small


def _sum(large: Quantity, small: Quantity) -> Quantity | None:
    """The sum in the smaller unit, or None where the two are no parts of one quantity."""
    if large.uncertainty or small.uncertainty or large.magnitude.value.denominator != 1 or small.magnitude.value < 0:
        return None
    for left in large.readings:
        for right in small.readings:
            ratio = _ratio(left, right)
            if ratio is not None and ratio > 1 and small.magnitude.value < ratio:
                sign = -1 if large.magnitude.value < 0 else 1
                value = large.magnitude.value * ratio + sign * small.magnitude.value
                last = small.magnitude
                digits = None if last.step is None else len(str(abs(int(value / last.step))))
                magnitude = Magnitude(value, last.step, digits, last.is_measured)
                return Quantity(magnitude, (right,), symbols=large.symbols + small.symbols)
    return None


def _ratio(left: Unit, right: Unit) -> Fraction | None:
    if left.dimension != right.dimension or not left.dimension or left.offset or right.offset:
        return None
    return left.factor / right.factor


def _with_shared_unit(quantities: list[Quantity], is_list: bool) -> tuple[Quantity, ...]:
    """`3 and 5 m`: a unit behind the last belongs to all, where none of the others has one."""
    last = quantities[-1]
    if is_list and last.readings and not any(q.readings or q.noun for q in quantities[:-1]):
        quantities = [replace(q, readings=last.readings, symbols=last.symbols) for q in quantities[:-1]] + [last]
    return tuple(quantities)

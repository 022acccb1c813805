"""Reads a whole answer as quantities: one or several, with uncertainties, names before `=`, nouns that are counted.

Nothing is skipped: a word that is neither a unit nor a counted noun makes the text unreadable, so that "at least 5 m",
"not 5 m" and "between 6 V and 12 V" are never taken for what they mention.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from verifiers.measures import Magnitude, Measure, Readings, is_power_of_ten
from verifiers.unit_grammar import parse_measure
from verifiers.unit_tokens import MAX_QUANTITY_CHARS, Token, UnreadableError, plain_notation, tokenize
from verifiers.units import Dimension, Unit

MAX_QUANTITIES: Final = 20
"""Quantities in one answer."""


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
    name: str = ""
    """What stands before `=`, as in `v = 5 m/s`."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One side of `=` or `≈`: the quantities it lists."""

    items: tuple[Quantity, ...]
    is_approximate: bool = False
    """Whether it stands behind `≈` or in a remark that says about how much it is."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What an answer states: `60 km/h ≈ 16.7 m/s` has two segments."""

    segments: tuple[Segment, ...]


_EQUALS: Final = re.compile(r"(≈|≅|≃|≐|\\approx(?![A-Za-z])|\\simeq(?![A-Za-z])|\\cong(?![A-Za-z])|=)")
_ABOUT: Final = re.compile(
    r"^(?:\\text\{)?\s*(?:≈|~(?=\s*\d)|\\approx(?![A-Za-z])|\\sim(?![A-Za-z])|(?:about|approximately|approx\.?|roughly|around|ca\.)\s)\}?\s*",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(r"^(.*\S)\s*(?:\\text\{)?\s*\((?:or\s+)?((?:about|approximately|approx\.?|roughly|≈|\\approx)[^()]*)\)\}?\s*$")
_CONCISE: Final = re.compile(r"(\d+\.(\d+))\((\d{1,2})\)")
_SIMPLE: Final = re.compile(
    r"\s*([+\-−]?)\s*(\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,40})?|\d{1,40}(?:\.\d{1,40})?)"
    r"((?:\s|~|\\[,;: ])*(?:[A-Za-zμµΩÅ°%]|\\(?:times|cdot|mathrm|text|rm|circ|%|mu|Omega|frac)(?![A-Za-z])|\$\s*\\mathrm|×|·).*)",
    re.DOTALL,
)
_PLACEHOLDER: Final = "7"
_NEXT_NAME: Final = re.compile(r"\$?\s*(?:,|;|\band\b)\s*\$?(?=[^,;=\d]{1,20}(?:_\{?\w{1,12}\}?[^,;=\d]{0,4})?=)")
_PLAIN_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_INDEX: Final = re.compile(r"[_^](?:\{[^{}]*\}|\w)")
_NO_NAME: Final = re.compile(r"[\d<>≤≥≠!]|\\(?:ne|neq|not|lnot|neg|le|leq|lt|ge|geq|gt|in)(?![A-Za-z])")
_NOUN: Final = re.compile(r"[a-zäöüß]{2,}|[A-Z]{2,5}s?|[A-Z][a-z]{2,}")
_FUNCTION_WORDS: Final = frozenset(
    "is are was were be been am not no nor none never isn aren doesn or and but if than then that this it its of to from "
    "by about between within least most more less fewer greater larger smaller only except without wrong incorrect false "
    "right true correct yes maybe perhaps possible possibly impossible unlikely either neither unknown some on at for as "
    "with so the an mod modulo remainder plus minus over under below above up down half third quarter base always "
    "sometimes unless otherwise else versus vs because since when while where which what who how why therefore thus hence "
    "however actually instead guess options answers choices solutions cases times power th st nd rd "
    "january february march april may june july august september october november december".split()
)
_SINGULAR_S: Final = re.compile(r"(?:ss|us|is|ous)$")
_IRREGULAR_PLURALS: Final = frozenset(
    "people children men women feet mice geese fish sheep deer teeth oxen dice data criteria vertices indices cacti".split()
)
_DESCRIPTIONS: Final = frozenset("tall long wide high deep thick old away apart total altogether".split())
_LISTED_TOGETHER: Final = frozenset({"second", "radian"})
"""Bases of quantities whose parts are often written with a comma between them: `2 hours, 30 minutes`."""


@lru_cache(maxsize=16384)
def read_statement(text: str) -> Statement | None:
    """Read `text` as a statement of quantities, or return None if it is anything else.

    >>> read_statement("2 h 30 min").segments[0].items[0].magnitude.value
    Fraction(150, 1)
    >>> read_statement("at least 5 m") is None
    True
    """
    if len(text) > MAX_QUANTITY_CHARS:
        return None
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        statement = _from_pattern(*simple.groups())
        if statement is not None:
            return statement
    return _read_any(text)


def _from_pattern(sign: str, number: str, rest: str) -> Statement | None:
    """A number and what follows it: the rest is read once with another number in its place, which is then replaced.

    This is only a short cut: None where the number does more than to be multiplied.
    """
    pattern = _pattern(rest)
    if pattern is None:
        return None
    digits = number.replace(".", "").replace(",", "").lstrip("0")
    if not digits:
        return None
    quantity, scale = pattern
    places = len(number.partition(".")[2])
    step = scale / 10**places
    value = int(digits) * step
    measured = len(digits) > 1 and (places > 0 or scale != 1)
    magnitude = Magnitude(-value if sign in ("-", "−") else value, step, len(digits), measured)
    return Statement((Segment((replace(quantity, magnitude=magnitude),)),))


@lru_cache(maxsize=8192)
def _pattern(rest: str) -> tuple[Quantity, Fraction] | None:
    """The one quantity that `7` and `rest` make, and the power of ten in it; None if there is more to it."""
    statement = _read_any(_PLACEHOLDER + rest)
    if statement is None or len(statement.segments) != 1 or len(statement.segments[0].items) != 1:
        return None
    quantity = statement.segments[0].items[0]
    scale = quantity.magnitude.value / int(_PLACEHOLDER)
    if quantity.uncertainty or quantity.magnitude.step != scale or not is_power_of_ten(scale):
        return None
    return quantity, scale


def _read_any(text: str) -> Statement | None:
    """Read a text in any of the forms, by its tokens."""
    text = plain_notation(text).strip().removesuffix(".").rstrip()
    remark = _REMARK.match(text)
    pieces = _NEXT_NAME.split(remark[1] if remark else text)
    if len(pieces) > 1 and not remark:
        return _side_by_side(pieces)
    parts = _EQUALS.split(_ABOUT.sub("", pieces[0]))
    if remark:
        parts += ["≈", _ABOUT.sub("", remark[2])]
    return _statement(parts)


def read_noun(text: str) -> str:
    """A text that is only a counted noun, such as `students`; empty if it is anything else."""
    words = re.sub(r"\\(?:text|mathrm)(?![A-Za-z])|[{}$]", " ", text).split()
    is_noun = 0 < len(words) <= 4 and all(_NOUN.fullmatch(w) for w in words)
    return " ".join(words) if is_noun and _FUNCTION_WORDS.isdisjoint(w.lower() for w in words) else ""


def base_name(name: str) -> str:
    """The letter before `=`, without index.

    >>> base_name("T_electron")
    'T'
    """
    return re.split(r"[_^(]", name)[0][:12]


def head_noun(noun: str) -> str:
    """The noun that is counted, in the singular: `red apples` is about an apple.

    >>> head_noun("red apples")
    'apple'
    """
    word = noun.split()[-1].lower() if noun else ""
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "oes")):
        return word[:-2]
    return word if _SINGULAR_S.search(word) else word.removesuffix("s")


def is_plural(noun: str) -> bool:
    """Whether the last word of a noun phrase is a plural."""
    word = noun.split()[-1].lower()
    return word in _IRREGULAR_PLURALS or (word.endswith("s") and _SINGULAR_S.search(word) is None)


def _side_by_side(pieces: list[str]) -> Statement | None:
    """`x = 3 m, y = 5 m`: a list of quantities that each have a name."""
    items: list[Quantity] = []
    for piece in pieces[: MAX_QUANTITIES + 1]:
        statement = _statement(_EQUALS.split(piece))
        if statement is None or len(statement.segments) != 1 or len(items) > MAX_QUANTITIES:
            return None
        items += statement.segments[0].items
    return Statement((Segment(tuple(items)),))


def _statement(parts: list[str]) -> Statement | None:
    """Segments from texts and the signs between them; texts that are no quantity may only come first, as names."""
    segments: list[Segment] = []
    name = ""
    for place in range(0, len(parts), 2):
        items = _read_items(parts[place])
        if items is not None:
            named = tuple(replace(q, name=name) for q in items) if name and not segments and len(items) == 1 else items
            segments.append(Segment(named, place > 0 and parts[place - 1] != "="))
        elif segments or place == len(parts) - 1 or not _is_name(parts[place]):
            return None
        elif place == 0:
            name = re.sub(r"\\(?:text|mathrm|rm)(?![A-Za-z])|[\s{}$\\]|[(\[]$", "", parts[0])
    return Statement(tuple(segments)) if segments else None


def _is_name(text: str) -> bool:
    """Whether `text` may stand before `=` as the name of a quantity: no number but in an index, no negation."""
    words = re.findall(r"[a-z]{2,}", text)
    return bool(text.strip()) and not _NO_NAME.search(_INDEX.sub("", text)) and _FUNCTION_WORDS.isdisjoint(words)


def _read_items(text: str) -> tuple[Quantity, ...] | None:
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
        if len(kinds) > 2 or (len(kinds) == 2 and kinds[0] != ","):
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
        inner = _ListReader(self.tokens[self.at + 1 : close])._quantity_alone()
        self.at = close + 1
        if self.at == len(self.tokens) or self._kind() in (",", "and", "or"):
            return inner
        if self._kind() == "*":
            self.at += 1
        outer = self._measure()
        by = outer.magnitude.value if outer.magnitude else Fraction(1)
        return scaled(inner, by, outer.readings, outer.symbols)

    def _quantity_alone(self) -> Quantity:
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
        if measure.readings or not all(_NOUN.fullmatch(w) for w in words) or not _FUNCTION_WORDS.isdisjoint(map(str.lower, words)):
            raise UnreadableError(f"unexpected {words[0]!r}")
        return replace(quantity, noun=" ".join(words))

    def _words(self) -> list[str]:
        """Words behind a quantity, up to four."""
        start = self.at
        while self._kind() == "word" and self.at - start < 5:
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
        total = _sum(result[-1], quantity) if separator != "or" else None
        if total is not None and (separator != "," or _may_have_comma(total.readings[0].dimension)):
            result[-1] = total
        elif separator == "":
            raise UnreadableError("two quantities side by side")
        else:
            result.append(quantity)
    return result


def _may_have_comma(dimension: Dimension) -> bool:
    return len(dimension) == 1 and dimension[0][0] in _LISTED_TOGETHER


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

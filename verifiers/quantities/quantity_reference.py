"""Decides from the reference and the problem's unit alone whether a question is one of quantities, and reads them."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from verifiers.quantities.quantity_lists import Quantity, scaled
from verifiers.quantities.quantity_text import Statement, read_statement, with_digits
from verifiers.reading.nouns import read_noun
from verifiers.units.definitions import ONE, Unit, dimension_text, find_unit
from verifiers.units.measures import Measure
from verifiers.units.unit_grammar import SCALE_WORDS, SHY_SYMBOLS, read_unit


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference read as quantities."""

    text: str
    items: tuple[Quantity, ...]
    form: str
    unit_scale: Fraction = Fraction(1)
    """The power of ten that stands in the problem's unit."""
    is_plain_number: bool = False
    """Whether it is one bare number, without unit or noun."""
    may_be_algebra: bool = False
    """Whether its units are single letters, so that algebra may still decide."""
    is_difference: bool = False
    """Whether it is a difference of temperatures."""


_WRAPPED: Final = re.compile(r"\\(?:mathrm|text|textrm|rm|SI|si|qty|unit|ang|mbox|operatorname)(?![A-Za-z])")
_USUAL: Final = "au cc cl cm dl ev ft gy hp hr hz kg kj km kn kv kw lb lx ly mi ml mm oz sv yr"
_USUAL_PAIRS: Final = frozenset(_USUAL.split())
"""Units of two small letters that are meant as such directly behind a number."""
_MIXED: Final = "kT Am As mA mV mC mN mT"
_MIXED_PAIRS: Final = frozenset(_MIXED.split())
"""Those with a capital that are no more units than products."""
_GLUED_LETTERS: Final = re.compile(r"\d(?:[a-z]{1,4}| [a-z]{2})(?![A-Za-z])")
"""Behind a number, a few letters that are no unit are as likely a product as a noun: `2xyz`, `3 pq`."""
_SHY_BUT_SPACED: Final = frozenset("utdyDMBGS")
"""Shy symbols that are believed where they stand apart from the number: `0.5 M`, `1.008 u`, `0.2 M^{-1} s^{-1}`."""
_QUOTIENT: Final = re.compile(r"[A-Za-z]/[A-Za-z]")
_DELTA: Final = re.compile(r"^\s*\$*\s*(?:\\Delta|Δ|\\delta|δ)")
_COMPOSED: Final = re.compile(rf"\d[\s$~]+10\s*(?:\^|\*\*)|\d\D*\b(?:{'|'.join(SCALE_WORDS)})\b", re.IGNORECASE)
"""A number that only this reader knows: a power of ten without a sign before it, or a word such as `million`."""
_CLOCK: Final = frozenset({"am", "pm"})
_HOURS_ON_A_CLOCK: Final = 12
_ASKED: Final = re.compile(
    r"\b(?:in|in units? of|as an?|to the nearest|how many|what|the number of)\s+(?=(?:the\s+)?([^.?!;]{1,60}))"
    r"|\(\s*(?:in\s+)?([^()]{1,30})\)",
    re.IGNORECASE,
)
_MAX_QUESTION_CHARS: Final = 4000


@lru_cache(maxsize=8192)
def read_reference(reference: str, unit: str, is_asked: bool) -> Reference | None:
    """Read a reference with the problem's unit; None if it is not a quantity, a counted noun or a bare number.

    `is_asked`: the problem says that it is a quantity, so that single letters are units.

    >>> read_reference("2m", "", False) is None, read_reference("12 m", "", False) is None
    (True, False)
    """
    statement = read_statement(reference) or _in_words(reference)
    if statement is None:
        return None
    items: tuple[Quantity, ...] | None = statement.segments[0].items
    scale = Fraction(1)
    if unit.strip():
        items, scale = _with_unit(statement, unit)
    elif not is_asked and not _is_believable(statement, reference):
        return None
    if items is None:
        return None
    plain = len(items) == 1 and not items[0].readings and not items[0].noun and not items[0].uncertainty
    has_unit = any(q.readings or q.noun for q in items)
    if not is_asked and not unit.strip() and not plain and not has_unit:
        return None
    return Reference(
        reference,
        items,
        form_of(items),
        scale,
        is_plain_number=plain and scale == 1 and not is_composed(reference),
        may_be_algebra=not is_asked and not unit.strip() and not _is_surely_unit(items, reference),
        is_difference=bool(_DELTA.match(reference)),
    )


def _in_words(text: str) -> Statement | None:
    """`two and a half hours` as a quantity with a unit; None for any other text."""
    if not text[:1].isalpha() or (digits := with_digits(text)) == text:
        return None
    statement = read_statement(digits)
    return statement if statement is not None and all(q.readings for q in statement.segments[0].items) else None


def is_composed(text: str) -> bool:
    """Whether a text is a number with a power of ten or a scale word that plain numbers do not have.

    >>> is_composed("2.5 million"), is_composed("4.16 $10^{42}$"), is_composed("4.16e42")
    (True, True, False)
    """
    return _COMPOSED.search(text) is not None


def form_of(items: tuple[Quantity, ...]) -> str:
    """The normal form of quantities: their values in SI base units."""
    return ", ".join(_form(q) for q in items)


def plain(value: Fraction) -> str:
    """A value as a decimal of at most 12 digits, for people."""
    try:
        return f"{float(value):.12g}"
    except OverflowError:
        return "a number beyond 1e308"


def unit_text(quantity: Quantity) -> str:
    """The unit for people: a single symbol as it was written, a compound unit in SI base units."""
    unit = quantity.readings[0] if quantity.readings else ONE
    is_single = len(quantity.symbols) == 1 and any(
        found.dimension == unit.dimension for found in find_unit(quantity.symbols[0])
    )
    return quantity.symbols[0] if is_single else dimension_text(unit.dimension)


def _form(quantity: Quantity, *, is_difference: bool = False) -> str:
    unit = quantity.readings[0] if quantity.readings else ONE
    unit = unit.as_difference() if is_difference else unit
    value = quantity.magnitude.value * unit.factor + unit.offset
    text = " ".join(p for p in (plain(value), dimension_text(unit.dimension), quantity.noun) if p)
    return f"{text} ± {_form(quantity.uncertainty, is_difference=True)}" if quantity.uncertainty else text


def _with_unit(statement: Statement, text: str) -> tuple[tuple[Quantity, ...] | None, Fraction]:
    """The quantities in the problem's unit, where they have none of their own, and the power of ten in that unit."""
    unit = read_unit(text)
    if unit is None:
        noun = read_noun(text)
        items = tuple(q if q.readings or q.noun else replace(q, noun=noun) for q in statement.segments[0].items)
        return (items if noun else None), Fraction(1)
    return tuple(_completed(q, unit) for q in statement.segments[0].items), _scale(unit)


def _completed(quantity: Quantity, unit: Measure) -> Quantity:
    if quantity.readings or quantity.noun:
        return quantity
    return scaled(quantity, _scale(unit), unit.readings, unit.symbols)


def _scale(unit: Measure) -> Fraction:
    return Fraction(1) if unit.magnitude is None else unit.magnitude.value


def _is_believable(statement: Statement, text: str) -> bool:
    """Whether symbols in a reference are units at all: letters of algebra, labels and clock times are not."""
    for quantity in statement.segments[0].items:
        symbols = quantity.symbols
        if not symbols:
            if _GLUED_LETTERS.search(text) and not _WRAPPED.search(text):
                return False
            continue
        value = quantity.magnitude.value
        if not _CLOCK.isdisjoint(symbols) and value.denominator == 1 and 1 <= value <= _HOURS_ON_A_CLOCK:
            return False
        if _WRAPPED.search(text):
            continue
        first = symbols[0]
        if not SHY_SYMBOLS.isdisjoint(symbols) and (quantity.is_glued or not _are_units_apart(symbols)):
            return False
        is_letters = (len(first) == 1 and first.isascii() and first.isalpha()) or _is_algebra_pair(first)
        is_quotient = len(symbols) > 1 and _QUOTIENT.search(text) is not None
        if quantity.is_glued and is_letters and not is_quotient and not _is_glued_degree(first):
            return False
    return True


def _is_algebra_pair(symbol: str) -> bool:
    """Whether a symbol directly behind a number is as likely a product of two letters: `2ab`, `4mn`, `3as`."""
    if len(symbol) != len("ab") or not symbol.isascii() or not symbol.isalpha():
        return False
    return symbol in _MIXED_PAIRS or (symbol.islower() and symbol not in _USUAL_PAIRS)


def _are_units_apart(symbols: tuple[str, ...]) -> bool:
    has_electronvolts = any(s.endswith("eV") for s in symbols)  # `MeV/c^2` is a mass
    return all(s in _SHY_BUT_SPACED or s not in SHY_SYMBOLS or (s == "c" and has_electronvolts) for s in symbols)


def _is_glued_degree(symbol: str) -> bool:
    return not symbol.isalnum()


def _is_surely_unit(items: tuple[Quantity, ...], text: str) -> bool:
    if _WRAPPED.search(text):
        return True
    symbols = [s for q in items for s in q.symbols]
    return any(len(s) > 1 or not s.isascii() or not s.isalpha() for s in symbols)


@lru_cache(maxsize=8192)
def fixes_unit(question: str, unit: Unit) -> bool:
    """Whether a question says in which unit the answer is to be given: "in metres", "how many seconds".

    >>> from verifiers.units.definitions import find_unit
    >>> fixes_unit("How far is it, in km?", find_unit("km")[0])
    True
    """
    for match in _ASKED.finditer(question[:_MAX_QUESTION_CHARS]):
        words = (match[1] or match[2]).replace("$", " ").split()
        for length in range(min(len(words), 5), 0, -1):
            measure = read_unit(" ".join(words[:length]).strip(" ,:"))
            if measure is not None and measure.magnitude is None and measure.readings:
                if any(u.factor == unit.factor and u.dimension == unit.dimension for u in measure.readings):
                    return True
                break
    return False


_HOW_MANY: Final = re.compile(r"\bhow many\s+(?=([^.?!;]{1,60}))", re.IGNORECASE)


@lru_cache(maxsize=8192)
def counted_units(question: str) -> tuple[Unit, ...]:
    """What a question asks how many there are of, where that is one unit: metres in "how many metres does she run?".

    >>> [unit.factor for unit in counted_units("How many metres does she run?")], counted_units("How many dogs?")
    ([Fraction(1, 1)], ())
    """
    asked: set[tuple[Unit, ...]] = set()
    for match in _HOW_MANY.finditer(question[:_MAX_QUESTION_CHARS]):
        measure = read_unit(match[1].split()[0].strip(" ,:$"))
        if measure is not None and measure.magnitude is None and measure.readings:
            asked.add(tuple(measure.readings))
    return asked.pop() if len(asked) == 1 else ()


_PERCENT_ASKED: Final = re.compile(
    r"\b(?:what|which|the|how many|a|as|in|by)\s+(?:(?!\w*(?:ty|teen|ten|five|half)\s)[a-z]+\s+)?"
    r"per\s?cent(?:ages?|s)?\b"
    r"|\bwhat %",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(
    r"\?|\b(?:what|which|find|calculate|determine|compute|express|give|how many)\b", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+")


@lru_cache(maxsize=8192)
def asks_for_percent(question: str) -> bool:
    """Whether a question asks for a percentage, so that `20` and `20 %` both say it.

    >>> asks_for_percent("What percentage of the cars are red?"), asks_for_percent("He gets 20 percent off. How much?")
    (True, False)
    """
    if "%" not in question and "percent" not in question.lower() and "per cent" not in question.lower():
        return False
    sentences = _SENTENCE.split(question[-_MAX_QUESTION_CHARS:])
    return any(_ASKS.search(each) and _PERCENT_ASKED.search(each) for each in sentences)

"""Reads a whole answer as quantities: one or several, with uncertainties, names before `=`, nouns that are counted.

Nothing is skipped: a word that is neither a unit nor a counted noun makes the text unreadable, so that "at least 5 m",
"not 5 m" and "between 6 V and 12 V" are never taken for what they mention.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from verifiers.quantities.quantity_lists import MAX_QUANTITIES, Quantity, read_items
from verifiers.reading.nouns import FUNCTION_WORDS
from verifiers.reading.number_words import number_in_words
from verifiers.units.measures import Magnitude, is_power_of_ten
from verifiers.units.unit_grammar import read_unit
from verifiers.units.unit_tokens import MAX_QUANTITY_CHARS, plain_notation


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
    r"^(?:\\text\{)?\s*(?:≈|~(?=\s*\d)|\\approx(?![A-Za-z])|\\sim(?![A-Za-z])"
    r"|(?:about|approximately|approx\.?|roughly|around|ca\.)\s)\}?\s*",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(
    r"^(.*\S)\s*(?:\\text\{)?\s*\((?:or\s+)?((?:about|approximately|approx\.?|roughly|≈|\\approx)[^()]*)\)\}?\s*$"
)
_SUBSTANCE: Final = re.compile(
    r"(.*[A-Za-z}])[\s~]+(of\s+)?(?:the\s+)?(?:\\(?:text|mathrm|ce)\{\s*)?"
    r"((?:[a-z]{3,20} ){0,2}[a-z]{3,20}|(?:[A-Z][a-z]?(?:_?\{?\d{1,2}\}?)?){1,8})\s*\}*"
)
_FORMULA_PIECES: Final = re.compile(
    r"(?<=\})(?:[\s~]|\\[,;: ])*(?:\\(?:mathrm|text|rm)\s?\{(?:[\s~]|\\[,;: ])*[A-Z][A-Za-z0-9_]{0,12}\}"
    r"(?:\s?_\s?\{?\d{1,2}\}?)?\s?){1,6}\Z"
)
r"""`\mathrm{~H}_2 \mathrm{O}` behind a unit"""
_FORMULA_DRESS: Final = re.compile(r"\\(?:mathrm|text|rm)|\\[,;: ]|[\s~{}]")
_FORMULA_SIGNS: Final = re.compile(r"[_{}]")
_DIRECTION: Final = re.compile(
    r"(.*?[A-Za-z}\d²]),?(?:\\[ ,;]|[\s~(])+(?:\\text\{\s*)?(?:(?:to|towards?|in) (?:the )?)?(?:due )?"
    r"((?:north|south)?[ -]?(?:east|west)|north|south|right|left|up|down|(?:for|back|in|out)ward"
    r"|(?:counter|anti)?-?clockwise)"
    r"(?:wards?|s)?(?: direction)?[\s)}]*",
    re.IGNORECASE,
)
_BEARING: Final = re.compile(
    r"(.*(?:°|degrees?|deg|\\circ\s?\}?|\\degree)\$?)[\s~]*(?:\\text\{\s*)?"
    r"((?:north|south|east|west) of (?:due )?(?:north|south|east|west)|[NSEW] of [NSEW]|"
    r"(?:above|below) (?:the )?horizontal)\s*\}?\s*",
    re.IGNORECASE,
)
_POINTS: Final = {"n": "north", "s": "south", "e": "east", "w": "west"}
_SIGNS_OF_A_FORMULA: Final = 2
_OF_MATTER: Final = (
    (("gram", 1),), (("meter", 3),), (("mole", 1),), (("meter", -3), ("mole", 1)), (("gram", 1), ("meter", -3)),
)  # fmt: skip
_BY_MASS: Final = re.compile(
    r"(?<=%)\s*\}?\s+(?:by (?:mass|weight|volume|moles)|yield|efficiency|efficient|purity|humidity|probability|chance|"
    r"accuracy|of the (?:total|whole|time))$"
)
"""What a percentage is of."""
_AT_AN_ANGLE: Final = re.compile(
    r"(?<=[A-Za-z}\d])\}?[\s~]+(?:\\text\{\s*)?at\s+(?:an angle of\s+)?\}?\s*"
    r"(?=\$?[\d.]+\s*(?:\^?\s?\{?\s?\\circ|°|deg))"
)
"""`5 m/s at 37°` has two quantities."""
_CURRENT: Final = re.compile(
    r"(.*\d.*[\s~{}](?:[mk]?[VAW]|volts?|amp(?:ere)?s?|watts?))\}?[\s~]+(?:\\(?:text|mathrm)\{\s*)?(DC|AC|dc|ac)\}?"
)
"""`12 V DC`: a direct or an alternating current."""
_UNIT_REMARK: Final = re.compile(r"(.*\S)\s+\(([^()\d]{1,40})\)")
_SIMPLE: Final = re.compile(
    r"\s*([+\-−]?)\s*(\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,40})?|\d{1,40}(?:\.\d{1,40})?)"
    r"((?:\s|~|\\[,;: ])*(?:[A-Za-zμµΩÅ°%×·]|\\(?:times|cdot|mathrm|text|rm|circ|%|mu|Omega|frac)(?![A-Za-z])"
    r"|\$\s*\\mathrm).*)",
    re.DOTALL,
)
_MAX_NUMBER_WORDS: Final = 6
_AND_A_PART: Final = re.compile(
    r"(?<![\d./])(\d{1,6})\s+and\s+((?:an?|one|two|three)[ -](?:hal|thir|quarter|fourth|fif)[a-z]{0,6})\b"
)
_AND_A_HALF: Final = re.compile(r"an? ([a-z]{3,12}) and a half", re.IGNORECASE)
_JOINT: Final = re.compile(r"(,?\s+and\s+|,\s+)")
_PLACEHOLDER: Final = "7"
_NEXT_NAME: Final = re.compile(r"\$?\s*(?:,|;|\band\b)\s*\$?(?=[^,;=\d]{1,20}(?:_\{?\w{1,12}\}?[^,;=\d]{0,4})?=)")
_INDEX: Final = re.compile(r"[_^](?:\{[^{}]*\}|\w)")
_NO_NAME: Final = re.compile(r"[\d<>≤≥≠!]|\\(?:ne|neq|not|lnot|neg|le|leq|lt|ge|geq|gt|in)(?![A-Za-z])")


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


def with_digits(text: str) -> str:
    """Write numbers in words at the beginnings of a text's parts as fractions, and leave any other text as it is.

    >>> with_digits("half an hour"), with_digits("two hours and five minutes"), with_digits("2 and a half km")
    ('1/2 hour', '2 hours and 5 minutes', '2 1/2 km')
    """
    text = _AND_A_HALF.sub(r"1 1/2 \1", text)
    text = _AND_A_PART.sub(_with_part, text[: MAX_QUANTITY_CHARS + 1])
    whole = _with_first_digits(text)
    if whole == text and " and " not in text and ", " not in text:
        return text
    return "".join(piece if n % 2 else _with_first_digits(piece) for n, piece in enumerate(_JOINT.split(whole)))


def duration_written_out(text: str) -> str:
    """Write a duration in digits with its unit behind them in parts, and leave any other text as it is.

    >>> duration_written_out("1:30 h"), duration_written_out("2:05:10 hours"), duration_written_out("3:15 minutes")
    ('1 h 30 min', '2 h 5 min 10 s', '3 min 15 s')
    """
    match = _DURATION.fullmatch(text)
    if match is None or (match["seconds"] and match["minute"]):
        return text
    names = ("min", "s") if match["minute"] else ("h", "min", "s")
    parts = (match["first"], match["second"], match["seconds"])
    return " ".join(f"{int(part)} {name}" for part, name in zip(parts, names, strict=False) if part)


_DURATION: Final = re.compile(
    r"\s*(?P<first>\d{1,4}):(?P<second>[0-5]\d)(?::(?P<seconds>[0-5]\d))?\s*(?:\\text\{\s*)?"
    r"(?:h|hrs?|hours?|(?P<minute>min|minutes?))\.?\s*\}?\s*"
)


def _with_part(match: re.Match[str]) -> str:
    part = number_in_words(match[2])
    return match[0] if part is None or part >= 1 else f"{match[1]} {part}"


def _with_first_digits(text: str) -> str:
    words = text.split(maxsplit=_MAX_NUMBER_WORDS + 1)
    if len(text) > MAX_QUANTITY_CHARS or not words or not words[0].isascii() or not words[0][0].isalpha():
        return text
    for length in range(min(len(words), _MAX_NUMBER_WORDS), 0, -1):
        value = number_in_words(" ".join(words[:length]))
        if value is not None:
            rest = words[length:]
            while len(rest) > 1 and value.denominator != 1 and rest[0].lower() in ("a", "an", "of"):
                rest = rest[1:]
            return " ".join([str(value), *rest])
    return text


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
    text = _AT_AN_ANGLE.sub(" and ", _BY_MASS.sub("", text))
    named_twice = _UNIT_REMARK.fullmatch(text)
    if named_twice is not None:
        statement = _read_bare(named_twice[1])
        if statement is not None and _ends_in(statement, named_twice[2]):
            return statement
    if text.endswith(("C", "c")) and (current := _CURRENT.fullmatch(text)):
        statement = _read_bare(current[1])
        return None if statement is None else _with_each(statement, lambda q: replace(q, direction=current[2].lower()))
    qualified = _with_direction(text) or _with_bearing(text) or _of_substance(text)
    statement = _read_bare(text) if qualified is None else qualified
    if statement is None and "\\" in text and (formula := _FORMULA_PIECES.search(text)) is not None:
        return _of_substance(f"{text[: formula.start()]} {_FORMULA_DRESS.sub('', formula[0])}")
    return statement


def _read_bare(text: str) -> Statement | None:
    """Read a text without a direction, a substance or the unit once more behind it."""
    remark = _REMARK.match(text)
    pieces = _NEXT_NAME.split(remark[1] if remark else text)
    if len(pieces) > 1 and not remark:
        return _side_by_side(pieces)
    parts = _EQUALS.split(_ABOUT.sub("", pieces[0]))
    if remark:
        parts += ["≈", _ABOUT.sub("", remark[2])]
    return _statement(parts)


def _with_direction(text: str) -> Statement | None:
    """`20 N to the right`, `5 m/s, east`: one quantity with its direction; None if the text is anything else."""
    match = _DIRECTION.fullmatch(text)
    statement = None if match is None else _read_bare(match[1])
    if match is None or statement is None or len(statement.segments[-1].items) != 1:
        return None
    if not statement.segments[-1].items[0].readings:
        return None
    direction = match[2].lower().replace("anti", "counter")
    return _with_each(statement, lambda quantity: replace(quantity, direction=direction))


def _with_bearing(text: str) -> Statement | None:
    """`15 m/s, 30° north of east`, `20 N, 30° above the horizontal`: the last quantity is an angle with its direction.

    None if the text is anything else.
    """
    match = _BEARING.fullmatch(text) if " of " in text or "horizontal" in text else None
    statement = None if match is None else _read_bare(match[1])
    if match is None or statement is None:
        return None
    last = statement.segments[-1]
    words = match[2].lower().replace("the ", "").replace("due ", "").split()
    bearing = " ".join(_POINTS.get(word, word) for word in words)
    items = (*last.items[:-1], replace(last.items[-1], direction=bearing))
    return Statement((*statement.segments[:-1], replace(last, items=items)))


def _with_each(statement: Statement, change: Callable[[Quantity], Quantity]) -> Statement:
    return Statement(tuple(replace(s, items=tuple(change(q) for q in s.items)) for s in statement.segments))


def _of_substance(text: str) -> Statement | None:
    """`25 g of NaCl`, `1.2 mol HCl`: a mass, volume or amount of something; None if the text is anything else."""
    match = _SUBSTANCE.fullmatch(text)
    if match is None:
        return None
    whole, of, name = match[1].removesuffix(" of"), match[2] or match[1].endswith(" of"), match[3]
    if not of and (name.islower() or sum(map(str.isupper, name)) + any(map(str.isdigit, name)) < _SIGNS_OF_A_FORMULA):
        return None
    statement = _read_bare(whole)
    if statement is None or len(statement.segments[-1].items) != 1:
        return None
    if not any(unit.dimension in _OF_MATTER for unit in statement.segments[-1].items[0].readings):
        return None
    substance = _FORMULA_SIGNS.sub("", name)
    return _with_each(statement, lambda quantity: replace(quantity, substance=substance))


def _ends_in(statement: Statement, text: str) -> bool:
    """Whether the last quantity of a statement has the unit `text`: `5 metres per second (m/s)`."""
    unit = read_unit(text)
    readings = statement.segments[-1].items[-1].readings
    return unit is not None and unit.magnitude is None and bool(set(unit.readings) & set(readings))


def base_name(name: str) -> str:
    """The letter before `=`, without index.

    >>> base_name("T_electron")
    'T'
    """
    return re.split(r"[_^(]", name)[0][:12]


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
        items = read_items(parts[place])
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
    return bool(text.strip()) and not _NO_NAME.search(_INDEX.sub("", text)) and FUNCTION_WORDS.isdisjoint(words)

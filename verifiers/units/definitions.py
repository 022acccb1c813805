"""Physical units: what a symbol or a name means, as an exact factor to SI base units and a dimension.

pint is the table of definitions and nothing else: it is asked for the names listed in `unit_names`, once each, and it
never sees a text from outside. Factors are exact fractions (an inch is 127/5000 m); π, and the constants that are
measured, have as many digits as the table gives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Final

from verifiers.units.unit_names import COUNTED, OWN_BASES, PREFIX_NAMES, ROWS, SECOND_READINGS, SI_PREFIXES, UnitRow

Dimension = tuple[tuple[str, int], ...]
"""Base units and their exponents, sorted by name, none of them zero."""

MAX_SYMBOL_CHARS: Final = 24
"""Characters of one unit symbol or name; the longest known one has 18."""
MAX_UNIT_EXPONENT: Final = 12
"""Size of an exponent on a unit."""

_SI_NAMES: Final = {
    "meter": "m", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol", "candela": "cd", "radian": "rad",
    "gram": "kg",
}  # fmt: skip
_OTHER_DEFINITIONS: Final = {
    "year": (Fraction(365 * 86400), Fraction(3652425, 10**4) * 86400, Fraction(3652422, 10**4) * 86400),
    "millimeter_Hg": (Fraction(101325000, 760),),
    "torr": (Fraction("133322.387415"),),
    "british_thermal_unit": (Fraction("1055055.85262"), Fraction("1054350")),
    "calorie": (Fraction("4186.8"),),
    "horsepower": (Fraction("735498.75"), Fraction("746000")),
    "dalton": (Fraction("1.66053906660e-24"), Fraction("1.660538921e-24"), Fraction("1.66054e-24")),
    "debye": (Fraction("3.33564e-30"),),
    "acre": (Fraction("4046.8564224"),),
}
"""Further values in use for the same name, in the table's base units (grams, metres, seconds)."""


_ANGLES: Final = frozenset({"radian", "turn"})
_OF_SOLID_ANGLE: Final = frozenset({"steradian", "lumen", "lux"})
"""Units with a steradian in them, which the table of definitions counts as a squared angle: 1 lm is not 1 cd."""
_PER_TURN: Final = frozenset({"hertz"})
"""Units that count turns or cycles, which the table of definitions leaves out."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, simple or compound: `value × factor + offset` is the value in SI base units (with kilograms).

    >>> find_unit("km")[0].factor, find_unit("km")[0].dimension
    (Fraction(1000, 1), (('meter', 1),))
    """

    factor: Fraction
    dimension: Dimension
    offset: Fraction = Fraction(0)
    """What is added for temperature scales with another zero; lost as soon as the unit is part of a compound."""
    rivals: tuple[Fraction, ...] = ()
    """Factors under other definitions in use (a year of 365 days)."""

    def __mul__(self, other: "Unit") -> "Unit":
        exponents = dict(self.dimension)
        for base, exponent in other.dimension:
            exponents[base] = exponents.get(base, 0) + exponent
        rivals = tuple(f * other.factor for f in self.rivals) + tuple(self.factor * f for f in other.rivals)
        return Unit(self.factor * other.factor, _dimension(exponents), rivals=rivals)

    def __pow__(self, exponent: int) -> "Unit":
        if exponent == 1:
            return self
        dimension = _dimension({base: e * exponent for base, e in self.dimension})
        return Unit(self.factor**exponent, dimension, rivals=tuple(f**exponent for f in self.rivals))

    def scaled(self, by: Fraction) -> "Unit":
        """This unit times a number."""
        return replace(self, factor=self.factor * by, offset=Fraction(0), rivals=tuple(f * by for f in self.rivals))

    def as_difference(self) -> "Unit":
        """The unit of differences on this scale: a step of one degree."""
        return replace(self, offset=Fraction(0))


ONE: Final = Unit(Fraction(1), ())


def same_dimension(left: Dimension, right: Dimension) -> bool:
    """Whether two dimensions agree; angles and turns count as numbers in a compound unit, but not against each other.

    `rad/s` is `1/s` and `Hz` is `1/s`, but `Hz` is not `rad/s`.

    >>> same_dimension((("second", -1),), (("radian", 1), ("second", -1)))
    True
    """
    if left == right:
        return True
    angles = {base for base, _ in left + right if base in _ANGLES}
    bare_left, bare_right = (tuple(p for p in d if p[0] not in _ANGLES) for d in (left, right))
    return len(angles) == 1 and bare_left == bare_right and bool(bare_left)


@lru_cache(maxsize=4096)
def find_unit(symbol: str) -> tuple[Unit, ...]:
    """Return the readings of one symbol or name, the most usual first; empty if it is not a unit.

    >>> [u.dimension for u in find_unit("lb")]
    [(('gram', 1),), (('gram', 1), ('meter', 1), ('second', -2))]
    >>> find_unit("mW")[0].factor == find_unit("MW")[0].factor
    False
    """
    if not symbol or len(symbol) > MAX_SYMBOL_CHARS:
        return ()
    unit = _one_reading(symbol)
    if unit is None:
        return ()
    second = SECOND_READINGS.get(symbol)
    if second is None and symbol[-1] != "B":  # bytes are no bits: 5 kB is not 5 kb
        second = SECOND_READINGS.get(_singular(symbol.lower()))
    return (unit,) if second is None else (unit, *map(_simple_quotient, second.split()))


def dimension_name(dimension: Dimension) -> str:
    """Return a dimension for people.

    >>> dimension_name((("meter", 1), ("second", -1)))
    'speed'
    """
    if not dimension:
        return "pure number"
    return _dimension_names().get(dimension) or dimension_text(dimension)


def dimension_text(dimension: Dimension) -> str:
    """Return a dimension in SI base units.

    >>> dimension_text((("meter", 1), ("second", -1)))
    'm·s^-1'
    """
    return "·".join(_SI_NAMES.get(base, base) + ("" if e == 1 else f"^{e}") for base, e in dimension)


def _dimension(exponents: dict[str, int]) -> Dimension:
    return tuple(sorted((base, e) for base, e in exponents.items() if e))


def _one_reading(symbol: str) -> Unit | None:
    exact = _by_symbol(symbol)
    if exact is None:
        exact = _by_name(symbol.lower())
    if exact is None and symbol.lower() in _counted_names():
        return ONE
    return _case_slip(symbol) if exact is None else exact


def _simple_quotient(text: str) -> Unit:
    over, _, under = text.partition("/")
    unit = _one_reading(over)
    divisor = _one_reading(under) if under else ONE
    if unit is None or divisor is None:
        raise LookupError(text)
    return unit * divisor**-1 if under else unit


def _by_symbol(symbol: str) -> Unit | None:
    rows = _symbol_rows()
    row = rows.get(symbol)
    if row is not None:
        return _defined(row)
    for length in (1, 2):
        row = rows.get(symbol[length:])
        power = SI_PREFIXES.get(symbol[:length])
        if row is not None and row.prefixes and power is not None:
            return _defined(row).scaled(Fraction(10) ** power)
    return None


def _by_name(name: str) -> Unit | None:
    rows = _name_rows()
    row = rows.get(name)
    if row is not None:
        return _defined(row)
    for prefix, power in PREFIX_NAMES.items():
        if name.startswith(prefix):
            row = rows.get(name[len(prefix) :].lstrip("-"))
            if row is not None and row.prefixes:
                return _defined(row).scaled(Fraction(10) ** power)
    return None


def _case_slip(symbol: str) -> Unit | None:
    """`KJ`, `Kg`, `kPA`: a capital K for kilo and wrong case inside a symbol of two letters or more.

    The prefix letters whose case decides (m and M, p and P) are never touched.
    """
    if not symbol[1:]:
        return None
    for prefix in (p for p in ("", symbol[0]) if p in ("", "K") or p in SI_PREFIXES):
        rest = symbol[len(prefix) :]
        row = _symbol_rows().get(rest) if prefix == "K" else None
        if row is None and prefix in ("k", "K") and rest in ("w", "j", "v"):
            row = _symbol_rows()[rest.upper()]
        if row is None and len(rest) > 1:
            row = _folded_rows().get(rest.lower())
        if row is not None and (row.prefixes or not prefix):
            power = 3 if prefix == "K" else SI_PREFIXES.get(prefix, 0)
            return _defined(row).scaled(Fraction(10) ** power)
    return None


def _singular(name: str) -> str:
    return name.removesuffix("s")


@cache
def _symbol_rows() -> dict[str, UnitRow]:
    return {symbol: row for row in ROWS for symbol in row.symbols}


@cache
def _folded_rows() -> dict[str, UnitRow]:
    """Symbols of two letters or more in lower case, where only one unit has them."""
    folded: dict[str, list[UnitRow]] = {}
    for symbol, row in _symbol_rows().items():
        if len(symbol) > 1 and symbol.isalpha():
            folded.setdefault(symbol.lower(), []).append(row)
    return {symbol: rows[0] for symbol, rows in folded.items() if len({r.definition for r in rows}) == 1}


@cache
def _name_rows() -> dict[str, UnitRow]:
    return {name: row for row in ROWS for name in _names(row)}


def _names(row: UnitRow) -> Iterator[str]:
    for name in row.names:
        yield name
        if row.plural is None or name != row.names[0]:
            yield name + "s"
    if row.plural is not None:
        yield row.plural


@cache
def _counted_names() -> frozenset[str]:
    return COUNTED | {name + "s" for name in COUNTED} | {"nuclei"}


@lru_cache(maxsize=512)
def _defined(row: UnitRow) -> Unit:
    """The unit of a row, from the table of definitions; grams become kilograms."""
    if row.definition in OWN_BASES:
        return Unit(row.multiplier, ((row.definition, 1),))
    factor, offset, dimension = _definition(row.definition)
    grams = dict(dimension).get("gram", 0)
    to_si = row.multiplier * Fraction(1000) ** -grams
    rivals = tuple(rival * to_si for rival in _OTHER_DEFINITIONS.get(row.definition, ()))
    return Unit(factor * to_si, dimension, offset, rivals)


@cache
def _table() -> Any:
    """The registry of pint, with exact numbers; made at the first question, because importing pint takes 0.3 s."""
    import pint  # noqa: PLC0415

    return pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)


@lru_cache(maxsize=512)
def _definition(name: str) -> tuple[Fraction, Fraction, Dimension]:
    """Factor, offset and dimension of a listed name, in the table's base units (grams)."""
    registry = _table()
    zero, one = (registry.Quantity(Fraction(n), name).to_root_units() for n in (0, 1))
    exponents = {base: int(exponent) for base, exponent in one.unit_items() if base != "count"}
    if name in _PER_TURN:
        exponents["turn"] = 1
    if name in _OF_SOLID_ANGLE:
        del exponents["radian"]
        exponents["steradian"] = 1
    offset = Fraction(zero.magnitude)
    return Fraction(one.magnitude) - offset, offset, _dimension(exponents)


@cache
def _dimension_names() -> dict[Dimension, str]:
    """Names of common dimensions, by an example unit of each."""
    examples = {
        "length": "m", "mass": "kg", "time": "s", "electric current": "A", "temperature": "K", "amount": "mol",
        "luminous intensity": "cd", "angle": "rad", "solid angle": "sr", "frequency": "Hz", "rate": "Bq", "force": "N",
        "pressure": "Pa", "energy": "J", "power": "W", "charge": "C", "voltage": "V", "resistance": "Ω",
        "conductance": "S", "capacitance": "F", "inductance": "H", "magnetic field": "T", "magnetic flux": "Wb",
        "absorbed dose": "Gy", "volume": "L", "concentration": "M", "area": "ha", "speed": "kn", "data": "bit",
        "money (dollars)": "USD", "money (euros)": "EUR", "money (pounds)": "GBP", "level": "dB",
    }  # fmt: skip
    return {find_unit(symbol)[0].dimension: name for name, symbol in examples.items()}

"""Which unit symbols and names are known, how each may be written, and which name the table of definitions has for it.

One row is one unit: the definition's name (a pint name, or one of `OWN_BASES` for what pint lacks), symbols (their case
matters: `mW` is not `MW`), names in words (their case does not matter, plurals are added), and whether SI prefixes
combine with it. Only what is listed here is a unit: a text never chooses what the table of definitions is asked.

Sources: SI brochure (9th edition) tables 2 to 8; NIST SP 811 appendix B for the customary units.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the list; see the module's text."""

    definition: str
    symbols: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    prefixes: bool = False
    multiplier: Fraction = Fraction(1)
    """How many of `definition` it is, where the definition's name is another unit."""
    plural: str | None = None
    """The plural of the first name, where it is not formed with `s`."""


def _row(definition: str, symbols: str = "", names: str = "", *, prefixes: bool = False, plural: str | None = None,
         multiplier: Fraction = Fraction(1)) -> UnitRow:  # fmt: skip
    return UnitRow(definition, tuple(symbols.split()), tuple(names.split()), prefixes, multiplier, plural)


OWN_BASES: Final = frozenset({"turn", "decibel", "USD", "EUR", "GBP", "JPY", "INR", "CNY", "KRW", "RUB"})
"""Bases of their own: money has no rate here, a decibel is not a ratio, and a turn is counted, not measured."""

SI_PREFIXES: Final = {
    "Q": 30, "R": 27, "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "μ": -6, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
    "r": -27, "q": -30,
}  # fmt: skip
"""Powers of ten of the prefix symbols; `u` is how `μ` is typed."""

PREFIX_NAMES: Final = {
    "quetta": 30, "ronna": 27, "yotta": 24, "zetta": 21, "exa": 18, "peta": 15, "tera": 12, "giga": 9, "mega": 6,
    "kilo": 3, "hecto": 2, "deca": 1, "deka": 1, "deci": -1, "centi": -2, "milli": -3, "micro": -6, "nano": -9,
    "pico": -12, "femto": -15, "atto": -18, "zepto": -21, "yocto": -24, "ronto": -27, "quecto": -30,
}  # fmt: skip

_MECHANICS = (
    _row("meter", "m", "meter metre", prefixes=True),
    _row("meter", "", "micron", multiplier=Fraction(1, 10**6)),
    _row("gram", "g", "gram gramme", prefixes=True),
    _row("gram", "gm gms"),
    _row("gram", "mcg", "", multiplier=Fraction(1, 10**6)),
    _row("gram", "kgs", "kilo", multiplier=Fraction(10**3)),
    _row("second", "s sec", "second sec", prefixes=True),
    _row("newton", "N", "newton", prefixes=True),
    _row("pascal", "Pa", "pascal", prefixes=True),
    _row("joule", "J", "joule", prefixes=True),
    _row("watt", "W", "watt", prefixes=True),
    _row("hertz", "Hz", "hertz", prefixes=True, plural="hertz"),
    _row("liter", "L l ℓ", "liter litre", prefixes=True),
    _row("metric_ton", "t", "tonne", prefixes=True),
    _row("bar", "bar", "bar", prefixes=True),
    _row("dyne", "dyn", "dyne"),
    _row("erg", "erg", "erg"),
    _row("poise", "P", "poise", prefixes=True, plural="poise"),
    _row("stokes", "St", "stokes", prefixes=True, plural="stokes"),
    _row("torr", "Torr torr", "torr", prefixes=True),
    _row("millimeter_Hg", "mmHg mmhg"),
    _row("millimeter_Hg", "cmHg", multiplier=Fraction(10)),
    _row("inch_Hg", "inHg"),
    _row("centimeter_H2O", "cmH2O"),
    _row("inch_H2O", "inH2O"),
    _row("kip", "kip kips", "kip"),
    _row("atmosphere", "atm", "atmosphere"),
    _row("psi", "psi psia"),
    _row("ksi", "ksi"),
    _row("kilogram_force", "kgf"),
)
_ELECTRICITY_LIGHT_MATTER = (
    _row("ampere", "A", "ampere amp", prefixes=True),
    _row("coulomb", "C", "coulomb", prefixes=True),
    _row("volt", "V", "volt", prefixes=True),
    _row("ohm", "Ω ohm", "ohm", prefixes=True),
    _row("ohm", "", "kilohm", multiplier=Fraction(10**3)),
    _row("ohm", "", "megohm", multiplier=Fraction(10**6)),
    _row("siemens", "S mho", "siemens mho", prefixes=True, plural="siemens"),
    _row("farad", "F", "farad", prefixes=True),
    _row("henry", "H", "henry", prefixes=True, plural="henries"),
    _row("tesla", "T", "tesla", prefixes=True),
    _row("tesla", "G", "gauss", prefixes=True, multiplier=Fraction(1, 10**4)),
    _row("weber", "Wb", "weber", prefixes=True),
    _row("watt_hour", "Wh", prefixes=True),
    _row("volt_ampere", "VA", prefixes=True),
    _row("kelvin", "K", "kelvin", prefixes=True),
    _row("degC", "°C degC", "celsius centigrade", plural="celsius"),
    _row("degF", "°F degF", "fahrenheit", plural="fahrenheit"),
    _row("degR", "°R degR", "rankine", plural="rankine"),
    _row("mole", "mol", "mole", prefixes=True),
    _row("molar", "M", "molar", prefixes=True, plural="molar"),
    _row("mole/kilogram", "", "molal", plural="molal"),
    _row("candela", "cd", "candela", prefixes=True),
    _row("lumen", "lm", "lumen"),
    _row("lux", "lx", "lux", plural="lux"),
    _row("becquerel", "Bq", "becquerel", prefixes=True),
    _row("curie", "Ci", "curie", prefixes=True),
    _row("gray", "Gy", "gray", prefixes=True),
    _row("sievert", "Sv", "sievert", prefixes=True),
    _row("rem", "rem", "rem"),
    _row("katal", "kat", "katal", prefixes=True),
    _row("electron_volt", "eV", "electronvolt", prefixes=True),
    _row("calorie", "cal", "calorie", prefixes=True),
    _row("calorie", "Cal Calorie Calories", multiplier=Fraction(1000)),
    _row("british_thermal_unit", "BTU Btu", "btu"),
    _row("horsepower", "hp HP", "horsepower", plural="horsepower"),
    _row("rydberg", "Ry", "rydberg"),
    _row("hartree", "Eh", "hartree"),
    _row("gram", "Msun", "", multiplier=Fraction(198841 * 10**28)),
    _row("gram", "Mearth", "", multiplier=Fraction(59722 * 10**23)),
    _row("meter", "Rsun", "", multiplier=Fraction(6957 * 10**5)),
    _row("meter", "Rearth", "", multiplier=Fraction(6371 * 10**3)),
    _row("watt", "Lsun", "", multiplier=Fraction(3828 * 10**23)),
    _row("dalton", "Da u amu", "dalton", prefixes=True),
    _row("elementary_charge", "e"),
    _row("speed_of_light", "c"),
    _row("debye", "D", "debye", prefixes=True),
    _row("barn", "b", "barn", prefixes=True),
    _row("angstrom", "Å", "angstrom ångström ångstrom"),
)
_SPACE_TIME_ANGLE = (
    _row("minute", "min", "minute min"),
    _row("hour", "h hr", "hour hr"),
    _row("day", "d", "day"),
    _row("week", "wk wks", "week"),
    _row("month", "", "month"),
    _row("year", "yr a", "year yr", prefixes=True),
    _row("year", "y", ""),
    _row("week", "", "fortnight", multiplier=Fraction(2)),
    _row("year", "", "decade", multiplier=Fraction(10)),
    _row("year", "", "century", multiplier=Fraction(100), plural="centuries"),
    _row("year", "", "millennium", multiplier=Fraction(1000), plural="millennia"),
    _row("radian", "rad", "radian", prefixes=True),
    _row("steradian", "sr", "steradian"),
    _row("degree", "° deg", "degree"),
    _row("arcminute", "arcmin", "arcminute"),
    _row("arcsecond", "arcsec", "arcsecond"),
    _row("revolution", "rev", "revolution turn rotation"),
    _row("turn", "↻"),
    _row("1/minute", "bpm BPM cpm dpm"),
    _row("1/second", "cps"),
    _row("liter/minute", "lpm LPM"),
    _row("mile/gallon", "mpg"),
    _row("gallon/minute", "gpm GPM"),
    _row("foot**3/minute", "cfm CFM"),
    _row("foot**3/second", "cfs"),
    _row("foot/minute", "fpm"),
    _row("meter/second", "mps"),
    _row("revolutions_per_minute", "rpm RPM", "rpm"),
    _row("astronomical_unit", "AU au ua"),
    _row("light_year", "ly", "lightyear"),
    _row("parsec", "pc", "parsec", prefixes=True),
    _row("inch", 'in "', "inch", plural="inches"),
    _row("foot", "ft '", "foot", plural="feet"),
    _row("yard", "yd", "yard"),
    _row("mile", "mi", "mile"),
    _row("nautical_mile", "nmi", ""),
    _row("foot", "", "fathom", multiplier=Fraction(6)),
    _row("foot", "", "furlong", multiplier=Fraction(660)),
    _row("meter", "", "fermi", multiplier=Fraction(1, 10**15)),
    _row("meter", "ls", "lightsecond", multiplier=Fraction(299792458)),
    _row("meter", "", "lightminute", multiplier=Fraction(299792458 * 60)),
    _row("bohr", "", "bohr"),
    _row("thou", "", "thou", plural="thou"),
    _row("mile_per_hour", "mph", "mph"),
    _row("kilometer_per_hour", "kph kmh kmph", "kph"),
    _row("foot_per_second", "fps", "fps"),
    _row("knot", "kn kt", "knot"),
    _row("hectare", "ha", "hectare"),
    _row("acre", "", "acre"),
)
_CUSTOMARY = (
    _row("pound", "lb lbs lbm", "pound"),
    _row("force_pound", "lbf"),
    _row("ounce", "oz", "ounce"),
    _row("fluid_ounce", "floz"),
    _row("ton", "", "ton"),
    _row("slug", "", "slug"),
    _row("grain", "", "grain"),
    _row("carat", "", "carat"),
    _row("troy_ounce", "ozt"),
    _row("long_ton", "LT"),
    _row("oil_barrel", "bbl", "barrel"),
    _row("bushel", "", "bushel"),
    _row("therm", "", "therm"),
    _row("pound", "", "stone", multiplier=Fraction(14), plural="stone"),
    _row("cubic_centimeter", "cc ccm"),
    _row("gallon", "gal", "gallon"),
    _row("quart", "qt", "quart"),
    _row("pint", "pt", "pint"),
    _row("cup", "", "cup"),
    _row("tablespoon", "tbsp", "tablespoon"),
    _row("teaspoon", "tsp", "teaspoon"),
    _row("bit", "bit", "bit", prefixes=True),
    _row("bit/second", "bps", "", prefixes=True),
    _row("byte", "B", "byte", prefixes=True),
    _row("byte", "byte", prefixes=True),
    _row("kibibyte", "KiB", "kibibyte"),
    _row("mebibyte", "MiB", "mebibyte"),
    _row("gibibyte", "GiB", "gibibyte"),
    _row("tebibyte", "TiB", "tebibyte"),
    _row("kibibyte", "Kibyte Kibytes"),
    _row("mebibyte", "Mibyte Mibytes"),
    _row("gibibyte", "Gibyte Gibytes"),
    _row("kibibit", "Kibit Kib", "kibibit"),
    _row("mebibit", "Mibit Mib", "mebibit"),
    _row("gibibit", "Gibit Gib", "gibibit"),
    _row("tebibit", "Tibit Tib", "tebibit"),
    _row("decibel", "dB", "decibel"),
)
_RATIOS = (
    _row("percent", "%", "percent pct percentage", plural="percent"),
    _row("permille", "‰", "permille permil"),
    _row("ppm", "ppm"),
    _row("ppm", "ppb", multiplier=Fraction(1, 10**3)),
    _row("ppm", "ppt", multiplier=Fraction(1, 10**6)),
)
_MONEY = (
    _row("USD", "$ USD", "dollar buck"),
    _row("USD", "¢", "cent", multiplier=Fraction(1, 100)),
    _row("EUR", "€ EUR", "euro"),
    _row("GBP", "£ GBP", ""),
    _row("GBP", "", "pence penny", multiplier=Fraction(1, 100), plural="pence"),
    _row("JPY", "¥ JPY", "yen", plural="yen"),
    _row("INR", "₹ INR", "rupee"),
    _row("CNY", "CNY RMB", "yuan", plural="yuan"),
    _row("KRW", "₩ KRW", ""),
    _row("RUB", "₽ RUB руб", "ruble rouble"),
)

ROWS: Final = _MECHANICS + _ELECTRICITY_LIGHT_MATTER + _SPACE_TIME_ANGLE + _CUSTOMARY + _RATIOS + _MONEY

_COUNTED: Final = (
    "photon electron proton neutron particle molecule atom ion nucleus decay disintegration event count cycle beat "
    "vibration oscillation wavelength"
)
COUNTED: Final = frozenset(_COUNTED.split())
"""Things that SI counts with the unit one: `photons/s` is `1/s`."""

PARTICLES: Final = frozenset({"photon", "electron", "proton", "neutron", "molecule", "atom", "ion"})
"""Counted things that are not each other: `5 electrons` are not `5 protons`."""

SECOND_READINGS: Final = {
    "lb": "lbf", "lbs": "lbf", "pound": "lbf GBP", "rev": "↻", "revolution": "↻", "turn": "↻",
    "rotation": "↻", "cycle": "↻", "rpm": "↻/min", "RPM": "↻/min", "ton": "tonne",
    "KG": "kg", "kb": "kbit", "Mb": "Mbit", "Gb": "Gbit", "Tb": "Tbit",
    "'": "arcmin", '"': "arcsec",
}  # fmt: skip
"""Symbols with two usual meanings: a pound is a mass or a force, a turn is counted or is an angle."""

PHRASES: Final = {
    ("mm", "hg"): "mmHg", ("cm", "hg"): "cmHg", ("in", "hg"): "inHg", ("inches", "hg"): "inHg",
    ("millimeters", "of", "mercury"): "mmHg", ("millimetres", "of", "mercury"): "mmHg",
    ("light", "year"): "ly", ("light", "years"): "ly", ("fl", "oz"): "floz", ("fluid", "ounce"): "floz",
    ("fluid", "ounces"): "floz", ("metric", "ton"): "t", ("metric", "tons"): "t", ("metric", "tonnes"): "t",
    ("nautical", "mile"): "nmi", ("nautical", "miles"): "nmi", ("electron", "volt"): "eV",
    ("electron", "volts"): "eV", ("astronomical", "unit"): "AU", ("astronomical", "units"): "AU",
    ("atomic", "mass", "unit"): "u", ("atomic", "mass", "units"): "u", ("per", "cent"): "%", ("per", "mille"): "‰",
    ("light", "second"): "ls", ("light", "seconds"): "ls", ("light", "minute"): "lightminute",
    ("light", "minutes"): "lightminute", ("british", "thermal", "unit"): "BTU", ("british", "thermal", "units"): "BTU",
    ("troy", "ounce"): "ozt", ("troy", "ounces"): "ozt", ("short", "ton"): "ton", ("short", "tons"): "ton",
    ("long", "ton"): "LT", ("long", "tons"): "LT", ("solar", "mass"): "Msun", ("solar", "masses"): "Msun",
    ("earth", "mass"): "Mearth", ("earth", "masses"): "Mearth", ("solar", "radius"): "Rsun",
    ("solar", "radii"): "Rsun", ("earth", "radius"): "Rearth", ("earth", "radii"): "Rearth",
    ("solar", "luminosity"): "Lsun", ("solar", "luminosities"): "Lsun",
    ("kilogram", "force"): "kgf", ("kilograms", "force"): "kgf",

    ("mol", "%"): "%", ("wt", "%"): "%",
    ("parts", "per", "thousand"): "‰",
    ("parts", "per", "million"): "ppm", ("parts", "per", "billion"): "ppb", ("parts", "per", "trillion"): "ppt",
    ("food", "calorie"): "Cal", ("food", "calories"): "Cal", ("dietary", "calories"): "Cal",
    ("celsius", "degrees"): "degC", ("fahrenheit", "degrees"): "degF", ("c", "°"): "degC", ("f", "°"): "degF",
    ("pounds", "force"): "lbf", ("pound", "force"): "lbf", ("us", "gallons"): "gal", ("us", "dollars"): "USD",
    ("pounds", "sterling"): "GBP", ("pound", "sterling"): "GBP",
    ("arc", "seconds"): "arcsec", ("arc", "minutes"): "arcmin", ("arc", "second"): "arcsec",
    ("arc", "minute"): "arcmin",
    ("°", "c"): "degC", ("degrees", "c"): "degC", ("degree", "c"): "degC", ("deg", "c"): "degC",
    ("°", "celsius"): "degC", ("degrees", "celsius"): "degC", ("degree", "celsius"): "degC",
    ("degrees", "centigrade"): "degC", ("deg", "celsius"): "degC",
    ("°", "f"): "degF", ("degrees", "f"): "degF", ("degree", "f"): "degF", ("deg", "f"): "degF",
    ("°", "fahrenheit"): "degF", ("degrees", "fahrenheit"): "degF", ("degree", "fahrenheit"): "degF",
    ("deg", "fahrenheit"): "degF", ("°", "k"): "K", ("degrees", "k"): "K", ("degrees", "kelvin"): "K",
    ("degree", "kelvin"): "K", ("°", "r"): "degR", ("degrees", "rankine"): "degR",
}  # fmt: skip
"""Units written as several words, in lower case, and the symbol each stands for."""

"""Writes a quantity in SI base units, or in other units of its dimension, in the notations people use."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from verifiers.units.definitions import Dimension, Unit, find_unit

SYMBOLS = {
    "gram": "kg", "meter": "m", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol", "candela": "cd",
    "radian": "rad", "USD": "USD", "decibel": "dB", "turn": "rev", "bit": "bit",
}  # fmt: skip
MACROS = {
    "kg": r"\kilogram", "m": r"\metre", "s": r"\second", "A": r"\ampere", "K": r"\kelvin", "mol": r"\mole",
    "cd": r"\candela", "rad": r"\radian", "USD": r"\USD", "dB": r"\decibel", "rev": r"\rev", "bit": r"\bit",
}  # fmt: skip
NAMES = {
    "kg": "kilograms", "m": "metres", "s": "seconds", "A": "amperes", "K": "kelvins", "mol": "moles", "cd": "candelas",
    "rad": "radians", "USD": "dollars", "dB": "decibels", "rev": "revolutions", "bit": "bits",
}  # fmt: skip
_LISTED = (
    "km mm μm nm pm ft in mi Å mg g lb slug t ms μs h min day mA kA mK kJ MJ eV keV MeV kcal cal kWh erg kN mN lbf dyn "
    "kPa MPa atm bar Torr mmHg psi kW mW hp nC μC mC e kV mV kΩ MΩ mmol kmol mL L dm^3 cm^3 ft^3 cm^2 mm^2 "
    "km/h mi/h ft/s km/s kJ/mol kcal/mol eV/K kJ/K J/K J/(mol*K) kJ/(mol*K) N/cm dyn/cm mT G nT kHz MHz GHz rpm deg "
    "cm^-1 m^-1 L/min g/cm^3 kg/L g/mol kg/mol mol/g μA V/m kV/m N/C °C °F"
)
OTHER_UNITS = tuple(_LISTED.split())
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def decimal(value: Fraction, digits: int = 15) -> str:
    """The value as a decimal of at most `digits` significant digits, with an exponent where it is large or small."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{number:.{digits}g}".replace("E", "e")


def latex_number(text: str) -> str:
    r"""`1.5e-7` as `1.5 \times 10^{-7}`."""
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def numbers_written(value: Fraction) -> Iterator[str]:
    """The value in thirteen writings: plain, grouped, and with a power of ten in each usual way."""
    plain = f"{Decimal(value.numerator) / Decimal(value.denominator):.12g}"
    number = Decimal(plain)
    exponent = number.adjusted()
    mantissa = f"{number.scaleb(-exponent).normalize():f}"
    yield f"{number:f}"
    yield f"{number:,f}"
    yield f"{number:,f}".replace(",", "{,}")
    yield f"{number:,f}".replace(",", r"\,")
    yield f"{mantissa}e{exponent}"
    yield f"{mantissa}E{exponent:+03d}"
    yield rf"{mantissa} \times 10^{{{exponent}}}"
    yield rf"{mantissa}\cdot10^{{{exponent}}}"
    yield f"{mantissa} × 10^{exponent}"
    yield f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPTS)}"
    yield f"{mantissa} x 10^({exponent})"
    yield f"{mantissa}*10**{exponent}"
    yield f"{mantissa}·10^{exponent}".replace("-", "−")


def dressed(text: str) -> Iterator[str]:
    """An answer as models hand it over: in dollars, boxes, bold, behind a name, with `≈` or a point."""
    yield from (f"${text}$", rf"\({text}\)", rf"\[{text}\]", rf"\boxed{{{text}}}", f"{text}.")
    yield from (f"x = {text}", f"≈ {text}", rf"\approx {text}", f"approximately {text}", f"E ≈ {text}")


def in_base_units(value: Fraction, dimension: Dimension) -> Iterator[str]:
    """The value, given in SI base units, in eight notations."""
    number = decimal(value)
    factors = [(SYMBOLS[base], exponent) for base, exponent in dimension]
    over, under = [f for f in factors if f[1] > 0], [(s, -e) for s, e in factors if e < 0]
    yield f"{number} {' '.join(_power(s, e) for s, e in factors)}"
    yield f"${latex_number(number)}\\ " + r"\,".join(rf"\mathrm{{{s}}}^{{{e}}}" for s, e in factors) + "$"
    yield f"{number}\\text{{ {' '.join(s if e == 1 else f'{s}$^{{{e}}}$' for s, e in factors)}}}".replace("$", "")
    yield f"{number} {'·'.join(s + ('' if e == 1 else str(e).translate(_SUPERSCRIPTS)) for s, e in factors)}"
    yield rf"\SI{{{number}}}{{{''.join(_macro(s, e) for s, e in factors)}}}"
    yield f"{number} {_words(over, under)}"
    if over and under:
        top, bottom = (r"\cdot".join(rf"\text{{{s}}}^{e}" for s, e in part) for part in (over, under))
        yield rf"{latex_number(number)}\,\frac{{{top}}}{{{bottom}}}"
        yield f"{number} {'*'.join(_power(s, e) for s, e in over)}/({'*'.join(_power(s, e) for s, e in under)})"


def in_other_units(value: Fraction, dimension: Dimension) -> Iterator[str]:
    """The value, given in SI base units, in every listed unit of its dimension."""
    for symbol, unit in _units_of(dimension):
        yield f"{decimal((value - unit.offset) / unit.factor)} {symbol}"


def _units_of(dimension: Dimension) -> Iterator[tuple[str, Unit]]:
    from verifiers.units.unit_grammar import read_unit

    for symbol in OTHER_UNITS:
        measure = read_unit(symbol)
        assert measure is not None, symbol
        for unit in measure.readings:
            if unit.dimension == dimension:
                yield symbol, unit


def wrong_dimensions(number: str, dimension: Dimension) -> Iterator[str]:
    """The number in units of other dimensions."""
    for symbol in ("m", "s", "kg", "J", "V", "K", "mol", "Pa"):
        if find_unit(symbol)[0].dimension != dimension:
            yield f"{number} {symbol}"


def _power(symbol: str, exponent: int) -> str:
    return symbol if exponent == 1 else f"{symbol}^{exponent}"


def _macro(symbol: str, exponent: int) -> str:
    power = "" if abs(exponent) == 1 else rf"\tothe{{{abs(exponent)}}}"
    return (r"\per" if exponent < 0 else "") + MACROS[symbol] + power


def _words(over: list[tuple[str, int]], under: list[tuple[str, int]]) -> str:
    named = [NAMES[s] + {1: "", 2: " squared", 3: " cubed"}.get(e, f"^{e}") for s, e in over]
    per = ["per " + NAMES[s].removesuffix("s") + {1: "", 2: " squared", 3: " cubed"}.get(e, f"^{e}") for s, e in under]
    return " ".join(named + per)

"""Plain numbers, read exactly: integers, decimals, fractions, mixed numbers, scientific notation.

This is the first stage of the cascade: most answers are numbers, and a number is decided here in a few microseconds,
without tokens or trees. Nothing is rounded: a decimal is the fraction that it says, and carries how finely it was
written.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from verifiers.limits import MAX_DIGITS, MAX_EXPONENT, check


class Number(NamedTuple):
    """An exact value and how it was written."""

    value: Fraction
    digits: int | None = None
    """Significant digits as written (`2.50` has 3); None where the number is exact, as fractions are."""
    unit_in_last_place: Fraction | None = None
    """Value of one step of the last digit (`2.50`: 1/100); None where the number is exact."""
    is_decimal: bool = False
    """Whether it was written with a decimal point or a power of ten."""


_SPACE = r"(?:\s|~|\\[,;:! ]|\\quad)*"
_UNSIGNED = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:\{,\}(?:\\!)?\d{3})+|\d{1,3}(?:,\\!\s?\d{3})+|\d{1,3}(?:(?: |\\,|\\ |~|"
    r"\\!)\d{3})+|\d+(?:_\d{3})+|\d+)"
    r"(?:\.\d*)?|\.\d+"
)
_POWER = (
    rf"{_SPACE}(?:\\times|\\cdot|×|·|\*|x|X){_SPACE}10{_SPACE}(?:(?:\^|\*\*){_SPACE}(?:\{{{_SPACE}([+\-−]?\s*\d+){_SPACE}\}}"
    r"|\(([+\-−]?\d+)\)|([+\-−]?\d+))|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
)
_DECIMAL = re.compile(rf"([+\-−]?){_SPACE}({_UNSIGNED})(?:[eE]([+\-−]?\d+)|{_POWER})?")
_POWER_ONLY = re.compile(rf"([+\-−]?){_SPACE}10(?:\^|\*\*)(?:\{{([+\-−]?\d+)\}}|\(([+\-−]?\d+)\)|([+\-−]?\d+))")
_FRACTION = re.compile(
    rf"([+\-−]?){_SPACE}(\d+)?{_SPACE}\\[dtc]?frac{_SPACE}"
    rf"(?:\{{{_SPACE}([+\-−]?){_SPACE}(\d+){_SPACE}\}}|(\d)){_SPACE}(?:\{{{_SPACE}([+\-−]?){_SPACE}(\d+){_SPACE}\}}|(\d))"
)
_PLAIN_FRACTION = re.compile(r"([+\-−]?) ?(?:(\d+) )?(\d+) ?[/⁄∕] ?(\d+)")
_REPEATING = re.compile(
    r"([+\-−]?)(\d*)\.(\d*?)(?:\\overline\{?(\d+)\}?|\\dot\{?(\d)\}?|(\d{1,6}?)\6{1,20}(?:\.\.\.|…|\\l?dots))"
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--")
_GROUPING = re.compile(r"[^\d.]")
GROUP = 3
"""Digits in a group of thousands; a comma before so many never is a decimal comma."""
_SHOWN_REPEATS = 3
"""Digits that have to be shown before dots for their repetition to be seen."""
_MAX_READ_CHARS = 4 * MAX_DIGITS


@lru_cache(maxsize=4096)
def read_number(text: str) -> Number | None:
    r"""Read `text` as one number, or return None if it is anything else (units, letters, percent signs).

    Raises `OverLimitError` for a number with too many digits or too large an exponent.

    >>> read_number("1,234.50").value, read_number("1,234.50").digits
    (Fraction(2469, 2), 6)
    >>> read_number(r"1\frac{1}{2}").value, read_number(r"6.63 \times 10^{-34}").digits
    (Fraction(3, 2), 3)
    """
    text = text.strip()
    if not text or len(text) > _MAX_READ_CHARS:
        return None
    if text.isascii() and text.isdigit():
        check("MAX_DIGITS", len(text), MAX_DIGITS)
        return Number(Fraction(int(text)))
    match = _DECIMAL.fullmatch(text)
    if match is not None:
        return _decimal(match)
    match = _POWER_ONLY.fullmatch(text)
    if match is not None:
        return _power_of_ten(match)
    if "frac" in text or "/" in text or "⁄" in text or "∕" in text:
        return _fraction(text)
    match = _REPEATING.fullmatch(text)
    return None if match is None else _repeating(match)


def repeating_in_brackets(text: str) -> Number | None:
    """`1.2(45)` as 1.2454545…; None for any other text.

    It is a second reading: the brackets may as well hold a factor.
    """
    match = _IN_BRACKETS.fullmatch(text) if text.endswith(")") else None
    return None if match is None else read_number(rf"{match[1]}\overline{{{match[2]}}}")


_IN_BRACKETS = re.compile(r"([+-]?\d{0,9}\.\d{1,20})\((\d{1,20})\)")


def _repeating(match: re.Match[str]) -> Number | None:
    r"""`0.1\overline{6}`, `0.\dot{3}`, and `0.333...` where the digits show what repeats."""
    sign, whole, fixed, *blocks = match.groups()
    block = next(b for b in blocks if b)
    if blocks[2] and len(match.group(0).strip("+-−.…\\ldots").partition(".")[2]) < _SHOWN_REPEATS:
        return None
    value = Fraction(int(whole + fixed or "0"), 10 ** len(fixed)) + Fraction(
        int(block), (10 ** len(block) - 1) * 10 ** len(fixed)
    )
    return Number(-value if sign in {"-", "−"} else value)


def _decimal(match: re.Match[str]) -> Number:
    """A number with at most one point and at most one power of ten."""
    sign, mantissa, *exponents = match.groups()
    exponent_text = exponents[0] or exponents[1] or exponents[2] or exponents[3] or exponents[4]
    exponent = 0
    if exponent_text is not None:
        exponent_text = exponent_text.translate(_SUPERSCRIPTS).replace(" ", "")
        check("MAX_DIGITS", len(exponent_text), MAX_DIGITS)
        exponent = int(exponent_text)
    mantissa = mantissa if mantissa.isdigit() else _GROUPING.sub("", mantissa)
    return make_decimal(mantissa, exponent, negative=sign in {"-", "−"}, scientific=exponent_text is not None)


def make_decimal(mantissa: str, exponent: int = 0, *, negative: bool = False, scientific: bool = False) -> Number:
    """The number with the digits `mantissa` (at most one point) times ten to the `exponent`."""
    whole, point, places = mantissa.partition(".")
    digits = whole + places
    check("MAX_DIGITS", len(digits), MAX_DIGITS)
    check("MAX_EXPONENT", abs(exponent), MAX_EXPONENT)
    magnitude = int(digits)
    if negative:
        magnitude = -magnitude
    if not point and not scientific:
        return Number(Fraction(magnitude))
    shift = exponent - len(places)
    step = Fraction(10**shift) if shift >= 0 else Fraction(1, 10**-shift)
    significant = len(digits.lstrip("0")) or 1
    return Number(magnitude * step, significant, step, is_decimal=True)


def _power_of_ten(match: re.Match[str]) -> Number:
    sign, *exponents = match.groups()
    exponent_text = next(e for e in exponents if e is not None).translate(_SUPERSCRIPTS)
    check("MAX_DIGITS", len(exponent_text), MAX_DIGITS)
    exponent = int(exponent_text)
    check("MAX_EXPONENT", abs(exponent), MAX_EXPONENT)
    value = Fraction(10) ** exponent
    return Number(-value if sign in {"-", "−"} else value)


def _fraction(text: str) -> Number | None:
    """A fraction or a mixed number, plain or LaTeX."""
    match = _PLAIN_FRACTION.fullmatch(text)
    if match is not None:
        sign, whole, over, under = match.groups()
        return _quotient(sign in {"-", "−"}, whole, over, under)
    match = _FRACTION.fullmatch(text)
    if match is None:
        return None
    sign, whole, over_sign, over, over_digit, under_sign, under, under_digit = match.groups()
    if whole and (over_sign or under_sign):
        return None
    negative = sum(s in {"-", "−"} for s in (sign, over_sign, under_sign)) % 2 == 1
    return _quotient(negative, whole, over or over_digit, under or under_digit)


def _quotient(negative: bool, whole: str | None, over: str, under: str) -> Number | None:
    check("MAX_DIGITS", max(len(whole or ""), len(over), len(under)), MAX_DIGITS)
    denominator = int(under)
    if denominator == 0:
        return None
    value = Fraction(int(over), denominator) + (int(whole) if whole else 0)
    return Number(-value if negative else value)

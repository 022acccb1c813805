"""The notations of one quantity and of its unit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.quantities.quantity_text import read_statement
from verifiers.units.definitions import find_unit
from verifiers.units.measures import MAX_FACTORS, is_power_of_ten
from verifiers.units.unit_grammar import read_unit
from verifiers.units.unit_tokens import MAX_QUANTITY_CHARS, UnreadableError, plain_notation, tokenize

SPEED = [
    "m/s",
    r"\mathrm{m}/\mathrm{s}",
    r"\mathrm{~m} / \mathrm{s}",
    r"$\mathrm{m\,s^{-1}}$",
    r"\text{m s}^{-1}",
    r"\frac{m}{s}",
    r"\dfrac{\text{m}}{\text{s}}",
    r"\si{\metre\per\second}",
    r"\unit{m.s^{-1}}",
    r"\unit[per-mode=fraction]{\meter\per\second}",
    "m·s⁻¹",
    "m⋅s^-1",
    "m s^{-1}",
    "m*s^(-1)",
    "m s**-1",
    "m s-1",
    "metres per second",
    "Meters per Second",
    "metre/second",
    r"\rm m/s",
    r"{\rm m}\cdot{\rm s}^{-1}",
]


@pytest.mark.parametrize("text", SPEED)
def test_metres_per_second_in_every_notation(text: str) -> None:
    """Each notation of m/s has its dimension and the factor one."""
    unit = read_unit(text)
    assert unit is not None
    assert unit.magnitude is None
    assert any(u.factor == 1 and u.dimension == (("meter", 1), ("second", -1)) for u in unit.readings)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        (r"$10^{-19} \mathrm{~J}$", Fraction(1, 10**19), "J"),
        (r"$ \times 10^3 \mathrm{J}$", Fraction(1000), "J"),
        (r"$\mathrm{10^7} \mathrm{~km}$", Fraction(10**7), "km"),
        ("10⁶ N", Fraction(10**6), "N"),
        (r"10^{-3} \%", Fraction(1, 1000), "%"),
    ],
)
def test_powers_of_ten_may_stand_in_the_unit(text: str, value: Fraction, unit: str) -> None:
    """A power of ten before the unit is read as a number."""
    measure = read_unit(text)
    assert measure is not None
    assert measure.magnitude is not None
    assert measure.magnitude.value == value
    assert measure.readings[0] == find_unit(unit)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("440 1/s", Fraction(440)),
        ("440 /s", Fraction(440)),
        ("3.0 x 10^8 m", Fraction(3 * 10**8)),
        ("3.0E8 m", Fraction(3 * 10**8)),
        ("300{,}000{,}000 m", Fraction(3 * 10**8)),
        (r"300\,000\,000 m", Fraction(3 * 10**8)),
        ("2,5 km", Fraction(5, 2)),
        ("2 1/2 ft", Fraction(5, 2)),
        (r"2\frac{1}{2} ft", Fraction(5, 2)),
        ("½ mi", Fraction(1, 2)),
        (r"\frac12 m", Fraction(1, 2)),
        (r"\frac{5 m}{2 s}", Fraction(5, 2)),
        ("−7 °C", Fraction(-7)),
        (r"\sqrt{4} m", Fraction(2)),
        ("２５ kg", Fraction(25)),
        ("5 million km", Fraction(5 * 10**6)),
    ],
)
def test_numbers_before_a_unit(text: str, value: Fraction) -> None:
    """The number of a quantity is read exactly in each notation."""
    statement = read_statement(text)
    assert statement is not None
    assert statement.segments[0].items[0].magnitude.value == value


@pytest.mark.parametrize(
    "text",
    ["2 10 m", "5 m m^", "m**9**9**9", "m^{99}", "m^{1/2}", "5 m/", "5 m//s", "(5 m", "5 m)", r"\frac{5 m", "5 m!",
     r"\mathbb{R}", r"\input{x} m", "5 m @ 3", "5 \\hat{m}", "__class__", "5 m if", "10^{99999} m", "(m/s"],
)  # fmt: skip
def test_nothing_is_left_over(text: str) -> None:
    """A text with anything that is not number or unit is not read at all."""
    assert read_unit(text) is None
    assert read_statement(text) is None


def test_a_semicolon_separates_and_never_multiplies() -> None:
    """`5 m; 3` is two quantities, not 15 m."""
    statement = read_statement("5 m; 3")
    assert read_unit("5 m; 3") is None
    assert statement is not None
    assert len(statement.segments[0].items) == 2


def test_a_slash_has_two_readings() -> None:
    """`J/mol K` is J/(mol K) or J K/mol; brackets leave one."""
    open_reading, closed = read_unit("J/mol K"), read_unit("J/(mol K)")
    assert open_reading is not None
    assert closed is not None
    assert len(open_reading.readings) == 2
    assert len(closed.readings) == 1
    assert closed.readings[0] in open_reading.readings


def test_per_of_siunitx_concerns_one_unit() -> None:
    r"""`\joule\per\mole\kelvin` is J K/mol, as siunitx prints it."""
    unit = read_unit(r"\joule\per\mole\kelvin")
    assert unit is not None
    assert [dict(u.dimension)["kelvin"] for u in unit.readings] == [1]


def test_commands_of_latex_are_not_units() -> None:
    r"""`\min`, `\bar` and `\in` are no minute, bar or inch."""
    assert all(read_unit(text) is None for text in (r"\min", r"\bar", r"\in", r"5 \min (3)"))


def test_limits_come_before_work() -> None:
    """Long texts, many factors, deep fractions and large exponents stop the reading."""
    assert read_unit("m" * (MAX_QUANTITY_CHARS + 1)) is None
    assert read_unit(" ".join(["m"] * (MAX_FACTORS + 1))) is None
    assert read_unit(r"\frac{" * 50 + "m" + "}{s}" * 50) is None
    assert read_unit("10^{401} m") is None
    assert read_unit("10^{400} m") is not None
    assert read_unit("2^{1000} m") is None
    assert read_unit("(10^{400} m)^{9}") is not None
    assert read_unit("(10^{400} m)^{12}") is None
    assert read_unit("(" * 60 + "m" + ")" * 60) is None
    assert read_statement(r"\sqrt" * 70 + "5 m") is None


@given(st.text(alphabet="5 m/s^{}()\\$kgNJ°C.,-+*%±=≈'\"xand1eE_~", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text crashes the reader."""
    read_statement(text)
    read_unit(text)


@given(st.text(max_size=120))
def test_plain_notation_is_stable(text: str) -> None:
    """Applying the character rules twice changes nothing more."""
    try:
        once = plain_notation(text)
        assert plain_notation(once) == once
    except UnreadableError:
        pass


@given(st.integers(-2000, 2000), st.integers(1, 10**6))
def test_powers_of_ten_are_recognised_at_any_size(exponent: int, other: int) -> None:
    """10^n is a power of ten, and a product with another number is one only if that number is."""
    power = Fraction(10) ** exponent
    assert is_power_of_ten(power)
    assert is_power_of_ten(power * other) == (str(other).rstrip("0") == "1")


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_grouping_of_thousands_changes_nothing(whole: int, places: int) -> None:
    """A number reads the same with and without grouping marks."""
    plain = f"{whole}.{'7' * places}" if places else str(whole)
    grouped = f"{whole:,}" + plain[len(str(whole)) :]
    assert tokenize(plain)[0].number == tokenize(grouped)[0].number

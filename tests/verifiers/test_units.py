"""What symbols and names of units mean."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.units.definitions import MAX_SYMBOL_CHARS, ONE, dimension_name, find_unit, same_dimension
from verifiers.units.unit_names import PHRASES, ROWS, SECOND_READINGS, SI_PREFIXES

LENGTH = find_unit("m")[0].dimension


def _factor(symbol: str) -> Fraction:
    return find_unit(symbol)[0].factor


def test_every_listed_symbol_and_name_is_defined() -> None:
    """Each symbol, name and phrase of the list has a positive factor in the table of definitions."""
    written = [s for row in ROWS for s in (*row.symbols, *row.names)] + list(PHRASES.values()) + list(SECOND_READINGS)
    assert [s for s in written if not find_unit(s) or find_unit(s)[0].factor <= 0] == []


@pytest.mark.parametrize(
    ("symbol", "factor"),
    [
        ("in", Fraction(127, 5000)),
        ("mi", Fraction(1609344, 1000)),
        ("atm", Fraction(101325)),
        ("eV", Fraction(1602176634, 10**28)),
        ("lb", Fraction(45359237, 10**8)),
        ("cal", Fraction(4184, 1000)),
        ("ly", Fraction(9460730472580800)),
        ("AU", Fraction(149597870700)),
        ("G", Fraction(1, 10**4)),
        ("kWh", Fraction(3600000)),
        ("%", Fraction(1, 100)),
    ],
)
def test_defined_factors_are_exact(symbol: str, factor: Fraction) -> None:
    """Factors that are exact by definition are kept as exact fractions (NIST SP 811, appendix B)."""
    assert _factor(symbol) == factor


def test_the_case_of_a_prefix_decides() -> None:
    """A milliwatt is not a megawatt, and a picoampere is not a petaampere."""
    assert _factor("mW") * 10**9 == _factor("MW")
    assert _factor("pA") * 10**27 == _factor("PA")


@pytest.mark.parametrize(("slip", "meant"), [("KJ", "kJ"), ("Kg", "kg"), ("kPA", "kPa"), ("HZ", "Hz"), ("Kev", "keV")])
def test_slips_of_case_that_cannot_be_mistaken_are_read(slip: str, meant: str) -> None:
    """A capital K for kilo and wrong case inside a longer symbol change nothing."""
    assert find_unit(slip)[0] == find_unit(meant)[0]


@pytest.mark.parametrize(
    "symbol", ["", "x", "k", "mM2", "qx", "metersss", "°X", "Mev ", "m" * 500, "__import__", "m**2", "1"]
)
def test_other_texts_are_no_units(symbol: str) -> None:
    """A letter, a prefix alone, a typo, an operator or a very long text is no unit."""
    assert find_unit(symbol) == ()


def test_names_take_prefixes_plurals_and_any_case() -> None:
    """`Kilometres` is `km`, `microfarads` is `μF`, `feet` is `ft`."""
    assert find_unit("Kilometres") == find_unit("km")
    assert find_unit("microfarads") == find_unit("μF") == find_unit("uF")
    assert find_unit("feet") == find_unit("ft")


def test_prefixes_do_not_stand_before_units_that_take_none() -> None:
    """A kilo-minute, a milli-foot or a kilo-percent does not exist."""
    assert not find_unit("kmin")
    assert not find_unit("mft")
    assert not find_unit("k%")


def test_a_pound_is_a_mass_and_a_force() -> None:
    """`lb` has both readings, the mass first."""
    names = [dimension_name(u.dimension) for u in find_unit("lb")]
    assert names == ["mass", "force"]


def test_temperature_scales_keep_their_zero_only_alone() -> None:
    """Celsius has an offset; squared, or times another unit, it is a difference."""
    celsius = find_unit("°C")[0]
    assert celsius.offset == Fraction(5463, 20)
    assert (celsius * find_unit("s")[0]).offset == 0
    assert (celsius**2).offset == 0


def test_hertz_and_radians_per_second_are_both_per_second_but_not_each_other() -> None:
    """`Hz` and `rad/s` both agree with `1/s`; 1 Hz is not 1 rad/s."""
    per_second = find_unit("s")[0] ** -1
    angular = find_unit("rad")[0] * per_second
    hertz = find_unit("Hz")[0]
    assert same_dimension(hertz.dimension, per_second.dimension)
    assert same_dimension(angular.dimension, per_second.dimension)
    assert not same_dimension(angular.dimension, hertz.dimension)


def test_an_angle_alone_is_not_a_number() -> None:
    """A radian and a percentage do not have the same dimension."""
    assert not same_dimension(find_unit("rad")[0].dimension, find_unit("%")[0].dimension)


SYMBOLS = st.sampled_from(sorted({s for row in ROWS for s in row.symbols}))
EXPONENTS = st.integers(-3, 3).filter(bool)


@given(SYMBOLS, SYMBOLS, EXPONENTS)
def test_units_multiply_like_numbers(left: str, right: str, exponent: int) -> None:
    """(a·b)^n is a^n·b^n, and a unit divided by itself is one."""
    a, b = find_unit(left)[0], find_unit(right)[0]
    product = (a * b) ** exponent
    apart = a**exponent * b**exponent
    assert (product.factor, product.dimension) == (apart.factor, apart.dimension)
    assert (a * a**-1).dimension == ONE.dimension
    assert (a * a**-1).factor == 1


@given(SYMBOLS, st.sampled_from(sorted(SI_PREFIXES)))
def test_a_prefix_is_a_power_of_ten(symbol: str, prefix: str) -> None:
    """Where a prefixed symbol is read through its prefix, it has the same dimension and that power of ten."""
    row = next(r for r in ROWS if symbol in r.symbols)
    if (
        row.prefixes
        and not any(prefix + symbol in r.symbols for r in ROWS)
        and len(prefix + symbol) <= MAX_SYMBOL_CHARS
    ):
        prefixed = find_unit(prefix + symbol)[0]
        if prefixed.dimension == find_unit(symbol)[0].dimension:
            assert prefixed.factor == _factor(symbol) * Fraction(10) ** SI_PREFIXES[prefix]

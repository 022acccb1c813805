"""Whether two magnitudes agree, by the digits with which they were written.

1. Equal values always agree, in whatever unit: conversions are exact.
2. With a relative tolerance of the problem's own, that decides and nothing else.
3. A reference is *measured* if it has two or more significant digits, some of them behind a decimal point or before
   a power of ten. An answer agrees with it that is nearer than half a step of its last digit, and nearer than the
   policy's `max_rounding`: `13.6 eV` takes 13.606 eV. Any other reference is exact: `5000 m` does not take 5001 m.
4. An answer may be rounded itself: it agrees if it is the reference, converted to the answer's unit, correctly rounded
   to the answer's last digit. It needs as many digits as a measured reference has, but never more than 4; three, or 4
   if the reference has that many, for an integer reference; and 4 for π, roots and fractions. Where the conversion only
   moves the decimal point there is nothing to round: there an integer (`5001 m`, 5.00 km) and a reference of up to 6
   digits (`130.41 s`, 130.4 s) keep all their digits; a longer one is a computer's output, and 4 digits are enough.
   Zeros at the end of a converted integer need not be significant: `5 km` takes 16400 ft.
   An answer of 8 digits and more may be cut off instead of rounded: 310.92777777 K for 100 °F.
5. Money is compared to the cent: 4 does not apply to it, and 3 only to references in cents. `$20 million` does not
   take $20,100,000.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from verifiers.comparing.scalars import CUT_OFF_DIGITS
from verifiers.units.definitions import Unit
from verifiers.units.measures import Magnitude, is_power_of_ten

MIN_DIGITS: Final = 3
"""Digits of an answer that is a rounded conversion of an exact reference."""
ENOUGH_DIGITS: Final = 4
"""Digits of a rounded answer that are enough for any reference."""
MAX_DIGITS_KEPT: Final = 6
"""Digits up to which a reference is taken to be meant to all of them."""
_NOISE: Final = Fraction(1, 10**14)
"""Relative difference of values that were computed in double precision."""
_CENT: Final = Fraction(1, 100)
_MONEY: Final = frozenset({"USD", "EUR", "GBP", "JPY", "INR", "CNY"})


@dataclass(frozen=True, slots=True)
class _Tolerance:
    """What applies to one comparison."""

    rel_tol: Fraction | None = None
    """The problem's own relative tolerance; None lets the digits decide."""
    max_rounding: Fraction = Fraction(0)
    rounds_answers: bool = True


@dataclass(frozen=True, slots=True)
class _Conversion:
    """From the answer's unit to the reference's: `value × ratio + shift`."""

    ratio: Fraction
    shift: Fraction
    moves_point: bool
    """Whether it only moves the decimal point."""

    def to_reference(self, value: Fraction) -> Fraction:
        return value if self.ratio == 1 and not self.shift else value * self.ratio + self.shift

    def to_answer(self, value: Fraction) -> Fraction:
        return value if self.ratio == 1 and not self.shift else (value - self.shift) / self.ratio


def magnitudes_agree(
    reference: Magnitude,
    in_unit: Unit,
    answer: Magnitude,
    answer_unit: Unit,
    *,
    rel_tol: float | None,
    max_rounding: float,
) -> bool:
    """Whether the answer, in its unit, agrees with the reference, in its own; the rules are in the module's text."""
    is_money = len(in_unit.dimension) == 1 and in_unit.dimension[0][0] in _MONEY
    if is_money and reference.step is not None and reference.step * in_unit.factor > _CENT:
        max_rounding = 0.0
    tolerance = _tolerance(rel_tol, max_rounding, not is_money)
    shift = answer_unit.offset - in_unit.offset
    if _agree(reference, answer, _conversion(in_unit.factor, answer_unit.factor, shift), tolerance):
        return True
    # Another definition in use has to fit by the answer's own digits: it adds nothing to the reference's rounding.
    own_digits = _tolerance(rel_tol, 0.0, not is_money)
    rivals = _rival_definitions(in_unit, answer_unit)
    return any(_agree(reference, answer, _conversion(f, g, shift), own_digits) for f, g in rivals)


@lru_cache(maxsize=256)
def _tolerance(rel_tol: float | None, max_rounding: float, rounds_answers: bool) -> _Tolerance:
    return _Tolerance(None if rel_tol is None else Fraction(rel_tol), Fraction(max_rounding), rounds_answers)


def _conversion(factor: Fraction, answer_factor: Fraction, shift: Fraction) -> _Conversion:
    if factor == answer_factor and not shift:
        return _IDENTITY
    ratio = answer_factor / factor
    return _Conversion(ratio, shift / factor, not shift and is_power_of_ten(ratio))


_IDENTITY: Final = _Conversion(Fraction(1), Fraction(0), moves_point=True)


def _rival_definitions(left: Unit, right: Unit) -> Iterator[tuple[Fraction, Fraction]]:
    """Pairs of factors under other definitions in use; the same unit on both sides has the same definition."""
    if (left.rivals or right.rivals) and not is_power_of_ten(left.factor / right.factor):
        yield from ((factor, right.factor) for factor in left.rivals)
        yield from ((left.factor, factor) for factor in right.rivals)


def _agree(reference: Magnitude, answer: Magnitude, conversion: _Conversion, tolerance: _Tolerance) -> bool:
    distance = abs(conversion.to_reference(answer.value) - reference.value)
    if not distance:
        return True
    size = abs(reference.value)
    if tolerance.rel_tol is not None:
        return distance <= tolerance.rel_tol * size
    is_near = reference.is_measured and reference.step is not None and 2 * distance <= reference.step
    if distance <= (tolerance.max_rounding if is_near else _NOISE) * size:
        return True
    return tolerance.rounds_answers and _is_rounded(reference, answer, conversion)


def _is_rounded(reference: Magnitude, answer: Magnitude, conversion: _Conversion) -> bool:
    """Whether the answer is the converted reference, correctly rounded to enough digits."""
    if answer.step is None or answer.digits is None:
        return False
    is_integer = reference.step is not None and not reference.is_measured
    if is_integer and conversion.moves_point:
        return False
    exact = conversion.to_answer(reference.value)
    distance = abs(exact - answer.value)
    if answer.digits >= CUT_OFF_DIGITS and distance < answer.step and abs(answer.value) < abs(exact):
        return True
    needed = _digits_needed(reference, conversion.moves_point)
    if answer.digits >= needed and 2 * distance <= answer.step and not _gains_a_digit(exact, distance, answer):
        return True
    if conversion.moves_point or answer.step != 1:
        return False
    written = str(abs(int(answer.value)))
    kept = len(written.rstrip("0"))
    return kept < len(written) and kept >= needed and 2 * distance <= 10 ** (len(written) - kept)


def _gains_a_digit(exact: Fraction, distance: Fraction, answer: Magnitude) -> bool:
    """Whether an answer has a digit more than the value it is rounded from: 10 for 9.8 has one good digit, not two."""
    if answer.step is None or answer.digits is None:
        return False
    return len(str(abs(int(exact / answer.step)))) < answer.digits and 20 * distance > answer.step


def _digits_needed(reference: Magnitude, moves_point: bool) -> int:
    if reference.digits is None or reference.step is None:
        return ENOUGH_DIGITS
    if moves_point and reference.digits <= MAX_DIGITS_KEPT:
        return reference.digits
    if reference.is_measured:
        return min(reference.digits, ENOUGH_DIGITS)
    significant = len(str(abs(int(reference.value / reference.step))).rstrip("0"))
    return min(max(significant, MIN_DIGITS), ENOUGH_DIGITS)

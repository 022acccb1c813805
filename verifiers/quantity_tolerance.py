"""Whether two magnitudes agree, by the digits with which they were written.

1. Equal values always agree, in whatever unit: conversions are exact.
2. With a relative tolerance of the problem's own, that decides and nothing else.
3. A reference is *measured* if it has two or more significant digits, some of them behind a decimal point or before a
   power of ten. An answer agrees with it that is nearer than half a step of its last digit, and nearer than the policy's
   `max_rounding`: `13.6 eV` takes 13.606 eV. Any other reference is exact: `5000 m` does not take 5001 m or 5000.4 m.
4. An answer may be rounded itself: it agrees if it is the reference, converted to the answer's unit, correctly rounded to
   the answer's last digit. It needs as many digits as a measured reference has, but never more than 4; three, or 4 if the
   reference has that many, for an integer reference; and 4 for π, roots and fractions. Where the conversion only moves the
   decimal point there is nothing to round: there an integer (`5001 m`, 5.00 km) and a reference of up to 6 digits
   (`130.41 s`, 130.4 s) keep all their digits; a longer one is a computer's output, and 4 digits are enough. Zeros at the
   end of a converted integer need not be significant: `5 km` takes 16400 ft. Money is not rounded.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from verifiers.unit_grammar import Magnitude, is_power_of_ten
from verifiers.units import Unit

MIN_DIGITS: Final = 3
"""Digits of an answer that is a rounded conversion of an exact reference."""
ENOUGH_DIGITS: Final = 4
"""Digits of a rounded answer that are enough for any reference."""
MAX_DIGITS_KEPT: Final = 6
"""Digits up to which a reference is taken to be meant to all of them."""
_NOISE: Final = Fraction(1, 10**14)
"""Relative difference of values that were computed in double precision."""


def magnitudes_agree(
    reference: Magnitude, in_unit: Unit, answer: Magnitude, answer_unit: Unit, rel_tol: float | None, max_rounding: float
) -> bool:
    """Whether the answer, in its unit, agrees with the reference, in its own; the rules are in the module's text."""
    offsets = in_unit.offset, answer_unit.offset
    money = _is_money(in_unit)
    if _agree(reference, in_unit.factor, answer, answer_unit.factor, offsets, rel_tol, max_rounding, money):
        return True
    # Another definition in use has to fit by the answer's own digits: it adds nothing to the reference's rounding.
    return any(
        _agree(reference, left, answer, right, offsets, rel_tol, 0.0, money)
        for left, right in _rival_definitions(in_unit, answer_unit)
    )


def _rival_definitions(left: Unit, right: Unit) -> Iterator[tuple[Fraction, Fraction]]:
    """Pairs of factors under other definitions in use; the same unit on both sides has the same definition."""
    if (left.rivals or right.rivals) and not is_power_of_ten(left.factor / right.factor):
        yield from ((factor, right.factor) for factor in left.rivals)
        yield from ((left.factor, factor) for factor in right.rivals)


def _agree(
    reference: Magnitude, factor: Fraction, answer: Magnitude, answer_factor: Fraction,
    offsets: tuple[Fraction, Fraction], rel_tol: float | None, max_rounding: float, is_money: bool,
) -> bool:  # fmt: skip
    offset, answer_offset = offsets
    ratio = answer_factor / factor
    shift = answer_offset - offset
    converted = answer.value * ratio + shift / factor if shift else answer.value * ratio
    distance = abs(converted - reference.value)
    size = abs(reference.value)
    if rel_tol is not None:
        return distance <= Fraction(rel_tol) * size
    if distance <= _NOISE * size:
        return True
    if reference.is_measured and reference.step is not None:
        if distance <= reference.step / 2 and distance <= Fraction(max_rounding) * size:
            return True
    if is_money:
        return False
    target = reference.value / ratio - shift / answer_factor if shift else reference.value / ratio
    return _is_rounded(target, answer, reference, is_power_of_ten(ratio) and not shift)


def _is_rounded(target: Fraction, answer: Magnitude, reference: Magnitude, same_digits: bool) -> bool:
    """Whether the answer is `target` correctly rounded to enough digits; `same_digits`: conversion moves the point only."""
    if answer.step is None or answer.digits is None:
        return False
    is_integer = reference.step is not None and not reference.is_measured
    if is_integer and same_digits:
        return False
    distance = abs(target - answer.value)
    needed = _digits_needed(reference, same_digits)
    if answer.digits >= needed and distance <= answer.step / 2:
        return True
    if same_digits or answer.step != 1:
        return False
    written = str(abs(int(answer.value)))
    kept = len(written.rstrip("0"))
    return kept < len(written) and kept >= needed and 2 * distance <= 10 ** (len(written) - kept)


def _digits_needed(reference: Magnitude, same_digits: bool) -> int:
    if reference.digits is None:
        return ENOUGH_DIGITS
    if same_digits and reference.digits <= MAX_DIGITS_KEPT:
        return reference.digits
    if reference.is_measured:
        return min(reference.digits, ENOUGH_DIGITS)
    significant = len(str(abs(int(reference.value / reference.step))).rstrip("0")) if reference.step else 0
    return min(max(significant, MIN_DIGITS), ENOUGH_DIGITS)


def _is_money(unit: Unit) -> bool:
    return len(unit.dimension) == 1 and unit.dimension[0][0] in ("USD", "EUR", "GBP", "JPY", "INR", "CNY")

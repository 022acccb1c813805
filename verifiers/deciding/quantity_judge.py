"""Compares quantities one by one: name and uncertainty, then the dimension, then the magnitude."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from data.records import AnswerKind, Problem, Status
from verifiers.decision import Decision
from verifiers.policy import Choose, MissingUnit, Policy
from verifiers.quantities.quantity_lists import Quantity
from verifiers.quantities.quantity_reference import (
    Reference,
    asks_for_percent,
    counted_units,
    fixes_unit,
    form_of,
    plain,
    unit_text,
)
from verifiers.quantities.quantity_text import Segment, base_name
from verifiers.quantities.quantity_tolerance import magnitudes_agree
from verifiers.reading.nouns import head_noun
from verifiers.units.definitions import ONE, Dimension, Unit, dimension_name, same_dimension
from verifiers.units.unit_names import PARTICLES

_APPROXIMATE_REL_TOL = 0.05
"""How far what stands behind `≈` may be off, where something exact stands before it."""
_ANGLE_NAME = re.compile(r"m?(?:angle|measuredangle|∠)([A-Z]{3})")
_ANGLE_AT = re.compile(r"\Am?(?:angle|measuredangle|∠)([A-Z])\Z")
"""`∠A` beside `A`: what it measures is said by the degrees."""
_RADIAN: Dimension = (("radian", 1),)
_POWERS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
"""Words that tell areas and volumes in units without a name apart."""
_WITHOUT_CURRENT = {"dc": "dc", "ac": "ac"}
"""Kinds of current, which an answer need not repeat."""
_SIGNED: frozenset[Dimension] = frozenset({_RADIAN, *(((money, 1),) for money in ("USD", "EUR", "GBP", "JPY", "INR"))})


@dataclass(frozen=True, slots=True)
class QuantityJudge:
    """Compares quantities of an answer with those of one reference."""

    problem: Problem
    known: Reference
    policy: Policy

    def segments(self, segments: tuple[Segment, ...]) -> Decision:
        """Every side of `=` has to be right, and what stands behind `≈` nearly."""
        decision = self.items(segments[0].items, self.problem.rel_tol)
        for segment in segments[1:]:
            if decision.status is not Status.CORRECT:
                break
            loose = max(self.problem.rel_tol or 0.0, _APPROXIMATE_REL_TOL)
            following = self.items(segment.items, loose if segment.is_approximate else self.problem.rel_tol)
            decision = decision if following.status is Status.CORRECT else following
        return decision

    def items(self, items: tuple[Quantity, ...], rel_tol: float | None) -> Decision:
        """Match the quantities of the answer with those of the reference, in any order."""
        wanted = self.known.items
        if len(items) != len(wanted):
            reason = f"the reference has {_count(len(wanted))}, the answer {_count(len(items))}"
            return Decision(Status.INCORRECT, "quantity.count", reason, self.known.form, form_of(items))
        if len(wanted) == 1:
            return self.one(wanted[0], items[0], rel_tol)
        left = list(items)
        for reference in wanted:
            match = next((i for i in left if self.one(reference, i, rel_tol).status is Status.CORRECT), None)
            if match is None:
                first = self.one(reference, items[wanted.index(reference)], rel_tol)
                return first._replace(status=Status.INCORRECT) if first.status is Status.CORRECT else first
            left.remove(match)
        return self._say(Status.CORRECT, "quantity.list", f"all {len(wanted)} quantities agree", items)

    def one(self, reference: Quantity, answer: Quantity, rel_tol: float | None) -> Decision:
        """Compare one quantity with one: name, uncertainty, unit or noun, magnitude."""
        if reference.name and answer.name and not self._same_name(reference.name, answer.name):
            reason = f"the reference is about {reference.name}, the answer about {answer.name}"
            return self._say(Status.INCORRECT, "quantity.name", reason, (answer,))
        if (reference.uncertainty is None) is not (answer.uncertainty is None):
            side = "reference" if reference.uncertainty else "answer"
            return self._say(Status.INCORRECT, "quantity.uncertainty", f"only the {side} has an uncertainty", (answer,))
        if reference.uncertainty is not None and answer.uncertainty is not None:
            spread = self.one(reference.uncertainty, answer.uncertainty, rel_tol)
            if spread.status is not Status.CORRECT:
                return spread._replace(rule="quantity.uncertainty", reason=f"uncertainty: {spread.reason}")
        if reference.direction and reference.direction != (
            answer.direction or _WITHOUT_CURRENT.get(reference.direction)
        ):
            reason = f"the reference points {reference.direction}, the answer {answer.direction or 'nowhere'}"
            return self._say(Status.INCORRECT, "quantity.direction", reason, (answer,))
        others = self._other_things(reference, answer)
        if others is not None:
            return others
        if not reference.readings:
            return self._counted(reference, answer, rel_tol)
        if not answer.readings:
            return self._without_unit(reference, answer, rel_tol)
        return self._measured(reference, answer, rel_tol)

    def _same_name(self, reference: str, answer: str) -> bool:
        """One quantity may have another index; among several the index tells them apart. `∠ABC` is `∠CBA`."""
        reference, answer = (_ANGLE_AT.sub(r"\1", name) for name in (reference, answer))
        corners = [_ANGLE_NAME.fullmatch(name) for name in (reference, answer)]
        if corners[0] is not None and corners[1] is not None:
            return corners[0][1] in (corners[1][1], corners[1][1][::-1])
        if len(self.known.items) > 1:
            return reference == answer
        return base_name(reference) == base_name(answer)

    def with_unit_added(self, reference: Quantity, answer: Quantity) -> Decision:
        """A bare number against a number with a unit or noun: the number has to be the same."""
        is_ratio = bool(answer.readings) and answer.readings[0].dimension == () and answer.readings[0].factor != 1
        if is_ratio:
            value = answer.magnitude.value * answer.readings[0].factor
            same = answer.magnitude.value == reference.magnitude.value
            stripped = same and (self.policy.percent_strip is Choose.ACCEPT or self._is_in_percent(reference, answer))
            by_ratio = self.policy.percent_decimal is Choose.ACCEPT
            equal = stripped or (by_ratio and self._same_number(reference.magnitude.value, value))
            status = Status.CORRECT if equal else Status.INCORRECT
            return self._say(status, "quantity.ratio", f"as a ratio the answer is {plain(value)}", (answer,))
        if (converted := self._in_counted_unit(reference, answer)) is not None:
            return converted
        if self.policy.extra_unit is Choose.REJECT:
            reason = "the reference has no unit, the answer has one"
            return self._say(Status.UNIT_MISMATCH, "quantity.extra_unit", reason, (answer,))
        equal = self._same_number(reference.magnitude.value, answer.magnitude.value)
        reason = "the reference has no unit; the numbers " + ("agree" if equal else "differ")
        return self._say(Status.CORRECT if equal else Status.INCORRECT, "quantity.extra_unit", reason, (answer,))

    def _in_counted_unit(self, reference: Quantity, answer: Quantity) -> Decision | None:
        """The decision on an answer in another unit than the one that the question asks how many there are of."""
        asked = counted_units(self.problem.question) if answer.readings and answer.readings[0].dimension else ()
        if not asked or any(unit.factor == reading.factor for unit in asked for reading in answer.readings):
            return None
        pairs = [(unit, each) for unit in asked for each in answer.readings if unit.dimension == each.dimension]
        if not pairs:
            return None
        equal = any(
            self._same_number(reference.magnitude.value * unit.factor, answer.magnitude.value * each.factor)
            for unit, each in pairs
        )
        reason = f"the question counts in another unit; converted, the answer {'agrees' if equal else 'differs'}"
        status = Status.CORRECT if equal else Status.UNIT_MISMATCH
        return self._say(status, "quantity.counted_unit", reason, (answer,))

    def _is_in_percent(self, reference: Quantity, answer: Quantity) -> bool:
        """Whether the question asks for a percentage, and a number beyond one cannot be meant as its hundredth."""
        is_percent = bool(answer.readings) and answer.readings[0].factor == Fraction(1, 100)
        return is_percent and abs(reference.magnitude.value) > 1 and asks_for_percent(self.problem.question)

    def _same_number(self, reference: Fraction, answer: Fraction) -> bool:
        tolerance = Fraction(self.problem.rel_tol) if self.problem.rel_tol is not None else Fraction(1, 10**14)
        return abs(reference - answer) <= tolerance * abs(reference)

    def _other_things(self, reference: Quantity, answer: Quantity) -> Decision | None:
        """The decision where both sides count or measure something, and not the same."""
        left, right = _things(reference), _things(answer)
        if reference.substance and answer.substance and reference.substance.islower() is answer.substance.islower():
            left, right = left | {reference.substance}, right | {answer.substance}
        if not left or not right or left & right:
            return None
        reason = f"the reference is about {', '.join(sorted(left))}, the answer about {', '.join(sorted(right))}"
        return self._say(Status.UNIT_MISMATCH, "quantity.noun", reason, (answer,))

    def _measured(self, reference: Quantity, answer: Quantity, rel_tol: float | None) -> Decision:
        pairs = [
            (left, right)
            for left in reference.readings
            for right in answer.readings
            if same_dimension(left.dimension, right.dimension)
        ]
        if not pairs:
            left, right = dimension_name(reference.readings[0].dimension), dimension_name(answer.readings[0].dimension)
            reason = f"the reference is in {unit_text(reference)} ({left}), the answer in {unit_text(answer)} ({right})"
            return self._say(Status.UNIT_MISMATCH, "quantity.dimension", reason, (answer,))
        equal = any(self._agree(reference, left, answer, right, rel_tol) for left, right in pairs)
        reason = "same dimension; the magnitudes " + ("agree" if equal else "differ")
        return self._say(Status.CORRECT if equal else Status.INCORRECT, "quantity.magnitude", reason, (answer,))

    def _agree(self, reference: Quantity, left: Unit, answer: Quantity, right: Unit, rel_tol: float | None) -> bool:
        if self.known.is_difference:
            left, right = left.as_difference(), right.as_difference()
        rounding = self.policy.max_rounding
        return magnitudes_agree(
            reference.magnitude, left, answer.magnitude, right, rel_tol=rel_tol, max_rounding=rounding
        )

    def _without_unit(self, reference: Quantity, answer: Quantity, rel_tol: float | None) -> Decision:
        """A bare number where the reference has a unit."""
        unit = reference.readings[0]
        if answer.noun:
            reason = f"the reference is in {unit_text(reference)}, the answer counts {answer.noun}"
            return self._say(Status.UNIT_MISMATCH, "quantity.dimension", reason, (answer,))
        is_number = unit.dimension == () or (unit.dimension == _RADIAN and unit.factor == 1)
        by_ratio = unit.factor == 1 or self.policy.percent_decimal is Choose.ACCEPT
        if is_number and by_ratio and self._agree(reference, replace(unit, dimension=()), answer, ONE, rel_tol):
            return self._say(Status.CORRECT, "quantity.ratio", "the number agrees with the ratio", (answer,))
        if not self._may_lack_unit(reference):
            kind = dimension_name(unit.dimension)
            reason = f"the answer has no unit; the reference is in {unit_text(reference)} ({kind})"
            return self._say(Status.UNIT_MISMATCH, "quantity.missing_unit", reason, (answer,))
        equal = any(
            self._agree(scaled, unit, answer, unit, rel_tol)
            for scaled in (reference, _unscaled(reference, self.known.unit_scale))
        )
        reason = "the unit may be left off here; the numbers " + ("agree" if equal else "differ")
        return self._say(Status.CORRECT if equal else Status.INCORRECT, "quantity.missing_unit", reason, (answer,))

    def _may_lack_unit(self, reference: Quantity) -> bool:
        if self.policy.missing_unit is MissingUnit.ACCEPT or self.problem.answer_kind is AnswerKind.NUMBER:
            return True
        unit = reference.readings[0]
        is_percent = unit.dimension == () and unit.factor == Fraction(1, 100)
        if is_percent and (self.policy.percent_strip is Choose.ACCEPT or asks_for_percent(self.problem.question)):
            return True
        has_sign = "°" in reference.symbols or not {"$", "€", "£", "¥", "₹"}.isdisjoint(reference.symbols)
        if has_sign and unit.dimension in _SIGNED and self.policy.missing_sign is Choose.ACCEPT:
            return True
        return fixes_unit(self.problem.question, unit)

    def _counted(self, reference: Quantity, answer: Quantity, rel_tol: float | None) -> Decision:
        """A bare number or a counted noun as the reference."""
        if not reference.noun and (answer.readings or answer.noun):
            return self.with_unit_added(reference, answer)
        if answer.readings and (answer.readings[0].dimension != () or answer.readings[0].factor != 1):
            reason = f"the reference counts {reference.noun}, the answer is in {unit_text(answer)}"
            return self._say(Status.UNIT_MISMATCH, "quantity.dimension", reason, (answer,))
        powers = {_POWERS[word] for noun in (reference.noun, answer.noun) for word in noun.split() if word in _POWERS}
        if answer.noun and (head_noun(answer.noun) != head_noun(reference.noun) or len(powers) > 1):
            reason = f"the reference counts {reference.noun}, the answer {answer.noun}"
            return self._say(Status.UNIT_MISMATCH, "quantity.noun", reason, (answer,))
        unit = answer.readings[0] if answer.readings else ONE
        is_bare = not (reference.noun or answer.noun or answer.readings) and self.problem.unit is None
        if is_bare and self.problem.answer_kind is not AnswerKind.QUANTITY:  # `20 million` is one number
            sides = reference.magnitude, ONE, answer.magnitude, ONE
            equal = magnitudes_agree(*sides, rel_tol=rel_tol, max_rounding=0.0)
        else:
            equal = self._agree(reference, ONE, answer, unit, rel_tol)
        reason = "the numbers agree" if equal else "the numbers differ"
        return self._say(Status.CORRECT if equal else Status.INCORRECT, "quantity.count", reason, (answer,))

    def _say(self, status: Status, rule: str, reason: str, answer: tuple[Quantity, ...]) -> Decision:
        return Decision(status, rule, reason, self.known.form, form_of(answer))


def _things(quantity: Quantity) -> set[str]:
    """What a quantity counts or is of, as far as it tells quantities apart."""
    names = {head_noun(symbol) for symbol in quantity.symbols} & PARTICLES
    if not quantity.readings and quantity.noun:
        names.add(head_noun(quantity.noun))
    return names


def _count(number: int) -> str:
    return "one quantity" if number == 1 else f"{number} quantities"


def _unscaled(quantity: Quantity, scale: Fraction) -> Quantity:
    """The number as it stands before a power of ten that belongs to the unit."""
    return quantity if scale == 1 else replace(quantity, magnitude=quantity.magnitude.scaled(1 / scale))

"""References that are broken, and references whose unit is asked for."""

import pytest

from data.records import AnswerKind, Problem, Status
from verifiers.dispatch import verify_answer


@pytest.mark.parametrize("reference", [r"\frac{1}{", "$$", "1/0", r"\sqrt{"])
def test_a_broken_reference_calls_no_answer_wrong(reference: str) -> None:
    """It is the reference that cannot be read; the sample counts neither for nor against."""
    verdict = verify_answer(Problem(question="?", reference=reference), "2")
    assert verdict.status is Status.BAD_REFERENCE


def test_words_are_no_broken_mathematics() -> None:
    """A reference in words is compared as words."""
    verdict = verify_answer(Problem(question="?", reference="the mitochondria"), "the nucleus")
    assert verdict.status is Status.INCORRECT


@pytest.mark.parametrize(("answer", "status"), [("50.7", Status.UNIT_MISMATCH), ("50.7 atm", Status.CORRECT)])
def test_a_unit_field_is_asked_for_also_where_the_number_is_the_same(answer: str, status: Status) -> None:
    """The reference's own digits without their unit are not yet the answer."""
    assert verify_answer(Problem(question="?", reference="50.7", unit="atm"), answer).status is status


def test_zero_degrees_are_not_zero() -> None:
    """A temperature scale's zero is not the number."""
    assert verify_answer(Problem(question="?", reference="0 °C"), "0").status is Status.UNIT_MISMATCH


def test_a_quantity_is_read_in_ways_that_mathematics_is_not() -> None:
    """A name before the value does not make a reference unreadable."""
    problem = Problem(question="?", reference=r"\Delta T = 15 \text{ °C}", answer_kind=AnswerKind.QUANTITY)
    assert verify_answer(problem, "15 °C").status is Status.CORRECT

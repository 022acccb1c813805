"""Groups of equal answers."""

from data.records import Problem
from verifiers.answer_classes import classes
from verifiers.policy import Choose, Policy

PROBLEM = Problem(question="?", reference="1")


def test_equal_answers_fall_together() -> None:
    """Numbers, expressions and words are grouped by what they mean, in the order in which they come."""
    answers = ["1/2", "(x+1)^2", "0.5", "Yes.", "x^2+2x+1", r"\frac{2}{4}", "yes", "3"]
    assert classes(answers, PROBLEM) == [[0, 2, 5], [1, 4], [3, 6], [7]]


def test_roundings_join_what_they_round() -> None:
    """A decimal joins the fraction that it rounds, as it does in a verdict."""
    assert classes(["1/3", "0.333333", "0.34"], PROBLEM) == [[0, 1], [2]]


def test_units_and_labels_join() -> None:
    """Quantities and labelled values are grouped by the same equality as verdicts."""
    problem = Problem(question="?", reference="1 m")
    assert classes(["5 km", "5000 m", "5 m", "x = 7", "7"], problem) == [[0, 1], [2], [3, 4]]


def test_unreadable_answers_equal_only_their_copies() -> None:
    """What cannot be read, or is hedged, forms groups of identical texts."""
    answers = ["not 5", "5", "((", "not 5", "((", ""]
    assert classes(answers, PROBLEM) == [[0, 3], [1], [2, 4], [5]]


def test_the_policy_decides_what_is_equal() -> None:
    """Another policy makes other groups."""
    assert classes(["1:2", "0.5"], PROBLEM) == [[0], [1]]
    assert classes(["1:2", "0.5"], PROBLEM, Policy(ratio_as_decimal=Choose.ACCEPT)) == [[0, 1]]


def test_nothing_makes_no_groups() -> None:
    """No answers make no groups."""
    assert classes([], PROBLEM) == []

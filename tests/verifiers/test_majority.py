"""What a vote comes to."""

import json

import pytest
from pydantic import ValidationError

from data.records import AnswerKind, Problem
from verifiers.answer_classes import classes
from verifiers.majority import Ballot, MajoritySettings, Outcome, Threshold, count, group_answers, needs_vote
from verifiers.policy import DEFAULT_POLICY

SETTINGS = MajoritySettings()
UNKNOWN = Problem(question="?", reference="")
KNOWN = Problem(question="?", reference="7")


def vote(answers: list[str], problem: Problem = UNKNOWN, right: tuple[int, ...] = ()):
    """Count answers as a build does: those that equal the reference are a class as they are."""
    places = [place for place in range(len(answers)) if place not in right]
    groups = classes([answers[place] for place in places], problem)
    ballot = Ballot(tuple(answers), frozenset(right))
    return count(problem, ballot, [[places[n] for n in group] for group in groups], SETTINGS)


def test_answers_are_counted_by_value_and_not_by_string():
    """Four ways of writing one half outvote three of the same wrong string."""
    found = vote(["1/2", "0.5", r"\frac{2}{4}", "x = 1/2", "2", "2"])
    assert (found.outcome, found.votes, found.runner_up, found.voters) == (Outcome.ACCEPTED, 4, 2, 6)
    assert found.winners == (0, 1, 2, 3)
    assert found.answer == "1/2"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (["5", "5", "5"], Outcome.ACCEPTED),
        (["5", "5"], Outcome.REJECTED),
        (["5", "5", "5", "1", "2", "3", "4"], Outcome.REJECTED),
        (["5", "5", "5", "5", "1", "1", "1"], Outcome.REJECTED),
        (["5", "5", "5", "5", "1", "1", "2"], Outcome.ACCEPTED),
        (["5", "5", "5", "1", "1", "1"], Outcome.REJECTED),
    ],
)
def test_a_majority_needs_votes_a_share_and_a_margin(answers, outcome):
    """Three votes, half of all, a fifth more than the next."""
    assert vote(answers).outcome is outcome


def test_units_are_part_of_an_answer():
    """Kilometres and the same in metres agree; a bare number is not taken for them."""
    problem = Problem(question="?", reference="", answer_kind=AnswerKind.QUANTITY)
    assert vote(["5 km", "5000 m", "5 km", "5 m"], problem).votes == 3


@pytest.mark.parametrize(
    ("answers", "right", "outcome"),
    [
        (["8"] * 8, (), Outcome.SUSPECT),
        (["8", "8.0", "16/2", "8", "8", "8", "7"], (6,), Outcome.SUSPECT),
        (["8"] * 6 + ["7"] * 2, (6, 7), Outcome.SUSPECT),
        (["8"] * 6 + ["7"] * 3, (6, 7, 8), Outcome.AGREES),
        (["8"] * 5, (), Outcome.AGREES),
        (["8"] * 6 + ["9", "10", "11"], (), Outcome.AGREES),
    ],
)
def test_only_a_confident_majority_makes_a_reference_suspect(answers, right, outcome):
    """Six votes, three quarters of all, half of them more than agree with the reference or with each other."""
    assert vote(answers, KNOWN, right).outcome is outcome


def test_answers_are_grouped_only_where_it_can_come_to_something():
    """A problem that most samples solve is not looked at."""
    assert needs_vote(UNKNOWN, Ballot(("1",)), SETTINGS)
    assert not needs_vote(UNKNOWN, Ballot(()), SETTINGS)
    assert needs_vote(KNOWN, Ballot(("1",) * 8), SETTINGS)
    assert not needs_vote(KNOWN, Ballot(("1",) * 5), SETTINGS)
    assert not needs_vote(KNOWN, Ballot(("7",) * 8, frozenset(range(4))), SETTINGS)


def test_a_worker_groups_what_it_is_sent():
    """The answers come as JSON and the groups go back so."""
    verdict = group_answers(UNKNOWN, json.dumps(["1/2", "2", "0.5"]), True, DEFAULT_POLICY)
    assert json.loads(verdict.extracted) == [[0, 2], [1]]


def test_thresholds_have_their_ranges():
    """Two answers cannot both be the majority; keeping suspects does not make a vote another one."""
    with pytest.raises(ValidationError, match="above one half"):
        MajoritySettings(suspect=Threshold(share=0.5))
    assert MajoritySettings(suspects="keep").settings_hash == SETTINGS.settings_hash
    assert MajoritySettings(accept=Threshold(votes=2)).settings_hash != SETTINGS.settings_hash

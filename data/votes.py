"""Stored votes: which answer the samples of a problem agree on, and what follows for their verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.identity import set_id
from data.records import Status

if TYPE_CHECKING:
    from data.survey import JudgedSample

MAJORITY = "majority"
"""What stands as the verifier of a trace that a vote accepted."""


@dataclass(frozen=True, slots=True)
class HeldVote:
    """A stored vote."""

    vote_id: str
    problem_id: str
    outcome: str
    """accepted, rejected, suspect or agrees."""
    voters: int
    votes: int
    answer: str
    winners: list[str]
    """Sample ids of the largest class."""


def vote_id(problem_id: str, voting: str, judged: "Sequence[JudgedSample]") -> str:
    """Return the identity of a vote: the problem, the thresholds, and the samples with what was extracted."""
    said = [f"{each.sample.sample_id} {each.verdict.status} {each.verdict.extracted}" for each in judged]
    return set_id("vote", [problem_id, voting, *said])


def after_vote(judged: "Sequence[JudgedSample]", vote: HeldVote) -> "tuple[JudgedSample, ...]":
    """Return the samples of a problem without a reference, with the verdicts that an accepted vote gives them."""
    if vote.outcome != "accepted":
        return tuple(judged)
    return tuple(_after_vote(each, vote) for each in judged)


def _after_vote(each: "JudgedSample", vote: HeldVote) -> "JudgedSample":
    if each.verdict.status is not Status.NO_REFERENCE:
        return each
    status = Status.CORRECT if each.sample.sample_id in vote.winners else Status.INCORRECT
    return replace(each, verdict=replace(each.verdict, status=status, verifier=MAJORITY, rule=MAJORITY))

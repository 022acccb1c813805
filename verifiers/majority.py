"""Voting: which answer most samples of a problem agree on, by the verifier's equality and not by string."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from data.identity import content_id
from data.records import Problem, Record, Status, Verdict
from verifiers.answer_classes import classes
from verifiers.policy import Policy

JUDGE = "verifiers.majority:group_answers"
"""What a pool's workers are told to run, so that model text is read where it can be killed."""
RULE = "majority"


class Outcome(StrEnum):
    """What a vote came to."""

    ACCEPTED = "accepted"
    """No reference is known, and the largest class passes the thresholds: it stands for the reference."""
    REJECTED = "rejected"
    """No reference is known, and no class passes."""
    SUSPECT = "suspect"
    """A confident majority contradicts the reference."""
    AGREES = "agrees"
    """No confident majority contradicts the reference."""


class Threshold(Record):
    """What the largest class must have."""

    votes: int = Field(default=3, ge=1)
    """Samples in it."""
    share: float = Field(default=0.5, gt=0, le=1)
    """Of all samples that gave an answer."""
    margin: float = Field(default=0.2, ge=0, le=1)
    """By which its share is above that of the next one."""

    def passed_by(self, votes: int, runner_up: int, voters: int) -> bool:
        """Whether a class of so many votes is enough."""
        return (
            votes >= self.votes
            and votes >= self.share * voters - 1e-9
            and votes - runner_up >= self.margin * voters - 1e-9
            and votes > runner_up
        )


class MajoritySettings(Record):
    """How votes decide."""

    accept: Threshold = Threshold()
    """Where no reference is known."""
    suspect: Threshold = Threshold(votes=6, share=0.75, margin=0.5)
    """Where a majority contradicts the reference."""
    suspects: Literal["quarantine", "keep"] = "quarantine"
    """Whether suspected problems give traces; what they are is recorded either way."""

    @property
    def settings_hash(self) -> str:
        """Content hash of the thresholds; what becomes of suspects is decided when traces are made."""
        return content_id("majority", self.model_dump(mode="json", exclude={"suspects"}))

    @model_validator(mode="after")
    def _suspicion_needs_a_majority(self) -> Self:
        if self.suspect.share <= 0.5:  # noqa: PLR2004 - half
            raise ValueError("suspect.share must be above one half: two answers cannot both be the majority")
        return self


@dataclass(frozen=True, slots=True)
class Ballot:
    """The answers to one problem."""

    answers: tuple[str, ...]
    right: frozenset[int] = frozenset()
    """Places of those that equal the given reference."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What a vote came to."""

    outcome: Outcome
    voters: int
    votes: int
    runner_up: int
    winners: tuple[int, ...]
    """Places of the answers in the largest class."""
    answer: str
    """The first of them."""


def group_answers(problem: Problem, text: str, is_answer: bool, policy: Policy) -> Verdict:  # noqa: ARG001 - a judge
    """Group a JSON list of answers; the verdict's `extracted` is the JSON list of groups. Runs in a worker."""
    groups = classes(json.loads(text), problem, policy)
    return Verdict(status=Status.CORRECT, extracted=json.dumps(groups), rule=RULE, verifier=RULE)


def needs_vote(problem: Problem, ballot: Ballot, settings: MajoritySettings) -> bool:
    """Whether grouping the answers could come to anything."""
    if not problem.reference:
        return bool(ballot.answers)
    wrong, voters = len(ballot.answers) - len(ballot.right), len(ballot.answers)
    return settings.suspect.passed_by(wrong, len(ballot.right), voters)


def count(problem: Problem, ballot: Ballot, groups: list[list[int]], settings: MajoritySettings) -> Vote:
    """Return what `groups`, which cover the answers that are not right, come to."""
    ranked = sorted(groups, key=lambda group: (-len(group), group[0]))
    largest = ranked[0]
    next_largest = len(ranked[1]) if len(ranked) > 1 else 0
    voters = len(ballot.answers)
    if not problem.reference:
        passed = settings.accept.passed_by(len(largest), next_largest, voters)
        outcome, runner_up = (Outcome.ACCEPTED if passed else Outcome.REJECTED), next_largest
    else:
        runner_up = max(next_largest, len(ballot.right))
        passed = settings.suspect.passed_by(len(largest), runner_up, voters)
        outcome = Outcome.SUSPECT if passed else Outcome.AGREES
    return Vote(outcome, voters, len(largest), runner_up, tuple(largest), ballot.answers[largest[0]])

"""Counting what a run holds, chunk by chunk, and the fingerprint that tells whether anything changed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from data.holdings import HeldSample, HeldVerdict, Holdings
from data.members import Member
from data.records import Status
from data.votes import HeldVote, after_vote, vote_id

_WASTED = {
    Status.TRUNCATED: "truncated",
    Status.BAD_REFERENCE: "failed",
    Status.ERROR: "failed",
    Status.TIMEOUT: "failed",
    Status.OVER_LIMIT: "failed",
}
"""Kinds of waste by status; every other one is a rejected sample."""


@dataclass(slots=True)
class SourceCounts:
    """Counts of one problem source."""

    problems: int = 0
    samples: int = 0
    accepted: int = 0
    problems_solved: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    accepted_completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """A sample with its verdict."""

    sample: HeldSample
    verdict: HeldVerdict


@dataclass(frozen=True, slots=True)
class JudgedProblem:
    """A problem with all its judged samples."""

    member: Member
    judged: tuple[JudgedSample, ...]
    vote: HeldVote | None = None
    """What its samples agree on, where that was asked."""
    is_quarantined: bool = False
    """Whether a confident majority contradicts its reference, so that nothing of it is accepted."""

    @property
    def accepted(self) -> list[JudgedSample]:
        """The samples that can become traces."""
        if self.is_quarantined:
            return []
        return [each for each in self.judged if each.verdict.status is Status.CORRECT]

    @property
    def pass_rate(self) -> float | None:
        """Accepted ÷ decided samples; None where nothing could be decided."""
        decided = sum(each.verdict.status.is_decided for each in self.judged)
        return len(self.accepted) / decided if decided else None


def judged_problems(members: Sequence[Member], holdings: Holdings) -> list[JudgedProblem]:
    """Join a chunk's problems with their stored samples and verdicts."""
    problems = []
    for member in members:
        pairs = [(sample, holdings.verdict_of(member, sample)) for sample in holdings.samples_of(member)]
        judged = tuple(JudgedSample(sample, verdict) for sample, verdict in pairs if verdict)
        problems.append(_with_vote(member, judged, holdings))
    return problems


def _with_vote(member: Member, judged: tuple[JudgedSample, ...], holdings: Holdings) -> JudgedProblem:
    request = holdings.request
    vote = holdings.votes.get(vote_id(member.problem_id, request.voting, judged)) if holdings.votes else None
    if vote is None:
        return JudgedProblem(member, judged)
    return JudgedProblem(member, after_vote(judged, vote), vote, vote.outcome == "suspect" and request.quarantine)


@dataclass(slots=True)
class Survey:
    """What a run holds."""

    problems: int = 0
    samples: int = 0
    accepted: int = 0
    problems_solved: int = 0
    suspects: int = 0
    """Problems whose reference a confident majority contradicts."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    accepted_completion_tokens: int = 0
    tokens_by_status: Counter[str] = field(default_factory=Counter)
    """Completion tokens."""
    by_status: Counter[str] = field(default_factory=Counter)
    by_source: dict[str, SourceCounts] = field(default_factory=dict)
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, problem: JudgedProblem, source: str) -> None:
        """Count one problem; the order of the calls is part of the fingerprint."""
        accepted, count = len(problem.accepted), len(problem.judged)
        self.problems += 1
        self.samples += count
        self.accepted += accepted
        self.problems_solved += accepted > 0
        per_source = self.by_source.setdefault(source, SourceCounts())
        per_source.problems += 1
        per_source.samples += count
        per_source.accepted += accepted
        per_source.problems_solved += accepted > 0
        self._hash.update(f"{problem.member.record_id} {problem.member.prompt_id}\n".encode())
        if problem.vote and problem.vote.outcome == "suspect":
            self.suspects += 1
            self._hash.update(b"quarantined\n" if problem.is_quarantined else b"")
        for each in problem.judged:
            self._count_sample(each, per_source)

    @property
    def fingerprint(self) -> str:
        """Hash over all problems, samples and statuses counted so far."""
        return str(self._hash.hexdigest()[:32])

    @property
    def wasted_tokens(self) -> dict[str, int]:
        """Completion tokens of samples that were not accepted: cut off, not to be judged, or rejected."""
        wasted = {"truncated": 0, "failed": 0, "rejected": 0}
        for status, tokens in self.tokens_by_status.items():
            if status != Status.CORRECT:
                wasted[_WASTED.get(Status(status), "rejected")] += tokens
        return wasted

    def _count_sample(self, each: JudgedSample, per_source: SourceCounts) -> None:
        sample = each.sample
        self.cached_tokens += sample.cached_tokens
        self.tokens_by_status[each.verdict.status] += sample.completion_tokens
        for counts in (self, per_source):
            counts.prompt_tokens += sample.prompt_tokens
            counts.completion_tokens += sample.completion_tokens
            if each.verdict.status is Status.CORRECT:
                counts.accepted_completion_tokens += sample.completion_tokens
        self.by_status[each.verdict.status] += 1
        self._hash.update(f"{each.sample.sample_id} {each.verdict.status}\n".encode())

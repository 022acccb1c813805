"""What the warehouse already holds for a chunk of problems: the base of planning and of publishing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pyarrow as pa

from data.catalog import Catalog
from data.grouping import grouped
from data.members import Member
from data.records import FinishReason, Record, Status
from data.votes import HeldVote

LOOK_UP_SAMPLES = 32_768
"""Samples that are looked up at once; a few dozen megabytes."""
_FINISH = {reason.value: reason for reason in FinishReason}
_STATUS = {status.value: status for status in Status}
_Chunk = TypeVar("_Chunk", bound=Sequence[object])


class Request(Record):
    """What a run wants of every problem."""

    sampling_id: str
    """Teacher and sampling parameters."""
    samples_per_problem: int
    """The most that any problem may get."""
    verdict_set: str
    """Verifier and policy."""
    voting: str = ""
    """Thresholds of votes; empty where no vote counts."""
    quarantine: bool = True
    """Whether problems with a suspected reference are kept out."""


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A stored problem, without its question."""

    source: str
    license: str
    tags: tuple[str, ...]
    path: str
    """Of its shard, relative to the warehouse."""

    def moved(self, path: str) -> "HeldRecord":
        """Return the same record, found at another path."""
        return replace(self, path=path)


@dataclass(frozen=True, slots=True)
class HeldSample:
    """A stored sample, without its texts."""

    sample_id: str
    index: int
    finish_reason: FinishReason
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    run_id: str
    path: str
    """Of its shard, relative to the warehouse."""


@dataclass(frozen=True, slots=True)
class HeldVerdict:
    """A stored verdict, without the normal forms."""

    status: Status
    extracted: str | None
    rule: str | None
    verifier: str
    steps_checked: int
    false_steps: int
    path: str
    """Of its shard, relative to the warehouse."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is there for one chunk."""

    records: dict[str, HeldRecord]
    """record_id → the stored problem."""
    samples: dict[str, dict[int, HeldSample]]
    """prompt_id → index → sample."""
    verdicts: dict[tuple[str, str], HeldVerdict]
    """(problem_id, sample_id) → verdict."""
    request: Request
    votes: dict[str, HeldVote]
    """vote_id → vote."""
    samples_per_problem: int
    """How many count where the member does not say."""

    def wanted(self, member: Member) -> int:
        """Return how many of a problem's samples count."""
        return self.samples_per_problem if member.samples is None else member.samples

    def samples_of(self, member: Member, since: int = 0) -> list[HeldSample]:
        """Return those of a problem's samples that count, in the order in which they were to be asked.

        The first `since` are passed over.
        """
        if not member.shares:
            held = self.samples.get(member.prompt_id, {})
            return [held[index] for index in range(since, self.wanted(member)) if index in held]
        turns = member.turns(self.wanted(member))[since:]
        found = (self.samples.get(prompt_id, {}).get(index) for prompt_id, index in turns)
        return [sample for sample in found if sample]

    def verdict_of(self, member: Member, sample: HeldSample) -> HeldVerdict | None:
        """Return the verdict on a sample as an answer to this problem."""
        return self.verdicts.get((member.problem_id, sample.sample_id))


_SAMPLES = """
SELECT s.prompt_id, s.sample_id, s."index", s.finish_reason, s.prompt_tokens,
       coalesce(s.cached_tokens, 0), s.completion_tokens, s.run_id, f.path
FROM samples s SEMI JOIN wanted w ON s.prompt_id = w.prompt_id
JOIN shards f ON f.kind = 'samples' AND f.shard_id = s.shard_id
SEMI JOIN request r ON s.sampling_id = r.sampling_id AND s."index" < r.samples_per_problem
"""
_VERDICTS = """
SELECT v.problem_id, v.sample_id, v.status, v.extracted, v.rule, v.verifier, v.steps_checked, v.false_steps,
       f.path
FROM verdicts v SEMI JOIN wanted w ON v.problem_id = w.problem_id
JOIN shards f ON f.kind = 'verdicts' AND f.shard_id = v.shard_id
SEMI JOIN request r ON v.verdict_set = r.verdict_set
"""
_VOTES = """
SELECT v.vote_id, v.problem_id, v.outcome, v.voters, v.votes, v.answer, v.winners
FROM votes v SEMI JOIN wanted w ON v.problem_id = w.problem_id
SEMI JOIN request r ON v.verdict_set = r.verdict_set AND v.voting = r.voting
"""
_RECORDS = """
SELECT p.record_id, p.source, p.license, p.tags, f.path
FROM problems p SEMI JOIN wanted w ON p.record_id = w.record_id
JOIN shards f ON f.kind = 'problems' AND f.shard_id = p.shard_id
"""


def look_up(catalog: Catalog, members: Sequence[Member], request: Request) -> Holdings:
    """Return what the warehouse holds for `members`, from any dataset that asked the same."""
    found = catalog.lookup(
        {"samples": _SAMPLES, "verdicts": _VERDICTS, "records": _RECORDS, "votes": _VOTES},
        wanted=_member_table(members),
        request=pa.Table.from_pylist([request.model_dump()]),
    )
    samples: dict[str, dict[int, HeldSample]] = {}
    for prompt_id, sample_id, index, finish, *rest in found["samples"]:
        samples.setdefault(prompt_id, {})[index] = HeldSample(sample_id, index, _FINISH[finish], *rest)
    verdicts = {
        (problem_id, sample_id): HeldVerdict(_STATUS[status], *rest)
        for problem_id, sample_id, status, *rest in found["verdicts"]
    }
    votes = {row[0]: HeldVote(*row) for row in found["votes"]}
    records = _held_records(found["records"])
    return Holdings(records, samples, verdicts, request, votes, request.samples_per_problem)


def looked_up_together(chunks: Iterable[_Chunk], request: Request) -> Iterator[list[_Chunk]]:
    """Yield chunks, as many as one look into the catalog is for: it reads whole tables, whatever is asked."""
    return grouped(chunks, lambda chunk: len(chunk) * request.samples_per_problem, LOOK_UP_SAMPLES)


def look_up_records(catalog: Catalog, members: Sequence[Member]) -> dict[str, HeldRecord]:
    """Return the stored problems of `members` alone."""
    found = catalog.lookup({"records": _RECORDS}, wanted=_member_table(members))
    return _held_records(found["records"])


def _held_records(rows: Sequence[tuple[Any, ...]]) -> dict[str, HeldRecord]:
    return {row[0]: HeldRecord(row[1], row[2], tuple(row[3] or ()), row[4]) for row in rows}


def _member_table(members: Sequence[Member]) -> pa.Table:
    """Return a row for each prompt of each member."""
    rows = [(m.record_id, m.problem_id, prompt_id) for m in members for prompt_id in m.prompt_ids]
    names = ("record_id", "problem_id", "prompt_id")
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})

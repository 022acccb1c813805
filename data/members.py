"""Which problems belong to the run, in order and each once, kept on disk so that memory stays flat."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from data.identity import content_id
from data.records import Record
from data.scratch_tables import ScratchTables


class PromptShare(Record):
    """One of several prompts of a problem."""

    prompt_id: str
    weight: float
    """How often it is used, relative to the others."""


class Member(Record):
    """One problem of the run."""

    record_id: str
    problem_id: str
    prompt_id: str
    """Its prompt, or the first of several."""
    shares: tuple[PromptShare, ...] = ()
    """All its prompts where it has several."""
    samples: int | None = None
    """How many of its samples count; None: as many as the run wants of every problem."""

    @property
    def prompt_ids(self) -> list[str]:
        """All its prompts."""
        return [share.prompt_id for share in self.shares] or [self.prompt_id]

    def turns(self, count: int) -> list[tuple[str, int]]:
        """Return prompt and index of the problem's first `count` samples.

        Which prompt a sample is asked with follows from the prompts, their weights and the sample's place alone, by
        weighted rendezvous hashing: the same in every run, a longer list begins like a shorter one, and a
        further prompt takes samples from the others without moving any between them. The index counts the
        samples of one prompt, so that they follow each other whatever stands between them.
        """
        if not self.shares:
            return [(self.prompt_id, index) for index in range(count)]
        asked: Counter[str] = Counter()
        turns = []
        for place in range(count):
            prompt_id = min(self.shares, key=lambda share: _distance(share, place)).prompt_id
            turns.append((prompt_id, asked[prompt_id]))
            asked[prompt_id] += 1
        return turns


def _distance(share: PromptShare, place: int) -> float:
    """Return an exponentially distributed number of rate `weight`: the smallest of several is each one's by weight."""
    uniform = (int(content_id("turn", [share.prompt_id, place])[:13], 16) + 1) / (1 << 52)
    return -math.log(uniform) / share.weight


class Members:
    """A scratch table of the run's problems; it belongs to one process and is thrown away with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables = ScratchTables(folder / "members.duckdb", "128MB")
        self._tables.execute(
            "CREATE TABLE members (chunk INTEGER, position INTEGER, record_id VARCHAR, problem_id VARCHAR, "
            "prompt_id VARCHAR, shares VARCHAR, samples INTEGER); "
            "CREATE TABLE further_prompts (prompt_id VARCHAR, problem_id VARCHAR)"
        )
        self._firsts: list[int] = []
        self.problems = 0
        self.duplicates = 0
        """Problems left out because the same question came before."""
        self.contradictions = 0
        """Those of them whose reference differs from the first one's."""

    def add_chunk(self, members: Sequence[Member]) -> list[bool]:
        """Add a chunk; return for each member whether it is new. Raises `StorageError`.

        A member whose prompt came before is a duplicate: the teacher would be asked the same again. Where
        its problem differs, two references contradict each other for one question, and the first one stays.
        """
        seen = self._problems_by_prompt(members)
        fresh: list[bool] = []
        for member in members:
            first = next((seen[each] for each in member.prompt_ids if each in seen), None)
            fresh.append(first is None)
            for prompt_id in member.prompt_ids:
                seen.setdefault(prompt_id, first or member.problem_id)
            self.contradictions += first is not None and first != member.problem_id
        if any(fresh):
            self._insert([member for member, new in zip(members, fresh, strict=True) if new])
        self.duplicates += fresh.count(False)
        return fresh

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self._firsts)

    def first_of(self, chunk: int) -> int:
        """Return the place of a chunk's first member among all members, from 0."""
        return self._firsts[chunk]

    def read_chunks(self) -> Iterator[list[Member]]:
        """Yield the chunks in the order in which they were added."""
        for number in range(self.chunks):
            yield self.chunk(number)

    def chunk(self, number: int) -> list[Member]:
        """Return one chunk."""
        rows = self._tables.query(
            "SELECT record_id, problem_id, prompt_id, shares, samples FROM members WHERE chunk = ? ORDER BY position",
            [number],
        )
        return [_member(*row) for row in rows]

    def grant(self, chunk: int, samples: Mapping[int, int]) -> None:
        """Set how many samples count of some members of a chunk, by their positions."""
        granted = pa.table(
            {"position": pa.array(samples.keys(), pa.int32()), "samples": pa.array(samples.values(), pa.int32())}
        )
        self._tables.execute(
            "UPDATE members SET samples = granted.samples FROM granted "
            "WHERE members.chunk = ? AND members.position = granted.position",
            [chunk],
            granted=granted,
        )

    def close(self) -> None:
        """Close the scratch table; the scratch folder is emptied by its owner."""
        self._tables.close()

    def _problems_by_prompt(self, members: Sequence[Member]) -> dict[str, str]:
        prompt_ids = [prompt_id for member in members for prompt_id in member.prompt_ids]
        ids = pa.table({"prompt_id": pa.array(prompt_ids, pa.string())})
        rows = self._tables.query(
            "SELECT prompt_id, problem_id FROM members SEMI JOIN candidates USING (prompt_id) UNION ALL "
            "SELECT prompt_id, problem_id FROM further_prompts SEMI JOIN candidates USING (prompt_id)",
            candidates=ids,
        )
        return dict(rows)

    def _insert(self, members: Sequence[Member]) -> None:
        table = pa.table(
            {
                "chunk": pa.array([self.chunks] * len(members), pa.int32()),
                "position": pa.array(range(len(members)), pa.int32()),
                "record_id": pa.array([m.record_id for m in members], pa.string()),
                "problem_id": pa.array([m.problem_id for m in members], pa.string()),
                "prompt_id": pa.array([m.prompt_id for m in members], pa.string()),
                "shares": pa.array([_written(m.shares) for m in members], pa.string()),
                "samples": pa.array([m.samples for m in members], pa.int32()),
            }
        )
        further = [(share.prompt_id, m.problem_id) for m in members for share in m.shares[1:]]
        self._tables.insert("members", table)
        if further:
            columns = {"prompt_id": [row[0] for row in further], "problem_id": [row[1] for row in further]}
            self._tables.insert("further_prompts", pa.table(columns))
        self._firsts.append(self.problems)
        self.problems += len(members)


def _written(shares: Sequence[PromptShare]) -> str | None:
    return json.dumps([[share.prompt_id, share.weight] for share in shares]) if shares else None


def _member(record_id: str, problem_id: str, prompt_id: str, shares: str | None, samples: int | None) -> Member:
    read = tuple(PromptShare(prompt_id=each[0], weight=each[1]) for each in json.loads(shares or "[]"))
    return Member(record_id=record_id, problem_id=problem_id, prompt_id=prompt_id, shares=read, samples=samples)

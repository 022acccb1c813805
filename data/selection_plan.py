"""The fates of all problems and samples of a version in the making, kept on disk so that memory stays flat."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyarrow as pa

from data.records import Record
from data.scratch_tables import ScratchTables
from data.selection import Decided, ProblemFacts, Reason
from data.splits import TRAIN
from data.survey import JudgedProblem

MEMORY_MB = 192
"""Of memory for the plan; what does not fit lies in files beside it."""
NOTHING_CHOSEN = "nothing_chosen"
"""A problem that is not out itself, but none of whose samples was chosen."""

_TABLES = """
CREATE TABLE problems (
    chunk INTEGER, position BIGINT, problem_id VARCHAR, record_id VARCHAR, license VARCHAR, chosen INTEGER,
    reason VARCHAR, detail VARCHAR, split VARCHAR
);
CREATE TABLE samples (
    chunk INTEGER, position BIGINT, sample_id VARCHAR, completion_tokens BIGINT, reason VARCHAR
);
CREATE TABLE previous (problem_id VARCHAR, split VARCHAR);
"""
_FATES = "SELECT coalesce(s.reason, p.reason) AS fate, s.* FROM samples s JOIN problems p USING (position)"


class SelectionReport(Record):
    """What a version holds, or would hold, and why the rest is out."""

    traces: int
    problems_with_traces: int
    completion_tokens: int
    """Of the traces."""
    left_out_samples: dict[str, int]
    """Reason → judged samples; a status where the sample was rejected."""
    left_out_problems: dict[str, int]
    """Reason → problems."""
    licenses: dict[str, int]
    """Licence → traces."""
    splits: dict[str, int]
    """Split → traces."""


class SelectionPlan:
    """Collects decisions chunk by chunk; then says what is chosen, chunk by chunk, and counts."""

    def __init__(self, folder: Path, memory_mb: int = MEMORY_MB) -> None:
        """Keep the plan in `folder`, and of it in memory what fits into `memory_mb`."""
        self.folder = folder
        self.tables = ScratchTables(folder / "selection.duckdb", f"{memory_mb}MB")
        self.tables.execute(_TABLES)
        self._positions = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tables.close()

    def add(
        self,
        chunk: int,
        decided: Sequence[tuple[JudgedProblem, ProblemFacts, Decided]],
        contaminated: Mapping[str, str] | None = None,
    ) -> list[int]:
        """Add a chunk's problems with their fates, in their order; return their positions among all problems.

        `contaminated` says of problems that a benchmark has them, by record id, what they match.
        """
        matched = contaminated or {}
        first = self._positions
        problems, samples = [], []
        for position, (problem, facts, fate) in enumerate(decided, start=self._positions):
            problems.append(
                {
                    "chunk": chunk,
                    "position": position,
                    "problem_id": problem.member.problem_id,
                    "record_id": problem.member.record_id,
                    "license": facts.license,
                    "chosen": len(fate.kept),
                    "reason": _own_reason(problem, fate, matched),
                    "detail": matched.get(problem.member.record_id),
                    "split": TRAIN,
                }
            )
            pairs = [(each, None) for each in fate.kept] + list(fate.left_out)
            samples += [(chunk, position, e.sample.sample_id, e.sample.completion_tokens, why) for e, why in pairs]
        self._positions += len(problems)
        self.tables.insert("problems", pa.Table.from_pylist(problems, schema=_PROBLEM_SCHEMA))
        columns = list(zip(*samples, strict=True)) or [()] * len(_SAMPLE_SCHEMA)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _SAMPLE_SCHEMA, strict=True)]
        self.tables.insert("samples", pa.Table.from_arrays(arrays, schema=_SAMPLE_SCHEMA))
        return list(range(first, self._positions))

    def remember(self, places: pa.Table) -> None:
        """Note where the last version has its problems: columns `problem_id` and `split`."""
        self.tables.insert("previous", places)

    def chosen(self, chunk: int) -> dict[str, tuple[str, set[str]]]:
        """Return a chunk's chosen samples: record id → split, sample ids."""
        rows = self.tables.query(
            "SELECT p.record_id, p.split, s.sample_id FROM samples s JOIN problems p USING (position) "
            "WHERE s.chunk = ? AND p.chunk = ? AND s.reason IS NULL AND p.reason IS NULL",
            [chunk, chunk],
        )
        found: dict[str, tuple[str, set[str]]] = {}
        for record_id, split, sample_id in rows:
            found.setdefault(record_id, (split, set()))[1].add(sample_id)
        return found

    def left_out(self, rows: int) -> Iterator[pa.Table]:
        """Yield what the policy leaves out of what could be in, with its reason; rejected samples are not listed.

        A row without a sample is a whole problem.
        """
        reasons = ", ".join(f"'{reason}'" for reason in [*Reason, NOTHING_CHOSEN])
        yield from self.tables.batches(
            "SELECT p.problem_id, sample_id, fate AS reason, f.detail FROM ("  # noqa: S608
            "  SELECT position, sample_id, coalesce(s.reason, p.reason) AS fate, p.detail FROM samples s "
            "  JOIN problems p USING (position) "
            f"  UNION ALL SELECT position, NULL, coalesce(reason, '{NOTHING_CHOSEN}'), detail FROM problems "
            "  WHERE reason IS NOT NULL OR chosen = 0"
            f") f JOIN problems p USING (position) WHERE fate IN ({reasons}) "
            "ORDER BY position, sample_id NULLS FIRST",
            rows,
        )

    def places(self, chunk: int) -> list[tuple[str, str, bool, int]]:
        """Return a chunk's problems in their order: record id, split, whether the policy lets it in, its traces."""
        return self.tables.query(
            "SELECT record_id, split, reason IS NULL, CASE WHEN reason IS NULL THEN chosen ELSE 0 END "
            "FROM problems WHERE chunk = ? ORDER BY position",
            [chunk],
        )

    def report(self) -> SelectionReport:
        """Count what is chosen, and what is left out by reason, the most frequent first."""
        (traces, problems, tokens), *_ = self.tables.query(
            f"SELECT count(*), count(DISTINCT position), coalesce(sum(completion_tokens), 0) "  # noqa: S608
            f"FROM ({_FATES}) WHERE fate IS NULL"
        )
        by_sample = self.tables.query(
            f"SELECT fate, count(*) FROM ({_FATES}) WHERE fate IS NOT NULL GROUP BY ALL ORDER BY 2 DESC, 1"  # noqa: S608
        )
        by_problem = self.tables.query(
            "SELECT coalesce(reason, ?) AS why, count(*) FROM problems WHERE reason IS NOT NULL OR chosen = 0 "
            "GROUP BY ALL ORDER BY 2 DESC, 1",
            [NOTHING_CHOSEN],
        )
        licenses = self.tables.query(
            "SELECT license, sum(chosen) FROM problems WHERE reason IS NULL AND chosen > 0 GROUP BY ALL ORDER BY 1"
        )
        splits = self.tables.query(
            "SELECT split, sum(chosen) FROM problems WHERE reason IS NULL AND chosen > 0 "
            "GROUP BY ALL ORDER BY 2 DESC, 1"
        )
        return SelectionReport(
            traces=traces,
            problems_with_traces=problems,
            completion_tokens=tokens,
            left_out_samples=dict(by_sample),
            left_out_problems=dict(by_problem),
            licenses={name: int(count) for name, count in licenses},
            splits={name: int(count) for name, count in splits},
        )


def _own_reason(problem: JudgedProblem, fate: Decided, contaminated: Mapping[str, str]) -> str | None:
    if fate.reason is not None:
        return fate.reason.value
    if problem.member.record_id in contaminated:
        return Reason.CONTAMINATED.value
    return None if problem.judged else Reason.NOT_JUDGED.value


_PROBLEM_SCHEMA = pa.schema(
    {
        "chunk": pa.int32(),
        "position": pa.int64(),
        "problem_id": pa.string(),
        "record_id": pa.string(),
        "license": pa.string(),
        "chosen": pa.int32(),
        "reason": pa.string(),
        "detail": pa.string(),
        "split": pa.string(),
    }
)
_SAMPLE_SCHEMA = pa.schema(
    {
        "chunk": pa.int32(),
        "position": pa.int64(),
        "sample_id": pa.string(),
        "completion_tokens": pa.int64(),
        "reason": pa.string(),
    }
)

"""How every problem of a run stands after each round, kept on disk so that memory stays flat."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.records import Status
from data.scratch_tables import ScratchTables


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A problem by its place among the members, and what came of it."""

    chunk: int
    position: int
    problem_id: str
    asked: int
    judged: int
    accepted: int
    decided: int
    tokens: int
    round: int = 1
    """Rounds of it that are judged; the table counts them."""

    @property
    def is_settled(self) -> bool:
        """Whether every sample that was granted is judged."""
        return self.judged == self.asked

    def with_verdict(self, status: Status, tokens: int) -> "StandingRow":
        """Return how it stands with one more verdict, on a sample of so many completion tokens."""
        return replace(
            self,
            judged=self.judged + 1,
            accepted=self.accepted + (status is Status.CORRECT),
            decided=self.decided + status.is_decided,
            tokens=self.tokens + tokens,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands among the members."""

    chunk: int
    position: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A round that a policy would give to a problem."""

    chunk: int
    position: int
    more: int
    expected_tokens: float
    first_key: float
    second_key: float
    """Smaller keys come first; then the order of the problems decides."""


_STANDINGS = pa.schema(
    {
        "chunk": pa.int32(),
        "position": pa.int32(),
        "problem_id": pa.string(),
        "asked": pa.int32(),
        "judged": pa.int32(),
        "accepted": pa.int32(),
        "decided": pa.int32(),
        "tokens": pa.int64(),
        "round": pa.int32(),
    }
)
_PROPOSALS = pa.schema(
    {
        "chunk": pa.int32(),
        "position": pa.int32(),
        "more": pa.int32(),
        "expected_tokens": pa.float64(),
        "first_key": pa.float64(),
        "second_key": pa.float64(),
    }
)
_PLACES = pa.schema({"chunk": pa.int32(), "position": pa.int32()})
_COLUMNS = ", ".join(_STANDINGS.names)
_OPEN = "open AND NOT asking AND NOT deferred"
_GRANTED = """
UPDATE proposals SET granted = true FROM (
    SELECT chunk, position,
           sum(expected_tokens) OVER (ORDER BY first_key, second_key, chunk, position ROWS UNBOUNDED PRECEDING) AS used
    FROM proposals
) ranked
WHERE proposals.chunk = ranked.chunk AND proposals.position = ranked.position AND ranked.used <= ?
"""
_ASKING = """
UPDATE standings SET asking = true FROM proposals
WHERE standings.chunk = proposals.chunk AND standings.position = proposals.position AND proposals.granted
"""


class RoundTable:
    """Standings, proposals and grants of a run; it belongs to one process and is thrown away with it."""

    def __init__(self, folder: Path) -> None:
        """Open new tables in `folder`; raises `StorageError`."""
        self._tables = ScratchTables(folder / "rounds.duckdb")
        self._tables.execute(
            "CREATE TABLE standings (chunk INTEGER, position INTEGER, problem_id VARCHAR, asked INTEGER, "
            "judged INTEGER, accepted INTEGER, decided INTEGER, tokens BIGINT, round INTEGER, "
            "open BOOLEAN DEFAULT true, asking BOOLEAN DEFAULT false, deferred BOOLEAN DEFAULT false)"
        )
        self._tables.execute(
            "CREATE TABLE proposals (chunk INTEGER, position INTEGER, more INTEGER, expected_tokens DOUBLE, "
            "first_key DOUBLE, second_key DOUBLE, granted BOOLEAN DEFAULT false)"
        )

    def stand(self, rows: Sequence[StandingRow]) -> None:
        """Note how problems stand, in the place of what was noted of them before."""
        if not rows:
            return
        table = _arrow(rows, _STANDINGS)
        self._tables.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {_COLUMNS} FROM standings LIMIT 0")  # noqa: S608
        self._tables.insert("fresh", table)
        same_place = "standings.chunk = fresh.chunk AND standings.position = fresh.position"
        self._tables.execute(f"UPDATE fresh SET round = standings.round + 1 FROM standings WHERE {same_place}")  # noqa: S608
        self._tables.execute(f"DELETE FROM standings USING fresh WHERE {same_place}")  # noqa: S608
        self._tables.execute("INSERT INTO standings BY NAME FROM fresh")

    def tokens(self) -> int:
        """Return the completion tokens of all problems together."""
        return int(self._tables.query("SELECT coalesce(sum(tokens), 0) FROM standings")[0][0])

    def open(self) -> Iterator[list[StandingRow]]:
        """Yield the judged problems that are neither stopped nor deferred, chunk by chunk."""
        for (chunk,) in self._tables.query(f"SELECT DISTINCT chunk FROM standings WHERE {_OPEN} ORDER BY 1"):  # noqa: S608
            rows = self._tables.query(
                f"SELECT {_COLUMNS} FROM standings WHERE {_OPEN} AND chunk = ? ORDER BY position",  # noqa: S608
                [chunk],
            )
            yield [StandingRow(*row) for row in rows]

    def standing(self, chunk: int, positions: Sequence[int]) -> list[StandingRow]:
        """Return how some problems of a chunk stand."""
        rows = self._tables.query(
            f"SELECT {_COLUMNS} FROM standings WHERE chunk = ? AND list_contains(?, position) ORDER BY position",  # noqa: S608
            [chunk, list(positions)],
        )
        return [StandingRow(*row) for row in rows]

    def propose(self, rows: Sequence[Proposal]) -> None:
        """Add rounds that policies would give."""
        if rows:
            self._tables.insert("proposals", _arrow(rows, _PROPOSALS))

    def stop(self, rows: Sequence[StandingRow]) -> None:
        """Note that these problems get no further round."""
        self._mark(rows, "open = false")

    def defer(self, rows: Sequence[StandingRow]) -> None:
        """Note that these problems cannot be decided on before `recall`."""
        self._mark(rows, "deferred = true")

    def recall(self) -> None:
        """Have all deferred problems decided on."""
        self._tables.execute("UPDATE standings SET deferred = false WHERE deferred")

    def _mark(self, rows: Sequence[StandingRow], change: str) -> None:
        if rows:
            places = _arrow([Place(row.chunk, row.position) for row in rows], _PLACES)
            self._tables.execute("CREATE OR REPLACE TEMP TABLE marked (chunk INTEGER, position INTEGER)")
            self._tables.insert("marked", places)
            self._tables.execute(
                f"UPDATE standings SET {change} FROM marked "  # noqa: S608
                "WHERE standings.chunk = marked.chunk AND standings.position = marked.position"
            )

    def grant(self, tokens: float) -> int:
        """Grant the best proposals that `tokens` are expected to suffice for; return how many.

        A problem with a grant is asked: it is decided on again when it stands anew.
        """
        self._tables.execute(_GRANTED, [tokens])
        self._tables.execute(_ASKING)
        return int(self._tables.query("SELECT count(*) FROM proposals WHERE granted")[0][0])

    def granted(self) -> Iterator[tuple[int, dict[int, int]]]:
        """Yield the granted rounds: for each chunk of members, position → samples."""
        for (chunk,) in self._tables.query("SELECT DISTINCT chunk FROM proposals WHERE granted ORDER BY 1"):
            yield chunk, self._granted_in(chunk)

    def _granted_in(self, chunk: int) -> dict[int, int]:
        return dict(
            self._tables.query(
                "SELECT position, more FROM proposals WHERE granted AND chunk = ? ORDER BY position", [chunk]
            )
        )

    def clear(self) -> None:
        """Forget all proposals: the round was asked."""
        self._tables.execute("DELETE FROM proposals")

    def close(self) -> None:
        """Close the tables; the folder's owner removes them."""
        self._tables.close()


def _arrow(rows: Sequence[Any], schema: pa.Schema) -> pa.Table:
    columns = zip(*map(astuple, rows), strict=True)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)

"""Which problems ask the same: equal and nearly equal questions, found on disk however many there are."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from data.min_hash import BANDS, PERMUTATIONS, QUESTION_SHINGLE, bands, signatures, similarity
from data.records import Problem
from data.scratch_tables import ScratchTables
from data.text_tokens import exact_key, numbers_key

WINDOW = 50
"""In a band that more problems share than this, each is compared with the first and with so many before it."""
_PAIRS = 4096

_TABLES = f"""
CREATE TABLE questions (position BIGINT, exact_key VARCHAR, signature UINTEGER[{PERMUTATIONS}]);
CREATE TABLE bands (position BIGINT, numbers VARCHAR, band INTEGER, hash UBIGINT);
CREATE TABLE edges (earlier BIGINT, later BIGINT, alike DOUBLE, exact BOOLEAN);
"""
_EXACT = """
INSERT INTO edges SELECT first, position, 1.0, true FROM (
    SELECT position, min(position) OVER (PARTITION BY exact_key) AS first FROM questions
) WHERE first < position
"""
_RANKED = """
CREATE TABLE ranked AS SELECT *, row_number() OVER bucket AS rank FROM bands
ANTI JOIN (SELECT later AS position FROM edges) USING (position)
WINDOW bucket AS (PARTITION BY band, hash, numbers ORDER BY position)
"""
_CANDIDATES = """
CREATE TABLE candidates AS SELECT DISTINCT a.position AS earlier, b.position AS later
FROM ranked a JOIN ranked b USING (band, hash, numbers)
WHERE a.rank < b.rank AND (a.rank >= b.rank - ? OR a.rank = 1)
"""
_SIGNED = """
SELECT earlier, later, x.signature AS x, y.signature AS y FROM candidates
JOIN questions x ON x.position = earlier JOIN questions y ON y.position = later
"""


class Questions:
    """The questions of the problems that could be in a version, by their positions among all problems."""

    def __init__(self, tables: ScratchTables, *, near: bool, numbers_count: bool) -> None:
        """`near` asks for nearly equal ones too; with `numbers_count` they must name the same numbers."""
        self._tables = tables
        self._near = near
        self._numbers_count = numbers_count
        tables.execute(_TABLES)

    def add(self, positions: Sequence[int], problems: Sequence[Problem]) -> None:
        """Add problems."""
        if not positions:
            return
        texts = ["\n".join((problem.question, *problem.choices)) for problem in problems]
        width = PERMUTATIONS if self._near else 0
        signed = signatures(texts, QUESTION_SHINGLE) if width else np.zeros((len(texts), 0), np.uint32)
        places = pa.array(positions, pa.int64())
        exact = pa.array([exact_key(problem.question, problem.choices) for problem in problems], pa.string())
        columns = {"position": places, "exact_key": exact}
        if self._near:
            columns["signature"] = pa.FixedSizeListArray.from_arrays(pa.array(signed.ravel()), PERMUTATIONS)
            self._add_bands(positions, texts, bands(signed))
        self._tables.insert("questions", pa.table(columns))

    def find(self, threshold: float) -> None:
        """Find all pairs: the same, and those at least `threshold` alike; the same ones are not compared again."""
        self._tables.execute(_EXACT)
        if not self._near:
            return
        self._tables.execute(_RANKED)
        self._tables.execute(_CANDIDATES, [WINDOW])
        for edges in self._compared(threshold):
            self._tables.insert("edges", edges)

    def edges(self) -> Iterator[tuple[int, int, float, bool]]:
        """Yield pairs as later, earlier, likeness and whether they are the same, by the later one's position."""
        for batch in self._tables.batches("FROM edges ORDER BY later, earlier", _PAIRS):
            columns = (batch[name].to_pylist() for name in ("later", "earlier", "alike", "exact"))
            yield from zip(*columns, strict=True)

    def _add_bands(self, positions: Sequence[int], texts: Sequence[str], hashes: np.ndarray) -> None:
        numbers = [numbers_key(text) if self._numbers_count else "" for text in texts]
        self._tables.insert(
            "bands",
            pa.table(
                {
                    "position": pa.array(np.repeat(np.asarray(positions, np.int64), BANDS)),
                    "numbers": pa.array(numbers, pa.string()).take(pa.array(np.repeat(np.arange(len(texts)), BANDS))),
                    "band": pa.array(np.tile(np.arange(BANDS, dtype=np.int32), len(texts))),
                    "hash": pa.array(hashes.ravel()),
                }
            ),
        )

    def _compared(self, threshold: float) -> Iterator[pa.Table]:
        for batch in self._tables.batches(_SIGNED, _PAIRS):
            left, right = (
                batch[side].combine_chunks().flatten().to_numpy().reshape(-1, PERMUTATIONS) for side in ("x", "y")
            )
            alike = similarity(left, right)
            near = pa.array(alike >= threshold)
            table = pa.table({"earlier": batch["earlier"], "later": batch["later"], "alike": pa.array(alike)})
            yield table.append_column("exact", pa.repeat(pa.scalar(value=False), len(alike))).filter(near)

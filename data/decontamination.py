"""Problems that stand in a benchmark too: overlap of n-grams, as in published practice.

The rule is that of Tülu 3 (Lambert et al. 2024, section 3.2): a training text matches a benchmark row when more than
half of the row's tokens lie in 8-grams that the two share. GPT-3 (Brown et al. 2020, appendix C) took 13-grams and any
overlap; `n` and `threshold` set either.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError
from data.records import Record
from data.text_tokens import tokens

Hashes = npt.NDArray[np.uint64]
_BATCH = 1024


class Match(Record):
    """A problem's question that stands in a benchmark."""

    benchmark: str
    row: int
    """Counted from 1; in JSONL the line."""
    overlap: float
    """Share of the row's tokens that lie in shared n-grams."""


class BenchmarkIndex:
    """All n-grams of the benchmark files, as sorted hashes: a few bytes for each token."""

    def __init__(self, files: Sequence[tuple[str, Path]], field: str, n: int, threshold: float) -> None:
        """Read `files`, pairs of a name and a path; raises `InputError` naming file and row."""
        self._n = n
        self._threshold = threshold
        self._rows: list[tuple[str, int, int]] = []
        hashes, rows, starts, sizes = [], [], [], []
        for name, path in files:
            for number, question in _questions(path, field):
                words = tokens(question)
                if not words:
                    continue
                size = min(n, len(words))
                grams = ngram_hashes(words, size)
                hashes.append(grams)
                rows.append(np.full(len(grams), len(self._rows), np.int64))
                starts.append(np.arange(len(grams), dtype=np.int64))
                sizes.append(size)
                self._rows.append((name, number, len(words)))
        order_of = np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)
        order = np.argsort(order_of, kind="stable")
        self._hashes = order_of[order]
        self._row_of = (np.concatenate(rows) if rows else np.zeros(0, np.int64))[order]
        self._start_of = (np.concatenate(starts) if starts else np.zeros(0, np.int64))[order]
        self._size_of = np.asarray(sizes, np.int64)
        self._short = sorted({size for size in sizes if size < n})

    def matches(self, question: str) -> list[Match]:
        """Return the benchmark rows that a question matches, the strongest first."""
        words = tokens(question)
        if not words or not len(self._hashes):
            return []
        sizes = [size for size in (*self._short, self._n) if size <= len(words)]
        grams = np.unique(np.concatenate([ngram_hashes(words, size) for size in sizes])) if sizes else self._hashes[:0]
        left = np.searchsorted(self._hashes, grams, "left")
        right = np.searchsorted(self._hashes, grams, "right")
        hits = np.concatenate(
            [np.arange(a, b) for a, b in zip(left, right, strict=True) if b > a] or [np.zeros(0, int)]
        )
        found = []
        for row in np.unique(self._row_of[hits]):
            name, number, count = self._rows[row]
            covered = np.zeros(count, bool)
            size = self._size_of[row]
            for start in self._start_of[hits[self._row_of[hits] == row]]:
                covered[start : start + size] = True
            overlap = float(covered.mean())
            if overlap > self._threshold:
                found.append(Match(benchmark=name, row=number, overlap=round(overlap, 4)))
        return sorted(found, key=lambda match: (-match.overlap, match.benchmark, match.row))


def check_benchmarks(files: Sequence[tuple[str, Path]], field: str) -> None:
    """Read `files`, and raise the `InputError` that an index of them would; nothing is made of what they say."""
    for _, path in files:
        for _ in _questions(path, field):
            pass


def ngram_hashes(words: Sequence[str], size: int) -> Hashes:
    """Return the hashes of all runs of `size` tokens."""
    each = np.array([_token_hash(word) for word in words], np.uint64)
    count = len(words) - size + 1
    found = np.full(count, size, np.uint64)
    for place in range(size):
        found = (found ^ each[place : place + count]) * np.uint64(0x9E3779B97F4A7C15)
        found ^= found >> np.uint64(31)
    return found


@lru_cache(maxsize=100_000)
def _token_hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _questions(path: Path, field: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the question of each row."""
    rows = _parquet_rows(path, field) if path.suffix == ".parquet" else _jsonl_rows(path, field)
    for number, value in rows:
        if not isinstance(value, str):
            raise InputError(
                f"{path}:{number}: the row has no text {field!r}; name the column in `decontaminate.field`"
            )
        yield number, value


def _jsonl_rows(path: Path, field: str) -> Iterator[tuple[int, object]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    row = json.loads(line)
                    yield number, row.get(field) if isinstance(row, dict) else None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSONL ({error})") from error


def _parquet_rows(path: Path, field: str) -> Iterator[tuple[int, object]]:
    try:
        file = pq.ParquetFile(path)
        if field not in file.schema_arrow.names:
            raise InputError(f"{path}: no column {field!r}; there are: {', '.join(file.schema_arrow.names)}")
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH, columns=[field]):
            for value in batch.column(0).to_pylist():
                number += 1
                yield number, value
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({error})") from error

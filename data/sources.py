"""Problem sources: JSONL, Parquet, folders of Hugging Face `datasets`, reasoning-gym, our own sets.

Every source streams: no file is ever read into memory whole.
"""

import codecs
import gzip
import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from data import problem_sets
from data.errors import InputError, ProblemRowError
from data.records import Problem
from data.rows import RowReading, as_rows

BATCH_ROWS = 1024
MAX_LINE_BYTES = 16 * 1024 * 1024
"""A longer line is no problem row; it would only fill memory."""

Row = Mapping[str, Any]


class Source(ABC):
    """Something that yields problems, again and again the same ones in the same order."""

    @abstractmethod
    def check(self) -> None:
        """Raise `InputError` where the source cannot be opened at all."""

    @abstractmethod
    def read(self) -> Iterator[Problem | ProblemRowError]:
        """Yield every row as a problem, or as the error that says where it is and what is wrong."""

    @abstractmethod
    def size_hint(self) -> int | None:
        """Return about how many problems there are, where that is cheap to know."""


@dataclass(frozen=True)
class JsonlSource(Source):
    """Files with one JSON object a line, plain or compressed with gzip (`.gz`)."""

    paths: Sequence[Path]
    reading: RowReading

    def check(self) -> None:
        """See `Source`."""
        for path in self.paths:
            _check_file(path)

    def read(self) -> Iterator[Problem | ProblemRowError]:
        """See `Source`."""
        for path in self.paths:
            number = 0
            with _reading_errors(path), _opened(path) as file:
                while line := file.readline(MAX_LINE_BYTES + 1):
                    number += 1
                    if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                        _skip_rest_of_line(file)
                    if number == 1:
                        line = line.removeprefix(codecs.BOM_UTF8)
                    if line.strip():
                        yield self._problem(line, f"{path}:{number}")

    def size_hint(self) -> int | None:
        """Estimate from the length of the first lines; None for compressed files."""
        total = 0.0
        for path in self.paths:
            if _is_compressed(path):
                return None
            with _reading_errors(path), path.open("rb") as file:
                head = file.read(1024 * 1024)
            lines = head.count(b"\n") + (not head.endswith(b"\n"))
            total += lines * path.stat().st_size / len(head) if head else 0
        return int(total)

    def _problem(self, line: bytes, where: str) -> Problem | ProblemRowError:
        if len(line) > MAX_LINE_BYTES:
            return ProblemRowError(f"{where}: the line is longer than {MAX_LINE_BYTES} bytes")
        try:
            row = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            return ProblemRowError(f"{where}: not UTF-8 text ({error.reason} at byte {error.start} of the line)")
        except (ValueError, RecursionError) as error:
            return ProblemRowError(f"{where}: not JSON ({error})")
        if not isinstance(row, dict):
            return ProblemRowError(f"{where}: the line is not a JSON object")
        return _read_row(self.reading, row, where)


@dataclass(frozen=True)
class ParquetSource(Source):
    """Parquet files with one problem a row."""

    paths: Sequence[Path]
    reading: RowReading

    def check(self) -> None:
        """See `Source`; the columns are checked too."""
        for path in self.paths:
            _check_file(path)
            _check_columns(path, self.reading, self._open(path).schema_arrow.names)

    def read(self) -> Iterator[Problem | ProblemRowError]:
        """See `Source`."""
        for path in self.paths:
            number = 0
            with _reading_errors(path):
                for batch in self._open(path).iter_batches(batch_size=BATCH_ROWS):
                    for row in batch.to_pylist():
                        number += 1
                        yield _read_row(self.reading, row, f"{path}: row {number}")

    def size_hint(self) -> int | None:
        """Return the exact number of rows, from the files' footers."""
        return sum(int(self._open(path).metadata.num_rows) for path in self.paths)

    def _open(self, path: Path) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{path}: not a readable Parquet file ({error})") from error


@dataclass(frozen=True)
class HuggingFaceSource(Source):
    """A folder written by `Dataset.save_to_disk` or `DatasetDict.save_to_disk`."""

    path: Path
    reading: RowReading
    split: str | None = None

    def check(self) -> None:
        """See `Source`; the columns are checked too."""
        _check_columns(self.path, self.reading, self._load().column_names)

    def read(self) -> Iterator[Problem | ProblemRowError]:
        """See `Source`."""
        for number, row in enumerate(self._load(), start=1):
            yield _read_row(self.reading, row, f"{self.path}: row {number}")

    def size_hint(self) -> int | None:
        """Return the exact number of rows."""
        return len(self._load())

    def _load(self) -> Any:
        if not self.path.is_dir():
            raise InputError(f"{self.path}: no such folder")
        try:
            from datasets import DatasetDict, load_from_disk  # noqa: PLC0415 - optional, and slow to import
        except ImportError as error:
            raise InputError("the source 'hf' needs the extra: pip install 'tracemill[hf]'") from error
        try:
            loaded = load_from_disk(str(self.path))
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path}: not a folder saved by datasets ({error})") from error
        if isinstance(loaded, DatasetDict):
            if self.split not in loaded:
                raise InputError(f"{self.path}: name one of its splits as `split`: {', '.join(loaded)}")
            return loaded[self.split]
        return loaded


@dataclass(frozen=True)
class ReasoningGymSource(Source):
    """A task of the reasoning-gym library with its parameters."""

    task: str
    size: int
    seed: int
    reading: RowReading
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """See `Source`."""
        self._create()

    def read(self) -> Iterator[Problem | ProblemRowError]:
        """See `Source`."""
        dataset = self._create()
        for index in range(self.size):
            entry = dataset[index]
            row = {"question": entry["question"], "answer": entry["answer"], "id": f"{self.task}-{self.seed}-{index}"}
            yield _read_row(self.reading, row, f"reasoning-gym {self.task}: entry {index}")

    def size_hint(self) -> int | None:
        """Return the configured size."""
        return self.size

    def _create(self) -> Any:
        try:
            import reasoning_gym  # noqa: PLC0415 - optional, and slow to import
        except ImportError as error:
            raise InputError(
                "the source 'reasoning-gym' needs the extra: pip install 'tracemill[reasoning-gym]'"
            ) from error
        try:
            return reasoning_gym.create_dataset(self.task, size=self.size, seed=self.seed, **self.parameters)
        except (ValueError, TypeError, AssertionError) as error:
            raise InputError(f"reasoning-gym task {self.task!r}: {error}") from error


@dataclass(frozen=True)
class GeneratedSource(Source):
    """One of our own problem sets."""

    name: str
    size: int
    seed: int
    reading: RowReading

    def check(self) -> None:
        """See `Source`."""
        if self.name not in problem_sets.NAMES:
            raise InputError(f"no generated set {self.name!r}; there are {', '.join(problem_sets.NAMES)}")

    def read(self) -> Iterator[Problem | ProblemRowError]:
        """See `Source`."""
        rows = as_rows(problem_sets.generate(self.name, self.size, self.seed))
        for number, row in enumerate(rows, start=1):
            yield _read_row(self.reading, row, f"generated {self.name}: problem {number}")

    def size_hint(self) -> int | None:
        """Return the configured size."""
        return self.size


@dataclass(frozen=True)
class LimitedSource(Source):
    """The first rows of another source."""

    source: Source
    limit: int

    def check(self) -> None:
        """See `Source`."""
        self.source.check()

    def read(self) -> Iterator[Problem | ProblemRowError]:
        """See `Source`."""
        return islice(self.source.read(), self.limit)

    def size_hint(self) -> int | None:
        """Return the smaller of the limit and what the other source says."""
        hint = self.source.size_hint()
        return self.limit if hint is None else min(hint, self.limit)


def _read_row(reading: RowReading, row: Row, where: str) -> Problem | ProblemRowError:
    try:
        return reading.problem(row, where)
    except ProblemRowError as error:
        return error


def _check_file(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _check_columns(path: Path, reading: RowReading, names: Sequence[str]) -> None:
    for column in ("question", "answer"):
        name = reading.columns.get(column, column)
        if name not in names and column not in reading.defaults:
            raise InputError(f"{path}: no column {name!r}; it has {', '.join(names)}")


def _is_compressed(path: Path) -> bool:
    return path.suffix == ".gz"


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if _is_compressed(path) else path.open("rb")


@contextmanager
def _reading_errors(path: Path) -> Iterator[None]:
    """Name the file that cannot be read to its end."""
    try:
        yield
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read to its end ({error})") from error


def _skip_rest_of_line(file: IO[bytes]) -> None:
    while (piece := file.readline(MAX_LINE_BYTES)) and not piece.endswith(b"\n"):
        pass

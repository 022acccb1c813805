"""Reading a version for training: in batches, in a share of several readers, from any position.

A version's row groups are dealt out to the readers in turn, so that together they read every row once, and each
knows its place as one number. Files are taken from the manifest, never from a listing.

>>> stream = TraceStream("warehouse/datasets/quickstart/v0001", columns=["messages"])    # doctest: +SKIP
>>> for row in stream:                                                                   # doctest: +SKIP
...     print(row["messages"])
"""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import InputError, StorageError
from data.files import ROW_GROUP_ROWS, read_json
from data.splits import TRAIN

AHEAD = 2
"""Row groups that are read before they are asked for."""
MOST_OPEN = 32
"""Files held open by a shuffled stream."""


class TraceStream:
    """The rows of one split, as an iterable that can be shared out and resumed."""

    def __init__(
        self,
        folder: str | Path,
        split: str = TRAIN,
        columns: Sequence[str] | None = None,
        *,
        reader: int = 0,
        readers: int = 1,
        seed: int | None = None,
        epoch: int = 0,
    ) -> None:
        """Open the version in `folder`.

        Of `readers` this is number `reader`. With a `seed`, row groups come in a random order, another one in each
        `epoch`, and rows of a group in a random order too. Raises `InputError` for a split or reader that is not
        there, `StorageError` for files that cannot be read.
        """
        self._folder = Path(folder)
        files = [file["path"] for file in read_json(self._folder / "manifest.json")["files"]]
        self._files = [path for path in files if path.startswith(f"{split}/")]
        if not self._files:
            known = ", ".join(sorted({path.partition("/")[0] for path in files}))
            raise InputError(f"{folder}: no split {split!r}; there are: {known}")
        if not 0 <= reader < readers:
            raise InputError(f"reader {reader} of {readers}: readers are numbered from 0")
        self._layout = [group for path in self._files for group in _row_groups(self._folder, path)]
        self.columns = list(columns) if columns is not None else None
        self.seed = seed
        self.epoch = epoch
        self.skip_rows = 0
        """Rows of this reader that are passed over: its position in the epoch."""
        self.reader, self.readers = reader, readers

    def share(self, reader: int, readers: int) -> "TraceStream":
        """Return a part of this reader's part, for a worker of it, at the same position of its own."""
        part = TraceStream.__new__(TraceStream)
        part.__dict__ |= self.__dict__
        part.reader, part.readers = self.reader * readers + reader, self.readers * readers
        part.skip_rows = 0
        return part

    def state_dict(self) -> dict[str, int]:
        """Return the position, for a checkpoint."""
        return {"epoch": self.epoch, "skip_rows": self.skip_rows}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where `state` was taken."""
        self.epoch, self.skip_rows = state["epoch"], state["skip_rows"]

    def taken_by(self, worker: int, workers: int, consumed_batches: int, batch_size: int) -> int:
        """Return how many rows a worker gave to the first batches of a torch DataLoader.

        The loader takes a batch of each worker in turn, and passes over those that have no more.
        """
        left = [-(-len(self.share(number, workers)) // batch_size) for number in range(workers)]
        taken = 0
        while consumed_batches > 0 and any(left):
            for number in range(workers):
                if left[number] and consumed_batches > 0:
                    left[number] -= 1
                    consumed_batches -= 1
                    taken += number == worker
        return taken * batch_size

    def batches(self) -> Iterator[pa.Table]:
        """Yield the rows from the position on, about a row group at a time; shuffled ones are read ahead."""
        groups, skip = self._groups(), self.skip_rows
        while groups and skip >= groups[0][2]:
            skip -= groups.pop(0)[2]
        if self.seed is None:
            yield from self._in_order(groups, skip)
            return
        with _OpenFiles(self._folder) as files, ThreadPoolExecutor(1) as ahead:
            waiting = deque(ahead.submit(self._read, files, *group[:2]) for group in groups[:AHEAD])
            for number in range(len(groups)):
                table = waiting.popleft().result()
                if number + AHEAD < len(groups):
                    waiting.append(ahead.submit(self._read, files, *groups[number + AHEAD][:2]))
                yield table.slice(skip) if skip else table
                skip = 0

    def _in_order(self, groups: list[tuple[str, int, int]], skip: int) -> Iterator[pa.Table]:
        for name, part in groupby(groups, key=lambda group: group[0]):
            numbers = [number for _, number, _ in part]
            try:
                with pq.ParquetFile(self._folder / name) as file:
                    for batch in file.iter_batches(ROW_GROUP_ROWS, row_groups=numbers, columns=self.columns):
                        passed = min(skip, batch.num_rows)
                        skip -= passed
                        if passed < batch.num_rows:
                            yield pa.Table.from_batches([batch.slice(passed)])
            except (OSError, pa.ArrowException) as error:
                raise _unreadable(self._folder / name, error) from error

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the rows from the position on, which goes along."""
        for table in self.batches():
            for row in table.to_pylist():
                self.skip_rows += 1
                yield row

    def __len__(self) -> int:
        """Return how many rows this reader has in an epoch."""
        return sum(rows for *_, rows in self._groups())

    def _groups(self) -> list[tuple[str, int, int]]:
        """Return file, number and rows of this reader's row groups, in the epoch's order."""
        found = list(self._layout)
        if self.seed is not None:
            random.Random(f"{self.seed} {self.epoch}").shuffle(found)
        return found[self.reader :: self.readers]

    def _read(self, files: "_OpenFiles", name: str, number: int) -> pa.Table:
        try:
            table = files.open(name).read_row_group(number, columns=self.columns)
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(self._folder / name, error) from error
        order = list(range(table.num_rows))
        random.Random(f"{self.seed} {self.epoch} {name} {number}").shuffle(order)
        return table.take(pa.array(order))


class _OpenFiles:
    """The files that were read last, so that a footer is not read again for every row group."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, pq.ParquetFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def open(self, name: str) -> pq.ParquetFile:
        """Return an open file; the one opened first is closed where there are many."""
        if name not in self._files:
            if len(self._files) == MOST_OPEN:
                self._files.pop(next(iter(self._files))).close()
            self._files[name] = pq.ParquetFile(self._folder / name)
        return self._files[name]


def _row_groups(folder: Path, name: str) -> list[tuple[str, int, int]]:
    """Return file, number and rows of a file's row groups."""
    try:
        metadata = pq.read_metadata(folder / name)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(folder / name, error) from error
    return [(name, number, metadata.row_group(number).num_rows) for number in range(metadata.num_row_groups)]


def _unreadable(path: Path, error: Exception) -> StorageError:
    return StorageError(f"{path}: cannot be read ({error}); `tracemill datasets check` looks at all files")

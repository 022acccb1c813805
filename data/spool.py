"""Rows that come before they can be written: kept in a scratch file of Arrow batches, read back in their order."""

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Self

import pyarrow as pa

from data.files import storage_errors
from data.grouping import grouped


class Spool:
    """Tables of one schema on disk; it belongs to one process, and its folder's owner removes the file.

    ::

        with Spool(path, schema) as spool:
            spool.add(table)
            for table in spool.read(2048): ...
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin a new file at `path`; raises `StorageError`."""
        self._path = path
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = pa.OSFile(str(path), "wb")
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_stream(self._file, schema, options=options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, table: pa.Table) -> None:
        """Append rows; raises `StorageError`."""
        with storage_errors(self._path):
            self._writer.write_table(table)

    def read(self, rows: int) -> Iterator[pa.Table]:
        """Yield everything that was added, about `rows` at a time; nothing can be added after that."""
        with storage_errors(self._path):
            self._writer.close()
            self._file.close()
            with pa.OSFile(str(self._path), "rb") as file, pa.ipc.open_stream(file) as reader:
                for batches in grouped(reader, attrgetter("num_rows"), rows):
                    yield pa.Table.from_batches(batches)

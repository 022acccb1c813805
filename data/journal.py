"""The journal of a shard in the making: every answer is on disk as soon as it is here.

A record is its length, its CRC-32 and its bytes. One process appends; a reader takes every whole record and stops at
the first that is not, so that a torn end costs the answer that was being written, and nothing else. A journal is
deleted once its shard is committed; the next run commits what it finds in one that was left behind.
"""

import json
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import StorageError
from data.files import fsync_folder, storage_errors

SYNC_EVERY_S = 1.0
"""Between two syncs. A killed process loses nothing that it has written: that is the kernel's then. Only a machine
that loses power does, the answers of the last second or so, and they are asked again."""

_MAGIC = b"tracemill journal 1\n"
_HEAD = struct.Struct("<II")
_MOST_BYTES = 1 << 30


class Journal:
    """An open journal; `append` belongs to one thread, `sync` may run in another."""

    def __init__(self, path: Path) -> None:
        """Create the file at `path`; raises `StorageError`."""
        self.path = path
        self._closing = threading.Lock()
        self._unsynced = False
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL, 0o644)
            self._write(_MAGIC)
            fsync_folder(path.parent)

    def append(self, record: bytes) -> None:
        """Write one record, JSON of one row; raises `StorageError`."""
        with storage_errors(self.path):
            self._write(_HEAD.pack(len(record), zlib.crc32(record)) + record)
        self._unsynced = True

    def sync(self) -> None:
        """Have everything that was appended survive a power cut; raises `StorageError`."""
        with self._closing, storage_errors(self.path):
            if self._file >= 0 and self._unsynced:
                self._unsynced = False
                os.fdatasync(self._file)

    def close(self) -> None:
        """Close the file and leave it where it is; harmless when repeated."""
        with self._closing:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def delete(self) -> None:
        """Close and delete the file: its shard is committed."""
        self.close()
        with storage_errors(self.path):
            self.path.unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a journal, up to its end or to the first record that is torn or damaged.

    Raises `StorageError` for a file that cannot be read or is no journal of this version.
    """
    with storage_errors(path), path.open("rb") as file:
        magic = file.read(len(_MAGIC))
        if magic != _MAGIC:
            if _MAGIC.startswith(magic):
                return  # killed before the first line was written
            raise StorageError(f"{path}: not a journal of this version of Tracemill; upgrade it, or delete the file")
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            record = file.read(min(length, _MOST_BYTES))
            if len(record) < length or zlib.crc32(record) != checksum:
                return
            yield json.loads(record)

"""Files that exist whole or not at all, and errors of the disk in words."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import StorageError

ROW_GROUP_ROWS = 2048
"""Of long texts: a few megabytes a group, the unit that readers fetch and shuffle."""

ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the same command again",
    errno.EROFS: "the file system is read-only; choose another warehouse",
    errno.EACCES: "permission denied; make the folder writable or choose another warehouse",
    errno.EPERM: "not permitted; make the folder writable or choose another warehouse",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.EISDIR: "a folder stands where a file is needed",
    errno.EIO: "the disk reports a read or write error",
    errno.EFBIG: "the file is larger than this file system or user may have",
}
"""What a person can do about an error of the file system."""


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn an error of the file system into a `StorageError` that names `path` and what to do."""
    try:
        yield
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"{path}: {advice}") from error


def fsync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(path: Path, scratch: Path) -> Iterator[Path]:
    """Yield a temporary path in `scratch`; on success it becomes `path`, on failure it is gone.

    `scratch` is on the same file system as `path`, so that the rename is atomic: no reader ever sees
    half a file. Raises `StorageError`.
    """
    temporary = scratch / f"{path.name}.{os.getpid()}.tmp"
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        fsync_folder(path.parent)


def write_json(path: Path, value: object, scratch: Path) -> None:
    """Write `value` as readable JSON, whole or not at all."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
    with whole_file(path, scratch) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file of ours; raises `StorageError` naming it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StorageError(f"{path}: the file is missing") from error
    except ValueError as error:
        raise StorageError(f"{path}: not readable as JSON ({error}); was it edited or cut off?") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror})") from error


def parquet_writer(path: Path, schema: pa.Schema, statistics: Sequence[str]) -> pq.ParquetWriter:
    """Open a Parquet writer with the settings of all our files; each page has a checksum, for who verifies it."""
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        write_statistics=list(statistics),
        write_page_checksum=True,
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What DuckDB ran into, said in words: a full disk, a locked or damaged file, too little memory."""

import errno
import os
from pathlib import Path

import duckdb

from data.errors import CatalogError, StorageError
from data.files import ADVICE

_IN_USE = "Conflicting lock is held"


def is_in_use(error: duckdb.Error) -> bool:
    """Whether another process holds the file; DuckDB's text then names it."""
    return _IN_USE in str(error)


def is_about_query(error: duckdb.Error) -> bool:
    """Whether the SQL was wrong, rather than the file or the disk below it."""
    about_storage = (
        duckdb.FatalException,
        duckdb.InternalException,
        duckdb.IOException,
        duckdb.OutOfMemoryException,
        duckdb.SerializationException,
        duckdb.TransactionException,
    )
    return not isinstance(error, about_storage)


def storage_error(path: Path, error: duckdb.Error) -> StorageError:
    """Return the error that names `path` and says what to do."""
    text = str(error)
    # DuckDB passes the system's reason on as text only.
    for number, advice in ADVICE.items():
        if os.strerror(number) in text:
            return StorageError(f"{path}: {advice}")
    if os.strerror(errno.ENOENT) in text:
        return StorageError(f"{path}: the folder is missing")
    if isinstance(error, duckdb.OutOfMemoryException):
        return StorageError(f"{path}: the query needs more memory than it may take ({text})")
    first = text.splitlines()[0] if text else type(error).__name__
    return CatalogError(
        f"{path}: the catalog cannot be used ({first}); move it away and run `tracemill catalog rebuild`"
    )

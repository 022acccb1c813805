"""The warehouse folder: where everything lies, and who may write to a dataset."""

import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.errors import InputError, StorageError, WarehouseBusyError
from data.files import storage_errors

_SIGNS = ("catalog.duckdb", "problems", "samples", "datasets", "runs")
"""A folder that has one of these is a warehouse."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Paths inside one warehouse.

    ::

        catalog.duckdb                                the index; can be rebuilt
        problems|samples|verdicts|decisions/NAME/     shards, ID.parquet, each with ID.json beside it
        runs/RUN.json                                 what each run did
        datasets/NAME/vNNNN/                          published versions
        scratch/NAME/                                 files in the making; emptied when a build starts
        journal/NAME/                                 answers of shards in the making
        locks/NAME.lock                               held while a build of NAME runs
    """

    root: Path

    @property
    def catalog(self) -> Path:
        """The DuckDB file."""
        return self.root / "catalog.duckdb"

    @property
    def runs(self) -> Path:
        """Folder of run records."""
        return self.root / "runs"

    def shards(self, kind: str, dataset: str) -> Path:
        """Folder of a dataset's shards of one kind, such as samples."""
        return self.root / kind / dataset

    def dataset(self, name: str) -> Path:
        """Folder of a dataset's published versions."""
        return self.root / "datasets" / name

    def scratch(self, dataset: str) -> Path:
        """Folder for files in the making, owned by whoever holds the dataset's lock."""
        return self.root / "scratch" / dataset

    def journal(self, dataset: str) -> Path:
        """Folder of the journals of shards in the making; what a killed build left there is committed."""
        return self.root / "journal" / dataset

    def relative(self, path: Path) -> str:
        """Return `path` as it is written into manifests: relative, so that a warehouse can be moved."""
        return path.relative_to(self.root).as_posix()

    @contextmanager
    def lock(self, dataset: str) -> Iterator[None]:
        """Hold a dataset for one build; the lock goes with the process, however it ends.

        Raises `WarehouseBusyError` naming the process that holds it, `StorageError` where the folder
        cannot be written.
        """
        path = self.root / "locks" / f"{dataset}.lock"
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8")
        with file:
            with storage_errors(path):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise WarehouseBusyError(_holder(path, dataset)) from error
                file.seek(0)
                file.truncate()
                json.dump(_self_description(), file)
                file.flush()
                self._empty_scratch(dataset)
            yield

    def _empty_scratch(self, dataset: str) -> None:
        scratch = self.scratch(dataset)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True, exist_ok=True)


def open_warehouse(location: Path) -> Warehouse:
    """Return the warehouse at `location`, made if need be; raises `StorageError` where it cannot be."""
    if "?" in str(location.resolve()):
        raise StorageError(f"{location}: DuckDB cannot keep a catalog below a folder with '?' in its name")
    with storage_errors(location):
        location.mkdir(parents=True, exist_ok=True)
        if not os.access(location, os.W_OK | os.X_OK):
            raise StorageError(f"{location}: the warehouse folder is not writable")
    return Warehouse(location.resolve())


def existing_warehouse(location: Path) -> Warehouse:
    """Return the warehouse at `location`; raises `InputError` where nothing of ours lies there."""
    if not location.is_dir():
        raise InputError(f"{location}: no warehouse here; run a build first or name another one")
    if not any((location / name).exists() for name in _SIGNS):
        raise InputError(f"{location}: no warehouse here, the folder holds nothing of ours; run a build first")
    return Warehouse(location.resolve())


def _self_description() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _holder(path: Path, dataset: str) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        who = f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError):
        who = "another process"
    return f"dataset {dataset!r} is being built by {who}; wait for it or stop it ({path})"

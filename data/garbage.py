"""What no version and no run refers to, and how it is removed."""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from data.errors import InputError
from data.files import storage_errors
from data.recovery import read_run, rebuild_catalog
from data.shards import SCHEMAS, manifests
from data.versions import all_versions
from data.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Garbage:
    """A file or folder that can go."""

    path: Path
    bytes: int
    why: str


def find_garbage(warehouse: Warehouse, forget_runs: Iterable[str] = ()) -> list[Garbage]:
    """Return what no version and no run refers to; `forget_runs` are taken as if they were not there.

    A version refers to the shards of its lineage; one of schema 1, which has none, to every shard that was there
    before it. A run refers to the shards that it wrote. Raises `InputError` for an unknown run.
    """
    forgotten = set(forget_runs)
    runs = {path.stem: path for path in sorted(warehouse.runs.glob("*.json"))}
    if unknown := sorted(forgotten - runs.keys()):
        raise InputError(f"{warehouse.runs}: no run {unknown[0]!r}; `tracemill runs` lists them")
    found = [_garbage(runs[run], "a run to forget") for run in sorted(forgotten)]
    found += _unreferenced_shards(warehouse, runs.keys() - forgotten)
    for kind in SCHEMAS:
        for path in sorted((warehouse.root / kind).glob("*/*.parquet")):
            if not path.with_suffix(".json").exists():
                found.append(_garbage(path, "never committed"))
    scratch = [path for path in sorted((warehouse.root / "scratch").glob("*")) if any(path.iterdir())]
    found += [_garbage(path, "left by a build that ended") for path in scratch]
    fresh = warehouse.root / "catalog.duckdb.new"
    found += [_garbage(path, "left by a rebuild that ended") for path in (fresh,) if path.exists()]
    return found


def remove_garbage(warehouse: Warehouse, garbage: Sequence[Garbage]) -> None:
    """Remove what was found, then make the catalog anew where shards went; nothing may be building meanwhile.

    Raises `StorageError`; removing again goes on where it ended.
    """
    for each in garbage:
        with storage_errors(each.path):
            if each.path.is_dir():
                shutil.rmtree(each.path)
                continue
            # A shard ceases to exist with its manifest; what is left of it then was never committed.
            if each.path.suffix == ".parquet":
                each.path.with_suffix(".json").unlink(missing_ok=True)
            each.path.unlink(missing_ok=True)
    if any(each.path.suffix in (".parquet", ".json") for each in garbage):
        rebuild_catalog(warehouse)


def lock_all(warehouse: Warehouse) -> ExitStack:
    """Hold every dataset of the warehouse; raises `WarehouseBusyError` naming one that is being built."""
    names = {path.name for kind in (*SCHEMAS, "datasets", "scratch") for path in (warehouse.root / kind).glob("*")}
    with ExitStack() as stack:
        for name in sorted(names):
            stack.enter_context(warehouse.lock(name))
        return stack.pop_all()


def _unreferenced_shards(warehouse: Warehouse, runs: set[str]) -> list[Garbage]:
    referred: set[str] = set()
    before = ""
    for version in all_versions(warehouse):
        if version.lineage is None:
            before = max(before, version.created)
        else:
            referred |= version.lineage.shards
    found = []
    for shard in manifests(warehouse):
        if shard.run_id in runs or shard.path in referred or shard.created <= before:
            continue
        found.append(
            _garbage(warehouse.root / shard.path, f"no version refers to it, nor is there a run {shard.run_id}")
        )
    return found


def check_no_run_is_running(warehouse: Warehouse, forget_runs: Iterable[str]) -> None:
    """Raise `InputError` for a run that has not ended."""
    for run_id in forget_runs:
        path = warehouse.runs / f"{run_id}.json"
        if path.exists() and read_run(path).state == "running":
            raise InputError(f"{path}: the run is still running, or was killed and not continued yet")


def _garbage(path: Path, why: str) -> Garbage:
    with storage_errors(path):
        files = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]
        return Garbage(path, sum(each.stat().st_size for each in files), why)

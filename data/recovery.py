"""Bringing catalog and files together again: after a crash, and from nothing."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from data.catalog import Catalog, RunRow
from data.errors import StorageError
from data.files import fsync_folder, read_json, storage_errors, write_json
from data.journal import read_journal
from data.shards import SCHEMAS, ShardManifest, manifests, read_manifest, remove_uncommitted, write_shard
from data.soft_targets import SOFT_TARGETS, SoftTargets, soft_row, write_soft_targets
from data.versions import all_versions, published_versions, read_version
from data.warehouse import Warehouse

JOURNAL = ".journal"
"""Ending of a journal's name."""
REBUILD_BATCH = 64
"""Shards registered in one transaction."""


def write_run(warehouse: Warehouse, catalog: Catalog, run: RunRow) -> None:
    """Record a run: its file first, then the catalog."""
    write_json(warehouse.runs / f"{run.run_id}.json", run.model_dump(mode="json"), warehouse.scratch(run.dataset))
    catalog.put_run(run)


def recover(warehouse: Warehouse, catalog: Catalog, dataset: str) -> None:
    """Finish what a killed run of `dataset` left: uncommitted files go, committed ones are indexed.

    Answers that had come for its unfinished shards are committed from their journals, and never asked for again.

    Only for the holder of the dataset's lock, before its own run begins.
    """
    remove_uncommitted(warehouse, dataset)
    if not catalog.query("SELECT 1 FROM shards LIMIT 1"):
        _index_other_datasets(warehouse, catalog)  # the catalog is new: it was deleted, or nothing was ever built
    reconcile(warehouse, catalog, dataset)
    for path in sorted(warehouse.journal(dataset).glob(f"*{JOURNAL}")):
        _commit_journal(warehouse, catalog, dataset, path)
    _close_killed_runs(warehouse, catalog, dataset)


def reconcile(warehouse: Warehouse, catalog: Catalog, dataset: str) -> None:
    """Make the catalog say of a dataset what its files say."""
    for kind in SCHEMAS:
        folder = warehouse.shards(kind, dataset)
        on_disk = {path.stem for path in folder.glob("*.json")}
        indexed = catalog.shard_ids(kind, dataset)
        if missing := sorted(on_disk - indexed):
            _register_in_batches(catalog, [read_manifest(folder / f"{shard_id}.json") for shard_id in missing])
        if gone := sorted(indexed - on_disk):
            catalog.forget_shards(kind, gone)
    indexed_versions = {row[0] for row in catalog.query("SELECT version FROM versions WHERE dataset = ?", [dataset])}
    published = set(published_versions(warehouse, dataset))
    for version in sorted(published - indexed_versions):
        manifest = read_version(warehouse, dataset, version)
        catalog.put_version(manifest.row(_version_path(manifest.dataset, manifest.folder)))
    if gone_versions := indexed_versions - published:
        catalog.forget_versions(dataset, gone_versions)
    indexed_runs = {row[0] for row in catalog.query("SELECT run_id FROM runs")}
    for path in sorted(warehouse.runs.glob("*.json")):
        if path.stem not in indexed_runs:
            catalog.put_run(read_run(path))


def rebuild_catalog(warehouse: Warehouse) -> dict[str, int]:
    """Make the catalog anew from the manifests, and put it in the old one's place.

    Returns the number of rows of each table. Raises `StorageError` naming a file that cannot be read.
    """
    fresh_path = warehouse.root / "catalog.duckdb.new"
    _remove(fresh_path)
    fresh = Catalog(fresh_path, warehouse.root)
    fresh.migrate()
    _register_in_batches(fresh, _oldest_first(warehouse))
    for manifest in all_versions(warehouse):
        fresh.put_version(manifest.row(_version_path(manifest.dataset, manifest.folder)))
    for path in sorted(warehouse.runs.glob("*.json")):
        fresh.put_run(read_run(path))
    counts = {
        table: int(fresh.query(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608
        for table in (
            "problems",
            "samples",
            "verdicts",
            "traces",
            "outcomes",
            "decisions",
            "votes",
            "soft_targets",
            "shards",
            "runs",
            "versions",
        )
    }
    with storage_errors(warehouse.catalog):
        # A write-ahead log of the old catalog must not be replayed into the new one.
        warehouse.catalog.with_name("catalog.duckdb.wal").unlink(missing_ok=True)
        fresh_path.replace(warehouse.catalog)
        fsync_folder(warehouse.root)
    return counts


def read_run(path: Path) -> RunRow:
    """Read a run's record; raises `StorageError` naming the file."""
    try:
        return RunRow.model_validate(read_json(path))
    except ValidationError as error:
        raise StorageError(f"{path}: not a run record of this version of Tracemill") from error


def _index_other_datasets(warehouse: Warehouse, catalog: Catalog) -> None:
    """Index what is committed; nothing is forgotten, since other builds may be committing meanwhile."""
    _register_in_batches(catalog, _oldest_first(warehouse))
    for manifest in all_versions(warehouse):
        catalog.put_version(manifest.row(_version_path(manifest.dataset, manifest.folder)))


def _oldest_first(warehouse: Warehouse) -> list[ShardManifest]:
    return sorted(manifests(warehouse), key=lambda shard: (shard.created, shard.shard_id))


def _register_in_batches(catalog: Catalog, shards: Sequence[ShardManifest]) -> None:
    for start in range(0, len(shards), REBUILD_BATCH):
        catalog.register_shards(shards[start : start + REBUILD_BATCH])


def _close_killed_runs(warehouse: Warehouse, catalog: Catalog, dataset: str) -> None:
    """A run that is still called running, while nobody holds the dataset, was killed."""
    running = catalog.query("SELECT run_id FROM runs WHERE dataset = ? AND state = 'running'", [dataset])
    for (run_id,) in running:
        run = read_run(warehouse.runs / f"{run_id}.json")
        if run.state != "running":  # its end was written to the file, and not any more to the catalog
            catalog.put_run(run)
            continue
        message = "the process ended without a word; the next run continued its work"
        write_run(warehouse, catalog, run.model_copy(update={"state": "killed", "message": message}))


def _commit_journal(warehouse: Warehouse, catalog: Catalog, dataset: str, path: Path) -> None:
    """Commit the samples of a journal as a shard, but for those that were committed before it could be deleted."""
    rows: dict[str, dict[str, Any]] = {}
    for row in read_journal(path):
        rows.setdefault(row["sample_id"], row)
    ids = pa.table({"sample_id": pa.array(list(rows), pa.string())})
    tables = ("samples", "soft_targets")
    known = catalog.lookup(
        {table: f"SELECT sample_id FROM {table} SEMI JOIN ids USING (sample_id)" for table in tables},  # noqa: S608
        ids=ids,
    )
    for (sample_id,) in known["samples"]:
        rows.pop(sample_id, None)
    soft = {sample_id: packed for sample_id, row in rows.items() if (packed := row.pop(SOFT_TARGETS, None))}
    for (sample_id,) in known["soft_targets"]:
        soft.pop(sample_id, None)
    if rows:
        places = {row["prompt_id"]: place for place, row in reversed(list(enumerate(rows.values())))}
        kept = sorted(rows.values(), key=lambda row: (places[row["prompt_id"]], row["index"]))
        run_id = kept[0]["run_id"]
        shards = []
        if soft:
            # Whether these samples are right is not known yet, so all of them keep what is asked for once only.
            targets = [
                soft_row(row, SoftTargets.model_validate_json(json.dumps(soft[row["sample_id"]])))
                for row in kept
                if row["sample_id"] in soft
            ]
            shards.append(write_soft_targets(warehouse, dataset, run_id, targets))
        shards.append(write_shard(warehouse, "samples", dataset, run_id, kept, [row["sample_id"] for row in kept]))
        catalog.register_shards(shards)
    with storage_errors(path):
        path.unlink()


def _version_path(dataset: str, folder: str) -> str:
    return f"datasets/{dataset}/{folder}"


def _remove(path: Path) -> None:
    with storage_errors(path):
        for leftover in (path, path.with_name(f"{path.name}.wal")):
            leftover.unlink(missing_ok=True)

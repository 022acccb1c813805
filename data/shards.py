"""Shards: one Parquet file and one manifest each, committed whole or not at all.

The Parquet file is renamed into place first, its manifest last: a shard exists exactly when its
manifest does. A shard's id is the content id of the ids of its rows, so the same work always has the
same file name, and writing it again changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from data import schemas
from data.errors import StorageError
from data.files import ROW_GROUP_ROWS, parquet_writer, read_json, sha256_of, storage_errors, whole_file, write_json
from data.identity import set_id
from data.records import Record
from data.warehouse import Warehouse

ShardKind = Literal["problems", "samples", "verdicts", "decisions", "votes", "soft_targets"]

SCHEMAS: dict[str, pa.Schema] = {
    "problems": schemas.PROBLEMS,
    "samples": schemas.SAMPLES,
    "verdicts": schemas.VERDICTS,
    "decisions": schemas.DECISIONS,
    "votes": schemas.VOTES,
    "soft_targets": schemas.SOFT_TARGETS,
}
ROWS_TOGETHER: dict[str, int] = {"soft_targets": 32}
"""Rows of a row group, where it is not as for texts: a row of soft targets is a thousand times as large."""


class ShardManifest(Record):
    """What stands beside a shard's Parquet file, and makes it exist."""

    kind: ShardKind
    shard_id: str
    dataset: str
    path: str
    """Of the Parquet file, relative to the warehouse."""
    rows: int
    bytes: int
    sha256: str
    schema_version: int
    run_id: str
    created: str
    """UTC, ISO 8601."""


def write_shard(
    warehouse: Warehouse,
    kind: ShardKind,
    dataset: str,
    run_id: str,
    rows: Sequence[Mapping[str, Any]],
    row_ids: Sequence[str],
) -> ShardManifest:
    """Commit `rows` as one shard and return its manifest; a shard that exists already is left alone.

    `row_ids` identify the rows. Raises `StorageError`; nothing of the shard is visible then.
    """
    shard_id = set_id(kind, row_ids)
    path = warehouse.shards(kind, dataset) / f"{shard_id}.parquet"
    manifest_path = path.with_suffix(".json")
    if manifest_path.exists() and path.exists():
        return read_manifest(manifest_path)
    scratch = warehouse.scratch(dataset)
    schema = SCHEMAS[kind]
    with whole_file(path, scratch) as temporary:
        together = ROWS_TOGETHER.get(kind, ROW_GROUP_ROWS)
        with parquet_writer(temporary, schema, schemas.STATISTICS[kind]) as writer:
            for start in range(0, len(rows), together):
                table = pa.Table.from_pylist(list(rows[start : start + together]), schema=schema)
                writer.write_table(table, row_group_size=together)
        size, digest = temporary.stat().st_size, sha256_of(temporary)
    manifest = ShardManifest(
        kind=kind,
        shard_id=shard_id,
        dataset=dataset,
        path=warehouse.relative(path),
        rows=len(rows),
        bytes=size,
        sha256=digest,
        schema_version=schemas.SCHEMA_VERSION,
        run_id=run_id,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
    write_json(manifest_path, manifest.model_dump(mode="json"), scratch)
    return manifest


def read_manifest(path: Path) -> ShardManifest:
    """Read a shard's manifest; raises `StorageError` naming the file."""
    try:
        return ShardManifest.model_validate(read_json(path))
    except ValidationError as error:
        raise StorageError(
            f"{path}: not a shard manifest of this version of Tracemill ({error.error_count()} errors); upgrade "
            "Tracemill, or restore the file, or delete it: its shard will be asked again"
        ) from error


def manifests(warehouse: Warehouse) -> Iterator[ShardManifest]:
    """Yield the manifests of all committed shards, in a stable order."""
    for kind in SCHEMAS:
        for path in sorted((warehouse.root / kind).glob("*/*.json")):
            yield read_manifest(path)


def remove_uncommitted(warehouse: Warehouse, dataset: str) -> int:
    """Delete Parquet files of a dataset that never got their manifest; return how many.

    Only for the holder of the dataset's lock: for anybody else such a file may be in the making.
    """
    removed = 0
    for kind in SCHEMAS:
        for path in warehouse.shards(kind, dataset).glob("*.parquet"):
            if not path.with_suffix(".json").exists():
                with storage_errors(path):
                    path.unlink()
                removed += 1
    return removed


def read_shard(warehouse: Warehouse, path: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a shard's rows; raises `StorageError` where the file is missing or damaged."""
    try:
        wanted = list(columns) if columns else None
        return pq.read_table(warehouse.root / path, columns=wanted, page_checksum_verification=True)
    except (OSError, pa.ArrowException) as error:
        raise unreadable_shard(str(warehouse.root / path), error) from error


def unreadable_shard(path: str, error: Exception) -> StorageError:
    """Return the error about a shard whose Parquet file is missing or damaged."""
    missing = isinstance(error, FileNotFoundError) or "No files found" in str(error)
    first = "the file is missing" if missing else str(error).splitlines()[0] if str(error) else type(error).__name__
    return StorageError(
        f"{path}: cannot be read ({first}); restore it, or delete it with the .json beside it and run "
        "`tracemill catalog rebuild`: what was in it will be asked again"
    )

"""Whether files are what their manifests say: every hash, row count and schema; nothing missing, nothing extra."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data import schemas
from data.catalog import Catalog
from data.errors import StorageError
from data.files import read_json, sha256_of
from data.records import Record
from data.seal import is_intact
from data.shards import SCHEMAS, read_manifest
from data.versions import (
    LEFT_OUT_FILE,
    PROBLEMS_FILE,
    VersionFile,
    VersionManifest,
    published_versions,
    read_version,
    version_folder,
    version_path,
)
from data.warehouse import Warehouse

_SAME = 'kind, shard_id, dataset, "rows", bytes, sha256, schema_version, run_id, created'
"""What catalog and manifest say of a shard."""


class Damage(Record):
    """A file that is not what it should be."""

    path: str
    """Relative to the warehouse."""
    what: str


def check_versions(warehouse: Warehouse, versions: Iterable[tuple[str, int]]) -> Iterator[tuple[int, list[Damage]]]:
    """Yield of each version, a dataset and a number, how many files it has and what is wrong with them."""
    for dataset, number in versions:
        path = warehouse.dataset(dataset) / version_folder(number) / "manifest.json"
        try:
            manifest = read_version(warehouse, dataset, number)
            found = check_version(warehouse, manifest)
            if not is_intact(read_json(path)):
                found.append(Damage(path=warehouse.relative(path), what="was changed: its seal does not fit"))
            yield len(manifest.all_files), found
        except StorageError as error:
            yield 0, [Damage(path=warehouse.relative(path), what=_without(path, error))]


def all_numbers(warehouse: Warehouse, catalog: Catalog) -> list[tuple[str, int]]:
    """Return all versions, as dataset and number, that lie in the warehouse or that its catalog knows."""
    known = {(str(name), int(number)) for name, number in catalog.query("SELECT dataset, version FROM versions")}
    folders = (warehouse.root / "datasets").glob("*")
    return sorted(
        known | {(path.name, number) for path in folders for number in published_versions(warehouse, path.name)}
    )


def check_version(warehouse: Warehouse, manifest: VersionManifest) -> list[Damage]:
    """Compare a version's files with its manifest."""
    folder = version_path(warehouse, manifest)
    expected = manifest.all_files
    found = []
    for name, file in expected.items():
        differences = _differences(folder / name, file, _schema_of(name, manifest.schema_version))
        found += [Damage(path=warehouse.relative(folder / name), what=what) for what in differences]
    allowed = {*expected, "manifest.json"} | ({"README.md"} if manifest.schema_version == 1 else set())
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    extra = [path for name, path in there.items() if name not in allowed]
    found += [Damage(path=warehouse.relative(path), what="is not of this version: an extra file") for path in extra]
    if sum(file.rows for file in manifest.files) != manifest.traces:
        found.append(Damage(path=warehouse.relative(folder / "manifest.json"), what="its counts contradict each other"))
    return found


def check_shards(warehouse: Warehouse, catalog: Catalog) -> Iterator[Damage]:
    """Compare every shard with its manifest, and this with the catalog; name files and shards that are alone."""
    known = {row[0]: row[1:] for row in catalog.query(f"SELECT path, {_SAME} FROM shards")}  # noqa: S608
    for path in sorted(known):
        if not (warehouse.root / path).with_suffix(".json").exists():
            yield Damage(path=path, what="the catalog knows this shard, and its manifest is missing")
    for kind in SCHEMAS:
        for folder in sorted((warehouse.root / kind).glob("*")):
            for path in sorted(folder.iterdir()):
                name = warehouse.relative(path)
                if path.suffix == ".json":
                    yield from _check_shard(warehouse, path, kind, known)
                elif path.suffix != ".parquet":
                    yield Damage(path=name, what="is no shard: an extra file")
                elif not path.with_suffix(".json").exists():
                    yield Damage(path=name, what="has no manifest: never committed, or its .json was lost")


def _check_shard(warehouse: Warehouse, path: Path, kind: str, known: Mapping[str, tuple[Any, ...]]) -> Iterator[Damage]:
    try:
        manifest = read_manifest(path)
    except StorageError as error:
        yield Damage(path=warehouse.relative(path), what=_without(path, error))
        return
    file = VersionFile(path=manifest.path, rows=manifest.rows, bytes=manifest.bytes, sha256=manifest.sha256)
    if (warehouse.root / manifest.path).with_suffix(".json") != path:
        yield Damage(path=warehouse.relative(path), what=f"is the manifest of another file, {manifest.path}")
        return
    said = tuple(manifest.model_dump(mode="json")[name] for name in _SAME.replace('"', "").split(", "))
    if known.get(manifest.path, said) != said:
        yield Damage(path=warehouse.relative(path), what="says other things than the catalog does of this shard")
    for what in _differences(
        warehouse.root / manifest.path, file, schemas.columns_of(kind, SCHEMAS[kind], manifest.schema_version)
    ):
        yield Damage(path=manifest.path, what=what)


def _differences(path: Path, file: VersionFile, schema: pa.Schema | None) -> Iterator[str]:
    """Yield what is wrong with a file; `schema` is that of Parquet files."""
    try:
        size = path.stat().st_size
        digest = sha256_of(path)
    except FileNotFoundError:
        yield "is missing"
        return
    except OSError as error:
        yield f"cannot be read ({error.strerror})"
        return
    if digest != file.sha256:
        changed = "" if size == file.bytes else f", {size:,} bytes instead of {file.bytes:,}"
        yield f"was changed: its SHA-256 is not the one in the manifest{changed}"
    if schema is None:
        return
    try:
        read = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        yield f"cannot be read as Parquet ({str(error).splitlines()[0]})"
        return
    if read.metadata.num_rows != file.rows:
        yield f"has {read.metadata.num_rows:,} rows instead of {file.rows:,}"
    if not read.schema_arrow.equals(schema):
        yield "has other columns than its schema version says"


def _schema_of(name: str, version: int) -> pa.Schema | None:
    if not name.endswith(".parquet"):
        return None
    named = {LEFT_OUT_FILE: schemas.LEFT_OUT, PROBLEMS_FILE: schemas.VERSION_PROBLEMS}
    return named.get(name) or schemas.TRACES_OF_VERSION[version]


def _without(path: Path, error: StorageError) -> str:
    """Return what an error says, without the path that stands before it."""
    return str(error).removeprefix(f"{path}: ")

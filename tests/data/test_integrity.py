"""Damage is named: a flipped byte, a missing or an extra file, other rows or columns; and older files stay readable."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.catalog import Catalog
from data.exporting import export_version
from data.exports import ExportFormat
from data.integrity import all_numbers, check_shards, check_version, check_versions
from data.recovery import rebuild_catalog
from data.schemas import TRACES_OF_VERSION
from data.versions import read_version
from data.warehouse import Warehouse
from generators.reasoning import join_reasoning
from tests.data.small_warehouse import DATASET, contents_of, opened, problem, publish, put_shard, traces_in

OLD = Path(__file__).with_name("written_by_schema_1")


@pytest.fixture
def published(tmp_path):
    """A version, and its folder."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(n) for n in range(3)])
    manifest = publish(warehouse, catalog, [problem(n) for n in range(3)])
    return warehouse, manifest, warehouse.dataset(DATASET) / manifest.folder


def catalog_of(warehouse):
    """Return the catalog of a warehouse."""
    return Catalog(warehouse.catalog, warehouse.root)


def flip(path):
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_version_as_published_is_whole(published):
    """Every file is in the manifest, the card and its plots too."""
    warehouse, manifest, folder = published
    assert check_version(warehouse, manifest) == []
    assert list(check_shards(warehouse, catalog_of(warehouse))) == []
    assert list(check_versions(warehouse, [(DATASET, 1)])) == [(len(manifest.all_files), [])]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {*manifest.all_files, "manifest.json"}


def test_a_flipped_bit_is_found_in_every_file(published):
    """Whichever file it is."""
    warehouse, manifest, folder = published
    for name in manifest.all_files:
        content = (folder / name).read_bytes()
        flip(folder / name)
        found = check_version(warehouse, manifest)
        assert {each.path for each in found} == {f"datasets/{DATASET}/v0001/{name}"}
        assert "SHA-256" in found[0].what
        (folder / name).write_bytes(content)


def test_missing_and_extra_files_are_named(published):
    """Also deep below, and hidden."""
    warehouse, manifest, folder = published
    (folder / "README.md").unlink()
    (folder / "train" / ".hidden").write_text("x")
    (folder / "train" / "part-00001.parquet").write_bytes((folder / "train" / "part-00000.parquet").read_bytes())
    assert [(each.path.split("v0001/")[1], each.what) for each in check_version(warehouse, manifest)] == [
        ("README.md", "is missing"),
        ("train/.hidden", "is not of this version: an extra file"),
        ("train/part-00001.parquet", "is not of this version: an extra file"),
    ]


def test_other_rows_and_columns_are_named(published):
    """A file that someone wrote anew."""
    warehouse, manifest, folder = published
    path = folder / "train" / "part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    assert "has 5 rows instead of 6" in [each.what for each in check_version(warehouse, manifest)]
    pq.write_table(table.append_column("more", pa.nulls(6)), path)
    assert "has other columns than its schema version says" in [
        each.what for each in check_version(warehouse, manifest)
    ]


def test_damaged_shards_are_named(published):
    """A flipped bit, a lost manifest, a lost file, a stranger, a manifest that is none."""
    warehouse, *_ = published
    for kind in ("problems", "samples", "verdicts"):
        shutil.copytree(warehouse.root / kind / DATASET, warehouse.root / kind / "other")
    for path in (warehouse.root / "problems" / "other").glob("*.json"):
        path.unlink()
    flip(next((warehouse.root / "samples" / DATASET).glob("*.parquet")))
    next((warehouse.root / "verdicts" / DATASET).glob("*.parquet")).unlink()
    (warehouse.root / "verdicts" / DATASET / "note.txt").write_text("x")
    next((warehouse.root / "samples" / "other").glob("*.json")).write_text("{}")
    found = [
        (each.path.split("/")[0], each.path.split("/")[1], each.what)
        for each in check_shards(warehouse, catalog_of(warehouse))
    ]
    said = {(kind, dataset): what for kind, dataset, what in found}
    assert "has no manifest" in said["problems", "other"]
    assert any(kind == "samples" and "SHA-256" in what for kind, _, what in found)
    assert "not a shard manifest" in said["samples", "other"]
    assert {what for kind, dataset, what in found if (kind, dataset) == ("verdicts", DATASET)} == {
        "is missing",
        "is no shard: an extra file",
    }
    assert "is the manifest of another file" in said["verdicts", "other"]


def test_a_changed_manifest_is_named(published):
    """Every value of it is sealed; one that cannot be read is named, and what else is wrong too."""
    warehouse, _, folder = published
    put_shard(warehouse, catalog_of(warehouse), [problem(9)])
    publish(warehouse, catalog_of(warehouse), [problem(9)])
    path = folder / "manifest.json"
    text = path.read_text()
    path.write_text(text.replace('"small-model"', '"smell-model"'))
    assert all_numbers(warehouse, catalog_of(warehouse)) == [(DATASET, 1), (DATASET, 2)]
    (_, [damage]), (_, nothing) = check_versions(warehouse, [(DATASET, 1), (DATASET, 2)])
    assert (damage.path, damage.what) == (
        f"datasets/{DATASET}/v0001/manifest.json",
        "was changed: its seal does not fit",
    )
    assert nothing == []
    path.write_text(text[:-20])
    flip(warehouse.dataset(DATASET) / "v0002" / "README.md")
    (_, [unreadable]), (_, [flipped]) = check_versions(warehouse, [(DATASET, 1), (DATASET, 2)])
    assert unreadable.path == f"datasets/{DATASET}/v0001/manifest.json"
    assert "not readable as JSON" in unreadable.what
    assert flipped.path == f"datasets/{DATASET}/v0002/README.md"


def test_what_the_catalog_knows_and_the_disk_lacks_is_named(published):
    """A version or a shard that is gone with its manifest, and a manifest that says other things."""
    warehouse, manifest, folder = published
    catalog = catalog_of(warehouse)
    catalog.put_version(manifest.row(warehouse.relative(folder)))
    shutil.rmtree(folder)
    assert all_numbers(warehouse, catalog) == [(DATASET, 1)]
    ((files, [gone]),) = check_versions(warehouse, [(DATASET, 1)])
    assert (files, gone.path, gone.what) == (0, f"datasets/{DATASET}/v0001/manifest.json", "the file is missing")
    for path in (warehouse.root / "samples" / DATASET).iterdir():
        path.unlink()
    (verdicts,) = (warehouse.root / "verdicts" / DATASET).glob("*.json")
    verdicts.write_text(verdicts.read_text().replace('"run-1"', '"run-2"'))
    found = {each.path.split("/")[0]: each.what for each in check_shards(warehouse, catalog)}
    assert found == {
        "samples": "the catalog knows this shard, and its manifest is missing",
        "verdicts": "says other things than the catalog does of this shard",
    }


def test_files_of_schema_1_stay_readable(tmp_path):
    """A warehouse that the first release wrote: read, checked, exported, and the next version built upon it."""
    shutil.copytree(OLD, tmp_path / "old")
    warehouse = Warehouse(tmp_path / "old")
    rebuild_catalog(warehouse)
    catalog = Catalog(warehouse.catalog, warehouse.root)
    manifest = read_version(warehouse, DATASET, 1)
    assert (manifest.schema_version, manifest.traces, manifest.splits, manifest.lineage) == (1, 6, {"train": 6}, None)
    assert check_version(warehouse, manifest) == []
    assert list(check_shards(warehouse, catalog)) == []
    assert pq.read_schema(OLD / "datasets/sums/v0001/train/part-00000.parquet").equals(TRACES_OF_VERSION[1])
    counts = export_version(warehouse, catalog, manifest, ExportFormat.MESSAGES, tmp_path / "out", join_reasoning)
    assert counts.rows == {"train": 6}
    problems = [problem(n, source=f"source {n % 2}", tags=("x",)) for n in range(3)]
    assert contents_of(warehouse, catalog, problems).fingerprint == manifest.fingerprint
    second = publish(warehouse, catalog, problems)
    assert (second.version, second.schema_version) == (2, 2)
    old = {row["trace_id"]: row for row in traces_in(warehouse, manifest)}
    new = {row["trace_id"]: row for row in traces_in(warehouse, second)}
    assert {key: row | {"status": "correct", "votes": None, "voters": None} for key, row in old.items()} == new


def test_keys_of_a_newer_release_are_passed_over(published):
    """A manifest with further keys is read by this release as far as it knows it."""
    warehouse, manifest, folder = published
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"of_the_future": 1}))
    assert read_version(warehouse, DATASET, 1) == manifest

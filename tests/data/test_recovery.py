"""Catalog and files brought together again, after a crash and from nothing."""

import json
import shutil

import pytest

from data.catalog import Catalog
from data.errors import StorageError
from data.recovery import read_run, rebuild_catalog, recover, write_run
from data.shards import read_manifest
from data.warehouse import Warehouse, open_warehouse
from tests.data.small_warehouse import (
    DATASET,
    a_run,
    facts,
    opened,
    problem,
    publish,
    put_shard,
    request,
    survey_of,
    tables,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a warehouse with two datasets, runs and versions, once for all tests."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("built"))
    for number in range(3):
        put_shard(warehouse, catalog, [problem(10 * number + n, tags=("a", "b")) for n in range(3)])
    strange = problem(99, unit="km", source="it's")
    put_shard(warehouse, catalog, [problem(0), strange], dataset="other")
    write_run(warehouse, catalog, a_run(1, state="published", ended="2026-01-02", message="Ω 'x'", seconds=1.25))
    write_run(warehouse, catalog, a_run(2, dataset="other", state="failed"))
    for dataset, published in ((DATASET, [problem(0, tags=("a", "b"))]), ("other", [strange])):
        manifest = publish(warehouse, catalog, published, dataset=dataset)
        catalog.put_version(manifest.row(f"datasets/{dataset}/{manifest.folder}"))
    return warehouse.root


@pytest.fixture
def filled(built, tmp_path):
    """Return a copy of that warehouse, for one test to spoil."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return opened(tmp_path)


def test_a_rebuilt_catalog_equals_the_old_one(tmp_path, filled):
    """Every row of every table comes back from the files, and the counts that are reported are theirs."""
    warehouse, catalog = filled
    before = tables(catalog)
    counts = rebuild_catalog(warehouse)
    assert tables(catalog) == before
    assert counts == {name: len(rows) for name, rows in before.items() if name != "schema_version"}
    assert min(count for name, count in counts.items() if name not in ("decisions", "votes", "soft_targets")) > 0


@pytest.mark.parametrize("damage", ["deleted", "garbled", "moved"])
def test_the_catalog_is_only_an_index(tmp_path, filled, damage):
    """A catalog that was deleted, is damaged, or moved elsewhere with its warehouse, can be made anew."""
    warehouse, catalog = filled
    before = tables(catalog)
    if damage == "deleted":
        warehouse.catalog.unlink()
    if damage == "garbled":
        warehouse.catalog.write_bytes(b"no database" * 5000)
    if damage == "moved":
        moved = tmp_path.rename(tmp_path.with_name("elsewhere"))
        warehouse = Warehouse(moved)
    rebuild_catalog(warehouse)
    assert tables(Catalog(warehouse.catalog, warehouse.root)) == before


def test_changes_of_the_old_catalog_are_not_replayed_into_the_new_one(tmp_path, filled):
    """A log that a killed process left beside the old catalog goes with it."""
    warehouse, catalog = filled
    before = tables(catalog)
    (tmp_path / "catalog.duckdb.wal").write_bytes(b"left behind")
    rebuild_catalog(warehouse)
    assert tables(catalog) == before


def test_a_rebuild_that_fails_keeps_the_old_catalog(tmp_path, filled):
    """The error names the file that cannot be read, and the old catalog goes on serving."""
    warehouse, catalog = filled
    before = tables(catalog)
    path = next((tmp_path / "verdicts" / DATASET).glob("*.json"))
    whole = path.read_text()
    path.write_text(whole[:50])
    with pytest.raises(StorageError, match="was it edited or cut off") as caught:
        rebuild_catalog(warehouse)
    assert str(path) in str(caught.value)
    assert tables(catalog) == before
    path.write_text(whole)
    rebuild_catalog(warehouse)
    assert tables(catalog) == before


def test_committed_shards_that_were_never_indexed_are_found(tmp_path, filled):
    """A run that was killed between writing and indexing loses nothing."""
    warehouse, catalog = filled
    before = tables(catalog)
    paths = (tmp_path / "samples" / DATASET).glob("*.json")
    catalog.forget_shards("samples", [read_manifest(path).shard_id for path in paths])
    assert tables(catalog) != before
    recover(warehouse, catalog, DATASET)
    assert tables(catalog) == before


def test_files_that_never_got_their_manifest_go(tmp_path, filled):
    """What a killed run left half-committed is removed from its dataset, and only there."""
    warehouse, catalog = filled
    for dataset in (DATASET, "other"):
        (tmp_path / "samples" / dataset / "half.parquet").write_bytes(b"half")
    recover(warehouse, catalog, DATASET)
    assert not (tmp_path / "samples" / DATASET / "half.parquet").exists()
    assert (tmp_path / "samples" / "other" / "half.parquet").exists()


def test_shards_that_somebody_deleted_are_forgotten(tmp_path):
    """Their samples count as missing, so that they are asked again."""
    warehouse, catalog = opened(tmp_path)
    written = put_shard(warehouse, catalog, [problem(1)])
    put_shard(warehouse, catalog, [problem(2)])
    for manifest in written[1:]:
        (tmp_path / manifest.path).unlink()
        (tmp_path / manifest.path).with_suffix(".json").unlink()
    recover(warehouse, catalog, DATASET)
    counted = survey_of(catalog, [problem(1), problem(2)], request())
    assert (counted.problems, counted.samples) == (2, 4)


def test_versions_follow_their_folders(tmp_path, filled):
    """A version that was published and never indexed appears, one whose folder was removed goes."""
    warehouse, catalog = filled
    second = publish(warehouse, catalog, [problem(10, tags=("a", "b"))])
    recover(warehouse, catalog, DATASET)
    assert catalog.query("SELECT version FROM versions WHERE dataset = ? ORDER BY 1", [DATASET]) == [(1,), (2,)]
    shutil.rmtree(tmp_path / "datasets" / DATASET / second.folder)
    recover(warehouse, catalog, DATASET)
    assert catalog.query("SELECT dataset, version FROM versions ORDER BY 1") == [("other", 1), (DATASET, 1)]


def test_a_run_that_was_killed_is_called_so(tmp_path):
    """A run of this dataset that still says running, while nobody holds the dataset, did not end by itself."""
    warehouse, catalog = opened(tmp_path)
    write_run(warehouse, catalog, a_run(1))
    write_run(warehouse, catalog, a_run(2, dataset="other"))
    recover(warehouse, catalog, DATASET)
    assert catalog.query("SELECT run_id, state FROM runs ORDER BY 1") == [("run-1", "killed"), ("run-2", "running")]
    assert read_run(warehouse.runs / "run-1.json").state == "killed"


def test_a_run_that_ended_just_before_it_was_killed_keeps_its_end(tmp_path):
    """The file is written before the catalog: what it says is the truth."""
    warehouse, catalog = opened(tmp_path)
    write_run(warehouse, catalog, a_run(1))
    path = warehouse.runs / "run-1.json"
    ended = a_run(1, state="published", version=1, ended="2026-01-02")
    path.write_text(json.dumps(ended.model_dump(mode="json")))
    recover(warehouse, catalog, DATASET)
    assert read_run(path) == ended
    assert catalog.query("SELECT state, version FROM runs") == [("published", 1)]


def test_a_build_after_the_catalog_was_deleted_finds_all_datasets(tmp_path, filled):
    """The next build of one dataset makes the catalog whole again, other datasets included."""
    warehouse, catalog = filled
    before = tables(catalog)
    warehouse.catalog.unlink()
    warehouse, catalog = opened(tmp_path)
    recover(warehouse, catalog, DATASET)
    assert tables(catalog) == before


def test_recovery_of_a_new_warehouse_does_nothing(tmp_path):
    """Where nothing was built yet, nothing is found."""
    warehouse, catalog = opened(tmp_path)
    recover(warehouse, catalog, DATASET)
    assert {name: len(rows) for name, rows in tables(catalog).items() if rows} == {"schema_version": 1}
    assert rebuild_catalog(open_warehouse(tmp_path / "empty"))["shards"] == 0


@pytest.mark.parametrize("content", ["{}", "[]", "", '{"run_id": "x", "more": 1}'])
def test_a_run_record_that_cannot_be_read_is_named(tmp_path, content):
    """A foreign or damaged file among the runs is told by its name."""
    warehouse, catalog = opened(tmp_path)
    write_run(warehouse, catalog, a_run(1))
    path = warehouse.runs / "run-9.json"
    path.write_text(content)
    for use in (lambda: recover(warehouse, catalog, DATASET), lambda: rebuild_catalog(warehouse)):
        with pytest.raises(StorageError) as caught:
            use()
        assert str(path) in str(caught.value)


def test_a_manifest_of_a_version_that_cannot_be_read_is_named(tmp_path, filled):
    """A version's damaged manifest stops a rebuild with its name, rather than losing the version silently."""
    warehouse, _ = filled
    path = tmp_path / "datasets" / DATASET / "v0001" / "manifest.json"
    path.write_text(json.dumps(facts().model_dump()))
    with pytest.raises(StorageError) as caught:
        rebuild_catalog(warehouse)
    assert str(path) in str(caught.value)

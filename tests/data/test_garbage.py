"""What is removed because nothing refers to it, and what never is."""

import json

import pytest

from data.errors import InputError, WarehouseBusyError
from data.garbage import check_no_run_is_running, find_garbage, lock_all, remove_garbage
from data.recovery import write_run
from tests.data.small_warehouse import a_run, contents_of, opened, problem, publish, put_shard


@pytest.fixture
def stocked(tmp_path):
    """Two shards of two runs; a version uses the first run's only."""
    warehouse, catalog = opened(tmp_path)
    for number in (1, 2):
        write_run(warehouse, catalog, a_run(number, state="published"))
    first, second = [problem(1)], [problem(2)]
    put_shard(warehouse, catalog, first)
    put_shard(warehouse, catalog, second, run_id="run-2")
    publish(warehouse, catalog, first)
    return warehouse, catalog, first, second


def names(warehouse, garbage):
    """Return what would go, as kind of shard or as path."""
    paths = [each.path.relative_to(warehouse.root) for each in garbage if "scratch" not in each.path.parts]
    return [path.parts[0] if path.suffix == ".parquet" else path.as_posix() for path in paths]


def test_what_a_version_or_a_run_refers_to_stays(stocked):
    """Nothing is garbage as long as its run is known; forgetting the first run takes nothing from the version."""
    warehouse, *_ = stocked
    assert names(warehouse, find_garbage(warehouse)) == []
    assert names(warehouse, find_garbage(warehouse, ["run-1"])) == ["runs/run-1.json"]


def test_a_forgotten_run_takes_its_shards_along(stocked):
    """Its samples are gone from files and catalog; the version is as it was, and its shards are still there."""
    warehouse, catalog, first, _ = stocked
    garbage = find_garbage(warehouse, ["run-2"])
    assert names(warehouse, garbage) == ["runs/run-2.json", "problems", "samples", "verdicts"]
    remove_garbage(warehouse, garbage)
    assert find_garbage(warehouse) == []
    assert catalog.query("SELECT count(*) FROM samples") == [(4,)]
    assert contents_of(warehouse, catalog, first).report.traces == 2
    assert not list((warehouse.root / "samples").rglob("*run-2*"))


def test_files_that_were_never_committed_are_garbage(stocked):
    """A Parquet file without its manifest, and what a killed build left."""
    warehouse, *_ = stocked
    stray = warehouse.shards("samples", "sums") / "stray.parquet"
    stray.write_bytes(b"x" * 10)
    (warehouse.root / "catalog.duckdb.new").write_bytes(b"y")
    garbage = find_garbage(warehouse)
    assert [(each.bytes, each.why) for each in garbage if each.path == stray] == [(10, "never committed")]
    remove_garbage(warehouse, garbage)
    assert not stray.exists()
    assert names(warehouse, find_garbage(warehouse)) == []


def test_versions_without_lineage_keep_what_was_there_before_them(stocked):
    """A version of schema 1 does not say what it was made from."""
    warehouse, *_ = stocked
    path = warehouse.dataset("sums") / "v0001" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["lineage"], manifest["traces"]
    path.write_text(json.dumps(manifest | {"schema_version": 1}))
    assert names(warehouse, find_garbage(warehouse, ["run-1", "run-2"])) == ["runs/run-1.json", "runs/run-2.json"]


def test_unknown_and_running_runs_are_refused(stocked):
    """A typing error forgets nothing, and a run that goes on is left alone."""
    warehouse, catalog, *_ = stocked
    with pytest.raises(InputError, match="no run 'run-9'"):
        find_garbage(warehouse, ["run-9"])
    write_run(warehouse, catalog, a_run(2, state="running"))
    with pytest.raises(InputError, match="still running"):
        check_no_run_is_running(warehouse, ["run-2"])


def test_nothing_is_removed_beside_a_build(stocked):
    """While a dataset is held, so is the whole warehouse."""
    warehouse, *_ = stocked
    with warehouse.lock("sums"), pytest.raises(WarehouseBusyError, match="'sums' is being built"), lock_all(warehouse):
        pass

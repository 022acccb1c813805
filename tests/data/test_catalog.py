"""The DuckDB catalog, with real files and several processes."""

import errno
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import Mock

import duckdb
import pytest

from data import catalog as catalogs
from data.catalog import Catalog
from data.catalog_lock import alone
from data.errors import CatalogError, StorageError, WarehouseBusyError
from data.migrations import MIGRATIONS, SCHEMA_VERSION
from data.warehouse import open_warehouse
from tests.data.small_warehouse import DATASET, a_run, opened, problem, put_shard, request, survey_of, tables
from tests.processes import HANGS_S, WITHOUT_PANDAS, line_of, python

REBUILD = "move it away and run `tracemill catalog rebuild`"


def test_a_new_catalog_has_all_tables(tmp_path):
    """All migrations run from nothing, and the catalog knows how many it has seen."""
    _, catalog = opened(tmp_path)
    rows = {"problems", "samples", "verdicts", "traces", "outcomes", "decisions", "votes", "soft_targets"}
    assert set(tables(catalog)) == rows | {"runs", "schema_version", "shards", "versions"}
    assert catalog.query("SELECT version FROM schema_version") == [(len(MIGRATIONS),)]


def test_opening_again_changes_nothing(tmp_path):
    """Migrating a catalog of this version keeps what is in it."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)])
    before = tables(catalog)
    again = Catalog(warehouse.catalog, warehouse.root)
    again.migrate()
    assert tables(again) == before


def test_an_older_catalog_is_brought_up_to_date(tmp_path, monkeypatch):
    """A further migration runs on what is there, once."""
    warehouse, catalog = opened(tmp_path)
    catalog.put_run(a_run())
    monkeypatch.setattr(catalogs, "MIGRATIONS", (*MIGRATIONS, "ALTER TABLE runs ADD COLUMN note VARCHAR DEFAULT 'old'"))
    monkeypatch.setattr(catalogs, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    for _ in range(2):
        Catalog(warehouse.catalog, warehouse.root).migrate()
    assert catalog.query("SELECT run_id, note FROM runs") == [("run-1", "old")]
    assert catalog.query("SELECT version FROM schema_version") == [(SCHEMA_VERSION + 1,)]


def test_a_migration_that_fails_is_as_if_it_never_ran(tmp_path, monkeypatch):
    """Half a migration is taken back, and the catalog stays usable for the version that it has."""
    warehouse, catalog = opened(tmp_path)
    monkeypatch.setattr(catalogs, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE extra (x INTEGER); SELECT no_such_thing"))
    with pytest.raises(StorageError):
        Catalog(warehouse.catalog, warehouse.root).migrate()
    assert catalog.query("SELECT version FROM schema_version") == [(SCHEMA_VERSION,)]
    assert "extra" not in tables(catalog)


def test_a_catalog_of_a_newer_version_is_refused(tmp_path):
    """Neither a build nor a reader touches what it does not understand; the message says what to do."""
    warehouse, catalog = opened(tmp_path)
    with duckdb.connect(warehouse.catalog) as connection:
        connection.execute("UPDATE schema_version SET version = ?", [SCHEMA_VERSION + 2])
    for use in (catalog.migrate, catalog.reading().__enter__):
        said = rf"newer Tracemill \(schema {SCHEMA_VERSION + 2}, this one knows {SCHEMA_VERSION}\)"
        with pytest.raises(CatalogError, match=said) as caught:
            use()
        assert "upgrade Tracemill, or move the file away and run `tracemill catalog rebuild`" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no database\n" * 1000, bytes(20_000)])
def test_a_file_that_is_no_database_is_named(tmp_path, content):
    """The message says what to do, and comes at once, also in a folder whose name speaks of locks."""
    warehouse = open_warehouse(tmp_path / "blocks locked")
    warehouse.catalog.write_bytes(content)
    catalog = Catalog(warehouse.catalog, warehouse.root, wait_s=3600)
    for use in (catalog.migrate, catalog.reading().__enter__):
        with pytest.raises(CatalogError) as caught:
            use()
        assert str(warehouse.catalog) in str(caught.value)
        assert REBUILD in str(caught.value)


def test_a_database_of_somebody_else_is_not_read(tmp_path):
    """A DuckDB file without our tables is told apart from an empty catalog."""
    warehouse = open_warehouse(tmp_path)
    with duckdb.connect(warehouse.catalog) as connection:
        connection.execute("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(CatalogError, match="not a catalog of Tracemill"):
        Catalog(warehouse.catalog, warehouse.root).reading().__enter__()


def test_without_a_catalog_there_is_nothing_to_read(tmp_path):
    """Looking never makes a catalog."""
    warehouse = open_warehouse(tmp_path)
    with pytest.raises(CatalogError, match="no catalog here; run a build or `tracemill catalog rebuild`"):
        Catalog(warehouse.catalog, warehouse.root).reading().__enter__()
    assert not warehouse.catalog.exists()


HOLD = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    print("holding", flush=True)
    sys.stdin.readline()
"""


def test_another_process_that_holds_the_catalog_is_named(tmp_path):
    """After the time that it is given, the error names file and process; nothing was changed."""
    warehouse, catalog = opened(tmp_path)
    impatient = Catalog(warehouse.catalog, warehouse.root, wait_s=0.2)
    with python(HOLD, warehouse.catalog) as holder:
        line_of(holder)
        for use in (lambda: impatient.put_run(a_run()), impatient.reading().__enter__):
            with pytest.raises(WarehouseBusyError, match=r"another process has held the catalog for 0\.2 s") as caught:
                use()
            assert f"PID {holder.pid}" in str(caught.value)
            assert str(warehouse.catalog) in str(caught.value)
    assert catalog.query("SELECT count(*) FROM runs") == [(0,)]


def test_a_catalog_in_use_is_waited_for(tmp_path):
    """A call that comes while another process works gets its turn as soon as that one is done."""
    warehouse, catalog = opened(tmp_path)
    with python(HOLD, warehouse.catalog) as holder, ThreadPoolExecutor() as threads:
        line_of(holder)
        waiting = threads.submit(catalog.put_run, a_run())
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        holder.stdin.write("\n")
        holder.stdin.flush()
        waiting.result(timeout=HANGS_S)
    assert catalog.query("SELECT run_id FROM runs") == [("run-1",)]


def test_those_who_write_wait_until_a_reader_has_closed_the_file(tmp_path):
    """Readers share it; who waits too long is told so."""
    warehouse, catalog = opened(tmp_path)
    impatient = Catalog(warehouse.catalog, warehouse.root, wait_s=0.1)
    said = r"another process of Tracemill has held the catalog for 0\.1 s"
    with (
        catalog.reading(),
        alone(warehouse.catalog, warehouse.root, 0.1, read_only=True),
        pytest.raises(WarehouseBusyError, match=said),
    ):
        impatient.put_run(a_run())
    impatient.put_run(a_run())
    assert catalog.query("SELECT run_id FROM runs") == [("run-1",)]


def test_a_warehouse_that_cannot_be_written_is_read_all_the_same(tmp_path, monkeypatch):
    """No lock is needed where nobody can write."""
    _, catalog = opened(tmp_path)
    catalog.put_run(a_run())
    shutil.rmtree(tmp_path / "locks")
    refused = OSError(errno.EROFS, "read-only")
    monkeypatch.setattr(Path, "mkdir", Mock(side_effect=refused))
    with catalog.reading() as connection:
        assert connection.execute("SELECT run_id FROM runs").fetchall() == [("run-1",)]
    with pytest.raises(StorageError, match="the file system is read-only"):
        catalog.put_run(a_run(2))


WRITE = """
import sys
from pathlib import Path
from tests.data.small_warehouse import a_run, opened, problem, put_shard
warehouse, catalog = opened(Path(sys.argv[1]))
number = int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for step in range(3):
    put_shard(warehouse, catalog, [problem(100 * number + step)], dataset=f"set-{number}")
    catalog.put_run(a_run(100 * number + step))
"""


def test_several_processes_that_write_lose_nothing(tmp_path):
    """Three builds register shards and runs at the same time; each row is there exactly once."""
    _, catalog = opened(tmp_path)
    with ExitStack() as stack:
        writers = [stack.enter_context(python(WITHOUT_PANDAS + WRITE, tmp_path, number)) for number in range(3)]
        for writer in writers:
            line_of(writer)
        for writer in writers:
            writer.stdin.write("\n")
            writer.stdin.flush()
        assert [writer.wait(timeout=HANGS_S) for writer in writers] == [0, 0, 0]
    counts = {name: len(rows) for name, rows in tables(catalog).items()}
    assert counts == {
        "problems": 9,
        "samples": 36,
        "verdicts": 36,
        "decisions": 0,
        "votes": 0,
        "traces": 18,
        "outcomes": 27,
        "shards": 27,
        "soft_targets": 0,
        "runs": 9,
        "versions": 0,
        "schema_version": 1,
    }
    assert len(set(catalog.query("SELECT run_id FROM runs"))) == 9


def test_several_threads_may_use_one_catalog(tmp_path):
    """The shards of a build are registered from threads, while the progress reads."""
    warehouse, catalog = opened(tmp_path)

    def work(number):
        put_shard(warehouse, catalog, [problem(number)])
        with catalog.reading() as connection:
            return connection.execute("SELECT count(*) FROM problems").fetchone()[0] > 0

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(8)))
    assert len(catalog.query("SELECT * FROM samples")) == 32


DIE = """
import os, sys
from pathlib import Path
from tests.data.small_warehouse import a_run, opened
warehouse, catalog = opened(Path(sys.argv[1]))
catalog.put_run(a_run(1))
with catalog._connect() as connection:
    for number in range(2, 6):
        connection.execute("INSERT INTO runs (run_id) VALUES (?)", [f"run-{number}"])
    connection.execute("BEGIN")
    connection.execute("INSERT INTO runs (run_id) VALUES ('half')")
    os.kill(os.getpid(), 9)
"""


def test_a_catalog_survives_a_killed_writer(tmp_path):
    """After kill -9 with a log of changes beside the file, readers and writers see what was committed, no more."""
    with python(DIE, tmp_path) as writer:
        assert writer.wait() == -9
    warehouse = open_warehouse(tmp_path)
    assert (tmp_path / "catalog.duckdb.wal").exists()
    catalog = Catalog(warehouse.catalog, warehouse.root)
    expected = [(f"run-{number}",) for number in range(1, 6)]
    with catalog.reading() as connection:
        assert connection.execute("SELECT run_id FROM runs ORDER BY 1").fetchall() == expected
    catalog.migrate()
    assert catalog.query("SELECT run_id FROM runs ORDER BY 1") == expected


def test_registering_again_doubles_nothing(tmp_path):
    """A shard that is known already is passed over, also inside one call."""
    warehouse, catalog = opened(tmp_path)
    written = put_shard(warehouse, catalog, [problem(1), problem(2)])
    before = tables(catalog)
    catalog.register_shards(written)
    assert tables(catalog) == before
    assert len(before["samples"]) == 8


def test_rows_that_two_shards_share_are_indexed_once(tmp_path):
    """Two datasets that hold the same problem make one row of it."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1), problem(2)])
    put_shard(warehouse, catalog, [problem(2), problem(3)], dataset="other")
    assert len(catalog.query("SELECT * FROM problems")) == 3
    assert len(catalog.query("SELECT * FROM samples")) == 12


def test_long_texts_stay_in_the_files(tmp_path):
    """The catalog is an index: questions and completions are not copied into it."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(n, question=f"{n} " + "long " * 10_000) for n in range(3)])
    columns = {row[0] for row in catalog.query("SELECT column_name FROM duckdb_columns()")}
    assert columns.isdisjoint({"question", "completion", "reasoning"})


@pytest.mark.parametrize("name", ["source=elsewhere", "a [1] b*", "it's a", "кат"])
def test_a_warehouse_may_lie_anywhere(tmp_path, name):
    """Names of folders are taken as they are: no partition, no pattern, no SQL."""
    warehouse, catalog = opened(tmp_path / name)
    problems = [problem(n) for n in range(2)]
    put_shard(warehouse, catalog, problems)
    assert catalog.query("SELECT DISTINCT source FROM problems") == [("made",)]
    assert survey_of(catalog, problems).samples == 8


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbled"])
def test_a_shard_that_cannot_be_indexed_is_named(tmp_path, damage):
    """The error is about the Parquet file, not about the catalog, and nothing of it is indexed."""
    warehouse, catalog = opened(tmp_path)
    written = put_shard(warehouse, catalog, [problem(n, question=f"{n * 7919:0300d}") for n in range(100)])
    path = tmp_path / written[1].path
    content = path.read_bytes()
    damaged = {"empty": b"", "cut": content[:-100], "garbled": content[:4] + b"\xff" * 1500 + content[1504:]}
    path.unlink() if damage == "missing" else path.write_bytes(damaged[damage])
    fresh = Catalog(tmp_path / "fresh.duckdb", tmp_path)
    fresh.migrate()
    with pytest.raises(StorageError, match=r"restore it, or delete it with the \.json beside it") as caught:
        fresh.register_shards(written)
    assert str(caught.value).startswith(f"{path}: ")
    assert not isinstance(caught.value, CatalogError)
    assert fresh.query("SELECT count(*) FROM shards") == [(0,)]


def test_forgotten_shards_take_their_rows_with_them(tmp_path):
    """Only the rows of that shard go."""
    warehouse, catalog = opened(tmp_path)
    first = put_shard(warehouse, catalog, [problem(1)])
    put_shard(warehouse, catalog, [problem(2)])
    catalog.forget_shards("samples", [first[1].shard_id])
    assert len(catalog.query("SELECT * FROM samples")) == 4
    assert first[1].shard_id not in catalog.shard_ids("samples", DATASET)
    assert len(catalog.shard_ids("problems", DATASET)) == 2
    counted = survey_of(catalog, [problem(1), problem(2)], request())
    assert (counted.problems, counted.samples) == (2, 4)


def test_a_run_is_replaced_as_it_goes_on(tmp_path):
    """One row for each run, with its last state."""
    _, catalog = opened(tmp_path)
    catalog.put_run(a_run(1))
    catalog.put_run(a_run(1, state="published", seconds=2.5, message='it\'s "done"; DROP TABLE runs'))
    assert catalog.query("SELECT state, seconds, message FROM runs") == [
        ("published", 2.5, 'it\'s "done"; DROP TABLE runs')
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM runs",
        "CREATE TABLE x (y INTEGER)",
        "COPY runs TO '{folder}/stolen.csv'",
        "SELECT * FROM read_text('{folder}/secret.txt')",
        "SELECT * FROM '{folder}/secret.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "SET enable_external_access = true",
    ],
)
def test_peoples_own_sql_reaches_the_catalog_and_nothing_else(tmp_path, statement):
    """A query neither changes the catalog nor reads or writes files of the machine."""
    _, catalog = opened(tmp_path / "w")
    catalog.put_run(a_run())
    for name in ("secret.txt", "secret.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    with catalog.reading() as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv", "secret.txt", "w"]
    assert catalog.query("SELECT run_id FROM runs") == [("run-1",)]


def test_a_mistake_in_peoples_own_sql_is_not_blamed_on_the_catalog(tmp_path):
    """DuckDB's own words come through, for the command to show."""
    _, catalog = opened(tmp_path)
    with pytest.raises(duckdb.Error, match="no_such_table"), catalog.reading() as connection:
        connection.execute("SELECT * FROM no_such_table")


def test_a_query_that_needs_too_much_memory_says_so(tmp_path):
    """The catalog's own limit is named, rather than a damaged file; the next query works."""
    _, catalog = opened(tmp_path)
    with pytest.raises(StorageError, match=r"catalog\.duckdb: the query needs more memory than it may take") as caught:
        catalog.query("SELECT len(list(range::VARCHAR || repeat('x', 100))) FROM range(5000000)")
    assert not isinstance(caught.value, CatalogError)
    assert catalog.query("SELECT 1") == [(1,)]

"""Pass rates and traces of the catalog follow the verdicts, in whatever order files are registered."""

import itertools

import duckdb
import pytest

from data import catalog as catalogs
from data import derived as derived_tables
from data.catalog import Catalog
from data.migrations import DERIVED_SINCE, MIGRATIONS
from data.records import Status
from tests.data.small_warehouse import VERDICTS, opened, problem, put_shard, tables

STRICTER = (Status.CORRECT, Status.INCORRECT, Status.INCORRECT, Status.INCORRECT)


def derived(catalog):
    """Return what is derived."""
    return (
        catalog.query("SELECT problem_id, verdict_set, n_samples, n_accepted, pass_rate FROM problems ORDER BY ALL"),
        catalog.query("SELECT * EXCLUDE (tags) FROM traces ORDER BY ALL"),
        catalog.query("SELECT * FROM outcomes ORDER BY ALL"),
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_registration_does_not_matter(tmp_path, order):
    """Problems, samples and verdicts in any order, one at a time, give the same."""
    warehouse, catalog = opened(tmp_path / "one")
    shards = put_shard(warehouse, catalog, [problem(1), problem(2)])
    other = Catalog(tmp_path / "other.duckdb", warehouse.root)
    other.migrate()
    for number in order:
        other.register_shards([shards[number]])
    assert derived(other) == derived(catalog)
    assert len(catalog.query("FROM traces")) == 4


def test_the_newest_verdict_set_counts(tmp_path):
    """Judged again, a problem has the pass rate of the new verdicts; without them the old one is back."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)])
    before = derived(catalog)
    assert before[0][0][1:] == (VERDICTS, 4, 2, pytest.approx(2 / 3))
    *_, verdicts = put_shard(warehouse, catalog, [problem(1)], statuses=STRICTER, verdict_set="new")
    assert derived(catalog)[0][0][1:] == ("new", 4, 1, 0.25)
    assert catalog.query("SELECT count(*) FROM traces") == [(1,)]
    catalog.forget_shards("verdicts", [verdicts.shard_id])
    assert derived(catalog) == before


def test_what_is_forgotten_counts_no_more(tmp_path):
    """Without verdicts there is no pass rate and no trace."""
    warehouse, catalog = opened(tmp_path)
    *_, verdicts = put_shard(warehouse, catalog, [problem(1)])
    catalog.forget_shards("verdicts", [verdicts.shard_id])
    assert derived(catalog) == ([(problem(1).problem_id, None, 0, 0, None)], [], [])


def test_tokens_are_counted_by_status(tmp_path):
    """Each sample once, with the verdict that came last, and under the source that its problem was given last."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)])
    put_shard(warehouse, catalog, [problem(1, source="renamed")], statuses=STRICTER, verdict_set="new")
    counted = "source, status, verdict_set, samples, prompt_tokens, cached_tokens, completion_tokens"
    assert catalog.query(f"SELECT {counted} FROM outcomes ORDER BY status") == [  # noqa: S608
        ("renamed", "correct", "new", 1, 10, 0, 5),
        ("renamed", "incorrect", "new", 3, 30, 0, 6 + 7 + 8),
    ]


def test_shards_that_share_rows_are_indexed_together(tmp_path):
    """Of a row that stands in two of them the first stays, as if they had come one after the other."""
    warehouse, catalog = opened(tmp_path / "one")
    shards = put_shard(warehouse, catalog, [problem(1), problem(2)], dataset="first")
    shards += put_shard(warehouse, catalog, [problem(2), problem(3)], dataset="second")
    other = Catalog(tmp_path / "other.duckdb", warehouse.root)
    other.migrate()
    other.register_shards(shards)
    assert tables(other) == tables(catalog)
    assert other.query("SELECT count(*) FROM samples") == [(12,)]


def test_many_rows_are_indexed_a_part_at_a_time(tmp_path, monkeypatch):
    """What memory does not hold at once comes to the same."""
    warehouse, catalog = opened(tmp_path / "one")
    shards = [shard for n in range(4) for shard in put_shard(warehouse, catalog, [problem(n), problem(n + 1)])]
    monkeypatch.setattr(catalogs, "ROWS_TOGETHER", 9)
    other = Catalog(tmp_path / "other.duckdb", warehouse.root)
    other.migrate()
    other.register_shards(shards)
    assert tables(other) == tables(catalog)


def test_an_older_catalog_gets_them(tmp_path, monkeypatch):
    """Brought to the new schema, some problems at a time, a catalog has what a new one has."""
    monkeypatch.setattr(derived_tables, "_PROBLEMS_TOGETHER", 1)
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1), problem(2)])
    with duckdb.connect(warehouse.catalog) as connection:
        connection.execute("UPDATE samples SET cached_tokens = NULL")  # which the older schema did not know
    expected = tables(catalog)
    old = tmp_path / "old.duckdb"
    with duckdb.connect(old) as connection:
        for migration in MIGRATIONS[: DERIVED_SINCE - 1]:
            connection.execute(migration)
        connection.execute("CREATE TABLE schema_version AS SELECT ? AS version", [DERIVED_SINCE - 1])
        connection.execute(f"ATTACH '{warehouse.catalog}' AS new (READ_ONLY)")
        for table in ("shards", "samples", "verdicts"):
            columns = ", ".join(f'"{row[0]}"' for row in connection.execute(f"DESCRIBE {table}").fetchall())
            connection.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM new.{table}")  # noqa: S608
        kept = "* EXCLUDE (verdict_set, n_samples, n_accepted, pass_rate)"
        connection.execute(f"INSERT INTO problems BY NAME SELECT {kept} FROM new.problems")  # noqa: S608
    migrated = Catalog(old, warehouse.root)
    migrated.migrate()
    assert tables(migrated) == expected

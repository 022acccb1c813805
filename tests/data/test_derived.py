"""Pass rates and traces of the catalog follow the verdicts, in whatever order files are registered."""

import itertools

import duckdb
import pytest

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
    assert derived(catalog) == ([(problem(1).problem_id, None, 0, 0, None)], [])


def test_an_older_catalog_gets_them(tmp_path):
    """Brought to the new schema, a catalog has what a new one has."""
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

"""The queries that the documentation shows answer, and the tables have the columns that it names."""

import re
from pathlib import Path

import pytest

from data.catalog import Catalog
from data.recovery import write_run
from data.shards import write_shard
from tests.builds import REPOSITORY
from tests.data.small_warehouse import DATASET, a_run, opened, problem, publish, put_shard

TABLES = (REPOSITORY / "docs" / "warehouse.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", (REPOSITORY / "docs" / "queries.md").read_text(encoding="utf-8"), re.DOTALL)

OTHERS = {"outcomes", "soft_targets", "votes", "shards", "runs", "versions"}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The catalog of a warehouse with a run, a version, and a problem that was never solved."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("queried"))
    problems = [problem(n, source=f"source {n % 2}", tags=("x",)) for n in range(4)]
    put_shard(warehouse, catalog, problems[:3])
    put_shard(warehouse, catalog, problems[3:], statuses=("incorrect",))
    write_run(warehouse, catalog, a_run(state="published", seconds=2.0, new_samples=16))
    decision = {"decision_id": "d", "problem_id": problems[0].problem_id, "policy": "adaptive", "round": 1}
    catalog.register_shards([write_shard(warehouse, "decisions", DATASET, "run-1", [decision], ["d"])])
    soft = {"sample_id": "s", "problem_id": problems[0].problem_id, "text_hash": "h", "k": 5, "tokens": 7}
    catalog.register_shards([write_shard(warehouse, "soft_targets", DATASET, "run-1", [soft], ["s h"])])
    vote = {"vote_id": "v", "problem_id": problems[0].problem_id, "outcome": "suspect", "votes": 6, "voters": 8}
    catalog.register_shards([write_shard(warehouse, "votes", DATASET, "run-1", [vote], ["v"])])
    version = publish(warehouse, catalog, problems)
    catalog.put_version(version.row(f"datasets/{DATASET}/{version.folder}"))
    return catalog


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n")[0][:60])
def test_a_documented_query_answers(query: str, catalog: Catalog) -> None:
    """On a warehouse that has everything, each has rows to show."""
    with catalog.reading() as connection:
        assert connection.execute(query).fetchall()


def test_there_are_queries_for_every_table() -> None:
    """Each documented table is asked at least once."""
    tables = set(re.findall(r"^\| `(\w+)` \| [^|]+ \| `[^`]+` \|$", TABLES, re.MULTILINE))
    assert tables == {"problems", "samples", "verdicts", "traces", "decisions"} | OTHERS
    for table in tables:
        assert any(re.search(rf"(FROM|JOIN) {table}\b", query) for query in QUERIES), table


def test_pass_rates_follow_the_verdicts(catalog: Catalog) -> None:
    """Of correct, incorrect, correct and error, two of three are right; the error counts for neither."""
    with catalog.reading() as connection:
        rows = connection.execute("SELECT n_samples, n_accepted, pass_rate FROM problems ORDER BY ALL").fetchall()
        by_source = connection.execute("SELECT source, avg(pass_rate) FROM problems GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [(4, 0, 0.0), *[(4, 2, pytest.approx(2 / 3))] * 3]
    assert by_source == [("source 0", pytest.approx(2 / 3)), ("source 1", pytest.approx(1 / 3))]


def test_the_documented_columns_are_those_of_the_catalog(tmp_path: Path) -> None:
    """The table of tables says what is there."""
    catalog = Catalog(tmp_path / "catalog.duckdb", tmp_path)
    catalog.migrate()
    for table, columns in re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|$", TABLES, re.MULTILINE):
        there = [row[0] for row in catalog.query(f"DESCRIBE {table}")]
        named = [name.strip() for name in columns.split(",")]
        shown = there[: len(named) - 1] if named[-1] == "…" else there
        assert [name for name in named if name != "…"] == shown

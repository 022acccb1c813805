"""The queries that the documentation shows answer."""

import re
from pathlib import Path

import pytest

from data.catalog import Catalog
from data.warehouse import Warehouse
from tests.builds import REPOSITORY

PAGE = (REPOSITORY / "docs" / "warehouse.md").read_text(encoding="utf-8")
BLOCK = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)
QUERIES = [query.strip() for query in (BLOCK[1] if BLOCK else "").split(";") if query.strip()]


@pytest.mark.parametrize("query", QUERIES)
def test_a_documented_query_answers(query: str, tmp_path: Path) -> None:
    """It names only tables and columns that the catalog has."""
    warehouse = Warehouse(tmp_path)
    catalog = Catalog(warehouse.catalog, warehouse.root)
    catalog.migrate()
    with catalog.reading() as connection:
        assert connection.execute(query).description


def test_the_documented_columns_are_those_of_the_catalog(tmp_path: Path) -> None:
    """The table of tables says what is there."""
    catalog = Catalog(tmp_path / "catalog.duckdb", tmp_path)
    catalog.migrate()
    for table, columns in re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|$", PAGE, re.MULTILINE):
        there = [row[0] for row in catalog.query(f"DESCRIBE {table}")]
        named = [name.strip() for name in columns.split(",")]
        shown = there[: len(named) - 1] if named[-1] == "…" else there
        assert [name for name in named if name != "…"] == shown

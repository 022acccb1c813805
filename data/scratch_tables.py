"""DuckDB files that belong to one process and are thrown away with it: what memory should not hold."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.duckdb_errors import storage_error
from data.files import storage_errors


class ScratchTables:
    """Tables in a file of their own; errors of the disk come as `StorageError` naming the file."""

    def __init__(self, path: Path, memory_limit: str = "256MB") -> None:
        """Open a new file at `path`; what does not fit into `memory_limit` is kept beside it on disk."""
        self._path = path
        with self._errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            settings: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": memory_limit,
                "threads": "2",
                "preserve_insertion_order": False,
            }
            self._connection = duckdb.connect(path, config=settings)

    def execute(self, sql: str, parameters: Sequence[object] = (), **tables: pa.Table) -> None:
        """Run a statement, with Arrow `tables` to join against."""
        with self._errors(), self._registered(tables):
            self._connection.execute(sql, list(parameters))

    def query(self, sql: str, parameters: Sequence[object] = (), **tables: pa.Table) -> list[tuple[Any, ...]]:
        """Return all rows of a query, with Arrow `tables` to join against."""
        with self._errors(), self._registered(tables):
            return self._connection.execute(sql, list(parameters)).fetchall()

    def table(self, sql: str) -> pa.Table:
        """Return the rows of a query as an Arrow table."""
        with self._errors():
            return self._connection.sql(sql).to_arrow_table()

    def batches(self, sql: str, rows: int) -> Iterator[pa.Table]:
        """Yield the rows of a query, at most `rows` at a time; what is written meanwhile is not among them."""
        with self._errors(), self._connection.cursor() as cursor:
            reader: Any = cursor.sql(sql).to_arrow_reader(rows)
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def insert(self, table: str, rows: pa.Table) -> None:
        """Append rows to a table, by the names of their columns."""
        self.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming", incoming=rows)  # noqa: S608

    def close(self) -> None:
        """Close the file; the folder's owner removes it."""
        self._connection.close()

    @contextmanager
    def _registered(self, tables: Mapping[str, pa.Table]) -> Iterator[None]:
        for name, table in tables.items():
            self._connection.register(name, table)
        yield
        for name in tables:
            self._connection.unregister(name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with storage_errors(self._path):
                yield
        except duckdb.Error as error:
            raise storage_error(self._path, error) from error

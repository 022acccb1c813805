"""The DuckDB catalog: an index over the warehouse's files, which are the truth.

DuckDB lets one process at a time write a file, and shuts readers out meanwhile. So every call here
opens the file, does one thing and closes it, and waits its turn with jittered pauses (see `data.catalog_lock`).
"""

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from data.catalog_lock import alone, in_turn
from data.derived import derive, derive_all, forget_touched, touch
from data.duckdb_errors import is_about_query, is_in_use, storage_error
from data.errors import CatalogError, WarehouseBusyError
from data.files import storage_errors
from data.grouping import grouped
from data.migrations import DERIVED_SINCE, INDEXED_COLUMNS, MIGRATIONS, ROW_KEYS, SCHEMA_VERSION
from data.records import Record
from data.schemas import columns_of
from data.shards import SCHEMAS, ShardManifest, unreadable_shard

WAIT_S = 60.0
"""How long a call waits for another process to let go of the file."""
MEMORY_LIMIT = "64MB"
"""For the catalog's own work, which streams; people's queries get DuckDB's default."""
ROWS_TOGETHER = 32_768
"""Rows of shards that are indexed at once."""
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": MEMORY_LIMIT,
    "threads": "2",
    # Catalogs stay readable by the DuckDB 1.5 clients that people have installed.
    "storage_compatibility_version": "v1.5.0",
}


class RunRow(Record):
    """One execution of a build, as in `runs/RUN.json` and the `runs` table."""

    run_id: str
    dataset: str
    state: str
    """running, published, unchanged, failed, interrupted or killed."""
    started: str
    ended: str | None = None
    message: str | None = None
    config_hash: str
    version: int | None = None
    problems: int = 0
    samples: int = 0
    new_samples: int = 0
    accepted: int = 0
    problems_solved: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cached_tokens: int = 0
    wasted_tokens: int = 0
    """Completion tokens of samples that were not accepted."""
    teacher_seconds: float = 0.0
    """How long the teacher was held, by the clock, in this run."""
    gpu_hours: float = 0.0
    """Of all runs of the dataset until the end of this one; so are the costs."""
    cost: float | None = None
    cost_per_accepted: float | None = None
    stopped: str | None = None
    """The budget that ended the run before its work was done."""

    @classmethod
    def begun(cls, dataset: str, config_hash: str) -> Self:
        """Return the record of a run that begins now, under an id of its own."""
        now = datetime.now(UTC)
        return cls(
            run_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            dataset=dataset,
            state="running",
            started=now.isoformat(timespec="milliseconds"),
            config_hash=config_hash,
        )


class VersionRow(Record):
    """One published version, as in the `versions` table."""

    dataset: str
    version: int
    path: str
    created: str
    run_id: str
    fingerprint: str
    config_hash: str
    verifier: str
    teacher: str
    problems: int
    problems_solved: int
    samples: int
    accepted: int
    traces: int
    bytes: int


class Catalog:
    """The catalog of one warehouse; methods may be called from any thread."""

    def __init__(self, path: Path, root: Path, wait_s: float = WAIT_S) -> None:
        self.path = path
        self._root = root
        self._wait_s = wait_s
        # DuckDB refuses two connections with different settings in one process.
        self._turn = threading.Lock()

    def migrate(self) -> None:
        """Create the catalog or bring it to this version's schema.

        Raises `CatalogError` for a catalog of a newer version.
        """
        with self._connect() as connection:
            seen = self._schema_version(connection)
            if seen == 0:
                connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)")
            for number, migration in enumerate(MIGRATIONS[seen:], start=seen + 1):
                connection.execute("BEGIN")
                connection.execute(migration)
                if 0 < seen < DERIVED_SINCE and number == len(MIGRATIONS):
                    derive_all(connection)
                connection.execute("DELETE FROM schema_version")
                connection.execute("INSERT INTO schema_version VALUES (?)", [number])
                connection.execute("COMMIT")

    def register_shards(self, shards: Sequence[ShardManifest]) -> None:
        """Index committed shards; rows that are known already are passed over."""
        with self._transaction() as connection:
            known = set(connection.execute("SELECT kind, shard_id FROM shards").fetchall())
            forget_touched(connection)
            fresh = {(shard.kind, shard.shard_id): shard for shard in shards}
            for together in _together([shard for key, shard in fresh.items() if key not in known]):
                self._register(connection, together)
                if (kind := together[0].kind) != "decisions":
                    touch(connection, "incoming", samples=kind == "samples")
            derive(connection)

    def forget_shards(self, kind: str, shard_ids: Iterable[str]) -> None:
        """Drop shards whose files are gone."""
        with self._transaction() as connection:
            forget_touched(connection)
            for shard_id in shard_ids:
                connection.execute(
                    f"INSERT INTO touched SELECT DISTINCT problem_id FROM {kind} WHERE shard_id = ?",  # noqa: S608
                    [shard_id],
                )
                connection.execute(f"DELETE FROM {kind} WHERE shard_id = ?", [shard_id])  # noqa: S608
                connection.execute("DELETE FROM shards WHERE kind = ? AND shard_id = ?", [kind, shard_id])
            derive(connection)

    def shard_ids(self, kind: str, dataset: str) -> set[str]:
        """Return the ids of all indexed shards of a dataset."""
        sql = "SELECT shard_id FROM shards WHERE kind = ? AND dataset = ?"
        return {row[0] for row in self.query(sql, [kind, dataset])}

    def forget_versions(self, dataset: str, versions: Iterable[int]) -> None:
        """Drop versions whose folders are gone."""
        with self._transaction() as connection:
            for version in versions:
                connection.execute("DELETE FROM versions WHERE dataset = ? AND version = ?", [dataset, version])

    def put_run(self, run: RunRow) -> None:
        """Insert or replace a run."""
        self._put("runs", {"run_id": run.run_id}, run)

    def put_version(self, version: VersionRow) -> None:
        """Insert or replace a version."""
        self._put("versions", {"dataset": version.dataset, "version": version.version}, version)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query of ours."""
        with self._connect() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def lookup(self, queries: Mapping[str, str], **tables: pa.Table) -> dict[str, list[tuple[Any, ...]]]:
        """Run several queries in one turn, with Arrow `tables` to join against."""
        with self._connect() as connection:
            for name, table in tables.items():
                connection.register(name, table)
            return {name: connection.execute(sql).fetchall() for name, sql in queries.items()}

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the catalog read-only, for people's own SQL; files of the host stay out of its reach."""
        if not self.path.exists():
            raise CatalogError(f"{self.path}: no catalog here; run a build or `tracemill catalog rebuild`")
        with self._connect(read_only=True) as connection:
            if self._schema_version(connection) == 0:
                raise CatalogError(f"{self.path}: not a catalog of Tracemill; run `tracemill catalog rebuild`")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection

    def _register(self, connection: duckdb.DuckDBPyConnection, shards: Sequence[ShardManifest]) -> None:
        """Index shards of one kind; of rows that come twice the first stays."""
        kind, keys = shards[0].kind, ROW_KEYS[shards[0].kind]
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *, 0 AS place FROM {kind} LIMIT 0"  # noqa: S608
        )
        for place, shard in enumerate(shards):
            source = str(self._root / shard.path)
            try:
                connection.execute(
                    f"INSERT INTO incoming BY NAME SELECT {_columns_there(shard)}, ? AS shard_id, ? AS place "  # noqa: S608
                    "FROM read_parquet(?, hive_partitioning = false)",
                    [shard.shard_id, place, source],
                )
            except duckdb.Error as error:
                if str(self.path) in str(error) or isinstance(error, duckdb.OutOfMemoryException):
                    raise
                raise unreadable_shard(source, error) from error
        if len(shards) > 1:
            connection.execute(
                f"DELETE FROM incoming WHERE rowid IN (SELECT rowid FROM incoming "  # noqa: S608
                f"QUALIFY place > min(place) OVER (PARTITION BY {keys}))"
            )
        # The table is streamed past the few new rows, never the other way round: memory stays flat.
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE known AS SELECT {keys} FROM {kind} "  # noqa: S608
            f"SEMI JOIN incoming USING ({keys})"
        )
        connection.execute(
            f"INSERT INTO {kind} BY NAME SELECT * EXCLUDE (place) FROM incoming ANTI JOIN known USING ({keys})"  # noqa: S608
        )
        for shard in shards:
            _insert(connection, "shards", shard)

    def _put(self, table: str, key: Mapping[str, object], row: Record) -> None:
        condition = " AND ".join(f"{name} = ?" for name in key)
        with self._transaction() as connection:
            connection.execute(f"DELETE FROM {table} WHERE {condition}", list(key.values()))  # noqa: S608
            _insert(connection, table, row)

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connect() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        held = alone(self.path, self._root, self._wait_s, read_only=read_only)
        with self._turn, storage_errors(self.path), held:
            connection = self._wait_for_file(read_only)
            try:
                yield connection
            except duckdb.Error as error:
                if read_only and is_about_query(error):
                    raise
                raise storage_error(self.path, error) from error
            finally:
                connection.close()

    def _wait_for_file(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        config = {} if read_only else _SETTINGS
        try:
            return in_turn(
                lambda: duckdb.connect(self.path, read_only=read_only, config=config), _is_held, self._wait_s
            )
        except duckdb.Error as error:
            if not is_in_use(error):
                raise storage_error(self.path, error) from error
            raise WarehouseBusyError(
                f"{self.path}: another process has held the catalog for {self._wait_s:g} s: {error}"
            ) from error

    def _schema_version(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Return how many migrations the catalog has seen; raises `CatalogError` for a newer one."""
        try:
            row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
        except duckdb.CatalogException:  # a new file, or one that is not ours
            return 0
        seen = int(row[0]) if row and row[0] is not None else 0
        if seen > SCHEMA_VERSION:
            raise CatalogError(
                f"{self.path}: written by a newer Tracemill (schema {seen}, this one knows {SCHEMA_VERSION}); "
                "upgrade Tracemill, or move the file away and run `tracemill catalog rebuild`"
            )
        return seen


def _is_held(error: Exception) -> bool:
    return isinstance(error, duckdb.Error) and is_in_use(error)


def _together(shards: Sequence[ShardManifest]) -> Iterator[list[ShardManifest]]:
    """Yield shards of one kind at a time, in the order of their kinds, as many as memory can hold the rows of."""
    for kind in dict.fromkeys(shard.kind for shard in shards):
        yield from grouped((shard for shard in shards if shard.kind == kind), attrgetter("rows"), ROWS_TOGETHER)


def _columns_there(shard: ShardManifest) -> str:
    """Return the columns to index, without those that a shard of an earlier version lacks."""
    schema = SCHEMAS[shard.kind]
    later = set(schema.names).difference(columns_of(shard.kind, schema, shard.schema_version).names)
    return ", ".join(name for name in INDEXED_COLUMNS[shard.kind].split(", ") if name not in later)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Record) -> None:
    values = row.model_dump(mode="json")
    columns = ", ".join(f'"{name}"' for name in values)
    places = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(values.values()))  # noqa: S608

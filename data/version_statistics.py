"""What a version's card shows: counts and histograms, made from its files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from data.duckdb_errors import storage_error
from data.records import Record

RATE_BINS = 10
MOST_SINGLE_RATES = 32
"""Samples of a problem up to which every possible pass rate has a bar of its own."""
TOKEN_BINS = 24
_SHOWN = 20
_QUANTILES = "SELECT quantile_disc(completion_tokens, [0.05, 0.5, 0.95]), max(completion_tokens) FROM traces"


class Bin(Record):
    """A bar of a histogram: `low` inclusive, `high` exclusive but in the last one."""

    low: float
    high: float
    count: int


class Group(Record):
    """Traces of one source, licence or tag."""

    name: str
    problems: int
    traces: int
    pass_rate: float | None
    """Mean over its traces' problems."""


class VersionStatistics(Record):
    """Counts over the traces of all splits, and pass rates over all problems that were chosen from."""

    tokens: tuple[Bin, ...]
    """Completion tokens of traces."""
    token_quantiles: dict[str, float]
    """`p05`, `p50`, `p95`, `max`."""
    pass_rates: tuple[Bin, ...]
    by_source: tuple[Group, ...]
    by_license: tuple[Group, ...]
    by_tag: tuple[Group, ...]


def version_statistics(folder: Path, files: Sequence[str], problems: str) -> VersionStatistics:
    """Count what stands in a version's files; `files` and `problems` are relative to `folder`."""
    traces = [str(folder / name) for name in files]
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "192MB",
        "threads": "2",
        "temp_directory": str(folder.parent / "statistics.tmp"),
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        try:
            connection.execute(
                "CREATE TABLE traces AS SELECT problem_id, source, license, tags, pass_rate, completion_tokens "
                "FROM read_parquet(?, hive_partitioning = false)",
                [traces],
            )
            low, high = _rows(connection, "SELECT min(completion_tokens), max(completion_tokens) FROM traces")[0]
            quantiles = _rows(connection, _QUANTILES)[0]
            width = max(1, -(-(high + 1 - low) // TOKEN_BINS))
            tokens = _rows(
                connection, "SELECT (completion_tokens - ?) // ?, count(*) FROM traces GROUP BY ALL", [low, width]
            )
            return VersionStatistics(
                tokens=_bins(dict(tokens), low, width, -(-(high + 1 - low) // width)),
                token_quantiles=dict(zip(("p05", "p50", "p95", "max"), [*quantiles[0], quantiles[1]], strict=True)),
                pass_rates=_rates(connection, str(folder / problems)),
                by_source=_groups(connection, "source"),
                by_license=_groups(connection, "license"),
                by_tag=_groups(connection, "unnest(tags)"),
            )
        except duckdb.Error as error:
            raise storage_error(folder, error) from error


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    return connection.execute(sql, list(parameters)).fetchall()


def _rates(connection: duckdb.DuckDBPyConnection, problems: str) -> tuple[Bin, ...]:
    """Return how many problems have which pass rate.

    Where all were asked alike, so that there are few possible rates, each has a bar around it: tenths would leave gaps
    where no rate can be.
    """
    known = "FROM read_parquet(?) WHERE pass_rate IS NOT NULL"
    fewest, most = _rows(connection, f"SELECT min(n_samples), max(n_samples) {known}", [problems])[0]
    if most is not None and fewest == most <= MOST_SINGLE_RATES:
        count, width, low = most + 1, 1 / most, -0.5 / most
    else:
        count, width, low = RATE_BINS, 1 / RATE_BINS, 0.0
    rates = _rows(
        connection,
        f"SELECT least(floor((pass_rate - ?) / ?), ?)::INTEGER, count(*) {known} GROUP BY ALL",
        [low, width, count - 1, problems],
    )
    return _bins(dict(rates), low, width, count)


def _bins(counts: dict[int, int], low: float, width: float, count: int) -> tuple[Bin, ...]:
    return tuple(
        Bin(low=round(low + n * width, 6), high=round(low + (n + 1) * width, 6), count=counts.get(n, 0))
        for n in range(count)
    )


def _groups(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[Group, ...]:
    rows = _rows(
        connection,
        "SELECT name, count(DISTINCT problem_id), count(*), avg(pass_rate) "  # noqa: S608 - our own words
        f"FROM (SELECT {name} AS name, * FROM traces) GROUP BY name ORDER BY 3 DESC, 1 LIMIT {_SHOWN}",
    )
    return tuple(Group(name=row[0], problems=row[1], traces=row[2], pass_rate=row[3]) for row in rows)

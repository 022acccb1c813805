"""The commands that look into a warehouse: `runs`, `datasets`, `sql`, `catalog rebuild`."""

import csv
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RUNS = """
SELECT run_id, dataset, state, version, problems, samples, new_samples, accepted, round(seconds) AS seconds, message
FROM runs ORDER BY started DESC LIMIT ?
"""
DATASETS = """
SELECT dataset, version, traces, accepted, problems_solved AS solved, problems, samples, teacher, verifier,
       bytes, created, path
FROM versions ORDER BY dataset, version
"""


PROBLEMS = """
SELECT problem_id, any_value(id) AS id, any_value(source) AS source, any_value(reference) AS reference,
       max(n_samples) AS samples, max(n_accepted) AS accepted, max(pass_rate) AS pass_rate
FROM problems GROUP BY problem_id ORDER BY max(pass_rate) NULLS LAST, problem_id LIMIT ?
"""
SUSPECTS = """
WITH newest AS (
    SELECT votes.* FROM votes JOIN (SELECT DISTINCT shard_id, created FROM shards WHERE kind = 'votes') USING (shard_id)
    QUALIFY row_number() OVER (PARTITION BY problem_id ORDER BY created DESC, voters DESC, vote_id) = 1
)
SELECT problem_id, any_value(p.id) AS id, any_value(p.source) AS source, any_value(p.reference) AS reference,
       any_value(answer) AS majority, any_value(votes) AS votes, any_value(voters) AS voters,
       any_value(accepted) AS agree_with_reference
FROM newest JOIN problems p USING (problem_id) WHERE outcome = 'suspect'
GROUP BY problem_id ORDER BY any_value(votes) / any_value(voters) DESC, problem_id LIMIT ?
"""


def add_warehouse(parser: ArgumentParser) -> None:
    """Declare `--warehouse` and `--format`."""
    parser.add_argument(
        "--warehouse", type=Path, default=Path("warehouse"), metavar="FOLDER", help="default: ./warehouse"
    )


def add_format(parser: ArgumentParser) -> None:
    """Declare `--format`."""
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="how rows are printed")


def runs(args: Namespace) -> int:
    """List the newest runs."""
    return _print_query(args, RUNS, [args.limit])


def datasets(args: Namespace) -> int:
    """List all published versions."""
    return _print_query(args, DATASETS, [])


def sql(args: Namespace) -> int:
    """Run a query on the catalog, read-only."""
    return _print_query(args, args.query, [])


def problems(args: Namespace) -> int:
    """List problems, the hardest first; with `--suspect` those whose reference a majority contradicts."""
    return _print_query(args, SUSPECTS if args.suspect else PROBLEMS, [args.limit])


def rebuild(args: Namespace) -> int:
    """Make the catalog anew from the manifests."""
    from data.recovery import rebuild_catalog  # noqa: PLC0415 - `--help` loads nothing of this
    from data.warehouse import existing_warehouse  # noqa: PLC0415

    warehouse = existing_warehouse(args.warehouse)
    counts = rebuild_catalog(warehouse)
    listed = ", ".join(f"{count:,} {table}" for table, count in counts.items())
    print(f"{warehouse.catalog}: rebuilt from the manifests with {listed}")
    return 0


def _print_query(args: Namespace, query: str, parameters: Sequence[object]) -> int:
    import duckdb  # noqa: PLC0415 - `--help` loads nothing of this

    from data.catalog import Catalog  # noqa: PLC0415
    from data.errors import InputError  # noqa: PLC0415
    from data.warehouse import existing_warehouse  # noqa: PLC0415

    warehouse = existing_warehouse(args.warehouse)
    with Catalog(warehouse.catalog, warehouse.root).reading() as connection:
        try:
            if not connection.extract_statements(query):
                raise InputError("the query is empty; such as: tracemill sql 'SELECT * FROM versions'")
            cursor = connection.execute(query, list(parameters))
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise InputError(f"the query failed: {error}") from error
    _print_rows(names, rows, args.format)
    return 0


def _print_rows(names: Sequence[str], rows: Sequence[tuple[Any, ...]], how: str) -> None:
    if how == "json":
        for row in rows:
            print(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str))
    elif how == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
    else:
        _print_table(names, rows)


def _print_table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - only tables need it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from flows.console import harmless  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, sample in zip(names, rows[0] if rows else names, strict=True):
        table.add_column(name, justify="right" if isinstance(sample, int | float) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else harmless(str(value))) for value in row))
    # Off a terminal nothing is folded: a program may read the lines.
    Console(highlight=False, width=None if sys.stdout.isatty() else 10_000).print(table)
    print(f"{len(rows):,} rows")

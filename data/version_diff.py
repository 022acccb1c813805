"""What changed from one version of a dataset to another, and why."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from data.catalog import Catalog
from data.records import Record, Status
from data.scratch_tables import ScratchTables
from data.versions import LEFT_OUT_FILE, VersionManifest, version_path
from data.warehouse import Warehouse

EXAMPLES = 5
"""Traces shown of each kind of change."""
NOT_COMPARED = ("trace_id", "problem_id", "sample_id", "verifier", "verifier_rule")
"""Columns whose change does not change a trace: ids, and how the verdict was reached."""

_STATUS = "SELECT v.sample_id, v.problem_id, v.status FROM verdicts v SEMI JOIN asked USING (sample_id) "


class ChangedTrace(Record):
    """A trace on one side only, or on both with other values."""

    trace_id: str
    question: str
    why: str


class VersionDiff(Record):
    """From `old` to `new`."""

    dataset: str
    old: int
    new: int
    added: int
    removed: int
    changed: int
    same: int
    added_because: dict[str, int]
    removed_because: dict[str, int]
    changed_columns: dict[str, int]
    """Column → traces in which it differs."""
    settings: dict[str, tuple[Any, Any]]
    """What differs in how the versions were made: verifier, policy, teacher, selection, sampling …"""
    examples: dict[str, tuple[ChangedTrace, ...]]
    """Under `added`, `removed` and `changed`, a few traces each."""


def diff_versions(warehouse: Warehouse, catalog: Catalog, old: VersionManifest, new: VersionManifest) -> VersionDiff:
    """Compare two versions of a dataset trace by trace, on disk where memory would not do."""
    with TemporaryDirectory(prefix="tracemill-") as folder:
        tables = ScratchTables(Path(folder) / "diff.duckdb", "512MB")
        try:
            for side, manifest in (("old", old), ("new", new)):
                _load(tables, side, version_path(warehouse, manifest), manifest)
            columns = _shared_columns(tables)
            _compare(tables, columns)
            _explain(tables, catalog, old, new)
            return _diff(tables, columns, old, new)
        finally:
            tables.close()


def _load(tables: ScratchTables, side: str, folder: Path, manifest: VersionManifest) -> None:
    paths = [str(folder / file.path) for file in manifest.files]
    tables.execute(
        f"CREATE VIEW {side} AS SELECT *, parse_path(filename)[-2] AS split "  # noqa: S608
        f"FROM read_parquet({_listed(paths)}, union_by_name = true, filename = true, hive_partitioning = false)"
    )
    left_out = folder / LEFT_OUT_FILE
    empty = "SELECT NULL::VARCHAR AS problem_id, NULL::VARCHAR AS sample_id, NULL::VARCHAR AS reason WHERE false"
    source = f"SELECT * FROM read_parquet({_listed([str(left_out)])})" if left_out.exists() else empty  # noqa: S608
    tables.execute(f"CREATE VIEW {side}_left_out AS {source}")


def _listed(paths: list[str]) -> str:
    """Return paths as a list of SQL strings; glob characters in a folder's name stay what they are."""
    quoted = (path.replace("'", "''") for path in paths)
    return "[" + ", ".join(f"'{path}'" for path in quoted) + "]"


def _shared_columns(tables: ScratchTables) -> list[str]:
    sides = [{row[0] for row in tables.query(f"DESCRIBE {side}")} for side in ("old", "new")]
    return sorted(sides[0] & sides[1] - {*NOT_COMPARED, "filename"})


def _compare(tables: ScratchTables, columns: list[str]) -> None:
    hashed = "hash(" + ", ".join(f'"{name}"' for name in columns) + ")"
    tables.execute(
        f"CREATE TABLE compared AS SELECT coalesce(o.trace_id, n.trace_id) AS trace_id, "  # noqa: S608
        "coalesce(o.problem_id, n.problem_id) AS problem_id, coalesce(o.sample_id, n.sample_id) AS sample_id, "
        "CASE WHEN o.trace_id IS NULL THEN 'added' WHEN n.trace_id IS NULL THEN 'removed' "
        "WHEN o.hashed <> n.hashed THEN 'changed' ELSE 'same' END AS kind, ''::VARCHAR AS why "
        f"FROM (SELECT trace_id, problem_id, sample_id, {hashed} AS hashed FROM old) o "
        f"FULL JOIN (SELECT trace_id, problem_id, sample_id, {hashed} AS hashed FROM new) n USING (trace_id)"
    )


def _explain(tables: ScratchTables, catalog: Catalog, old: VersionManifest, new: VersionManifest) -> None:
    """Say of every added trace why the old version lacks it, of every removed one why the new one does."""
    for kind, other, side in (("added", old, "old"), ("removed", new, "new")):
        asked = tables.table(f"SELECT DISTINCT sample_id FROM compared WHERE kind = '{kind}'")  # noqa: S608
        verdict_set = other.lineage.verdict_set if other.lineage else None
        statuses = _statuses(catalog, asked, verdict_set)
        tables.execute(f"CREATE TABLE {side}_status (sample_id VARCHAR, problem_id VARCHAR, status VARCHAR)")
        tables.insert(f"{side}_status", statuses)
        tables.execute(
            "UPDATE compared SET why = (SELECT coalesce("  # noqa: S608
            f"(SELECT 'policy: ' || reason FROM {side}_left_out l WHERE l.sample_id = compared.sample_id "
            "  AND l.problem_id = compared.problem_id LIMIT 1), "
            f"(SELECT 'verdict: ' || status FROM {side}_status s WHERE s.sample_id = compared.sample_id "
            f"  AND s.problem_id = compared.problem_id AND status <> '{Status.CORRECT}' LIMIT 1), "
            f"CASE WHEN NOT EXISTS (SELECT 1 FROM {side} t WHERE t.problem_id = compared.problem_id) "
            f"THEN '{'a problem that the old version has not' if kind == 'added' else 'a problem that is gone'}' "
            f"ELSE '{'a new sample' if kind == 'added' else 'a sample that is not asked for any more'}' END)) "
            f"WHERE kind = '{kind}'"
        )


def _statuses(catalog: Catalog, asked: pa.Table, verdict_set: str | None) -> pa.Table:
    rows: list[tuple[str, str, str]] = []
    if verdict_set is not None and asked.num_rows:
        wanted = pa.table({"verdict_set": pa.array([verdict_set], pa.string())})
        rows = catalog.lookup({"found": _STATUS + "SEMI JOIN wanted USING (verdict_set)"}, asked=asked, wanted=wanted)[
            "found"
        ]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, names=["sample_id", "problem_id", "status"])


def _diff(tables: ScratchTables, columns: list[str], old: VersionManifest, new: VersionManifest) -> VersionDiff:
    counts = dict(tables.query("SELECT kind, count(*) FROM compared GROUP BY ALL"))
    why = {
        kind: dict(
            tables.query("SELECT why, count(*) FROM compared WHERE kind = ? GROUP BY ALL ORDER BY 2 DESC, 1", [kind])
        )
        for kind in ("added", "removed")
    }
    differing = ", ".join(f'count(*) FILTER (o."{name}" IS DISTINCT FROM n."{name}")' for name in columns)
    (per_column,) = tables.query(
        f"SELECT {differing} FROM compared c JOIN old o USING (trace_id) JOIN new n USING (trace_id) "  # noqa: S608
        "WHERE c.kind = 'changed'"
    )
    changed = {name: count for name, count in zip(columns, per_column, strict=True) if count}
    return VersionDiff(
        dataset=new.dataset,
        old=old.version,
        new=new.version,
        **{kind: counts.get(kind, 0) for kind in ("added", "removed", "changed", "same")},
        added_because=why["added"],
        removed_because=why["removed"],
        changed_columns=dict(sorted(changed.items(), key=lambda each: -each[1])),
        settings=_settings(old, new),
        examples={kind: _examples(tables, kind) for kind in ("added", "removed", "changed")},
    )


def _examples(tables: ScratchTables, kind: str) -> tuple[ChangedTrace, ...]:
    side = "old" if kind == "removed" else "new"
    rows = tables.query(
        f"SELECT c.trace_id, t.question, c.why FROM compared c JOIN {side} t USING (trace_id) WHERE c.kind = ? "  # noqa: S608
        "ORDER BY 1 LIMIT ?",
        [kind, EXAMPLES],
    )
    return tuple(ChangedTrace(trace_id=row[0], question=row[1], why=row[2]) for row in rows)


def _settings(old: VersionManifest, new: VersionManifest) -> dict[str, tuple[Any, Any]]:
    """Return what was set differently, key by key."""
    names = ("verifier", "policy", "teacher", "prompt_template_hash", "sampling", "selection", "schema_version")
    sides = [_flat(each.model_dump(mode="json", include=set(names))) for each in (old, new)]
    keys = dict.fromkeys([*sides[0], *sides[1]])
    return {key: (sides[0].get(key), sides[1].get(key)) for key in keys if sides[0].get(key) != sides[1].get(key)}


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found

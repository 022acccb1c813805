"""Writing a version in another format: streamed, whole or not at all, with a record of what it was made from."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.catalog import Catalog
from data.errors import InputError
from data.exports import (
    JSONL_FORMATS,
    ROWS_TOGETHER,
    SCHEMAS,
    TRACE_FORMATS,
    ExportFormat,
    Row,
    as_grpo,
    as_pairs,
    as_soft_targets,
    as_verl,
)
from data.files import ROW_GROUP_ROWS, parquet_writer, sha256_of, storage_errors, write_json
from data.records import Status
from data.selection import Band
from data.shards import read_shard
from data.soft_targets import read_soft_shard, text_hash_of
from data.versions import PROBLEMS_FILE, VersionManifest, version_path
from data.warehouse import Warehouse

AnswerText = Callable[[str | None, str], str]
"""Puts reasoning and completion of a sample together, as they are trained on."""

REJECTED = frozenset({Status.INCORRECT, Status.UNIT_MISMATCH, Status.NO_ANSWER, Status.UNPARSED})
"""Statuses of samples that were judged and found wrong; what was cut off or could not be judged is no example."""
_LLAMAFACTORY_COLUMNS = {
    ExportFormat.SHAREGPT: {"messages": "conversations"},
    ExportFormat.ALPACA: {"prompt": "instruction", "query": "input", "response": "output", "system": "system"},
}
_PROBLEMS_AT_ONCE = 256
_TRACES_AT_ONCE = 4096
_STORED = """
SELECT v.problem_id, s.sample_id, v.status, v.reason, f.path FROM verdicts v SEMI JOIN asked USING (problem_id)
SEMI JOIN made ON v.verdict_set = made.verdict_set
JOIN samples s ON s.sample_id = v.sample_id
SEMI JOIN made ON s.sampling_id = made.sampling_id AND s."index" < made.samples_per_problem
JOIN shards f ON f.kind = 'samples' AND f.shard_id = s.shard_id
"""
_SOFT = """
SELECT t.sample_id, f.path FROM soft_targets t SEMI JOIN asked USING (sample_id)
JOIN shards f ON f.kind = 'soft_targets' AND f.shard_id = t.shard_id
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    rows: dict[str, int]
    """Split → rows."""
    left_out: int
    """Traces that have not what the format is about."""


def export_version(
    warehouse: Warehouse,
    catalog: Catalog,
    manifest: VersionManifest,
    how: ExportFormat,
    target: Path,
    answer_text: AnswerText,
    *,
    pass_rate: Band | None = None,
    pairs_per_problem: int = 4,
) -> Exported:
    """Write a version as `how` into the new folder `target`, and return how much that is.

    Raises `InputError` where `target` holds something, or where the version has not what the format needs;
    `StorageError` where it cannot be written. Nothing is visible before everything is.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: there is something already; name a new folder")
    staging = target.with_name(f".{target.name}.tmp")
    with storage_errors(target):
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            counts: dict[str, int] = {}
            soft = _SoftRows(warehouse, catalog, manifest)
            for split in manifest.splits:
                if how is ExportFormat.SOFT_TARGETS:
                    rows = soft.rows(split)
                else:
                    rows = _rows(
                        warehouse, catalog, manifest, how, split, answer_text, pass_rate or Band(), pairs_per_problem
                    )
                counts[split] = _write(staging, split, how, rows)
            if soft.left_out and not any(counts.values()):
                raise InputError(
                    f"{version_path(warehouse, manifest)}: no trace of this version has soft targets; a build with "
                    "`soft_targets` keeps those of the samples that it asks for"
                )
            if how in _LLAMAFACTORY_COLUMNS:
                write_json(staging / "dataset_info.json", _for_llamafactory(manifest, how), staging)
            files = {path.name: sha256_of(path) for path in sorted(staging.iterdir())}
            made = {"dataset": manifest.dataset, "version": manifest.version, "format": how.value, "rows": counts}
            made["left_out"] = soft.left_out
            write_json(staging / "export.json", made | {"files": files, "licenses": manifest.licenses}, staging)
            with suppress(FileNotFoundError):
                target.rmdir()
            staging.rename(target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return Exported(counts, soft.left_out)


def _rows(
    warehouse: Warehouse,
    catalog: Catalog,
    manifest: VersionManifest,
    how: ExportFormat,
    split: str,
    answer_text: AnswerText,
    pass_rate: Band,
    pairs_per_problem: int,
) -> Iterator[Row]:
    folder = version_path(warehouse, manifest)
    if convert := TRACE_FORMATS.get(how):
        return (convert(trace) for trace in _traces(folder, manifest, split))
    if how is ExportFormat.PREFERENCE:
        return _pairs(warehouse, catalog, manifest, split, answer_text, pairs_per_problem)
    problems = _problems(folder, manifest, split, pass_rate)
    if how is ExportFormat.GRPO:
        return map(as_grpo, problems)
    return (as_verl(problem, index, split) for index, problem in enumerate(problems))


def _traces(folder: Path, manifest: VersionManifest, split: str) -> Iterator[Row]:
    for file in manifest.files:
        if file.path.startswith(f"{split}/"):
            for batch in pq.ParquetFile(folder / file.path).iter_batches(batch_size=ROW_GROUP_ROWS):
                yield from (row for row in batch.to_pylist() if row.get("status", "correct") == Status.CORRECT)


def _problems(folder: Path, manifest: VersionManifest, split: str, band: Band) -> Iterator[Row]:
    path = folder / PROBLEMS_FILE
    if manifest.problems_file is None:
        raise InputError(f"{folder}: this version was published without its problems; publish it again to export them")
    for batch in pq.ParquetFile(path).iter_batches(batch_size=ROW_GROUP_ROWS):
        for row in batch.to_pylist():
            if row["split"] == split and row["is_eligible"] and row["n_samples"] and band.hold(row["pass_rate"]):
                yield row


def _pairs(
    warehouse: Warehouse,
    catalog: Catalog,
    manifest: VersionManifest,
    split: str,
    answer_text: AnswerText,
    most: int,
) -> Iterator[Row]:
    folder = version_path(warehouse, manifest)
    if manifest.lineage is None:
        raise InputError(f"{folder}: this version does not say what it was made from; publish it again to export pairs")
    traces = (list(rows) for _, rows in groupby(_traces(folder, manifest, split), key=lambda row: row["problem_id"]))
    names = {"verdict_set", "sampling_id", "samples_per_problem"}
    made = pa.Table.from_pylist([manifest.lineage.model_dump(include=names)])
    while chunk := list(islice(traces, _PROBLEMS_AT_ONCE)):
        asked = pa.table({"problem_id": pa.array([rows[0]["problem_id"] for rows in chunk], pa.string())})
        stored = catalog.lookup({"found": _STORED}, asked=asked, made=made)["found"]
        rejected = _rejected(warehouse, stored, answer_text)
        for rows in chunk:
            first = rows[0]
            problem = first | {"prompt": first["messages"][:-1]}
            accepted = [{"answer": row["messages"][-1], "sample_id": row["sample_id"]} for row in rows]
            yield from as_pairs(problem, accepted, rejected.get(first["problem_id"], []), most)


class _SoftRows:
    """Traces with their soft targets, in the order of these."""

    def __init__(self, warehouse: Warehouse, catalog: Catalog, manifest: VersionManifest) -> None:
        self._warehouse = warehouse
        self._catalog = catalog
        self._manifest = manifest
        self.left_out = 0
        """Traces without soft targets of their very text."""

    def rows(self, split: str) -> Iterator[Row]:
        """Yield the rows of a split; each shard is read once for some thousand traces, a few samples at a time."""
        traces = _traces(version_path(self._warehouse, self._manifest), self._manifest, split)
        while chunk := {row["sample_id"]: row for row in islice(traces, _TRACES_AT_ONCE)}:
            asked = pa.table({"sample_id": pa.array(chunk.keys(), pa.string())})
            for path in sorted({path for _, path in self._catalog.lookup({"found": _SOFT}, asked=asked)["found"]}):
                for soft in read_soft_shard(self._warehouse.root / path, chunk.keys()):
                    trace = chunk.get(soft.sample_id)
                    if trace and soft.text_hash == text_hash_of(trace["completion"]):
                        yield as_soft_targets(chunk.pop(soft.sample_id), soft)
            self.left_out += len(chunk)


def _rejected(warehouse: Warehouse, stored: Sequence[tuple[Any, ...]], answer_text: AnswerText) -> dict[str, list[Row]]:
    """Return the rejected samples of problems, with their texts."""
    wanted = [row for row in stored if row[2] in REJECTED]
    texts: dict[str, str] = {}
    for path in sorted({row[4] for row in wanted}):
        ids = {row[1] for row in wanted if row[4] == path}
        for row in read_shard(warehouse, path, ["sample_id", "completion", "reasoning"]).to_pylist():
            if row["sample_id"] in ids:
                texts[row["sample_id"]] = answer_text(row["reasoning"], row["completion"])
    found: dict[str, list[Row]] = {}
    for problem_id, sample_id, status, reason, _ in sorted(wanted):
        message = {"role": "assistant", "content": texts[sample_id]}
        found.setdefault(problem_id, []).append(
            {"sample_id": sample_id, "status": status, "reason": reason, "answer": message}
        )
    return found


def _for_llamafactory(manifest: VersionManifest, how: ExportFormat) -> dict[str, Any]:
    """Return what LLaMA-Factory looks for in a folder of data sets: `DATASET_SPLIT` → file, format, columns."""
    columns = _LLAMAFACTORY_COLUMNS[how]
    return {
        f"{manifest.dataset}_{split}": {"file_name": f"{split}.jsonl", "formatting": how.value, "columns": columns}
        for split in manifest.splits
    }


def _write(folder: Path, split: str, how: ExportFormat, rows: Iterable[Row]) -> int:
    """Write the rows of a split as Parquet, and as JSONL where the format's users expect it."""
    remaining, written, together = iter(rows), 0, ROWS_TOGETHER.get(how, ROW_GROUP_ROWS)
    path = folder / f"{split}.parquet"
    lines = (folder / f"{split}.jsonl").open("w", encoding="utf-8") if how in JSONL_FORMATS else None
    try:
        with parquet_writer(path, SCHEMAS[how], []) as writer:
            while group := list(islice(remaining, together)):
                writer.write_table(pa.Table.from_pylist(group, schema=SCHEMAS[how]), row_group_size=together)
                written += len(group)
                if lines:
                    lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in group)
    finally:
        if lines:
            lines.close()
    return written

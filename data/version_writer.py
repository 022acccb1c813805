"""Writing the next version of a dataset: all files in a scratch folder, then one rename that makes it visible."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data import schemas
from data.card import render_card
from data.errors import StorageError
from data.files import ROW_GROUP_ROWS, fsync_folder, parquet_writer, sha256_of, storage_errors, write_json
from data.seal import sealed
from data.splits import TRAIN
from data.survey import SourceCounts
from data.version_statistics import version_statistics
from data.versions import (
    LEFT_OUT_FILE,
    PLOTS,
    PROBLEMS_FILE,
    LeftOut,
    VersionContents,
    VersionFacts,
    VersionFile,
    VersionManifest,
    published_versions,
    version_folder,
)
from data.warehouse import Warehouse

FILE_ROWS = 32 * ROW_GROUP_ROWS
"""Traces in one file of a version."""


def publish_version(
    warehouse: Warehouse,
    facts: VersionFacts,
    contents: VersionContents,
    traces: Iterable[dict[str, Any]],
    left_out: Iterable[pa.Table] = (),
    problems: Iterable[pa.Table] = (),
) -> VersionManifest:
    """Write `traces` as the next version of a dataset, and return its manifest.

    `left_out` and `problems` are read after `traces`, with whose making they may come. Everything is written and
    synced in the scratch folder; one rename then makes it visible. Only for the holder of the dataset's lock.
    Raises `StorageError`; nothing is visible then.
    """
    survey, report = contents.survey, contents.report
    number = max(published_versions(warehouse, facts.dataset), default=0) + 1
    target = warehouse.dataset(facts.dataset) / version_folder(number)
    staging = warehouse.scratch(facts.dataset) / target.name
    with storage_errors(target), _gone_on_failure(staging):
        shutil.rmtree(staging, ignore_errors=True)
        (staging / "train").mkdir(parents=True)
        written = _TraceFiles(staging)
        written.write(traces)
        left_out_file = _write_table(staging / LEFT_OUT_FILE, schemas.LEFT_OUT, left_out)
        problems_file = _write_table(staging / PROBLEMS_FILE, schemas.VERSION_PROBLEMS, problems)
        statistics = version_statistics(staging, [file.path for file in written.files], PROBLEMS_FILE)
        manifest = VersionManifest(
            **facts.model_dump(),
            version=number,
            fingerprint=contents.fingerprint,
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            schema_version=schemas.SCHEMA_VERSION,
            tracemill=package_version("tracemill"),
            problems=survey.problems,
            problems_solved=survey.problems_solved,
            samples=survey.samples,
            accepted=survey.accepted,
            prompt_tokens=survey.prompt_tokens,
            completion_tokens=survey.completion_tokens,
            by_status=dict(sorted(survey.by_status.items())),
            by_source={name: _counts(counts) for name, counts in sorted(survey.by_source.items())},
            licenses=dict(sorted(written.licenses.items())),
            files=tuple(written.files),
            left_out_file=left_out_file,
            problems_file=problems_file,
            statistics=statistics,
            traces=report.traces,
            problems_with_traces=report.problems_with_traces,
            splits=report.splits,
            left_out=LeftOut(samples=report.left_out_samples, problems=report.left_out_problems),
            selection=contents.selection,
            lineage=contents.lineage,
        )
        if (rows := sum(file.rows for file in written.files)) != report.traces:
            raise StorageError(
                f"{target}: {report.traces} traces were counted and {rows} written; a shard was changed "
                "meanwhile: run `tracemill catalog rebuild`, then the build again"
            )
        card_files = _write_card(staging, manifest, written.examples)
        manifest = manifest.model_copy(update={"card_files": card_files})
        write_json(
            staging / "manifest.json", sealed(manifest.model_dump(mode="json")), warehouse.scratch(facts.dataset)
        )
        for folder in sorted({(staging / file.path).parent for file in (*written.files, *card_files)}):
            fsync_folder(folder)
        fsync_folder(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(target)
        fsync_folder(target.parent)
    return manifest


def _write_card(
    staging: Path, manifest: VersionManifest, examples: Sequence[dict[str, Any]]
) -> tuple[VersionFile, ...]:
    from data.plots import write_plots  # noqa: PLC0415 - matplotlib loads only when a version is published

    if manifest.statistics:
        write_plots(staging / PLOTS, manifest.statistics, manifest.by_status)
    (staging / "README.md").write_text(render_card(manifest.model_dump(), examples), encoding="utf-8")
    paths = [staging / "README.md", *sorted((staging / PLOTS).glob("*"))]
    return tuple(_file(staging, path, 0) for path in paths)


def _write_table(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> VersionFile:
    rows = 0
    with parquet_writer(path, schema, ["problem_id"]) as writer:
        for table in tables:
            writer.write_table(table.select(schema.names).cast(schema))
            rows += table.num_rows
    return _file(path.parent, path, rows)


@contextmanager
def _gone_on_failure(staging: Path) -> Iterator[None]:
    """Free the disk of a half-written version; on a full disk its space is what is missing."""
    try:
        yield
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


class _TraceFiles:
    """Writes traces into numbered Parquet files of their splits, a bounded number of rows in memory."""

    def __init__(self, staging: Path) -> None:
        self.licenses: Counter[str] = Counter()
        self._first: dict[str, Any] | None = None
        self._hardest: dict[str, Any] | None = None
        self._staging = staging
        self._splits: dict[str, _SplitFiles] = {}

    @property
    def files(self) -> list[VersionFile]:
        """All finished files, split by split."""
        return [file for _, split in sorted(self._splits.items()) for file in split.files]

    @property
    def examples(self) -> list[dict[str, Any]]:
        """The first trace, and one of the problem with the lowest pass rate where that is another."""
        found = [row for row in (self._first, self._hardest) if row]
        return found[:1] if len(found) > 1 and found[0]["trace_id"] == found[1]["trace_id"] else found

    def write(self, traces: Iterable[dict[str, Any]]) -> None:
        """Write all traces; the first one and one of the hardest problem are kept as examples for the card."""
        try:
            for row in traces:
                name = row.get("split", TRAIN)
                if name not in self._splits:
                    self._splits[name] = _SplitFiles(self._staging, name)
                self._splits[name].add(row)
                self._first = self._first or row
                if self._hardest is None or (row["pass_rate"] or 0) < (self._hardest["pass_rate"] or 0):
                    self._hardest = row
                self.licenses[row["license"]] += 1
        finally:
            for split in self._splits.values():
                split.close()


class _SplitFiles:
    """The files of one split."""

    def __init__(self, staging: Path, name: str) -> None:
        self.files: list[VersionFile] = []
        self._staging = staging
        self._folder = staging / name
        self._folder.mkdir(parents=True, exist_ok=True)
        self._waiting: list[dict[str, Any]] = []
        self._writer: pq.ParquetWriter | None = None
        self._written = 0

    def add(self, row: dict[str, Any]) -> None:
        """Write a row, once a group of them is full."""
        self._waiting.append(row)
        if len(self._waiting) == min(ROW_GROUP_ROWS, FILE_ROWS - self._written):
            self._write_group()
            if self._written == FILE_ROWS:
                self._finish_file()

    def close(self) -> None:
        """Write what is waiting, and finish the last file."""
        if self._waiting:
            self._write_group()
        if self._writer:
            self._finish_file()

    @property
    def _path(self) -> Path:
        return self._folder / f"part-{len(self.files):05d}.parquet"

    def _write_group(self) -> None:
        if self._writer is None:
            self._writer = parquet_writer(self._path, schemas.TRACES, schemas.STATISTICS["traces"])
        table = pa.Table.from_pylist(self._waiting, schema=schemas.TRACES)
        self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        self._written += len(self._waiting)
        self._waiting = []

    def _finish_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None
        self.files.append(_file(self._staging, self._path, self._written))
        self._written = 0


def _file(staging: Path, path: Path, rows: int) -> VersionFile:
    """Sync a finished file, and return what the manifest says of it."""
    _sync(path)
    name = path.relative_to(staging).as_posix()
    return VersionFile(path=name, rows=rows, bytes=path.stat().st_size, sha256=sha256_of(path))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _counts(counts: SourceCounts) -> dict[str, int]:
    return {
        "problems": counts.problems,
        "samples": counts.samples,
        "accepted": counts.accepted,
        "problems_solved": counts.problems_solved,
        "prompt_tokens": counts.prompt_tokens,
        "completion_tokens": counts.completion_tokens,
        "accepted_completion_tokens": counts.accepted_completion_tokens,
    }

"""Dataset versions: immutable, numbered, published by one rename."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ConfigDict, Field, ValidationError, model_validator

from data import schemas
from data.card import render_card
from data.catalog import VersionRow
from data.errors import StorageError
from data.files import ROW_GROUP_ROWS, fsync_folder, parquet_writer, read_json, sha256_of, storage_errors, write_json
from data.identity import content_id
from data.lineage import LineageRecord
from data.records import Record
from data.seal import sealed
from data.selection import AllowsTraining, Selection
from data.selection_plan import SelectionReport
from data.splits import TRAIN
from data.survey import SourceCounts, Survey
from data.version_statistics import VersionStatistics, version_statistics
from data.warehouse import Warehouse

LEFT_OUT_FILE = "_left_out.parquet"
"""What the policy left out, with reasons; readers of datasets pass over names that start so."""
PLOTS = "plots"
"""Folder of the card's pictures."""
PROBLEMS_FILE = "_problems.parquet"
"""All problems that the version was chosen from, with pass rates."""
FILE_ROWS = 32 * ROW_GROUP_ROWS
"""Traces in one file of a version."""
_VERSION_FOLDER = re.compile(r"v(\d{4,})")


class VersionFile(Record):
    """One Parquet file of a version."""

    path: str
    """Relative to the version's folder."""
    rows: int
    bytes: int
    sha256: str


class TeacherFacts(Record):
    """Who answered."""

    name: str
    teacher_id: str
    engine: str
    license: str | None = None
    allows_training: AllowsTraining = "unknown"
    """Whether its licence lets other models be trained on its answers."""


class LeftOut(Record):
    """What a version does not hold, by reason."""

    samples: dict[str, int] = Field(default_factory=dict)
    problems: dict[str, int] = Field(default_factory=dict)


class VersionManifest(Record):
    """What a version is and how it came to be; written last, beside its files."""

    # Keys that a newer release adds are passed over, so that older readers can still read.
    model_config = ConfigDict(extra="ignore")

    dataset: str
    version: int
    created: str
    run_id: str
    fingerprint: str
    """Hash over all problems, samples, statuses and the selection: equal exactly when the content is."""
    schema_version: int
    tracemill: str
    """Version of the package that published."""
    verifier: str
    policy: dict[str, Any]
    policy_hash: str
    teacher: TeacherFacts
    prompt_template: str
    prompt_template_hash: str
    sampling: dict[str, Any]
    config: dict[str, Any]
    """The build's configuration, secrets left out."""
    config_hash: str
    problems: int
    problems_solved: int
    samples: int
    accepted: int
    prompt_tokens: int
    completion_tokens: int
    by_status: dict[str, int]
    by_source: dict[str, dict[str, int]]
    licenses: dict[str, int]
    """Licence → traces."""
    files: tuple[VersionFile, ...]
    traces: int
    """Rows of all files together."""
    problems_with_traces: int
    selection: Selection
    """The policy that chose the traces."""
    left_out: LeftOut
    splits: dict[str, int]
    """Split → traces."""
    left_out_file: VersionFile | None = None
    """Lists what the policy left out, row by row."""
    problems_file: VersionFile | None = None
    """Lists all problems that were chosen from, with their pass rates."""
    card_files: tuple[VersionFile, ...] = ()
    """The card and its plots; they have no rows."""
    statistics: VersionStatistics | None = None
    """What the card shows."""
    lineage: LineageRecord | None
    """None in versions of schema 1."""

    @model_validator(mode="before")
    @classmethod
    def _from_schema_1(cls, values: Any) -> Any:
        """Complete a manifest of schema 1, where everything accepted was a trace."""
        if isinstance(values, dict) and values.get("schema_version") == 1 and "traces" not in values:
            added = {"traces": values.get("accepted"), "problems_with_traces": values.get("problems_solved")}
            return (
                values
                | added
                | {"selection": {}, "left_out": {}, "lineage": None, "splits": {TRAIN: values.get("accepted")}}
            )
        return values

    @property
    def all_files(self) -> dict[str, VersionFile]:
        """Every file of the version but the manifest itself, by path."""
        beside = [file for file in (self.left_out_file, self.problems_file) if file]
        return {file.path: file for file in (*self.files, *beside, *self.card_files)}

    @property
    def folder(self) -> str:
        """Name of the version's folder."""
        return version_folder(self.version)

    def row(self, path: str) -> VersionRow:
        """Return the version as it stands in the catalog."""
        taken = ("dataset", "version", "created", "run_id", "fingerprint", "config_hash", "verifier")
        counts = ("problems", "problems_solved", "samples", "accepted", "traces")
        return VersionRow(
            path=path,
            teacher=self.teacher.name,
            bytes=sum(file.bytes for file in self.files),
            **{name: getattr(self, name) for name in taken + counts},
        )


class VersionFacts(Record):
    """What the publisher is told; the rest of the manifest it counts itself."""

    dataset: str
    run_id: str
    verifier: str
    policy: dict[str, Any]
    policy_hash: str
    teacher: TeacherFacts
    prompt_template: str
    prompt_template_hash: str
    sampling: dict[str, Any]
    config: dict[str, Any]
    config_hash: str


@dataclass(frozen=True, slots=True)
class VersionContents:
    """What was chosen for a version, and what from."""

    survey: Survey
    selection: Selection
    report: SelectionReport
    lineage: LineageRecord

    @property
    def fingerprint(self) -> str:
        """Hash that is equal exactly when the version's content is."""
        chosen_by = self.selection.selection_hash
        return content_id("version", [self.survey.fingerprint, chosen_by]) if chosen_by else self.survey.fingerprint


def version_folder(version: int) -> str:
    """Return the folder name of a version.

    >>> version_folder(3)
    'v0003'
    """
    return f"v{version:04d}"


def published_versions(warehouse: Warehouse, dataset: str) -> list[int]:
    """Return the numbers of a dataset's published versions, ascending."""
    folder = warehouse.dataset(dataset)
    if not folder.is_dir():
        return []
    found = (_VERSION_FOLDER.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in found if match)


def read_version(warehouse: Warehouse, dataset: str, version: int) -> VersionManifest:
    """Read a version's manifest; raises `StorageError` naming the file."""
    path = warehouse.dataset(dataset) / version_folder(version) / "manifest.json"
    try:
        return VersionManifest.model_validate(read_json(path))
    except ValidationError as error:
        raise StorageError(f"{path}: not a manifest of this version of Tracemill") from error


def version_path(warehouse: Warehouse, manifest: VersionManifest) -> Path:
    """Return the folder of a version."""
    return warehouse.dataset(manifest.dataset) / manifest.folder


def places_in(folder: Path, manifest: VersionManifest) -> Iterator[pa.Table]:
    """Yield which split each problem of a version is in: columns `problem_id` and `split`."""
    for file in manifest.files:
        with storage_errors(folder / file.path):
            read = pq.read_table(folder / file.path, columns=["problem_id"])["problem_id"].unique()
        split = file.path.partition("/")[0]
        yield pa.table({"problem_id": read, "split": pa.repeat(pa.scalar(split), len(read))})


def all_versions(warehouse: Warehouse) -> Iterator[VersionManifest]:
    """Yield the manifests of all datasets' versions."""
    for folder in sorted((warehouse.root / "datasets").glob("*")):
        for version in published_versions(warehouse, folder.name):
            yield read_version(warehouse, folder.name, version)


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

"""Dataset versions: immutable, numbered, published by one rename."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ConfigDict, Field, ValidationError, model_validator

from data import schemas
from data.card import render_card
from data.catalog import VersionRow
from data.errors import StorageError
from data.files import ROW_GROUP_ROWS, fsync_folder, parquet_writer, read_json, sha256_of, storage_errors, write_json
from data.identity import content_id
from data.lineage import LineageRecord
from data.records import Record
from data.selection import AllowsTraining, Selection
from data.selection_plan import SelectionReport
from data.survey import SourceCounts, Survey
from data.warehouse import Warehouse

LEFT_OUT_FILE = "_left_out.parquet"
"""What the policy left out, with reasons; readers of datasets pass over names that start so."""
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
    left_out_file: VersionFile | None = None
    """Lists what the policy left out, row by row."""
    lineage: LineageRecord | None
    """None in versions of schema 1."""

    @model_validator(mode="before")
    @classmethod
    def _from_schema_1(cls, values: Any) -> Any:
        """Complete a manifest of schema 1, where everything accepted was a trace."""
        if isinstance(values, dict) and values.get("schema_version") == 1 and "traces" not in values:
            added = {"traces": values.get("accepted"), "problems_with_traces": values.get("problems_solved")}
            return values | added | {"selection": {}, "left_out": {}, "lineage": None}
        return values

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
) -> VersionManifest:
    """Write `traces` as the next version of a dataset, and return its manifest.

    Everything is written and synced in the scratch folder; one rename then makes it visible. Only for
    the holder of the dataset's lock. Raises `StorageError`; nothing is visible then.
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
        about = _write_left_out(staging, left_out)
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
            left_out_file=about,
            traces=report.traces,
            problems_with_traces=report.problems_with_traces,
            left_out=LeftOut(samples=report.left_out_samples, problems=report.left_out_problems),
            selection=contents.selection,
            lineage=contents.lineage,
        )
        if (rows := sum(file.rows for file in written.files)) != report.traces:
            raise StorageError(
                f"{target}: {report.traces} traces were counted and {rows} written; a shard was changed "
                "meanwhile: run `tracemill catalog rebuild`, then the build again"
            )
        (staging / "README.md").write_text(render_card(manifest.model_dump(), written.example), encoding="utf-8")
        _sync(staging / "README.md")
        write_json(staging / "manifest.json", manifest.model_dump(mode="json"), warehouse.scratch(facts.dataset))
        fsync_folder(staging / "train")
        fsync_folder(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(target)
        fsync_folder(target.parent)
    return manifest


def _write_left_out(staging: Path, tables: Iterable[pa.Table]) -> VersionFile:
    path, rows = staging / LEFT_OUT_FILE, 0
    with parquet_writer(path, schemas.LEFT_OUT, ["problem_id", "reason"]) as writer:
        for table in tables:
            writer.write_table(table.cast(schemas.LEFT_OUT))
            rows += table.num_rows
    return _file(staging, path, rows)


@contextmanager
def _gone_on_failure(staging: Path) -> Iterator[None]:
    """Free the disk of a half-written version; on a full disk its space is what is missing."""
    try:
        yield
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


class _TraceFiles:
    """Writes traces into numbered Parquet files, a bounded number of rows in memory."""

    def __init__(self, staging: Path) -> None:
        self.files: list[VersionFile] = []
        self.licenses: Counter[str] = Counter()
        self.example: dict[str, Any] | None = None
        self._staging = staging

    def write(self, traces: Iterable[dict[str, Any]]) -> None:
        """Write all traces; the first one is kept as the example for the card."""
        remaining = iter(traces)
        while rows := list(islice(remaining, ROW_GROUP_ROWS)):
            self._write_file(chain([rows], _groups(islice(remaining, FILE_ROWS - len(rows)))))

    def _write_file(self, groups: Iterable[list[dict[str, Any]]]) -> None:
        path = self._staging / "train" / f"part-{len(self.files):05d}.parquet"
        written = 0
        with parquet_writer(path, schemas.TRACES, schemas.STATISTICS["traces"]) as writer:
            for rows in groups:
                writer.write_table(pa.Table.from_pylist(rows, schema=schemas.TRACES), row_group_size=ROW_GROUP_ROWS)
                written += len(rows)
                self.example = self.example or rows[0]
                self.licenses.update(row["license"] for row in rows)
        self.files.append(_file(self._staging, path, written))


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while group := list(islice(rows, ROW_GROUP_ROWS)):
        yield group


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
    }

"""Dataset versions: immutable, numbered folders, each with a manifest of what it is and how it came to be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ConfigDict, Field, ValidationError, model_validator

from data.catalog import VersionRow
from data.errors import StorageError
from data.files import read_json, storage_errors
from data.identity import content_id
from data.lineage import LineageRecord
from data.records import Record
from data.selection import AllowsTraining, Selection
from data.selection_plan import SelectionReport
from data.splits import TRAIN
from data.survey import Survey
from data.version_statistics import VersionStatistics
from data.warehouse import Warehouse

LEFT_OUT_FILE = "_left_out.parquet"
"""What the policy left out, with reasons; readers of datasets pass over names that start so."""
PLOTS = "plots"
"""Folder of the card's pictures."""
PROBLEMS_FILE = "_problems.parquet"
"""All problems that the version was chosen from, with pass rates."""
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

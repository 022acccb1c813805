"""Dataset versions: published whole, never changed, read by training jobs."""

import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from data import schemas, version_writer
from data.errors import StorageError
from data.files import sha256_of
from data.records import Status
from data.version_writer import publish_version
from data.versions import all_versions, published_versions, read_version, version_folder
from tests.data.small_warehouse import (
    DATASET,
    contents_of,
    facts,
    opened,
    problem,
    publish,
    put_shard,
    survey_of,
    traces_of,
)


@pytest.fixture
def stocked(tmp_path):
    """A warehouse with five problems, two traces each."""
    warehouse, catalog = opened(tmp_path)
    problems = [problem(n, source=f"source {n % 2}", license="MIT" if n else "CC0-1.0", tags=("x",)) for n in range(5)]
    put_shard(warehouse, catalog, problems)
    return warehouse, catalog, problems


def below(folder):
    """Return every file below a folder with its content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_version_is_numbered_and_stays_as_it_is(stocked):
    """The second version lies beside the first, which does not change by a byte."""
    warehouse, catalog, problems = stocked
    first = publish(warehouse, catalog, problems[:2])
    folder = warehouse.dataset(DATASET)
    before = below(folder / "v0001")
    second = publish(warehouse, catalog, problems)
    assert (first.version, second.version, published_versions(warehouse, DATASET)) == (1, 2, [1, 2])
    assert below(folder / "v0001") == before
    assert set(before) == {
        "README.md",
        "_left_out.parquet",
        "_problems.parquet",
        "manifest.json",
        "plots/pass_rates.svg",
        "plots/sources.svg",
        "plots/statuses.svg",
        "plots/tokens.svg",
        "train/part-00000.parquet",
    }
    assert [each.version for each in all_versions(warehouse)] == [1, 2]


def test_numbers_are_never_used_again(stocked):
    """After an old version is removed, and past four digits, the next number is the highest plus one."""
    warehouse, catalog, problems = stocked
    for name in ("v0007", "v12345", "v1", "notes", "v0009.tmp"):
        (warehouse.dataset(DATASET) / name).mkdir(parents=True)
    assert published_versions(warehouse, DATASET) == [7, 12345]
    assert publish(warehouse, catalog, problems).version == 12346
    assert version_folder(12346) == "v12346"


def test_the_manifest_says_what_the_version_is(stocked):
    """Counts, configuration, teacher, licences, and a hash of every file."""
    warehouse, catalog, problems = stocked
    manifest = publish(warehouse, catalog, problems)
    assert read_version(warehouse, DATASET, 1) == manifest
    assert (manifest.problems, manifest.samples, manifest.accepted, manifest.problems_solved) == (5, 20, 10, 5)
    assert manifest.by_status == {"correct": 10, "error": 5, "incorrect": 5}
    counts = {"problems": 2, "samples": 8, "accepted": 4, "problems_solved": 2}
    tokens = {"prompt_tokens": 80, "completion_tokens": 52, "accepted_completion_tokens": 24}
    assert manifest.by_source["source 1"] == counts | tokens
    assert manifest.licenses == {"CC0-1.0": 2, "MIT": 8}
    assert manifest.fingerprint == survey_of(catalog, problems).fingerprint
    (file,) = manifest.files
    path = warehouse.dataset(DATASET) / "v0001" / file.path
    assert (file.rows, file.bytes, file.sha256) == (10, path.stat().st_size, sha256_of(path))
    assert manifest.row("somewhere").bytes == file.bytes


def test_a_trace_has_everything_that_training_needs(stocked):
    """A row joins problem, sample and verdict, with the conversation ready to train on."""
    warehouse, catalog, problems = stocked
    publish(warehouse, catalog, problems)
    table = pq.read_table(warehouse.dataset(DATASET) / "v0001" / "train")
    assert table.schema.names == schemas.TRACES.names
    rows = table.to_pylist()
    assert len({row["trace_id"] for row in rows}) == 10
    first = rows[0]
    assert first["messages"] == [
        {"role": "user", "content": "0 + 1?"},
        {"role": "assistant", "content": "One more. \\boxed{1}"},
    ]
    assert {name: first[name] for name in ("question", "reference", "answer", "verifier", "verifier_rule")} == {
        "question": "0 + 1?",
        "reference": "1",
        "answer": "2",
        "verifier": "v-1",
        "verifier_rule": "number",
    }
    assert (first["pass_rate"], first["n_samples"]) == (pytest.approx(2 / 3), 4)
    assert (first["prompt_template"], first["temperature"], first["top_p"]) == ("boxed", 0.7, 1.0)
    assert (first["teacher"], first["seed"], first["prompt_tokens"], first["completion_tokens"]) == (
        "small-model",
        100,
        10,
        5,
    )
    assert (first["source"], first["license"], first["tags"], first["run_id"]) == (
        "source 0",
        "CC0-1.0",
        ["x"],
        "run-1",
    )
    assert [row["question"] for row in rows] == [f"{n} + 1?" for n in range(5) for _ in range(2)]


def test_a_reference_carries_its_unit(tmp_path):
    """Who reads a trace sees what the answer had to equal, unit included."""
    warehouse, catalog = opened(tmp_path)
    asked = problem(1, unit="km")
    put_shard(warehouse, catalog, [asked], statuses=(Status.CORRECT,))
    assert {row["reference"] for row in traces_of(warehouse, catalog, [asked])} == {"2 km"}


def test_the_same_content_gives_the_same_files(stocked):
    """Publishing twice writes the same bytes of traces, so that hashes tell what changed."""
    warehouse, catalog, problems = stocked
    first, second = (publish(warehouse, catalog, problems) for _ in range(2))
    assert first.files == second.files
    assert first.fingerprint == second.fingerprint


def test_large_versions_are_cut_into_files_and_row_groups(stocked, monkeypatch):
    """Files and groups hold a bounded number of rows; nothing is lost or doubled at the borders."""
    warehouse, catalog, problems = stocked
    whole = traces_of(warehouse, catalog, problems)
    for file_rows, group_rows, expected in (
        (4, 2, [[2, 2], [2, 2], [2]]),
        (5, 2, [[2, 2, 1], [2, 2, 1]]),
        (100, 3, [[3, 3, 3, 1]]),
    ):
        monkeypatch.setattr(version_writer, "FILE_ROWS", file_rows)
        monkeypatch.setattr(version_writer, "ROW_GROUP_ROWS", group_rows)
        manifest = publish_version(warehouse, facts(), contents_of(warehouse, catalog, problems), iter(whole))
        folder = warehouse.dataset(DATASET) / manifest.folder
        files = [pq.ParquetFile(folder / file.path) for file in manifest.files]
        groups = [[f.metadata.row_group(n).num_rows for n in range(f.num_row_groups)] for f in files]
        assert groups == expected
        assert [row for file in files for row in file.read().to_pylist()] == whole
        assert [file.rows for file in manifest.files] == [sum(group) for group in groups]


def test_traces_that_do_not_match_the_count_are_not_published(stocked):
    """Where files changed under the publisher, there is no version rather than a wrong one."""
    warehouse, catalog, problems = stocked
    contents = contents_of(warehouse, catalog, problems)
    contents = replace(contents, report=contents.report.model_copy(update={"traces": 11}))
    with pytest.raises(StorageError, match="11 traces were counted and 10 written"):
        publish_version(warehouse, facts(), contents, traces_of(warehouse, catalog, problems))
    assert published_versions(warehouse, DATASET) == []
    assert list(warehouse.scratch(DATASET).rglob("*.parquet")) == []


def test_an_error_while_traces_are_read_leaves_no_version(stocked):
    """A shard that vanished while publishing is named, and nothing half-written remains."""
    warehouse, catalog, problems = stocked
    for path in (warehouse.root / "samples" / DATASET).glob("*.parquet"):
        path.write_bytes(b"gone")
    with pytest.raises(StorageError, match="restore it, or delete it"):
        publish_version(
            warehouse, facts(), contents_of(warehouse, catalog, problems), lazily(warehouse, catalog, problems)
        )
    assert published_versions(warehouse, DATASET) == []
    assert not warehouse.dataset(DATASET).exists()


def lazily(warehouse, catalog, problems):
    """Yield the traces only when they are asked for."""
    yield from traces_of(warehouse, catalog, problems)


def test_secrets_and_settings_of_the_configuration_are_stored_as_shown(stocked):
    """What the publisher is told of the configuration stands in the manifest, for the build to be repeated."""
    warehouse, catalog, problems = stocked
    contents, traces = contents_of(warehouse, catalog, problems), traces_of(warehouse, catalog, problems)
    publish_version(warehouse, facts(config={"teacher": {"api_key": "${KEY}"}}), contents, traces)
    stored = json.loads((warehouse.dataset(DATASET) / "v0001" / "manifest.json").read_text())
    assert stored["config"] == {"teacher": {"api_key": "${KEY}"}}


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"dataset": "sums"}'])
def test_a_damaged_version_manifest_is_named(stocked, content):
    """The error names the file."""
    warehouse, catalog, problems = stocked
    publish(warehouse, catalog, problems)
    path = warehouse.dataset(DATASET) / "v0001" / "manifest.json"
    path.write_text(content)
    with pytest.raises(StorageError) as caught:
        read_version(warehouse, DATASET, 1)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("how", ["parquet files", "folder"])
def test_hugging_face_datasets_loads_a_version(stocked, tmp_path, monkeypatch, how):
    """A training job reads the traces with `datasets`; a conversation is a list of roles and contents."""
    warehouse, catalog, problems = stocked
    monkeypatch.setattr(version_writer, "FILE_ROWS", 4)
    monkeypatch.setattr(version_writer, "ROW_GROUP_ROWS", 2)
    publish(warehouse, catalog, problems)
    import datasets

    folder = warehouse.dataset(DATASET) / "v0001"
    place = {"cache_dir": str(tmp_path / "cache"), "split": "train"}
    if how == "folder":
        loaded = datasets.load_dataset(str(folder), **place)
    else:
        loaded = datasets.load_dataset("parquet", data_files=str(folder / "train" / "*.parquet"), **place)
    assert len(loaded) == 10
    assert loaded.column_names == schemas.TRACES.names
    assert loaded[0]["messages"] == [
        {"role": "user", "content": "0 + 1?"},
        {"role": "assistant", "content": "One more. \\boxed{1}"},
    ]
    assert loaded[1]["tags"] == ["x"]

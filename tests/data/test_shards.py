"""Shards: committed whole or not at all."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import shards
from data.errors import StorageError
from data.records import AnswerKind, Problem
from data.shards import manifests, read_manifest, read_shard, remove_uncommitted, write_shard
from data.traces import problem_from_row
from data.warehouse import open_warehouse
from tests.data.small_warehouse import DATASET, RUN, problem, problem_row, sample


def commit(warehouse, problems):
    """Write problems as one shard."""
    rows = [problem_row(each) for each in problems]
    return write_shard(warehouse, "problems", DATASET, RUN, rows, [row["record_id"] for row in rows])


def below(folder):
    """Return every file below a folder with its content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_manifest_says_what_its_file_is(tmp_path):
    """Rows, bytes, hash and place are those of the Parquet file beside it."""
    warehouse = open_warehouse(tmp_path)
    written = commit(warehouse, [problem(1), problem(2)])
    path = tmp_path / written.path
    assert (written.rows, written.bytes) == (2, path.stat().st_size)
    assert written.sha256 == shards.sha256_of(path)
    assert read_manifest(path.with_suffix(".json")) == written
    assert list(manifests(warehouse)) == [written]


def test_the_same_rows_have_the_same_name_and_are_written_once(tmp_path):
    """Committing again, in any order, changes no byte and no time of a file."""
    warehouse = open_warehouse(tmp_path)
    first = commit(warehouse, [problem(1), problem(2)])
    path = tmp_path / first.path
    before = (path.stat().st_mtime_ns, below(tmp_path))
    assert commit(warehouse, [problem(2), problem(1)]) == first
    assert (path.stat().st_mtime_ns, below(tmp_path)) == before
    assert commit(warehouse, [problem(1)]).path != first.path


def test_the_same_work_gives_the_same_bytes(tmp_path):
    """Two machines that do the same write files of the same hash."""
    hashes = [commit(open_warehouse(tmp_path / name), [problem(1), problem(2)]).sha256 for name in ("a", "b")]
    assert hashes[0] == hashes[1]


def test_without_its_manifest_a_shard_does_not_exist(tmp_path, monkeypatch):
    """A writer that dies before the manifest leaves a file that nobody counts and that recovery removes."""
    warehouse = open_warehouse(tmp_path)
    kept = commit(warehouse, [problem(1)])

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shards, "write_json", die)
        with pytest.raises(KeyboardInterrupt):
            commit(warehouse, [problem(2)])
    assert len(list(warehouse.shards("problems", DATASET).glob("*.parquet"))) == 2
    assert list(manifests(warehouse)) == [kept]
    assert remove_uncommitted(warehouse, "another") == 0
    assert remove_uncommitted(warehouse, DATASET) == 1
    assert list(manifests(warehouse)) == [kept]
    assert (tmp_path / kept.path).exists()
    assert commit(warehouse, [problem(2)]).rows == 1


def test_a_shard_whose_file_was_lost_is_written_again(tmp_path):
    """The same work after somebody deleted the Parquet file alone makes it whole again."""
    warehouse = open_warehouse(tmp_path)
    first = commit(warehouse, [problem(1)])
    (tmp_path / first.path).unlink()
    assert commit(warehouse, [problem(1)]).sha256 == first.sha256
    assert read_shard(warehouse, first.path).num_rows == 1


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
some_text = text.filter(bool)
problems = st.builds(
    Problem,
    question=some_text,
    reference=some_text,
    answer_kind=st.sampled_from(AnswerKind),
    unit=st.none() | text,
    rel_tol=st.none() | st.floats(min_value=0, max_value=0.5),
    choices=st.lists(text, max_size=3).map(tuple),
    source=text,
    license=text,
    tags=st.lists(text, max_size=3).map(tuple),
    id=st.none() | text,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(problems, min_size=1, max_size=4, unique_by=lambda each: each.record_id))
def test_a_stored_problem_is_read_back_as_it_was(tmp_path, stored):
    """Any text, NUL characters too, any number and any missing value survive the file."""
    warehouse = open_warehouse(tmp_path)
    table = read_shard(warehouse, commit(warehouse, stored).path)
    assert [problem_from_row(row) for row in table.to_pylist()] == stored


def test_long_texts_have_no_statistics(tmp_path):
    """Ids can be looked up by the footer; texts of many kilobytes do not bloat it."""
    warehouse = open_warehouse(tmp_path)
    rows = [sample(problem(n), 0, completion="x" * 50_000).model_dump(mode="json") for n in range(50)]
    written = write_shard(warehouse, "samples", DATASET, RUN, rows, [row["sample_id"] for row in rows])
    group = pq.ParquetFile(tmp_path / written.path).metadata.row_group(0)
    statistics = {group.column(i).path_in_schema: group.column(i).statistics for i in range(group.num_columns)}
    assert statistics["sample_id"].max == max(row["sample_id"] for row in rows)
    assert statistics["completion"] is None
    assert group.column(0).compression == "ZSTD"


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbled"])
def test_a_damaged_shard_is_named_with_what_to_do(tmp_path, damage):
    """Whatever happened to the file, the error names it and says how to go on."""
    warehouse = open_warehouse(tmp_path)
    written = commit(warehouse, [problem(n, question=f"{n * 7919:0300d}") for n in range(300)])
    path = tmp_path / written.path
    content = path.read_bytes()
    damaged = {"empty": b"", "cut": content[:-100], "garbled": content[:4] + b"\xff" * 2000 + content[2004:]}
    path.unlink() if damage == "missing" else path.write_bytes(damaged[damage])
    with pytest.raises(StorageError, match=r"restore it, or delete it with the \.json beside it") as caught:
        read_shard(warehouse, written.path)
    assert str(path) in str(caught.value)
    assert "tracemill catalog rebuild" in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"kind": "problems", "new field": 1}'])
def test_a_damaged_manifest_is_named(tmp_path, content):
    """A manifest that is cut, foreign or of a later version is told by its name."""
    warehouse = open_warehouse(tmp_path)
    path = (tmp_path / commit(warehouse, [problem(1)]).path).with_suffix(".json")
    path.write_text(content)
    with pytest.raises(StorageError) as caught:
        list(manifests(warehouse))
    assert str(path) in str(caught.value)


def test_a_number_that_no_column_holds_leaves_nothing(tmp_path):
    """A row that does not fit its columns is an error, and no file."""
    warehouse = open_warehouse(tmp_path)
    row = sample(problem(1), 0, prompt_tokens=2**31).model_dump(mode="json")
    with pytest.raises(ValueError, match="2147483648"):
        write_shard(warehouse, "samples", DATASET, RUN, [row], ["x"])
    assert below(tmp_path) == {}


def test_a_flipped_bit_is_found_where_a_shard_is_read(tmp_path):
    """Wherever in a column it is: what is read are the rows that were written, or an error."""
    warehouse = open_warehouse(tmp_path)
    manifest = commit(warehouse, [problem(n) for n in range(40)])
    path = tmp_path / manifest.path
    whole, content = read_shard(warehouse, manifest.path), path.read_bytes()
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    begin, found, silent = column.dictionary_page_offset, 0, 0
    for place in range(begin, begin + column.total_compressed_size, 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        silent += not pq.read_table(path).equals(whole) if _is_readable(path) else 0
        try:
            assert read_shard(warehouse, manifest.path).equals(whole)
        except StorageError as error:
            found += "cannot be read" in str(error)
    assert found > silent > 50


def _is_readable(path):
    """Whether a file can be read where no checksum is verified."""
    try:
        pq.read_table(path)
    except (OSError, pa.ArrowException):
        return False
    return True

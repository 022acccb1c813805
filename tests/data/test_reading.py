"""Reading a version with our loader and with the usual libraries, as the documentation shows it."""

import re

import pyarrow.parquet as pq
import pytest

from data import version_writer
from data.errors import InputError, StorageError
from data.reading import TraceStream
from data.selection import Selection, SelectionPolicy
from tests.builds import REPOSITORY
from tests.data.small_warehouse import DATASET, opened, problem, publish, put_shard

PAGE = (REPOSITORY / "docs" / "consuming.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"## (.*?)\n.*?```python\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A version with 40 traces in 5 files of 4 row groups."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("read"))
    problems = [problem(n) for n in range(20)]
    put_shard(warehouse, catalog, problems)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(version_writer, "FILE_ROWS", 8)
        patch.setattr(version_writer, "ROW_GROUP_ROWS", 2)
        publish(warehouse, catalog, problems)
    return warehouse.dataset(DATASET) / "v0001"


def ids(rows):
    """Return which traces came."""
    return [row["trace_id"] for row in rows]


def everything(folder):
    """Return all ids in the order of the files."""
    return [each for path in sorted(folder.glob("train/*")) for each in pq.read_table(path)["trace_id"].to_pylist()]


def test_all_rows_come_in_order(folder):
    """Without a seed as they lie; only the columns that are asked for."""
    stream = TraceStream(folder, columns=["trace_id"])
    rows = list(stream)
    assert ids(rows) == everything(folder)
    assert rows[0].keys() == {"trace_id"}
    assert len(TraceStream(folder)) == 40


@pytest.mark.parametrize("readers", [1, 2, 3, 7, 30])
def test_readers_share_without_overlap(folder, readers):
    """Together they have every row once, also where there are more readers than row groups."""
    parts = [list(TraceStream(folder, reader=n, readers=readers, seed=3)) for n in range(readers)]
    assert sorted(each for part in parts for each in ids(part)) == sorted(everything(folder))
    assert [len(part) for part in parts] == [
        len(TraceStream(folder, reader=n, readers=readers)) for n in range(readers)
    ]


def test_a_seed_shuffles_each_epoch_otherwise(folder):
    """The same seed and epoch give the same order."""
    one, again, next_ = (ids(TraceStream(folder, seed=1, epoch=epoch)) for epoch in (0, 0, 1))
    assert one == again
    assert sorted(one) == sorted(next_) == sorted(everything(folder))
    assert len({tuple(one), tuple(next_), tuple(everything(folder))}) == 3


@pytest.mark.parametrize("seen", [0, 1, 2, 7, 39, 40])
def test_a_stream_goes_on_where_it_was_left(folder, seen):
    """A checkpoint's position gives the rest, nothing twice and nothing lost."""
    whole = ids(TraceStream(folder, seed=5))
    first = TraceStream(folder, seed=5)
    rows = iter(first)
    begun = ids(next(rows) for _ in range(seen))
    resumed = TraceStream(folder, seed=5)
    resumed.load_state_dict(first.state_dict())
    assert begun + ids(resumed) == whole


def test_wrong_requests_are_named(folder, tmp_path):
    """A split that is not there, a reader that cannot be, a folder without a version."""
    with pytest.raises(InputError, match="no split 'test'; there are: train"):
        TraceStream(folder, "test")
    with pytest.raises(InputError, match="reader 2 of 2"):
        TraceStream(folder, reader=2, readers=2)
    with pytest.raises(StorageError, match="the file is missing"):
        TraceStream(tmp_path)


def test_only_the_splits_own_files_are_read(tmp_path):
    """Splits do not mix."""
    warehouse, catalog = opened(tmp_path)
    problems = [problem(n) for n in range(30)]
    put_shard(warehouse, catalog, problems)
    manifest = publish(warehouse, catalog, problems, Selection(policy=SelectionPolicy(splits={"test": 0.3})))
    folder = warehouse.dataset(DATASET) / "v0001"
    assert {split: len(list(TraceStream(folder, split))) for split in manifest.splits} == manifest.splits


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "torch" not in name and name != "Training"])
def test_the_documented_lines_run(folder, name, tmp_path, monkeypatch):
    """Each example of the page reads all 40 traces of a version."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path))
    code = EXAMPLES[name].replace("warehouse/datasets/quickstart/v0001", str(folder))
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page
    assert scope["count"] == 40

"""The journal of a shard in the making, and what the next run makes of it."""

import json
from pathlib import Path

import pytest

from data.errors import StorageError
from data.journal import Journal, read_journal
from data.recovery import recover
from data.shards import read_shard
from tests.data.small_warehouse import DATASET, opened, problem, put_shard, sample

ROWS = [{"sample_id": str(n), "completion": "é\n\0" * n} for n in range(4)]


def written(path: Path, rows: list[dict] = ROWS) -> bytes:
    """Write a journal and return its bytes."""
    journal = Journal(path)
    for row in rows:
        journal.append(json.dumps(row).encode())
    journal.sync()
    journal.close()
    journal.close()
    journal.sync()
    return path.read_bytes()


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    """In order, whatever the texts hold."""
    written(tmp_path / "new" / "a.journal")
    assert list(read_journal(tmp_path / "new" / "a.journal")) == ROWS


def test_a_torn_end_costs_only_the_last_record(tmp_path: Path) -> None:
    """Cut anywhere, a journal yields the records that were whole, and no error."""
    path = tmp_path / "a.journal"
    data = written(path)
    counts = []
    for length in range(len(data) + 1):
        path.write_bytes(data[:length])
        rows = list(read_journal(path))
        assert rows == ROWS[: len(rows)]
        counts.append(len(rows))
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3, 4}
    assert counts[-2] == 3


@pytest.mark.parametrize("place", [25, 40, -3])
def test_a_damaged_record_is_never_taken_for_an_answer(tmp_path: Path, place: int) -> None:
    """Its checksum does not fit, and reading stops there."""
    path = tmp_path / "a.journal"
    data = bytearray(written(path))
    data[place] ^= 64
    path.write_bytes(data)
    rows = list(read_journal(path))
    assert rows == ROWS[: len(rows)]
    assert len(rows) < 4


def test_a_strange_file_is_named(tmp_path: Path) -> None:
    """It is not deleted in silence: it may be a newer version's."""
    path = tmp_path / "a.journal"
    path.write_bytes(b"tracemill journal 2\nand more")
    with pytest.raises(StorageError, match=r"a\.journal: not a journal of this version"):
        list(read_journal(path))


def test_a_full_disk_is_said() -> None:
    """As with every other file."""
    journal = Journal.__new__(Journal)
    journal.path, journal._unsynced = Path("/dev/full"), False
    with journal.path.open("wb", buffering=0) as full:
        journal._file = full.fileno()
        with pytest.raises(StorageError, match="the disk is full"):
            journal.append(b"{}")


def test_a_journal_that_was_left_behind_is_committed_once(tmp_path: Path) -> None:
    """Also when the last run had committed a part of it, and when recovery itself was killed before its end."""
    warehouse, catalog = opened(tmp_path)
    first, second = problem(1), problem(2)
    put_shard(warehouse, catalog, [first])
    rows = [sample(each, index).model_dump(mode="json") for index in (1, 0) for each in (second, first)]
    path = warehouse.journal(DATASET) / "run-1-000000.journal"
    data = written(path, [*rows, *rows])
    for _ in range(2):
        path.write_bytes(data)
        recover(warehouse, catalog, DATASET)
        assert not path.exists()
        held = catalog.query(
            'SELECT prompt_id, "index" FROM samples WHERE problem_id = ? ORDER BY 2', [second.problem_id]
        )
        assert held == [(rows[0]["prompt_id"], 0), (rows[0]["prompt_id"], 1)]
    paths = [row[0] for row in catalog.query("SELECT path FROM shards WHERE kind = 'samples' ORDER BY created")]
    assert len(paths) == 2
    assert [row["index"] for row in read_shard(warehouse, paths[1]).to_pylist()] == [0, 1]


def test_an_empty_journal_leaves_nothing(tmp_path: Path) -> None:
    """A build that was killed before the first answer."""
    warehouse, catalog = opened(tmp_path)
    written(warehouse.journal(DATASET) / "run-1-000000.journal", [])
    recover(warehouse, catalog, DATASET)
    assert not list(warehouse.journal(DATASET).iterdir())
    assert not catalog.query("SELECT * FROM shards")

"""The warehouse folder and its locks, with real processes."""

import os
import signal
import socket
from datetime import UTC, datetime

import pytest

from data.errors import StorageError, WarehouseBusyError
from data.warehouse import Warehouse, open_warehouse
from tests.processes import line_of, python

HOLD = """
import subprocess, sys, time
from pathlib import Path
from data.warehouse import open_warehouse
with open_warehouse(Path(sys.argv[1])).lock("sums"):
    children = [subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL).pid for _ in sys.argv[2:]]
    print(*children, flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_and_told_who_holds_the_dataset(tmp_path):
    """The message has the process, its machine, and since when it works."""
    before = datetime.now(UTC).replace(microsecond=0)
    with python(HOLD, tmp_path) as holder:
        line_of(holder)
        with pytest.raises(WarehouseBusyError) as caught, open_warehouse(tmp_path).lock("sums"):
            pass
        message = str(caught.value)
        assert f"dataset 'sums' is being built by process {holder.pid} on {socket.gethostname()} since " in message
        since = datetime.fromisoformat(message.partition(" since ")[2].partition(";")[0])
        assert before <= since <= datetime.now(UTC)
        assert "wait for it or stop it" in message


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path):
    """After kill -9 the dataset is free at once, although a child of the dead process lives on."""
    with python(HOLD, tmp_path, "with a child") as holder:
        child = int(line_of(holder))
        holder.kill()
        holder.wait()
        with open_warehouse(tmp_path).lock("sums"):
            pass
        os.kill(child, signal.SIGKILL)  # it was alive


def test_other_datasets_are_free(tmp_path):
    """Two datasets of one warehouse are built side by side."""
    with python(HOLD, tmp_path) as holder:
        line_of(holder)
        with open_warehouse(tmp_path).lock("other"):
            pass


def test_who_takes_a_dataset_finds_scratch_empty(tmp_path):
    """What a killed run had in the making is thrown away, that of another dataset is not."""
    warehouse = open_warehouse(tmp_path)
    for dataset in ("sums", "other"):
        (warehouse.scratch(dataset) / "deep").mkdir(parents=True)
        (warehouse.scratch(dataset) / "deep" / "half").write_text("x")
    with warehouse.lock("sums"):
        assert list(warehouse.scratch("sums").iterdir()) == []
        assert (warehouse.scratch("other") / "deep" / "half").exists()


def test_a_lock_that_cannot_be_written_is_named(tmp_path):
    """A folder in the lock file's place is an error of the storage, not a busy dataset."""
    (tmp_path / "locks" / "sums.lock").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"sums\.lock: a folder stands where a file is needed") as caught:
        open_warehouse(tmp_path).lock("sums").__enter__()
    assert not isinstance(caught.value, WarehouseBusyError)


def test_a_name_that_the_catalog_cannot_bear_is_refused(tmp_path):
    """DuckDB takes a question mark in a path for the start of settings; nothing is made there."""
    with pytest.raises(StorageError, match=r"with '\?' in its name"):
        open_warehouse(tmp_path / "what?")
    assert list(tmp_path.iterdir()) == []


def test_manifests_name_paths_that_survive_a_move(tmp_path):
    """Paths are relative to the warehouse, with forward slashes."""
    warehouse = Warehouse(tmp_path)
    assert warehouse.relative(warehouse.shards("samples", "sums") / "a.parquet") == "samples/sums/a.parquet"

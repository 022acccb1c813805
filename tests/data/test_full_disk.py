"""A disk that is full or read-only: real small file systems, mounted for one process."""

import shutil
import subprocess
import sys

import pytest

from tests.processes import REPOSITORY, WITHOUT_PANDAS

UNSHARE = shutil.which("unshare")

PRELUDE = """
import os, subprocess, sys

from pathlib import Path
from data.errors import StorageError
from data.members import Member, Members
from data.recovery import rebuild_catalog, write_run
from data.warehouse import open_warehouse
from tests.data import small_warehouse as small

root = Path(sys.argv[1])
problems = [small.problem(number, question=f"{number} " + os.urandom(400).hex()) for number in range(40)]

def fill_disk(leave=0):
    "Take all space of the file system but `leave` bytes."
    with open(root / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))

def make_read_only():
    subprocess.run(["mount", "-o", "remount,ro", root], check=True)

def said(work):
    "Do something that fails and print what a person would see."
    try:
        work()
    except StorageError as error:
        print(str(error).replace(str(root), "ROOT"))
        return
    print("no error")

def below(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
"""


def on_small_disk(folder, code, megabytes=4):
    """Run code with a file system of its own at `folder`, and return the lines that it printed."""
    if UNSHARE is None:
        pytest.skip("the command unshare is not installed")
    mount = f'mount -t tmpfs -o size={megabytes}m tmpfs "$1" || exit 77; exec "$2" -c "$3" "$1"'
    folder.mkdir()
    command = [UNSHARE, "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    done = subprocess.run(
        [*command, folder, sys.executable, WITHOUT_PANDAS + PRELUDE + code],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    if done.returncode == 77 or done.stderr.startswith("unshare:"):
        pytest.skip(f"this system lets nobody mount a small file system: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


FULL = "the disk is full; free some space and run the same command again"
READ_ONLY = "the file system is read-only; choose another warehouse"


def test_a_shard_on_a_full_disk_is_not_half_there(tmp_path):
    """The error names file and remedy, no file of the shard is visible, and with space the same call works."""
    code = """
warehouse, catalog = small.opened(root / "w")
fill_disk(leave=4096)
said(lambda: small.put_shard(warehouse, catalog, problems))
print(below(root / "w" / "problems"), below(warehouse.scratch("sums")))
(root / "filler").unlink()
small.put_shard(warehouse, catalog, problems)
print(catalog.query("SELECT count(*) FROM samples"))
"""
    error, files, samples = on_small_disk(tmp_path / "disk", code)
    assert error.startswith("ROOT/w/problems/sums/")
    assert error.endswith(FULL)
    assert files == "[] []"
    assert samples == "[(160,)]"


def test_a_catalog_on_a_full_disk_stays_whole(tmp_path):
    """Indexing fails with the catalog's name and the remedy; what it held is still there, and it goes on later."""
    code = """
warehouse, catalog = small.opened(root / "w")
catalog.put_run(small.a_run(1))
fill_disk()
said(lambda: catalog.put_run(small.a_run(2, message="x" * 1_000_000)))
print(catalog.query("SELECT run_id FROM runs"))
(root / "filler").unlink()
catalog.put_run(small.a_run(2))
print(catalog.query("SELECT run_id FROM runs ORDER BY 1"))
"""
    error, before, after = on_small_disk(tmp_path / "disk", code)
    assert error == f"ROOT/w/catalog.duckdb: {FULL}"
    assert before == "[('run-1',)]"
    assert after == "[('run-1',), ('run-2',)]"


def test_a_new_catalog_on_a_full_disk_says_so(tmp_path):
    """Where not even an empty catalog fits, the advice is about the disk, not about a damaged file."""
    code = """
warehouse = open_warehouse(root / "w")
fill_disk()
said(lambda: small.opened(root / "w"))
"""
    assert on_small_disk(tmp_path / "disk", code) == [f"ROOT/w/catalog.duckdb: {FULL}"]


def test_scratch_tables_on_a_full_disk_say_so(tmp_path):
    """The list of a run's problems is on disk too, and its errors speak the same language."""
    code = """
members = Members(root / "scratch")
fill_disk()
many = [Member(record_id=os.urandom(40).hex(), problem_id="p", prompt_id=os.urandom(40).hex()) for _ in range(20_000)]
said(lambda: members.add_chunk(many))
said(lambda: Members(root / "other"))
"""
    first, second = on_small_disk(tmp_path / "disk", code)
    assert first == f"ROOT/scratch/members.duckdb: {FULL}"
    assert second.startswith("ROOT/other/members.duckdb: ")
    assert second.endswith(FULL)


def test_publishing_on_a_full_disk_leaves_no_version(tmp_path):
    """No half version is visible, its space is given back, and the next try gets the same number."""
    code = """
warehouse, catalog = small.opened(root / "w")
small.put_shard(warehouse, catalog, problems)
fill_disk(leave=40_000)
said(lambda: small.publish(warehouse, catalog, problems))
print(below(warehouse.dataset("sums")), below(warehouse.scratch("sums")))
(root / "filler").unlink()
print(small.publish(warehouse, catalog, problems).version)
"""
    error, files, version = on_small_disk(tmp_path / "disk", code)
    assert error == f"ROOT/w/datasets/sums/v0001: {FULL}"
    assert files == "[] []"
    assert version == "1"


def test_a_rebuild_on_a_full_disk_keeps_the_old_catalog(tmp_path):
    """The old catalog goes on serving until a whole new one stands beside it."""
    code = """
warehouse, catalog = small.opened(root / "w")
small.put_shard(warehouse, catalog, problems)
before = small.tables(catalog)
fill_disk(leave=100_000)
said(lambda: rebuild_catalog(warehouse))
(root / "filler").unlink()
print(small.tables(catalog) == before)
"""
    error, kept = on_small_disk(tmp_path / "disk", code, megabytes=8)
    assert error.startswith("ROOT/w/catalog.duckdb.new")
    assert error.endswith(FULL)
    assert kept == "True"


def test_a_read_only_warehouse_says_so(tmp_path):
    """Every way of writing into a read-only file system names it and says what to do."""
    code = """
warehouse, catalog = small.opened(root / "w")
small.put_shard(warehouse, catalog, problems[:20])
make_read_only()
said(lambda: warehouse.lock("sums").__enter__())
said(lambda: small.put_shard(warehouse, catalog, problems[20:]))
said(lambda: catalog.put_run(small.a_run()))
said(lambda: small.publish(warehouse, catalog, problems[:20]))
said(lambda: write_run(warehouse, catalog, small.a_run()))
said(lambda: open_warehouse(root / "other"))
said(lambda: open_warehouse(root / "w"))
said(lambda: rebuild_catalog(warehouse))
"""
    *lines, opening, rebuilding = on_small_disk(tmp_path / "disk", code)
    assert [line for line in lines if not line.endswith(READ_ONLY)] == []
    assert len(lines) == 6
    assert all(line.startswith("ROOT/") for line in lines)
    assert opening == "ROOT/w: the warehouse folder is not writable"
    assert rebuilding.endswith(READ_ONLY)


def test_a_read_only_warehouse_can_be_looked_into(tmp_path):
    """People's queries need no right to write."""
    code = """
warehouse, catalog = small.opened(root / "w")
small.put_shard(warehouse, catalog, problems)
make_read_only()
with catalog.reading() as connection:
    print(connection.execute("SELECT count(*) FROM samples").fetchone())
"""
    assert on_small_disk(tmp_path / "disk", code) == ["(160,)"]

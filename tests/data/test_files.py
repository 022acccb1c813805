"""Files that exist whole or not at all."""

import subprocess
import sys

import pytest

from data.errors import InputError, StorageError
from data.files import read_json, sha256_of, whole_file, write_json
from data.warehouse import existing_warehouse, open_warehouse


def names(folder):
    """Return everything below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_file_appears_whole(tmp_path):
    """Nothing stands under the name until everything is written, and the temporary file is gone then."""
    path, scratch = tmp_path / "deep" / "down" / "a.txt", tmp_path / "scratch"
    with whole_file(path, scratch) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert names(scratch) == []


def test_a_failure_leaves_nothing(tmp_path):
    """An error in the middle of writing, whatever it is, leaves no file of any name."""
    path, scratch = tmp_path / "a.txt", tmp_path / "scratch"

    def fail(error):
        with whole_file(path, scratch) as temporary:
            temporary.write_text("half")
            raise error

    for error in (ValueError("no"), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            fail(error)
        assert names(tmp_path) == ["scratch"]


def test_a_failure_keeps_the_file_that_was_there(tmp_path):
    """Who reads meanwhile sees the old content until the new one is whole."""
    path = tmp_path / "a.json"
    write_json(path, {"version": 1}, tmp_path / "scratch")
    with pytest.raises(TypeError):
        write_json(path, {"version": object()}, tmp_path / "scratch")
    assert read_json(path) == {"version": 1}


def test_a_temporary_name_is_never_taken_for_a_shard(tmp_path):
    """Readers glob for `*.parquet`; a file in the making does not end so."""
    with whole_file(tmp_path / "a.parquet", tmp_path) as temporary:
        temporary.write_text("x")
        assert list(tmp_path.glob("*.parquet")) == []
        assert list(tmp_path.glob("*.json")) == []


def test_json_is_written_for_people_and_read_back(tmp_path):
    """Manifests are indented, sorted, and hold any text as it is."""
    value = {"b": "Ωμέγα", "a": [1, None, True], "c": {"d": 0.1}}
    path = tmp_path / "a.json"
    write_json(path, value, tmp_path)
    assert read_json(path) == value
    text = path.read_text(encoding="utf-8")
    assert "Ωμέγα" in text
    assert text.index('"a"') < text.index('"b"')
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "missing"), (b"", "not readable as JSON"), (b'{"a": 1', "cut off"), (b'{"a": "\xff"}', "not readable")],
)
def test_a_manifest_that_cannot_be_read_is_named(tmp_path, content, complaint):
    """A missing, cut or garbled file is named, with what may have happened."""
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StorageError, match=complaint) as caught:
        read_json(path)
    assert str(path) in str(caught.value)


def test_a_folder_in_the_place_of_a_manifest_is_named(tmp_path):
    """Whatever the system says about a path becomes an error of the storage that names it."""
    with pytest.raises(StorageError, match=str(tmp_path)):
        read_json(tmp_path)


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    """A warehouse below a file, or at one, cannot be made; the error says what stands there."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "warehouse", tmp_path / "file"):
        with pytest.raises(StorageError, match="a file stands where a folder is needed") as caught:
            open_warehouse(place)
        assert str(place) in str(caught.value)
    with pytest.raises(StorageError, match="a file stands where a folder is needed"):
        write_json(tmp_path / "file" / "a.json", {}, tmp_path)


def test_a_missing_warehouse_is_named(tmp_path):
    """Looking into a warehouse never makes one."""
    with pytest.raises(InputError, match="no warehouse here; run a build first"):
        existing_warehouse(tmp_path / "none")
    with pytest.raises(InputError, match="holds nothing of ours"):
        existing_warehouse(tmp_path)
    assert names(tmp_path) == []


def test_the_hash_of_a_file_is_that_of_other_tools(tmp_path):
    """Anybody can check a manifest with `sha256sum`."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")  # the example of the standard, FIPS 180-2
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_that_may_not_grow_leaves_nothing(tmp_path):
    """Where the system limits the size of files, writing ends in an error with the path, and no file."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from data.errors import StorageError; from data.files import write_json\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try: write_json(Path(sys.argv[1]) / 'a.json', 'x' * 100_000, Path(sys.argv[1]) / 'scratch')\n"
        "except StorageError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True).stdout
    assert said == f"{tmp_path / 'a.json'}: the file is larger than this file system or user may have\n"
    assert names(tmp_path) == ["scratch"]


def test_written_json_never_holds_a_number_that_json_lacks(tmp_path):
    """Every manifest can be read by any reader of JSON."""
    path = tmp_path / "a.json"
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"x": float("nan")}, tmp_path)
    assert not path.exists()

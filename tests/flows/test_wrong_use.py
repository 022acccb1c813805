"""What the commands that look into a warehouse say of wrong arguments and wrong folders: one message, exit code 2."""

from pathlib import Path

import pytest

from flows.cli import main
from tests.data import small_warehouse as small

COMMANDS = (
    ["datasets"],
    ["datasets", "check"],
    ["datasets", "check", "sums"],
    ["datasets", "diff", "sums", "v1"],
    ["datasets", "path", "sums"],
    ["export", "sums", "--format", "messages", "--to", "exported"],
    ["gc"],
    ["gc", "--yes"],
    ["reverify"],
    ["runs"],
    ["problems"],
    ["sql", "SELECT 1"],
    ["catalog", "rebuild"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_folder_that_is_no_warehouse_is_left_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """A mistyped path is told, and no catalog is put there."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    for name, said in (("letters", "the folder holds nothing of ours"), ("none", "no warehouse here")):
        assert main([*command, "--warehouse", str(tmp_path / name)]) == 2
        (line,) = capfd.readouterr().err.splitlines()
        assert said in line
        assert str(tmp_path / name) in line
    assert [path.name for path in tmp_path.rglob("*")] == ["letters", "a.txt"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "the query is empty"),
        ("  ;  ", "the query is empty"),
        ("-- nothing", "the query is empty"),
        ("selec", "syntax error"),
        ("DROP TABLE runs", "read-only"),
        ("SELECT * FROM read_text('/etc/hostname')", "disabled by configuration"),
    ],
)
def test_a_query_that_cannot_be_run_says_why(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], query: str, said: str
) -> None:
    """Without a traceback."""
    small.opened(tmp_path)
    assert main(["sql", query, "--warehouse", str(tmp_path)]) == 2
    shown = capfd.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_an_empty_warehouse_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where nothing was built yet, nothing is wrong and nothing to remove; a dataset is not known."""
    small.opened(tmp_path)
    for command in (["datasets"], ["datasets", "check"], ["gc"], ["runs"], ["reverify", "--workers", "1"]):
        assert main([*command, "--warehouse", str(tmp_path)]) == 0
    for command in (["datasets", "path", "sums"], ["datasets", "diff", "sums", "v1"], ["datasets", "check", "sums"]):
        capfd.readouterr()
        assert main([*command, "--warehouse", str(tmp_path)]) == 2
        (line,) = capfd.readouterr().err.splitlines()
        assert "no published dataset 'sums'; there are: none yet" in line

"""`tracemill publish`: another choice of what is stored, without asking the teacher again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from configs.loading import load_build
from data.errors import ConfigError
from flows.build_result import NothingAcceptedError
from flows.cli import main
from flows.publish_run import dry_run, publish
from tests.builds import sum_answers, sums, tracemill, traces, write_build
from tests.flows.in_process import build, quiet
from tests.scripted_teacher import scripted_teacher

GONE = "teacher.base_urls.0=http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A teacher that knows the sums."""
    with scripted_teacher(tmp_path_factory.mktemp("teacher") / "script.json", answers=sum_answers(30)) as address:
        yield address


def below(folder: Path) -> dict[str, bytes]:
    """Return every file of a warehouse but the catalog's."""
    files = (
        path
        for path in folder.rglob("*")
        if path.is_file() and not {"locks", "scratch", "catalog.duckdb"} & set(path.parts)
    )
    return {str(path): path.read_bytes() for path in files}


def test_a_policy_makes_the_next_version_without_the_teacher(tmp_path: Path, url: str) -> None:
    """The dry run says what the version then holds; the first version stays; publishing again changes nothing."""
    config = write_build(tmp_path, url, sums(12))
    build(config)
    before = below(tmp_path / "warehouse")
    loaded = load_build(config, [GONE, "publish.traces_per_problem=1", "publish.choose=shortest"])
    would = dry_run(loaded, quiet())
    assert below(tmp_path / "warehouse") == before
    assert (would.latest, would.is_unchanged) == (1, False)
    assert would.summary()["left_out"]["samples"] == {"incorrect": 12, "no_answer": 12, "more_than_wanted": 12}
    result, pending = publish(loaded, quiet())
    assert (result.manifest.version, result.report) == (2, would.contents.report)
    assert len(traces(result.path)) == 12
    assert (pending.samples_to_ask, pending.samples_to_verify) == (0, 0)
    assert before.items() <= below(tmp_path / "warehouse").items()
    assert not publish(loaded, quiet())[0].is_new_version
    assert dry_run(loaded, quiet()).is_unchanged


def test_a_build_publishes_by_the_same_policy(tmp_path: Path, url: str) -> None:
    """What a build publishes, `publish` finds nothing to add to."""
    config = write_build(tmp_path, url, sums(6), publish={"traces_per_problem": 1})
    result = build(config)
    assert (len(traces(result.path)), result.survey.accepted, result.summary()["traces"]) == (6, 12, 6)
    assert not publish(load_build(config), quiet())[0].is_new_version


def test_licences_mended_in_the_sources_reach_publishing(tmp_path: Path, url: str) -> None:
    """Problems described anew are told by the dry run, and stored by publishing; nothing is asked."""
    build(write_build(tmp_path, url, sums(4)))
    rows = [problem | {"license": "NC" if n == 0 else "MIT"} for n, problem in enumerate(sums(4))]
    loaded = load_build(write_build(tmp_path, url, rows, licenses={"allow": ["MIT"]}), [GONE])
    would = dry_run(loaded, quiet())
    assert would.summary()["left_out"]["problems"] == {"license": 1}
    result, _ = publish(loaded, quiet())
    assert result.report == would.contents.report
    assert {row["license"] for row in traces(result.path)} == {"MIT"}


def test_what_a_build_would_still_do_is_told(tmp_path: Path, url: str) -> None:
    """New problems are counted as not judged, their samples as to be asked for."""
    build(write_build(tmp_path, url, sums(4)))
    would = dry_run(load_build(write_build(tmp_path, url, sums(5))), quiet())
    assert would.pending.samples_to_ask == 4
    assert would.summary()["left_out"]["problems"] == {"not_judged": 1}


def test_a_policy_that_leaves_nothing_publishes_nothing(tmp_path: Path, url: str) -> None:
    """The message says how many were accepted, and why each is out."""
    config = write_build(tmp_path, url, sums(3))
    build(config)
    loaded = load_build(config, ["publish.completion_tokens={min: 5000}"])
    for use in (publish, dry_run):
        with pytest.raises(NothingAcceptedError, match=r"6 samples were accepted.*\(6 completion_tokens\)"):
            use(loaded, quiet())
    assert len(list((tmp_path / "warehouse" / "datasets" / "sums").iterdir())) == 1


@pytest.mark.parametrize(
    "changes",
    [
        ["teacher.license.allows_training=no"],
        ["licenses.teacher=yes"],
        ["licenses.teacher=yes", "teacher.license={name: NC, allows_training: no}"],
    ],
)
def test_a_teacher_whose_licence_forbids_training_is_refused_before_anything(
    tmp_path: Path, changes: list[str]
) -> None:
    """Nothing is asked, nothing is written; the message names the key."""
    config = write_build(tmp_path, "http://127.0.0.1:9/v1", sums(1))
    with pytest.raises(ConfigError, match=r"teacher\.license"):
        build(config, *changes)
    for use in (publish, dry_run):
        with pytest.raises(ConfigError, match=r"teacher\.license"):
            use(load_build(config, changes), quiet())
    assert not (tmp_path / "warehouse").exists()


def test_the_teachers_licence_stands_in_the_manifest(tmp_path: Path, url: str) -> None:
    """A version says under which licence its teacher answered."""
    config = write_build(tmp_path, url, sums(1), teacher={"license": {"name": "Apache-2.0", "allows_training": True}})
    result = build(config)
    teacher = json.loads((Path(result.path) / "manifest.json").read_text())["teacher"]
    assert (teacher["license"], teacher["allows_training"]) == ("Apache-2.0", "yes")


def test_the_command_prints_counts_by_reason(tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Tables for people, one object for programs; a warehouse that is not there is one message."""
    config = write_build(tmp_path, url, sums(3))
    build(config)
    policy = ["--set", "publish.traces_per_problem=1"]
    assert main(["publish", str(config), "--dry-run", *policy]) == 0
    shown = capfd.readouterr().out
    for said in (
        "would hold: 3 traces of 3 problems",
        "9 of 12 samples left out",
        "more_than_wanted",
        "Nothing was written",
    ):
        assert said in shown
    assert main(["publish", str(config), "--dry-run", "--json", *policy]) == 0
    assert json.loads(capfd.readouterr().out)["traces"] == 3
    done = tracemill("publish", config, "--json", *policy)
    assert json.loads(done.stdout)["version"] == 2
    assert main(["publish", str(config), *policy]) == 0
    assert "Nothing new: sums v2 already holds exactly this" in capfd.readouterr().out
    assert main(["publish", str(write_build(tmp_path / "new", url, sums(1)))]) == 2
    assert "no warehouse here" in capfd.readouterr().err
    other = ["--set", f"warehouse={tmp_path / 'warehouse'}", "--set", "sampling.seed=8"]
    assert main(["publish", str(config), "--dry-run", *other]) == 1
    said = capfd.readouterr().err
    assert "holds no judged sample of these 3 problems" in said
    assert f"tracemill build {config}" in said

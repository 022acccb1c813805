"""`tracemill reverify`: stored samples judged by another policy, without the teacher."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.catalog import Catalog
from data.shards import write_shard
from data.warehouse import Warehouse
from flows import reverify_run
from flows.cli import main
from tests.builds import stored, write_build
from tests.flows.in_process import build
from tests.scripted_teacher import scripted_teacher

PROBLEMS = [
    {"question": "How far?", "answer": "5", "unit": "m"},
    {"question": "How many?", "answer": "7"},
]
ANSWERS = {
    "How far?": ["\\boxed{5}", "\\boxed{5 m}", "\\boxed{500 cm}", "\\boxed{6 m}"],
    "How many?": ["\\boxed{7}", "\\boxed{3+4}", {"content": "\\boxed{7} and", "finish_reason": "length"}, "none"],
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A warehouse with the samples of two problems."""
    with scripted_teacher(tmp_path / "script.json", answers=ANSWERS) as url:
        build(write_build(tmp_path, url, PROBLEMS))
    return tmp_path / "warehouse"


def reverify(warehouse: Path, capfd: pytest.CaptureFixture[str], *policy: str) -> dict:
    """Verify again, and return what was printed."""
    arguments = [part for each in policy for part in ("--policy", each)]
    assert main(["reverify", "--warehouse", str(warehouse), "--workers", "1", "--json", *arguments]) == 0
    return dict(json.loads(capfd.readouterr().out))


def test_another_policy_accepts_and_rejects(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A bare number is accepted now, an unevaluated sum is not any more; samples stay as they are."""
    samples = stored(built, "samples")
    found = reverify(built, capfd, "missing_unit=accept", "unevaluated=reject")
    assert (found["samples"], found["newly_accepted"], found["newly_rejected"]) == (8, 1, 1)
    assert {(each["old"], each["new"]) for each in found["changes"]} == {
        ("unit_mismatch", "correct"),
        ("correct", "incorrect"),
    }
    assert stored(built, "samples") == samples
    sets = {row["verdict_set"] for row in stored(built, "verdicts")}
    assert len(sets) == 2
    assert found["verdict_set"] in sets
    catalog = Catalog(built / "catalog.duckdb", built)
    assert catalog.query("SELECT DISTINCT verdict_set FROM problems") == [(found["verdict_set"],)]
    assert catalog.query("SELECT state, samples FROM runs ORDER BY started DESC LIMIT 1") == [("reverified", 8)]


def test_what_was_judged_is_passed_over(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The build's own verdicts count, and so does what an earlier call found; a lost shard is made again."""
    assert (found := reverify(built, capfd))["samples"] == 0
    assert found["known"] == 8
    reverify(built, capfd, "missing_unit=accept")
    assert reverify(built, capfd, "missing_unit=accept")["samples"] == 0
    for path in Warehouse(built).shards("verdicts", "sums").iterdir():
        path.unlink()
    assert reverify(built, capfd, "missing_unit=accept")["samples"] == 8


def test_many_shards_are_judged_and_indexed_together(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample that another dataset stored too is judged once, wherever the looks into the catalog fall."""
    with scripted_teacher(tmp_path / "script.json", answers=ANSWERS) as url:
        change = ["execution.shard_size=1"]
        build(write_build(tmp_path, url, PROBLEMS), *change)
    warehouse = Warehouse(tmp_path / "warehouse")
    first, *_ = sorted(warehouse.shards("samples", "sums").glob("*.parquet"))
    rows = pq.read_table(first).to_pylist()
    again = write_shard(warehouse, "samples", "sums", "run", [*rows, rows[0] | {"sample_id": "another"}], ["x"])
    Catalog(warehouse.catalog, warehouse.root).register_shards([again])
    found = []
    for together in (1, 9, 100_000):
        monkeypatch.setattr(reverify_run, "ROWS_TOGETHER", together)
        found.append(reverify(warehouse.root, capfd, "missing_unit=accept"))
        del found[-1]["seconds"]
        Catalog(warehouse.catalog, warehouse.root).forget_shards("verdicts", _last_verdicts(warehouse, found[-1]))
    assert found[0] == found[1] == found[2]
    assert (found[0]["samples"], found[0]["known"]) == (9, 4)


def _last_verdicts(warehouse: Warehouse, found: dict) -> list[str]:
    """Delete the shards of a verdict set, and return their ids."""
    paths = [
        path
        for path in warehouse.shards("verdicts", "sums").glob("*.parquet")
        if pq.read_table(path)["verdict_set"][0].as_py() == found["verdict_set"]
    ]
    for path in paths:
        path.unlink()
        path.with_suffix(".json").unlink()
    return [path.stem for path in paths]


def test_people_see_examples_of_what_changed(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Counts by old and new status, and samples with answer, reference and reason."""
    policy = ["--policy", "missing_unit=accept", "--policy", "unevaluated=reject"]
    assert main(["reverify", "--warehouse", str(built), *policy]) == 0
    shown = capfd.readouterr().out
    for said in (
        "8 samples judged",
        "Newly accepted: 1",
        "unit_mismatch → correct: 5 for 5",
        "correct → incorrect: 3+4 for 7",
    ):
        assert said in shown


def test_a_new_version_follows_the_new_verdicts(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Publishing with the same policy takes them as they are: nothing is asked, nothing judged twice."""
    reverify(built, capfd, "missing_unit=accept")
    config = built.parent / "build.yaml"
    policy = ["--set", "verification.policy={missing_unit: accept}"]
    assert main(["publish", str(config), "--json", *policy]) == 0
    published = json.loads(capfd.readouterr().out)
    assert (published["version"], published["traces"]) == (2, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "missing=accept"], "unknown policy 'missing'"),
        (["--dataset", "none"], "no samples of a dataset 'none'; there are: sums"),
        (["--workers", "0"], "at least one process"),
    ],
)
def test_wrong_arguments_are_one_message(
    built: Path, arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and what would be right."""
    assert main(["reverify", "--warehouse", str(built), *arguments]) == 2
    assert message in capfd.readouterr().err

"""Problems without a reference, and references that the samples contradict."""

import json
from pathlib import Path

import pytest

from data.recovery import rebuild_catalog
from data.warehouse import Warehouse
from flows.cli import main
from tests.builds import stored, sums, traces, write_build
from tests.flows.test_build_run import build
from tests.scripted_teacher import scripted_teacher

HALF = ["\\boxed{1/2}", "\\boxed{0.5}", "\\boxed{\\frac{2}{4}}", "\\boxed{x = 1/2}"]


def test_a_majority_stands_for_a_reference_that_is_not_known(tmp_path: Path) -> None:
    """By value, not by string; the trace says so, and how many agreed. Without a majority nothing is accepted."""
    problems = [{"question": "What is half of 1?"}, {"question": "Who knows?"}, sums(1)[0], {"question": "Nobody?"}]
    answers = {
        "What is half of 1?": [*HALF, "\\boxed{2}", "I do not know"],
        "Who knows?": ["\\boxed{1}", "\\boxed{2}", "\\boxed{3}"],
        "What is 0 + 1?": ["\\boxed{1}"],
        "Nobody?": ["I do not know"],
    }
    majority = "problems.0.reference=majority"
    with scripted_teacher(tmp_path / "script.json", answers=answers) as url:
        config = write_build(tmp_path, url, problems, sampling={"samples_per_problem": 6})
        first = build(config, majority)
        again = build(config, majority)
        stricter = build(config, majority, "verification.majority.accept.share=0.9")
    rows = traces(first.path)
    voted = [row for row in rows if row["question"] == "What is half of 1?"]
    assert len(voted) == 4
    assert {row["verifier"] for row in voted} == {"majority"}
    assert {(row["votes"], row["voters"], row["n_samples"]) for row in voted} == {(4, 5, 6)}
    assert len({row["reference"] for row in voted}) == 1
    assert voted[0]["reference"] in {"1/2", "0.5", "\\frac{2}{4}", "x = 1/2"}
    given = [row for row in rows if row["question"] == "What is 0 + 1?"]
    assert {(row["verifier"] == "majority", row["votes"], row["reference"]) for row in given} == {(False, None, "1")}
    assert len(rows) == len(voted) + len(given) == first.survey.accepted
    assert first.survey.by_status == {"correct": 10, "incorrect": 1, "no_answer": 7, "no_reference": 6}
    assert not again.is_new_version
    assert {row["question"] for row in traces(stricter.path)} == {"What is 0 + 1?"}
    assert {row["outcome"] for row in stored(tmp_path / "warehouse", "votes")} == {"accepted", "rejected"}


def test_a_reference_that_a_confident_majority_contradicts_is_quarantined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No trace of it unless so configured; it is listed, also by a catalog that was made anew."""
    problems = [{"question": "What is 0 + 1?", "answer": "2", "id": "wrong-1"}, sums(2)[1]]
    answers = {"What is 0 + 1?": [*["\\boxed{1}", "\\boxed{1.0}"] * 4, "\\boxed{2}"], "What is 1 + 2?": ["\\boxed{3}"]}
    with scripted_teacher(tmp_path / "script.json", answers=answers) as url:
        config = write_build(tmp_path, url, problems, sampling={"samples_per_problem": 9})
        first = build(config)
        kept = build(config, "verification.majority.suspects=keep")
    assert first.survey.suspects == 1
    assert {row["question"] for row in traces(first.path)} == {"What is 1 + 2?"}
    assert (first.survey.accepted, first.survey.problems_solved) == (9, 1)
    assert len(traces(kept.path)) == 10
    assert kept.run.new_samples == 0
    warehouse = tmp_path / "warehouse"
    for _ in range(2):
        assert main(["problems", "--suspect", "--warehouse", str(warehouse), "--format", "json"]) == 0
        (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert (row["id"], row["reference"], row["votes"], row["voters"]) == ("wrong-1", "2", 8, 9)
        assert row["majority"] in {"1", "1.0"}
        assert row["agree_with_reference"] == 1
        rebuild_catalog(Warehouse(warehouse))
    assert main(["problems", "--warehouse", str(warehouse), "--limit", "1", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_rows_without_an_answer_are_problems_only_where_so_configured(tmp_path: Path) -> None:
    """Elsewhere they are rows that cannot be read, as ever."""
    with scripted_teacher(tmp_path / "script.json", default="\\boxed{1}") as url:
        result = build(write_build(tmp_path, url, [{"question": "Who knows?"}, *sums(1)]))
    assert result.bad_rows.count == 1
    assert result.survey.problems == 1

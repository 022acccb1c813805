"""What a build stores and publishes, run through the plain functions, without Prefect."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from data.catalog import Catalog
from data.errors import ProblemRowError, TeacherError
from data.recovery import rebuild_catalog
from data.warehouse import Warehouse
from flows.build_result import NothingAcceptedError
from tests.builds import stored, sum_answers, sums, traces, write_build
from tests.flows.in_process import build
from tests.scripted_teacher import scripted_teacher

COUNT = 25


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A teacher that knows the sums."""
    with scripted_teacher(tmp_path_factory.mktemp("teacher") / "script.json", answers=sum_answers(100)) as address:
        yield address


def test_every_sample_is_kept_with_its_verdict_and_only_correct_ones_become_traces(tmp_path: Path, url: str) -> None:
    """Two of the teacher's four ways of answering are right: as many traces, all else stored with a reason."""
    result = build(write_build(tmp_path, url, sums(COUNT)))
    assert dict(result.survey.by_status) == {"correct": 2 * COUNT, "incorrect": COUNT, "no_answer": COUNT}
    assert len(stored(tmp_path / "warehouse", "samples")) == 4 * COUNT
    verdicts = stored(tmp_path / "warehouse", "verdicts")
    assert all(verdict["reason"] for verdict in verdicts if verdict["status"] != "correct")
    rows = traces(result.path)
    assert len(rows) == 2 * COUNT
    assert {row["pass_rate"] for row in rows} == {0.5}
    assert {row["n_samples"] for row in rows} == {4}
    row = next(row for row in rows if "<think>" in row["completion"])
    assert row["reasoning"] == "I add them."
    assert row["messages"] == [
        {"role": "user", "content": row["question"]},
        {"role": "assistant", "content": row["completion"]},
    ]


def test_a_problems_traces_lie_together_in_the_order_of_the_source(tmp_path: Path, url: str) -> None:
    """Readers that stream a version see one problem after the other."""
    result = build(write_build(tmp_path, url, sums(COUNT)))
    questions = [row["question"] for row in traces(result.path)]
    assert list(dict.fromkeys(questions)) == [problem["question"] for problem in sums(COUNT)]
    assert len(dict.fromkeys(questions)) == sum(a != b for a, b in zip(questions, [None, *questions], strict=False))


def test_the_same_build_again_finds_nothing_to_do(tmp_path: Path, url: str) -> None:
    """No request, no shard, no version."""
    config = write_build(tmp_path, url, sums(COUNT))
    first = build(config)
    again = build(config)
    assert not again.is_new_version
    assert again.manifest == first.manifest
    assert again.run.new_samples == 0
    assert again.summary()["samples"] == 4 * COUNT


def test_nothing_to_do_needs_no_teacher(tmp_path: Path, url: str) -> None:
    """A scheduled build with nothing new succeeds while the teacher sleeps."""
    config = write_build(tmp_path, url, sums(3))
    build(config)
    with pytest.raises(TeacherError, match="cannot reach"):
        build(config, "teacher.base_urls.0=http://127.0.0.1:9/v1", "sampling.samples_per_problem=5")
    assert not build(config, "teacher.base_urls.0=http://127.0.0.1:9/v1").is_new_version


def test_raising_samples_per_problem_asks_only_for_the_missing_ones(tmp_path: Path, url: str) -> None:
    """From 2 to 4 samples a problem: two more each; the first two are the same as before."""
    config = write_build(tmp_path, url, sums(COUNT))
    first = build(config, "sampling.samples_per_problem=2")
    before = {row["sample_id"]: row["completion"] for row in stored(tmp_path / "warehouse", "samples")}
    second = build(config)
    after = {row["sample_id"]: row["completion"] for row in stored(tmp_path / "warehouse", "samples")}
    assert second.run.new_samples == 2 * COUNT
    assert before.items() <= after.items()
    assert (first.manifest.version, second.manifest.version) == (1, 2)


def test_new_problems_add_only_theirs(tmp_path: Path, url: str) -> None:
    """Old problems are not asked again, and the first version stays as it was."""
    first = build(write_build(tmp_path, url, sums(10)))
    kept = {path: path.read_bytes() for path in Path(first.path).rglob("*") if path.is_file()}
    second = build(write_build(tmp_path, url, sums(13)))
    assert second.run.new_samples == 3 * 4
    assert second.survey.problems == 13
    assert {path: path.read_bytes() for path in kept} == kept


def test_a_mended_reference_is_verified_again_without_asking_the_teacher(tmp_path: Path, url: str) -> None:
    """What is asked has not changed, so stored samples are judged against the new reference."""
    problems = sums(4)
    right = problems[0]["answer"]
    problems[0] = {**problems[0], "answer": "999"}
    assert build(write_build(tmp_path, url, problems)).survey.problems_solved == 3
    result = build(write_build(tmp_path, url, [{**problems[0], "answer": right}, *problems[1:]]))
    assert result.run.new_samples == 0
    assert result.survey.problems_solved == 4
    assert result.manifest.version == 2


def test_another_dataset_reuses_what_was_asked_before(tmp_path: Path, url: str) -> None:
    """The same work asked twice is done once, whatever the dataset is called."""
    build(write_build(tmp_path, url, sums(5)))
    result = build(write_build(tmp_path, url, sums(6), name="more-sums"))
    assert result.run.new_samples == 4
    assert result.survey.samples == 24


def test_changed_tags_and_licences_reach_the_next_version(tmp_path: Path, url: str) -> None:
    """A problem's description may change without asking or judging anything again."""
    build(write_build(tmp_path, url, sums(5)))
    tagged = [problem | {"tags": ["addition"], "license": "CC0-1.0"} for problem in sums(5)]
    result = build(write_build(tmp_path, url, tagged))
    assert result.run.new_samples == 0
    assert {row["license"] for row in traces(result.path)} == {"CC0-1.0"}
    assert all(row["tags"] == ["addition"] for row in traces(result.path))


def test_truncated_completions_are_labelled_and_never_verified(tmp_path: Path) -> None:
    """A right answer in a completion that was cut off does not count."""
    cut = {"content": "\\boxed{1} and now", "finish_reason": "length"}
    answers = {"What is 0 + 1?": [cut, "\\boxed{1}"]}
    with scripted_teacher(tmp_path / "script.json", answers=answers) as address:
        result = build(write_build(tmp_path, address, sums(1)))
    assert dict(result.survey.by_status) == {"truncated": 2, "correct": 2}


def test_loops_refusals_and_empty_answers_are_told_apart_and_never_trained_on(tmp_path: Path) -> None:
    """A right answer after a loop does not count; each has a status of its own in summary, samples and catalog."""
    loop, refusal = "Let me check that again. " * 9 + "\\boxed{1}", "I'm sorry, but I can't help."
    answers = {"What is 0 + 1?": [loop, refusal, "", "\\boxed{1}"]}
    with scripted_teacher(tmp_path / "script.json", answers=answers) as address:
        config = write_build(tmp_path, address, sums(1))
        result = build(config)
        again = build(config, "verification.policy.extra_unit=reject")
    assert dict(result.survey.by_status) == {"loop": 1, "refusal": 1, "empty": 1, "correct": 1}
    assert again.survey.by_status == result.survey.by_status
    reasons = {row["finish_reason"] for row in stored(tmp_path / "warehouse", "samples")}
    assert reasons == {"loop", "refusal", "empty", "stop"}
    assert [row["completion"] for row in traces(result.path)] == ["\\boxed{1}"]


def test_several_templates_share_a_problems_samples(tmp_path: Path) -> None:
    """Chat and raw, each with its own prompt; traces name theirs; nothing is asked twice, also when more are wanted."""
    log = tmp_path / "requests.jsonl"
    with scripted_teacher(tmp_path / "script.json", default="\\boxed{1}", log=str(log)) as address:
        templates = [{"template": "plain.yaml", "weight": 2}, {"template": "raw.yaml"}]
        config = write_build(tmp_path, address, sums(6), prompt={"templates": templates})
        text = yaml.safe_load(config.read_text())
        del text["prompt"]["template"]
        config.write_text(yaml.safe_dump(text))
        raw = 'system: Add.\nuser: "Q: {question}\\nA:"\nmode: completion\n'
        (tmp_path / "raw.yaml").write_text(raw)
        first = build(config)
        more = build(config, "sampling.samples_per_problem=9")
        again = build(config, "sampling.samples_per_problem=9")
    assert (first.survey.samples, more.survey.samples, more.run.new_samples) == (24, 54, 30)
    assert (again.run.new_samples, again.is_new_version) == (0, False)
    asked = [json.loads(line)["question"] for line in log.read_text().splitlines()]
    assert len(asked) == 54
    assert sum(each.startswith("Q: What is") for each in asked) == pytest.approx(18, abs=9)
    rows = traces(more.path)
    assert {row["prompt_template"] for row in rows} == {"plain", "raw"}
    assert {row["n_samples"] for row in rows} == {9}
    row = next(row for row in rows if row["prompt_template"] == "raw")
    assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant"]
    assert len({row["sample_id"] for row in rows}) == len(rows)


def test_reasoning_in_a_field_of_its_own_is_kept_and_trained_on(tmp_path: Path) -> None:
    """`reasoning_content` becomes a think block before the answer."""
    answers = {"What is 0 + 1?": [{"content": "It is \\boxed{1}", "reasoning_content": "zero and one"}]}
    with scripted_teacher(tmp_path / "script.json", answers=answers) as address:
        result = build(write_build(tmp_path, address, sums(1)))
    row = traces(result.path)[0]
    assert row["reasoning"] == "zero and one"
    assert row["completion"] == "It is \\boxed{1}"
    assert row["messages"][-1]["content"] == "<think>\nzero and one\n</think>\n\nIt is \\boxed{1}"


def test_an_answer_only_inside_unclosed_reasoning_is_no_answer(tmp_path: Path) -> None:
    """Scratch work is not an answer."""
    answers = {"What is 0 + 1?": ["<think>maybe \\boxed{1}"]}
    nothing_accepted = pytest.raises(NothingAcceptedError, match="no_answer")
    with scripted_teacher(tmp_path / "script.json", answers=answers) as address, nothing_accepted:
        build(write_build(tmp_path, address, sums(1)))


def test_bad_rows_are_counted_and_named(tmp_path: Path, url: str) -> None:
    """A broken row costs one problem, and the summary says where it is."""
    config = write_build(tmp_path, url, sums(3))
    with (tmp_path / "problems.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    result = build(config)
    assert result.survey.problems == 3
    assert result.bad_rows.count == 1
    assert f"{tmp_path / 'problems.jsonl'}:4" in result.bad_rows.first[0]


def test_bad_rows_are_fatal_when_so_configured(tmp_path: Path, url: str) -> None:
    """`on_bad_row: fail` stops the build and names file and line."""
    config = write_build(tmp_path, url, [*sums(3), {"question": "no answer"}], on_bad_row="fail")
    with pytest.raises(ProblemRowError, match=r"problems\.jsonl:4"):
        build(config)
    assert not (tmp_path / "warehouse" / "datasets").exists()


def test_repeated_questions_are_asked_once(tmp_path: Path, url: str) -> None:
    """Also where they lie in different shards; a contradicting reference is reported."""
    problems = [*sums(COUNT), *sums(2), {"question": "What is 2 + 3?", "answer": "6"}]
    result = build(write_build(tmp_path, url, problems))
    assert (result.duplicates, result.contradictions) == (3, 1)
    assert result.survey.samples == 4 * COUNT


def test_refused_requests_are_reported_and_asked_again(tmp_path: Path, url: str) -> None:
    """A prompt that the server will never take costs its own samples only."""
    config = write_build(tmp_path, url, sums(2))
    build(config)
    with scripted_teacher(tmp_path / "script.json", refuse_with=400) as address:
        refused = build(config, f"teacher.base_urls.0={address}", "sampling.samples_per_problem=5")
        assert sum(refused.refusals.values()) == 2
        assert refused.survey.samples == 8
    assert build(config, "sampling.samples_per_problem=5").run.new_samples == 2


def test_a_rebuilt_catalog_equals_the_old_one(tmp_path: Path, url: str) -> None:
    """Everything in the catalog follows from the files."""
    config = write_build(tmp_path, url, sums(COUNT))
    build(config, "sampling.samples_per_problem=2")
    build(config)
    warehouse = Warehouse(tmp_path / "warehouse")
    before = everything(warehouse)
    warehouse.catalog.unlink()
    rebuild_catalog(warehouse)
    assert everything(warehouse) == before
    assert before["samples"]


def everything(warehouse: Warehouse) -> dict[str, list[Any]]:
    """Return all rows of all tables, sorted."""
    catalog = Catalog(warehouse.catalog, warehouse.root)
    tables = ("problems", "samples", "verdicts", "shards", "runs", "versions")
    return {table: sorted(catalog.query(f"FROM {table}"), key=repr) for table in tables}


def test_the_manifest_tells_how_a_version_was_made(tmp_path: Path, url: str) -> None:
    """Config, hashes, versions, teacher and counts are there, and every file's hash holds."""
    result = build(write_build(tmp_path, url, sums(COUNT)))
    manifest = json.loads((Path(result.path) / "manifest.json").read_text())
    assert manifest["config"]["sampling"]["seed"] == 7
    assert manifest["teacher"]["name"] == "scripted"
    assert manifest["by_status"]["correct"] == 2 * COUNT
    for file in manifest["files"]:
        assert pq.ParquetFile(Path(result.path) / file["path"]).metadata.num_rows == file["rows"]


def test_samples_lie_in_the_same_files_whatever_the_order_of_arrival(tmp_path: Path, url: str) -> None:
    """Shard names follow from what the shards hold."""
    names = []
    for folder, in_flight in (("a", 1), ("b", 32)):
        build(write_build(tmp_path / folder, url, sums(COUNT), teacher={"max_in_flight": in_flight}))
        names.append(sorted(path.name for path in (tmp_path / folder / "warehouse" / "samples").rglob("*.parquet")))
    assert names[0] == names[1]
    assert len(names[0]) == 3

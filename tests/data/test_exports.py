"""Exports, each read by the library that it is for, or by the fields that its documentation names."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.errors import InputError
from data.exporting import export_version
from data.exports import ExportFormat, as_pairs
from data.records import Status
from data.selection import Band, Selection, SelectionPolicy
from data.soft_targets import SoftTargets, read_soft_targets, soft_row, write_soft_targets
from generators.reasoning import join_reasoning
from tests.data.small_warehouse import DATASET, RUN, opened, problem, publish, put_shard, sample

STATUSES = (Status.CORRECT, Status.INCORRECT, Status.CORRECT, Status.TRUNCATED)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    """Three problems, the last never solved; two traces a problem, and samples that are wrong or cut off."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("stocked"))
    problems = [problem(n, unit="m", rel_tol=0.01, tags=("x",)) for n in range(3)]
    put_shard(warehouse, catalog, problems[:2], statuses=STATUSES)
    put_shard(warehouse, catalog, problems[2:], statuses=(Status.INCORRECT,))
    put_soft_targets(warehouse, catalog, problems[:2])
    return warehouse, catalog, publish(warehouse, catalog, problems)


def put_soft_targets(warehouse, catalog, problems, **more):
    """Store soft targets of the first samples of problems: each character is a token, and one other could have come."""
    for each in problems:
        given = sample(each, 0).model_dump(mode="json") | more
        tokens = [(ord(c), -0.5, [(ord(c), -0.5), (ord("x"), -1.0 - n)]) for n, c in enumerate(given["completion"])]
        row = soft_row(given, SoftTargets.of(2, tokens))
        catalog.register_shards([write_soft_targets(warehouse, DATASET, RUN, [row])])


def exported(stocked, folder, how, **more):
    """Export the version, and return the rows of its only split."""
    made = export_version(*stocked, how, folder, join_reasoning, **more)
    rows = pq.read_table(folder / "train.parquet").to_pylist()
    assert made.rows == {"train": len(rows)}
    return rows


def load(folder, cache):
    """Read an export the way Hugging Face `datasets` does."""
    import datasets

    files = {"train": str(Path(folder) / "train.parquet")}
    return datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(cache))


@pytest.mark.parametrize("how", list(ExportFormat))
def test_hugging_face_datasets_reads_every_format(stocked, tmp_path, how):
    """Each Parquet file loads, with its rows; JSONL beside it says the same."""
    rows = exported(stocked, tmp_path / "out", how)
    loaded = load(tmp_path / "out", tmp_path / "cache")
    assert loaded.num_rows == len(rows) > 0
    assert list(loaded) == rows
    lines = tmp_path / "out" / "train.jsonl"
    assert lines.exists() == (how in ("sharegpt", "alpaca"))
    if lines.exists():
        assert [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] == rows
    if lines.exists():
        [info] = json.loads((tmp_path / "out" / "dataset_info.json").read_text()).values()
        assert set(info["columns"].values()) <= set(rows[0])
        assert (info["file_name"], info["formatting"]) == (lines.name, how)
    made = json.loads((tmp_path / "out" / "export.json").read_text())
    assert (made["dataset"], made["version"], made["format"], made["rows"]) == ("sums", 1, how, {"train": len(rows)})


def test_conversations_in_four_forms(stocked, tmp_path):
    """The same trace as messages, prompt and completion, ShareGPT and Alpaca."""
    first = {how: exported(stocked, tmp_path / how, how)[0] for how in list(ExportFormat)[:4]}
    question, answer = "0 + 1?", "One more. \\boxed{1}"
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    assert first["messages"]["messages"] == turns
    assert (first["prompt-completion"]["prompt"], first["prompt-completion"]["completion"]) == (turns[:1], turns[1:])
    assert first["sharegpt"]["conversations"] == [
        {"from": "human", "value": question},
        {"from": "gpt", "value": answer},
    ]
    alpaca = first["alpaca"]
    assert (alpaca["instruction"], alpaca["input"], alpaca["output"], alpaca["system"]) == (question, "", answer, "")
    assert len({row["trace_id"] for row in first.values()}) == 1


def test_preference_pairs_are_of_one_problem(stocked, tmp_path):
    """Accepted against wrong ones; what was cut off is no example, and an unsolved problem gives no pair."""
    rows = exported(stocked, tmp_path / "out", ExportFormat.PREFERENCE)
    assert len(rows) == 2 * 2
    assert {row["rejected_status"] for row in rows} == {"incorrect"}
    for row in rows:
        assert row["chosen"] != row["rejected"]
        assert [row["prompt"][-1]["role"], row["chosen"][0]["role"], row["rejected"][0]["role"]] == [
            "user",
            "assistant",
            "assistant",
        ]
        question = row["prompt"][-1]["content"]
        assert row["chosen_id"].startswith(question)
        assert row["rejected_id"].startswith(question)
    one = exported(stocked, tmp_path / "one", ExportFormat.PREFERENCE, pairs_per_problem=1)
    assert len(one) == 2


@pytest.mark.parametrize(("accepted", "rejected"), [(1, 1), (2, 3), (3, 3), (4, 2), (5, 1)])
def test_no_pair_comes_twice(accepted, rejected):
    """Asked for more pairs than there are, each possible one is made once, and all samples are used evenly."""
    facts = dict.fromkeys(("prompt", "problem_id", "pass_rate", "source", "license"))
    sides = [
        [{"sample_id": n, "answer": {}, "status": "", "reason": ""} for n in range(k)] for k in (accepted, rejected)
    ]
    pairs = [(row["chosen_id"], row["rejected_id"]) for row in as_pairs(facts, *sides, 100)]
    assert sorted(pairs) == [(a, b) for a in range(accepted) for b in range(rejected)]


def test_soft_targets_line_up_with_their_tokens(stocked, tmp_path):
    """A list of k for each token, the same that the reader gives; the prompt is what a student is asked."""
    rows = exported(stocked, tmp_path / "out", ExportFormat.SOFT_TARGETS)
    read = {each.sample_id: each for each in read_soft_targets(stocked[0].root, DATASET)}
    assert {row["sample_id"] for row in rows} == {"0 + 1? 0", "1 + 1? 0"} == read.keys()
    for row in load(tmp_path / "out", tmp_path / "cache"):
        soft = read[row["sample_id"]]
        assert "".join(map(chr, row["token_ids"])) == row["completion"][0]["content"]
        assert row["top_ids"] == soft.ids.tolist()
        assert row["top_logprobs"] == soft.logprobs.tolist()
        assert row["token_logprobs"] == soft.token_logprobs.tolist()
        assert {len(each) for each in row["top_logprobs"]} == {row["k"]} == {2}
        assert row["prompt"] == [{"role": "user", "content": row["sample_id"][:-2]}]
    assert pq.read_metadata(tmp_path / "out" / "train.parquet").num_row_groups == 1


def test_traces_without_soft_targets_are_counted(stocked, tmp_path):
    """Two of four traces have none: the export holds the others, and says so."""
    made = export_version(*stocked, ExportFormat.SOFT_TARGETS, tmp_path / "out", join_reasoning)
    assert (made.rows, made.left_out) == ({"train": 2}, 2)
    assert json.loads((tmp_path / "out" / "export.json").read_text())["left_out"] == 2


def test_soft_targets_of_another_text_are_none(tmp_path):
    """Where no trace has its own, there is nothing to export, and the message says what would help."""
    warehouse, catalog = opened(tmp_path / "warehouse")
    put_shard(warehouse, catalog, [problem(1)])
    put_soft_targets(warehouse, catalog, [problem(1)], completion="Another text.")
    manifest = publish(warehouse, catalog, [problem(1)])
    with pytest.raises(InputError, match="no trace of this version has soft targets; a build with `soft_targets`"):
        exported((warehouse, catalog, manifest), tmp_path / "out", ExportFormat.SOFT_TARGETS)
    assert not (tmp_path / "out").exists()


def test_reward_problems_have_reference_settings_and_pass_rate(stocked, tmp_path):
    """What TRL's GRPO hands to a reward function by name, unsolved problems included; a band narrows them."""
    rows = exported(stocked, tmp_path / "out", ExportFormat.GRPO)
    assert [row["pass_rate"] for row in rows] == [pytest.approx(2 / 4), pytest.approx(2 / 4), 0.0]
    first = rows[0]
    assert first["prompt"] == [{"role": "user", "content": "0 + 1?"}]
    assert (first["reference"], first["unit"], first["rel_tol"], first["answer_kind"]) == ("1", "m", 0.01, "auto")
    hard = exported(stocked, tmp_path / "hard", ExportFormat.GRPO, pass_rate=Band(max=0.2))
    assert [row["question"] for row in hard] == ["2 + 1?"]


def test_verl_rows_have_its_documented_fields(stocked, tmp_path):
    """data_source, prompt, ability, reward_model with style and ground truth, extra_info with split and index."""
    rows = exported(stocked, tmp_path / "out", ExportFormat.VERL)
    assert list(rows[0]) == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    assert rows[0]["reward_model"] == {"style": "rule", "ground_truth": "1"}
    assert [(row["extra_info"]["index"], row["extra_info"]["split"]) for row in rows] == [
        (n, "train") for n in range(3)
    ]
    assert rows[0]["extra_info"]["unit"] == "m"


def test_problems_that_the_policy_leaves_out_are_not_exported(tmp_path):
    """A source that is denied gives neither traces nor reward problems."""
    warehouse, catalog = opened(tmp_path / "warehouse")
    problems = [problem(1), problem(2, source="other")]
    put_shard(warehouse, catalog, problems)
    manifest = publish(warehouse, catalog, problems, Selection(policy=SelectionPolicy(sources={"deny": ("other",)})))
    rows = exported((warehouse, catalog, manifest), tmp_path / "out", ExportFormat.GRPO)
    assert [row["source"] for row in rows] == ["made"]


def test_an_existing_folder_is_left_alone(stocked, tmp_path):
    """Nothing is overwritten, and a failed export leaves nothing behind."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="name a new folder"):
        exported(stocked, tmp_path, ExportFormat.MESSAGES)
    warehouse, catalog, manifest = stocked
    older = manifest.model_copy(update={"problems_file": None, "lineage": None})
    for how in (ExportFormat.GRPO, ExportFormat.PREFERENCE):
        with pytest.raises(InputError, match="publish it again"):
            exported((warehouse, catalog, older), tmp_path / "out", how)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

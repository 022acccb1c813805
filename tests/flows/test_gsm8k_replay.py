"""Real model solutions of GSM8K, replayed through a local teacher, are labelled as their authors labelled them."""

from pathlib import Path

from tests.builds import build_json, stored, traces, write_build
from tests.scripted_teacher import scripted_teacher
from tests.shared_cases import needs_shared, shared_rows


@needs_shared
def test_replayed_real_solutions_are_labelled_right(tmp_path: Path, prefect_api: str) -> None:
    """Every trace is a right solution, and every right solution is a trace."""
    rows = shared_rows("problems/gsm8k_model_samples.jsonl")
    labels = {
        (row["question"], completion): label
        for row in rows
        for completion, label in zip(row["completions"], row["labels"], strict=True)
    }
    with scripted_teacher(
        tmp_path / "script.json", answers={row["question"]: row["completions"] for row in rows}
    ) as url:
        problems = [{"question": row["question"], "answer": row["answer"]} for row in rows]
        config = write_build(tmp_path, url, problems, execution={"shard_size": 100}, verification={"workers": 2})
        result = build_json(config, prefect_api)
    assert result["problems"] == len(rows)
    accepted = {(row["question"], row["completion"]) for row in traces(result["path"])}
    asked = {row["sample_id"]: row["completion"] for row in stored(tmp_path / "warehouse", "samples")}
    assert set(asked.values()) == {completion for _, completion in labels}
    assert {pair for pair in accepted if not labels[pair]} == set()
    assert {pair for pair, right in labels.items() if right} - accepted == set()

"""Builds that keep soft targets, against a program in vLLM's place whose tokens are characters."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.errors import ConfigError, TeacherError
from data.soft_targets import read_soft_targets
from tests.builds import build_json, stored, sum_answers, sums, tracemill, write_build
from tests.flows.in_process import build
from tests.flows.test_killed_builds import kill, start_build, wait_for_shards
from tests.scripted_teacher import let_out, scripted_teacher

FAKE = [sys.executable, str(Path(__file__).resolve().parents[1] / "fake_vllm.py")]


def write(folder: Path, count: int, *, told: dict[str, Any] | None = None, **changes: Any) -> Path:
    """Write a build with a managed engine that keeps soft targets."""
    script = {"answers": sum_answers(count)} | (told or {})
    config = write_build(folder, "http://unused", sums(count), **({"soft_targets": {"k": 3}} | changes))
    values = yaml.safe_load(config.read_text())
    values["teacher"] = {
        "engine": "vllm",
        "model": "some/model",
        "python": FAKE,
        "environment": {"FAKE_VLLM": json.dumps(script)},
        "max_in_flight": 16,
    }
    config.write_text(yaml.safe_dump(values))
    return config


def decode(ids: list[int]) -> str:
    """Return the text of tokens."""
    return "".join(map(chr, ids))


def check(warehouse: Path) -> set[str]:
    """Check that every sample's soft targets line up with it; return the samples that have some."""
    completions = {row["sample_id"]: row["completion"] for row in stored(warehouse, "samples")}
    found = list(read_soft_targets(warehouse, "sums"))
    assert len({each.sample_id for each in found}) == len(found)
    for each in found:
        each.check(completions[each.sample_id], decode)
        assert each.ids.shape == (len(completions[each.sample_id]), 3)
        assert (each.ids[:, 0] == each.token_ids).all()
    return {each.sample_id for each in found}


def accepted(warehouse: Path) -> set[str]:
    """Return the accepted samples."""
    return {row["sample_id"] for row in stored(warehouse, "verdicts") if row["status"] == "correct"}


def test_accepted_samples_keep_their_soft_targets(tmp_path: Path) -> None:
    """One row for each, aligned with its completion; the others keep none."""
    result = build(write(tmp_path, 6))
    warehouse = tmp_path / "warehouse"
    assert check(warehouse) == accepted(warehouse)
    assert result.survey.accepted == len(accepted(warehouse)) == 12


def test_all_samples_keep_theirs_where_that_is_asked_for(tmp_path: Path) -> None:
    """Rejected ones teach what not to say."""
    build(write(tmp_path, 3, soft_targets={"k": 3, "accepted_only": False}))
    assert len(check(tmp_path / "warehouse")) == 12


def test_raw_completions_have_them_too(tmp_path: Path) -> None:
    """The other interface writes log-probabilities another way."""
    config = write(tmp_path, 3)
    (tmp_path / "plain.yaml").write_text('user: "{question}"\nmode: completion\n')
    build(config)
    assert check(tmp_path / "warehouse") == accepted(tmp_path / "warehouse") != set()


def test_a_build_without_them_writes_none(tmp_path: Path) -> None:
    """Nothing is asked for and nothing is stored."""
    build(write(tmp_path, 2, soft_targets=None))
    assert not (tmp_path / "warehouse" / "soft_targets").exists()


@pytest.mark.slow
def test_a_killed_build_loses_none(tmp_path: Path, prefect_api: str) -> None:
    """Answers that only the journal had keep their soft targets, verified or not."""
    lets_out = tmp_path / "answers"
    config = write(tmp_path, 60, told={"delay_s": 0.2, "lets_out": let_out(lets_out, 80)})
    process = start_build(config, prefect_api)
    wait_for_shards(tmp_path / "warehouse", 0, process)
    kill(process)
    let_out(lets_out, 1000)
    build_json(config, prefect_api)
    assert check(tmp_path / "warehouse") >= accepted(tmp_path / "warehouse")
    assert len(accepted(tmp_path / "warehouse")) == 120
    rebuilt = tracemill("catalog", "rebuild", "--warehouse", tmp_path / "warehouse")
    assert rebuilt.returncode == 0, rebuilt.stderr
    counted = tracemill(
        "sql",
        "SELECT count(*), min(k), max(k) FROM soft_targets",
        "--warehouse",
        tmp_path / "warehouse",
        "--format",
        "csv",
    )
    assert counted.stdout.splitlines()[1] == f"{len(check(tmp_path / 'warehouse'))},3,3"


def test_a_server_that_tells_no_token_ids_is_named(tmp_path: Path) -> None:
    """Before much was paid for, with what to do."""
    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(2)) as url:
        config = write_build(tmp_path, url, sums(2), soft_targets={"k": 3})
        with pytest.raises(TeacherError, match=r"/chat/completions: the answer has no log-prob.* need a vLLM server"):
            build(config)


def test_an_engine_that_cannot_give_them_is_refused(tmp_path: Path) -> None:
    """With file, line and key, before anything is started."""
    config = write_build(tmp_path, "http://unused", sums(2), soft_targets={"k": 3})
    values = yaml.safe_load(config.read_text())
    config.write_text(yaml.safe_dump(values | {"teacher": {"engine": "embedded"}}))
    with pytest.raises(ConfigError, match=r"build\.yaml:\d+: soft_targets: the embedded engine gives no probabilities"):
        build(config)

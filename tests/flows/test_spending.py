"""What a dataset costs, and builds that end at their budget."""

import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from configs.loading import load_build
from configs.spending import BudgetConfig, CostConfig
from data.catalog import Catalog
from data.errors import ConfigError
from data.records import FinishReason, Sample
from data.recovery import rebuild_catalog
from data.schemas import SAMPLES, columns_of
from data.warehouse import Warehouse
from flows.build_result import NothingAcceptedError
from flows.spending import Spending
from tests.builds import build_json, stored, sum_answers, sums, write_build
from tests.flows.test_build_run import build
from tests.flows.test_killed_builds import kill, start_build, wait_for, wait_for_shards
from tests.scripted_teacher import let_out, scripted_teacher


def sample(prompt: int = 100, cached: int = 60, completion: int = 1000) -> Sample:
    """Return a sample with these counts of tokens."""
    ids = dict.fromkeys(("sample_id", "problem_id", "prompt_id", "sampling_id", "completion", "teacher", "run_id"), "x")
    counts = {"prompt_tokens": prompt, "cached_tokens": cached, "completion_tokens": completion}
    return Sample(**ids, **counts, index=0, seed=0, reasoning=None, finish_reason=FinishReason.STOP)


def spending(budget: dict[str, Any] | None = None, **costs: Any) -> Spending:
    """Return what ten samples cost."""
    spent = Spending(CostConfig(**costs), BudgetConfig(**(budget or {})))
    for _ in range(10):
        spent.add(sample())
    return spent


def test_tokens_have_their_prices() -> None:
    """Prompts that were cached may be cheaper; without any price there is no cost."""
    assert spending().cost is None
    assert spending().tokens == 400 + 10_000
    assert spending(prompt=2.0, completion=8.0).cost == pytest.approx((1000 * 2 + 10_000 * 8) / 1e6)
    assert spending(prompt=2.0, cached=0.5, completion=8.0).cost == pytest.approx((400 * 2 + 600 * 0.5 + 80_000) / 1e6)


def test_gpus_cost_by_the_hour_while_the_teacher_is_held() -> None:
    """Of all runs together."""
    spent = spending(gpus=8, gpu_hour=2.5)
    spent.earlier_seconds = 1800
    assert (spent.hours, spent.gpu_hours, spent.cost) == (0.5, 4.0, 10.0)
    before = time.monotonic()
    spent.begin()
    spent.end()
    assert 0 <= spent.run_seconds <= time.monotonic() - before


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"tokens": 10_400}, "budget.tokens: 10,400 of 10,400 tokens"),
        ({"hours": 0.5}, "budget.hours: 0.50 of 0.5 hours"),
        ({"cost": 10}, "budget.cost: 10.00 of 10 USD"),
        ({"tokens": 10_401, "hours": 0.51, "cost": 10.1}, None),
        ({}, None),
    ],
)
def test_a_budget_that_is_used_up_is_named(budget: dict[str, float], said: str | None) -> None:
    """And remembered as the reason why something was not asked."""
    spent = spending(budget, gpus=8, gpu_hour=2.5)
    spent.earlier_seconds = 1800
    assert spent.used_up() == said
    assert spent.stopped is None
    assert spent.refuses() is (said is not None)
    assert spent.stopped == said


def test_a_build_ends_at_its_budget_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    """What was accepted is published; every problem is known; nothing is asked twice."""
    costs = {"prompt": 1.0, "completion": 1_000_000 / 7, "currency": "EUR"}
    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(40)) as url:
        teacher = {"max_in_flight": 4}
        config = write_build(tmp_path, url, sums(40), teacher=teacher, cost=costs, budget={"tokens": 400})
        first = build(config)
        assert first.run.stopped is not None
        assert first.run.stopped.startswith("budget.tokens: 4")
        assert first.is_new_version
        assert first.survey.problems == 40
        spent = first.survey.prompt_tokens + first.survey.completion_tokens
        assert 400 <= spent <= 400 + 4 * 12
        again = build(config)
        assert (again.run.new_samples, again.is_new_version) == (0, False)
        whole = build(config, "budget.tokens=100000")
    assert whole.run.stopped is None
    assert whole.survey.samples == 160 == len(stored(tmp_path / "warehouse", "samples"))
    assert whole.run.new_samples == 160 - first.run.new_samples
    tokens = whole.survey.prompt_tokens
    assert whole.run.cost == pytest.approx(160 + tokens * 1e-6, abs=1e-5)
    assert whole.run.cost_per_accepted == pytest.approx((160 + tokens * 1e-6) / 80, abs=1e-5)
    assert whole.survey.wasted_tokens == {"truncated": 0, "failed": 0, "rejected": 7 * 80}
    summary = whole.summary()
    assert summary["cost_per_accepted"] == whole.run.cost_per_accepted
    place = Warehouse(tmp_path / "warehouse")
    rows = Catalog(place.catalog, place.root).query("SELECT stopped, cost_per_accepted FROM runs ORDER BY started")
    assert rows[0][0] == first.run.stopped
    assert rows[2] == (None, whole.run.cost_per_accepted)


def test_a_budget_that_is_used_up_from_the_start_publishes_nothing_new(tmp_path: Path) -> None:
    """With nothing stored there is nothing to publish, and the message says why."""
    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(4)) as url:
        config = write_build(tmp_path, url, sums(4), budget={"hours": 1e-9})
        with pytest.raises(NothingAcceptedError, match=r"budget\.hours: .* are used"):
            build(config)


@pytest.mark.slow
def test_the_teachers_time_survives_a_kill(tmp_path: Path, prefect_api: str) -> None:
    """A killed run's hours count for the budget of the next one, up to its last shard."""
    lets_out = tmp_path / "answers"
    script = {"answers": sum_answers(40), "delay_s": 0.2, "lets_out": let_out(lets_out, 80)}
    with scripted_teacher(tmp_path / "script.json", **script) as url:
        config = write_build(tmp_path, url, sums(40), teacher={"max_in_flight": 4}, cost={"gpus": 2})
        killed = start_build(config, prefect_api)
        wait_for_shards(tmp_path / "warehouse", 0, killed)
        (record,) = (tmp_path / "warehouse" / "runs").glob("*.json")
        # The shard is there before the run's record says what its answers took.
        wait_for(lambda: json.loads(record.read_text())["teacher_seconds"] > 0, killed)
        kill(killed)
        let_out(lets_out, 1000)
        seconds = json.loads(record.read_text())["teacher_seconds"]
        result = build_json(config, prefect_api)
    assert seconds > 1
    assert result["gpu_hours"] > 2 * seconds / 3600


def test_shards_of_earlier_versions_are_indexed(tmp_path: Path) -> None:
    """They lack the column of cached tokens, which counts as none."""
    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(3)) as url:
        config = write_build(tmp_path, url, sums(3))
        result = build(config)
        for path in (tmp_path / "warehouse" / "samples").glob("*/*.parquet"):
            manifest = path.with_suffix(".json")
            manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": 1}))
            pq.write_table(pq.read_table(path, columns=columns_of("samples", SAMPLES, 1).names), path)
        rebuild_catalog(Warehouse(tmp_path / "warehouse"))
        again = build(config, "verification.policy.extra_unit=reject")
    assert again.survey.by_status == result.survey.by_status
    assert again.run.new_samples == 0


def test_a_bounded_cost_needs_a_price(tmp_path: Path) -> None:
    """Else it would never be reached."""
    config = write_build(tmp_path, "http://127.0.0.1:9/v1", sums(1), budget={"cost": 5})
    with pytest.raises(ConfigError, match=r"budget\.cost is set, and `cost` names no price"):
        load_build(config, [])

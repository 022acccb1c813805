"""Builds whose policy decides round by round."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from configs.loading import load_build
from data.catalog import Catalog
from data.warehouse import Warehouse
from flows.progress import PlainReporter
from flows.publish_run import dry_run
from tests.builds import stored, sums, write_build
from tests.flows.test_build_run import build
from tests.processes import HANGS_S
from tests.scripted_teacher import scripted_teacher

EASY, HALF, HARD, NEVER = 0, 1, 2, 3
RIGHT = {EASY: 1, HALF: 2, HARD: 16, NEVER: 0}
"""Every so many completions of a problem is right."""


def mixed_answers(count: int) -> dict[str, list[str]]:
    """Return completions for sums: every fourth problem is easy, even, hard, impossible."""
    answers = {}
    for n in range(count):
        each = RIGHT[n % 4]
        right, wrong = f"\\boxed{{{2 * n + 1}}}", "\\boxed{-1}"
        answers[f"What is {n} + {n + 1}?"] = [right if each and not k % each else wrong for k in range(16)]
    return answers


def adaptive(config: Path, **settings: Any) -> list[str]:
    """Return the changes that make a build adaptive."""
    text = config.read_text().replace("  samples_per_problem: 4\n", "")
    config.write_text(text)
    return ["sampling.policy=adaptive", *(f"sampling.adaptive.{key}={value}" for key, value in settings.items())]


def asked(warehouse: Path) -> list[int]:
    """Return how many samples each problem got, in the order of the problems."""
    by_question = {row["problem_id"]: row["question"] for row in stored(warehouse, "problems")}
    counts = dict.fromkeys(by_question.values(), 0)
    for row in stored(warehouse, "samples"):
        counts[by_question[row["problem_id"]]] += 1
    return [counts[question] for question in sorted(counts, key=lambda q: int(q.split()[2]))]


def decisions(warehouse: Path) -> list[tuple[Any, ...]]:
    """Return the decisions in the catalog: problem, round, asked, accepted, more, reason."""
    place = Warehouse(warehouse)
    names = "problem_id, round, asked, accepted, more, reason"
    return Catalog(place.catalog, place.root).query(f"SELECT {names} FROM decisions ORDER BY ALL")  # noqa: S608


def reasons(warehouse: Path) -> Counter[str]:
    """Count the decisions by reason."""
    return Counter(row[-1] for row in decisions(warehouse))


def test_adaptive_rounds_stop_at_the_target_or_where_more_does_not_pay(tmp_path: Path) -> None:
    """Easy problems get few samples, hopeless ones no more than they are worth; the decisions say why."""
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(24)) as url:
        config = write_build(tmp_path, url, sums(24))
        changes = adaptive(config, min=2, max=32, target=2, tokens_per_acceptance=7 * 40)
        result = build(config, *changes)
        again = build(config, *changes)
    warehouse = tmp_path / "warehouse"
    counts = asked(warehouse)
    assert set(counts[EASY::4]) == {2}
    assert max(counts[HALF::4]) <= 6
    assert set(counts[NEVER::4]) == {32}
    stops = reasons(warehouse)
    assert stops["target"] >= 12
    assert stops["target"] + stops["max"] == 24
    assert stops.keys() == {"target", "max", "more"}
    assert result.survey.samples == sum(counts) == result.run.new_samples
    assert (again.run.new_samples, again.is_new_version) == (0, False)
    stored_twice = [row["decision_id"] for row in stored(warehouse, "decisions")]
    assert len(stored_twice) == len(set(stored_twice)) == len(decisions(warehouse))


def test_slow_answers_hold_up_no_other_problem(tmp_path: Path) -> None:
    """After the first round each problem goes on by itself, unless tokens for all together are shared out."""
    slow, quick = "What is 3 + 4?", "What is 7 + 8?"
    late = {"slow_question": slow, "slow_from": 2, "slow_until": {quick: 8}, "slow_s": HANGS_S}
    script = late | {"log": str(tmp_path / "log.jsonl")}
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(8), **script) as url:
        config = write_build(tmp_path, url, sums(8))
        build(config, *adaptive(config, min=2, max=8, target=2, pays_up_to=1000), "execution.shard_size=1")
    answered = [json.loads(line)["question"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert answered.count(slow) == answered.count(quick) == 8
    second_round_of_slow = [n for n, question in enumerate(answered) if question == slow][2]
    assert answered[:second_round_of_slow].count(quick) == 8
    rounds = {(row[1], row[2]) for row in decisions(tmp_path / "warehouse") if row[3] == 0}
    assert {(1, 2), (2, 4), (3, 8)} <= rounds


def test_a_price_stops_hopeless_problems(tmp_path: Path) -> None:
    """An acceptance that is expected to cost more than it may is not sought: 2 + 2 samples at most here."""
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(8)) as url:
        config = write_build(tmp_path, url, sums(8))
        build(config, *adaptive(config, min=2, max=32, target=2, tokens_per_acceptance=60))
    assert asked(tmp_path / "warehouse")[NEVER::4] == [4, 4]
    assert (2, 4, 0, 0, "cost") in {row[1:] for row in decisions(tmp_path / "warehouse")}


def test_a_total_budget_goes_where_it_buys_most(tmp_path: Path) -> None:
    """It is kept to within what single rounds were misjudged, and what was left out says so."""
    total = 7 * 24 * 3
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(24)) as url:
        config = write_build(tmp_path, url, sums(24))
        result = build(config, *adaptive(config, min=2, max=32, target=4, total_tokens=total, pays_up_to=1000))
    assert result.survey.completion_tokens <= total
    assert result.survey.completion_tokens > total - 7 * 8
    assert reasons(tmp_path / "warehouse")["budget"] > 0


def test_the_tail_gets_the_extra_budget(tmp_path: Path) -> None:
    """Every problem gets the same first; then only those of a low pass rate get more, all of them alike."""
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(24)) as url:
        config = write_build(tmp_path, url, sums(24))
        changes = ["sampling.policy=tail", "sampling.tail.extra_share=1", "sampling.tail.target=1"]
        result = build(config, *changes)
    counts = asked(tmp_path / "warehouse")
    assert set(counts[EASY::4]) == set(counts[HALF::4]) == {4}
    assert min(counts[NEVER::4]) >= 8
    assert max(counts[NEVER::4]) - min(counts[NEVER::4]) <= 8
    assert 7 * 24 * 4 < result.survey.completion_tokens <= 7 * 24 * 8


@pytest.mark.slow
def test_decisions_are_made_again_alike_after_an_interruption(tmp_path: Path) -> None:
    """A build that lost part of its samples decides as one that was never disturbed, whatever the shards."""
    settings = {"min": 2, "max": 16, "target": 2, "pays_up_to": 100}
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(24)) as url:
        calm = write_build(tmp_path / "calm", url, sums(24))
        changes = adaptive(calm, **settings)
        build(calm, *changes)
        torn = write_build(tmp_path / "torn", url, sums(24))
        adaptive(torn)
        build(torn, *changes)
        lost = sorted((tmp_path / "torn" / "warehouse" / "samples").glob("*/*.json"))
        for manifest in lost[1::2]:
            manifest.unlink()
        build(torn, *changes, "execution.shard_size=7", "execution.shards_in_flight=1")
        before = decisions(tmp_path / "calm" / "warehouse")
        assert decisions(tmp_path / "torn" / "warehouse") == before
        assert asked(tmp_path / "torn" / "warehouse") == asked(tmp_path / "calm" / "warehouse")
        more = build(calm, *adaptive(calm, **{**settings, "target": 4}))
    assert more.survey.samples == sum(asked(tmp_path / "calm" / "warehouse"))
    assert more.run.new_samples > 0


def test_publishing_goes_through_the_rounds_without_asking(tmp_path: Path) -> None:
    """A dry run knows the same samples; with another policy it says what a build would ask next."""
    with scripted_teacher(tmp_path / "script.json", answers=mixed_answers(12)) as url:
        config = write_build(tmp_path, url, sums(12))
        changes = adaptive(config, min=2, max=16, target=2, pays_up_to=1000)
        result = build(config, *changes)
        known = decisions(tmp_path / "warehouse")
        dry = dry_run(load_build(config, changes), PlainReporter())
        deeper = dry_run(load_build(config, [*changes, "sampling.adaptive.max=64"]), PlainReporter())
    assert dry.is_unchanged
    assert dry.contents.survey.samples == result.survey.samples
    assert dry.pending.samples_to_ask == 0
    hard = asked(tmp_path / "warehouse").count(16)
    assert hard <= deeper.pending.samples_to_ask <= 16 * hard
    assert decisions(tmp_path / "warehouse") == known


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("sampling.adaptive.min=2", "`adaptive` is set, and the policy is fixed"),
        ("sampling.policy=tale", "sampling.policy"),
        ("sampling.policy=adaptive", "samples_per_problem is set beside the policy adaptive"),
    ],
)
def test_settings_that_cannot_serve_are_refused(tmp_path: Path, change: str, complaint: str) -> None:
    """They would be ignored in silence otherwise."""
    with pytest.raises(Exception, match=complaint):
        load_build(write_build(tmp_path, "http://127.0.0.1:9/v1", sums(1)), [change])

"""Verifying stored samples again, with another verifier or policy: no teacher, a new verdict set, and what differs.

One sample shard after the other: its samples with the problems that they answer go to the pool, their verdicts become a
shard of their own. Killed at any moment, the next call goes on where it ended, since judged pairs are passed over.
"""

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from data.catalog import Catalog, RunRow
from data.records import FinishReason, Problem, Status, Verdict
from data.recovery import recover, write_run
from data.shards import read_shard
from data.traces import problem_from_row
from data.warehouse import Warehouse
from flows.progress import Reporter
from flows.verdicts import verdict_of_label, verdict_row, verdict_set_of, write_verdicts
from generators.finish import finish_label
from generators.reasoning import join_reasoning
from verifiers.dispatch import VERIFIER
from verifiers.policy import Policy
from verifiers.pool import VerifierPool

EXAMPLES = 5
"""Samples shown of each change."""
BATCH = 64
_BATCHES_AHEAD = 32
_SAY_EVERY_S = 10.0

_PAIRS = """
SELECT DISTINCT v.sample_id, v.problem_id FROM verdicts v SEMI JOIN asked USING (sample_id)
UNION SELECT s.sample_id, s.problem_id FROM samples s SEMI JOIN asked USING (sample_id)
"""
_OLD = """
SELECT v.sample_id, v.problem_id, max_by(v.status, v.rowid)
FROM (SELECT rowid, * FROM verdicts SEMI JOIN asked USING (sample_id)) v GROUP BY ALL
"""
_PATHS = """
SELECT DISTINCT f.path FROM problems p SEMI JOIN asked USING (problem_id)
JOIN shards f ON f.kind = 'problems' AND f.shard_id = p.shard_id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A sample that is judged otherwise now."""

    sample_id: str
    reference: str
    old: str
    new: str
    extracted: str | None
    reason: str


@dataclass(slots=True)
class Reverified:
    """What came of verifying again."""

    verdict_set: str
    verifier: str
    policy_hash: str
    samples: int = 0
    """Judged by this call."""
    known: int = 0
    """Passed over: they had a verdict of this set."""
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(Old status, new status) → samples, where they differ; `none` is a sample that had no verdict."""
    newly_accepted: list[Change] = field(default_factory=list)
    newly_rejected: list[Change] = field(default_factory=list)
    seconds: float = 0.0

    def summary(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        changes = [{"old": old, "new": new, "samples": count} for (old, new), count in self.changes.most_common()]
        accepted = sum(count for (_, new), count in self.changes.items() if new == Status.CORRECT)
        rejected = sum(count for (old, _), count in self.changes.items() if old == Status.CORRECT)
        return {
            "verdict_set": self.verdict_set,
            "verifier": self.verifier,
            "policy_hash": self.policy_hash,
            "samples": self.samples,
            "known": self.known,
            "newly_accepted": accepted,
            "newly_rejected": rejected,
            "changes": changes,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class _Item:
    sample_id: str
    problem: Problem
    text: str
    label: FinishReason
    old: str
    """Its newest status before; `none` where it had none."""


def reverify(
    warehouse: Warehouse,
    catalog: Catalog,
    datasets: Sequence[str],
    pool: VerifierPool,
    policy: Policy,
    reporter: Reporter,
) -> Reverified:
    """Judge all stored samples of `datasets` by this verifier and `policy`; raises `StorageError`, `VerifierError`."""
    result = Reverified(verdict_set_of(policy.policy_hash), VERIFIER, policy.policy_hash)
    started = said = time.monotonic()
    for dataset in datasets:
        with warehouse.lock(dataset):
            recover(warehouse, catalog, dataset)
            run = RunRow.begun(dataset, policy.policy_hash)
            before = result.samples
            for path in _sample_shards(catalog, dataset):
                _judge_shard(warehouse, catalog, dataset, path, pool, result, run.run_id)
                if time.monotonic() - said > _SAY_EVERY_S:
                    said = time.monotonic()
                    reporter.say(f"{result.samples:,} samples, {result.samples / (said - started):,.0f} a second")
            if result.samples > before:
                ended = datetime.now(UTC).isoformat(timespec="milliseconds")
                changes = {"state": "reverified", "ended": ended, "samples": result.samples - before}
                write_run(warehouse, catalog, run.model_copy(update=changes))
    result.seconds = time.monotonic() - started
    return result


def _sample_shards(catalog: Catalog, dataset: str) -> list[str]:
    rows = catalog.query(
        "SELECT path FROM shards WHERE kind = 'samples' AND dataset = ? ORDER BY created, path", [dataset]
    )
    return [path for (path,) in rows]


def _judge_shard(
    warehouse: Warehouse,
    catalog: Catalog,
    dataset: str,
    path: str,
    pool: VerifierPool,
    result: Reverified,
    run_id: str,
) -> None:
    """Judge the samples of one shard that have no verdict of the set yet, and commit what was found."""
    samples = {row["sample_id"]: row for row in read_shard(warehouse, path).to_pylist()}
    items = list(_items(warehouse, catalog, samples, result))
    rows = []
    waiting: deque[tuple[list[_Item], Future[list[Verdict]]]] = deque()
    starts = iter(range(0, len(items), BATCH))
    while True:
        while len(waiting) < _BATCHES_AHEAD and (start := next(starts, None)) is not None:
            batch = items[start : start + BATCH]
            whole = [(each.problem, each.text, False) for each in batch if each.label.is_whole]
            waiting.append((batch, pool.submit(whole)))
        if not waiting:
            break
        batch, future = waiting.popleft()
        verdicts = iter(future.result())
        for each in batch:
            verdict = next(verdicts) if each.label.is_whole else verdict_of_label(each.label, result.policy_hash)
            _compare(each, verdict, result)
            rows.append(verdict_row(verdict, each.sample_id, each.problem.problem_id, result.verdict_set, run_id))
    if rows:
        rows.sort(key=lambda row: (row["problem_id"], row["sample_id"]))
        catalog.register_shards([write_verdicts(warehouse, dataset, run_id, rows)])
        result.samples += len(rows)


def _items(
    warehouse: Warehouse, catalog: Catalog, samples: dict[str, dict[str, Any]], result: Reverified
) -> Iterator[_Item]:
    asked = pa.table({"sample_id": pa.array(list(samples), pa.string())})
    found = catalog.lookup({"pairs": _PAIRS, "old": _OLD, "judged": f"{_JUDGED} '{result.verdict_set}'"}, asked=asked)
    judged = set(found["judged"])
    old = {(row[0], row[1]): row[2] for row in found["old"]}
    pairs = [pair for pair in found["pairs"] if pair not in judged]
    result.known += len(judged)
    problems = _problems(warehouse, catalog, {problem_id for _, problem_id in pairs})
    for sample_id, problem_id in sorted(pairs, key=lambda pair: (pair[1], samples[pair[0]]["index"])):
        row = samples[sample_id]
        if problem := problems.get(problem_id):
            label = finish_label(row["completion"], row["reasoning"], FinishReason(row["finish_reason"]))
            text = join_reasoning(row["reasoning"], row["completion"])
            yield _Item(sample_id, problem, text, label, old.get((sample_id, problem_id), "none"))


_JUDGED = "SELECT DISTINCT sample_id, problem_id FROM verdicts SEMI JOIN asked USING (sample_id) WHERE verdict_set ="


def _problems(warehouse: Warehouse, catalog: Catalog, wanted: set[str]) -> dict[str, Problem]:
    asked = pa.table({"problem_id": pa.array(sorted(wanted), pa.string())})
    found: dict[str, Problem] = {}
    for (path,) in catalog.lookup({"paths": _PATHS}, asked=asked)["paths"]:
        for row in read_shard(warehouse, path).to_pylist():
            if row["problem_id"] in wanted:
                found.setdefault(row["problem_id"], problem_from_row(row))
    return found


def _compare(each: _Item, verdict: Verdict, result: Reverified) -> None:
    old = each.old
    if old == verdict.status:
        return
    result.changes[old, verdict.status.value] += 1
    change = Change(
        each.sample_id, each.problem.reference, old, verdict.status.value, verdict.extracted, verdict.reason
    )
    if verdict.status is Status.CORRECT and len(result.newly_accepted) < EXAMPLES:
        result.newly_accepted.append(change)
    if old == Status.CORRECT and len(result.newly_rejected) < EXAMPLES:
        result.newly_rejected.append(change)

"""Verifying stored samples again, with another verifier or policy: no teacher, a new verdict set, and what differs.

One sample shard after the other: its samples with the problems that they answer go to the pool, their verdicts become a
shard of their own. What the catalog knows is asked, and what was found is indexed, for many shards at once. Killed at
any moment, the next call goes on where it ended, since judged pairs are passed over.
"""

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.catalog import ROWS_TOGETHER, Catalog, RunRow
from data.grouping import grouped
from data.records import FinishReason, Problem, Status, Verdict
from data.recovery import recover, write_run
from data.shards import ShardManifest, read_shard
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
_SHARDS_AHEAD = 1
"""Shards that wait at the pool while the verdicts of the one before are written."""
_SAY_EVERY_S = 10.0

_SAMPLE_COLUMNS = ("sample_id", "index", "completion", "reasoning", "finish_reason")

_PAIRS = """
SELECT DISTINCT v.sample_id, v.problem_id FROM verdicts v SEMI JOIN asked USING (sample_id)
UNION SELECT s.sample_id, s.problem_id FROM samples s SEMI JOIN asked USING (sample_id)
"""
_OLD = """
SELECT v.sample_id, v.problem_id, max_by(v.status, v.rowid)
FROM (SELECT rowid, * FROM verdicts SEMI JOIN asked USING (sample_id)) v GROUP BY ALL
"""
_JUDGED = """
SELECT DISTINCT sample_id, problem_id
FROM verdicts SEMI JOIN wanted USING (verdict_set) SEMI JOIN asked USING (sample_id)
"""
_PATHS = """
WITH answered AS (
    SELECT problem_id FROM verdicts SEMI JOIN asked USING (sample_id)
    UNION SELECT problem_id FROM samples SEMI JOIN asked USING (sample_id)
)
SELECT p.problem_id, min(f.path) FROM problems p SEMI JOIN answered USING (problem_id)
JOIN shards f ON f.kind = 'problems' AND f.shard_id = p.shard_id GROUP BY p.problem_id
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
            judging = _Judging(warehouse, catalog, dataset, pool, result, run.run_id)
            for _ in judging.judge_all(_sample_shards(catalog, dataset)):
                if time.monotonic() - said > _SAY_EVERY_S:
                    said = time.monotonic()
                    reporter.say(f"{result.samples:,} samples, {result.samples / (said - started):,.0f} a second")
            if result.samples > before:
                ended = datetime.now(UTC).isoformat(timespec="milliseconds")
                changes = {"state": "reverified", "ended": ended, "samples": result.samples - before}
                write_run(warehouse, catalog, run.model_copy(update=changes))
    result.seconds = time.monotonic() - started
    return result


class _Stored:
    """What is known of the samples of a few shards, by one look into the catalog."""

    def __init__(self, warehouse: Warehouse, catalog: Catalog, paths: Sequence[str], verdict_set: str) -> None:
        tables = [read_shard(warehouse, path, ["sample_id"]) for path in paths]
        found = catalog.lookup(
            {"pairs": _PAIRS, "old": _OLD, "judged": _JUDGED, "paths": _PATHS},
            asked=pa.concat_tables(tables),
            wanted=pa.table({"verdict_set": [verdict_set]}),
        )
        self.judged = set(found["judged"])
        self.old = {(row[0], row[1]): row[2] for row in found["old"]}
        self.paths = dict(found["paths"])
        """Problem id → shard that describes it."""
        self.problems: dict[str, list[str]] = {}
        """Sample id → problems that it answers."""
        for sample_id, problem_id in found["pairs"]:
            self.problems.setdefault(sample_id, []).append(problem_id)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A shard whose samples the pool has."""

    items: list[_Item]
    verdicts: list[Future[list[Verdict]]]
    """Of the items that are verified, in their order, some at a time."""

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """Samples, with the problems that they answer."""
        return {(each.sample_id, each.problem.problem_id) for each in self.items}


@dataclass(slots=True)
class _Judging:
    """One dataset's samples, shard by shard; the pool has the next one before the last one's verdicts are taken."""

    warehouse: Warehouse
    catalog: Catalog
    dataset: str
    pool: VerifierPool
    result: Reverified
    run_id: str
    _in_hand: set[tuple[str, str]] = field(default_factory=set)
    """Samples with problems that were begun since the catalog was asked last, or before and are not indexed yet."""
    _written: list[ShardManifest] = field(default_factory=list)

    def judge_all(self, shards: Sequence[tuple[str, int]]) -> Iterator[None]:
        """Judge what has no verdict of the set yet in shards, given as path and rows; yield after each."""
        begun: deque[_Begun] = deque()
        for together in grouped(shards, itemgetter(1), ROWS_TOGETHER):
            paths = [path for path, _ in together]
            self._index()
            self._in_hand = {pair for each in begun for pair in each.pairs}
            stored = _Stored(self.warehouse, self.catalog, paths, self.result.verdict_set)
            for path in paths:
                begun.append(self._begin(path, stored))
                if len(begun) > _SHARDS_AHEAD:
                    self._finish(begun.popleft())
                yield
        while begun:
            self._finish(begun.popleft())
        self._index()

    def _begin(self, path: str, stored: _Stored) -> _Begun:
        """Read a shard, and give the pool what is to be verified of it."""
        items = list(self._items(path, stored))
        whole = [(each.problem, each.text, False) for each in items if each.label.is_whole]
        batches = (whole[start : start + BATCH] for start in range(0, len(whole), BATCH))
        begun = _Begun(items, [self.pool.submit(batch) for batch in batches])
        self._in_hand |= begun.pairs
        return begun

    def _items(self, path: str, stored: _Stored) -> Iterator[_Item]:
        samples = {row["sample_id"]: row for row in read_shard(self.warehouse, path, _SAMPLE_COLUMNS).to_pylist()}
        pairs = [(sample_id, problem_id) for sample_id in samples for problem_id in stored.problems.get(sample_id, ())]
        fresh = [pair for pair in pairs if pair not in stored.judged and pair not in self._in_hand]
        self.result.known += len(pairs) - len(fresh)
        problems = _problems(self.warehouse, {problem_id for _, problem_id in fresh}, stored)
        for sample_id, problem_id in sorted(fresh, key=lambda pair: (pair[1], samples[pair[0]]["index"])):
            row = samples[sample_id]
            if problem := problems.get(problem_id):
                label = finish_label(row["completion"], row["reasoning"], FinishReason(row["finish_reason"]))
                text = join_reasoning(row["reasoning"], row["completion"])
                yield _Item(sample_id, problem, text, label, stored.old.get((sample_id, problem_id), "none"))

    def _finish(self, begun: _Begun) -> None:
        """Take a shard's verdicts and commit them; they are indexed together with those of other shards."""
        verified = (verdict for future in begun.verdicts for verdict in future.result())
        rows = []
        for each in begun.items:
            label, problem_id = each.label, each.problem.problem_id
            verdict = next(verified) if label.is_whole else verdict_of_label(label, self.result.policy_hash)
            _compare(each, verdict, self.result)
            rows.append(verdict_row(verdict, each.sample_id, problem_id, self.result.verdict_set, self.run_id))
        if rows:
            rows.sort(key=lambda row: (row["problem_id"], row["sample_id"]))
            self._written.append(write_verdicts(self.warehouse, self.dataset, self.run_id, rows))
            self.result.samples += len(rows)

    def _index(self) -> None:
        """Index what was committed; killed before, the next run does it."""
        if self._written:
            self.catalog.register_shards(self._written)
            self._written = []


def _sample_shards(catalog: Catalog, dataset: str) -> list[tuple[str, int]]:
    """Return path and rows of a dataset's shards of samples."""
    rows = catalog.query(
        "SELECT path, rows FROM shards WHERE kind = 'samples' AND dataset = ? ORDER BY created, path", [dataset]
    )
    return [(path, count) for path, count in rows]


def _problems(warehouse: Warehouse, wanted: set[str], stored: _Stored) -> dict[str, Problem]:
    found: dict[str, Problem] = {}
    values = pa.array(sorted(wanted), pa.string())
    for path in sorted({stored.paths[problem_id] for problem_id in wanted & stored.paths.keys()}):
        table = read_shard(warehouse, path)
        for row in table.filter(pc.is_in(table["problem_id"], value_set=values)).to_pylist():
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

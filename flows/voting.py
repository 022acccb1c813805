"""Votes are held when all samples are judged: before a version is made, in processes that can be killed."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from configs.models import VerificationConfig
from data.holdings import Holdings
from data.publishing import Stock
from data.records import Problem, Status
from data.shards import write_shard
from data.survey import JudgedProblem
from data.traces import read_problems
from data.votes import vote_id
from verifiers.majority import JUDGE, Ballot, Outcome, Vote, count, needs_vote
from verifiers.pool import VerifierPool

GROUPING_TIMES = 4
"""How much longer than one verdict grouping the answers of one problem may take."""
_WRONG = (Status.INCORRECT, Status.UNIT_MISMATCH)


def hold_votes(stock: Stock, dataset: str, run_id: str, config: VerificationConfig) -> int:
    """Hold the votes that are missing, store them, and return how many there were. Raises `VerifierError`."""
    held = 0
    if not _any_may_need_vote(stock, config):
        return held
    with ExitStack() as stack:
        groups = _Grouping(stack, config)
        for _, problems, holdings in stock.chunks():
            rows = [row for row in _chunk_votes(stock, problems, holdings, config, groups) if row]
            if rows:
                rows = [row | {"run_id": run_id, "verdict_set": stock.request.verdict_set} for row in rows]
                ids = [row["vote_id"] for row in rows]
                stock.catalog.register_shards([write_shard(stock.warehouse, "votes", dataset, run_id, rows, ids)])
                held += len(rows)
    return held


class _Grouping:
    """A pool that groups answers; it starts when the first problem needs it."""

    def __init__(self, stack: ExitStack, config: VerificationConfig) -> None:
        self._stack = stack
        self._config = config
        self._pool: VerifierPool | None = None

    def groups(self, items: Sequence[tuple[Problem, Sequence[str]]]) -> list[list[list[int]] | None]:
        """Return the groups of each list of answers; None where they could not be grouped in time."""
        if not items:
            return []
        if self._pool is None:
            config = self._config
            timeout_s = GROUPING_TIMES * config.timeout_s
            pool = VerifierPool(config.workers, timeout_s, config.memory_mb, config.policy, target=JUDGE)
            self._pool = self._stack.enter_context(pool)
        submitted = self._pool.submit([(problem, json.dumps(list(answers)), True) for problem, answers in items])
        verdicts = submitted.result()
        return [json.loads(each.extracted or "[]") if each.equal else None for each in verdicts]


def _chunk_votes(
    stock: Stock,
    problems: Sequence[JudgedProblem],
    holdings: Holdings,
    config: VerificationConfig,
    grouping: _Grouping,
) -> list[dict[str, Any] | None]:
    """Return the rows of the votes that a chunk lacks."""
    candidates = [each for each in problems if each.vote is None and _may_need_vote(each, config)]
    records = read_problems(stock.warehouse, {each.member.record_id for each in candidates}, holdings)
    ballots = [(each, records[each.member.record_id], *_ballot(each)) for each in candidates]
    wanted = [ballot for ballot in ballots if needs_vote(ballot[1], ballot[2], config.majority)]
    # Only answers that are not right already are grouped: what equals the reference is one class as it is.
    lists = [(problem, [ballot.answers[place] for place in _open(ballot)]) for _, problem, ballot, _ in wanted]
    groups = grouping.groups(lists)
    return [
        None if found is None else _row(each, _counted(problem, ballot, found, config), samples, stock.request.voting)
        for (each, problem, ballot, samples), found in zip(wanted, groups, strict=True)
    ]


def _any_may_need_vote(stock: Stock, config: VerificationConfig) -> bool:
    """Whether it is worth looking at all problems: some have no reference, or enough samples to contradict theirs."""
    if stock.request.samples_per_problem >= config.majority.suspect.votes:
        return True
    sql = "SELECT 1 FROM verdicts WHERE verdict_set = ? AND status = ? LIMIT 1"
    return bool(stock.catalog.query(sql, [stock.request.verdict_set, Status.NO_REFERENCE.value]))


def _may_need_vote(problem: JudgedProblem, config: VerificationConfig) -> bool:
    statuses = [each.verdict.status for each in problem.judged]
    if Status.NO_REFERENCE in statuses:
        return True
    return sum(status in _WRONG for status in statuses) >= config.majority.suspect.votes


def _ballot(problem: JudgedProblem) -> tuple[Ballot, list[str]]:
    """Return the answers of a problem's samples, and the ids of those samples."""
    voting = (Status.NO_REFERENCE, Status.CORRECT, *_WRONG)
    voters = [each for each in problem.judged if each.verdict.status in voting and each.verdict.extracted]
    right = frozenset(n for n, each in enumerate(voters) if each.verdict.status is Status.CORRECT)
    answers = tuple(each.verdict.extracted or "" for each in voters)
    return Ballot(answers, right), [each.sample.sample_id for each in voters]


def _open(ballot: Ballot) -> list[int]:
    return [place for place in range(len(ballot.answers)) if place not in ballot.right]


def _counted(problem: Problem, ballot: Ballot, groups: list[list[int]], config: VerificationConfig) -> Vote:
    places = _open(ballot)
    return count(problem, ballot, [[places[n] for n in group] for group in groups], config.majority)


def _row(problem: JudgedProblem, vote: Vote, samples: Sequence[str], voting: str) -> dict[str, Any]:
    return {
        "vote_id": vote_id(problem.member.problem_id, voting, problem.judged),
        "problem_id": problem.member.problem_id,
        "voting": voting,
        "outcome": Outcome(vote.outcome).value,
        "voters": vote.voters,
        "votes": vote.votes,
        "runner_up": vote.runner_up,
        "accepted": len(problem.accepted),
        "answer": vote.answer,
        "winners": [samples[place] for place in vote.winners],
    }

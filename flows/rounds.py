"""The rounds of a sampling policy: after each one, how every problem stands, who gets more, and why."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from data.catalog import Catalog
from data.holdings import Request, look_up
from data.identity import content_id
from data.members import Member, Members
from data.rounds import Proposal, RoundTable, StandingRow
from data.survey import JudgedProblem, judged_problems
from generators.policies import Decision, Reason, RoundPolicy, Standing

Record = Callable[[Sequence[dict[str, Any]]], None]
"""Stores rows of decisions."""


class Rounds:
    """Decides round by round, from what the warehouse holds of the samples that were granted so far.

    A run that continues a killed one makes the same decisions again: they follow from the granted samples alone.
    """

    def __init__(
        self, policy: RoundPolicy, members: Members, catalog: Catalog, request: Request, plan_id: str, record: Record
    ) -> None:
        self._policy = policy
        self._members = members
        self._catalog = catalog
        self._request = request
        self._plan_id = plan_id
        self._record = record
        self._table = RoundTable(members.folder)
        self._first_round_tokens = 0
        self.number = 0
        """Rounds that were decided on; the first one, which every problem gets, is number 0."""
        self.granted = 0
        """Problems that get samples in this round."""

    def decide(self) -> bool:
        """Decide on the next round, when all samples of the last one are judged; False when there is none.

        Raises `StorageError`.
        """
        self._take_stock()
        self.number += 1
        for rows in self._table.open():
            decided = [(row, self._policy.decide(_standing(row))) for row in rows]
            self._stop([pair for pair in decided if not pair[1].more])
            self._table.propose([_proposal(row, decision) for row, decision in decided if decision.more])
        self.granted = self._table.grant(self._policy.tokens_left(self._first_round_tokens, self._table.tokens()))
        if self.granted:
            self._grant()
        else:
            for rows in self._table.open():
                self._stop([(row, self._out_of_budget(row)) for row in rows])
        return self.granted > 0

    def batches(self, size: int) -> Iterator[list[Member]]:
        """Yield the members that get samples in this round, `size` at a time."""
        batch: list[Member] = []
        for chunk, more in self._table.granted():
            members = self._members.chunk(chunk)
            for position in more:
                batch.append(members[position])
                if len(batch) == size:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def close(self) -> None:
        """Close the tables."""
        self._table.close()

    def _take_stock(self) -> None:
        """Note how all problems stand that had samples in the last round."""
        if self.number == 0:
            places: Iterator[tuple[int, list[int] | None]] = ((n, None) for n in range(self._members.chunks))
        else:
            places = ((chunk, list(more)) for chunk, more in self._table.granted())
        for chunk, positions in places:
            members = self._members.chunk(chunk)
            wanted = list(range(len(members))) if positions is None else positions
            chosen = [members[position] for position in wanted]
            judged = judged_problems(chosen, look_up(self._catalog, chosen, self._request))
            self._table.stand([_row(chunk, *pair) for pair in zip(wanted, judged, strict=True)])
        self._table.clear()
        if self.number == 0:
            self._first_round_tokens = self._table.tokens()
            self._policy = self._policy.after_first_round(self._first_round_tokens, self._table.accepted())

    def _grant(self) -> None:
        for rows in self._table.open():
            more = self._table.granted_in(rows[0].chunk)
            chosen = [row for row in rows if row.position in more]
            if chosen:
                counts = {row.position: row.asked + more[row.position] for row in chosen}
                self._members.grant(chosen[0].chunk, counts)
                self._write([(row, self._policy.decide(_standing(row))) for row in chosen])

    def _stop(self, pairs: Sequence[tuple[StandingRow, Decision]]) -> None:
        if pairs:
            self._table.stop([row for row, _ in pairs])
            self._write(pairs)

    def _out_of_budget(self, row: StandingRow) -> Decision:
        wanted = self._policy.decide(_standing(row))
        return Decision(0, Reason.BUDGET, wanted.alpha, wanted.beta, wanted.chance, wanted.expected_tokens)

    def _write(self, pairs: Sequence[tuple[StandingRow, Decision]]) -> None:
        self._record([self._decision_row(row, decision) for row, decision in pairs])

    def _decision_row(self, row: StandingRow, decision: Decision) -> dict[str, Any]:
        said = {
            "problem_id": row.problem_id,
            "plan_id": self._plan_id,
            "policy": self._policy.name,
            "round": self.number,
            "asked": row.asked,
            "judged": row.judged,
            "accepted": row.accepted,
            "decided": row.decided,
            "tokens": row.tokens,
            "alpha": decision.alpha,
            "beta": decision.beta,
            "chance": decision.chance,
            "expected_tokens": decision.expected_tokens,
            "more": decision.more,
            "reason": decision.reason.value,
        }
        return said | {"decision_id": content_id("decision", said)}


def _standing(row: StandingRow) -> Standing:
    return Standing(row.asked, row.judged, row.accepted, row.decided, row.tokens)


def _proposal(row: StandingRow, decision: Decision) -> Proposal:
    return Proposal(row.chunk, row.position, decision.more, decision.expected_tokens, *decision.rank)


def _row(chunk: int, position: int, problem: JudgedProblem) -> StandingRow:
    asked = problem.member.samples
    assert asked is not None  # noqa: S101 - a policy grants every member its first samples
    return StandingRow(
        chunk=chunk,
        position=position,
        problem_id=problem.member.problem_id,
        asked=asked,
        judged=len(problem.judged),
        accepted=len(problem.accepted),
        decided=sum(each.verdict.status.is_decided for each in problem.judged),
        tokens=sum(each.sample.completion_tokens for each in problem.judged),
    )

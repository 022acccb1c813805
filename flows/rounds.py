"""The rounds of a sampling policy: after each one, how every problem stands, who gets more, and why."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from data.catalog import Catalog
from data.holdings import Request, look_up
from data.identity import content_id
from data.members import Members
from data.rounds import Place, Proposal, RoundTable, StandingRow
from data.survey import JudgedProblem, judged_problems
from flows.chunks import Grant
from generators.first_round import FirstRound
from generators.policies import Decision, Reason, RoundPolicy, Standing

Record = Callable[[Sequence[dict[str, Any]]], None]
"""Stores rows of decisions."""

DECISIONS_AT_ONCE = 4_096
"""So many wait to be stored together, at most."""
STORE_EVERY_S = 60.0
"""Decisions do not wait longer than that where more are made; each time is a shard."""


class Rounds:
    """Decides round by round, from what came of the samples that were granted so far.

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
        self._first_round = FirstRound(policy)
        self._noting = threading.Lock()
        self._settled: list[StandingRow] = []
        self._places: list[Place] = []
        self._said: list[dict[str, Any]] = []
        self._stored_at = time.monotonic()
        self.number = 0
        """Times that was decided; the first round, which every problem gets, is number 0."""
        self.granted = 0
        """Problems that got samples by the last decision."""

    @property
    def waits_for_all(self) -> bool:
        """Whether a round can be decided on only when the one before is judged to its end."""
        return not self._policy.decides_alone

    @property
    def news(self) -> int:
        """Problems that were judged since the last decision."""
        return len(self._settled) + len(self._places)

    def settled(self, rows: Sequence[StandingRow]) -> None:
        """Note how problems stand all whose granted samples are judged."""
        with self._noting:
            self._settled += rows

    def judged(self, places: Sequence[Place]) -> None:
        """Note that no more will come of what problems were granted; the catalog knows all that did."""
        with self._noting:
            self._places += places

    def judge_first_round(self) -> None:
        """Take the first round of all problems from the catalog, for a run that asks nothing."""
        for chunk in range(self._members.chunks):
            self._stand(self._looked_up([Place(chunk, n) for n in range(len(self._members.chunk(chunk)))]))

    def take_stock(self) -> None:
        """Move what was noted onto disk; while sources are read, a round may be of millions."""
        with self._noting:
            settled, self._settled = self._settled, []
            places, self._places = self._places, []
        self._stand(settled)
        self._stand(self._looked_up(places))

    def decide(self) -> bool:
        """Decide on the problems that were judged; False when none gets more.

        Only once the sources are read to their end; of a policy that `waits_for_all`, only when all that was granted is
        judged. Raises `StorageError`.
        """
        self.take_stock()
        was_known = self._first_round.is_known
        self._first_round.count(self._members.problems)
        if self._first_round.is_known and not was_known:
            self._table.recall()
        self._table.clear()
        self.number += 1
        for rows in self._table.open():
            decided = [(row, self._first_round.decide(_standing(row))) for row in rows]
            self._table.defer([row for row, decision in decided if decision is None])
            known = [(row, decision) for row, decision in decided if decision]
            self._stop([pair for pair in known if not pair[1].more])
            self._table.propose([_proposal(row, decision) for row, decision in known if decision.more])
        self.granted = self._table.grant(self._policy.tokens_left(self._first_round.tokens, self._tokens()))
        if self.granted:
            self._grant()
        elif self.waits_for_all:
            for rows in self._table.open():
                self._stop([(row, self._out_of_budget(row)) for row in rows])
        return self.granted > 0

    def grants(self, size: int) -> Iterator[list[Grant]]:
        """Yield what the last decision granted, for `size` problems at a time."""
        found: list[Grant] = []
        for chunk, more in self._table.granted():
            of_chunk = self._members.chunk(chunk)
            for row in self._table.standing(chunk, list(more)):
                found.append(Grant(of_chunk[row.position], row))
                if len(found) == size:
                    yield found
                    found = []
        if found:
            yield found

    def store(self) -> None:
        """Store the decisions that were made, which nothing hangs on: a run that was killed makes them again."""
        if self._said:
            self._record(self._said)
            self._said = []
        self._stored_at = time.monotonic()

    def close(self) -> None:
        """Close the tables."""
        self._table.close()

    def _tokens(self) -> int:
        """Return what all samples took, where the policy has a total for them."""
        return self._table.tokens() if self.waits_for_all else 0

    def _looked_up(self, places: Sequence[Place]) -> Iterator[StandingRow]:
        for chunk, positions in _by_chunk(places):
            members = self._members.chunk(chunk)
            chosen = [members[position] for position in positions]
            judged = judged_problems(chosen, look_up(self._catalog, chosen, self._request))
            yield from (_row(chunk, *pair) for pair in zip(positions, judged, strict=True))

    def _stand(self, rows: Iterable[StandingRow]) -> None:
        """Note how problems stand, and count the first round."""
        standing = list(rows)
        self._table.stand(standing)
        for row in standing:
            if row.asked == self._policy.first:
                self._first_round.add(self._members.first_of(row.chunk) + row.position, _standing(row))

    def _grant(self) -> None:
        for chunk, more in self._table.granted():
            rows = self._table.standing(chunk, list(more))
            self._members.grant(chunk, {row.position: row.asked + more[row.position] for row in rows})
            self._write([(row, self._decided(row)) for row in rows])

    def _stop(self, pairs: Sequence[tuple[StandingRow, Decision]]) -> None:
        if pairs:
            self._table.stop([row for row, _ in pairs])
            self._write(pairs)

    def _out_of_budget(self, row: StandingRow) -> Decision:
        wanted = self._decided(row)
        return Decision(0, Reason.BUDGET, wanted.alpha, wanted.beta, wanted.chance, wanted.expected_tokens)

    def _decided(self, row: StandingRow) -> Decision:
        decision = self._first_round.decide(_standing(row))
        assert decision is not None  # noqa: S101 - it was decided on just now
        return decision

    def _write(self, pairs: Sequence[tuple[StandingRow, Decision]]) -> None:
        self._said += [self._decision_row(row, decision) for row, decision in pairs]
        if len(self._said) >= DECISIONS_AT_ONCE or time.monotonic() - self._stored_at > STORE_EVERY_S:
            self.store()

    def _decision_row(self, row: StandingRow, decision: Decision) -> dict[str, Any]:
        said = {
            "problem_id": row.problem_id,
            "plan_id": self._plan_id,
            "policy": self._policy.name,
            "round": self.number if self.waits_for_all else row.round,
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


def _by_chunk(places: Iterable[Place]) -> Iterator[tuple[int, list[int]]]:
    """Yield the positions of all places, chunk by chunk."""
    for chunk, found in groupby(sorted(places, key=attrgetter("chunk", "position")), key=attrgetter("chunk")):
        yield chunk, [place.position for place in found]


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

"""The rounds of a sampling policy: after each one, how every problem stands, who gets more, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from data.catalog import Catalog
from data.holdings import Request, look_up
from data.identity import content_id
from data.members import Member, Members
from data.rounds import Place, Proposal, RoundTable, StandingRow
from data.survey import JudgedProblem, judged_problems
from generators.policies import Decision, Reason, RoundPolicy, Standing

Record = Callable[[Sequence[dict[str, Any]]], None]
"""Stores rows of decisions."""

DECISIONS_AT_ONCE = 4_096
"""So many are stored together, at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Problems that get samples in one round, and their places among the members."""

    members: tuple[Member, ...]
    places: tuple[Place, ...]


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
        self._judged: list[tuple[Place, ...]] = []
        self._said: list[dict[str, Any]] = []
        self.number = 0
        """Times that was decided; the first round, which every problem gets, is number 0."""
        self.granted = 0
        """Problems that get samples in this round."""

    @property
    def waits_for_all(self) -> bool:
        """Whether a round can be decided on only when the one before is judged to its end."""
        return not self._policy.decides_alone

    @property
    def has_judged(self) -> bool:
        """Whether there is anything to decide on."""
        return bool(self._judged)

    def judged(self, batch: "Batch") -> None:
        """Note that all samples which a batch was granted are judged."""
        self._judged.append(batch.places)

    def decide(self) -> bool:
        """Decide on the problems whose samples are judged; False when none gets more.

        The first call is for the first round of all problems, the further ones for the batches that were noted as
        judged: all that were granted, or, unless the policy `waits_for_all`, any of them. Raises `StorageError`.
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
        self._flush()
        return self.granted > 0

    def batches(self, size: int) -> Iterator["Batch"]:
        """Yield the members that get samples in this round, `size` at a time."""
        members: list[Member] = []
        places: list[Place] = []
        for chunk, more in self._table.granted():
            of_chunk = self._members.chunk(chunk)
            for position in more:
                members.append(of_chunk[position])
                places.append(Place(chunk, position))
                if len(members) == size:
                    yield Batch(tuple(members), tuple(places))
                    members, places = [], []
        if members:
            yield Batch(tuple(members), tuple(places))

    def close(self) -> None:
        """Close the tables."""
        self._table.close()

    def _take_stock(self) -> None:
        """Note how the problems stand whose samples are judged."""
        if self.number == 0:
            places: Iterator[tuple[int, list[int] | None]] = ((n, None) for n in range(self._members.chunks))
        else:
            places = _by_chunk(self._judged)
        for chunk, positions in places:
            members = self._members.chunk(chunk)
            wanted = list(range(len(members))) if positions is None else positions
            chosen = [members[position] for position in wanted]
            judged = judged_problems(chosen, look_up(self._catalog, chosen, self._request))
            self._table.stand([_row(chunk, *pair) for pair in zip(wanted, judged, strict=True)])
        self._judged.clear()
        self._table.clear()
        if self.number == 0:
            self._first_round_tokens = self._table.tokens()
            self._policy = self._policy.after_first_round(self._first_round_tokens, self._table.accepted())

    def _grant(self) -> None:
        for chunk, more in self._table.granted():
            rows = self._table.standing(chunk, list(more))
            self._members.grant(chunk, {row.position: row.asked + more[row.position] for row in rows})
            self._write([(row, self._policy.decide(_standing(row))) for row in rows])

    def _stop(self, pairs: Sequence[tuple[StandingRow, Decision]]) -> None:
        if pairs:
            self._table.stop([row for row, _ in pairs])
            self._write(pairs)

    def _out_of_budget(self, row: StandingRow) -> Decision:
        wanted = self._policy.decide(_standing(row))
        return Decision(0, Reason.BUDGET, wanted.alpha, wanted.beta, wanted.chance, wanted.expected_tokens)

    def _write(self, pairs: Sequence[tuple[StandingRow, Decision]]) -> None:
        self._said += [self._decision_row(row, decision) for row, decision in pairs]
        if len(self._said) >= DECISIONS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        """Store the decisions that were made, which nothing hangs on: a run that was killed makes them again."""
        if self._said:
            self._record(self._said)
            self._said = []

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


def _by_chunk(judged: Sequence[Sequence[Place]]) -> Iterator[tuple[int, list[int]]]:
    """Yield the positions of all places, chunk by chunk."""
    places = sorted((place for each in judged for place in each), key=attrgetter("chunk", "position"))
    for chunk, found in groupby(places, key=attrgetter("chunk")):
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

"""What the first round of all problems tells a policy, and what may be decided before all of it has come.

An adaptive policy measures what an acceptance costs in the first round. Waiting for the slowest answer of all problems
would leave the teacher idle, so the first problems give an early price: by it a problem may get its second round, and
nothing else. Whether one stops for its costs, and every later round, is decided by the price of the whole first round.
So decisions hang on the samples alone, whenever they are made.
"""

from dataclasses import dataclass

from generators.policies import Decision, Reason, RoundPolicy, Standing

PILOT = 256
"""Problems, the first ones of a build, whose first round gives the early price."""


@dataclass(slots=True)
class _Sum:
    problems: int = 0
    tokens: int = 0
    accepted: int = 0

    def add(self, standing: Standing) -> None:
        self.problems += 1
        self.tokens += standing.tokens
        self.accepted += standing.accepted


class FirstRound:
    """Counts the first round, and decides by what is known of it."""

    def __init__(self, policy: RoundPolicy) -> None:
        self.policy = policy
        self._pilot, self._all = _Sum(), _Sum()
        self._early: RoundPolicy | None = None
        self._final = policy.after_first_round(0, 0) if policy.decides_alone and policy.knows_price else None

    @property
    def is_known(self) -> bool:
        """Whether every decision can be made."""
        return self._final is not None

    @property
    def tokens(self) -> int:
        """Completion tokens of the first round, as far as it came."""
        return self._all.tokens

    def add(self, number: int, standing: Standing) -> None:
        """Count how a problem stands after its first round; `number` is its place among all, from 0."""
        self._all.add(standing)
        if number < PILOT:
            self._pilot.add(standing)

    def count(self, problems: int) -> None:
        """See what is known by now, where there are so many problems in all."""
        if self._final is None and self._all.problems == problems:
            self._final = self.policy.after_first_round(self._all.tokens, self._all.accepted)
        if self._early is None and self.policy.decides_alone and self._pilot.problems == min(PILOT, problems):
            self._early = self.policy.after_first_round(self._pilot.tokens, self._pilot.accepted)

    def decide(self, standing: Standing) -> Decision | None:
        """Return what the policy says of a problem; None where that is not known yet."""
        if self._early and standing.asked == self.policy.first:
            decision = self._early.decide(standing)
            if decision.reason is not Reason.COST:
                return decision
        return self._final.decide(standing) if self._final else None

"""Sampling policies: how many samples a problem gets, decided in rounds from what came of the earlier ones.

Everything here is a pure function of counts over the samples that were granted so far: of neither time nor the order
of arrival. So the same seed and the same answers give the same decisions, also when they are made again after a
crash. Source of the estimate: the Beta distribution as conjugate prior of the pass rate; the chance of at least one
acceptance among m further samples is that of the beta-binomial distribution.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import Field, model_validator

from data.records import Record

PolicyName = Literal["fixed", "adaptive", "tail"]


class Reason(StrEnum):
    """Why a problem gets more samples, or no more."""

    MORE = "more"
    """It gets another round."""
    TARGET = "target"
    """Enough samples were accepted."""
    MAX = "max"
    """It has had as many samples as any problem may."""
    COST = "cost"
    """Another acceptance is expected to cost more tokens than it may."""
    PASS_RATE = "pass_rate"  # noqa: S105 - no password
    """Its pass rate is not low enough for the extra budget of the tail."""
    UNDECIDED = "undecided"
    """No sample could be judged, so that nothing is known of its pass rate."""
    BUDGET = "budget"
    """The tokens that were left went to other problems."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of a problem so far."""

    asked: int
    """Samples that were granted to it."""
    judged: int
    """Those of them that came and have a verdict."""
    accepted: int
    decided: int
    """Those whose verdict counts for or against."""
    tokens: int
    """Completion tokens of all that came."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of a problem after a round."""

    more: int
    """Samples of its next round; 0 stops it."""
    reason: Reason
    alpha: float
    beta: float
    """Of the posterior distribution of the pass rate."""
    chance: float = 0.0
    """That the next round has at least one acceptance."""
    expected_tokens: float = 0.0
    """Of the next round."""
    rank: tuple[float, float] = (0.0, 0.0)
    """Smaller comes first where there are not tokens enough for all."""

    @property
    def pass_rate(self) -> float:
        """Mean of the posterior distribution."""
        return self.alpha / (self.alpha + self.beta)


class Prior(Record):
    """Beta distribution of pass rates before the first sample; below 1 and 1 it expects many near 0 and near 1."""

    accepted: float = Field(default=0.5, gt=0)
    rejected: float = Field(default=0.5, gt=0)


class AdaptiveSettings(Record):
    """Rounds until enough was accepted, or until more does not pay."""

    min: int = Field(default=4, ge=1)
    """Samples that every problem gets."""
    max: int = Field(default=32, ge=1)
    """The most that any problem gets."""
    target: int = Field(default=4, ge=1)
    """Accepted samples that are enough."""
    pays_up_to: float = Field(default=4.0, gt=0)
    """What a problem's first acceptance may be expected to cost, relative to what one cost in the first round."""
    tokens_per_acceptance: int | None = Field(default=None, ge=1)
    """The same in completion tokens, in the place of `pays_up_to`."""
    total_tokens: int | None = Field(default=None, ge=1)
    """Completion tokens for all problems together; after the first round they go where they buy most."""
    prior: Prior = Prior()

    @model_validator(mode="after")
    def _max_is_most(self) -> "AdaptiveSettings":
        if self.max < self.min:
            raise ValueError(f"max {self.max} is below min {self.min}")
        return self


class TailSettings(Record):
    """The same for every problem first, then an extra budget for those of the lowest pass rate."""

    max: int = Field(default=64, ge=1)
    """The most that any problem gets."""
    target: int = Field(default=4, ge=1)
    """Accepted samples that are enough."""
    below: float = Field(default=0.25, gt=0, le=1)
    """Problems whose estimated pass rate is lower are the tail."""
    extra_share: float = Field(default=0.5, gt=0)
    """The extra budget, relative to the completion tokens of the first round."""
    extra_tokens: int | None = Field(default=None, ge=1)
    """The extra budget in completion tokens, in the place of `extra_share`."""
    prior: Prior = Prior()


class RoundPolicy(Protocol):
    """What the rounds need of a policy."""

    @property
    def name(self) -> PolicyName:
        """Its name in the configuration."""

    @property
    def first(self) -> int:
        """Samples that every problem gets."""

    @property
    def most(self) -> int:
        """The most that any problem gets."""

    @property
    def decides_alone(self) -> bool:
        """Whether a problem's decision hangs on no other problem once the first round is known."""

    @property
    def knows_price(self) -> bool:
        """Whether nothing is to be learnt from the first round of all problems."""

    def decide(self, standing: Standing) -> Decision:
        """Return whether a problem gets another round, and of how many samples."""

    def tokens_left(self, first_round: int, spent: int) -> float:
        """Return the completion tokens left, after `first_round` for the first one and `spent` in all."""

    def after_first_round(self, tokens: int, accepted: int) -> "RoundPolicy":
        """Return the policy for all further rounds, now that the first one is known."""


@dataclass(frozen=True, slots=True)
class AdaptivePolicy:
    """See `AdaptiveSettings`."""

    settings: AdaptiveSettings
    price: float = math.inf
    """Completion tokens that the first acceptance of a problem may be expected to cost."""

    @property
    def name(self) -> PolicyName:
        """See `RoundPolicy`."""
        return "adaptive"

    @property
    def first(self) -> int:
        """See `RoundPolicy`."""
        return self.settings.min

    @property
    def most(self) -> int:
        """See `RoundPolicy`."""
        return self.settings.max

    @property
    def decides_alone(self) -> bool:
        """See `RoundPolicy`; tokens for all together are shared out among all."""
        return self.settings.total_tokens is None

    @property
    def knows_price(self) -> bool:
        """See `RoundPolicy`."""
        return self.settings.tokens_per_acceptance is not None

    def decide(self, standing: Standing) -> Decision:
        """Stop at the target, at the most, or where another acceptance costs more than it may.

        The second acceptance of a problem may cost half as much as the first, the third a third: each adds less. The
        next round is as large as the target is expected to need, and never larger than all rounds before it.
        """
        settings, (alpha, beta) = self.settings, posterior(self.settings.prior, standing)
        rate = alpha / (alpha + beta)
        each = mean_tokens(standing)
        if reason := _common_stop(standing, settings.target, settings.max):
            return Decision(0, reason, alpha, beta)
        if each / rate > self.price / (1 + standing.accepted):
            return Decision(0, Reason.COST, alpha, beta)
        wanted = math.ceil((settings.target - standing.accepted) / rate)
        more = min(wanted, standing.asked, settings.max - standing.asked)
        chance = chance_of_any(alpha, beta, more)
        worth = chance / (1 + standing.accepted) / max(each * more, 1.0)
        return Decision(more, Reason.MORE, alpha, beta, chance, each * more, (-worth, 0.0))

    def tokens_left(self, first_round: int, spent: int) -> float:  # noqa: ARG002 - a policy's interface
        """See `RoundPolicy`."""
        total = self.settings.total_tokens
        return math.inf if total is None else total - spent

    def after_first_round(self, tokens: int, accepted: int) -> "AdaptivePolicy":
        """See `RoundPolicy`; where nothing was accepted, all tokens count as the cost of one."""
        price = self.settings.tokens_per_acceptance or self.settings.pays_up_to * tokens / max(accepted, 1)
        return replace(self, price=price)


@dataclass(frozen=True, slots=True)
class TailPolicy:
    """See `TailSettings`."""

    settings: TailSettings
    first: int

    @property
    def name(self) -> PolicyName:
        """See `RoundPolicy`."""
        return "tail"

    @property
    def most(self) -> int:
        """See `RoundPolicy`."""
        return max(self.settings.max, self.first)

    @property
    def decides_alone(self) -> bool:
        """See `RoundPolicy`; the extra budget is shared out among all."""
        return False

    @property
    def knows_price(self) -> bool:
        """See `RoundPolicy`; the extra budget is a share of the first round's tokens."""
        return False

    def decide(self, standing: Standing) -> Decision:
        """Give problems of a low pass rate more, as long as they lack accepted samples.

        Those with the fewest accepted samples come first, and among them those that were asked least: the budget goes
        round all hard problems before it goes deep into one.
        """
        settings, (alpha, beta) = self.settings, posterior(self.settings.prior, standing)
        if reason := _common_stop(standing, settings.target, self.most):
            return Decision(0, reason, alpha, beta)
        if alpha / (alpha + beta) >= settings.below:
            return Decision(0, Reason.PASS_RATE, alpha, beta)
        more = min(max(self.first, standing.asked // 2), self.most - standing.asked)
        rank = (float(standing.accepted), float(standing.asked))
        expected = mean_tokens(standing) * more
        return Decision(more, Reason.MORE, alpha, beta, chance_of_any(alpha, beta, more), expected, rank)

    def tokens_left(self, first_round: int, spent: int) -> float:
        """See `RoundPolicy`."""
        settings = self.settings
        extra = settings.extra_share * first_round if settings.extra_tokens is None else settings.extra_tokens
        return first_round + extra - spent

    def after_first_round(self, tokens: int, accepted: int) -> "TailPolicy":  # noqa: ARG002 - a policy's interface
        """See `RoundPolicy`."""
        return self


def posterior(prior: Prior, standing: Standing) -> tuple[float, float]:
    """Return the parameters of the pass rate's Beta distribution, given what came."""
    return prior.accepted + standing.accepted, prior.rejected + standing.decided - standing.accepted


def chance_of_any(alpha: float, beta: float, count: int) -> float:
    """Return the chance that at least one of `count` further samples is accepted.

    >>> chance_of_any(1, 1, 1)
    0.5
    """
    none = 1.0
    for each in range(count):
        none *= (beta + each) / (alpha + beta + each)
    return 1.0 - none


def mean_tokens(standing: Standing) -> float:
    """Return the completion tokens that a sample of this problem takes; at least 1, since nothing is free."""
    return max(standing.tokens / max(standing.judged, 1), 1.0)


def _common_stop(standing: Standing, target: int, most: int) -> Reason | None:
    if standing.accepted >= target:
        return Reason.TARGET
    if standing.asked >= most:
        return Reason.MAX
    return None if standing.decided else Reason.UNDECIDED

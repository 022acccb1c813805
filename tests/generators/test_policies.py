"""What sampling policies decide from what came of a problem."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generators.policies import (
    AdaptivePolicy,
    AdaptiveSettings,
    Reason,
    Standing,
    TailPolicy,
    TailSettings,
    chance_of_any,
    mean_tokens,
    posterior,
)


def adaptive(price: float = math.inf, **settings) -> AdaptivePolicy:
    """Return an adaptive policy."""
    return AdaptivePolicy(AdaptiveSettings(**settings), price)


def tail(first: int = 4, **settings) -> TailPolicy:
    """Return a tail policy."""
    return TailPolicy(TailSettings(**settings), first)


def standing(asked: int, accepted: int, tokens_each: int = 100, undecided: int = 0) -> Standing:
    """Return how a problem stands all of whose samples came."""
    return Standing(asked, asked, accepted, asked - undecided, asked * tokens_each)


standings = st.integers(1, 200).flatmap(
    lambda n: st.builds(standing, st.just(n), st.integers(0, n), st.integers(1, 5000))
)


@pytest.mark.parametrize(
    ("policy", "given_standing", "reason"),
    [
        (adaptive(), standing(4, 4), Reason.TARGET),
        (adaptive(max=8), standing(8, 3), Reason.MAX),
        (adaptive(), standing(4, 1), Reason.MORE),
        (adaptive(price=1600), standing(4, 0), Reason.MORE),
        (adaptive(price=1600), standing(8, 0), Reason.COST),
        (adaptive(price=1600), standing(4, 0, tokens_each=200), Reason.COST),
        (adaptive(), standing(4, 0, undecided=4), Reason.UNDECIDED),
        (adaptive(), Standing(4, 0, 0, 0, 0), Reason.UNDECIDED),
        (tail(), standing(4, 0), Reason.MORE),
        (tail(), standing(4, 2), Reason.PASS_RATE),
        (tail(target=1), standing(8, 1), Reason.TARGET),
        (tail(max=16), standing(16, 0), Reason.MAX),
        (tail(max=2), standing(4, 0), Reason.MAX),
    ],
)
def test_a_problem_gets_more_or_stops_for_a_reason(policy, given_standing, reason):
    """Ten lines of sense: enough, too many, too dear, not hard enough, nothing known."""
    decision = policy.decide(given_standing)
    assert decision.reason is reason
    assert (decision.more > 0) is (reason is Reason.MORE)


def test_the_posterior_counts_what_was_decided():
    """Samples that could not be judged say nothing of the pass rate."""
    assert posterior(AdaptiveSettings().prior, standing(8, 3, undecided=2)) == (3.5, 3.5)


@given(st.floats(0.05, 20), st.floats(0.05, 20), st.integers(0, 60))
def test_the_chance_of_any_is_that_of_the_beta_binomial(alpha, beta, count):
    """1 - B(alpha, beta + m) / B(alpha, beta), by the logarithms of gamma functions."""
    log_none = (
        math.lgamma(beta + count) + math.lgamma(alpha + beta) - math.lgamma(beta) - math.lgamma(alpha + beta + count)
    )
    assert chance_of_any(alpha, beta, count) == pytest.approx(1 - math.exp(log_none), abs=1e-9)


@given(standings, st.sampled_from([adaptive(), adaptive(price=3000), tail(), tail(first=8)]))
def test_a_round_is_within_its_bounds(given_standing, policy):
    """Never beyond the most, never empty, never a stop without a reason; and the same again."""
    decision = policy.decide(given_standing)
    assert decision == policy.decide(given_standing)
    assert 0 <= decision.more <= max(policy.most - given_standing.asked, 0)
    assert (decision.reason is Reason.MORE) is (decision.more > 0)
    assert decision.expected_tokens == pytest.approx(decision.more * mean_tokens(given_standing))
    if policy.name == "adaptive":
        assert decision.more <= given_standing.asked


def test_a_cheap_chance_comes_before_a_dear_one():
    """Short answers before long ones, hopeful before hopeless."""

    def rank(*args: int) -> tuple[float, float]:
        return adaptive(max=64).decide(standing(*args)).rank

    assert rank(8, 0, 100) < rank(8, 0, 400) < rank(16, 0, 400)
    assert rank(8, 1, 100) < rank(8, 1, 200)


def test_the_tail_goes_round_before_it_goes_deep():
    """Unsolved problems come first, and of those the ones that were asked least."""

    def rank(*args: int) -> tuple[float, float]:
        return tail().decide(standing(*args)).rank

    assert rank(4, 0) < rank(8, 0) < rank(16, 0) < rank(16, 1)


def test_the_price_follows_from_the_first_round_or_the_configuration():
    """Four times what an acceptance cost there; all its tokens where nothing was accepted; or the tokens named."""
    assert adaptive().after_first_round(1000, 10).price == 400
    assert adaptive().after_first_round(1000, 0).price == 4000
    assert adaptive(tokens_per_acceptance=70).after_first_round(1000, 10).price == 70
    assert tail().after_first_round(1000, 10) == tail()


def test_each_further_acceptance_may_cost_less():
    """At one and the same estimated pass rate a problem that lacks its first goes on, and one that has it stops."""
    assert adaptive(1300, prior={"accepted": 1, "rejected": 8}).decide(standing(1, 0)).reason is Reason.MORE
    assert adaptive(1300, target=9).decide(standing(16, 1)).reason is Reason.COST


def test_budgets_are_counted_in_completion_tokens():
    """All of them for adaptive, beyond the first round for the tail."""
    assert adaptive().tokens_left(500, 900) == math.inf
    assert adaptive(total_tokens=1000).tokens_left(500, 900) == 100
    assert tail(extra_share=0.5).tokens_left(500, 600) == 150
    assert tail(extra_tokens=70).tokens_left(500, 600) == -30


@pytest.mark.parametrize(
    ("settings", "values"),
    [(AdaptiveSettings, {"min": 8, "max": 4}), (AdaptiveSettings, {"target": 0}), (TailSettings, {"below": 0})],
)
def test_settings_have_their_ranges(settings, values):
    """What cannot be meant is refused."""
    with pytest.raises(ValidationError):
        settings(**values)

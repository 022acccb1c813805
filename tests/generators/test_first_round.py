"""What may be decided before the first round of all problems has come."""

from generators.first_round import PILOT, FirstRound
from generators.policies import AdaptivePolicy, AdaptiveSettings, Reason, Standing, TailPolicy, TailSettings

SOLVED, CHEAP, DEAR = Standing(4, 4, 4, 4, 400), Standing(4, 4, 2, 4, 400), Standing(4, 4, 0, 4, 40_000)


def first_round(**settings):
    """Return the first round of an adaptive policy."""
    return FirstRound(AdaptivePolicy(AdaptiveSettings(**settings)))


def test_the_first_problems_give_a_price_by_which_others_go_on():
    """Who is cheap by it gets a second round, who is not waits for the price of all."""
    found = first_round()
    for number in range(PILOT):
        found.add(number, CHEAP)
    found.count(2 * PILOT)
    assert not found.is_known
    assert found.decide(CHEAP).more == 4
    assert found.decide(SOLVED).reason is Reason.TARGET
    assert found.decide(DEAR) is None


def test_later_rounds_wait_for_the_price_of_all():
    """The early price is for the second round alone."""
    found = first_round()
    for number in range(PILOT):
        found.add(number, CHEAP)
    found.count(PILOT + 1)
    further = Standing(8, 8, 3, 8, 400)
    assert found.decide(further) is None
    found.add(PILOT, CHEAP)
    found.count(PILOT + 1)
    assert found.is_known
    assert found.decide(further).more > 0
    assert found.decide(DEAR).reason is Reason.COST


def test_a_decision_is_the_same_whenever_it_is_made():
    """Early, and after the first round has come: what the early price granted is granted still."""
    early, late = first_round(), first_round()
    standings = [CHEAP if number < PILOT else SOLVED for number in range(PILOT + 50)]
    middling = Standing(4, 4, 1, 4, 440)
    for number, standing in enumerate(standings[:PILOT]):
        early.add(number, standing)
    early.count(len(standings))
    granted = early.decide(middling)
    for number in reversed(range(len(standings))):  # in whatever order they come
        late.add(number, standings[number])
    late.count(len(standings))
    assert late.is_known
    assert granted.more > 0
    assert late.decide(middling) == granted
    alone = late.policy.after_first_round(late.tokens, sum(each.accepted for each in standings))
    assert alone.decide(middling).reason is Reason.COST


def test_a_given_price_needs_no_first_round():
    """`tokens_per_acceptance` is known from the beginning."""
    found = first_round(tokens_per_acceptance=700)
    assert found.is_known
    assert found.decide(CHEAP).more == 4
    assert found.decide(DEAR).reason is Reason.COST


def test_tokens_for_all_wait_for_all():
    """Where tokens are shared out, nothing is decided before the first round is complete."""
    for policy in (AdaptivePolicy(AdaptiveSettings(total_tokens=10**6)), TailPolicy(TailSettings(), 4)):
        found = FirstRound(policy)
        found.add(0, CHEAP)
        found.count(2)
        assert found.decide(CHEAP) is None
        found.add(1, DEAR)
        found.count(2)
        assert found.is_known
        assert found.tokens == 40_400

"""Room for requests at several endpoints, and which of them gets the next one."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from generators import endpoints
from generators.endpoints import Fleet, endpoint_at
from generators.window import Load


def fleet(count=2, most=100, patience_s=0.2):
    """Return a fleet of endpoints that nobody is behind."""
    return Fleet([endpoint_at(f"http://host-{number}/v1", {}) for number in range(count)], patience_s, most)


async def hold(stack, each, count):
    """Take several leases."""
    return [await asyncio.wait_for(stack.enter_async_context(each.lease()), 60) for _ in range(count)]


async def waits(each):
    """Whether the next lease has to wait."""
    taking = asyncio.ensure_future(each._take(again=False))
    await asyncio.sleep(0.01)
    if taking.done():
        each._give(taking.result())
        return False
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    return True


async def test_requests_are_spread_by_those_in_flight():
    """The emptier endpoint gets the next one, whoever had the last."""
    each = fleet(3)
    async with AsyncExitStack() as stack:
        leases = await hold(stack, each, 9)
        assert [endpoint.in_flight for endpoint in each.endpoints] == [3, 3, 3]
        each._give(leases[4])
        stack.pop_all()
        (lease,) = await hold(stack, each, 1)
        assert lease.endpoint is leases[4].endpoint


async def test_no_more_are_let_in_than_the_bound_and_the_windows_allow():
    """Over all endpoints, and at each."""
    async with AsyncExitStack() as stack:
        each = fleet(2, most=5)
        await hold(stack, each, 5)
        assert await waits(each)
    async with AsyncExitStack() as stack:
        each = fleet(2)
        each.endpoints[0].window.size = 2
        each.endpoints[1].window.size = 3
        await hold(stack, each, 5)
        assert [endpoint.in_flight for endpoint in each.endpoints] == [2, 3]
        assert await waits(each)
    assert [endpoint.in_flight for endpoint in each.endpoints] == [0, 0]


async def test_who_came_first_is_let_in_first_and_a_repeated_request_before_all():
    """Ten thousand who wait cost a request that failed nothing; those who left are passed over."""
    each, order = fleet(1, most=1), []

    async def ask(name, *, again=False):
        async with each.lease(again=again):
            order.append(name)
            await asyncio.sleep(0)

    async with AsyncExitStack() as stack:
        await hold(stack, each, 1)
        asking = [asyncio.ensure_future(ask(number)) for number in range(10_000)]
        await asyncio.sleep(0)
        asking.append(asyncio.ensure_future(ask("again", again=True)))
        await asyncio.sleep(0)
        for task in asking[1:10_000:2]:
            task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    assert order == ["again", *range(0, 10_000, 2)]
    assert each.endpoints[0].in_flight == 0


async def test_a_failed_endpoint_is_passed_over_and_asked_again_by_one_request(monkeypatch):
    """While it rests all go to the others, though these be full; then one finds out, and an answer makes it equal."""
    monkeypatch.setattr(endpoints, "REST_S", 3600.0)
    monkeypatch.setattr(endpoints, "REST_MOST_S", 3600.0)
    each = fleet(2)
    bad, good = each.endpoints
    good.window.size = 3
    async with AsyncExitStack() as stack:
        (lease,) = await hold(stack, each, 1)
        each.failed(lease, "broken")
        leases = await hold(stack, each, 3)
        assert {held.endpoint.url for held in leases} == {good.url}
        assert await waits(each)
    bad.resting_until = 0.0
    async with AsyncExitStack() as stack:
        leases = await hold(stack, each, 4)
        assert [held.endpoint for held in leases].count(bad) == 1
        probe = next(held for held in leases if held.endpoint is bad)
        each.succeeded(probe)
        leases = await hold(stack, each, 4)
        assert {held.endpoint.url for held in leases} == {bad.url}


async def test_the_rests_of_an_endpoint_that_stays_away_double(monkeypatch):
    """Requests that fail together count as one failure."""
    monkeypatch.setattr(endpoints, "REST_S", 10.0)
    each = fleet(2)
    bad = each.endpoints[0]
    async with AsyncExitStack() as stack:
        lease, _ = await hold(stack, each, 2)
        for rest_s in (10, 20, 40, 60):
            before = time.monotonic()
            each.failed(lease, "broken")
            first, after = bad.resting_until, time.monotonic()
            assert before + rest_s <= first <= after + rest_s
            for _ in range(4):
                each.failed(lease, "broken")
            assert bad.resting_until == first
            bad.resting_until = 0.0


async def test_an_endpoint_that_is_out_gets_nothing_until_it_is_back():
    """With no other one, requests wait instead of failing."""
    each = fleet(1)
    each.out(each.endpoints[0])
    waiting = asyncio.ensure_future(each._take(again=False))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    each.back(each.endpoints[0])
    assert (await asyncio.wait_for(waiting, 60)).endpoint is each.endpoints[0]


async def test_when_the_last_endpoint_is_lost_all_hear_of_it():
    """Those who wait, and those who come later."""
    each = fleet(2)
    for endpoint in each.endpoints:
        each.out(endpoint)
    waiting = asyncio.ensure_future(each._take(again=False))
    await asyncio.sleep(0)
    each.lost(each.endpoints[0], RuntimeError("first"))
    await asyncio.sleep(0)
    assert not waiting.done()
    each.lost(each.endpoints[1], RuntimeError("second"))
    for taking in (waiting, each._take(again=False)):
        with pytest.raises(RuntimeError, match="second"):
            await taking


async def test_a_fleet_with_a_long_answer_on_its_way_is_not_down():
    """A server that is full turns others away for minutes, while it works on what it has."""
    each = fleet(1, patience_s=0.05)
    async with AsyncExitStack() as stack:
        await hold(stack, each, 1)
        await asyncio.sleep(0.01)
        async with each.lease() as lease:
            for _ in range(5):
                each.failed(lease, "HTTP 429", rests=False)
        await asyncio.sleep(0.1)
        assert not each.is_down()
    assert each.is_down()


async def test_a_window_that_grows_lets_in_who_waits():
    """Nobody has to come back with an answer first."""
    each = fleet(1)
    each.endpoints[0].window.size = 10
    async with AsyncExitStack() as stack:
        await hold(stack, each, 10)
        waiting = asyncio.ensure_future(each._take(again=False))
        await asyncio.sleep(0)
        each.saw(each.endpoints[0], Load(running=10, waiting=0, cache_use=0.1))
        await asyncio.wait_for(waiting, 60)

"""Slots are handed out in the order of asking, and none is ever lost."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from generators.slots import Slots


async def test_requests_are_served_in_their_order() -> None:
    """A small request does not overtake a large one that waits before it."""
    slots = Slots(4)
    await slots.take(3)
    served: list[str] = []

    async def ask(name: str, count: int) -> None:
        await slots.take(count)
        served.append(name)

    large, small = asyncio.create_task(ask("large", 4)), asyncio.create_task(ask("small", 1))
    await asyncio.sleep(0)
    assert served == []
    slots.give(3)
    await large
    slots.give(4)
    await small
    assert served == ["large", "small"]


async def test_a_cancelled_request_lets_the_next_one_in() -> None:
    """Who stands behind a cancelled request does not wait for ever."""
    slots = Slots(2)
    await slots.take(1)
    large = asyncio.create_task(slots.take(2))
    small = asyncio.create_task(slots.take(1))
    await asyncio.sleep(0)
    large.cancel()
    await asyncio.wait_for(small, 60)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 6), st.integers(0, 3)), max_size=12))
def test_no_slot_is_lost_however_requests_are_cancelled(plan: list[tuple[int, int, int]]) -> None:
    """After any mixture of finished and cancelled requests, all slots can be taken at once."""

    async def play() -> None:
        slots = Slots(4)

        async def work(count: int, turns: int) -> None:
            await slots.take(count)
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
            finally:
                slots.give(count)

        tasks = []
        for count, cancel_after, turns in plan:
            tasks.append(asyncio.create_task(work(count, turns)))
            for _ in range(cancel_after // 2):
                await asyncio.sleep(0)
            if cancel_after % 2:
                tasks[cancel_after % len(tasks)].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(slots.take(4), 60)

    asyncio.run(play())

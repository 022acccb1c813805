"""The one line before the teacher, in which the prompts of all shards stand."""

import asyncio
from pathlib import Path

import pytest

from configs.loading import load_build
from flows.chunks import Chunk
from flows.desk import Desk
from flows.opening import open_run
from tests.builds import sum_answers, sums, write_build
from tests.flows.in_process import quiet
from tests.processes import HANGS_S
from tests.scripted_teacher import scripted_teacher


async def settled() -> None:
    """Let all tasks go as far as they can: nothing here waits for a clock."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_the_capacity_is_one_for_all_shards() -> None:
    """However many shards ask, no more samples are with the teacher than it has places for, in the order of asking."""
    desk, with_teacher, most, order = Desk(10), 0, 0, []

    async def ask(name: int) -> None:
        nonlocal with_teacher, most
        async with desk.turn(4) as places:
            order.append(name)
            with_teacher += 4
            most = max(most, with_teacher)
            for _ in range(4):
                await asyncio.sleep(0.001)
                with_teacher -= 1
                places.give(1)

    await asyncio.gather(*(ask(number) for number in range(50)))
    assert 10 < most < desk.places + 4
    assert order == list(range(50))


async def test_a_prompt_for_more_samples_than_there_are_places_gets_its_turn() -> None:
    """One free place lets it in; the next waits until the places are there again."""
    desk = Desk(4)
    async with desk.turn(1), desk.turn(1000) as places:
        second = asyncio.ensure_future(desk.turn(1).__aenter__())
        places.give(999 - desk.places)
        await settled()
        assert not second.done()
        places.give(3)
        await asyncio.wait_for(second, 60)


async def test_an_answer_makes_room_before_the_whole_prompt_is_done() -> None:
    """A prompt whose last sample is long holds one place, not all of its own."""
    desk = Desk(1)
    async with desk.turn(desk.places) as places:
        second = asyncio.ensure_future(desk.turn(3).__aenter__())
        await settled()
        assert not second.done()
        for _ in range(3):
            places.give(1)
        await asyncio.wait_for(second, 60)


async def test_the_next_shard_is_begun_when_the_line_grows_short() -> None:
    """Not while the teacher has enough before it, and not only when nothing is left."""
    desk = Desk(8)
    desk.expect(20)
    waiting = asyncio.ensure_future(desk.runs_short())
    for sent, is_short in ((10, False), (2, False), (2, True)):
        async with desk.turn(sent):
            await settled()
            assert waiting.done() is is_short


async def test_prompts_that_nobody_expected_count_too() -> None:
    """Further rounds of a shard stand in the same line, and who leaves it is not waited for."""
    desk = Desk(8)
    async with desk.turn(desk.places):
        asking = asyncio.ensure_future(desk.turn(8).__aenter__())
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(desk.runs_short())
        await settled()
        assert not waiting.done()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(waiting, 60)


def test_the_slow_tails_of_shards_overlap(tmp_path: Path) -> None:
    """A shard whose last answer is slow holds up nothing but itself: others are begun on the places that it left."""
    working: set[int] = set()
    most = 0

    async def run(config: Path) -> int:
        nonlocal most
        async with open_run(load_build(config, []), quiet()) as build, build.workplace() as place:

            async def work(chunk: Chunk) -> None:
                nonlocal most
                working.add(chunk.number)
                most = max(most, len(working))
                await build.work_on(chunk)
                working.remove(chunk.number)

            await build.run_shards(build.chunks(), work)
            return place.progress.samples

    # The slow answers come when the teacher is at the last problem: then all of them were on their way at once.
    last = {"What is 39 + 40?": 2}
    script = {"answers": sum_answers(40), "slow_percent": 5, "slow_until": last, "slow_s": HANGS_S}
    with scripted_teacher(tmp_path / "script.json", **script) as url:
        config = write_build(
            tmp_path,
            url,
            sums(40),
            teacher={"max_in_flight": 16},
            execution={"shard_size": 4, "shards_in_flight": 10},
        )
        assert asyncio.run(run(config)) == 160
    # The teacher's places hold two shards of sixteen samples: all further ones had only their tails left.
    assert most >= 5

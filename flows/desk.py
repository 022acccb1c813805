"""The desk before the teacher, where the prompts of all shards stand in one line.

The teacher's capacity is one for the whole build. A shard whose last answers are long leaves its places to the
others, and when too little stands in line the next shard is begun, so that a slow tail never idles the teacher.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from generators.slots import SlotLease, Slots

AHEAD_SHARE, AHEAD_LEAST = 0.25, 16
"""Samples that are handed to the teacher beyond its capacity: its next requests are in its own hands."""


class Desk:
    """Lets the samples of all shards through to a teacher of some capacity, first come, first served."""

    def __init__(self, capacity: int) -> None:
        self.places = capacity + max(AHEAD_LEAST, int(capacity * AHEAD_SHARE))
        self.capacity = capacity
        self._slots = Slots(self.places)
        self._expected = 0
        self._changed = asyncio.Event()

    def expect(self, samples: int) -> None:
        """Announce the samples of a shard that is begun."""
        self._expected += samples

    @asynccontextmanager
    async def turn(self, samples: int) -> AsyncIterator[SlotLease]:
        """Wait until a prompt may go to the teacher; give one place back with each answer.

        One free place is enough: were all waited for, a prompt for many samples would leave places empty meanwhile.
        """
        lease = SlotLease(self._slots, samples)
        try:
            await lease.take(least=1)
            self._expected = max(0, self._expected - samples)
            self._changed.set()
            yield lease
        finally:
            lease.give_all()
            self._changed.set()

    async def runs_short(self) -> None:
        """Wait until less stands in line than the teacher can take at once: time to begin another shard."""
        while self._expected >= self.capacity or self._slots.wanted >= self.capacity:
            self._changed.clear()
            await self._changed.wait()

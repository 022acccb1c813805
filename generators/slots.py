"""Decoding slots of an engine, handed out in the order of asking."""

import asyncio
from collections import deque


class Slots:
    """A fixed number of slots, taken several at once.

    First come, first served: a large request is never overtaken for ever by small ones, and prompts reach
    the engine in their own order, so that neighbours that begin alike share that beginning. For one event
    loop only.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[tuple[int, int, asyncio.Future[None]]] = deque()

    async def take(self, count: int, least: int | None = None) -> None:
        """Wait until `count` slots are free and it is this request's turn.

        With `least` free it may go already; what it took too much, the next in line waits for.
        """
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((count, count if least is None else least, turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the turn came in the same moment
                self.give(count)
            else:
                self._admit()  # whoever stood behind a large request may go now
            raise

    def give(self, count: int) -> None:
        """Return slots, and let in who waits for them."""
        self._free += count
        self._admit()

    @property
    def wanted(self) -> int:
        """How many slots those in line wait for."""
        return sum(count for count, _, turn in self._waiting if not turn.done())

    def _admit(self) -> None:
        while self._waiting:
            count, least, turn = self._waiting[0]
            if not turn.cancelled():
                if least > self._free:
                    return
                self._free -= count
                turn.set_result(None)
            self._waiting.popleft()


class SlotLease:
    """Slots that are held and given back one by one; giving back more than is held does nothing."""

    def __init__(self, slots: Slots, count: int) -> None:
        self._slots, self._count, self._held = slots, count, 0

    async def take(self, least: int | None = None) -> None:
        """Wait for all of them, or until `least` are free."""
        await self._slots.take(self._count, least)
        self._held = self._count

    def give(self, count: int) -> None:
        """Return some."""
        given = min(count, self._held)
        self._held -= given
        self._slots.give(given)

    def give_all(self) -> None:
        """Return what is still held."""
        self.give(self._held)

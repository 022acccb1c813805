"""The servers behind a teacher: which one to ask next, how much at once, and when to give up on all of them."""

import asyncio
import time
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from generators.window import Load, Window

REST_S, REST_MOST_S = 2.0, 60.0
"""How long an endpoint that failed is passed over while another one works; each time twice as long."""


@dataclass(slots=True)
class Endpoint:
    """One base URL."""

    url: str
    """Without name and password, so that it can stand in messages."""
    headers: dict[str, str]
    window: Window = field(default_factory=lambda: Window(most=2**31))
    in_flight: int = 0
    rests: int = 0
    """How often it rested since its last answer."""
    resting_until: float = 0.0
    is_out: bool = False
    """Its server is known to be starting anew: nothing is sent to it until it is `back`."""
    is_gone: bool = False
    """Its server was given up: it will never be back."""

    def is_doubtful(self, now: float) -> bool:
        """Whether others are to be preferred: it rests, or one request is finding out whether it is back."""
        return self.resting_until > now or (self.rests > 0 and self.in_flight > 0)

    @property
    def has_room(self) -> bool:
        """Whether one more request may be sent to it."""
        return not self.is_out and self.in_flight < self.window.whole


def endpoint_at(base_url: str, headers: dict[str, str]) -> Endpoint:
    """Return the endpoint at `base_url`; name and password in it become a header, as browsers do it."""
    parts = urlsplit(base_url.rstrip("/"))
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return Endpoint(parts.geturl(), headers)
    encoded = b64encode(unquote(login).encode()).decode()
    return Endpoint(parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {encoded}"} | headers)


@dataclass(eq=False, slots=True)
class Lease:
    """The right to have one request in flight at an endpoint."""

    endpoint: Endpoint
    since: float


@dataclass(slots=True)
class Fleet:
    """The endpoints of one teacher: their room for requests and their common health.

    Requests are let in first come, first served, each to the endpoint with the fewest in flight, as many
    as its window has room for and `most_in_flight` allows in all.

    One request that fails says little; a server that answers nobody is down. So patience is counted
    for the fleet: `is_down` once nothing succeeded for `patience_s` seconds of failures and nothing is
    in flight any more that was sent before them.
    """

    endpoints: list[Endpoint]
    patience_s: float
    most_in_flight: int = 2**31
    failures_in_a_row: int = 0
    trouble_since: float | None = None
    last_error: str = ""
    successes: int = 0
    gone: Exception | None = None
    """Why no endpoint will ever come back."""
    _waiting: deque[asyncio.Future[Lease]] = field(default_factory=deque)
    _leases: set[Lease] = field(default_factory=set)

    def __post_init__(self) -> None:
        for endpoint in self.endpoints:
            endpoint.window = Window(most=self.most_in_flight)

    @asynccontextmanager
    async def lease(self, *, again: bool = False) -> AsyncIterator[Lease]:
        """Hold room for one request; one that is sent `again` does not go to the end of the line."""
        lease = await self._take(again=again)
        try:
            yield lease
        finally:
            self._give(lease)

    def pick(self) -> Endpoint | None:
        """Return the endpoint with the fewest requests in flight that has room, one that works if there is any.

        None where all that work are full: then the next request waits rather than being lost on a broken one.
        """
        now = time.monotonic()
        present = [endpoint for endpoint in self.endpoints if not endpoint.is_out]
        working = [endpoint for endpoint in present if not endpoint.is_doubtful(now)]
        with_room = [endpoint for endpoint in working or present if endpoint.has_room]
        return min(with_room, key=lambda endpoint: endpoint.in_flight, default=None)

    def succeeded(self, lease: Lease) -> None:
        """Note an answer: the endpoint works, the fleet is alive."""
        endpoint = lease.endpoint
        endpoint.rests = 0
        endpoint.resting_until = 0.0
        endpoint.window.answered(endpoint.in_flight)
        self.successes += 1
        self.failures_in_a_row = 0
        self.trouble_since = None

    def failed(self, lease: Lease, error: str, *, rests: bool = True) -> None:
        """Note a failure; unless the endpoint itself is well it `rests` for a while."""
        now, endpoint = time.monotonic(), lease.endpoint
        if rests and endpoint.resting_until <= now:  # requests that fail together are one reason to rest, not many
            endpoint.resting_until = now + min(REST_S * 2**endpoint.rests, REST_MOST_S)
            endpoint.rests += 1
        self.failures_in_a_row += 1
        self.last_error = error
        if self.trouble_since is None:
            self.trouble_since = now

    def overloaded(self, lease: Lease) -> None:
        """Note that an endpoint could not take this request on top of the others: it is given fewer."""
        endpoint = lease.endpoint
        endpoint.window.overloaded(endpoint.in_flight, lease.since, time.monotonic())

    def saw(self, endpoint: Endpoint, load: Load) -> None:
        """Take in what an endpoint says of its own queues."""
        endpoint.window.saw(load, endpoint.in_flight, time.monotonic())
        self._admit()

    def out(self, endpoint: Endpoint) -> None:
        """Send nothing more to an endpoint whose server is starting anew."""
        endpoint.is_out = True

    def back(self, endpoint: Endpoint) -> None:
        """Let an endpoint join in whose server has started; its past is forgotten."""
        endpoint.is_out = False
        endpoint.rests, endpoint.resting_until = 0, 0.0
        endpoint.window = Window(most=self.most_in_flight)
        self.failures_in_a_row = 0
        self.trouble_since = None
        self._admit()

    def lost(self, endpoint: Endpoint, error: Exception) -> None:
        """Give up an endpoint; with the last one everybody fails who waits for room, now and later."""
        endpoint.is_out = endpoint.is_gone = True
        if not all(each.is_gone for each in self.endpoints):
            return
        self.gone = error
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error)

    def is_down(self) -> bool:
        """Whether nobody has been answered for longer than the fleet's patience."""
        if self.trouble_since is None or self.failures_in_a_row <= len(self.endpoints):
            return False
        if any(lease.since < self.trouble_since for lease in self._leases):
            return False  # a long answer may still be on its way
        return time.monotonic() - self.trouble_since > self.patience_s

    async def _take(self, *, again: bool) -> Lease:
        if self.gone:
            raise self.gone
        turn: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()
        if again:
            self._waiting.appendleft(turn)
        else:
            self._waiting.append(turn)
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self._give(turn.result())  # the turn came in the same moment
            raise

    def _give(self, lease: Lease) -> None:
        lease.endpoint.in_flight -= 1
        self._leases.discard(lease)
        self._admit()

    def _admit(self) -> None:
        while self._waiting and len(self._leases) < self.most_in_flight:
            if self._waiting[0].done():
                self._waiting.popleft()
                continue
            endpoint = self.pick()
            if endpoint is None:
                return
            lease = Lease(endpoint, time.monotonic())
            endpoint.in_flight += 1
            self._leases.add(lease)
            self._waiting.popleft().set_result(lease)

"""How many requests an endpoint is given at once: as many as it can take, found out while working.

Additive increase, multiplicative decrease, as TCP does it (Jacobson 1988; RFC 5681), with two sources of
evidence: answers and failures, and where the server publishes them, the lengths of its own queues.
"""

from dataclasses import dataclass

FIRST_SIZE = 256
"""What an endpoint is given before anything is known of it; vLLM runs that many sequences at once by default."""
GROWTH = 1.5
"""Factor of each step before the first decrease, while no limit has been met yet."""
STEPS_TO_FULL = 32
"""After a decrease the window grows by this fraction of its bound at each look at the server's queues."""
QUEUED_SHARE, QUEUED_LEAST = 0.25, 4
"""Requests that may wait inside the server, as a share of those it runs: enough that it never waits for us."""
USED_SHARE = 0.9
"""A window that is not used up says nothing about the server, so it does not grow."""
CACHE_FULL = 0.95
"""From this share of its KV cache on, a server has to push requests out again, and does their work twice."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a server says of itself."""

    running: float
    """Sequences that it decodes now."""
    waiting: float
    """Sequences in its queue."""
    cache_use: float
    """Share of its KV cache that is taken, 0 to 1."""


@dataclass(slots=True)
class Window:
    """The number of requests that one endpoint may have in flight; between 1 and `most`."""

    most: int
    size: float = 0.0
    has_met_a_limit: bool = False
    lowered_at: float = float("-inf")
    """When it was last lowered; what was sent before cannot be blamed on the new size."""
    is_metered: bool = False
    """The server tells its load, so growth follows that and not the answers."""

    def __post_init__(self) -> None:
        self.size = min(self.most, self.size or FIRST_SIZE)

    @property
    def whole(self) -> int:
        """The size as a number of requests."""
        return max(1, int(self.size))

    def answered(self, in_flight: int) -> None:
        """A request was answered; without other evidence the server may be given more."""
        if not self.is_metered and in_flight >= USED_SHARE * self.whole:
            self._grow(1.0 if not self.has_met_a_limit else 1.0 / self.size)

    def overloaded(self, in_flight: int, sent_at: float, now: float) -> None:
        """A request sent at `sent_at` came back with "too much" or not in time: half of what was in flight."""
        if sent_at >= self.lowered_at:
            self._lower(max(in_flight, 1) / 2, now)

    def saw(self, load: Load, in_flight: int, now: float) -> None:
        """Take in what the server says of itself, asked for about once a second."""
        self.is_metered = True
        sequences = load.running + load.waiting
        if not in_flight or not sequences:
            return
        requests_per_sequence = in_flight / sequences  # a request for n samples is n sequences
        running, waiting = load.running * requests_per_sequence, load.waiting * requests_per_sequence
        allowed = max(QUEUED_LEAST, QUEUED_SHARE * running)
        if waiting > 2 * allowed:
            # Halving would starve a server whose queue is long because it was given too much at the start.
            self._lower(max(running + allowed, self.size / 2), now)
        elif waiting <= allowed and load.cache_use < CACHE_FULL and in_flight >= USED_SHARE * self.whole:
            step = self.size * (GROWTH - 1) if not self.has_met_a_limit else max(1.0, self.most / STEPS_TO_FULL)
            self._grow(min(step, max(1.0, allowed - waiting)) if self.has_met_a_limit else step)

    def _grow(self, step: float) -> None:
        self.size = min(float(self.most), self.size + step)

    def _lower(self, size: float, now: float) -> None:
        self.size = max(1.0, min(self.size, size))
        self.has_met_a_limit = True
        self.lowered_at = now

"""The servers behind a teacher: which one to ask next, and when to give up on all of them."""

import time
from dataclasses import dataclass, field

REST_S = 2.0
"""How long an endpoint that failed is passed over while another one works."""


@dataclass(slots=True)
class Endpoint:
    """One base URL."""

    url: str
    in_flight: int = 0
    resting_until: float = 0.0


@dataclass(slots=True)
class Fleet:
    """The endpoints of one teacher and their common health.

    One request that fails says little; a server that answers nobody is down. So patience is counted
    for the fleet: `is_down` once nothing succeeded for `patience_s` seconds of failures.
    """

    endpoints: list[Endpoint]
    patience_s: float
    failures_in_a_row: int = 0
    trouble_since: float | None = None
    last_error: str = ""
    successes: int = field(default=0)

    def pick(self) -> Endpoint:
        """Return the rested endpoint with the fewest requests in flight."""
        now = time.monotonic()
        return min(self.endpoints, key=lambda e: (e.resting_until > now, e.in_flight))

    def succeeded(self) -> None:
        """Note an answer: the fleet is alive."""
        self.successes += 1
        self.failures_in_a_row = 0
        self.trouble_since = None

    def failed(self, endpoint: Endpoint, error: str) -> None:
        """Note a failure of `endpoint`, which rests for a moment."""
        now = time.monotonic()
        endpoint.resting_until = now + REST_S
        self.failures_in_a_row += 1
        self.last_error = error
        if self.trouble_since is None:
            self.trouble_since = now

    def is_down(self) -> bool:
        """Whether nobody has been answered for longer than the fleet's patience."""
        if self.trouble_since is None or self.failures_in_a_row <= len(self.endpoints):
            return False
        return time.monotonic() - self.trouble_since > self.patience_s

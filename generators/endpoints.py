"""The servers behind a teacher: which one to ask next, and when to give up on all of them."""

import time
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

REST_S, REST_MOST_S = 2.0, 60.0
"""How long an endpoint that failed is passed over while another one works; each time twice as long."""


@dataclass(slots=True)
class Endpoint:
    """One base URL."""

    url: str
    """Without name and password, so that it can stand in messages."""
    headers: dict[str, str]
    in_flight: int = 0
    rests: int = 0
    """How often it rested since its last answer."""
    resting_until: float = 0.0

    def is_doubtful(self, now: float) -> bool:
        """Whether others are to be preferred: it rests, or one request is finding out whether it is back."""
        return self.resting_until > now or (self.rests > 0 and self.in_flight > 0)


def endpoint_at(base_url: str, headers: dict[str, str]) -> Endpoint:
    """Return the endpoint at `base_url`; name and password in it become a header, as browsers do it."""
    parts = urlsplit(base_url.rstrip("/"))
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return Endpoint(parts.geturl(), headers)
    encoded = b64encode(unquote(login).encode()).decode()
    return Endpoint(parts._replace(netloc=host).geturl(), {"Authorization": f"Basic {encoded}"} | headers)


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
    successes: int = 0

    def pick(self) -> Endpoint:
        """Return the endpoint with the fewest requests in flight, one that works if there is any."""
        now = time.monotonic()
        return min(self.endpoints, key=lambda e: (e.is_doubtful(now), e.in_flight))

    def succeeded(self, endpoint: Endpoint) -> None:
        """Note an answer of `endpoint`: the fleet is alive."""
        endpoint.rests = 0
        endpoint.resting_until = 0.0
        self.successes += 1
        self.failures_in_a_row = 0
        self.trouble_since = None

    def failed(self, endpoint: Endpoint, error: str) -> None:
        """Note a failure of `endpoint`, which rests for a while."""
        now = time.monotonic()
        if endpoint.resting_until <= now:  # requests that fail together are one reason to rest, not many
            endpoint.resting_until = now + min(REST_S * 2**endpoint.rests, REST_MOST_S)
            endpoint.rests += 1
        self.failures_in_a_row += 1
        self.last_error = error
        if self.trouble_since is None:
            self.trouble_since = now

    def is_down(self) -> bool:
        """Whether nobody has been answered for longer than the fleet's patience."""
        if self.trouble_since is None or self.failures_in_a_row <= len(self.endpoints):
            return False
        return time.monotonic() - self.trouble_since > self.patience_s

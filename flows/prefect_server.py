"""A Prefect server for runs where none is set up; it never outlives the build.

Prefect can start such a server itself, but then a killed build leaves it behind, holding the build's
output pipes open, and it has 20 seconds to start, which a busy machine exceeds.
"""

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.errors import TracemillError

START_TIMEOUT_S = 180.0
QUIET = {
    # Without these Prefect tries to reach its vendor, and logs an error where it cannot.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}


class PrefectServerError(TracemillError):
    """The temporary Prefect server did not start."""


def set_quiet_defaults() -> None:
    """Set what Prefect reads when it is imported; what the user set wins."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if "PREFECT_LOGGING_LEVEL" not in os.environ:
        # Prefect's log goes to its server; the command says itself what went wrong, in one message.
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")


class TemporaryServer:
    """A server on a free local port, with Prefect's usual database, so that its history is kept."""

    def __init__(self) -> None:
        """Start the process; `wait` until it answers."""
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        with socket.socket() as place:  # the server gets the socket itself: a port can be taken before it starts
            place.bind(("127.0.0.1", 0))
            self._port = int(place.getsockname()[1])
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.prefect_server", str(place.fileno())],
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
                pass_fds=(place.fileno(),),
                env=os.environ | QUIET | {"MALLOC_ARENA_MAX": "1"},
            )

    @property
    def api_url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self._port}/api"

    def wait(self) -> str:
        """Wait until the server answers and return its API URL; raises `PrefectServerError`."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise PrefectServerError(f"the temporary Prefect server ended at its start: {self._last_words()}")
            try:
                with urllib.request.urlopen(f"{self.api_url}/health", timeout=5):  # noqa: S310 - our own server
                    return self.api_url
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.1)
        raise PrefectServerError(
            f"the temporary Prefect server did not answer within {START_TIMEOUT_S:g} s: {self._last_words()}"
        )

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._log.close()

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return " | ".join(lines[-5:]) or "it said nothing"


def serve(place: socket.socket) -> None:
    """Run the server at `place` until standard input ends, which it does when the build's process ends."""

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=end_with_parent, daemon=True).start()
    import uvicorn  # noqa: PLC0415 - only in the server's own process
    from prefect.server.api.server import create_app  # noqa: PLC0415
    from prefect.server.database import provide_database_interface  # noqa: PLC0415
    from prefect.settings import get_current_settings  # noqa: PLC0415

    home = Path(get_current_settings().home)
    with _one_at_a_time(home / "tracemill-server.lock"):
        # Two servers that migrate one database at once break it.
        asyncio.run(provide_database_interface().create_db())
    uvicorn.Server(uvicorn.Config(create_app(), log_level="error")).run(sockets=[place])


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

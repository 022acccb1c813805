"""A server process that a build starts, watches, restarts and ends."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import aiohttp

from data.errors import TeacherError
from generators.local_port import reserved_port
from generators.server_words import last_line, reason_of_death

ASK_EVERY_S = 0.5
"""Between two looks whether the server answers yet."""
ANSWER_WITHIN_S = 10.0
"""How long a server may take to say that it is well."""
TELL_EVERY_S = 15.0
"""Between two words about a server that is still loading."""
END_WITHIN_S = 20.0
"""The keeper asks the server to end, then kills it; after this the keeper itself is killed."""
LOG_TAIL_BYTES = 256 * 1024
"""How much of a server's log is searched for the reason of its death."""


class ServerDiedError(TeacherError):
    """The server ended, or never answered; the message gives its own reason."""


class ManagedServer:
    """One server; `start` may be called again after it has ended."""

    def __init__(
        self,
        name: str,
        command: Callable[[int], Sequence[str]],
        environment: Mapping[str, str],
        *,
        log: Path | None,
        start_timeout_s: float,
        say: Callable[[str], None],
    ) -> None:
        """`command` gives the command line for a port; `log` keeps what the server says, None forgets it at the end."""
        self.name = name
        self.url = ""
        """Where it answers, without a path; another port at each start."""
        self._command = command
        self._environment = environment
        self._log_path = log
        self._start_timeout_s = start_timeout_s
        self._say = say
        self._keeper: asyncio.subprocess.Process | None = None
        self._log: IO[bytes] | None = None

    async def start(self) -> None:
        """Start the process and wait until it answers. Raises `ServerDiedError`."""
        with reserved_port() as port:
            self.url = f"http://127.0.0.1:{port}"
            self._log = self._open_log()
            self._say(f"{self.name}: starting on port {port}")
            self._keeper = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "generators.server_keeper",
                *self._command(port),
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
                env={**os.environ, **self._environment},
            )
            try:
                await self._wait_until_it_answers(self._keeper)
            except BaseException:
                await self.end()
                raise

    async def died(self) -> str:
        """Wait until the server ends by itself and return the reason that it gave."""
        assert self._keeper is not None  # noqa: S101 - it was started
        code = await self._keeper.wait()
        return self._reason(code)

    async def is_well(self) -> bool:
        """Whether the server says of itself that it works; one whose engine died may still answer."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{self.url}/health") as response:
                return response.ok
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def end(self) -> None:
        """End the server and all that it started; harmless when it has ended."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        assert keeper.stdin is not None  # noqa: S101 - it was opened
        keeper.stdin.close()  # its sign to end
        try:
            await asyncio.wait_for(keeper.wait(), END_WITHIN_S)
        except TimeoutError:
            keeper.kill()
            await keeper.wait()
        if self._log:
            self._log.close()

    async def _wait_until_it_answers(self, keeper: asyncio.subprocess.Process) -> None:
        began = told = time.monotonic()
        ended = asyncio.ensure_future(keeper.wait())
        try:
            while not await self.is_well():
                await asyncio.wait([ended], timeout=ASK_EVERY_S)
                now = time.monotonic()
                if ended.done():
                    raise ServerDiedError(f"{self.name}: ended at its start: {self._reason(ended.result())}")
                if now - began > self._start_timeout_s:
                    raise ServerDiedError(
                        f"{self.name}: no answer within teacher.start_timeout_s = {self._start_timeout_s:g} s; "
                        f"its last words: {last_line(self._words())}{self._where_the_log_is()}"
                    )
                if now - told > TELL_EVERY_S:
                    told = now
                    self._say(f"{self.name}: loading for {now - began:.0f} s: {last_line(self._words())}")
        finally:
            ended.cancel()
        self._say(f"{self.name}: ready after {time.monotonic() - began:.0f} s")

    def _reason(self, code: int) -> str:
        return f"{reason_of_death(self._words(), code)}{self._where_the_log_is()}"

    def _where_the_log_is(self) -> str:
        return f" (its log: {self._log_path})" if self._log_path else " (set teacher.log_folder to keep its log)"

    def _words(self) -> str:
        assert self._log is not None  # noqa: S101 - it was started
        end = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, end - LOG_TAIL_BYTES))
        return self._log.read().decode("utf-8", "replace")

    def _open_log(self) -> IO[bytes]:
        if self._log_path is None:
            return tempfile.TemporaryFile()
        try:
            self._log_path.parent.mkdir(parents=True, exist_ok=True)
            return self._log_path.open("ab+")
        except OSError as error:
            raise TeacherError(f"{self._log_path}: cannot write the server's log ({error.strerror})") from error

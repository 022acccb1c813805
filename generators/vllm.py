"""A teacher behind vLLM servers that the build starts, watches and ends itself."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data.errors import TeacherDownError, TeacherError
from generators.endpoints import Endpoint
from generators.managed_server import ManagedServer
from generators.openai import OpenAITeacher
from generators.token_probabilities import most_asked_for
from generators.vllm_options import VllmOptions, command_line, model_identity, with_log_probabilities

WELL_EVERY_S = 15.0
"""Between two questions whether a server's engine still works."""
UNWELL_MOST = 4
"""After so many bad answers in a row a server that hangs is ended and started anew."""
RESTART_PAUSE_S, RESTART_PAUSE_MOST_S = 1.0, 60.0
"""Before a server is started again; each time in a row twice as long."""
STEADY_AFTER_S = 600.0
"""A server that worked so long has its restarts forgotten: a crash a day is no reason to give up."""


class VllmTeacher(OpenAITeacher):
    """Starts `replicas` servers of one model, spreads the requests over them, and restarts those that die.

    What was in flight at a server that died is asked again. A server that dies `max_restarts` times in a row is
    given up; the others go on. With the last one the build ends, with that server's own reason.
    """

    def __init__(
        self,
        model: str,
        options: VllmOptions,
        *,
        name: str,
        python: Sequence[str],
        environment: Mapping[str, str] | None = None,
        replica_environments: Sequence[Mapping[str, str]] = ({},),
        log_folder: Path | None = None,
        start_timeout_s: float = 1800.0,
        max_restarts: int = 3,
        extra_body: Mapping[str, Any] | None = None,
        say: Callable[[str], None] = lambda _: None,
        soft_targets_k: int | None = None,
        **requests: Any,
    ) -> None:
        """`requests` are the settings of `OpenAITeacher`; one server is started for each of `replica_environments`."""
        self._key = secrets.token_hex(16)
        super().__init__(
            ["http://127.0.0.1:0/v1"] * len(replica_environments),  # known when they have started
            name,
            api_key=self._key,
            extra_body=extra_body,
            soft_targets_k=soft_targets_k,
            **requests,
        )
        self.teacher_id = model_identity(options, model, extra_body or {})
        if soft_targets_k is not None:
            options = with_log_probabilities(options, most_asked_for(soft_targets_k))
        self._say = say
        self._max_restarts = max_restarts
        shared = {"VLLM_API_KEY": self._key, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", **(environment or {})}
        self._servers = [
            ManagedServer(
                f"vLLM {number}" if len(replica_environments) > 1 else "vLLM",
                lambda port: command_line(options, python, model, name, port),
                {**shared, **own},
                log=log_folder / f"vllm-{number}.log" if log_folder else None,
                start_timeout_s=start_timeout_s,
                say=say,
            )
            for number, own in enumerate(replica_environments)
        ]
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start all servers and wait until they answer; the reason of one that cannot start is raised."""
        if self._keepers:
            return
        try:
            async with asyncio.TaskGroup() as group:
                for server in self._servers:
                    group.create_task(server.start())
            for server, endpoint in self._replicas():
                endpoint.url = f"{server.url}/v1"
            await super().start()
        except BaseExceptionGroup as error:
            await self.close()
            raise next(iter(error.exceptions)) from error
        except BaseException:
            await self.close()
            raise
        self._keepers = [asyncio.create_task(self._keep(server, endpoint)) for server, endpoint in self._replicas()]

    async def close(self) -> None:
        """End all servers."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers = []
        await super().close()
        await asyncio.gather(*(server.end() for server in self._servers))

    def _replicas(self) -> list[tuple[ManagedServer, Endpoint]]:
        return list(zip(self._servers, self._fleet.endpoints, strict=True))

    async def _keep(self, server: ManagedServer, endpoint: Endpoint) -> None:
        """Start a server again whenever it dies, until it has done so too often."""
        restarts = 0
        while True:
            began = time.monotonic()
            reason = await self._death_of(server)
            self._fleet.out(endpoint)
            await server.end()
            restarts = 0 if time.monotonic() - began > STEADY_AFTER_S else restarts
            while True:
                restarts += 1
                if restarts > self._max_restarts:
                    self._give_up(server, endpoint, reason)
                    return
                self._say(f"{server.name}: died ({reason}); restart {restarts} of {self._max_restarts}")
                await asyncio.sleep(min(RESTART_PAUSE_S * 2 ** (restarts - 1), RESTART_PAUSE_MOST_S))
                try:
                    await server.start()
                    break
                except (TeacherError, OSError) as error:
                    reason = str(error)
            endpoint.url = f"{server.url}/v1"
            self._fleet.back(endpoint)

    async def _death_of(self, server: ManagedServer) -> str:
        """Wait until a server is dead or hangs, and return why."""
        died = asyncio.ensure_future(server.died())
        try:
            unwell = 0
            while unwell < UNWELL_MOST:
                done, _ = await asyncio.wait([died], timeout=WELL_EVERY_S)
                if done:
                    return died.result()
                unwell = 0 if await server.is_well() else unwell + 1
            return f"it has not said for {UNWELL_MOST * WELL_EVERY_S:g} s that it is well"
        finally:
            died.cancel()

    def _give_up(self, server: ManagedServer, endpoint: Endpoint, reason: str) -> None:
        message = f"{server.name}: died {self._max_restarts + 1} times, last with: {reason}"
        self._say(f"{message}; it is given up")
        self._fleet.lost(endpoint, TeacherDownError(message))

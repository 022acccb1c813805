"""A teacher behind a real local HTTP server that answers from a script, and fails as it is told to.

Run as a process of its own: `python -m tests.scripted_teacher SCRIPT.json`. It prints its port. The script:

    {"answers": {QUESTION: [completion, …]}, "default": "…", "model": "scripted",
     "faults": 0.2, "delay_s": 0.0, "dies_after": 100, "seed": 1, "log": "requests.jsonl",
     "first": [{"status": 429, "headers": {"Retry-After": "1"}, "body": "later"}, {"drop": true}]}

Raw prompts are answered at `/v1/completions`, by their last paragraph.
What must happen while an answer is on its way is not left to a clock: `lets_out`, `slow_until` and `together` hold
answers back until it has happened.
`GET /stats` tells what it has seen: `requests`, `answered`, `peak` in flight, `abandoned` by the client.

The answer to a request depends on its last message and its seed alone: seed modulo the number of
completions, so that consecutive seeds walk through all of them. `{seed}` in a completion is replaced.
"""

import asyncio
import json
import math
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

REPOSITORY = Path(__file__).resolve().parents[1]
LOOK_EVERY_S = 0.02
"""Between two looks whether an answer may be given."""


@dataclass
class Script:
    """What the server does."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    default: str = "One step: the answer is {seed}.\n\\boxed{{seed}}"
    model: str = "scripted"
    faults: float = 0.0
    """Share of requests that fail: 503, dropped connection, broken JSON, slow."""
    delay_s: float = 0.0
    slow_s: float = 0.3
    """How late a slow answer is."""
    slow_until: dict[str, int] = field(default_factory=dict)
    """Slow answers come earlier, as soon as each of these questions has had so many."""
    slow_percent: int = 0
    """So many of a hundred seeds get a slow answer, always the same."""
    slow_question: str = ""
    """All answers to it are slow."""
    slow_from: int = 0
    """But for so many at first."""
    lets_out: str | None = None
    """File with a number (`let_out` writes it): so many answers are given, the next ones held until it grows."""
    together: int = 0
    """Nobody is answered before so many requests have been in flight at once."""
    dies_after: int | None = None
    """The process ends after so many answers."""
    refuse_with: int | None = None
    """Every completion request gets this HTTP status."""
    first: list[dict[str, Any]] = field(default_factory=list)
    """What the first completion requests get instead of an answer, in turn: `status`, `headers`, `body` or `drop`."""
    most_choices: int | None = None
    """An answer never has more choices, however many `n` asks for."""
    models_status: int = 200
    models_body: str | None = None
    api_key: str | None = None
    """Without it in the header, requests get 401, and a text that repeats what they sent."""
    seed: int = 1
    log: str | None = None
    """File that gets one JSON line for each request that was answered."""


class ScriptedTeacher:
    """The server's state."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.random = random.Random(script.seed)
        self.requests = 0
        self.answered = 0
        self.in_flight = 0
        self.peak = 0
        self.abandoned = 0
        self.given: Counter[str] = Counter()
        """Answers by question."""
        self.log = Path(script.log).open("a", encoding="utf-8") if script.log else None  # noqa: SIM115

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/v1/chat/completions", self.counted)
        app.router.add_post("/v1/completions", self.counted)
        app.router.add_get("/stats", self.stats)
        return app

    async def models(self, request: web.Request) -> web.Response:
        """List the one model."""
        if refused := self.unauthorized(request):
            return refused
        if self.script.models_body is not None or self.script.models_status != 200:
            return web.Response(status=self.script.models_status, text=self.script.models_body or "no such page")
        return web.json_response({"object": "list", "data": [{"id": self.script.model}]})

    async def stats(self, _: web.Request) -> web.Response:
        """Tell what was seen so far."""
        names = ("requests", "answered", "in_flight", "peak", "abandoned")
        return web.json_response({name: getattr(self, name) for name in names})

    def unauthorized(self, request: web.Request) -> web.Response | None:
        """Refuse a request without the key, repeating what it brought, as some servers do."""
        sent = request.headers.get("Authorization", "")
        if self.script.api_key is None or sent in (f"Bearer {self.script.api_key}", f"Basic {self.script.api_key}"):
            return None
        return web.Response(status=401, text=f"Incorrect API key provided: {sent}.")

    async def counted(self, request: web.Request) -> web.StreamResponse:
        """Answer, and count how many are in flight."""
        self.requests += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            return await self.complete(request)
        finally:
            self.in_flight -= 1
            self.abandoned += is_gone(request)

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer, or fail."""
        if refused := self.unauthorized(request):
            return refused
        body = await request.json()
        if self.script.first:
            return self.scripted(request, self.script.first.pop(0))
        if self.script.refuse_with:
            return web.json_response({"error": {"message": "refused by script"}}, status=self.script.refuse_with)
        fault = self.random.choice(("503", "drop", "json", "slow")) if self.random.random() < self.script.faults else ""
        if fault == "503":
            return web.Response(status=503, text="overloaded")
        if fault == "drop":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if fault == "json":
            return web.Response(text='{"choices": [{"mess', content_type="application/json")
        is_late = asked(body) == self.script.slow_question and self.given[asked(body)] >= self.script.slow_from
        is_slow = body["seed"] % 100 < self.script.slow_percent or is_late
        await asyncio.sleep(self.script.delay_s)
        if fault == "slow" or is_slow:
            await self.dawdle()
        await self.hold(request)
        answer = self.answer(body)
        self.answered += 1
        self.given[asked(body)] += 1
        if self.log:
            self.log.write(json.dumps({"question": asked(body), "seed": body["seed"]}) + "\n")
            self.log.flush()
        if self.script.dies_after is not None and self.answered > self.script.dies_after:
            os._exit(1)
        return web.json_response(answer)

    async def dawdle(self) -> None:
        """Wait as long as a slow answer takes."""
        end, wanted = time.monotonic() + self.script.slow_s, self.script.slow_until
        while (left := end - time.monotonic()) > 0:
            if wanted and all(self.given[question] >= count for question, count in wanted.items()):
                return
            await asyncio.sleep(min(LOOK_EVERY_S, left))

    async def hold(self, request: web.Request) -> None:
        """Hold an answer back as the script says; one that nobody waits for any more is finished, as servers do."""
        while self.peak < self.script.together or self.answered >= self.let_out():
            if is_gone(request):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def let_out(self) -> float:
        """Return how many answers may be given so far."""
        return int(Path(self.script.lets_out).read_text(encoding="ascii")) if self.script.lets_out else math.inf

    def scripted(self, request: web.Request, step: dict[str, Any]) -> web.StreamResponse:
        """Fail as one step of the script says."""
        if step.get("drop"):
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        headers = {"Content-Type": "application/json"} | step.get("headers", {})
        return web.Response(status=step.get("status", 200), headers=headers, body=step.get("body", "").encode())

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a request."""
        question, seed = asked(body), body["seed"]
        completions = self.script.answers.get(question) or [self.script.default]
        choices = [
            self.choice(completions[(seed + offset) % len(completions)], seed + offset, offset)
            for offset in range(min(body.get("n", 1), self.script.most_choices or 1_000_000))
        ]
        if "prompt" in body:
            choices = [{**choice, "text": choice["message"]["content"]} for choice in choices]
        return {
            "choices": choices,
            "usage": {"prompt_tokens": len(question) // 4, "completion_tokens": 7 * len(choices)},
        }

    def choice(self, completion: Any, seed: int, index: int) -> dict[str, Any]:
        """Return one choice; a completion may be text or a whole message with its finish reason."""
        given = completion if isinstance(completion, dict) else {"content": completion}
        message = {key: value for key, value in given.items() if key != "finish_reason"}
        message = {k: v.replace("{seed}", str(seed)) if isinstance(v, str) else v for k, v in message.items()}
        return {
            "index": index,
            "message": {"role": "assistant", **message},
            "finish_reason": given.get("finish_reason", "stop"),
        }


def is_gone(request: web.Request) -> bool:
    """Whether who asked has hung up."""
    return request.transport is None or request.transport.is_closing()


def asked(body: dict[str, Any]) -> str:
    """Return what a request asks: the last message, or the last paragraph of a raw prompt."""
    return str(body["prompt"]).split("\n\n")[-1] if "prompt" in body else body["messages"][-1]["content"]


@contextmanager
def scripted_teacher(script_path: Path, port: int = 0, **script: Any) -> Iterator[str]:
    """Run a scripted teacher in a process of its own, and yield its base URL."""
    script_path.write_text(json.dumps(script), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.scripted_teacher", str(script_path), str(port)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def let_out(path: Path, count: int) -> str:
    """Have a teacher whose script `lets_out` at `path` give `count` answers in all; return the path for the script."""
    path.with_suffix(".new").write_text(str(count), encoding="ascii")
    path.with_suffix(".new").replace(path)
    return str(path)


def in_flight(url: str) -> int:
    """Return how many requests a teacher is working on."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats", timeout=60) as response:  # noqa: S310 - our own
        return int(json.load(response)["in_flight"])


async def serve(script: Script, port: int) -> None:
    """Serve until killed."""
    runner = web.AppRunner(ScriptedTeacher(script).app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=4096)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Script(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), int(sys.argv[2])))

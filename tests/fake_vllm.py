"""A program that behaves like vLLM's server and needs no vLLM: real process, real HTTP, its own engine process.

Started as `python tests/fake_vllm.py -m vllm.entrypoints.openai.api_server --model … --port …`, so that a build
takes it for the interpreter that has vLLM. Answers are those of `tests.scripted_teacher`; the environment variable
FAKE_VLLM holds its script as JSON, with these keys besides:

    {"start_s": 0.2, "last_words": "ValueError: …", "engine_pid": FILE, "starts": FILE, "dies_after": 5,
     "deaths": 1, "fails_from": 2}

It writes one line to `starts` each time it starts; only its first `deaths` lives end after `dies_after` answers, and
from the start number `fails_from` on it dies with its `last_words` before it answers. Each character is a token; its
id is the character's code point.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aiohttp import web

from tests.scripted_teacher import Script, ScriptedTeacher

SERVER = "vllm.entrypoints.openai.api_server"


def arguments() -> argparse.Namespace:
    """Read the command line as vLLM does: an argument that it does not know ends it."""
    parser = argparse.ArgumentParser(prog="api_server.py")
    for name in ("model", "served-model-name", "host", "revision", "dtype", "quantization", "speculative-config"):
        parser.add_argument(f"--{name}")
    for name in ("port", "max-model-len", "tensor-parallel-size", "data-parallel-size", "max-logprobs"):
        parser.add_argument(f"--{name}", type=int, default=1)
    parser.add_argument("--max-num-seqs", type=int, default=256)
    parser.add_argument("--gpu-memory-utilization", type=float)
    parser.add_argument("--enable-prefix-caching", action=argparse.BooleanOptionalAction)
    parser.add_argument("--disable-uvicorn-access-log", action="store_true")
    return parser.parse_args(sys.argv[3:])


class FakeVllm(ScriptedTeacher):
    """A scripted teacher with vLLM's pages, its slots, and its log-probabilities."""

    def __init__(self, script: Script, slots: int) -> None:
        super().__init__(script)
        self.slots = asyncio.Semaphore(slots)
        self.running = 0

    def app(self) -> web.Application:
        """Return the web application."""
        app = super().app()
        app.router.add_get("/health", self.health)
        app.router.add_get("/metrics", self.metrics)
        return app

    async def health(self, _: web.Request) -> web.Response:
        """Say that all is well."""
        return web.Response()

    async def metrics(self, _: web.Request) -> web.Response:
        """Tell the load as vLLM does."""
        labels = f'{{engine="0",model_name="{self.script.model}"}}'
        return web.Response(
            text="# TYPE vllm:num_requests_running gauge\n"
            f"vllm:num_requests_running{labels} {float(self.running)}\n"
            f"vllm:num_requests_waiting{labels} {float(self.in_flight - self.running)}\n"
            f"vllm:kv_cache_usage_perc{labels} 0.25\n"
        )

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Answer when a slot is free."""
        async with self.slots:
            self.running += 1
            try:
                return await super().complete(request)
            finally:
                self.running -= 1

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer, with log-probabilities where they are asked for."""
        answer = super().answer(body)
        for choice in answer["choices"]:
            tokens = [ord(each) for each in choice["message"]["content"]]
            if body.get("logprobs"):
                positions = [self.position(body, token) for token in tokens]
                choice["logprobs"] = {"content": positions} if "messages" in body else raw_logprobs(positions)
        usage = answer["usage"]
        usage["completion_tokens"] = sum(len(each["message"]["content"]) for each in answer["choices"])
        return answer

    def position(self, body: dict[str, Any], token: int) -> dict[str, Any]:
        """Return one position: the token itself with half of the probability, its successors with less each."""
        prefix = "token_id:" if body.get("return_tokens_as_token_ids") else ""
        top = [
            {"token": f"{prefix}{token + rank}", "logprob": -0.6931471805599453 * (rank + 1), "bytes": None}
            for rank in range(body["top_logprobs"] if "messages" in body else body["logprobs"])
        ]
        return {"token": f"{prefix}{token}", "logprob": -0.6931471805599453, "bytes": None, "top_logprobs": top}


def raw_logprobs(positions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return positions as raw completions have them."""
    return {
        "tokens": [each["token"] for each in positions],
        "token_logprobs": [each["logprob"] for each in positions],
        "top_logprobs": [{top["token"]: top["logprob"] for top in each["top_logprobs"]} for each in positions],
    }


def main() -> None:
    """Start as told."""
    assert sys.argv[1:3] == ["-m", SERVER], sys.argv
    options, told = arguments(), json.loads(os.environ.get("FAKE_VLLM", "{}"))
    print("INFO 11-22 05:00:00 [api_server.py:1] loading the model", flush=True)
    starts = Path(told.pop("starts", os.devnull))
    with starts.open("a") as file:
        file.write(f"{os.getpid()}\n")
    life = len(starts.read_text().splitlines())
    time.sleep(told.pop("start_s", 0.0))
    last_words, fails_from = told.pop("last_words", ""), told.pop("fails_from", 1)
    if last_words and life >= fails_from:
        print(last_words, file=sys.stderr, flush=True)
        sys.exit(1)
    engine_file = told.pop("engine_pid", "")
    if engine_file:
        engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        Path(engine_file).write_text(str(engine.pid))
    if life > told.pop("deaths", 1):
        told.pop("dies_after", None)
    script = Script(**{"api_key": os.environ["VLLM_API_KEY"], "model": options.served_model_name} | told)
    asyncio.run(serve(script, options))


async def serve(script: Script, options: argparse.Namespace) -> None:
    """Serve until ended."""
    runner = web.AppRunner(FakeVllm(script, options.max_num_seqs).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, options.host, options.port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()

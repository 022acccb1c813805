"""The managed engine with a real vLLM: builds, a killed server, many prompts at once, reasons of failure."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import psutil
import pytest
import yaml

from data.errors import TeacherError
from data.records import FinishReason, Message, Prompt, PromptMode
from data.soft_targets import read_soft_targets, soft_row, write_soft_targets
from data.warehouse import open_warehouse
from generators.sampling import SamplingParams
from generators.teacher import Completion
from tests.builds import COMMAND, stored, traces
from tests.vllm.conftest import ENVIRONMENT, MODEL, OPTIONS, PYTHON, real_teacher

PROBLEMS, SAMPLES = 20, 4


def write_config(folder: Path) -> Path:
    """Write a build of twenty problems."""
    config = {
        "name": "real",
        "problems": [{"source": "generated", "set": "quantities", "size": PROBLEMS}],
        "teacher": {
            "engine": "vllm",
            "model": str(MODEL),
            "python": str(PYTHON),
            "environment": ENVIRONMENT,
            "max_in_flight": 32,
            **OPTIONS,
        },
        "prompt": {"template": "worked-examples"},
        "sampling": {"samples_per_problem": SAMPLES, "temperature": 0.6, "max_tokens": 96, "seed": 7, "stop": ["\n\n"]},
        "execution": {"shard_size": 5},
        "warehouse": "./warehouse",
    }
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def servers(build: psutil.Process) -> list[psutil.Process]:
    """Return the vLLM server processes below a build, without their keepers."""
    found = []
    for each in build.children(recursive=True):
        try:
            command = each.cmdline()
        except psutil.Error:
            continue
        if "vllm.entrypoints.openai.api_server" in command and "generators.server_keeper" not in command:
            found.append(each)
    return found


def test_a_build_of_twenty_problems_survives_the_death_of_its_server(tmp_path: Path, prefect_api: str) -> None:
    """Killed in the middle, the server is started again, every sample comes, and nothing is left running."""
    with (tmp_path / "said").open("w") as said_file:
        build = subprocess.Popen(
            [*COMMAND, "build", str(write_config(tmp_path)), "--json"],
            stdout=subprocess.PIPE,
            stderr=said_file,
            text=True,
            env=os.environ | {"PREFECT_API_URL": prefect_api},
        )
    process, below, killed = psutil.Process(build.pid), set(), False
    while build.poll() is None:
        below |= {each.pid for each in process.children(recursive=True)} if process.is_running() else set()
        if not killed and list((tmp_path / "warehouse").glob("samples/*/*.json")):
            (server,) = servers(process)
            server.send_signal(signal.SIGKILL)
            killed = True
        time.sleep(0.05)
    said = (tmp_path / "said").read_text()
    assert build.returncode == 0, said
    assert killed
    assert "vLLM: ready after" in said
    assert "restart 1 of 3" in said
    assert build.stdout is not None
    result = json.loads(build.stdout.read())
    build.stdout.close()
    assert result["samples"] == PROBLEMS * SAMPLES == len(stored(tmp_path / "warehouse", "samples"))
    assert result["accepted"] == len(traces(result["path"])) > 0
    time.sleep(1)
    assert not [pid for pid in below if psutil.pid_exists(pid) and "vllm" in " ".join(psutil.Process(pid).cmdline())]


def prompt(question: str) -> Prompt:
    """Return a prompt with one question."""
    return Prompt(template="t", template_hash="h", messages=(Message(role="user", content=question),))


async def ask(model: Any, asked: Prompt, count: int, **sampling: Any) -> list[Completion]:
    """Return the samples of a prompt by index."""
    params = SamplingParams(**{"temperature": 0.8, "max_tokens": 24, "seed": 3} | sampling)
    found = [answer async for answer in model.complete(asked, list(range(count)), params)]
    assert all(isinstance(each, Completion) for each in found), found
    return sorted(found, key=lambda each: each.index)


async def test_several_prompts_are_decoded_together() -> None:
    """Each sample comes with its own length and seed, while the server works on many at once, and is told apart."""
    async with real_teacher(max_in_flight=64, samples_per_request=4) as model:
        root = model._servers[0].url
        most = 0.0

        async def watch() -> None:
            nonlocal most
            while True:
                window = model._fleet.endpoints[0].window
                async with aiohttp.ClientSession() as session, session.get(f"{root}/metrics") as page:
                    for line in (await page.text()).splitlines():
                        if line.startswith("vllm:num_requests_running{"):
                            most = max(most, float(line.split()[-1]))
                assert window.whole <= 64
                await asyncio.sleep(0.2)

        watching = asyncio.create_task(watch())
        asked = [prompt(f"Write one sentence about the number {number}.") for number in range(12)]
        found = await asyncio.gather(*(ask(model, each, 4) for each in asked))
        watching.cancel()
        assert model._fleet.endpoints[0].window.is_metered
        assert most > 8
        assert len({each.text for samples in found for each in samples}) > 30
        for samples in found:
            assert [each.index for each in samples] == [0, 1, 2, 3]
            # The server counts a request's tokens together; they are shared out by length of text.
            assert 0 < sum(each.completion_tokens for each in samples) <= 4 * 24
            assert all(each.finish_reason in (FinishReason.STOP, FinishReason.LENGTH) for each in samples)
        # Greedy decoding does not depend on what is decoded beside it nearly always; the seed decides the rest.
        assert len({each.seed for each in found[0]}) == 4
        async with aiohttp.ClientSession() as session, session.get(f"{root}/v1/models") as refused:
            assert refused.status == 401


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"model": "/no/such/model"}, "the model cannot be loaded: check teacher.model and revision"),
        (
            {"options": {"engine_args": {"no-such-thing": 3}}},
            "vLLM does not take this argument: see teacher.engine_args",
        ),
    ],
)
async def test_the_real_reason_of_a_failed_start_is_relayed(settings: dict[str, Any], complaint: str) -> None:
    """In vLLM's own words, with what to do."""
    with pytest.raises(TeacherError, match=complaint):
        await real_teacher(**settings).start()


TOKENIZER = """
import json, sys
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
for line in sys.stdin:
    print(json.dumps(tokenizer.decode(json.loads(line), skip_special_tokens=True)), flush=True)
"""


@pytest.fixture
def decode() -> Iterator[Callable[[list[int]], str]]:
    """The model's own tokenizer, in vLLM's environment."""
    with subprocess.Popen(
        [PYTHON, "-c", TOKENIZER, MODEL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | ENVIRONMENT,
    ) as tokenizer:
        assert tokenizer.stdin is not None
        assert tokenizer.stdout is not None
        writing, reading = tokenizer.stdin, tokenizer.stdout

        def text_of(ids: list[int]) -> str:
            writing.write(json.dumps(ids) + "\n")
            writing.flush()
            return str(json.loads(reading.readline()))

        yield text_of
        writing.close()


async def test_soft_targets_line_up_with_the_real_tokenizer(tmp_path: Path, decode: Callable[[list[int]], str]) -> None:
    """Chat and raw: ids decode to the text, alternatives are the k most probable, and add up to at most one."""
    rows = []
    async with real_teacher(soft_targets_k=24, samples_per_request=2) as model:
        chat = prompt("Say héllo 😀 in three languages.")
        raw = Prompt(template="t", template_hash="h", messages=chat.messages, mode=PromptMode.COMPLETION)
        for asked in (chat, raw):
            for each in await ask(model, asked, 4, max_tokens=32):
                assert each.soft is not None
                sample = {"sample_id": f"{asked.mode} {each.index}", "problem_id": "p", "teacher": "t", "run_id": "r"}
                rows.append((sample | {"completion": each.text}, each.soft))
    warehouse = open_warehouse(tmp_path / "warehouse")
    write_soft_targets(warehouse, "d", "r", [soft_row(sample, soft) for sample, soft in rows])
    texts = {sample["sample_id"]: sample["completion"] for sample, _ in rows}
    found = list(read_soft_targets(warehouse.root, "d"))
    assert len(found) == 8
    sampled_outside = 0
    for each in found:
        each.check(texts[each.sample_id], decode)
        assert each.ids.shape == each.logprobs.shape == (len(each.token_ids), 24)
        assert (np.diff(each.logprobs, axis=1) <= 0).all()
        assert (np.exp(each.logprobs).sum(axis=1) <= 1.01).all()
        sampled_outside += int((each.ids != each.token_ids[:, None]).all(axis=1).sum())
        soft = each.at_temperature(2.0)
        np.testing.assert_allclose(np.exp(soft.logprobs).sum(axis=1), 1, rtol=1e-3)
    print(f"{sampled_outside} of {sum(len(each.token_ids) for each in found)} sampled tokens are none of the 24")

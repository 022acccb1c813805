"""The `Teacher` interface: what the pipeline needs of a model, whatever engine is behind it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import Self

from pydantic import field_validator

from data.plain_text import without_surrogates
from data.records import FinishReason, Prompt, Record
from data.soft_targets import SoftTargets
from generators.sampling import SamplingParams


class Completion(Record):
    """One answer of a teacher to one prompt."""

    index: int
    seed: int
    text: str
    reasoning: str | None = None
    """Reasoning that the server sent in a field of its own."""
    finish_reason: FinishReason
    prompt_tokens: int = 0
    """Tokens of the prompt."""
    cached_tokens: int = 0
    """Those of them that the server had at hand, from its cache or another sample of the same request."""
    completion_tokens: int = 0
    """Tokens of this completion alone, reasoning included."""
    soft: SoftTargets | None = None
    """What else the teacher would have said at every token, where it was asked for that."""

    @field_validator("text", "reasoning")
    @classmethod
    def _encodable(cls, text: str | None) -> str | None:
        return None if text is None else without_surrogates(text)


class Refusal(Record):
    """A request that the engine will never serve as it is, such as a prompt longer than its context.

    It is no sample: nothing was generated. It is counted, and asked again by the next run.
    """

    indices: tuple[int, ...]
    reason: str


class Teacher(ABC):
    """A model that completes prompts.

    Use it as an async context manager: entering checks that the model can be asked (`TeacherError`
    otherwise), leaving frees what it holds.
    """

    name: str
    """Name of the model, as recorded with every sample."""
    teacher_id: str
    """Identity of the model for sample ids: the same wherever it is served."""
    capacity: int
    """How many samples it can usefully have in flight."""

    @abstractmethod
    async def start(self) -> None:
        """Load the model or reach the server; harmless when repeated. Raises `TeacherError` with what to do."""

    @abstractmethod
    async def close(self) -> None:
        """Free what `start` took; safe to call twice and after a failed start."""

    @abstractmethod
    def complete(
        self, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams
    ) -> AsyncGenerator[Completion | Refusal, None]:
        """Yield one completion for each index, in any order, as they arrive; or a refusal.

        Each carries the seed `sample_seed(sampling, prompt.prompt_id, index)`. Raises `TeacherError`
        when the engine gives up; what was yielded before stands.
        """

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

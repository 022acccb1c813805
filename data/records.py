"""The records that flow through a build, one frozen type for each stage.

``Problem → Prompt → Sample → Verdict → Trace``: a stage reads the record before it and adds a new one;
none is ever changed. Everything here is plain data: importing it loads neither DuckDB nor Prefect.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from data.identity import content_id

_set = object.__setattr__  # records are frozen for everybody else


class Record(BaseModel):
    """Base of all records: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def of_typed(cls, values: dict[str, object]) -> Self:
        """Return a record of values that our own code made, every field of it; it keeps the dictionary.

        Nothing is validated, converted or filled in, which costs twice as much as all else: values that come from a
        file or a server go to the class itself.
        """
        record = cls.__new__(cls)
        _set(record, "__dict__", values)
        _set(record, "__pydantic_fields_set__", set(values))
        _set(record, "__pydantic_extra__", None)
        _set(record, "__pydantic_private__", None)
        return record

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with `update` in it; identities that were computed already are left behind."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class AnswerKind(StrEnum):
    """What kind of thing a reference is; `AUTO` is decided from the reference, never from the sample."""

    AUTO = "auto"
    NUMBER = "number"
    EXPRESSION = "expression"
    QUANTITY = "quantity"
    CHOICE = "choice"
    SET = "set"
    INTERVAL = "interval"
    TUPLE = "tuple"
    MATRIX = "matrix"
    EQUATION = "equation"
    TEXT = "text"


class Status(StrEnum):
    """What verification found; only `CORRECT` can become a trace."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNIT_MISMATCH = "unit_mismatch"
    NO_ANSWER = "no_answer"
    UNPARSED = "unparsed"
    OVER_LIMIT = "over_limit"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    LOOP = "loop"
    REFUSAL = "refusal"
    EMPTY = "empty"
    BAD_REFERENCE = "bad_reference"
    NO_REFERENCE = "no_reference"
    ERROR = "error"

    @property
    def is_decided(self) -> bool:
        """Whether the verdict counts for or against a problem's pass rate."""
        return self not in (Status.BAD_REFERENCE, Status.NO_REFERENCE, Status.ERROR)


class Problem(Record):
    """A question and its known-right answer."""

    question: str = Field(min_length=1)
    reference: str
    """Empty where none is known and a majority of the samples is to decide."""
    answer_kind: AnswerKind = AnswerKind.AUTO
    unit: str | None = None
    """Unit of the reference where the reference does not carry it itself."""
    rel_tol: float | None = Field(default=None, ge=0, lt=1)
    """Relative tolerance of numeric comparison; None lets the verifier's policy decide."""
    choices: tuple[str, ...] = ()
    """Texts of the options A, B, C … in order, for multiple choice."""
    source: str = "unknown"
    license: str = "unknown"
    tags: tuple[str, ...] = ()
    id: str | None = None
    """The id that the source gives the row; not part of the identity."""

    @cached_property
    def problem_id(self) -> str:
        """Identity from what is asked and what counts as right (not from source, licence or tags)."""
        return content_id(
            "problem",
            [self.question, self.reference, self.answer_kind, self.unit, self.rel_tol, self.choices],
        )

    @cached_property
    def record_id(self) -> str:
        """Identity of the whole row, source, licence and tags included."""
        return content_id("record", self.model_dump(mode="json"))


class Message(Record):
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


class PromptMode(StrEnum):
    """How a prompt is sent."""

    CHAT = "chat"
    """As messages; the server puts them into the model's chat template."""
    COMPLETION = "completion"
    """As one raw text that the model continues."""


class Prompt(Record):
    """What is sent to the teacher for one problem."""

    template: str
    """Name of the template."""
    template_hash: str
    """Content hash of the template, worked examples included."""
    messages: tuple[Message, ...]
    """A raw text is one message of the user."""
    mode: PromptMode = PromptMode.CHAT

    @cached_property
    def prompt_id(self) -> str:
        """Identity from the rendered messages: a mended reference does not ask the teacher again."""
        said = [[m.role, m.content] for m in self.messages]
        return content_id("prompt", said if self.mode is PromptMode.CHAT else [self.mode, said])


class FinishReason(StrEnum):
    """Why a completion ended."""

    STOP = "stop"
    LENGTH = "length"
    """Cut off at the token limit: labelled `truncated`, never verified as if whole."""
    LOOP = "loop"
    """It repeats itself, whether or not the limit ended that."""
    REFUSAL = "refusal"
    """It declines to answer."""
    EMPTY = "empty"
    """It has no answer at all, not even a wrong one."""

    @property
    def is_whole(self) -> bool:
        """Whether there is an answer to verify; the others are labelled instead, and never become traces."""
        return self is FinishReason.STOP


class Sample(Record):
    """One completion of one prompt."""

    sample_id: str
    problem_id: str
    prompt_id: str
    sampling_id: str
    """Identity of teacher and sampling parameters together."""
    index: int = Field(ge=0)
    """Position among the samples of its prompt."""
    seed: int
    """Seed sent to the teacher for this sample."""
    completion: str
    """The teacher's text as it came, `<think>` blocks included."""
    reasoning: str | None
    """The reasoning that came in a field of its own or in a `<think>` block, closed or not."""
    finish_reason: FinishReason
    prompt_tokens: int
    cached_tokens: int = 0
    """Of the prompt's tokens: those that the server had at hand, from its cache or another sample of one request."""
    completion_tokens: int
    teacher: str
    """Name of the model that answered."""
    run_id: str


class Verdict(Record):
    """What verification said of one text; it explains itself."""

    status: Status
    extracted: str | None = None
    """The final answer as it stands in the text."""
    reason: str = ""
    """One sentence for people."""
    rule: str = ""
    """Name of the rule that decided, such as `number.rational`."""
    reference_form: str | None = None
    """Normal form of the reference."""
    answer_form: str | None = None
    """Normal form of the extracted answer."""
    steps_checked: int = 0
    """How many arithmetic statements in the reasoning were checked."""
    false_steps: tuple[str, ...] = ()
    """Those of them that do not hold."""
    verifier: str
    """Name and version of the verifier."""
    policy: str = ""
    """Hash of the policy options that applied."""
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether the answer was accepted."""
        return self.status is Status.CORRECT

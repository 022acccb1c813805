"""Prompt templates: from a problem to what the teacher is sent."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Self

from pydantic import Field, field_validator, model_validator

from data.identity import content_id
from data.records import AnswerKind, Message, Problem, Prompt, PromptMode, Record

_PLACEHOLDER = re.compile(r"\{(question|unit|choices|answer_format)\}")
_FORMAT = re.compile(r"\{answer_format\}")
_UNIT = re.compile(r"\{unit\}")

DEFAULT_FORMAT = r"Put the final answer, and nothing else, in \boxed{}."
ANSWER_FORMATS: Mapping[AnswerKind, str] = {
    AnswerKind.NUMBER: r"Put the final answer in \boxed{}: a number, exact and in lowest terms.",
    AnswerKind.EXPRESSION: r"Put the final answer in \boxed{}: an exact, simplified expression.",
    AnswerKind.QUANTITY: r"Put the final answer in \boxed{}: a number with its unit.",
    AnswerKind.CHOICE: r"Put the letter of the right choice, and nothing else, in \boxed{}.",
    AnswerKind.SET: r"Put all solutions in \boxed{}, separated by commas.",
    AnswerKind.INTERVAL: r"Put the final answer in \boxed{}, in interval notation.",
    AnswerKind.TUPLE: r"Put the final answer in \boxed{}, as a tuple in parentheses.",
    AnswerKind.MATRIX: r"Put the final answer in \boxed{}, as a matrix.",
    AnswerKind.EQUATION: r"Put the final answer in \boxed{}, as an equation.",
    AnswerKind.TEXT: r"Put the final answer in \boxed{}, in as few words as possible.",
}
"""How the final answer is asked for, unless a template says it in its own words."""
UNIT_FORMAT = r"Put the final answer in \boxed{}: a number with its unit, in {unit}."


class Example(Record):
    """A worked example: a question and the completion that the teacher should imitate."""

    question: str
    completion: str


class ExampleSet(Record):
    """Worked examples for one kind of problem.

    A small teacher imitates what it is shown, so examples are kept per kind: a set serves a problem
    that shares one of its `tags` and one of its `kinds` (an empty list asks for nothing).
    """

    tags: tuple[str, ...] = ()
    kinds: tuple[AnswerKind, ...] = ()
    examples: tuple[Example, ...] = Field(min_length=1)

    def serves(self, problem: Problem) -> bool:
        """Whether these examples are meant for `problem`."""
        tags_fit = not self.tags or not set(self.tags).isdisjoint(problem.tags)
        return tags_fit and (not self.kinds or problem.answer_kind in self.kinds)


class RawLayout(Record):
    """How a raw completion is laid out: one text, without the model's chat template."""

    between: str = "\n\n"
    """Between system text, worked examples and the question."""
    before_completion: str = " "
    """Between an example's question and its completion."""


class PromptTemplate(Record):
    """A named way of asking: system prompt, question wording, worked examples.

    `{question}`, `{unit}`, `{choices}` and `{answer_format}` in `user` are replaced by the problem's, and
    `{answer_format}` in `system`; any other brace is left as it is, so that LaTeX needs no escaping.
    """

    name: str
    system: str | None = None
    user: str = "{question}"
    example_sets: tuple[ExampleSet, ...] = ()
    answer_formats: dict[AnswerKind, str] = Field(default_factory=dict)
    """How the final answer is asked for, by kind; `auto` serves every kind that is not named. `{unit}` is replaced."""
    mode: PromptMode = PromptMode.CHAT
    raw: RawLayout = RawLayout()
    """Layout of a raw completion."""

    @field_validator("user")
    @classmethod
    def _must_ask(cls, wording: str) -> str:
        if "{question}" not in wording:
            raise ValueError("{question} must stand in it, or every problem would be asked the same")
        return wording

    @model_validator(mode="after")
    def _formats_must_be_used(self) -> Self:
        if self.answer_formats and "{answer_format}" not in f"{self.system}{self.user}":
            raise ValueError("answer_formats are given, and {answer_format} stands neither in system nor in user")
        return self

    @cached_property
    def template_hash(self) -> str:
        """Content hash of everything the template says."""
        said = self.model_dump(mode="json")
        for name, default in (("answer_formats", {}), ("mode", "chat"), ("raw", RawLayout().model_dump())):
            if said[name] == default:  # templates from before these fields keep their hash
                del said[name]
        return content_id("template", said)

    def ask(self, problem: Problem) -> str:
        """Return the user's message for `problem`, without worked examples."""
        return _fill(self.user, problem.question, problem.unit, problem.choices, self.answer_format(problem))

    def instruct(self, problem: Problem) -> str | None:
        """Return the system prompt for `problem`."""
        if not self.system:
            return None
        return _FORMAT.sub(lambda _: self.answer_format(problem), self.system)

    def answer_format(self, problem: Problem) -> str:
        """Return how the final answer to `problem` is asked for."""
        kind = asked_kind(problem)
        own = self.answer_formats.get(kind) or self.answer_formats.get(AnswerKind.AUTO)
        in_unit = problem.unit and kind is AnswerKind.QUANTITY
        fallback = UNIT_FORMAT if in_unit else ANSWER_FORMATS.get(kind, DEFAULT_FORMAT)
        return _UNIT.sub(lambda _: problem.unit or "", own or fallback)

    def render(self, problem: Problem) -> Prompt:
        """Return the prompt for `problem`; the first example set that serves it is shown as turns."""
        system = self.instruct(problem)
        chosen = next((s for s in self.example_sets if s.serves(problem)), None)
        turns = [
            (_fill(self.user, example.question, None, (), self.answer_format(problem)), example.completion)
            for example in (chosen.examples if chosen else ())
        ]
        if self.mode is PromptMode.COMPLETION:
            messages = [Message(role="user", content=self._one_text(system, turns, self.ask(problem)))]
        else:
            messages = [Message(role="system", content=system)] if system else []
            for question, completion in turns:
                messages.append(Message(role="user", content=question))
                messages.append(Message(role="assistant", content=completion))
            messages.append(Message(role="user", content=self.ask(problem)))
        return Prompt(template=self.name, template_hash=self.template_hash, messages=tuple(messages), mode=self.mode)

    def _one_text(self, system: str | None, turns: list[tuple[str, str]], question: str) -> str:
        parts = [system] if system else []
        parts += [f"{asked}{self.raw.before_completion}{completion}" for asked, completion in turns]
        return self.raw.between.join([*parts, question])


def asked_kind(problem: Problem) -> AnswerKind:
    """Return the kind of answer that a problem shows to whoever is asked; never guessed from its reference."""
    if problem.choices:
        return AnswerKind.CHOICE
    return AnswerKind.QUANTITY if problem.unit else problem.answer_kind


def _fill(wording: str, question: str, unit: str | None, choices: tuple[str, ...], answer_format: str) -> str:
    listed = "\n".join(f"{chr(ord('A') + i)}. {text}" for i, text in enumerate(choices))
    values = {"question": question, "unit": unit or "", "choices": listed, "answer_format": answer_format}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], wording).strip()

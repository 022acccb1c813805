"""Prompt templates: from a problem to the messages that the teacher is sent."""

import re
from functools import cached_property

from pydantic import Field, field_validator

from data.identity import content_id
from data.records import AnswerKind, Message, Problem, Prompt, Record

_PLACEHOLDER = re.compile(r"\{(question|unit|choices)\}")


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


class PromptTemplate(Record):
    """A named way of asking: system prompt, question wording, worked examples.

    `{question}`, `{unit}` and `{choices}` in `user` are replaced by the problem's; any other brace is
    left as it is, so that LaTeX needs no escaping.
    """

    name: str
    system: str | None = None
    user: str = "{question}"
    example_sets: tuple[ExampleSet, ...] = ()

    @field_validator("user")
    @classmethod
    def _must_ask(cls, wording: str) -> str:
        if "{question}" not in wording:
            raise ValueError("{question} must stand in it, or every problem would be asked the same")
        return wording

    @cached_property
    def template_hash(self) -> str:
        """Content hash of everything the template says."""
        return content_id("template", self.model_dump(mode="json"))

    def ask(self, problem: Problem) -> str:
        """Return the user's message for `problem`, without worked examples."""
        return _fill(self.user, problem.question, problem.unit, problem.choices)

    def render(self, problem: Problem) -> Prompt:
        """Return the prompt for `problem`; the first example set that serves it is shown as turns."""
        messages = [Message(role="system", content=self.system)] if self.system else []
        chosen = next((s for s in self.example_sets if s.serves(problem)), None)
        for example in chosen.examples if chosen else ():
            messages.append(Message(role="user", content=_fill(self.user, example.question, None, ())))
            messages.append(Message(role="assistant", content=example.completion))
        messages.append(Message(role="user", content=self.ask(problem)))
        return Prompt(template=self.name, template_hash=self.template_hash, messages=tuple(messages))


def _fill(wording: str, question: str, unit: str | None, choices: tuple[str, ...]) -> str:
    listed = "\n".join(f"{chr(ord('A') + i)}. {text}" for i, text in enumerate(choices))
    values = {"question": question, "unit": unit or "", "choices": listed}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], wording).strip()

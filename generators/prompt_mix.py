"""Several templates in one build: which of them a problem is asked with, and how often."""

from collections.abc import Sequence

from pydantic import Field, model_validator

from data.identity import content_id
from data.members import PromptShare
from data.records import AnswerKind, Problem, Prompt, Record
from generators.prompts import PromptTemplate, asked_kind


class MixEntry(Record):
    """One template of a mix."""

    template: PromptTemplate
    weight: float = Field(default=1.0, gt=0)
    """Its share of a problem's samples, relative to the other entries that serve the problem."""
    kinds: tuple[AnswerKind, ...] = ()
    """Serves only these kinds of answers, and is preferred for them; empty serves what no other entry names."""


class PromptMix(Record):
    """The templates of a build."""

    entries: tuple[MixEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _must_serve_everything(self) -> "PromptMix":
        names = [entry.template.name for entry in self.entries]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two templates are called {name!r}; give one of them another `name`")
        if all(entry.kinds for entry in self.entries):
            raise ValueError("every template names `kinds`; one without is needed for all other problems")
        return self

    @property
    def name(self) -> str:
        """The template's name, or all names with a plus between them."""
        return "+".join(entry.template.name for entry in self.entries)

    @property
    def template_hash(self) -> str:
        """The only template's hash, or one over all entries."""
        if len(self.entries) == 1:
            return self.entries[0].template.template_hash
        said = [[each.template.template_hash, each.weight, list(each.kinds)] for each in self.entries]
        return content_id("mix", said)

    def serving(self, problem: Problem) -> list[MixEntry]:
        """Return the entries that `problem` is asked with: those that name its kind, else those that name none."""
        kind = asked_kind(problem)
        named = [entry for entry in self.entries if kind in entry.kinds]
        return named or [entry for entry in self.entries if not entry.kinds]

    def render(self, problem: Problem) -> list[Prompt]:
        """Return the prompts of `problem`, one for each entry that serves it; the first of equal ones stays."""
        prompts = [entry.template.render(problem) for entry in self.serving(problem)]
        return list({prompt.prompt_id: prompt for prompt in reversed(prompts)}.values())[::-1]

    def shares(self, problem: Problem, prompts: Sequence[Prompt]) -> tuple[PromptShare, ...]:
        """Return how the samples of `problem` are shared among its prompts; empty where there is only one."""
        if len(prompts) == 1:
            return ()
        weights = {entry.template.name: entry.weight for entry in self.serving(problem)}
        return tuple(PromptShare(prompt_id=each.prompt_id, weight=weights[each.template]) for each in prompts)

    def template_of(self, problem: Problem, prompt_id: str) -> PromptTemplate:
        """Return the template that a sample of `problem` was asked with."""
        serving = [entry.template for entry in self.serving(problem)]
        if len(serving) == 1:
            return serving[0]
        return next((each for each in serving if each.render(problem).prompt_id == prompt_id), serving[0])

"""Several templates in one build."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.members import Member, PromptShare
from data.records import AnswerKind, Problem
from generators.prompt_mix import MixEntry, PromptMix
from generators.prompts import PromptTemplate

PROBLEM = Problem(question="2 + 2?", reference="4")


def entry(name: str, weight: float = 1.0, *kinds: AnswerKind) -> MixEntry:
    """Return a template that says its name."""
    return MixEntry(template=PromptTemplate(name=name, user=f"{name}: {{question}}"), weight=weight, kinds=kinds)


def mix(*entries: MixEntry) -> PromptMix:
    """Return a mix of templates."""
    return PromptMix(entries=entries)


def member(*weights: float) -> Member:
    """Return a problem with as many prompts as weights."""
    shares = tuple(PromptShare(prompt_id=f"prompt {n}", weight=weight) for n, weight in enumerate(weights))
    return Member(record_id="r", problem_id="p", prompt_id="prompt 0", shares=shares)


def test_kinds_have_templates_of_their_own():
    """An entry that names the kind comes before those that name none; choices are a kind that shows."""
    several = mix(entry("plain"), entry("other"), entry("letters", 1, AnswerKind.CHOICE))
    assert [each.template for each in several.render(PROBLEM)] == ["plain", "other"]
    chosen = PROBLEM.model_copy(update={"choices": ("3", "4")})
    assert [each.template for each in several.render(chosen)] == ["letters"]


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ((entry("a"), entry("a")), "two templates are called 'a'"),
        ((entry("a", 1, AnswerKind.CHOICE),), "every template names `kinds`"),
        ((), "at least 1 item"),
    ],
)
def test_a_mix_serves_every_problem(entries, complaint):
    """What could not be told apart or leaves problems without a template is an error."""
    with pytest.raises(ValidationError, match=complaint):
        PromptMix(entries=entries)


def test_the_template_of_a_sample_is_known_by_its_prompt():
    """Whatever the template was called when the sample was asked for."""
    several = mix(entry("a"), entry("b"))
    for prompt in several.render(PROBLEM):
        assert several.template_of(PROBLEM, prompt.prompt_id).name == prompt.template


def test_one_template_is_no_mix():
    """Its hash, its prompts and their indices are those that it always had."""
    alone = entry("a")
    prompts = mix(alone).render(PROBLEM)
    assert mix(alone).template_hash == alone.template.template_hash
    assert mix(alone).shares(PROBLEM, prompts) == ()
    assert [each.prompt_id for each in prompts] == [alone.template.render(PROBLEM).prompt_id]
    assert member().turns(3) == [("prompt 0", 0), ("prompt 0", 1), ("prompt 0", 2)]


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=4), st.integers(0, 40), st.integers(0, 40))
def test_a_longer_list_of_turns_begins_like_a_shorter_one(weights, count, more):
    """And the samples of each prompt are counted without a gap."""
    turns = member(*weights).turns(count + more)
    assert member(*weights).turns(count) == turns[:count]
    for prompt_id, asked in Counter(prompt for prompt, _ in turns).items():
        assert [index for prompt, index in turns if prompt == prompt_id] == list(range(asked))


def test_weights_are_shares_of_the_samples():
    """Three to one, within what chance allows over 4,000 samples."""
    asked = Counter(prompt for prompt, _ in member(3, 1).turns(4000))
    assert 2890 < asked["prompt 0"] < 3110


def test_a_further_template_moves_no_sample_between_the_others():
    """What it does not take stays where it was."""
    before, after = member(1, 2).turns(300), member(1, 2, 1).turns(300)
    kept = [(old, new) for (old, _), (new, _) in zip(before, after, strict=True) if new != "prompt 2"]
    assert all(old == new for old, new in kept)
    assert 190 < len(kept) < 260

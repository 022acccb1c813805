"""Prompt templates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.records import AnswerKind, Problem
from generators.prompts import Example, ExampleSet, PromptTemplate

ADDING = ExampleSet(tags=("addition",), examples=(Example(question="1 + 1?", completion="\\boxed{2}"),))
UNITS = ExampleSet(kinds=(AnswerKind.QUANTITY,), examples=(Example(question="m?", completion="\\boxed{1 m}"),))
BOTH = ExampleSet(
    tags=("addition",), kinds=(AnswerKind.QUANTITY,), examples=(Example(question="b", completion="\\boxed{b}"),)
)
ANY = ExampleSet(examples=(Example(question="x?", completion="\\boxed{x}"),))


def problem(question="2 + 2?", **more):
    """Return a problem."""
    return Problem(question=question, reference="4", **more)


def asked(template, given_problem):
    """Return the last message of a rendered prompt."""
    return template.render(given_problem).messages[-1].content


def test_question_unit_and_choices_are_filled_in():
    """Options are lettered in their order; what a problem lacks leaves nothing."""
    template = PromptTemplate(name="t", user="{question} in {unit}\n{choices}")
    assert asked(template, problem(unit="km", choices=("4", "5"))) == "2 + 2? in km\nA. 4\nB. 5"
    assert asked(template, problem()) == "2 + 2? in"


@pytest.mark.parametrize(
    "question", ["\\frac{1}{2}", "{unit} {choices} {question}", "{0} {x!r:>9}", "%s $x \\1 \\g<0>"]
)
def test_braces_of_a_question_are_left_alone(question):
    """LaTeX, other people's placeholders and our own inside a question are text."""
    template = PromptTemplate(name="t", user="Solve: {question}", system="Use \\boxed{} and {question}.")
    rendered = template.render(problem(question, unit="m", choices=("a",)))
    assert rendered.messages[0].content == "Use \\boxed{} and {question}."
    assert rendered.messages[1].content == f"Solve: {question}"


def test_braces_of_the_template_need_no_escaping():
    """Only the three placeholders are replaced, everything else in braces stays."""
    template = PromptTemplate(name="t", user="Put {question} into \\boxed{} or \\boxed{answer} or {{question}}")
    assert asked(template, problem("Q")) == "Put Q into \\boxed{} or \\boxed{answer} or {Q}"


@given(st.text(min_size=1).filter(str.strip))
def test_any_question_reaches_the_teacher_as_it_is(question):
    """No character of a question is lost or changed, but space around it."""
    assert asked(PromptTemplate(name="t"), problem(question)) == question.strip()


@pytest.mark.parametrize(
    ("sets", "more", "expected"),
    [
        ((ADDING, ANY), {"tags": ("easy", "addition")}, "1 + 1?"),
        ((ADDING, ANY), {"tags": ("easy",)}, "x?"),
        ((ADDING, ANY), {}, "x?"),
        ((ANY, ADDING), {"tags": ("addition",)}, "x?"),
        ((UNITS,), {"answer_kind": AnswerKind.QUANTITY}, "m?"),
        ((UNITS,), {}, None),
        ((BOTH,), {"tags": ("addition",)}, None),
        ((BOTH,), {"tags": ("addition",), "answer_kind": AnswerKind.QUANTITY}, "b"),
        ((), {"tags": ("addition",)}, None),
    ],
)
def test_the_first_example_set_that_serves_a_problem_is_shown(sets, more, expected):
    """A set serves a problem that shares a tag and a kind with it, where it names any."""
    messages = PromptTemplate(name="t", example_sets=sets).render(problem(**more)).messages
    assert [message.role for message in messages] == ["user"] if expected is None else ["user", "assistant", "user"]
    if expected:
        assert messages[0].content == expected


def test_examples_are_worded_as_the_question_is():
    """A small model imitates the form, so the turns before the question have the same one."""
    template = PromptTemplate(name="t", system="S", user="Solve {question} {unit}", example_sets=(ADDING,))
    messages = template.render(problem(tags=("addition",), unit="km")).messages
    assert [(m.role, m.content) for m in messages] == [
        ("system", "S"),
        ("user", "Solve 1 + 1?"),
        ("assistant", "\\boxed{2}"),
        ("user", "Solve 2 + 2? km"),
    ]
    assert template.ask(problem(unit="km")) == "Solve 2 + 2? km"


TEMPLATE = PromptTemplate(name="t", system="S", user="{question}", example_sets=(ADDING,))


@pytest.mark.parametrize(
    "change",
    [
        {"system": "T"},
        {"system": None},
        {"user": "{question}?"},
        {"example_sets": ()},
        {"example_sets": (ADDING, ANY)},
        {"example_sets": (UNITS,)},
    ],
)
def test_the_hash_of_a_template_follows_its_content(change):
    """Whatever a template says is part of its hash, worked examples included."""
    assert TEMPLATE.model_copy(update=change).template_hash != TEMPLATE.template_hash
    assert PromptTemplate.model_validate(TEMPLATE.model_dump()).template_hash == TEMPLATE.template_hash


def test_a_prompt_names_its_template():
    """Name and hash go with the prompt; its identity is the messages."""
    prompt, renamed = TEMPLATE.render(problem()), TEMPLATE.model_copy(update={"name": "u"}).render(problem())
    assert (prompt.template, prompt.template_hash) == ("t", TEMPLATE.template_hash)
    assert renamed.template_hash != prompt.template_hash
    assert renamed.prompt_id == prompt.prompt_id


def test_a_template_must_ask_the_question():
    """Without the question in it, every problem would be the same prompt."""
    with pytest.raises(ValidationError, match="question"):
        PromptTemplate(name="t", user="Solve it")


def test_an_example_set_has_examples():
    """An empty one would silently take the place of another."""
    with pytest.raises(ValidationError):
        ExampleSet(tags=("addition",), examples=())

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


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "Put the final answer, and nothing else, in \\boxed{}."),
        ({"answer_kind": AnswerKind.SET}, "Put all solutions in \\boxed{}, separated by commas."),
        ({"unit": "km/h"}, "Put the final answer in \\boxed{}: a number with its unit, in km/h."),
        ({"answer_kind": AnswerKind.QUANTITY}, "Put the final answer in \\boxed{}: a number with its unit."),
        ({"choices": ("4", "5"), "unit": "m"}, "Put the letter"),
    ],
)
def test_the_answer_is_asked_for_by_its_kind(more, expected):
    """The instruction stands in one place: units are asked for, letters where there are choices."""
    template = PromptTemplate(name="t", system="Think. {answer_format}", user="{question}\n{answer_format}")
    system, user = template.render(problem(**more)).messages
    assert system.content.startswith(f"Think. {expected}")
    assert template.ask(problem(**more)).startswith(f"2 + 2?\n{expected}")
    assert user.content == template.ask(problem(**more))


def test_a_template_says_the_answer_format_in_its_own_words():
    """By kind; `auto` serves the others."""
    formats = {"quantity": "Answer in {unit}, \\boxed{}.", "auto": "Answer: ..."}
    template = PromptTemplate(name="t", user="{question} {answer_format}", answer_formats=formats)
    assert asked(template, problem(unit="m")) == "2 + 2? Answer in m, \\boxed{}."
    assert asked(template, problem()) == "2 + 2? Answer: ..."
    with pytest.raises(ValidationError, match=r"\{answer_format\} stands neither in system nor in user"):
        PromptTemplate(name="t", answer_formats=formats)


def test_a_raw_prompt_is_one_text():
    """System text, examples and question in the template's own layout; another identity than the chat prompt."""
    wording = {"name": "t", "system": "Maths.", "user": "Q: {question}\nA:", "example_sets": (ANY,)}
    raw = PromptTemplate(mode="completion", **wording).render(problem())
    (message,) = raw.messages
    assert (
        message.content == f"Maths.\n\nQ: {ANY.examples[0].question}\nA: {ANY.examples[0].completion}\n\nQ: 2 + 2?\nA:"
    )
    chat = PromptTemplate(name="t", user=message.content.replace("2 + 2?", "{question}")).render(problem())
    assert chat.messages == raw.messages
    assert chat.prompt_id != raw.prompt_id


def test_ids_of_prompts_and_templates_never_change_by_accident():
    """What was asked before these templates could do more is never asked again."""
    template = PromptTemplate(name="t", system="Think.", user="{question}\n{choices}", example_sets=(ANY,))
    assert template.template_hash == "5915783aba8a8abda3c00ee97ad1ca25"
    assert template.render(problem()).prompt_id == "9aa13809a389d595c297f5b34ded09e8"

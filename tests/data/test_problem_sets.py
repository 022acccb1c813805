"""Our own problem sets: right references, the same on every machine, no leak from the worked examples."""

import re
from fractions import Fraction
from itertools import islice

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from data import problem_sets
from data.errors import InputError
from data.records import AnswerKind, Problem
from generators.prompts import PromptTemplate
from tests.builds import REPOSITORY
from verifiers.dispatch import verify_answer

TEMPLATE = REPOSITORY / "configs" / "prompts" / "worked-examples.yaml"
CONVERTED = {
    "kilometres": "km",
    "metres": "m",
    "kilograms": "kg",
    "litres": "L",
    "hours": "h",
    "minutes": "min",
}


def numbers(question: str) -> list[Fraction]:
    """Return the numbers that stand in a question, in order."""
    return [Fraction(number) for number in re.findall(r"(?<![\w^.])-?\d+(?:\.\d+)?", question)]


BY_KIND = {
    "addition": lambda a, b: str(a + b),
    "subtraction": lambda a, b: str(a - b),
    "multiplication": lambda a, b: str(a * b),
    "division": lambda a, b: str(a / b),
    "distance": lambda a, b: f"{a * b} km",
    "speed": lambda a, b: f"{a / b} km/h",
    "travel-time": lambda a, b: f"{a / b} h",
    "mass": lambda a, b: f"{a * b} kg",
    "area": lambda a, b: f"{a * b} m^2",
    "perimeter": lambda a, b: f"{2 * (a + b)} m",
}


def expected(problem: Problem) -> str | None:
    """Work out a problem's answer from its question alone; None where that needs more than its numbers."""
    kind, form = problem.tags
    stated = numbers(problem.question)
    if kind in BY_KIND:
        return BY_KIND[kind](*stated)
    if kind == "conversion":
        source = next(symbol for word, symbol in CONVERTED.items() if f" {word}, if" in problem.question)
        return f"{stated[0]} {source}"
    if kind == "solve":
        variable, equation = re.match(r"Solve for (\w): (.*)", problem.question).groups()
        left, right = equation.replace(" ", "").split("=")
        slope, offset = re.fullmatch(rf"(\d*){variable}([+-]\d+)?", left).groups()
        return str(Fraction(int(right) - int(offset or 0), int(slope or 1)))
    signs = {"express-more": "+", "express-less": "-"}
    return f"{problem.question[-1]} {signs[form]} {stated[0]}" if form in signs else None


@pytest.mark.parametrize("name", problem_sets.NAMES)
def test_references_are_right_by_another_way_of_computing_them(name: str) -> None:
    """The numbers of a question lead to its reference, whoever computes it."""
    checked = 0
    for problem in problem_sets.generate(name, 400, 11):
        answer = expected(problem)
        if answer is not None:
            assert verify_answer(problem, answer).equal, (problem.question, problem.reference, answer)
            checked += 1
    assert checked >= 100


def test_simplified_and_evaluated_terms_are_right() -> None:
    """Coefficients add up, and values come from putting the number in."""
    for problem in problem_sets.generate("small-algebra", 400, 5):
        kind, form = problem.tags
        if kind == "collect":
            terms = re.findall(r"([+-] )?(\d+)[a-z]\b", problem.question)
            assert int(problem.reference) == sum(int(sign.strip() + value) for sign, value in terms)
        if form in {"evaluate-linear", "evaluate-difference"}:
            slope, offset, value = numbers(re.sub(r"([+-]) ", r"\1", problem.question).replace("+", ""))
            assert Fraction(problem.reference) == slope_of(problem) * value + offset, problem.question
            assert slope == slope_of(problem)


def slope_of(problem: Problem) -> int:
    """Return the factor before the variable."""
    match = re.search(r"of (\d+)[a-z]", problem.question)
    return int(match[1]) if match else 1


@given(st.sampled_from(problem_sets.NAMES), st.integers(0, 2**31), st.integers(1, 60), st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_a_longer_set_begins_with_the_shorter_one(name: str, seed: int, count: int, more: int) -> None:
    """Raising the size of a set adds problems, and changes none."""
    short = list(problem_sets.generate(name, count, seed))
    assert list(islice(problem_sets.generate(name, count + more, seed), count)) == short
    assert len({problem.question for problem in short}) == len({problem.id for problem in short}) == count


def test_problems_say_where_they_come_from() -> None:
    """Source, licence, tags and a kind of answer that is decided."""
    for name in problem_sets.NAMES:
        for problem in problem_sets.generate(name, 40, 1):
            assert problem.source == f"tracemill/{name}"
            assert problem.license == "Apache-2.0"
            assert problem.tags[0] in problem_sets.kinds(name)
            assert problem.answer_kind is not AnswerKind.AUTO


def test_an_unknown_set_and_a_used_up_one_are_errors() -> None:
    """Both say what is there."""
    with pytest.raises(InputError, match="word-problems"):
        next(problem_sets.generate("wordproblems", 1, 1))
    with pytest.raises(InputError, match=r"only [0-9]+ different problems"):
        list(problem_sets.generate("small-algebra", 100_000, 1))


def test_every_kind_of_problem_has_worked_examples_that_are_none_of_its_problems() -> None:
    """A small teacher is shown its kind, never the answer; the examples' own answers are right."""
    template = PromptTemplate.model_validate(yaml.safe_load(TEMPLATE.read_text()) | {"name": "worked-examples"})
    shown = {example.question for examples in template.example_sets for example in examples.examples}
    for name in problem_sets.NAMES:
        for problem in problem_sets.generate(name, 300, 1):
            assert sum(examples.serves(problem) for examples in template.example_sets) == 1, problem.tags
            assert problem.question not in shown

"""Our own problem sets: right references, stable order, no leak into the worked examples."""

import re
from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from data.drafts import PEOPLE, THINGS
from data.errors import InputError
from data.problem_sets import BLOCK, LICENSE, NAMES, generate, kinds
from data.records import AnswerKind, Problem
from data.small_algebra import LETTERS
from generators.prompts import PromptTemplate

MANY = 1500
WORKED_EXAMPLES = Path(__file__).parents[2] / "configs" / "prompts" / "worked-examples.yaml"


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    """Many problems of every set."""
    return [problem for name in NAMES for problem in generate(name, MANY, seed=3)]


def _template() -> PromptTemplate:
    return PromptTemplate.model_validate({"name": "worked-examples"} | yaml.safe_load(WORKED_EXAMPLES.read_text()))


@given(st.sampled_from(NAMES), st.integers(0, 2**31), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=30)
def test_a_longer_set_begins_with_the_shorter(name: str, seed: int, short: int, more: int) -> None:
    """The first problems do not depend on how many are asked for, and the same call gives the same set."""
    assert list(islice(generate(name, short + more, seed), short)) == list(generate(name, short, seed))


def test_no_problem_comes_twice(problems: list[Problem]) -> None:
    """Questions, identities and ids are all different."""
    assert len({problem.question for problem in problems}) == len(problems)
    assert len({problem.problem_id for problem in problems}) == len(problems)
    assert len({problem.id for problem in problems}) == len(problems)


def test_seeds_give_different_sets() -> None:
    """Another seed gives other problems, under other ids."""
    first, second = (list(generate("word-problems", 40, seed)) for seed in (0, 1))
    assert not {problem.id for problem in first} & {problem.id for problem in second}
    assert len({problem.question for problem in first} & {problem.question for problem in second}) < 4


@pytest.mark.parametrize("name", NAMES)
def test_problems_say_where_they_come_from(name: str) -> None:
    """Source, licence and kind stand in every row; kinds come in blocks, each in its turn."""
    made = list(generate(name, BLOCK * len(kinds(name)), seed=0))
    assert {problem.source for problem in made} == {f"tracemill/{name}"}
    assert {problem.license for problem in made} == {LICENSE}
    assert [problem.tags[0] for problem in made] == [kind for kind in kinds(name) for _ in range(BLOCK)]


def test_a_set_that_is_used_up_says_so() -> None:
    """Asking for more problems than there are is an error, not an endless search."""
    with pytest.raises(InputError, match="has only"):
        list(generate("quantities", 10**6, seed=0))


def test_an_unknown_set_is_an_error() -> None:
    """The names that exist are listed."""
    with pytest.raises(InputError, match="word-problems"):
        next(generate("riddles", 1, seed=0))


def test_references_follow_from_the_questions(problems: list[Problem]) -> None:
    """Every reference equals what an independent reading of the question's words and numbers gives."""
    for problem in problems:
        assert _answer(problem) == problem.reference, problem


def test_sentences_are_well_formed(problems: list[Problem]) -> None:
    """Questions have no leftover placeholders, double spaces or counted singulars."""
    for problem in problems:
        assert not re.search(r"[{}]|  |\b1 (?!kilo|metre|hour|minute|litre)[a-z]+s\b", problem.question), problem
        assert problem.question[0].isupper()


def test_quantities_carry_their_unit(problems: list[Problem]) -> None:
    """A reference with a unit is declared as a quantity, and only such a one."""
    for problem in problems:
        is_quantity = problem.answer_kind is AnswerKind.QUANTITY
        assert is_quantity == problem.source.endswith("quantities")
        assert is_quantity == bool(re.fullmatch(r"\d+(\.\d+)? [a-zA-Z/^2]+", problem.reference))


def test_every_problem_has_worked_examples_of_its_kind(problems: list[Problem]) -> None:
    """Each prompt shows at least three worked examples, each with a step of reasoning before its box."""
    template = _template()
    for problem in problems:
        turns = [message for message in template.render(problem).messages if message.role == "assistant"]
        assert len(turns) >= 3, problem
        assert all(re.search(r"\w+ .*\. .*\\boxed\{", turn.content) for turn in turns)


def test_worked_examples_are_no_instances_of_problems(problems: list[Problem]) -> None:
    """No example could be generated: its people, things and letters occur in no problem."""
    examples = [example for group in _template().example_sets for example in group.examples]
    words = {word for example in examples for word in re.findall(r"[a-zA-Z]+", example.question)}
    assert not words & {person.name for person in PEOPLE}
    assert not words & set(THINGS)
    variables = set(re.findall(r"\b\d*([a-z])\b", " ".join(e.question for e in examples)))
    assert not variables & (set(LETTERS) - {"a"})  # "a" is an article as well
    assert not {example.question for example in examples} & {problem.question for problem in problems}


def test_worked_examples_are_right() -> None:
    """Every equation in a worked example holds, and the box repeats its last result."""
    for group in _template().example_sets:
        for example in group.examples:
            steps = re.findall(r"(\d+(?: [-+*/] \d+)+) = (\d+)", example.completion)
            for left, right in steps:
                assert _evaluate(left) == int(right), example
            if steps and not set(group.tags) & {"express"}:
                boxed = re.search(r"\\boxed\{(\d+)", example.completion)
                assert boxed
                assert boxed[1] == steps[-1][1], example


def _evaluate(sum_: str) -> Fraction:
    """Evaluate `6 * 2 + 7` from left to right; every example is written so that this is right."""
    first, *rest = sum_.split()
    value = Fraction(first)
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        value = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "/": lambda a, b: a / b,
        }[sign](value, Fraction(number))
    return value


def _answer(problem: Problem) -> str:
    """Work the problem out from its text, by the words in it and not by the tags."""
    q = problem.question
    if problem.source.endswith("word-problems"):
        return str(_story(q, [int(n) for n in re.findall(r"\d+", q)]))
    return _algebra(q) if problem.source.endswith("algebra") else _quantity(q)


def _story(q: str, numbers: list[int]) -> Fraction | int:
    if " equally " in q or "same number" in q or "do they last" in q:
        return Fraction(numbers[0], numbers[1])
    if len(numbers) == 3:
        is_product = " in each" in q or "every day" in q
        return numbers[0] * numbers[1] + numbers[2] if is_product else numbers[0] + numbers[1] - numbers[2]
    if re.search(r"in each|every|each of them has", q):
        return numbers[0] * numbers[1]
    if re.search(r"gave|took|lost|fewer", q):
        return numbers[0] - numbers[1]
    return numbers[0] + numbers[1]


def _algebra(q: str) -> str:
    if match := re.fullmatch(r"Write as an expression: (.*)", q):
        words = re.sub(r"(\d+) times (\w)", r"\1\2", match[1])
        return re.sub(r"(\d+) (more|less) than (\w+)", lambda m: f"{m[3]} {'+-'[m[2] == 'less']} {m[1]}", words)
    if match := re.fullmatch(r"Simplify (.*) to a single term.*", q):
        return str(sum(int(sign + number) for sign, number in re.findall(r"([+-]?) ?(\d+)[a-z]", match[1])))
    if match := re.fullmatch(r"Solve for (\w): (.*) = (-?\d+)", q):
        roots = [x for x in range(-50, 200) if _value(match[2], match[1], x) == int(match[3])]
        assert len(roots) == 1
        return str(roots[0])
    match = re.fullmatch(r"What is the value of (.*) when (\w) = (\d+)\?", q)
    assert match
    return str(_value(match[1], match[2], int(match[3])))


def _value(expression: str, letter: str, at: int) -> Fraction:
    first, *rest = expression.split()
    term = re.fullmatch(rf"(\d*){letter}(\^2|/\d+)?", first)
    assert term
    value = Fraction(int(term[1] or 1) * at)
    if term[2]:
        value = value * at if term[2] == "^2" else value / int(term[2][1:])
    return value + (int(rest[0] + rest[1]) if rest else 0)


def _quantity(q: str) -> str:
    numbers = [Fraction(n) for n in re.findall(r"\d+(?:\.\d+)?", q)]
    a, b = numbers[0], numbers[1]
    if match := re.match(r"How many (\w+) are", q):
        short = {"metres": "m", "centimetres": "cm", "grams": "g", "minutes": "min", "seconds": "s"}
        value, unit = a * numbers[2], short.get(match[1], "mL")
        assert numbers[1] == 1
    elif "area" in q or "perimeter" in q:
        value, unit = (a * b, "m^2") if "area" in q else (a + b + a + b, "m")
        assert a > b
    elif "mass" in q:
        value, unit = a * b, "kg"
    elif "How many kilometres" in q:
        value, unit = a * b, "km"
    else:
        value, unit = (a / b, "km/h") if "speed" in q else (a / b, "h")
    return f"{value.numerator if value.denominator == 1 else float(value)} {unit}"

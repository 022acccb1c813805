"""Quantities with units against quantities with units."""

import json
import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.records import AnswerKind, Problem, Status
from tests.verifiers.renderings import (
    OTHER_UNITS,
    SYMBOLS,
    decimal,
    dressed,
    in_base_units,
    in_other_units,
    numbers_written,
    wrong_dimensions,
)
from verifiers.deciding.quantities import decide_quantity
from verifiers.decision import Decision
from verifiers.dispatch import verify_answer
from verifiers.limits import MAX_CHARS, OverLimitError
from verifiers.policy import Choose, MissingUnit, Policy
from verifiers.quantities.quantity_reference import read_reference
from verifiers.units import definitions as units
from verifiers.units.definitions import Unit, same_dimension
from verifiers.units.unit_grammar import read_unit
from verifiers.units.unit_names import ROWS

GOLDEN = Path(__file__).parent / "cases" / "quantities.jsonl"
CASES = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
ANSWERS = Path(__file__).parent / "cases" / "quantity_answers.jsonl"
SHARED = Path(os.environ.get("TRACEMILL_SHARED", Path(__file__).parents[2] / ".." / "shared"))
SCIBENCH = SHARED / "problems" / "scibench.jsonl"


def decide(reference: str, answer: str, policy: Policy | None = None, **fields: Any) -> Decision | None:
    """Decide one pair; `fields` are further fields of the problem."""
    problem = Problem.model_validate({"question": "?", "reference": reference, **fields})
    return decide_quantity(problem, reference, answer, policy or Policy())


def accepts(reference: str, answer: str, policy: Policy | None = None, **fields: Any) -> bool:
    """Whether the answer is accepted as a quantity."""
    decision = decide(reference, answer, policy, **fields)
    return decision is not None and decision.status is Status.CORRECT


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['id']}: {c['reference']} | {c['answer']}")
def test_golden_case(case: dict[str, Any]) -> None:
    """Each golden pair is accepted, rejected or (null) left to algebra as its row says."""
    fields = {k: case[k] for k in ("question", "unit", "rel_tol") if k in case}
    decision = decide(str(case["reference"]), str(case["answer"]), None, **fields)
    equal = None if decision is None else decision.status is Status.CORRECT
    assert equal == case["equal"], decision


def test_golden_answers() -> None:
    """Each golden answer is accepted or rejected by the whole cascade as its row says."""
    wrong = []
    for case in (json.loads(line) for line in ANSWERS.read_text("utf-8").splitlines()):
        fields = {k: case[k] for k in ("question", "unit", "rel_tol", "answer_kind") if k in case}
        problem = Problem.model_validate({"question": "?", "reference": case["reference"], **fields})
        verdict = verify_answer(problem, case["answer"], Policy(**case.get("policy", {})))
        if (verdict.status is Status.CORRECT) is not case["equal"]:
            wrong.append((case["id"], case["reference"], case["answer"], verdict.rule, verdict.reason))
    assert wrong == []


def test_a_wrong_dimension_is_named() -> None:
    """The reason of a unit mismatch names both dimensions."""
    decision = decide("12 m", "12 s")
    assert decision is not None
    assert decision.status is Status.UNIT_MISMATCH
    assert "length" in decision.reason
    assert "time" in decision.reason


def test_a_missing_unit_has_its_own_rule_and_policy() -> None:
    """A bare number is rejected by default with a rule of its own, and accepted where the policy says so."""
    decision = decide("20 m", "20")
    assert decision is not None
    assert (decision.status, decision.rule) == (Status.UNIT_MISMATCH, "quantity.missing_unit")
    lenient = Policy(missing_unit=MissingUnit.ACCEPT)
    assert accepts("20 m", "20", lenient)
    assert not accepts("20 m", "2000", lenient)
    assert accepts("3.52", "3.52", lenient, unit=r"$10^{-19} \mathrm{~J}$")


def test_an_extra_unit_is_a_policy() -> None:
    """`20 m` for a bare 20 counts by default; with `extra_unit: reject` it is a unit mismatch."""
    assert accepts("20", "20 m")
    decision = decide("20", "20 m", Policy(extra_unit=Choose.REJECT))
    assert decision is not None
    assert decision.status is Status.UNIT_MISMATCH


def test_signs_left_off_are_a_policy() -> None:
    """A degree sign or a currency sign may be missing, unless the policy says otherwise."""
    strict = Policy(missing_sign=Choose.REJECT)
    assert accepts("90°", "90")
    assert not accepts("90°", "90", strict)
    assert accepts(r"\$5", "5")
    assert not accepts(r"\$5", "5", strict)


def test_percent_signs_are_policies() -> None:
    """`percent_strip` takes 10 for 10 %, `percent_decimal: reject` refuses 0.1 for it."""
    assert not accepts("10%", "10")
    assert not accepts("10", "10%")
    strip = Policy(percent_strip=Choose.ACCEPT)
    assert accepts("10%", "10", strip)
    assert accepts("10", "10%", strip)
    assert accepts("10%", "0.1")
    assert accepts("0.1", "10%")
    exact = Policy(percent_decimal=Choose.REJECT)
    assert not accepts("10%", "0.1", exact)
    assert not accepts("0.1", "10%", exact)


@pytest.mark.parametrize(
    ("question", "reference", "answer", "equal"),
    [
        ("Two of ten cars are red. What percentage of the cars are red?", "20", r"20\%", True),
        ("Two of ten cars are red. What percentage of the cars are red?", r"20\%", "20", True),
        ("Two of ten cars are red. What percentage of the cars are red?", "20", r"2\%", False),
        ("Two of ten cars are red. What percentage of the cars are red?", "20", r"0.2\%", False),
        ("Two of ten cars are red. What percentage of the cars are red?", "0.2", r"0.2\%", False),
        ("What is the chance that both win, expressed as a percentage?", "12", "12%", True),
        ("He gets 20 percent off 100 dollars. How many dollars does he save?", "20", r"20\%", False),
        ("What is 20 percent of 50?", "10", r"10\%", False),
        ("What is twenty percent of 50?", "10", r"10\%", False),
    ],
)
def test_a_question_for_a_percentage_is_answered_with_and_without_the_sign(
    question: str, reference: str, answer: str, equal: bool
) -> None:
    """Where a percentage is asked for, 20 and 20 % both say it; a percentage that is only mentioned changes nothing."""
    assert verify_answer(Problem(question=question, reference=reference), answer).equal is equal


def test_pi_is_no_noun_where_the_question_names_it() -> None:
    """`64pi` is a number also where the question says "in terms of pi"."""
    problem = Problem(question="What is the area, in terms of pi?", reference=r"64\pi")
    assert verify_answer(problem, "64pi").equal
    assert not verify_answer(problem, "46pi").equal


def test_rounding_of_the_reference_is_a_policy() -> None:
    """`max_rounding` bounds how far from a rounded reference an answer may be."""
    assert not accepts("2.5 kJ", "2.54 kJ")
    assert accepts("2.5 kJ", "2.54 kJ", Policy(max_rounding=0.05))
    assert not accepts("2.5 kJ", "2.56 kJ", Policy(max_rounding=0.05))


def test_the_tolerance_of_the_problem_decides_alone() -> None:
    """With `rel_tol` the digits of the reference no longer matter, either way."""
    assert accepts("2.0 m", "2.09 m", rel_tol=0.05)
    assert not accepts("2.0 m", "2.001 m", rel_tol=1e-6)
    assert not accepts("2.0 m", "2.0 s", rel_tol=0.05)


def test_the_kind_decides_whose_question_it_is() -> None:
    """`quantity` is always decided here, other kinds than `auto` and `number` never."""
    assert accepts("2m", "200 cm", answer_kind=AnswerKind.QUANTITY)
    assert decide("2m", "200 cm") is None
    assert decide("2 m", "2 m", answer_kind=AnswerKind.EXPRESSION) is None
    bad = decide("mv^2/r", "5", answer_kind=AnswerKind.QUANTITY)
    assert bad is not None
    assert bad.status is Status.BAD_REFERENCE
    unread = decide("5 kg", "heavy", answer_kind=AnswerKind.QUANTITY)
    assert unread is not None
    assert unread.status is Status.UNPARSED


def test_a_number_with_its_unit_elsewhere_needs_no_unit() -> None:
    """Where the problem asks for a number and names the unit, a bare number and the quantity both count."""
    assert accepts("50", "50", answer_kind=AnswerKind.NUMBER, unit="km")
    assert accepts("50", "50000 m", answer_kind=AnswerKind.NUMBER, unit="km")
    assert not accepts("50", "50000", answer_kind=AnswerKind.NUMBER, unit="km")


def test_numbers_in_words_are_a_policy() -> None:
    """`five kilometres` is 5 km, unless numbers in words are refused."""
    assert accepts("5 km", "five kilometres")
    assert accepts("0.5 h", "half an hour")
    assert accepts("21 kg", "twenty-one kilograms")
    assert not accepts("5 km", "six kilometres")
    assert not accepts("5 km", "five kilometres", Policy(number_words=Choose.REJECT))


@pytest.mark.parametrize("symbol", ["N", "W", "V", "J", "K", "A", "F", "H"])
def test_a_letter_in_the_wrong_case_is_never_the_unit(symbol: str) -> None:
    """`5 n` is not `5 N`: it is not left to algebra, where the case of a letter may not matter."""
    decision = decide(f"5 {symbol}", f"5 {symbol.lower()}")
    assert decision is not None
    assert decision.status is not Status.CORRECT


def test_every_side_of_an_equation_has_to_be_right() -> None:
    """A chain of equalities is judged by all its sides; behind an approximation sign, nearly."""
    assert accepts(r"60 \text{ km/h}", r"v = 60\text{ km/h} = 16.67 \text{ m/s}")
    assert accepts(r"60 \text{ km/h}", r"v = 60\text{ km/h} \approx 17 \text{ m/s}")
    assert not accepts(r"60 \text{ km/h}", r"v = 60\text{ km/h} = 18 \text{ m/s}")
    assert not accepts(r"60 \text{ km/h}", r"v = 50\text{ km/h} \approx 60 \text{ km/h}")
    assert accepts("6.67 m", r"x = \frac{20}{3} = 6.667\text{ m}")


def test_texts_that_are_too_long_are_over_the_limit() -> None:
    """A text beyond `MAX_CHARS` raises the named limit before anything reads it."""
    with pytest.raises(OverLimitError, match="MAX_CHARS"):
        decide("5 kg", "5" * (MAX_CHARS + 1))
    decision = decide("5 kg", "5 " + "k" * 5000)
    assert decision is not None
    assert decision.status is Status.UNPARSED


UNITS = st.sampled_from([u for u in OTHER_UNITS if u not in ("°C", "°F")])
VALUES = st.decimals("0.001", "9999", places=4).filter(lambda d: d > 0)


def _unit(text: str) -> Unit:
    measure = read_unit(text)
    assert measure is not None
    return measure.readings[0]


@given(VALUES, UNITS)
def test_a_quantity_verifies_in_any_notation_and_unit(value: object, symbol: str) -> None:
    """Rendered in base units and in every other unit of its dimension, a quantity is accepted."""
    unit = _unit(symbol)
    exact = Fraction(str(value)) * unit.factor
    renderings = [*in_base_units(exact, unit.dimension), *in_other_units(exact, unit.dimension)]
    assert [t for t in renderings if not accepts(str(value), t, unit=symbol, answer_kind=AnswerKind.QUANTITY)] == []


@given(VALUES, UNITS, UNITS)
def test_different_dimensions_never_verify(value: object, left: str, right: str) -> None:
    """The same number in units of different dimensions is a unit mismatch."""
    readings = [read_unit(text) for text in (left, right)]
    units = [m.readings if m else () for m in readings]
    if not any(same_dimension(a.dimension, b.dimension) for a in units[0] for b in units[1]):
        decision = decide(str(value), f"{value} {right}", unit=left, answer_kind=AnswerKind.QUANTITY)
        assert decision is not None
        assert decision.status is Status.UNIT_MISMATCH


@given(VALUES, UNITS, st.integers(-6, 6).filter(bool))
def test_a_slip_of_a_power_of_ten_never_verifies(value: object, symbol: str, slip: int) -> None:
    """A value that is off by a power of ten is rejected in every rendering."""
    unit = _unit(symbol)
    wrong = Fraction(str(value)) * unit.factor * Fraction(10) ** slip
    renderings = [*in_base_units(wrong, unit.dimension), *in_other_units(wrong, unit.dimension)]
    assert [t for t in renderings if accepts(str(value), t, unit=symbol, answer_kind=AnswerKind.QUANTITY)] == []


@given(st.text(alphabet="0123456789.,+-−±*/^(){}\\ kmgsJNeV°C%$=≈or and", max_size=60))
def test_no_answer_crashes_the_decision(answer: str) -> None:
    """Whatever the answer, the decision is made or left to algebra."""
    for reference in ("5 m/s", "12.5%", "25 °C", "20", r"\$5"):
        decide(reference, answer)


HOSTILE = [
    "m**9**9**9",
    "m" * 400,
    "(" * 400,
    r"\frac{" * 60,
    "5" + " m" * 199,
    "5 m^" + "9" * 300,
    "9" * 390 + " m",
    "9" * 80 + "^{400} m",
    "10^{400}*" * 30 + "m",
    "(10^{400} m)^{999}",
    "1e400 m",
    "1e999999999 m",
    r"\sqrt{" * 70 + "5",
    "5 " + "lb " * 120,
    "1," * 199 + "1 m",
    "± " * 100 + "5 m",
    "x = " * 99 + "5 m",
    "5 m and " * 49 + "5 m",
    "m=1," * 99,
    "5 (" * 99,
    "5 (about " * 40,
    "__import__('os').system('id') m",
    r"\write18{id} 5 m/s",
    "5 m/s; import os",
    "5\u200b m/s",
    "5 m\u2044s\u202e",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_on_every_side(text: str) -> None:
    """As answer, reference or unit, hostile text is never accepted and raises nothing but a named limit."""
    for kind in (AnswerKind.AUTO, AnswerKind.QUANTITY):
        assert not accepts("5 m/s", text, answer_kind=kind)
        assert not accepts(text, "5 m/s", answer_kind=kind)
        assert not accepts("5", "5 m/s", answer_kind=kind, unit=text)
        assert not accepts("20", text, answer_kind=kind)


def test_the_table_of_definitions_never_sees_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an answer holds, pint is asked only for names of the list."""
    asked: list[str] = []
    table = units._table()
    quantity = table.Quantity

    def recorded(value: Fraction, name: str) -> object:
        asked.append(name)
        return quantity(value, name)

    monkeypatch.setattr(table, "Quantity", recorded)
    units._definition.cache_clear()
    units._defined.cache_clear()
    units.find_unit.cache_clear()
    for text in (*HOSTILE, "5 furlongs", "5 m/s", "3 kiloparsecs", "7 slugs"):
        accepts("5 kg m/s", text, answer_kind=AnswerKind.QUANTITY)
    assert asked
    assert set(asked) <= {row.definition for row in ROWS}


def _scibench() -> list[dict[str, str]]:
    if not SCIBENCH.exists():
        pytest.skip(f"{SCIBENCH} is not there; set TRACEMILL_SHARED")
    return [json.loads(line) for line in SCIBENCH.read_text("utf-8").splitlines()]


def _physical(row: dict[str, str]) -> tuple[Problem, Fraction, Unit] | None:
    """Problem, exact value in base units, and unit, of a row with a unit that has a dimension."""
    number = row["answer_number"].strip().replace("−", "-")
    problem = Problem(question=row["problem_text"], reference=number, unit=row["unit"])
    reference = read_reference(number, row["unit"], False)
    if reference is None or not reference.items[0].readings or not reference.items[0].readings[0].dimension:
        return None
    unit = reference.items[0].readings[0]
    return problem, reference.items[0].magnitude.value * unit.factor + unit.offset, unit


def test_scibench_references_verify_in_other_units_and_notations() -> None:
    """At least 99 % of all renderings of SciBench references are accepted, and all but a few units are read."""
    tried, rejected, unread = 0, [], []
    for row in _scibench():
        read = _physical(row)
        if read is None:
            unread += [row["unit"]] if row["unit"].strip() and not read_unit(row["unit"]) else []
            continue
        problem, value, unit = read
        renderings = [f"{row['answer_number']} {row['unit']}"]
        renderings += [*in_base_units(value, unit.dimension), *in_other_units(value, unit.dimension)]
        assert len(renderings) >= 4
        for text in renderings:
            decision = decide_quantity(problem, problem.reference, text, Policy())
            tried += 1
            if decision is None or decision.status is not Status.CORRECT:
                rejected.append((problem.reference, problem.unit, text, decision))
    assert tried > 3000
    assert len(unread) <= 3
    assert len(rejected) <= tried // 100, rejected[:10]


def test_scibench_references_verify_in_other_writings_with_the_unit_on_either_side() -> None:
    """Whether the unit stands in the reference or beside it, every way of writing number and unit is accepted."""
    tried, rejected, unread = 0, [], 0
    for row in _scibench():
        read = _physical(row)
        if read is None:
            continue
        problem, value, unit = read
        base = " ".join(f"{SYMBOLS[name]}^{exponent}" for name, exponent in unit.dimension)
        answers = [f"{number} {base}" for number in numbers_written(value)]
        answers += [f"{row['answer_number']} {row['unit']}", f"${row['answer_number']}$ {row['unit']}"]
        answers += dressed(next(in_base_units(value, unit.dimension)))
        whole = Problem(question=row["problem_text"], reference=f"{row['answer_number']} {row['unit']}")
        unread += decide_quantity(whole, whole.reference, answers[0], Policy()) is None
        for asked in (problem, whole):
            for text in answers:
                verdict = verify_answer(asked, text)
                tried += 1
                if verdict.status is not Status.CORRECT:
                    rejected.append((asked.reference, asked.unit, text, verdict.rule, verdict.reason))
    assert tried > 15_000
    assert unread <= 8
    assert len(rejected) <= tried // 100, rejected[:10]


def test_scibench_mutations_never_verify() -> None:
    """A changed digit, a changed sign, another power of ten or dimension of a SciBench reference is never accepted."""
    accepted = []
    for row in _scibench():
        read = _physical(row)
        if read is None:
            continue
        problem, value, unit = read
        if not value - unit.offset:
            continue
        wrong = list(wrong_dimensions(decimal(value), unit.dimension))
        for number in _mutations(problem.reference):
            mutated = number / Fraction(problem.reference.replace(",", "")) * (value - unit.offset) + unit.offset
            wrong += in_base_units(mutated, unit.dimension)
            wrong += [t for t in in_other_units(mutated, unit.dimension) if _is_finer(t, problem.reference)]
        for text in wrong:
            decision = decide_quantity(problem, problem.reference, text, Policy())
            if decision is not None and decision.status is Status.CORRECT:
                accepted.append((problem.reference, problem.unit, text))
    assert accepted == []


def _is_finer(rendering: str, reference: str) -> bool:
    """Whether a rendering has more digits than the reference: 6.06 min is 0.101 h, and 6.07 min nearly."""
    written, wanted = (re.sub(r"e.*|[^\d]", "", t.split()[0]).lstrip("0") for t in (rendering, reference))
    return len(written) > len(wanted)


def _mutations(reference: str) -> list[Fraction]:
    """Values that differ in the last digit, in the first digit, in sign, and by powers of ten.

    The last digit does not become zero: without it, the value would be the reference correctly rounded.
    """
    text = reference.replace(",", "")
    value = Fraction(text)
    step = Fraction(1, 10 ** len(text.partition(".")[2]))
    steps = [m for m in (value + step, value - step) if int(m / step) % 10 or step == 1]
    tens = [value * Fraction(10) ** n for n in (-6, -3, -1, 1, 3)]
    return [m for m in (*steps, value * 2, -value, *tens) if m != value]

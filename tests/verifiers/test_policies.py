"""Every question on which graders differ, with both of its answers."""

import re
from pathlib import Path

import pytest

from data.records import Problem
from tests.builds import REPOSITORY
from tests.shared_cases import needs_shared, shared_rows
from verifiers.dispatch import verify_answer
from verifiers.policy import DEFAULT_POLICY, BareLog, Choose, CommaGroups, MissingUnit, Policy, SlashProduct

YES, NO = Choose.ACCEPT, Choose.REJECT
# option, reference, answer: the answer is accepted with the first value and not with the second.
QUESTIONS = [
    ("missing_unit", "20 m", "20", MissingUnit.ACCEPT, MissingUnit.REJECT),
    ("extra_unit", "15", "15 apples", YES, NO),
    ("percent_strip", r"10\%", "10", YES, NO),
    ("percent_strip", "10", r"10\%", YES, NO),
    ("rounded_decimal", r"\frac{1}{3}", "0.333333", YES, NO),
    ("rounded_decimal", r"\pi", "3.14159", YES, NO),
    ("rounded_decimal_step", r"\frac{1}{3}", "0.333", 5e-3, 5e-4),
    ("decimal_comma", "1000.99", "1000,99", YES, NO),
    ("comma_groups", "1234", "1,234", CommaGroups.THOUSANDS, CommaGroups.LIST),
    ("digit_underscore", "1000", "1_000", YES, NO),
    ("leading_zero", "16", "016", YES, NO),
    ("unevaluated", "4", "2+2", YES, NO),
    ("unreduced_fraction", r"\frac{1}{2}", r"\frac{2}{4}", YES, NO),
    ("other_form", "(x+1)(x+2)", "x^2+3x+2", YES, NO),
    ("plus_constant", "x^2+C", "x^2", YES, NO),
    ("constant_name", "x^2+C", "x^2+K", YES, NO),
    ("log_domain", r"\ln(x^2)", r"2\ln x", YES, NO),
    ("bare_log", r"\log 100", "2", BareLog.TEN, BareLog.NATURAL),
    ("slash_product", "1/2x", r"\frac{1}{2x}", SlashProduct.EITHER, SlashProduct.DIVISION_FIRST),
    ("slash_product", "1/2x", r"\frac{x}{2}", SlashProduct.EITHER, SlashProduct.PRODUCT_FIRST),
    ("letter_case", "e", "E", YES, NO),
    ("lookalike_letters", "x", "х", YES, NO),
    ("pair_as_list", "(1,3)", "1,3", YES, NO),
    ("tuple_as_set", r"\{1,2\}", "(1,2)", YES, NO),
    ("pair_as_interval", "(0,1)", "0<x<1", YES, NO),
    ("multiplicity", r"\{1,1,2\}", r"\{1,2\}", YES, NO),
    ("ratio_as_fraction", "1:2", r"\frac{1}{2}", YES, NO),
    ("ratio_as_decimal", "1:2", "0.5", YES, NO),
    ("row_as_column", r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}", YES, NO),
    ("vector_as_tuple", r"\begin{pmatrix}1\\2\end{pmatrix}", "(1,2)", YES, NO),
    ("dropped_label", "x=5", "5", YES, NO),
    ("function_label", "f(x)=x^2", "y=x^2", YES, NO),
    ("approximate_tail", r"\frac{\sqrt{3}}{3}", r"\frac{\sqrt{3}}{3} \approx 0.577", YES, NO),
    ("range_words", "12-13", "12 to 13", YES, NO),
    ("number_words", "5", "five", YES, NO),
    ("other_base", "52_8", "42", YES, NO),
    ("missing_half_of_day", "3:30 PM", "3:30", YES, NO),
    ("percent_decimal", "0.25", r"25\%", YES, NO),
    ("line_break_in_math", "$9$", "$ \n 9 \n $", YES, NO),
]


@pytest.mark.parametrize(
    ("option", "reference", "answer", "accepting", "rejecting"),
    QUESTIONS,
    ids=[f"{q[0]}-{i}" for i, q in enumerate(QUESTIONS)],
)
def test_an_option_decides_its_question(
    option: str, reference: str, answer: str, accepting: object, rejecting: object
) -> None:
    """Each option has a value that accepts the loose answer and one that does not."""
    problem = Problem(question="?", reference=reference)
    assert verify_answer(problem, answer, Policy.model_validate({option: accepting})).equal
    assert not verify_answer(problem, answer, Policy.model_validate({option: rejecting})).equal


def test_every_option_is_tested_and_documented() -> None:
    """No option is without a test here, and none without its row on the documentation page."""
    page = Path(REPOSITORY, "docs", "policies.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert set(Policy.model_fields) <= {question[0] for question in QUESTIONS} | _tested_with_quantities()
    assert set(Policy.model_fields) <= documented


def test_every_limit_is_documented_with_its_value() -> None:
    """A limit in the code stands on the page of policies or of quantities, with the value that it has."""
    pages = "".join(Path(REPOSITORY, "docs", page).read_text("utf-8") for page in ("policies.md", "quantities.md"))
    rows = [line for line in pages.splitlines() if line.startswith("| `")]
    limits = [
        (match[1], match[2])
        for module in Path(REPOSITORY, "verifiers").rglob("*.py")
        for match in re.finditer(
            r"^((?:MAX|MIN|ENOUGH|TAIL)_\w+)(?:: Final)? = ([\d_]+)$", module.read_text("utf-8"), re.MULTILINE
        )
    ]
    assert len(limits) > 30
    for name, value in limits:
        shown = f"{int(value):,}"
        assert any(f"`{name}`" in row and shown in row for row in rows), f"{name} = {shown} is on neither page"


def _tested_with_quantities() -> set[str]:
    """Options whose tests are in the tests of quantities."""
    tests = Path(__file__).with_name("test_quantities.py").read_text("utf-8")
    return {name for name in Policy.model_fields if f"{name}=" in tests}


def test_the_hash_names_the_options() -> None:
    """Policies with other options have other hashes; equal ones have the same."""
    assert Policy().policy_hash == DEFAULT_POLICY.policy_hash
    assert Policy(percent_strip=YES).policy_hash != DEFAULT_POLICY.policy_hash


@needs_shared
def test_defaults_follow_the_strict_reading() -> None:
    """The defaults decide the collected questions as a careful grader does."""
    wrong = [
        row["id"]
        for row in shared_rows("cases/policy.jsonl")
        if verify_answer(Problem(question="?", reference=row["reference"]), row["answer"]).equal
        is not row["strict_equal"]
    ]
    assert wrong == []

"""Answers of every kind against references of every kind."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.records import AnswerKind, Problem, Status
from tests.shared_cases import needs_shared, shared_rows
from verifiers.dispatch import verify, verify_answer

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "cases" / "mathematics.jsonl").read_text("utf-8").splitlines()
]
LEAST_ACCURACY = {"math": 0.99, "units": 0.99, "adversarial": 0.99, "messy": 0.90}
MOST_FALSE_ACCEPTS = {"math": 1, "units": 0, "adversarial": 0, "messy": 0}


def accepts(reference: str, answer: str, **fields: Any) -> bool:
    """Whether a bare answer is accepted; `fields` are further fields of the problem."""
    return verify_answer(Problem.model_validate({"question": "?", "reference": reference, **fields}), answer).equal


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_golden_pairs(case: dict[str, Any]) -> None:
    """Every golden pair gets the verdict that its row states, and no pair breaks the verifier."""
    verdict = verify_answer(Problem(question="?", reference=case["reference"]), case["answer"])
    assert verdict.equal is case["equal"], verdict
    assert verdict.status is not Status.ERROR, verdict.reason


@needs_shared
@pytest.mark.parametrize("name", LEAST_ACCURACY)
def test_shared_pairs(name: str) -> None:
    """The pairs of other graders' test suites are judged as accurately as was promised."""
    right = false_accepts = 0
    rows = shared_rows(f"cases/{name}.jsonl")
    for row in rows:
        judge = verify if row.get("form") == "response" else verify_answer
        accepted = judge(Problem(question="?", reference=row["reference"]), row["answer"]).equal
        right += accepted is row["equal"]
        false_accepts += accepted and not row["equal"]
    assert false_accepts <= MOST_FALSE_ACCEPTS[name]
    assert right / len(rows) >= LEAST_ACCURACY[name]


@needs_shared
def test_real_math_samples() -> None:
    """Real chains of thought on MATH problems get their published labels."""
    rows = shared_rows("problems/math_model_samples.jsonl")
    verdicts = [verify(Problem(question="?", reference=row["reference"]), row["text"]).equal for row in rows]
    assert verdicts == [row["equal"] for row in rows]


@needs_shared
def test_real_gsm8k_samples() -> None:
    """Real solutions of GSM8K problems get their published labels."""
    wrong = [
        (row["answer"], completion[-80:])
        for row in shared_rows("problems/gsm8k_model_samples.jsonl")
        for completion, label in zip(row["completions"], row["labels"], strict=True)
        if verify(Problem(question="?", reference=row["answer"]), completion).equal is not label
    ]
    assert wrong == []


def test_a_tolerance_of_the_problem_is_used() -> None:
    """A problem's relative tolerance replaces exact comparison, in both directions."""
    assert accepts("100", "100.9", rel_tol=0.01)
    assert not accepts("100", "101.1", rel_tol=0.01)
    assert accepts(r"\sqrt{2}", "1.41", rel_tol=0.01)


def test_the_stated_kind_reads_a_bare_list() -> None:
    """`1,234` is a number by itself, and two members where the problem says that a set is asked for."""
    assert not accepts("1,234", "{1, 234}")
    assert accepts("1,234", r"\{234, 1\}", answer_kind=AnswerKind.SET)
    assert accepts("1, 2", "(1, 2)", answer_kind=AnswerKind.TUPLE)
    assert not accepts("1, 2", "(2, 1)", answer_kind=AnswerKind.TUPLE)


def test_options_by_letter_or_text() -> None:
    """Where options are given, the letter, its text, or both name one; two of them name none."""
    fields = {"choices": ("Paris", "London", "Rome")}
    assert accepts("B", "London", **fields)
    assert accepts("B", r"\textbf{(B)} London", **fields)
    assert accepts("London", "B", **fields)
    assert not accepts("B", "Rome", **fields)
    assert not accepts("B", "(B) Rome", **fields)
    assert not accepts("B", "A or B", **fields)


def test_text_is_compared_as_text() -> None:
    """A text answer is never taken apart into letters."""
    assert accepts("tea", "Tea.", answer_kind=AnswerKind.TEXT)
    assert not accepts("tea", "eat", answer_kind=AnswerKind.TEXT)


def test_a_scattered_formula_is_gathered_only_for_scalars() -> None:
    """Digits over the rows of a bare matrix make a number where a number is asked for, and a vector where one is."""
    scattered = r"\begin{matrix} 1 \\ 2 \end{matrix}"
    assert accepts("12", scattered)
    assert not accepts("(1,3)", scattered)
    assert accepts("(1,2)", scattered)


def test_a_list_with_commas_is_no_broken_decimal() -> None:
    """A wrong list is called wrong, not unreadable, beside a reference whose first comma could be a decimal one."""
    assert verify_answer(Problem(question="?", reference="13,14,18"), "13,14,19").status is Status.INCORRECT


def test_a_column_in_brackets_stays_a_vector() -> None:
    """Whole entries in the rows of a matrix in brackets are no pieces of a formula."""
    assert not accepts("12", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}")
    assert not accepts("3", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}")
    assert accepts("(1,2)", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}")
    assert accepts("3", r"\begin{pmatrix} 1 \\ + \\ 2 \end{pmatrix}")

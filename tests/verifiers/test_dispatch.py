"""What becomes of an answer that cannot be judged, and what a verdict says of itself."""

import pytest

from data.records import AnswerKind, Problem, Status, Verdict
from verifiers.dispatch import VERIFIER, verify, verify_answer
from verifiers.policy import DEFAULT_POLICY


def judged(reference: str, answer: str) -> Verdict:
    """The verdict on a bare answer."""
    return verify_answer(Problem(question="?", reference=reference), answer)


def test_a_verdict_explains_itself() -> None:
    """A verdict names the rule, both normal forms, the policy and the verifier."""
    verdict = judged(r"\frac{x^2-1}{x-1}", "1 + x")
    assert verdict.status is Status.CORRECT
    assert verdict.rule == "expression.field"
    assert verdict.reference_form == "(x + 1)*(x - 1)/(x - 1)" or "x" in (verdict.reference_form or "")
    assert verdict.answer_form == "x + 1"
    assert verdict.policy == DEFAULT_POLICY.policy_hash
    assert verdict.verifier == VERIFIER
    assert verdict.seconds > 0


def test_the_answer_to_a_whole_completion_is_recorded() -> None:
    """The verdict on a completion holds the final answer as it stands there."""
    verdict = verify(Problem(question="?", reference="3"), r"First 2, then \boxed{3}.")
    assert (verdict.status, verdict.extracted) == (Status.CORRECT, "3")


@pytest.mark.parametrize("text", ["", "   ", "I cannot solve this.", "<think>It is \\boxed{3}"])
def test_nothing_to_extract_is_no_answer(text: str) -> None:
    """A completion that states nothing, or only inside an unclosed thought, has no answer."""
    assert verify(Problem(question="?", reference="3"), text).status is Status.NO_ANSWER


@pytest.mark.parametrize("answer", [r"\frac{1}{", "((", r"\unknowncommand", "1 +", "2\x00", "2\u200b", "2\ud83d"])
def test_an_unreadable_answer_is_unparsed(answer: str) -> None:
    """What is no mathematics, or hides characters, is not called wrong."""
    assert judged("2", answer).status is Status.UNPARSED


def test_an_unreadable_reference_is_its_own_fault() -> None:
    """A reference that cannot be read as the kind it is said to be counts neither for nor against."""
    problem = Problem(question="?", reference=r"\frac{1}{", answer_kind=AnswerKind.NUMBER)
    verdict = verify_answer(problem, "1")
    assert verdict.status is Status.BAD_REFERENCE
    assert not verdict.status.is_decided


TOO_LARGE = (
    *("9" * 2_000, "1e99999", "(" * 200 + "2" + ")" * 200, "10^{10^{10}}", "5000!", r"\binom{10^9}{5 \cdot 10^8}"),
    *(
        "1+" * 3_000 + "1",
        "x" * 30_000,
        r"\sum_{n=1}^{99999} n^n",
        "9^{9^{9^9}}",
        "9^9^9333",
        ",".join("1" * 400),
        r"\pi^{10^7}",
    ),
    "a^{b^{" * 50 + "1" + "}}" * 50,
)


@pytest.mark.parametrize("answer", TOO_LARGE, ids=range(len(TOO_LARGE)))
def test_named_limits_are_checked_before_computing(answer: str) -> None:
    """Sizes beyond the named limits are neither computed nor accepted."""
    verdict = judged("2", answer)
    assert verdict.status in {Status.OVER_LIMIT, Status.INCORRECT, Status.UNPARSED}
    assert verdict.status is not Status.ERROR


@pytest.mark.parametrize(
    ("answer", "limit"), [("9" * 2_000, "MAX_DIGITS"), ("1e99999", "MAX_EXPONENT"), ("5000!", "MAX_FACTORIAL")]
)
def test_an_exceeded_limit_is_named(answer: str, limit: str) -> None:
    """The reason says which limit was exceeded."""
    verdict = judged("2", answer)
    assert verdict.status is Status.OVER_LIMIT
    assert limit in verdict.reason


def test_the_same_huge_tower_is_the_same_text() -> None:
    """A number too large to compute still equals itself, letter by letter, and nothing else."""
    tower = "10^{10^{10^{10}}}"
    assert judged(tower, f"${tower}$").status is Status.CORRECT
    assert judged(tower, tower + "+1").status is Status.OVER_LIMIT


@pytest.mark.parametrize(
    "answer", ["not 5", "5 or 6", "maybe 5", "5 is wrong", "at least 5", "anything except 5", r"x \ne 5"]
)
def test_hedges_are_not_accepted(answer: str) -> None:
    """An answer that denies, doubts or bounds the value, or lists others beside it, is not the value."""
    assert judged("5", answer).status is Status.INCORRECT


def test_a_denial_spent_on_another_value_does_not_count() -> None:
    """Saying what the answer is not does no harm where it is said what it is."""
    assert judged("7", "the number is not 5, it is 7").equal
    assert not judged("7", "it is not true that the answer is 7").equal

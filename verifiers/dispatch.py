"""The way from a text to a verdict: extract, read, compare, say why."""

import time

from data.records import Problem, Status, Verdict
from verifiers.decision import Decision
from verifiers.extraction import extract_answer
from verifiers.limits import OverLimitError
from verifiers.numbers import read_number
from verifiers.policy import DEFAULT_POLICY, Policy
from verifiers.quantities import decide_quantity

VERIFIER = "tracemill-1"


def verify(problem: Problem, text: str, policy: Policy = DEFAULT_POLICY) -> Verdict:
    """Judge a whole completion: find its final answer, then compare it with the reference."""
    started = time.perf_counter()
    try:
        extraction = extract_answer(text, problem)
    except OverLimitError as error:
        return _verdict(Decision(Status.OVER_LIMIT, "limit", str(error)), None, policy, started)
    if extraction.answer is None:
        return _verdict(Decision(Status.NO_ANSWER, "extraction", extraction.reason), None, policy, started)
    return _verdict(_decide(problem, extraction.answer, policy), extraction.answer, policy, started)


def verify_answer(problem: Problem, answer: str, policy: Policy = DEFAULT_POLICY) -> Verdict:
    """Judge a bare final answer."""
    started = time.perf_counter()
    return _verdict(_decide(problem, answer, policy), answer, policy, started)


def _decide(problem: Problem, answer: str, policy: Policy) -> Decision:
    try:
        quantity = decide_quantity(problem, problem.reference, answer, policy)
        if quantity is not None:
            return quantity
        left, right = read_number(_bare(problem.reference)), read_number(_bare(answer))
    except OverLimitError as error:
        return Decision(Status.OVER_LIMIT, "limit", str(error))
    if left is not None and right is not None:
        status = Status.CORRECT if left.value == right.value else Status.INCORRECT
        return Decision(status, "number.exact", "compared exactly", str(left.value), str(right.value))
    same = _bare(problem.reference).casefold() == _bare(answer).casefold() != ""
    return Decision(Status.CORRECT if same else Status.INCORRECT, "text.same", "compared as text")


def _bare(text: str) -> str:
    return text.strip().strip("$").strip().removesuffix(".")


def _verdict(decision: Decision, extracted: str | None, policy: Policy, started: float) -> Verdict:
    return Verdict(
        status=decision.status,
        extracted=extracted,
        reason=decision.reason,
        rule=decision.rule,
        reference_form=decision.reference_form,
        answer_form=decision.answer_form,
        verifier=VERIFIER,
        policy=policy.policy_hash,
        seconds=time.perf_counter() - started,
    )

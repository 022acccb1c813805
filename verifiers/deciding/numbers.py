"""Plain number against plain number, the first and fastest rule."""

from functools import lru_cache

from data.records import AnswerKind, Problem, Status
from verifiers.comparing.scalars import SAME_NUMBER, Terms, same_number
from verifiers.deciding.quantities import is_money
from verifiers.deciding.references import Reference, understand_text
from verifiers.decision import Decision
from verifiers.policy import Choose, Policy
from verifiers.reading.plain_numbers import read_number
from verifiers.trees.rendering import render_number
from verifiers.trees.tree import Num


def decide_number(problem: Problem, reference: Reference, answer: str, policy: Policy) -> Decision | None:
    """The decision on two plain numbers; None where either is more than that."""
    if (
        reference.kind != "number"
        or reference.notes  # a unit may stand behind it: 0 °C is not 0
        or problem.unit is not None
        or problem.answer_kind is AnswerKind.QUANTITY
    ):
        return None
    return _compare_numbers(problem.reference, problem.answer_kind, problem.choices, answer, problem.rel_tol, policy)


@lru_cache(maxsize=4_096)
def _compare_numbers(
    reference: str, kind: AnswerKind, choices: tuple[str, ...], answer: str, rel_tol: float | None, policy: Policy
) -> Decision | None:
    """The decision on an answer to which several samples of a problem may come, if it is a plain number.

    It is kept by what it depends on; to compare whole problems takes longer than the decision.
    """
    known = understand_text(reference, kind, choices).number
    answer = answer.strip()
    if known is None or not answer.isascii():
        return None
    found = read_number(answer.strip("$"))
    if found is None or _needs_policy(answer, policy) or sign_counts(reference, answer, policy):
        return None
    shown = render_number(known.value)
    if found.value == known.value:
        return Decision(Status.CORRECT, SAME_NUMBER.rule, SAME_NUMBER.reason, shown, shown)
    left, right = (Num(number.value, number.unit_in_last_place) for number in (known, found))
    match = same_number(left, right, Terms(policy, rel_tol))
    status = Status.CORRECT if match.equal else Status.INCORRECT
    return Decision(status, match.rule, match.reason, shown, render_number(found.value))


def _needs_policy(answer: str, policy: Policy) -> bool:
    """Whether the way in which a number is written is a question for the policy."""
    strict = Choose.REJECT
    return (
        (policy.unreduced_fraction is strict and ("/" in answer or "frac" in answer))
        or (policy.unevaluated is strict and not answer.lstrip("+-").isdigit())
        or (policy.digit_underscore is strict and "_" in answer)
        or (policy.leading_zero is strict and answer.lstrip("+-")[:1] == "0")
        or (policy.other_form is strict)
        or (policy.line_break_in_math is strict and "\n" in answer)
        or ("," in answer and policy.comma_groups.value == "list")
    )


def sign_counts(reference: str, answer: str, policy: Policy) -> bool:
    """Whether a sign of money stands on one side only, and the policy asks for it or forbids it."""
    if "$" not in reference and "$" not in answer:
        return False
    refused = policy.missing_sign if is_money(reference) else policy.extra_unit
    return refused is Choose.REJECT and is_money(reference) is not is_money(answer)

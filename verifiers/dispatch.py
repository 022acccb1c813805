"""The way from a text to a verdict: extract, understand the reference, read the answer, compare, say why.

The cascade is ordered by cost: the same text, plain numbers, quantities, options and words, then mathematics. Whatever
goes wrong inside is caught here, once, and becomes a verdict: no text raises an exception.
"""

import re
import time
from fractions import Fraction
from functools import lru_cache

from data.records import AnswerKind, Problem, Status, Verdict
from verifiers.comparing.scalars import SAME_NUMBER, Terms, same_number
from verifiers.deciding.conditions import conditions_clash
from verifiers.deciding.mathematics import decide_mathematics
from verifiers.deciding.plain_answers import (
    decide_choice,
    decide_counted,
    decide_moment,
    decide_several_options,
    decide_text,
)
from verifiers.deciding.quantities import decide_quantity, is_money
from verifiers.deciding.readings import range_of
from verifiers.deciding.references import Reference, of_whole_numbers, understand, understand_text
from verifiers.decision import Decision
from verifiers.extraction.final_answer import extract_answer
from verifiers.extraction.options import with_options
from verifiers.limits import OverLimitError
from verifiers.policy import DEFAULT_POLICY, Choose, Policy
from verifiers.reading.cleaning import has_lookalikes
from verifiers.reading.plain_numbers import read_number
from verifiers.reading.wrapping import unwrap
from verifiers.steps.checking import NO_STEPS, StepCheck, check_steps
from verifiers.trees.evaluation import UndefinedError
from verifiers.trees.fingerprint import NotScalarError
from verifiers.trees.tree import Num, UnreadableError

VERIFIER = "tracemill-1"
_MAX_SHOWN = 300
_WITHOUT_UNITS = frozenset({AnswerKind.TEXT, AnswerKind.CHOICE})
_BROKEN_MATH = re.compile(r"(?<!\$)\$(?!\$)[^$]*\n[^$]*\$")
_MAX_SHOWN_BITS = 1_000
_ALTERNATIVE = re.compile(
    r"(?:\\q?quad|\\[,; ]|\s){0,3}(?:\\text\s?\{\s?(?:,\s?)?(?:or|i\.e\.,?|that is,?|or equivalently|"
    r"equivalently,?)\s?\}|\b(?:or(?: equivalently,?)?|i\.e\.,?|that is,?|equivalently,?)(?=[\s$]))\s?"
)
"""What joins two ways of giving one value."""
_IN_BRACKETS = re.compile(
    r"(.{0,200}(?:[^\s(^_A-Za-z]|\w(?=\s)))\s*\((?:=|≈|or\s|i\.e\.,?\s|that is,?\s)?\s*([^()]{1,80})\)\.?", re.DOTALL
)
"""`9 m (900 cm)`"""
_TWO_WAYS = 2
_SENTENCE_SPACES = 4
_MAX_KEPT_CHARS = 500
"""Decisions on longer answers are not kept: hardly two samples share one."""


def verify(problem: Problem, text: str, policy: Policy = DEFAULT_POLICY) -> Verdict:
    r"""Judge a whole completion: find its final answer, then compare it with the reference.

    Never raises for what a text holds; see `Status` for what can be found.

    >>> verify(Problem(question="1/4 + 1/4?", reference="1/2"), r"It is \boxed{0.5}.").status
    <Status.CORRECT: 'correct'>
    """
    started = time.perf_counter()
    steps = NO_STEPS
    problem = with_options(problem)
    try:
        extraction = extract_answer(text, problem)
        steps = check_steps(text)
    except OverLimitError as error:
        return _verdict(Decision(Status.OVER_LIMIT, "limit", str(error)), None, policy, started)
    except Exception as error:  # noqa: BLE001 - the one boundary: an error of ours never loses a sample
        return _verdict(_failure(error), None, policy, started)
    if extraction.answer is None:
        return _verdict(Decision(Status.NO_ANSWER, "extraction", extraction.reason), None, policy, started, steps)
    return _verdict(decide(problem, extraction.answer, policy), extraction.answer, policy, started, steps)


def verify_answer(problem: Problem, answer: str, policy: Policy = DEFAULT_POLICY) -> Verdict:
    r"""Judge a bare final answer.

    >>> verify_answer(Problem(question="?", reference=r"\frac{x}{2}"), "(x+x)/4").rule
    'expression.field'
    """
    started = time.perf_counter()
    return _verdict(decide(with_options(problem), answer, policy), answer, policy, started)


def decide(problem: Problem, answer: str, policy: Policy) -> Decision:
    """The decision on one final answer; every exception ends here."""
    if not problem.reference:
        return Decision(Status.NO_REFERENCE, "reference", "no reference is known; a majority of samples may decide")
    try:
        reference = understand(problem)
        if reference.problem:
            return Decision(Status.BAD_REFERENCE, "reference", f"the reference cannot be read: {reference.problem}")
        decision = _decide_number(problem, reference, answer, policy)
        return decision if decision is not None else _decide_in_any_way(problem, answer, policy)
    except OverLimitError as error:
        return Decision(Status.OVER_LIMIT, "limit", str(error))
    except UnreadableError as error:
        return Decision(Status.UNPARSED, "unreadable", f"the answer cannot be read: {error}")
    except RecursionError:
        return Decision(Status.OVER_LIMIT, "limit", "MAX_NESTING: the text is nested too deeply")
    except MemoryError:
        return Decision(Status.OVER_LIMIT, "limit", "the memory of the process is used up")
    except Exception as error:  # noqa: BLE001 - the one boundary: an error of ours never loses a sample
        return _failure(error)


def _decide_number(problem: Problem, reference: Reference, answer: str, policy: Policy) -> Decision | None:
    """Plain number against plain number, the first and fastest rule; None where either is more than that."""
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
    if found is None or _needs_policy(answer, policy) or _sign_counts(reference, answer, policy):
        return None
    shown = show_number(known.value)
    if found.value == known.value:
        return Decision(Status.CORRECT, SAME_NUMBER.rule, SAME_NUMBER.reason, shown, shown)
    left, right = (Num(number.value, number.unit_in_last_place) for number in (known, found))
    match = same_number(left, right, Terms(policy, rel_tol))
    status = Status.CORRECT if match.equal else Status.INCORRECT
    return Decision(status, match.rule, match.reason, shown, show_number(found.value))


def _decide_in_any_way(problem: Problem, answer: str, policy: Policy) -> Decision:
    """The decision on an answer as it stands or, where that is not right, as one value given in two ways."""
    decide_it = _decide_once if len(answer) <= _MAX_KEPT_CHARS else _decide_any
    decision = decide_it(problem, answer, policy)
    if decision.status is Status.CORRECT or not any(sign in answer for sign in ("or", "(", "i.e", "that is", "equiv")):
        return decision
    bracketed = _IN_BRACKETS.fullmatch(answer)
    ways = list(bracketed.groups()) if bracketed else _ALTERNATIVE.split(answer)
    return (_decide_twice(problem, ways, policy) if len(ways) == _TWO_WAYS else None) or decision


def _decide_twice(problem: Problem, ways: list[str], policy: Policy) -> Decision | None:
    """The decision on a value that is given in two ways, `2/5, or 40 %`: right only if both are, and are the same."""
    one, other_one = (way.strip(" ,$\\") for way in ways)
    if not one or not other_one:
        return None
    decision = decide(problem, one, policy)
    if decision.status is not Status.CORRECT:
        return None
    other = decide(Problem(question=problem.question, reference=one), other_one, policy)
    return decision if other.status is Status.CORRECT else None


def _sign_counts(reference: str, answer: str, policy: Policy) -> bool:
    """Whether a sign of money stands on one side only, and the policy asks for it or forbids it."""
    if "$" not in reference and "$" not in answer:
        return False
    refused = policy.missing_sign if is_money(reference) else policy.extra_unit
    return refused is Choose.REJECT and is_money(reference) is not is_money(answer)


def _refused_writing(answer: str, policy: Policy) -> str | None:
    """Why the policy refuses to read the answer at all, or None."""
    if policy.lookalike_letters is Choose.REJECT and has_lookalikes(answer):
        return "the answer holds letters of another alphabet that look like Latin ones"
    if policy.line_break_in_math is Choose.REJECT and _BROKEN_MATH.search(answer):
        return "a line break stands inside a formula"
    return None


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


@lru_cache(maxsize=4_096)
def _decide_once(problem: Problem, answer: str, policy: Policy) -> Decision:
    """The decision on an answer to which several samples of a problem may come."""
    return _decide_any(problem, answer, policy)


def _decide_any(problem: Problem, answer: str, policy: Policy) -> Decision:  # noqa: C901, PLR0911, PLR0912 - one return for each kind
    """All other kinds, in the order of their cost."""
    reference = understand(problem)
    refused = _refused_writing(answer, policy)
    if refused is not None:
        return Decision(Status.UNPARSED, "policy.writing", refused)
    if "\\text" in answer and conditions_clash(problem.reference, answer, problem.question):
        return Decision(Status.INCORRECT, "condition", "the answer holds for other numbers than the reference")
    text = unwrap(answer)
    same = None if _sign_counts(problem.reference, answer, policy) else _same_text(problem, reference, text)
    if same is not None and (problem.unit is None or problem.answer_kind in _WITHOUT_UNITS):
        return same
    if not text:
        return Decision(Status.UNPARSED, "unreadable", "the answer is empty")
    if reference.over_limit:
        return Decision(Status.OVER_LIMIT, "limit", f"in the reference: {reference.over_limit}")
    if reference.kind == "choice":
        return decide_choice(problem, reference, text)
    if problem.answer_kind is not AnswerKind.TEXT:
        quantity = _decide_quantity(problem, reference, answer.strip() if is_money(answer) else text, policy)
        if quantity is not None and not _is_angle_in_radians(quantity, reference, text):
            return quantity
    if same is not None:
        return same
    counted = decide_counted(reference.text, text)
    if counted is not None:
        return counted
    several = decide_several_options(reference.text, text)
    if several is not None:
        return several
    if reference.kind == "text":
        wanted = range_of(reference.text)
        given = range_of(text.replace(":", " to ") if " to " in reference.text else text)
        if wanted is not None and wanted == given and policy.range_words is Choose.ACCEPT:
            return Decision(Status.CORRECT, "range.ends", "the same two ends", reference.text, text)
        decision = decide_text(problem, reference, text)
        if decision.status is Status.INCORRECT and (of_numbers := of_whole_numbers(reference)) is not None:
            in_formulas = decide_mathematics(problem, of_numbers, text, policy)
            return in_formulas if in_formulas.status is Status.CORRECT else decision
        if reference.doubt and decision.status is Status.INCORRECT:
            return Decision(Status.BAD_REFERENCE, "reference", f"the reference cannot be read: {reference.doubt}")
        return decision
    if reference.kind == "moment":
        return decide_moment(reference, text, policy)
    decision = decide_mathematics(problem, reference, text, policy)
    if decision.status is Status.UNPARSED and not answer.isascii():
        return _decide_foreign(problem, reference, answer, policy) or decision
    return decision


def _decide_foreign(problem: Problem, reference: Reference, answer: str, policy: Policy) -> Decision | None:
    """What a sentence in another alphabet states, read before its letters are taken for Latin ones."""
    stated = None if answer.lstrip()[:1].isdigit() else extract_answer(answer, problem).answer
    if stated is None or stated == answer:
        return None
    decision = decide_mathematics(problem, reference, unwrap(stated), policy)
    return decision if decision.status is Status.CORRECT else None


def _same_text(problem: Problem, reference: Reference, text: str) -> Decision | None:
    """The decision on an answer that is the reference, letter by letter; None where it is not."""
    if text not in (reference.text, unwrap(problem.reference)) and not _same_sentence(problem.reference, text):
        return None
    reason = "the answer is the reference, letter by letter"
    return Decision(Status.CORRECT, "text.same", reason, reference.text[:_MAX_SHOWN], text[:_MAX_SHOWN])


def _same_sentence(reference: str, text: str) -> bool:
    """Whether two texts of several words differ in spaces and the borders of formulas only."""
    if text.count(" ") < _SENTENCE_SPACES:
        return False
    one, other = (side.replace("$", "").rstrip(" .").split() for side in (reference, text))
    return one == other


def _decide_quantity(problem: Problem, reference: Reference, answer: str, policy: Policy) -> Decision | None:
    """The decision on quantities, None where it is no question of quantities."""
    try:
        return decide_quantity(problem, reference.text, answer, policy)
    except ValueError:  # arithmetic that no quantity needs, such as the root of a negative number: algebra decides
        return None


def _is_angle_in_radians(quantity: Decision, reference: Reference, answer: str) -> bool:
    """Whether one side is in degrees and the other a multiple of π, which algebra compares exactly."""
    if quantity.status is Status.CORRECT and quantity.rule != "quantity.extra_unit":
        return False
    sides = (reference.text, answer)
    return any("circ" in side or "degree" in side for side in sides) and any(
        "pi" in side and "circ" not in side for side in sides
    )


def show_number(value: Fraction) -> str:
    """A rational number for people; huge ones by their size."""
    over, under = value.as_integer_ratio()
    if max(over.bit_length(), under.bit_length()) > _MAX_SHOWN_BITS:
        return f"a number of {over.bit_length()} over {under.bit_length()} bits"
    return str(over) if under == 1 else f"{over}/{under}"


def _failure(error: Exception) -> Decision:
    if isinstance(error, (NotScalarError, UndefinedError)):
        return Decision(Status.UNPARSED, "unreadable", "the answer has no value that can be compared")
    return Decision(Status.ERROR, "error", f"{type(error).__name__} inside the verifier: {str(error)[:200]}")


def _verdict(
    decision: Decision, extracted: str | None, policy: Policy, started: float, steps: StepCheck = NO_STEPS
) -> Verdict:
    return Verdict.of_typed(
        {
            "status": decision.status,
            "extracted": extracted,
            "reason": decision.reason,
            "rule": decision.rule,
            "reference_form": decision.reference_form,
            "answer_form": decision.answer_form,
            "steps_checked": steps.checked,
            "false_steps": steps.false_steps,
            "verifier": VERIFIER,
            "policy": policy.policy_hash,
            "seconds": time.perf_counter() - started,
        }
    )

"""The decision on an answer of any kind: rules are asked in the order of their cost, and the first that can decides.

Each rule is given the case and returns its decision, or None where the case is none of its own.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from data.records import AnswerKind, Problem, Status
from verifiers.deciding.conditions import conditions_clash
from verifiers.deciding.mathematics import decide_mathematics
from verifiers.deciding.numbers import sign_counts
from verifiers.deciding.plain_answers import (
    decide_choice,
    decide_counted,
    decide_moment,
    decide_several_options,
    decide_text,
)
from verifiers.deciding.quantities import decide_quantity, is_money
from verifiers.deciding.readings import range_of
from verifiers.deciding.references import Reference, of_whole_numbers, understand
from verifiers.decision import Decision
from verifiers.extraction.final_answer import extract_answer
from verifiers.policy import Choose, Policy
from verifiers.reading.cleaning import has_lookalikes
from verifiers.reading.wrapping import unwrap

_MAX_SHOWN: Final = 300
_MAX_KEPT_CHARS: Final = 500
"""Decisions on longer answers are not kept: hardly two samples share one."""
_SENTENCE_SPACES: Final = 4
_WITHOUT_UNITS = frozenset({AnswerKind.TEXT, AnswerKind.CHOICE})
_BROKEN_MATH = re.compile(r"(?<!\$)\$(?!\$)[^$]*\n[^$]*\$")


class _Case(NamedTuple):
    """A reference and an answer, with all that the rules ask of them."""

    problem: Problem
    reference: Reference
    answer: str
    """As it stands in the completion."""
    text: str
    """The answer without what only wraps it."""
    same: Decision | None
    """The decision where the answer is the reference, letter by letter."""
    policy: Policy


def decide_by_kind(problem: Problem, answer: str, policy: Policy) -> Decision:
    """The decision on an answer; several samples of a problem may come to it, and it is decided once for them."""
    return (_decide_once if len(answer) <= _MAX_KEPT_CHARS else _decide)(problem, answer, policy)


@lru_cache(maxsize=4_096)
def _decide_once(problem: Problem, answer: str, policy: Policy) -> Decision:
    return _decide(problem, answer, policy)


def _decide(problem: Problem, answer: str, policy: Policy) -> Decision:
    reference, text = understand(problem), unwrap(answer)
    same = None if sign_counts(problem.reference, answer, policy) else _same_text(problem, reference, text)
    case = _Case(problem, reference, answer, text, same, policy)
    for rule in (
        _refused_writing,
        _other_condition,
        _same_without_unit,
        _nothing_to_compare,
        _option,
        _quantity,
        _same_text_of_a_quantity,
        _counted,
        _words,
        _moment,
    ):
        decision = rule(case)
        if decision is not None:
            return decision
    return _mathematics(case)


def _refused_writing(case: _Case) -> Decision | None:
    """An answer that the policy refuses to read at all."""
    policy, answer = case.policy, case.answer
    if policy.lookalike_letters is Choose.REJECT and has_lookalikes(answer):
        reason = "the answer holds letters of another alphabet that look like Latin ones"
    elif policy.line_break_in_math is Choose.REJECT and _BROKEN_MATH.search(answer):
        reason = "a line break stands inside a formula"
    else:
        return None
    return Decision(Status.UNPARSED, "policy.writing", reason)


def _other_condition(case: _Case) -> Decision | None:
    """An answer that holds for other numbers than the reference."""
    if "\\text" in case.answer and conditions_clash(case.problem.reference, case.answer, case.problem.question):
        return Decision(Status.INCORRECT, "condition", "the answer holds for other numbers than the reference")
    return None


def _same_without_unit(case: _Case) -> Decision | None:
    """The reference itself, where no unit stands beside it that the answer may lack."""
    is_all = case.problem.unit is None or case.problem.answer_kind in _WITHOUT_UNITS
    return case.same if is_all else None


def _nothing_to_compare(case: _Case) -> Decision | None:
    """An empty answer, or a reference beyond a limit."""
    if not case.text:
        return Decision(Status.UNPARSED, "unreadable", "the answer is empty")
    if case.reference.over_limit:
        return Decision(Status.OVER_LIMIT, "limit", f"in the reference: {case.reference.over_limit}")
    return None


def _option(case: _Case) -> Decision | None:
    """The letter or the text of an option."""
    if case.reference.kind != "choice":
        return None
    return decide_choice(case.problem, case.reference, case.text)


def _quantity(case: _Case) -> Decision | None:
    """Quantities with units; angles in degrees against multiples of π are left to algebra, which compares exactly."""
    if case.problem.answer_kind is AnswerKind.TEXT:
        return None
    written = case.answer.strip() if is_money(case.answer) else case.text
    try:
        decision = decide_quantity(case.problem, case.reference.text, written, case.policy)
    except ValueError:  # arithmetic that no quantity needs, such as the root of a negative number
        return None
    return None if decision is not None and _is_angle_in_radians(decision, case) else decision


def _is_angle_in_radians(quantity: Decision, case: _Case) -> bool:
    """Whether one side is in degrees and the other a multiple of π, which algebra compares exactly."""
    if quantity.status is Status.CORRECT and quantity.rule != "quantity.extra_unit":
        return False
    sides = (case.reference.text, case.text)
    return any("circ" in side or "degree" in side for side in sides) and any(
        "pi" in side and "circ" not in side for side in sides
    )


def _same_text_of_a_quantity(case: _Case) -> Decision | None:
    """The reference itself, where it turned out to be no quantity."""
    return case.same


def _counted(case: _Case) -> Decision | None:
    """`5 apples and 3 pears`, and several options at once."""
    counted = decide_counted(case.reference.text, case.text)
    return counted if counted is not None else decide_several_options(case.reference.text, case.text)


def _words(case: _Case) -> Decision | None:
    """A reference in words: the two ends of a range, a text, or whole numbers that its words describe."""
    problem, reference, text = case.problem, case.reference, case.text
    if reference.kind != "text":
        return None
    wanted = range_of(reference.text)
    given = range_of(text.replace(":", " to ") if " to " in reference.text else text)
    if wanted is not None and wanted == given and case.policy.range_words is Choose.ACCEPT:
        return Decision(Status.CORRECT, "range.ends", "the same two ends", reference.text, text)
    decision = decide_text(problem, reference, text)
    if decision.status is not Status.INCORRECT:
        return decision
    if (of_numbers := of_whole_numbers(reference)) is not None:
        in_formulas = decide_mathematics(problem, of_numbers, text, case.policy)
        return in_formulas if in_formulas.status is Status.CORRECT else decision
    if reference.doubt:
        return Decision(Status.BAD_REFERENCE, "reference", f"the reference cannot be read: {reference.doubt}")
    return decision


def _moment(case: _Case) -> Decision | None:
    """A date or a time of day."""
    return decide_moment(case.reference, case.text, case.policy) if case.reference.kind == "moment" else None


def _mathematics(case: _Case) -> Decision:
    """All else."""
    decision = decide_mathematics(case.problem, case.reference, case.text, case.policy)
    if decision.status is Status.UNPARSED and not case.answer.isascii():
        return _in_another_alphabet(case) or decision
    return decision


def _in_another_alphabet(case: _Case) -> Decision | None:
    """What a sentence in another alphabet states, read before its letters are taken for Latin ones."""
    stated = None if case.answer.lstrip()[:1].isdigit() else extract_answer(case.answer, case.problem).answer
    if stated is None or stated == case.answer:
        return None
    decision = decide_mathematics(case.problem, case.reference, unwrap(stated), case.policy)
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

"""The way from a text to a verdict: extract, understand the reference, read the answer, compare, say why.

Plain numbers are compared first, then all kinds in the order of their cost (`deciding/cascade.py`). Whatever
goes wrong inside is caught here, once, and becomes a verdict: no text raises an exception.
"""

import re
import time

from data.records import Problem, Status, Verdict
from verifiers.deciding.cascade import decide_by_kind
from verifiers.deciding.numbers import decide_number
from verifiers.deciding.references import understand
from verifiers.decision import Decision
from verifiers.extraction.final_answer import extract_answer
from verifiers.extraction.options import with_options
from verifiers.limits import OverLimitError
from verifiers.policy import DEFAULT_POLICY, Policy
from verifiers.steps.checking import NO_STEPS, StepCheck, check_steps
from verifiers.trees.evaluation import UndefinedError
from verifiers.trees.fingerprint import NotScalarError
from verifiers.trees.tree import UnreadableError

VERIFIER = "tracemill-1"
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
        decision = decide_number(problem, reference, answer, policy)
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


def _decide_in_any_way(problem: Problem, answer: str, policy: Policy) -> Decision:
    """The decision on an answer as it stands or, where that is not right, as one value given in two ways."""
    decision = decide_by_kind(problem, answer, policy)
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

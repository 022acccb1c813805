"""Groups of equal answers, for majority voting.

Answers with the same normal form fall together without being compared: the same number, the same values in the finite
fields, the same words. Only the representatives of what is left are compared in pairs, and of those not the numbers
that lie apart. Sixty-four samples with five different answers cost a handful of comparisons instead of two thousand.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from data.records import AnswerKind, Problem, Status
from verifiers.deciding.references import Reference, understand
from verifiers.dispatch import decide
from verifiers.extraction.hedges import hedge
from verifiers.limits import OverLimitError
from verifiers.policy import DEFAULT_POLICY, Policy
from verifiers.reading.texts import plain_text
from verifiers.reading.wrapping import unwrap
from verifiers.trees.fingerprint import NoPrintError, NotScalarError, fingerprint
from verifiers.trees.tree import UnreadableError

_NEAR = Fraction(1, 100)
"""Numbers that differ by more than this part of themselves are never roundings of each other."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One distinct answer: its text, its key, and its number where it is one."""

    text: str
    key: Hashable
    number: Fraction | None
    readable: bool


def classes(answers: Sequence[str], problem: Problem, policy: Policy = DEFAULT_POLICY) -> list[list[int]]:
    r"""Group the places of equal answers, by the equality with which `verify_answer` compares.

    The groups come in the order of their first answers. An answer that cannot be read is equal to its own copies only.

    >>> classes(["1/2", "0.5", "x=1/2", "2", r"\\frac{2}{4}"], Problem(question="?", reference="1"))
    [[0, 1, 2, 4], [3]]
    """
    forms: dict[Hashable, tuple[_Form, list[int]]] = {}
    by_text: dict[str, _Form] = {}
    for place, answer in enumerate(answers):
        form = by_text.get(answer)
        if form is None:
            form = by_text[answer] = _form_of(answer, problem)
        forms.setdefault(form.key, (form, []))[1].append(place)
    groups: list[tuple[_Form, list[int]]] = []
    for form, places in forms.values():
        found = next((members for other, members in groups if _equal(other, form, problem, policy)), None)
        if found is None:
            groups.append((form, list(places)))
        else:
            found.extend(places)
    return sorted((sorted(places) for _, places in groups), key=lambda places: places[0])


def _as_reference(answer: str, problem: Problem) -> Problem:
    """The problem with `answer` as its reference."""
    return problem.model_copy(update={"reference": answer})


def _form_of(answer: str, problem: Problem) -> _Form:
    """The normal form of an answer."""
    try:
        text = unwrap(answer)
        if not text or hedge(text, ""):
            return _Form(answer, ("text", text), None, readable=False)
        known = understand(_as_reference(text, problem))
    except (UnreadableError, OverLimitError):
        return _Form(answer, ("raw", answer), None, readable=False)
    has_unit = problem.unit is not None or problem.answer_kind is AnswerKind.QUANTITY
    if known.number is not None and not has_unit:
        return _Form(text, ("number", known.number.value), known.number.value, readable=True)
    return _Form(text, _key(known), None, readable=not known.problem and not known.over_limit)


def _key(known: Reference) -> Hashable:
    if known.kind == "text":
        return ("words", plain_text(known.text))
    if known.kind == "choice" and known.letter:
        return ("choice", known.letter, plain_text(known.text))
    if known.kind == "expression" and known.tree is not None:
        try:
            return ("field", fingerprint(known.tree).values)
        except (NotScalarError, NoPrintError, OverLimitError):
            pass
    return ("text", known.text)


def _equal(left: _Form, right: _Form, problem: Problem, policy: Policy) -> bool:
    if not (left.readable and right.readable):
        return False
    if left.number is not None and right.number is not None:
        tolerance = max(_NEAR, Fraction(problem.rel_tol or 0))
        if abs(left.number - right.number) > tolerance * max(abs(left.number), abs(right.number)):
            return False
    return any(
        decide(_as_reference(a.text, problem), b.text, policy).status is Status.CORRECT
        for a, b in ((left, right), (right, left))
    )

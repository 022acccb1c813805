"""Decisions on mathematics: every allowed reading of the answer against every reading of the reference."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from data.records import AnswerKind, Problem, Status
from verifiers.comparing.arbitrary_constants import renamed
from verifiers.comparing.compare import compare
from verifiers.comparing.families import family_in_braces, variants
from verifiers.comparing.scalars import Match, Terms, differs, equal
from verifiers.deciding.clock_and_calendar import read_moment
from verifiers.deciding.plain_answers import decide_moment
from verifiers.deciding.readings import (
    BINOMIAL,
    ZERO_VECTOR,
    Candidate,
    as_percent,
    range_of,
    readings,
)
from verifiers.deciding.references import Reference, as_kind
from verifiers.deciding.words_in_formulas import in_formulas
from verifiers.decision import Decision
from verifiers.extraction.doubts import OTHERS_WORDS, UNSURE
from verifiers.extraction.final_answer import extract_answer
from verifiers.extraction.hedges import denial, hedge
from verifiers.extraction.reported import is_bound, states_for_others
from verifiers.policy import Choose, Policy, SlashProduct
from verifiers.quantities.vector_quantities import same_vectors
from verifiers.reading.grammar import read
from verifiers.reading.loose_text import lead_in_dropped, named_matrix, named_set
from verifiers.reading.notations import combinations_written_out
from verifiers.reading.number_words import number_in_words
from verifiers.reading.plain_numbers import repeating_in_brackets
from verifiers.reading.texts import plain_text, reference_letter, words_of
from verifiers.reading.vector_products import has_cross
from verifiers.reading.wrapping import unwrap
from verifiers.trees.evaluation import UndefinedError
from verifiers.trees.fingerprint import NotScalarError
from verifiers.trees.matrices import ZERO_OF_ANY_SHAPE, tuple_members
from verifiers.trees.rendering import render
from verifiers.trees.tree import (
    ZERO,
    Apply,
    Call,
    Matrix,
    Node,
    Num,
    Rel,
    Seq,
    Sym,
    UnreadableError,
    divide,
    multiply,
    number,
)
from verifiers.trees.walk import letters_of, nodes_of, rewrite

_MAX_BARE_WORDS = 2
_MATH_SEGMENT = re.compile(r"\$[^$]+\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_MAX_READINGS = 8
_LISTS = re.compile(r"\b(?:or|and|either|both|versus|vs)\b|;", re.IGNORECASE)
_OPTION = re.compile(r"\([A-Za-z]\)")
_SHORT = 60
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_CLOSING = re.compile(
    r"(?P<before>.{0,2000})(?:(?:\bis|\bare|\bequals|(?<=\bit)'s|(?<=\bthat)'s)\s+(?:about|approximately|just|"
    r"exactly|simply|then|thus|therefore)?"
    r"|(?:\\\$|(?<=\s)|^)=)\s*(?P<value>\S.{0,200})",
    re.DOTALL | re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|never|cannot|isn't|wrong|false|incorrect|no|doubt|deny)\b|n't\b", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"(?:\be\.\s?g\.|\bfor (?:example|instance)\b|\bsuch as\b|\bany (?:number|value|integer)\b)", re.IGNORECASE
)
"""What makes a value one of many: `any number, e.g. 5`."""
_IS_IN_TEXT = re.compile(r"\\text\s?\{([^{}]*\b(?:is|are|equals)\s?)\}")
r"""`\text{the sum is }505`"""
_VALUE = re.compile(r"\d|\\[a-z]|\b[a-zA-Z]\b")


def decide_mathematics(problem: Problem, reference: Reference, text: str, policy: Policy) -> Decision:
    """Compare an answer with a reference that is mathematics."""
    reference, text = in_formulas(reference, text)
    named = named_set(text) or named_matrix(text) if reference.tree is not None else None
    if named is not None and reference.tree is not None:
        match = compare(reference.tree, named, Terms(policy))
        return _decision(
            Status.CORRECT if match.equal else Status.INCORRECT,
            match,
            reference,
            Candidate(named, frozenset(), "words"),
        )
    if (
        reference.letter is not None
        and (len(reference.text) == 1 or _OPTION.fullmatch(reference.text))
        and reference_letter(text) == reference.letter
        and len(text) > 1
    ):
        return Decision(Status.CORRECT, "choice.option", "the same option", reference.letter, reference.letter)
    expected = None if any(map(str.isdigit, text)) and not _are_clock_times(reference, text) else "time"
    if reference.kind == "ratio" and _CLOCK.fullmatch(reference.text) and read_moment(text, expected=expected):
        return decide_moment(replace(reference, moment=read_moment(reference.text, expected="time")), text, policy)
    vectors = same_vectors(reference.text, text, Terms(policy, problem.rel_tol)) if _is_of_vectors(reference) else None
    if vectors is not None and not vectors.equal and vectors.rule.startswith("vector"):
        return Decision(Status.UNIT_MISMATCH, vectors.rule, vectors.reason, reference.text, text)
    if vectors is not None:
        status = Status.CORRECT if vectors.equal else Status.INCORRECT
        return Decision(status, vectors.rule, vectors.reason, reference.text, text)
    bare = lead_in_dropped(text)
    said = None if _EXAMPLE.search(bare) else _stated(problem, reference, bare)
    if said is None:
        return Decision(Status.UNPARSED, "unreadable", "the answer is a text without one final value")
    decision = _decide_statement(problem, reference, said, policy)
    if decision.status is not Status.CORRECT and said == bare:
        other = _in_prose(problem, reference, bare)
        if other is not None and other != said:
            retried = _decide_statement(problem, reference, other, policy)
            return retried if retried.status is Status.CORRECT else decision
    return decision


def _are_clock_times(reference: Reference, text: str) -> bool:
    """Whether both are written as on a clock, and the reference is no ratio: it is not in lowest terms."""
    if reference.kind != "ratio" or not _CLOCK.fullmatch(reference.text) or not _CLOCK.fullmatch(text):
        return False
    hours, minutes = reference.text.split(":")
    return minutes[0] == "0" or math.gcd(int(hours), int(minutes)) > 1


def _is_of_vectors(reference: Reference) -> bool:
    """Whether a vector may be asked for, which may have a unit."""
    return reference.holds_vectors or (
        reference.tree is not None and any(name.startswith("unit ") for name in letters_of(reference.tree))
    )


def _in_prose(problem: Problem, reference: Reference, text: str) -> str | None:
    """What a short sentence with few words states, if it neither denies nor lists anything."""
    if not words_of(text) or denial(text, reference.text) or hedge(text, reference.text) or _LISTS.search(text):
        return None
    found = _closing_value(text) or extract_answer(text, problem).answer
    return None if found is None else unwrap(found)


def _decide_statement(problem: Problem, reference: Reference, said: str, policy: Policy) -> Decision:
    """Compare the statement of an answer in all its readings."""
    doubt = hedge(said, reference.text)
    if doubt is not None:
        return Decision(Status.INCORRECT, "hedge", f"the answer commits to nothing: {doubt}")
    terms = Terms(policy, problem.rel_tol)
    first: tuple[Match, Candidate] | None = None
    try:
        for count, candidate in enumerate(readings(said, reference, policy)):
            match = _match(problem, reference, candidate, said, terms)
            if match.equal:
                return _decision(Status.CORRECT, match, reference, candidate)
            first = first or (match, candidate)
            if count >= _MAX_READINGS:
                break
    except UnreadableError as error:
        return Decision(Status.UNPARSED, "unreadable", f"the answer cannot be read: {error}")
    if first is None:
        return Decision(Status.UNPARSED, "unreadable", "the answer is no mathematics")
    return _decision(Status.INCORRECT, first[0], reference, first[1])


def _decision(status: Status, match: Match, reference: Reference, candidate: Candidate) -> Decision:
    reference_form = render(reference.tree) if reference.tree is not None else reference.text
    return Decision(status, match.rule, match.reason, reference_form, render(candidate.tree))


def _stated(problem: Problem, reference: Reference, text: str) -> str | None:
    """The answer itself: `text`, or what it states where it is prose around mathematics."""
    if "\\begin{cases}" in text and text.endswith("\\end{cases}"):
        return text
    prose = words_of(text)
    if "boxed" not in text:
        segments = _MATH_SEGMENT.findall(text)
        if len(prose) <= _MAX_BARE_WORDS and not (prose and (segments or " is " in text)):
            return text
        closing = _closing_value(_IS_IN_TEXT.sub(r"\1 ", text) if "is" in text and "\\text" in text else text)
        if closing is not None:
            return unwrap(closing)
        if reference.is_constant and number_in_words(plain_text(text)) is not None:
            return text
        if (
            len(segments) == 1
            and "\\$" not in text
            and not words_of(segments[0])
            and not hedge(_MATH_SEGMENT.sub(" ", text), reference.text)
        ):
            return unwrap(segments[0])
    if len(text) < _SHORT and denial(text, reference.text):
        return text
    found = extract_answer(text, problem).answer
    if found is None:
        return text if len(prose) <= 2 * _MAX_BARE_WORDS else None
    return unwrap(found)


def _closing_value(text: str) -> str | None:
    """What a sentence comes to: "the number is not 10, it is 7" says 7.

    None where a denial before it is not spent on another value: "it is not true that the answer is 5".
    """
    match = _CLOSING.fullmatch(text)
    if (
        match is None
        or len(words_of(match.group("value"))) > _MAX_BARE_WORDS
        or not _VALUE.search(match.group("value"))
    ):
        return None
    before = match.group("before")
    if UNSURE.search(before) or OTHERS_WORDS.search(text) or is_bound(before) or states_for_others(text):
        return None
    denials = list(_DENIAL.finditer(before))
    if any(not _VALUE.search(before, denial.end()) for denial in denials[-1:]) or "?" in match.group("value"):
        return None
    return match.group("value")


def _match(problem: Problem, reference: Reference, candidate: Candidate, text: str, terms: Terms) -> Match:
    """Compare one reading with the reference, after the policies on how an answer may be written."""
    refused = _refused(reference, candidate, text, terms.policy)
    if refused is not None:
        return refused
    answer = as_kind(candidate.tree, problem.answer_kind)
    if reference.whole_letter:
        answer, _ = family_in_braces(answer)
    best = differs("expression", "nothing to compare with")
    for wanted in _reference_trees(problem, reference, candidate, answer, terms.policy):
        try:
            match = compare(wanted, answer, terms)
        except (NotScalarError, UndefinedError):
            match = differs("expression.no_value", "one of the two has no value that can be compared")
        if not match.equal:
            match = _with_products(wanted, answer, terms) or match
        if match.equal:
            return match
        best = match
    if terms.policy.approximate_tail is Choose.ACCEPT and isinstance(answer, Rel) and "≈" in answer.ops:
        return _approximation(reference, answer, terms) or best
    return best


def _with_products(reference: Node, answer: Node, terms: Terms) -> Match | None:
    """Compare `mg(a - b)` with `mga - mgb`: a letter that stands without brackets elsewhere is no function."""
    applied = {n.name for side in (reference, answer) for n in nodes_of(side) if isinstance(n, Apply)}
    plain = {n.name for side in (reference, answer) for n in nodes_of(side) if isinstance(n, Sym)} if applied else set()
    names = {name for name in applied & plain if len(name) == 1}
    if not names:
        return None

    def change(part: Node) -> Node:
        is_product = isinstance(part, Apply) and part.name in names and len(part.args) == 1
        return multiply(Sym(part.name), part.args[0]) if is_product and isinstance(part, Apply) else part

    try:
        return compare(rewrite(reference, change), rewrite(answer, change), terms)
    except (NotScalarError, UndefinedError, UnreadableError):
        return None


def _reference_trees(
    problem: Problem, reference: Reference, candidate: Candidate, answer: Node, policy: Policy
) -> Iterator[Node]:
    """The reference's readings: as it stands, its loose products the other way, its whole number by another name."""
    tree = reference.tree
    if tree is None:
        return
    if candidate.way == "range":
        wanted = range_of(reference.text)
        if wanted is not None:
            yield wanted
        return
    if not ("slash_implicit" in reference.notes and policy.slash_product is SlashProduct.PRODUCT_FIRST):
        yield tree
    yield from _read_again(problem, reference, answer, policy)
    if policy.percent_strip is Choose.ACCEPT and ("percent" in reference.notes) != ("percent" in candidate.notes):
        yield as_percent(tree) if "percent" in reference.notes else divide(tree, number(100))
    if reference.whole_letter:
        yield from variants(tree, reference.whole_letter, answer)
    if reference.constants:
        yield from renamed(tree, reference.constants, answer)


def _read_again(problem: Problem, reference: Reference, answer: Node, policy: Policy) -> Iterator[Node]:
    """What the reference is where its writing is loose: products, commas and columns taken the other way."""
    if "slash_implicit" in reference.notes and policy.slash_product is not SlashProduct.DIVISION_FIRST:
        yield read(reference.text, product_first=True).tree
    if "thousands" in reference.notes and problem.answer_kind in {AnswerKind.SET, AnswerKind.TUPLE}:
        yield as_kind(read(reference.text, commas_separate=True).tree, problem.answer_kind)
    if "long_names" in reference.notes:
        yield read(reference.text, short_names=True).tree
    if (
        "\\times" in reference.text
        and has_cross(answer)
        and reference.tree is not None
        and not has_cross(reference.tree)
    ):
        yield read(reference.text, crosses=True).tree
    if "(" in reference.text and (repeating := repeating_in_brackets(reference.text)) is not None:
        yield Num(repeating.value)
    if "mathbf" in reference.text and ZERO_VECTOR.fullmatch(reference.text):
        yield ZERO_OF_ANY_SHAPE
    if reference.kind == "expression" and (counted := combinations_written_out(reference.text)) is not None:
        yield read(counted).tree
    if "decimal_comma" in reference.notes and reference.text.count(",") == 1 and policy.decimal_comma is Choose.ACCEPT:
        yield read(reference.text.replace(",", ".")).tree
    if reference.tree is not None and BINOMIAL.search(reference.text) and _is_vector(answer, reference.tree):
        yield read(reference.text, columns=True).tree


def _is_vector(answer: Node, wanted: Node) -> bool:
    r"""Whether `\binom{1}{2}` in a reference is a vector: the answer is one, or a pair where nothing is counted."""
    if any(isinstance(node, Matrix) for node in nodes_of(answer)):
        return True
    counts_nothing = wanted == ZERO or any(
        isinstance(n, Call) and n.name == "binomial" and all(isinstance(a, Num) for a in n.args)
        for n in nodes_of(wanted)
    )
    return counts_nothing and tuple_members(answer) is not None


def _refused(reference: Reference, candidate: Candidate, text: str, policy: Policy) -> Match | None:
    """The policies that refuse an equal value for the way in which it is written."""
    strict = Choose.REJECT
    if policy.unevaluated is strict and "arithmetic" in candidate.notes - reference.notes:
        return differs("policy.unevaluated", "the answer is not worked out")
    if policy.unreduced_fraction is strict and "unreduced" in candidate.notes - reference.notes:
        return differs("policy.unreduced_fraction", "the fraction is not in lowest terms")
    if (
        policy.percent_decimal is strict
        and ("percent" in reference.notes) != ("percent" in candidate.notes)
        and policy.percent_strip is strict
    ):
        return differs("policy.percent_decimal", "only one of the two is a percentage")
    if policy.other_form is strict and candidate.tree != reference.tree:
        return differs("policy.other_form", "the form differs from the reference's")
    if policy.approximate_tail is strict and "approx" in candidate.notes - reference.notes:
        return differs("policy.approximate_tail", "an approximation is given as well")
    if policy.digit_underscore is strict and re.search(r"\d_\d{3}(?!\d)", text):
        return differs("policy.digit_underscore", "digits are grouped by underscores")
    if policy.leading_zero is strict and re.match(r"[+-]?0\d", text):
        return differs("policy.leading_zero", "the number starts with a zero")
    return None


def _approximation(reference: Reference, answer: Rel, terms: Terms) -> Match | None:
    """`70/9 ≈ 7.78` where 7.78 is asked for: the approximation counts if it is one of the exact value."""
    exact, rounded = answer.parts[-2], answer.parts[-1]
    tree = reference.tree
    if (
        answer.ops[-1] != "≈"
        or tree is None
        or not isinstance(rounded, Num)
        or rounded.step is None
        or isinstance(exact, (Seq, Rel))
    ):
        return None
    if not compare(tree, rounded, terms).equal:
        return None
    fine = Terms(terms.policy.model_copy(update={"rounded_decimal_step": 0.5}))
    return (
        equal("number.approximation", "the stated approximation is the reference")
        if compare(exact, rounded, fine).equal
        else None
    )

"""Decides whether two quantities are the same: the dimension first, then the magnitude.

`decide_quantity` answers only where the reference is a quantity, by what the reference and the problem's unit say, or
where the reference is a bare number and the answer has a unit; for all else it returns None, and algebra decides.
"""

import re
from dataclasses import replace

from data.records import AnswerKind, Problem, Status
from verifiers.deciding.quantity_judge import QuantityJudge
from verifiers.decision import Decision
from verifiers.extraction.undressing import plain_markup
from verifiers.limits import MAX_CHARS, check
from verifiers.policy import Choose, Policy
from verifiers.quantities.quantity_lists import Quantity
from verifiers.quantities.quantity_ranges import range_ends
from verifiers.quantities.quantity_reference import Reference, is_composed, read_reference
from verifiers.quantities.quantity_text import Segment, Statement, duration_written_out, read_statement, with_digits
from verifiers.reading.loose_text import lead_in_dropped
from verifiers.reading.nouns import is_plural
from verifiers.reading.vocabulary import GREEK
from verifiers.units.unit_grammar import SHY_SYMBOLS

_PLAIN_NUMBER = re.compile(r"[\d\s.,+\-−/$]*")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_MONEY = re.compile(
    r"\s*\$\s*\d[\d.,]*\s*(?:thousand|million|billion|trillion|[kKMB])?\s*(?:(?:/|\bper\b)\s?[A-Za-z]{1,20}\s*)?"
    r"|\s*\d[\d.,]*\s\$\s*"
)
_GREEK = GREEK | {"pi"}
_MARKS_OF_PLACE = frozenset(("'", '"', "st"))
"""Signs behind a bare number that make it another thing: `31'` may be feet or minutes, and `31st` is a place."""
_SIDES = re.compile(
    r"\s*(\d[\d.]{0,20}\s?(?:\\text\{\s?)?[A-Za-z]{1,15}\}?)\s{0,3}(?:×|x|\\times|by|\\text\{\s?by\s?\})\s{0,3}"
    r"(\d[\d.]{0,20}\s?(?:\\text\{\s?)?[A-Za-z]{1,15}\}?)\s*"
)
"""`30 cm by 40 cm`: two lengths, and no area."""
_OF_LIGHT = re.compile(r"\d*\.\d{1,12}\s?\\?,?\s?(?:c|\\(?:mathrm|text)\{\s?c\s?\})")
"""`0.60c`, a part of the speed of light where the answer is a speed."""


def decide_quantity(problem: Problem, reference: str, answer: str, policy: Policy) -> Decision | None:
    """Compare an answer with a reference that is a quantity; None where it is not a question of quantities.

    Raises `OverLimitError` for texts longer than `MAX_CHARS`.

    >>> decide_quantity(Problem(question="?", reference="5 km"), "5 km", "5000 m", Policy()).status
    <Status.CORRECT: 'correct'>
    """
    if problem.answer_kind not in (AnswerKind.AUTO, AnswerKind.QUANTITY, AnswerKind.NUMBER):
        return None
    check("MAX_CHARS", max(len(reference), len(answer)), MAX_CHARS)
    if is_money(problem.reference):
        reference = problem.reference  # its dollar sign is money, not the border of a formula
    is_asked = problem.answer_kind is AnswerKind.QUANTITY
    ends = range_ends(reference) if problem.unit is None else None
    if ends is not None:
        return _decide_range(problem, ends, answer, policy)
    sides = (_SIDES.fullmatch(reference), _SIDES.fullmatch(answer)) if problem.unit is None else (None, None)
    if sides[0] is not None and sides[1] is not None:
        reference, answer = (f"{side[1]} and {side[2]}" for side in sides if side is not None)
    is_speed = "c" in reference and "c" not in answer and _OF_LIGHT.fullmatch(reference) is not None
    known = read_reference(reference, problem.unit or "", is_asked or is_speed)
    if known is None:
        unread = Decision(Status.BAD_REFERENCE, "quantity.reference", "the reference cannot be read as a quantity")
        return unread if is_asked else None
    if known.is_plain_number and (not is_asked or _PLAIN_NUMBER.fullmatch(answer)):
        return _decide_plain(problem, known, answer, policy)
    return _decide_statement(problem, known, answer, policy)


def _decide_range(problem: Problem, ends: tuple[str, str], answer: str, policy: Policy) -> Decision | None:
    """A range is the same range: both ends agree."""
    given = range_ends(answer)
    form = f"{ends[0]} to {ends[1]}"
    if given is None or policy.range_words is Choose.REJECT:
        return Decision(Status.INCORRECT, "quantity.range", "the reference is a range, the answer another text", form)
    for wanted, end in zip(ends, given, strict=True):
        decision = decide_quantity(problem.model_copy(update={"reference": wanted}), wanted, end, policy)
        if decision is None or decision.status is not Status.CORRECT:
            return decision
    return Decision(Status.CORRECT, "quantity.range", "both ends agree", form, f"{given[0]} to {given[1]}")


def is_money(text: str) -> bool:
    """Whether the dollar sign of a text is money, `$5.50`, and not the border of a formula."""
    return "$" in text and _MONEY.fullmatch(text) is not None


def _decide_statement(problem: Problem, known: Reference, answer: str, policy: Policy) -> Decision | None:
    statement = read_statement(answer)
    if statement is None and policy.number_words is Choose.ACCEPT:
        statement = read_statement(with_digits(answer.replace("\\%", " %")))
    if statement is None and ":" in answer:
        statement = read_statement(duration_written_out(answer))
    if statement is None:
        statement = read_statement(lead_in_dropped(plain_markup(answer)))
    if statement is None:
        if known.may_be_algebra and _has_letters_of(known, answer):
            return None
        return Decision(Status.UNPARSED, "quantity.answer", "the answer cannot be read as a quantity", known.form)
    judge = QuantityJudge(problem, known, policy)
    decision = judge.segments(_with_unit_of_last(statement.segments))
    if decision.status is not Status.CORRECT and known.may_be_algebra and _is_regrouped(known, answer, statement):
        return None
    return decision


def _decide_plain(problem: Problem, known: Reference, answer: str, policy: Policy) -> Decision | None:
    """A bare number as the reference: ours only if the answer adds a unit or a noun to a number."""
    if _PLAIN_NUMBER.fullmatch(answer):
        return None
    statement = read_statement(answer)
    if statement is None or len(statement.segments) != 1 or len(statement.segments[0].items) != 1:
        return None
    quantity = statement.segments[0].items[0]
    judge = QuantityJudge(problem, known, policy)
    if quantity.uncertainty:
        return None
    if not quantity.readings and not quantity.noun and is_composed(answer):
        return judge.one(known.items[0], quantity, problem.rel_tol)
    if not _adds_a_unit(quantity, problem.question):
        return None
    return judge.with_unit_added(known.items[0], quantity)


def _adds_a_unit(quantity: Quantity, question: str) -> bool:
    """Whether the answer is a number with a unit or a counted noun, and not a product of algebra such as `5h`."""
    if quantity.noun:
        last = quantity.noun.split()[-1]
        if last in _GREEK:
            return False  # `64pi`, where the question says "in terms of pi"
        return quantity.magnitude.value == 1 or is_plural(quantity.noun) or last.lower() in question.lower()
    if quantity.is_glued and not _MARKS_OF_PLACE.isdisjoint(quantity.symbols):
        return False
    if not quantity.readings or not SHY_SYMBOLS.isdisjoint(quantity.symbols):
        return False
    letters = all(len(s) == 1 and s.isascii() and s.isalpha() for s in quantity.symbols)
    is_area = quantity.symbols == ("m",) and quantity.readings[0].dimension in ((("meter", 2),), (("meter", 3),))
    return not (letters and quantity.is_glued) or is_area


def _with_unit_of_last(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """`x = 20/3 = 6.667 m`: a unit behind the last `=` belongs to what stands before it too."""
    last = segments[-1].items
    if len(segments) == 1 or len(last) != 1 or not last[0].readings:
        return segments
    completed = []
    for segment in segments:
        bare = len(segment.items) == 1 and not segment.items[0].readings and not segment.items[0].noun
        item = replace(segment.items[0], readings=last[0].readings, symbols=last[0].symbols)
        completed.append(replace(segment, items=(item,)) if bare else segment)
    return tuple(completed)


def _has_letters_of(known: Reference, answer: str) -> bool:
    """Whether an unreadable answer has all letters of the reference's units: `m+m` may be `2 m`, `5 n` never `5 N`."""
    letters = _COMMAND.sub(" ", answer)
    return all(symbol in letters for quantity in known.items for symbol in quantity.symbols)


def _is_regrouped(known: Reference, answer: str, statement: Statement) -> bool:
    """Whether an answer has the reference's letters in other groups: `2 m s` and `2ms` are left to algebra."""
    symbols = [s for q in known.items for s in q.symbols]
    same_letters = sorted(filter(str.isalpha, known.text)) == sorted(filter(str.isalpha, answer))
    return same_letters and sorted(symbols) != sorted(s for q in statement.segments[0].items for s in q.symbols)

"""Decisions on answers that are not mathematics: options, words, dates and clock times."""

import re

from data.records import Problem, Status
from verifiers.deciding.clock_and_calendar import read_moment, same_moment
from verifiers.deciding.counted_places import place_in_order, quotient_and_remainder
from verifiers.deciding.references import Reference
from verifiers.decision import Decision
from verifiers.extraction.final_answer import extract_answer
from verifiers.extraction.hedges import denial, hedge
from verifiers.extraction.options import letter_at, named_option
from verifiers.policy import Choose, Policy
from verifiers.reading.plain_numbers import read_number
from verifiers.reading.texts import (
    option_letter,
    option_letters,
    option_text,
    plain_text,
    same_text,
    squeezed,
)
from verifiers.reading.wrapping import unwrap
from verifiers.trees.tree import PAIR

_TRUTHS = {
    **dict.fromkeys(("yes", "true", "yep", "yeah", "yup", "correct", "indeed"), True),
    **dict.fromkeys(("no", "false", "nope", "nah"), False),
}
_POLAR = re.compile(
    r"(?:\A|[.!?:,]\s+|\n)(?:is|are|was|were|does|do|did|can|has|have|"
    r"will)\s(?!not\b)[^?]*\?",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W_]+")
_FUNCTION_WORDS = frozenset(
    (
        *("a", "an", "the", "it", "he", "she", "they", "was", "is", "were", "are", "who", "that", "which", "this"),
        *("s", "called", "named", "name", "by", "of", "in", "on", "to", "has", "have", "had"),
    )
)
_CALLED = frozenset(("called", "named"))
_ASKS_WHOM = re.compile(r"\b(?:did|do|does|whom)\b", re.IGNORECASE)
_LEAD = (
    r"(?:(?:it|he|she|they|this|that|the)(?:['’]s|\s(?:was|is|were|are))?\s)?"
    r"(?:called\s|named\s)?(?:the\s|by\s)*"
)
_APPOSITION = re.compile(
    r",\s(?:[^,;.]|[,.]\d){1,60},(?=\s)|\s\([^()]{1,60}\)|[,;]\s(?:with|at|about|which|who|in|on|"
    r"from)\s[^;.]{1,80}\Z"
)
"""What is said of a name beside the question: "The Nile, at about 6,650 km, is the longest"."""
_NAME_CHARS = 3
_SENTENCE_CHARS = 200
_CLOSING = re.compile(r".{1,80}\b(?:is|are|was|be|has|have)\s+(?:an? |the )?(\S.*)")
_DENIALS = "not isn't aren't doesn't cannot can't never no n't"
"""What may follow a "no" without taking it back."""
_WITH_REASON = re.compile(r"\s*(?:Yes|No|True|False)[.,;:]\s+[^$=\\\d]{4,300}")
"""A word and a reason in words, which has no value of its own."""
_OPENING = re.compile(r"(yes|no|true|false)(?:[,.;:]| because| since)\s+(?!and |or |but )")


def decide_choice(problem: Problem, reference: Reference, answer: str) -> Decision:
    """Options: the letter, the option's text, or both, as long as they name one option."""
    if _is_right_text(problem, reference, answer):
        text = plain_text(answer)
        return Decision(Status.CORRECT, "choice.text", "the option's text, letter by letter", text, text)
    answer = named_option(answer, problem)
    wanted = _options(problem, reference.text, reference.letter)
    given = _options(problem, answer, option_letter(answer))
    forms = (reference.letter or plain_text(reference.text), option_letter(answer) or plain_text(answer))
    doubt = hedge(answer, reference.text)
    if doubt is not None:
        return Decision(Status.INCORRECT, "hedge", f"the answer commits to nothing: {doubt}", *forms)
    if len(wanted) == 1 and len(given) == 1:
        status = Status.CORRECT if wanted == given else Status.INCORRECT
        return Decision(status, "choice.option", "the options are compared", *forms)
    if same_text(reference.text, answer) or (
        option_text(reference.text) and same_text(option_text(reference.text), answer)
    ):
        return Decision(Status.CORRECT, "choice.text", "the option's text is the same", *forms)
    if len(given) > 1:
        return Decision(Status.INCORRECT, "choice.several", "several options are named", *forms)
    return Decision(
        Status.INCORRECT if given else Status.UNPARSED, "choice.option", "no option of the question is named", *forms
    )


def _is_right_text(problem: Problem, reference: Reference, answer: str) -> bool:
    """Whether an answer is the text of the right option to the letter, which no other word in it can then deny."""
    if reference.letter is None or len(answer) == 1:
        return False
    place = ord(reference.letter) - ord("A")
    return place < len(problem.choices) and unwrap(problem.choices[place]).split() == answer.split()


def _names_another_value(problem: Problem, letter: str, rest: str) -> bool:
    """Whether a letter stands beside a number that is not the one of its option: `(D) 140°` where D is 20°."""
    place = ord(letter) - ord("A")
    if place >= len(problem.choices) or not _VALUE_ONLY.fullmatch(rest):
        return False
    values = [read_number(_VALUE_SIGNS.sub("", text).strip()) for text in (problem.choices[place], rest)]
    return None not in values and values[0].value != values[1].value  # type: ignore[union-attr]


def _options(problem: Problem, text: str, letter: str | None) -> set[str]:
    """The letters of the options that `text` names, by letter or by an option's text."""
    if letter is not None:
        rest = option_text(text)
        by_text = _by_text(problem, rest) if rest else set()
        if rest and not by_text and _names_another_value(problem, letter, rest):
            by_text = {rest}
        return {letter} | by_text
    return _by_text(problem, text)


def _by_text(problem: Problem, text: str) -> set[str]:
    same = [k for k, choice in enumerate(problem.choices) if same_text(unwrap(choice), text)]
    return set(map(letter_at, same[:1])) if len(same) == 1 else set()


def decide_text(problem: Problem, reference: Reference, answer: str) -> Decision:
    """Words: the same words, whatever their case, dress and punctuation."""
    forms = (plain_text(reference.text), plain_text(answer))
    if same_text(reference.text, answer):
        return Decision(Status.CORRECT, "text.words", "the same words", *forms)
    if reference.letter is not None and reference.letter == option_letter(answer):
        return Decision(Status.CORRECT, "choice.option", "the same option", *forms)
    if reference.doubt and squeezed(reference.text) == squeezed(answer):
        return Decision(Status.CORRECT, "text.signs", "the same signs in the same order", *forms)
    if same := _said_otherwise(problem, reference, *forms):
        return Decision(Status.CORRECT, *same, *forms)
    if "answer" in answer.casefold() and "answer" not in reference.text.casefold():
        stated = extract_answer(answer, problem).answer
        if stated is not None and same_text(reference.text, stated):
            return Decision(Status.CORRECT, "text.words", "the stated words are the same", forms[0], plain_text(stated))
    return Decision(Status.INCORRECT, "text.words", "the words differ", *forms)


def _said_otherwise(problem: Problem, reference: Reference, wanted: str, given: str) -> tuple[str, str] | None:
    """The rule by which other words say the same, and the reason."""
    if _same_truth(problem, wanted, given):
        return "text.truth", "the same truth in another word"
    if _says_it_of_the_question(problem, wanted, given):
        return "text.question", "the reference in words of the question"
    opening = _OPENING.match(given)
    if (
        opening is not None
        and (opening[1] == wanted or _same_truth(problem, wanted, opening[1]))
        and hedge(given[opening.end() :], _DENIALS if opening[1] in {"no", "false"} else "") is None
    ):
        return "text.opening", "the answer opens with it and gives a reason"
    reasoned = _OPENING.match(wanted)
    if reasoned is not None and _WITH_REASON.fullmatch(reference.text) and given == reasoned.group(1):
        return "text.opening", "the reference opens with it and gives a reason"
    closing = _CLOSING.fullmatch(given)
    if closing is not None and closing.group(1) == wanted and denial(given, wanted) is None:
        return "text.closing", "the sentence comes to it"
    return None


def _same_truth(problem: Problem, reference: str, answer: str) -> bool:
    """Whether an answer affirms or denies a question that is answered by yes or no, as the reference does."""
    truth = _TRUTHS.get(answer.partition(",")[0].strip(" .!"))
    return truth is not None and truth == _TRUTHS.get(reference) and _POLAR.search(problem.question) is not None


def _says_it_of_the_question(problem: Problem, reference: str, answer: str) -> bool:
    """Whether a sentence says the reference and else only words of the question: "It was Ann who won the race".

    A reference that the question names, to be chosen among others, is not looked for.
    """
    if (
        len(answer) > _SENTENCE_CHARS
        or len(reference) < _NAME_CHARS
        or not re.search(rf"\b{re.escape(reference)}\b", answer)
    ):
        return False
    asked = set(_LETTERS.findall(problem.question.casefold()))
    names = set(_LETTERS.findall(reference))
    bare = _APPOSITION.sub(" ", answer).strip(" .!")
    is_placed = _starts_with(bare, reference) is not bool(_ASKS_WHOM.search(problem.question))
    if not is_placed and not re.search(rf"\bby (?:the )?{re.escape(reference)}\Z", bare):
        return False
    said = set(_LETTERS.findall(bare.replace(reference, " ", 1)))
    return not names & asked and bool(said & (asked - _FUNCTION_WORDS | _CALLED)) and said <= asked | _FUNCTION_WORDS


def _starts_with(sentence: str, reference: str) -> bool:
    """Whether the reference is the subject: "Ann beat Bob", "it was Ann who", "it's called the Nile"."""
    return re.match(rf"{_LEAD}{re.escape(reference)}\b", sentence) is not None


def decide_several_options(reference: str, answer: str) -> Decision | None:
    """The options of a question with several right ones, `ABD` or `A, B, D`; None where that is not what is asked."""
    wanted, given = option_letters(reference), option_letters(answer)
    if wanted is not None and given is None and _ONE_OR_OTHER.fullmatch(answer):
        return Decision(Status.INCORRECT, "choice.several", "one option or another is no answer", reference, answer)
    if wanted is None or given is None or not (wanted[1] or (given[1] and len(wanted[0]) > PAIR)):
        return None
    forms = (", ".join(sorted(wanted[0])), ", ".join(sorted(given[0])))
    status = Status.CORRECT if wanted[0] == given[0] else Status.INCORRECT
    return Decision(status, "choice.options", "the options are compared", *forms)


def decide_counted(reference: str, answer: str) -> Decision | None:
    """Places in an order, and quotients with a remainder; None where the two sides are not both of one sort.

    A place may be told by its bare number: `13` for `13th`.
    """
    if not reference[:1].isdigit() and not reference.endswith(_PLACE_ENDS):
        return None
    wanted, given = place_in_order(reference), place_in_order(answer)
    if wanted is not None and given is None and answer.isdecimal():
        given = int(answer)
    sort, left, right = "place", wanted, given
    if wanted is None:
        sort, left, right = "remainder", quotient_and_remainder(reference), quotient_and_remainder(answer)  # type: ignore[assignment]
    if left is not None and right is None and sort == "remainder" and len(_NUMBERS.findall(answer)) == 1:
        return Decision(Status.INCORRECT, "counted.remainder", "the remainder is missing", str(left), answer)
    if left is None or right is None:
        return None
    status = Status.CORRECT if left == right else Status.INCORRECT
    return Decision(status, f"counted.{sort}", "the numbers are compared", str(left), str(right))


_VALUE_ONLY = re.compile(r"[\s$-]*\d[\d.,\s$%°\\^{}()circ-]*")
_VALUE_SIGNS = re.compile(r"[\s$%°]|\\%|\^?\s?\{?\\circ\}?")
_ONE_OR_OTHER = re.compile(r"\(?[A-J]\)?(?:,\s\(?[A-J]\)?){0,8},?\s(?:\\text\{\s?)?or\s?\}?\s?\(?[A-J]\)?")
_NUMBERS = re.compile(r"\d{1,40}")
_PLACE_ENDS = ("th", "st", "nd", "rd", "first", "second", "third")


def decide_moment(reference: Reference, answer: str, policy: Policy) -> Decision:
    """Dates and clock times."""
    wanted = reference.moment
    given = read_moment(answer, expected=wanted.kind if wanted is not None else None)
    if wanted is None or given is None:
        status = Status.CORRECT if same_text(reference.text, answer) else Status.UNPARSED
        return Decision(
            status,
            "moment.text",
            "compared as text, since no date or time is read",
            plain_text(reference.text),
            plain_text(answer),
        )
    loose = policy.missing_half_of_day is Choose.ACCEPT
    status = Status.CORRECT if same_moment(wanted, given, half_may_miss=loose) else Status.INCORRECT
    return Decision(
        status, f"moment.{wanted.kind}", f"the {wanted.kind}s are compared", str(wanted.fields), str(given.fields)
    )

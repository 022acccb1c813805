r"""Finding the final answer in a whole completion.

What is stated last wins, since what comes before it is work: the last `\boxed{}` unless an answer is stated in
words after it, else the last statement ("the answer is …", `#### …`) in any of the languages that models
reason in, else what the last line comes to. Reasoning in `<think>` is not searched at all.

Extraction never makes an answer better than the text: a hedge is returned as it stands or not at all, and
what the text takes back again is no answer.
"""

import re
from typing import NamedTuple

from data.records import Problem
from verifiers.extraction import doubts
from verifiers.extraction.around_box import formula_around, is_plainly_stated, is_withheld
from verifiers.extraction.asked import YES_OR_NO, asks_yes_or_no, is_words, parts_asked
from verifiers.extraction.boxes import Box, find_boxes, joined, last_group
from verifiers.extraction.closing_line import concluded
from verifiers.extraction.next_question import before_next_question
from verifiers.extraction.options import is_choice, named_option
from verifiers.extraction.stated import NO_WORDS, Found, result_after, stated_after
from verifiers.extraction.undressing import (
    last_equivalent,
    narrowed,
    plain_markup,
    result_of_sum,
    undress,
    western_digits,
    with_commas,
    without_per,
)
from verifiers.extraction.unit_after import FORMULA_ENDS, is_quantity, with_unit
from verifiers.extraction.visible import shown_text, visible_text

TAIL_CHARS = 60_000
"""A final answer is looked for in so many characters at the end of a completion."""
_SENTENCE_CHARS = 200
_ANSWER_TAG = re.compile(r"\[(/?)answer\]|<(?P<closing>/?)(?:final(?:_answer)?|result)>", re.IGNORECASE)
_MORE_AFTER = re.compile(
    rf"{FORMULA_ENDS}(\\?%|\\(?:times|cdot)\s*10\s*\^\s*(?:\{{[^{{}}]{{1,9}}\}}|\d)|"
    r"(?:or|oder|ou|或|\\text\s?\{\s?or\s?\})\s?(?:maybe\s+|possibly\s+|perhaps\s+)?[-−$]?\d[\d.,/]*)",
    re.IGNORECASE,
)
_SHORT_END = 15
"""What is left of a text behind its box, if it states nothing more."""
_ASKED = re.compile(r"[$ \t)*]{0,4}\?")
"""Behind a box, what makes it a question."""
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_BARE_NUMBER = re.compile(r"[\s:,]*[$€£]?[-−]?\d[\d.,]*(?:/\d+)?\s?%?[\s.]*")
_PUTS_RIGHT = re.compile(
    r"\b(?:correct(?:ion|ed)|edit|update|errat(?:um|a)|amended|fixed|or rather|i mean|oops|sorry|"
    r"(?:strike|scratch) that)\b",
    re.IGNORECASE,
)
"""Behind these words a number takes the place of the one before: "Correction: 58", and not "or maybe 58"."""
_UNFINISHED_BOX = re.compile(r"\\(?:boxed|fbox)\b")
_SAYS_ANOTHER = re.compile(
    r"(?:\A|[.!:;,]\s+|\n)\W*(?:so|thus|hence|therefore|then)?,?\s*(?:it|this|the (?:correct )?(?:value|result|"
    r"number|total))(?:['’]s|\s+(?:is|should be|must be))\s[^.\n]{0,60}[.\s$*]*\Z",
    re.IGNORECASE,
)
"""The last sentence of a text that corrects itself: "It is 17"."""
_CONFIRMED = re.compile(r"(?:[✓✔✅]|\b(?:yes|correct|right|confirmed|matches|checks out|works)\b)\W*\Z", re.IGNORECASE)


class Extraction(NamedTuple):
    """What was found, and how."""

    answer: str | None
    """The final answer as it stands in the text, without what only dresses it; None when there is none."""
    method: str
    """`box`, `hash`, `tag`, `phrase`, `heading`, `option`, `line`, or `none`."""
    reason: str
    """One sentence for people."""


def extract_answer(text: str, problem: Problem) -> Extraction:
    r"""Return the final answer that a completion gives to `problem`.

    >>> problem = Problem(question="1 + 2?", reference="3")
    >>> extract_answer(r"First \boxed{5}, but that is wrong: it is \boxed{3}.", problem).answer
    '3'
    """
    marked = before_next_question(shown_text(visible_text(text)[-TAIL_CHARS:]), problem)
    if not marked.strip():
        return Extraction(
            None, "none", "nothing is said outside the reasoning" if text.strip() else "the text is empty"
        )
    if "!" in marked and "**!" in marked:  # an exclamation behind bold type is no factorial
        marked = marked.replace("**!", "**.")
    visible = plain_markup(_ANSWER_TAG.sub(r"<\1\g<closing>answer>", marked) if _may_hold_tags(marked) else marked)
    box = _last_box(visible, problem)
    found = stated_after(visible, box.end if box else 0, problem, only_values=box is not None)
    if found is None and box is not None:
        found = result_after(visible, box.end) if len(visible) - box.end > _SHORT_END else None
        found = found or box
    if (found is None or (box is None and "box" in found.statement)) and find_boxes(visible):
        return Extraction(None, "none", "what is boxed is denied")
    if found is None:
        statement, reason = concluded(marked, problem)
        answer = None if statement is None else _presented(statement, problem)
        return Extraction(answer or None, "line" if answer else "none", reason)
    back = doubts.TAKEN_BACK.match(visible, found.end) if visible[found.end :].strip(NO_WORDS) else None
    if back and not _is_confirmed(visible[back.end() :], found.statement):
        return _after_taking_back(back[0], visible[back.end() :], problem)
    if found.statement[-1:] == "*" and found.method == "box" and found.statement.count("*") % 2:
        return Extraction(None, "none", "what is boxed is a pattern")  # `5.*`
    answer = _presented(_inner_box(found.statement, problem), problem)
    if not answer:
        return Extraction(None, "none", "the statement of the answer is empty")
    return Extraction(answer, found.method, f"the last answer stated ({found.method})")


def _may_hold_tags(text: str) -> bool:
    return ("[" in text and "[/" in text) or ("<" in text and "</" in text)


def _is_confirmed(rest: str, statement: str) -> bool:
    """Say whether what begins as doubt comes to the same answer: "Wait, let me check: 25 * 3 = 75. Yes."."""
    value = _PLAIN_NUMBER.search(statement)
    confirmed = _CONFIRMED.search(rest[-40:]) if value and len(rest) < _SENTENCE_CHARS else None
    return bool(confirmed and value and re.search(rf"(?<![\d.]){re.escape(value[0])}(?![\d.])", rest)) and not (
        doubts.DOUBTED.search(rest)
    )


def _after_taking_back(taken_back: str, rest: str, problem: Problem) -> Extraction:
    """What a text comes to after the words that took its answer back, if it says so; most only go on searching."""
    reason = "the answer is taken back and no other is given"
    if _BARE_NUMBER.fullmatch(rest) and _PUTS_RIGHT.search(taken_back):
        return Extraction(_presented(rest.strip(" :"), problem), "line", "the number put in place of another")
    if not _SAYS_ANOTHER.search(rest[-200:]):
        return Extraction(None, "none", reason)
    statement, _ = concluded(rest, problem)
    answer = None if statement is None else _presented(statement, problem)
    return (
        Extraction(answer, "line", "what follows an answer that is taken back")
        if answer
        else Extraction(None, "none", reason)
    )


def _last_box(text: str, problem: Problem) -> Found | None:
    """Return the last group of boxes that the text does not deny."""
    boxes = find_boxes(text)
    if len(boxes) > 1 and len(boxes) == parts_asked(problem.reference):
        return Found(", ".join(box.content for box in boxes), "box", boxes[-1].end)
    while boxes:
        group = last_group(text, boxes)
        start, end = group[0].start, group[-1].end
        if len(group) == 1 and is_plainly_stated(text, start, end):
            return Found(group[0].content, "box", end)
        if not (doubts.denied(text, start) or _ASKED.match(text, end) or is_withheld(text, start, end)):
            statement = joined(text, group) if len(group) > 1 else _with_rest(text, group[0], problem)
            return Found(statement, "box", end)
        boxes = boxes[: -len(group)]
    return None


def _inner_box(statement: str, problem: Problem) -> str:
    r"""Return what is boxed inside a statement that frames more than the answer: `<answer>So \boxed{5}</answer>`."""
    inner = _last_box(statement, problem) if "box" in statement else None
    return inner.statement if inner else statement


def _with_rest(text: str, box: Box, problem: Problem) -> str:
    """Return a box's content with what belongs to it but stands outside: its unit, a percent sign, "or 6"."""
    if more := _MORE_AFTER.match(text, box.end):
        return f"{box.content} {more.group(1)}"
    if formula := formula_around(text, box):
        return formula
    return with_unit(box.content, text, box.end, problem)


def _presented(statement: str, problem: Problem) -> str:
    """Return the answer in a statement, without what only dresses it and in digits that every rule can read."""
    if _PLAIN_NUMBER.fullmatch(statement) and not is_choice(problem):
        return statement
    answer = western_digits(undress(last_equivalent(statement, problem) if "\\" in statement else statement))
    if _UNFINISHED_BOX.search(answer) or doubts.QUOTED.search(answer) or doubts.SET_ASIDE.search(answer):
        return ""
    if is_choice(problem):
        return named_option(answer, problem)
    if is_words(problem.reference):
        yes_or_no = YES_OR_NO.match(answer) if asks_yes_or_no(problem) else None
        return yes_or_no[1] if yes_or_no else answer
    if " per " in answer or " each " in answer or answer.endswith(" each"):
        answer = without_per(answer, problem)
    return result_of_sum(undress(narrowed(with_commas(answer), keep_rest=is_quantity(problem))), problem)

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
from verifiers.extraction import doubts, phrases
from verifiers.extraction.around_box import formula_around, is_plainly_stated, is_withheld
from verifiers.extraction.asked import YES_OR_NO, asks_yes_or_no, is_words, parts_asked
from verifiers.extraction.boxes import Box, find_boxes, joined, last_group
from verifiers.extraction.clipping import clip
from verifiers.extraction.closing_line import concluded
from verifiers.extraction.options import is_choice, named_option
from verifiers.extraction.other_tongues import left_open
from verifiers.extraction.several_cases import is_one_case
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
_NO_WORDS = " \t$.,;:!)]}*\\"
_HASH = re.compile(r"(?m)^[ \t>*]{0,8}#{4,}(?!#)")
_HASH_IN_LINE = re.compile(r"(?<=[\s.!?)\]}*$])#{4}(?!#)[ \t]*(?=[^\s#])")
"""`Thus, she has 5 books. #### 5`: the mark at the end of the last sentence instead of a line of its own."""
_SECTION = re.compile(
    r"(?:step|part|case|solution|explanation|calculat|conclusion|analysis|given|find)\b|\d+[.)]\s+[A-Z]|\Z",
    re.IGNORECASE,
)
"""What makes a line of `####` the heading of a section rather than an answer."""
_NEXT_QUESTION = re.compile(
    r"\n(?=[ \t#*EHIPQUehipqu\\])[ \t#*]{0,8}+(?=[EHIPQUehipqu\\])"  # most lines begin with something else
    r"(?i:(?:Question|Problem|Q|Human|User|Instruction)(?: \d{1,4})?(?:\*\*)?[ ]?:|"
    r"(?:\\textbf\{)?(?:Question|Problem|Exercise) \d{1,4}(?:\.|\s*\n))"
)
_ANSWERED = re.compile(r"\n[ \t#*]{0,8}(?:Answer|Solution|Response|A)\b")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_BARE_START = re.compile(r"\s*[^A-Za-z\n]{1,40}\s*|[\s\S]{0,2000}(?:\A|\n)A:[^\n]{1,200}\s*")
"""A text before another question that is nothing but a value, or ends in the `A:` of a question."""
_USUAL_LINE = re.compile(
    r"(?:#### ?|(?:(?:So|Thus|Hence|Therefore),? )?[Tt]he (?:final |correct )?answer is:? )(-?[0-9]+(?:\.[0-9]+)?)\.?"
)
"""The last line of most texts without a box, with a number that needs no further reading."""
_JUDGED = re.compile(
    r"(?:indeed |also |therefore )?(?:correct|right|verified|confirmed|reasonable)[\s.!*]*", re.IGNORECASE
)
"""`This answer is correct` states no answer."""
_BARE_ANSWER = re.compile(r"A: [$€£]?[-−]?\d[\d.,/]*\s?\\?%?[$\s]*")
"""`A: 50`, the last line of a text that works below a question."""
_ANSWER_TAG = re.compile(r"\[(/?)answer\]|<(?P<closing>/?)(?:final(?:_answer)?|result)>", re.IGNORECASE)
_VALUE = re.compile(r"[\d$\\∞π√]|\b[a-z]\s*=|\A\W*[A-J]\W*\Z")
_MORE_AFTER = re.compile(
    rf"{FORMULA_ENDS}(\\?%|\\(?:times|cdot)\s*10\s*\^\s*(?:\{{[^{{}}]{{1,9}}\}}|\d)|"
    r"(?:or|oder|ou|或|\\text\s?\{\s?or\s?\})\s?(?:maybe\s+|possibly\s+|perhaps\s+)?[-−$]?\d[\d.,/]*)",
    re.IGNORECASE,
)
_RESULT_STATED = re.compile(
    r"\b(?:final|correct|corrected|right|true|actual) (?:result|value|solution|total|number|sum|count)\b"
    r"(?:\*\*)?(?:\s+(?:is|equals|should be|must be)\b|\s*:)",
    re.IGNORECASE,
)
_END_CHARS = 600
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
_EXCLAIMED = re.compile(r"[$\\(]*(?:1[3-9]|[2-9]\d|\d{3,})[$\\)]*!")
"""A number that nobody takes the factorial of without writing it so in the reference."""
_UNFINISHED_BOX = re.compile(r"\\(?:boxed|fbox)\b")
_SAYS_ANOTHER = re.compile(
    r"(?:\A|[.!:;,]\s+|\n)\W*(?:so|thus|hence|therefore|then)?,?\s*(?:it|this|the (?:correct )?(?:value|result|"
    r"number|total))(?:['’]s|\s+(?:is|should be|must be))\s[^.\n]{0,60}[.\s$*]*\Z",
    re.IGNORECASE,
)
"""The last sentence of a text that corrects itself: "It is 17"."""
_CONFIRMED = re.compile(r"(?:[✓✔✅]|\b(?:yes|correct|right|confirmed|matches|checks out|works)\b)\W*\Z", re.IGNORECASE)
_IN_JSON = re.compile(r'"(?:final_?)?(?:answer|result)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[^\s,}"]*)', re.IGNORECASE)
_SUBJECT_BEFORE = re.compile(r"(?:\A|[.,;:]\s+|。\s*)(?:so|thus|therefore|hence|and|then)?[,\s]*", re.IGNORECASE)


class Extraction(NamedTuple):
    """What was found, and how."""

    answer: str | None
    """The final answer as it stands in the text, without what only dresses it; None when there is none."""
    method: str
    """`box`, `hash`, `tag`, `phrase`, `heading`, `option`, `line`, or `none`."""
    reason: str
    """One sentence for people."""


class _Found(NamedTuple):
    statement: str
    method: str
    end: int
    """Where the statement ends in the text that was searched."""


def extract_answer(text: str, problem: Problem) -> Extraction:
    r"""Return the final answer that a completion gives to `problem`.

    >>> problem = Problem(question="1 + 2?", reference="3")
    >>> extract_answer(r"First \boxed{5}, but that is wrong: it is \boxed{3}.", problem).answer
    '3'
    """
    marked = _first_turn(shown_text(visible_text(text)[-TAIL_CHARS:]), problem)
    if not marked.strip():
        return Extraction(
            None, "none", "nothing is said outside the reasoning" if text.strip() else "the text is empty"
        )
    if "!" in marked and "**!" in marked:  # an exclamation behind bold type is no factorial
        marked = marked.replace("**!", "**.")
    visible = plain_markup(_ANSWER_TAG.sub(r"<\1\g<closing>answer>", marked) if _may_hold_tags(marked) else marked)
    box = _last_box(visible, problem)
    found = _stated_after(visible, box.end if box else 0, problem, only_values=box is not None)
    if found is None and box is not None:
        found = _result_after(visible, box.end) if len(visible) - box.end > _SHORT_END else None
        found = found or box
    if (found is None or (box is None and "box" in found.statement)) and find_boxes(visible):
        return Extraction(None, "none", "what is boxed is denied")
    if found is None:
        statement, reason = concluded(marked, problem)
        answer = None if statement is None else _presented(statement, problem)
        return Extraction(answer or None, "line" if answer else "none", reason)
    back = doubts.TAKEN_BACK.match(visible, found.end) if visible[found.end :].strip(_NO_WORDS) else None
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


def _first_turn(visible: str, problem: Problem) -> str:
    """Cut off another question that the model went on to ask itself after answering."""
    match = _NEXT_QUESTION.search(visible)
    for _ in range(3):
        if match is None:
            return visible
        before = visible[: match.start()]
        if (
            "boxed" in before
            or _HASH.search(before)
            or phrases.STATED.search(before[-2000:])
            or _BARE_START.fullmatch(before[-2000:])
            or _asks_another(visible[match.end() : match.end() + 2000], before, problem)
        ):
            return before
        match = _NEXT_QUESTION.search(visible, match.end())
    return visible


def _asks_another(behind: str, before: str, problem: Problem) -> bool:
    """Whether a text that came to a value asks and answers another question than that of the problem."""
    asked, _, answered = behind.partition("\n")
    asked = asked.strip() or answered.strip().partition("\n")[0]
    given = set(_NUMBERS.findall(problem.question))
    is_another = bool(set(_NUMBERS.findall(asked)) - given) and asked.rstrip(" *").endswith(("?", "."))
    return is_another and bool(_ANSWERED.search(behind)) and concluded(before, problem)[0] is not None


def _last_box(text: str, problem: Problem) -> _Found | None:
    """Return the last group of boxes that the text does not deny."""
    boxes = find_boxes(text)
    if len(boxes) > 1 and len(boxes) == parts_asked(problem.reference):
        return _Found(", ".join(box.content for box in boxes), "box", boxes[-1].end)
    while boxes:
        group = last_group(text, boxes)
        start, end = group[0].start, group[-1].end
        if len(group) == 1 and is_plainly_stated(text, start, end):
            return _Found(group[0].content, "box", end)
        if not (doubts.denied(text, start) or _ASKED.match(text, end) or is_withheld(text, start, end)):
            statement = joined(text, group) if len(group) > 1 else _with_rest(text, group[0], problem)
            return _Found(statement, "box", end)
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


def _stated_after(text: str, start: int, problem: Problem, *, only_values: bool) -> _Found | None:
    """Return the last statement of an answer from `start` on; lines are read from the last to the first.

    After a box only a statement with a value in it counts: "this answer is reasonable" is none.
    """
    end = len(text)
    while end > start:
        begin = max(start, text.rfind("\n", start, end) + 1)
        found = _stated_as_usual(text, begin, end)
        if found is None and text[begin:end].strip(_NO_WORDS):
            found = _stated_in_line(text, begin, end, problem)
        if found and (not only_values or _VALUE.search(found.statement)):
            return found
        end = begin - 1
    return None


def _result_after(text: str, start: int) -> _Found | None:
    """The last result that is called the final or correct one after a box, and so takes its place."""
    found = list(_RESULT_STATED.finditer(text, max(start, len(text) - _END_CHARS)))
    if not found or doubts.is_hypothetical(text, found[-1].start()):
        return None
    statement, stop = clip(text, found[-1].end())
    return _Found(statement, "phrase", stop) if _VALUE.search(statement) else None


def _stated_as_usual(text: str, begin: int, end: int) -> _Found | None:
    line = _USUAL_LINE.fullmatch(text, begin, end)
    if line is None or is_one_case(text, text.find("answer", begin)):
        return None
    return _Found(line[1], "hash" if text[begin] == "#" else "phrase", line.end(1))


def _stated_in_line(text: str, begin: int, end: int, problem: Problem) -> _Found | None:
    line = text[begin:end]
    lowered = line.lower()
    if "<" in line and "</answer" in lowered:
        return _tagged(text, begin + lowered.rfind("</answer"))
    if "<" in line and "<answer>" in lowered:  # many runs stop at the closing tag, and leave it out
        return _Found(text[begin + lowered.rfind("<answer>") + len("<answer>") : len(text)], "tag", len(text))
    if '"' in line and ("answer" in lowered or _is_result(line)) and (named := list(_IN_JSON.finditer(line))):
        return _Found(_from_json(named[-1][1]), "tag", begin + named[-1].end())
    if (line.startswith("A: ") or "####" in line) and (found := _behind_mark(text, begin, line, problem)):
        return found
    if phrases.hints_at_answer(lowered):
        if text[end:].strip() and phrases.HEADING.fullmatch(line):
            statement, stop = clip(text, end)
            return _Found(statement, "heading", stop)
        if found := _stated_in_words(text, begin, line, phrases.stated_in(lowered), problem):
            return found
    if "####" in line and (hashes := _HASH.match(line)):
        statement, stop = clip(text, begin + hashes.end())
        statement = statement.rstrip(" #")
        if not _SECTION.match(statement):
            return _Found(statement, "hash", stop)
    return None


def _is_result(line: str) -> bool:
    """Whether a line is JSON with a result: `{"steps": 2, "result": 5}`."""
    return '"result"' in line and line.lstrip()[:1] in {"{", '"'}


def _behind_mark(text: str, begin: int, line: str, problem: Problem) -> _Found | None:
    """What stands behind `####` at the end of a line that says something else before, or behind `A:` in the last."""
    if line.startswith("A: ") and _BARE_ANSWER.fullmatch(line):
        end = begin + len(line)
        return None if is_choice(problem) or text[end:].strip() else _Found(line[3:], "phrase", end)
    marks = list(_HASH_IN_LINE.finditer(line))
    if not marks or not line[: marks[-1].start()].strip(" \t>*") or doubts.denied(line, marks[-1].start()):
        return None
    statement, stop = clip(text, begin + marks[-1].end())
    return _Found(statement, "hash", stop) if _VALUE.search(statement) else None


def _tagged(text: str, closing: int) -> _Found | None:
    opening = text.lower().rfind("<answer>", 0, closing)
    if opening < 0:
        return None
    return _Found(text[opening + len("<answer>") : closing], "tag", min(len(text), closing + len("</answer>")))


def _from_json(value: str) -> str:
    """A value of JSON as text: without its quotes and doubled backslashes."""
    return value[1:-1].replace("\\\\", "\\").replace('\\"', '"') if value.startswith('"') else value.strip()


def _stated_in_words(text: str, begin: int, line: str, stated: re.Pattern[str], problem: Problem) -> _Found | None:
    """Return the last statement of the line that is neither hypothetical nor somebody else's."""
    starts = [match.span() for match in stated.finditer(line)]
    is_english = stated is phrases.STATED_IN_ENGLISH
    if at_start := phrases.AT_LINE_START.match(line):
        starts.insert(0, at_start.span())
    if is_choice(problem):
        starts = sorted(starts + _options_chosen(line))
    for noun, joint in reversed(starts[-50:]):
        statement, stop = clip(text, begin + joint)
        if _JUDGED.fullmatch(statement) and statement.strip(" .*!").lower() not in problem.reference.lower():
            continue
        if doubts.OPTION_REFUSED.match(statement) and is_choice(problem):
            continue
        if statement.startswith("}") and "{" in line[:noun]:  # `\text{The answer is }5`
            statement = statement[1:]
        if statement.endswith("!") and line[:joint].rstrip()[-1:].isalpha():
            statement = _without_exclamation(statement, problem)
        statement = _with_option_text(statement, text, stop, problem)
        if (
            not statement
            or doubts.is_hypothetical(line, noun)
            or doubts.OF_ANOTHER_QUESTION.search(line, noun, joint)
            or is_one_case(text, begin + noun)
        ):
            continue
        if not is_english and _is_left_open(line, noun, stop - begin, problem):
            continue
        return _Found(statement, "phrase", stop)
    return _said_to_be_the_answer(line, begin)


def _options_chosen(line: str) -> list[tuple[int, int]]:
    """Where a line chooses an option, unless others do: "some would choose B"."""
    return [
        match.span()
        for match in phrases.CHOICE_STATED.finditer(line)
        if not doubts.CHOSEN_BY_OTHERS.search(line, max(0, match.start() - 40), match.start())
    ]


def _said_to_be_the_answer(line: str, begin: int) -> _Found | None:
    """`so 5 is our answer`; "…, which is the answer" says it of what comes before."""
    after = phrases.IS_THE_ANSWER.search(line)
    if after is None or line[: after.start()].rstrip().endswith(("which", "that")):
        return None
    subject = _SUBJECT_BEFORE.split(line[: after.start()])[-1]
    return _Found(subject, "phrase", begin + after.end()) if _VALUE.search(subject.strip(" $*")) else None


def _without_exclamation(statement: str, problem: Problem) -> str:
    """`the answer is 58!` as 58, where no factorial is asked for."""
    return statement[:-1] if _EXCLAIMED.fullmatch(statement) and "!" not in problem.reference else statement


def _is_left_open(line: str, noun: int, end: int, problem: Problem) -> bool:
    """Say whether a sentence in another language than English supposes, doubts or reports the answer that it states."""
    start = max(noun - _SENTENCE_CHARS, *(line.rfind(mark, 0, noun) + 1 for mark in ".。!！?？;；"))
    word = left_open(line[start:end])
    return word is not None and word not in problem.reference.casefold()


def _with_option_text(statement: str, text: str, stop: int, problem: Problem) -> str:
    """Return the letter of an option with the text behind its point: `B. Rome` claims both."""
    if not problem.choices or len(statement.strip("*( )")) != 1:
        return statement
    rest = text[stop:].partition("\n")[0].strip(" .*")
    return f"{statement}. {rest}" if rest.casefold() in {choice.casefold() for choice in problem.choices} else statement


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

"""Answers that a text states: behind `####`, in a tag, in JSON, under a heading, or in words; the last one counts."""

import re
from typing import NamedTuple

from data.records import Problem
from verifiers.extraction import doubts, phrases
from verifiers.extraction.clipping import clip
from verifiers.extraction.options import is_choice
from verifiers.extraction.other_tongues import left_open
from verifiers.extraction.several_cases import is_one_case

_SENTENCE_CHARS = 200
NO_WORDS = " \t$.,;:!)]}*\\"
"""What a line holds that states nothing."""
HASH = re.compile(r"(?m)^[ \t>*]{0,8}#{4,}(?!#)")
"""The mark of an answer on a line of its own."""
_HASH_IN_LINE = re.compile(r"(?<=[\s.!?)\]}*$])#{4}(?!#)[ \t]*(?=[^\s#])")
"""`Thus, she has 5 books. #### 5`: the mark at the end of the last sentence instead of a line of its own."""
_SECTION = re.compile(
    r"(?:step|part|case|solution|explanation|calculat|conclusion|analysis|given|find)\b|\d+[.)]\s+[A-Z]|\Z",
    re.IGNORECASE,
)
"""What makes a line of `####` the heading of a section rather than an answer."""
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
_VALUE = re.compile(r"[\d$\\∞π√]|\b[a-z]\s*=|\A\W*[A-J]\W*\Z")
_RESULT_STATED = re.compile(
    r"\b(?:final|correct|corrected|right|true|actual) (?:result|value|solution|total|number|sum|count)\b"
    r"(?:\*\*)?(?:\s+(?:is|equals|should be|must be)\b|\s*:)",
    re.IGNORECASE,
)
_END_CHARS = 600
_EXCLAIMED = re.compile(r"[$\\(]*(?:1[3-9]|[2-9]\d|\d{3,})[$\\)]*!")
"""A number that nobody takes the factorial of without writing it so in the reference."""
_IN_JSON = re.compile(r'"(?:final_?)?(?:answer|result)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[^\s,}"]*)', re.IGNORECASE)
_SUBJECT_BEFORE = re.compile(r"(?:\A|[.,;:]\s+|。\s*)(?:so|thus|therefore|hence|and|then)?[,\s]*", re.IGNORECASE)


class Found(NamedTuple):
    """A statement of an answer, and how it was found."""

    statement: str
    method: str
    end: int
    """Where the statement ends in the text that was searched."""


def stated_after(text: str, start: int, problem: Problem, *, only_values: bool) -> Found | None:
    """Return the last statement of an answer from `start` on; lines are read from the last to the first.

    After a box only a statement with a value in it counts: "this answer is reasonable" is none.
    """
    end = len(text)
    while end > start:
        begin = max(start, text.rfind("\n", start, end) + 1)
        found = _stated_as_usual(text, begin, end)
        if found is None and text[begin:end].strip(NO_WORDS):
            found = _stated_in_line(text, begin, end, problem)
        if found and (not only_values or _VALUE.search(found.statement)):
            return found
        end = begin - 1
    return None


def result_after(text: str, start: int) -> Found | None:
    """The last result that is called the final or correct one after a box, and so takes its place."""
    found = list(_RESULT_STATED.finditer(text, max(start, len(text) - _END_CHARS)))
    if not found or doubts.is_hypothetical(text, found[-1].start()):
        return None
    statement, stop = clip(text, found[-1].end())
    return Found(statement, "phrase", stop) if _VALUE.search(statement) else None


def _stated_as_usual(text: str, begin: int, end: int) -> Found | None:
    line = _USUAL_LINE.fullmatch(text, begin, end)
    if line is None or is_one_case(text, text.find("answer", begin)):
        return None
    return Found(line[1], "hash" if text[begin] == "#" else "phrase", line.end(1))


def _stated_in_line(text: str, begin: int, end: int, problem: Problem) -> Found | None:
    line = text[begin:end]
    lowered = line.lower()
    if "<" in line and "</answer" in lowered:
        return _tagged(text, begin + lowered.rfind("</answer"))
    if "<" in line and "<answer>" in lowered:  # many runs stop at the closing tag, and leave it out
        return Found(text[begin + lowered.rfind("<answer>") + len("<answer>") : len(text)], "tag", len(text))
    if '"' in line and ("answer" in lowered or _is_result(line)) and (named := list(_IN_JSON.finditer(line))):
        return Found(_from_json(named[-1][1]), "tag", begin + named[-1].end())
    if (line.startswith("A: ") or "####" in line) and (found := _behind_mark(text, begin, line, problem)):
        return found
    if phrases.hints_at_answer(lowered):
        if text[end:].strip() and phrases.HEADING.fullmatch(line):
            statement, stop = clip(text, end)
            return Found(statement, "heading", stop)
        if found := _stated_in_words(text, begin, line, phrases.stated_in(lowered), problem):
            return found
    if "####" in line and (hashes := HASH.match(line)):
        statement, stop = clip(text, begin + hashes.end())
        statement = statement.rstrip(" #")
        if not _SECTION.match(statement):
            return Found(statement, "hash", stop)
    return None


def _is_result(line: str) -> bool:
    """Whether a line is JSON with a result: `{"steps": 2, "result": 5}`."""
    return '"result"' in line and line.lstrip()[:1] in {"{", '"'}


def _behind_mark(text: str, begin: int, line: str, problem: Problem) -> Found | None:
    """What stands behind `####` at the end of a line that says something else before, or behind `A:` in the last."""
    if line.startswith("A: ") and _BARE_ANSWER.fullmatch(line):
        end = begin + len(line)
        return None if is_choice(problem) or text[end:].strip() else Found(line[3:], "phrase", end)
    marks = list(_HASH_IN_LINE.finditer(line))
    if not marks or not line[: marks[-1].start()].strip(" \t>*") or doubts.denied(line, marks[-1].start()):
        return None
    statement, stop = clip(text, begin + marks[-1].end())
    return Found(statement, "hash", stop) if _VALUE.search(statement) else None


def _tagged(text: str, closing: int) -> Found | None:
    opening = text.lower().rfind("<answer>", 0, closing)
    if opening < 0:
        return None
    return Found(text[opening + len("<answer>") : closing], "tag", min(len(text), closing + len("</answer>")))


def _from_json(value: str) -> str:
    """A value of JSON as text: without its quotes and doubled backslashes."""
    return value[1:-1].replace("\\\\", "\\").replace('\\"', '"') if value.startswith('"') else value.strip()


def _stated_in_words(text: str, begin: int, line: str, stated: re.Pattern[str], problem: Problem) -> Found | None:
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
        return Found(statement, "phrase", stop)
    return _said_to_be_the_answer(line, begin)


def _options_chosen(line: str) -> list[tuple[int, int]]:
    """Where a line chooses an option, unless others do: "some would choose B"."""
    return [
        match.span()
        for match in phrases.CHOICE_STATED.finditer(line)
        if not doubts.CHOSEN_BY_OTHERS.search(line, max(0, match.start() - 40), match.start())
    ]


def _said_to_be_the_answer(line: str, begin: int) -> Found | None:
    """`so 5 is our answer`; "…, which is the answer" says it of what comes before."""
    after = phrases.IS_THE_ANSWER.search(line)
    if after is None or line[: after.start()].rstrip().endswith(("which", "that")):
        return None
    subject = _SUBJECT_BEFORE.split(line[: after.start()])[-1]
    return Found(subject, "phrase", begin + after.end()) if _VALUE.search(subject.strip(" $*")) else None


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

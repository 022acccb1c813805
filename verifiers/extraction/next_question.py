"""Where a model that has answered goes on to ask itself another question."""

import re

from data.records import Problem
from verifiers.extraction import phrases
from verifiers.extraction.closing_line import concluded
from verifiers.extraction.stated import HASH

_NEXT_QUESTION = re.compile(
    r"\n(?=[ \t#*EHIPQUehipqu\\])[ \t#*]{0,8}+(?=[EHIPQUehipqu\\])"  # most lines begin with something else
    r"(?i:(?:Question|Problem|Q|Human|User|Instruction)(?: \d{1,4})?(?:\*\*)?[ ]?:|"
    r"(?:\\textbf\{)?(?:Question|Problem|Exercise) \d{1,4}(?:\.|\s*\n))"
)
_ANSWERED = re.compile(r"\n[ \t#*]{0,8}(?:Answer|Solution|Response|A)\b")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_BARE_START = re.compile(r"\s*[^A-Za-z\n]{1,40}\s*|[\s\S]{0,2000}(?:\A|\n)A:[^\n]{1,200}\s*")
"""A text before another question that is nothing but a value, or ends in the `A:` of a question."""


def before_next_question(visible: str, problem: Problem) -> str:
    """Cut off another question that the model went on to ask itself after answering."""
    match = _NEXT_QUESTION.search(visible)
    for _ in range(3):
        if match is None:
            return visible
        before = visible[: match.start()]
        if (
            "boxed" in before
            or HASH.search(before)
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

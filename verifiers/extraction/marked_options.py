"""Options that a text goes through: ticked and crossed, denied but for one, told apart from the chosen one."""

import re

from data.records import Problem
from verifiers.extraction.options import letter_at

_TICKS, _CROSSES = "✓✔✅☑", "✗✘❌✖☒"
_MARKED = re.compile(rf"(?<![A-Za-z])\(?([A-J])\b[^\n{_TICKS}{_CROSSES}]{{0,120}}([{_TICKS}{_CROSSES}])")
_LETTERS = r"\(?[A-J]\)?(?:,?\s(?:and|or|&)\s\(?[A-J]\)?|,\s\(?[A-J]\)?){0,8}"
_ALL_DENIED = re.compile(
    rf"(?:\A|[.!\n]\s*)\W*(?:so,?\s)?(?:options?\s|choices?\s)?({_LETTERS})\s(?:are|is)\s(?:all\s|both\s|clearly\s)?"
    r"(?:incorrect|wrong|false|impossible|ruled out|eliminated|not (?:correct|right|possible|the answer))[.!\s]*\Z",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    r"(?:\A|[.!?]\s+|\n)\W*(?:so\s|thus,?\s|therefore,?\s)?(?:it|that|this|my (?:answer|choice)|i['’]d (?:say|pick|"
    r"choose)|"
    r"i (?:choose|pick))(?:['’]s|\s(?:is|must be|would be))?\s(?:option\s)?\(?([A-J])\)?\s?(?=[.,:;!–—-])",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(r"\W*(?:option\s)?\(?([A-J])\)?\s(?:is|are|has|have|means?|stands?|would|cannot|can['’]t)\b")
_CHANGES_MIND = re.compile(
    r"\b(?:correct|right|better|best|true|instead|actually|but|however|wait|maybe|perhaps|also|too|"
    r"likely|chang\w*|minds?|convinc\w*|my|me|i)\b",
    re.IGNORECASE,
)
_POINTED = re.compile(r"(?m)^\W*([A-J])\b[^\n]{0,120}?(?:←|⬅|<--?)([^\n]*)$")
_CHANGES_MIND_OR_DENIES = re.compile(
    r"\b(?:not|wrong|incorrect|false|no|trap|distractor|mistake|thought|guess|first|initial\w*|tempting|maybe|"
    r"perhaps|close|i)\b|"
    r"n['’]t",
    re.IGNORECASE,
)
_NOT_EACH = re.compile(r"\W*(?:not\s\(?[A-J]\)?[,;.]?\s?(?:and\s|nor\s)?){2,9}\W*", re.IGNORECASE)
_END_CHARS = 1_500


def marked_option(text: str, problem: Problem) -> str | None:
    r"""The letter of the one option that a text leaves, where its last line ticks, denies or discusses options.

    >>> problem = Problem(question="?", reference="C", choices=("Oslo", "Rome", "Bern"))
    >>> marked_option("A. Oslo ✗\nB. Rome ✗\nC. Bern ✓", problem), marked_option("A and B are wrong.", problem)
    ('C', 'C')
    >>> marked_option("It is C. A is in Norway.", problem)
    'C'
    """
    end = text[-_END_CHARS:].rstrip()
    last = end.rpartition("\n")[2]
    if not last.isascii() and _MARKED.search(last):
        return _ticked(end)
    if (arrows := list(_POINTED.finditer(end))) and "\n" in end:
        return arrows[0][1] if len(arrows) == 1 and not _CHANGES_MIND_OR_DENIES.search(arrows[0][2]) else None
    if problem.choices and _NOT_EACH.fullmatch(last):
        left = _letters(problem) - set(re.findall(r"\b[A-J]\b", last))
        return left.pop() if len(left) == 1 else None
    sentence = re.split(r"(?<=[.!?])\s+", last)[-1]
    if (denied := _ALL_DENIED.search(last)) and problem.choices:
        left = _letters(problem) - set(re.findall(r"\b[A-J]\b", denied[1]))
        return left.pop() if len(left) == 1 else None
    chosen = {match[1] for match in _CHOSEN.finditer(end)}
    other = _OF_ANOTHER.match(sentence)
    is_told_apart = other and len(chosen) == 1 and other[1] not in chosen and not _CHANGES_MIND.search(sentence)
    return chosen.pop() if is_told_apart else None


def _letters(problem: Problem) -> set[str]:
    return set(map(letter_at, range(len(problem.choices))))


def _ticked(text: str) -> str | None:
    """The one letter with a tick, where all others have crosses."""
    marks = {match[1]: match[2] for match in _MARKED.finditer(text)}
    ticked = [letter for letter, mark in marks.items() if mark in _TICKS]
    return ticked[0] if len(ticked) == 1 and len(marks) > 1 else None

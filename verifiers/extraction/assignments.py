"""Several values that the end of a text gives to letters: `x = 2 and x = -5` is a list, and none of its members."""

import re
from itertools import pairwise

_ASSIGNED = re.compile(
    r"\$?(?<![\w\\^}])([A-Za-z](?:_\{?\w\}?|[₀-₉])?)(?:\s?=\s?|\s(?:is|equals)\s)"
    r"([-−]?(?:\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+)?|\\[dt]?frac\{-?\d+\}\{\d+\}))\$?(?![\w^]|\s?[-+*/=^(±])"
)
_INDEXED = re.compile(r"([A-Za-z])(?:_\{?\w\}?|[₀-₉])\s?=\s?")
_BETWEEN = re.compile(r"[\s,;*]*(?:(?:and|or|und|oder|et|ou|y|o|e|и|или)\b|和|或)?[\s,;*]*")
_LIST_CHARS = 400
_VALUE_LINE = re.compile(r"\s*[-*•]\s+\$?([-−]?\d[\d.,]*(?:/\d+)?)\$?[.,;]?\s*")
_BULLET = re.compile(r"\s*(?:[-*•]|\d[.)]|(?:[Ss]olution|[Rr]oot|[Cc]ase) \d\s?[:.])?\s*(\S.{0,60}?)\s*[.,;]?\s*")


def assigned_together(text: str) -> str | None:
    r"""The values that a text ends in, where it gives several: as a list of values, or of equations.

    >>> assigned_together("So x = 2 and x = -5."), assigned_together("- x = 2\n- y = 3"), assigned_together("x = 2.")
    ('2, -5', 'x = 2, y = 3', None)
    >>> assigned_together("The factors are:\n\n* 2\n* 3")
    '2, 3'
    """
    if listed := _bare_list(text):
        return listed
    if text.count("=") + text.count(" is ") + text.count(" equals ") < 2:  # noqa: PLR2004 - one sign gives one value
        return None
    found = _in_last_lines(text) or list(_ASSIGNED.finditer(text.rpartition("\n")[2]))
    if not found or found[-1].string[found[-1].end() :].strip(" .*$"):
        return None
    group = [found[-1]]
    for before, after in pairwise(reversed(found)):
        if before.string is after.string and not _BETWEEN.fullmatch(before.string, after.end(), before.start()):
            break
        group.insert(0, after)
    if len(group) == 1:
        return None
    values = [each[2] for each in group]
    if len({each[1] for each in group}) == 1:
        return ", ".join(dict.fromkeys(values))
    return ", ".join(f"{each[1]} = {each[2]}" for each in group)


def without_indices(assigned: str) -> str:
    """The values of assignments to one letter with different indices: `x_1 = 2, x_2 = -5` as `2, -5`.

    >>> without_indices("x_1 = 2, x_2 = -5"), without_indices("x = 2, y = 3")
    ('2, -5', 'x = 2, y = 3')
    """
    letters = _INDEXED.findall(assigned)
    is_one = len(letters) == assigned.count("=") and len(set(letters)) == 1
    return _INDEXED.sub("", assigned) if is_one else assigned


def _bare_list(text: str) -> str | None:
    """The values of a list in which a text ends, one on each line: `- 2`, `- 3`."""
    values: list[str] = []
    for line in reversed(text[-_LIST_CHARS:].splitlines()):
        value = _VALUE_LINE.fullmatch(line)
        if value is None:
            break
        values.insert(0, value[1])
    return ", ".join(values) if len(values) > 1 else None


def _in_last_lines(text: str) -> list[re.Match[str]]:
    """The assignments that fill one of the last lines each."""
    found: list[re.Match[str]] = []
    for line in reversed(text.splitlines()[-6:]):
        if not line.strip():
            continue
        bare = _BULLET.fullmatch(line)
        match = _ASSIGNED.fullmatch(bare[1].strip("*")) if bare else None
        if match is None:
            break
        found.insert(0, match)
    return found if len(found) > 1 else []

r"""Boxed answers: `\boxed{…}` with nested braces, `\fbox`, `\boxed 5`, and boxes that belong together."""

import re
from itertools import pairwise
from typing import NamedTuple

_BOX = re.compile(r"\\(?:f|frame|math)?box(?:ed)?(?![A-Za-z])\s*|(?<![A-Za-z\\])boxed(?=\{)")
_PLAIN_CONTENT = re.compile(r"\{([^{}\\]*)\}")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_UNBRACED = re.compile(r"[^\s{}$,;]+")
_CLOSING_MATH = re.compile(r"\$|\\\)|\\\]")
_EMPTY = re.compile(
    r"(?:\\(?:text|mathrm|textbf|mathbf)\{)?[\s.…?_]*"
    r"(?:\\l?dots|\\cdots|(?:(?:your|the) )?(?:final )?answer(?: here)?)?[\s.…?_}]*"
)
r"""A box to be filled in: `\boxed{}`, `\boxed{\ldots}`, `\boxed{your answer}`."""

_EMPTY_CHARS = 60
_JOIN_GAP_CHARS = 80
_JOINED = re.compile(
    r"(?:,|;|&|\b(?:and|or|et|und|oder|ou|y|o|e|или|и|sowie)\b|和|与|與|及|或|、|と|または|और|या|و|أو|및|또는)",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"[ \t$]{0,20}")
"""Between two boxes that stand side by side and are two answers."""
_EITHER = re.compile(r"\b(?:or|oder|ou|o|или)\b|或|または|या|أو|또는", re.IGNORECASE)
_PARTED = re.compile(
    r"[.!?。！？।]\s|\n\s{0,9}\n|⇒|→|\\implies|\\Rightarrow|所以|因此|但|而不是|不是|"
    r"\b(?:but|not|no|wrong|incorrect|instead|actually|wait|so|then|hence|thus|therefore|which|gives|because|since|"
    r"equivalently|"
    r"i\.e|that is|on (?:second thought|reflection)|corrected|correction|mistake|rather|aber|mais|pero)\b",
    re.IGNORECASE,
)


class Box(NamedTuple):
    """One box: its content, and where it stands from the backslash to the end."""

    content: str
    start: int
    end: int


def find_boxes(text: str) -> list[Box]:
    r"""Return the outermost boxes of `text` that are closed and filled in, in linear time.

    A box whose brace is never closed counts up to the end of its formula, and not at all where the text
    itself ends inside it: half of an answer is none.

    >>> [box.content for box in find_boxes(r"$\boxed{\frac{1}{2}}$, \boxed 5, \boxed{}")]
    ['\\frac{1}{2}', '5']
    """
    closing: dict[int, int] | None = None
    boxes: list[Box] = []
    position = 0
    while opened := _next_box(text, position):
        start, position = opened
        box = _plain_box(text, start, position)
        if box is None:
            closing = _closing_braces(text, start) if closing is None else closing
            box = _box_at(text, start, position, closing)
        if box is not None:
            position = max(position, box.end)
            if box.content[-1:].isdecimal() or len(box.content) > _EMPTY_CHARS or not _EMPTY.fullmatch(box.content):
                boxes.append(box)
    return boxes


def _next_box(text: str, position: int) -> tuple[int, int] | None:
    """Return where the next box from `position` on begins, and its content: most are found without an expression."""
    named = text.find("box", position)
    if named < 0:
        return None
    if text.startswith("\\boxed{", named - 1):
        return named - 1, named + len("boxed")
    match = _BOX.search(text, max(position, named - len("\\frame")))
    return match.span() if match else None


def _plain_box(text: str, start: int, inside: int) -> Box | None:
    """Return a box that holds neither braces nor commands, as most do."""
    plain = _PLAIN_CONTENT.match(text, inside)
    return Box(plain[1].strip(), start, plain.end()) if plain else None


def _box_at(text: str, start: int, inside: int, closing: dict[int, int]) -> Box | None:
    if not text.startswith("{", inside):
        if token := _UNBRACED.match(text, inside):
            return Box(token.group().rstrip(".:"), start, token.end())
        return None
    end = closing.get(inside)
    if end is not None:
        return Box(text[inside + 1 : end].strip(), start, end + 1)
    formula_end = _CLOSING_MATH.search(text, inside, inside + 400)
    if formula_end is None or _BOX.search(text, inside, formula_end.start()):
        return None
    return Box(text[inside + 1 : formula_end.start()].strip(), start, formula_end.end())


def _closing_braces(text: str, start: int) -> dict[int, int]:
    """Return where each brace that is opened from `start` on is closed."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACE.finditer(text, start):
        if match.group() == "{":
            opened.append(match.start())
        elif match.group() == "}" and opened:
            closing[opened.pop()] = match.start()
    return closing


def last_group(text: str, boxes: list[Box]) -> list[Box]:
    r"""Return the last box with those before it that belong to it: `\boxed{2} and \boxed{3}` in one sentence."""
    group = [boxes[-1]]
    for box in reversed(boxes[:-1]):
        gap = text[box.end : group[0].start]
        if _BESIDE.fullmatch(gap) and box.content != group[0].content:
            group.insert(0, box)
            continue
        if len(gap) > _JOIN_GAP_CHARS or _PARTED.search(gap) or not _JOINED.search(gap):
            break
        group.insert(0, box)
    return group


def joined(text: str, group: list[Box]) -> str:
    """Return the contents of a group as one list, with "or" kept where the text says "or"."""
    if len(group) == 1:
        return group[0].content
    gaps = [text[a.end : b.start] for a, b in pairwise(group)]
    separator = r" \text{ or } " if any(_EITHER.search(gap) for gap in gaps) else ", "
    return separator.join(box.content for box in group)

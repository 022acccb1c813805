"""Reasoning and answer of a completion: fields of their own, and `<think>` blocks."""

import re

OPEN, CLOSE = "<think>", "</think>"
_TAGS = re.compile(r"</?think>")
_MOST_NESTED = 8
"""Tags that hide in each other deeper than this were put there to cost time."""


def split_reasoning(text: str) -> tuple[str | None, str]:
    """Split a completion into its reasoning and what follows.

    The last `</think>` ends the reasoning, also where the opening tag is missing (several chat
    templates put it into the prompt). An unclosed `<think>` means that everything after it is reasoning.

    >>> split_reasoning("<think>2 + 2</think>4")
    ('2 + 2', '4')
    >>> split_reasoning("<think>2 + 2")
    ('2 + 2', '')
    >>> split_reasoning("4")
    (None, '4')
    """
    before, closed, after = text.rpartition(CLOSE)
    if not closed:
        start, opened, thoughts = text.partition(OPEN)
        return (_without_tags(thoughts), start.strip()) if opened else (None, text)
    if OPEN in after:
        answer, _, thoughts = after.partition(OPEN)
        return _without_tags(before + thoughts), answer.strip()
    return _without_tags(before), after.strip()


def _without_tags(thoughts: str) -> str:
    """Return reasoning without any tag, also without one that appears as another inside it goes."""
    for _ in range(_MOST_NESTED):
        if not _TAGS.search(thoughts):
            return thoughts.strip()
        thoughts = _TAGS.sub("", thoughts)
    return thoughts.replace("<", "").strip()


def join_reasoning(reasoning: str | None, text: str) -> str:
    """Return one text of a completion whose reasoning came in a field of its own.

    The form is the one that reasoning models write themselves, so that verification and training see
    the same text whichever way the server sent it.
    """
    if not reasoning or CLOSE in text or OPEN in text:
        return text
    return f"{OPEN}\n{reasoning}\n{CLOSE}\n\n{text}"

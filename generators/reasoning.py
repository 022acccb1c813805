"""Reasoning and answer of a completion: fields of their own, and `<think>` blocks."""

import re

OPEN, CLOSE = "<think>", "</think>"
_TAGS = re.compile(r"</?think>")


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
        return (thoughts.strip(), start.strip()) if opened else (None, text)
    if OPEN in after:
        answer, _, thoughts = after.partition(OPEN)
        return _TAGS.sub("", before + thoughts).strip(), answer.strip()
    return _TAGS.sub("", before).strip(), after.strip()


def join_reasoning(reasoning: str | None, text: str) -> str:
    """Return one text of a completion whose reasoning came in a field of its own.

    The form is the one that reasoning models write themselves, so that verification and training see
    the same text whichever way the server sent it.
    """
    if not reasoning or CLOSE in text or OPEN in text:
        return text
    return f"{OPEN}\n{reasoning}\n{CLOSE}\n\n{text}"

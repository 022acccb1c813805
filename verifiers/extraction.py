"""Finding the final answer in a whole completion."""

import re
from dataclasses import dataclass

from data.records import Problem

_BOXED = re.compile(r"\\f?boxed\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_STATED = re.compile(r"(?:answer is|answer:|####)\s*(.+?)\.?\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found, and how."""

    answer: str | None
    method: str
    reason: str


def extract_answer(text: str, problem: Problem) -> Extraction:
    """Return the final answer that `text` states."""
    if "<think>" in text and "</think>" not in text:
        return Extraction(None, "none", "the text ends inside its reasoning")
    text = text.rpartition("</think>")[2]
    boxed = _BOXED.findall(text)
    if boxed:
        return Extraction(boxed[-1], "boxed", "the last box")
    stated = _STATED.findall(text)
    if stated:
        return Extraction(stated[-1], "stated", "the last stated answer")
    return Extraction(None, "none", "no final answer is stated")

"""The rows that `tracemill verify` reads: bytes to lines, lines to items for the pool."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from data.records import Problem

MAX_LINE_BYTES = 64_000_000
"""A longer line is not kept in memory; it is one row that cannot be read."""
_NO_QUESTION = "(not given)"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be verified."""

    id: Any
    kind: str
    """What the summary counts it under: the row's own `kind`, else the kind of answer."""
    item: tuple[Problem, str, bool]


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that cannot be verified, and why."""

    id: Any
    reason: str


def read_lines(read: Callable[[], bytes]) -> Iterator[list[tuple[int, bytes | None]]]:
    """Yield the numbered lines of each piece that `read` returns, as soon as they are whole.

    Blank lines are counted but not yielded; a line that is too long comes as None.
    """
    number, rest, dropped = 0, b"", False
    while data := read():
        *whole, rest = (rest + data).split(b"\n")
        lines: list[tuple[int, bytes | None]] = []
        for line in whole:
            number += 1
            if dropped or line.strip():
                lines.append((number, None if dropped else line))
            dropped = False
        if len(rest) > MAX_LINE_BYTES:
            rest, dropped = b"", True
        if lines:
            yield lines
    if rest.strip() or dropped:
        yield [(number + 1, None if dropped else rest)]


def read_row(number: int, line: bytes | None, *, whole_completions: bool) -> Row | BadRow:
    """Return what a line asks; with `whole_completions` an `answer` is a completion too."""
    if line is None:
        return BadRow(None, f"line {number}: longer than {MAX_LINE_BYTES:,} bytes")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        return BadRow(None, f"line {number}: not JSON ({exc})")
    if not isinstance(row, dict):
        return BadRow(None, f"line {number}: not a JSON object")
    try:
        return _row(row, whole_completions=whole_completions)
    except ValidationError as exc:
        error = exc.errors()[0]
        name = ".".join(str(part) for part in error["loc"])
        return BadRow(row.get("id"), f"line {number}: {name}: {error['msg']}")
    except (ValueError, TypeError) as exc:
        return BadRow(row.get("id"), f"line {number}: {exc}")


def _row(row: dict[str, Any], *, whole_completions: bool) -> Row:
    if row.get("reference") is None:
        raise ValueError("no `reference`")
    if not _text(row, "reference"):
        raise ValueError("`reference` is empty")
    names = ("text", "answer") if whole_completions else ("answer", "text")
    name = next((name for name in names if name in row), None)
    if name is None:
        raise ValueError("neither `answer` nor `text`")
    choices = row.get("choices") or ()
    if isinstance(choices, str) or not all(isinstance(choice, str) for choice in choices):
        raise ValueError("`choices` is not a list of texts")
    problem = _problem(
        _text(row, "question") or _NO_QUESTION,
        _text(row, "reference"),
        row.get("answer_kind") or "auto",
        row.get("unit") or None,
        row.get("rel_tol"),
        tuple(choices),
    )
    is_answer = name == "answer" and not whole_completions
    return Row(row.get("id"), str(row.get("kind") or problem.answer_kind), (problem, _text(row, name), is_answer))


def _text(row: dict[str, Any], name: str) -> str:
    """Return a field as text; a number is what it is written as, and null is an empty answer."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(f"`{name}` is neither text nor a number")
    return str(value)


@lru_cache(maxsize=4096)
def _problem(
    question: str, reference: str, answer_kind: str, unit: str | None, rel_tol: float | None, choices: tuple[str, ...]
) -> Problem:
    """Return the problem; the samples of one problem share it, and it is sent to a worker once a batch."""
    return Problem.model_validate(
        {
            "question": question,
            "reference": reference,
            "answer_kind": answer_kind,
            "unit": unit,
            "rel_tol": rel_tol,
            "choices": choices,
        }
    )

"""From a row of any source to a `Problem`: column mapping, defaults, and errors that name the row."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from data.errors import ProblemRowError
from data.plain_text import without_surrogates
from data.records import Problem

PROBLEM_COLUMNS = (
    "question",
    "answer",
    "id",
    "answer_kind",
    "unit",
    "rel_tol",
    "choices",
    "source",
    "license",
    "tags",
)
"""What a row may say of a problem, by the names that the outside uses."""


@dataclass(frozen=True, slots=True)
class RowReading:
    """How the rows of one source become problems."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Problem column → the source's column, where they differ."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Problem column → value where the row has none."""
    answer_after: str | None = None
    """Marker before the final answer inside the answer column, such as `####` in GSM8K."""
    may_lack_reference: bool = False
    """Whether a row without an answer is a problem too, on which a majority of samples decides."""

    def problem(self, row: Mapping[str, Any], where: str) -> Problem:
        """Read one row; `where` names it in errors. Raises `ProblemRowError`."""
        values = {}
        for name in PROBLEM_COLUMNS:
            value = row.get(self.columns.get(name, name))
            if _is_blank(value):
                value = self.defaults.get(name)
            if value is not None:
                values[name] = value
        return self._checked(values, where)

    def _checked(self, values: dict[str, Any], where: str) -> Problem:
        if self.may_lack_reference and "answer" not in values:
            return self._problem(values | {"reference": ""}, where)
        for name in ("question", "answer"):
            if name not in values:
                raise ProblemRowError(f"{where}: the row has no {self.columns.get(name, name)!r}")
        values["reference"] = self._reference(values.pop("answer"), where)
        return self._problem(values, where)

    def _problem(self, values: dict[str, Any], where: str) -> Problem:
        if not isinstance(values.get("question"), str):
            raise ProblemRowError(f"{where}: the question is not text but {_kind(values.get('question'))}")
        for name in ("unit", "source", "license"):
            if isinstance(text := values.get(name), str):
                values[name] = text.strip()
        if "id" in values:
            values["id"] = str(values["id"])
        if isinstance(tags := values.get("tags"), str):
            values["tags"] = [tags]
        _check_encodable(values, where)
        try:
            return Problem.model_validate(values)
        except ValidationError as error:
            raise ProblemRowError(f"{where}: {_first_complaint(error)}") from error

    def _reference(self, answer: object, where: str) -> str:
        if isinstance(answer, bool) or not isinstance(answer, str | int | float | Decimal):
            raise ProblemRowError(f"{where}: the answer is neither text nor a number but {_kind(answer)}")
        if isinstance(answer, float | Decimal) and not math.isfinite(answer):
            raise ProblemRowError(f"{where}: the answer {answer} is not a finite number")
        text = answer if isinstance(answer, str) else _written(answer)
        if self.answer_after is not None:
            _, found, text = text.rpartition(self.answer_after)
            if not found:
                raise ProblemRowError(f"{where}: the answer does not contain {self.answer_after!r}")
        if not text.strip():
            raise ProblemRowError(f"{where}: the answer is empty")
        return text.strip()


def as_rows(problems: Iterator[Problem]) -> Iterator[dict[str, Any]]:
    """Render problems as rows in the outside's column names."""
    for problem in problems:
        row = problem.model_dump(mode="json", exclude_none=True)
        row["answer"] = row.pop("reference")
        yield row


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _written(number: float | Decimal) -> str:
    """Write a number; a whole one that went through a float or decimal column is a whole one again."""
    if isinstance(number, float):
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    return str(int(number)) if number == int(number) else str(number)


def _check_encodable(values: Mapping[str, object], where: str) -> None:
    for name, value in values.items():
        if not _is_encodable(value):
            raise ProblemRowError(f"{where}: {name}: half of a surrogate pair stands in it, which is no character")


def _is_encodable(value: object) -> bool:
    """Whether all text in `value` can be written as UTF-8, and so into Parquet."""
    if isinstance(value, list | tuple):
        return all(map(_is_encodable, value))
    return not isinstance(value, str) or value == without_surrogates(value)


def _kind(value: object) -> str:
    names = {type(None): "nothing", bool: "true or false", dict: "an object", list: "a list"}
    return names.get(type(value), type(value).__name__)


def _first_complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']} (got {str(first['input'])[:80]!r})"

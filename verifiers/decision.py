"""What one rule found of a reference and an answer, before it becomes a verdict."""

from typing import NamedTuple

from data.records import Status


class Decision(NamedTuple):
    """The finding of the rule that decided."""

    status: Status
    rule: str
    """Name of the rule, such as `number.rational`."""
    reason: str
    """One sentence for people."""
    reference_form: str | None = None
    answer_form: str | None = None

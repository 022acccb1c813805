"""The questions on which graders differ, each a named option with a default."""

from enum import StrEnum
from functools import cached_property

from data.identity import content_id
from data.records import Record


class MissingUnit(StrEnum):
    """What to do with a bare number where the reference is a quantity."""

    REJECT = "reject"
    ACCEPT = "accept"


class Choose(StrEnum):
    """Whether a way of writing the answer is accepted."""

    REJECT = "reject"
    ACCEPT = "accept"


class Policy(Record):
    """Named options of verification; a verdict records `policy_hash`."""

    missing_unit: MissingUnit = MissingUnit.REJECT

    @cached_property
    def policy_hash(self) -> str:
        """Content hash of all options."""
        return content_id("policy", self.model_dump(mode="json"))


DEFAULT_POLICY = Policy()

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
    """`20` where the reference is `20 m`; a question that says "in metres" accepts it under either value."""
    missing_sign: Choose = Choose.ACCEPT
    """`90` where the reference is `90°`, `5` where it is `$5`: signs that people leave off."""
    extra_unit: Choose = Choose.ACCEPT
    """`20 m` or `20 students` where the reference is `20`: the question fixed the unit, so the reference has none."""
    percent_strip: Choose = Choose.REJECT
    """`10 %` and `10` as the same answer; as a ratio, `10 %` is `0.1` under either value."""
    max_rounding: float = 0.01
    """Largest relative distance from a rounded reference: `2.5 kJ` stands for 2.475 to 2.525 kJ, not 2.45 to 2.55."""

    @cached_property
    def policy_hash(self) -> str:
        """Content hash of all options."""
        return content_id("policy", self.model_dump(mode="json"))


DEFAULT_POLICY = Policy()

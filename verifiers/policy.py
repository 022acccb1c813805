"""The questions on which graders differ, each a named option with a default and the reason for it.

The defaults follow one rule: accept what a careful teacher would accept without asking back. Where writing is loose
but only
one reading makes sense (`25 %` for `0.25`), it is accepted; where the value or the kind of thing changes (`10` for
`10 %`),
it is not. `docs/policies.md` lists all of them with examples.
"""

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


class CommaGroups(StrEnum):
    """What `1,234` is outside brackets, where the reference does not tell."""

    THOUSANDS = "thousands"
    LIST = "list"


class SlashProduct(StrEnum):
    """How `1/2x` is read."""

    EITHER = "either"
    DIVISION_FIRST = "division_first"
    PRODUCT_FIRST = "product_first"


class BareLog(StrEnum):
    r"""The base of a `\log` without one."""

    NATURAL = "natural"
    TEN = "ten"


class Policy(Record):
    """Named options of verification; a verdict records `policy_hash`."""

    missing_unit: MissingUnit = MissingUnit.REJECT
    """`20` for `20 m`: the number alone does not say what it measures."""
    extra_unit: Choose = Choose.ACCEPT
    """`20 m` or `15 apples` for `20` and `15`: the question fixed the unit, the answer repeats it."""
    missing_sign: Choose = Choose.ACCEPT
    """`90` for `90°`, `5` for `$5`: a degree or currency sign left off, where nothing else can be meant."""
    max_rounding: float = 0.01
    """Largest relative distance from a rounded reference with a unit: `2.5 kJ` takes 2.475 to 2.525 kJ, not 2.45."""
    percent_strip: Choose = Choose.REJECT
    """`10` for `10 %`, or `10 %` for `10`: they differ by a factor of 100."""
    percent_decimal: Choose = Choose.ACCEPT
    """`0.25` for `25 %`: the same number."""
    rounded_decimal: Choose = Choose.ACCEPT
    """`0.333333` for `1/3`: a correct rounding, fine enough (see `rounded_decimal_step`)."""
    rounded_decimal_step: float = 5e-4
    """Step of a rounding's last digit, relative to the value, up to which it stands for the exact value:
    0.3333 for 1/3 but not 0.33; 3.1416 for π but not 3.14."""
    decimal_comma: Choose = Choose.ACCEPT
    """`1000,99` for `1000.99`: half the world writes so; never with three digits behind the comma."""
    comma_groups: CommaGroups = CommaGroups.THOUSANDS
    """`1,234` for `1234`; inside brackets a comma always separates."""
    digit_underscore: Choose = Choose.ACCEPT
    """`1_000` for `1000`: programmers' digit groups."""
    leading_zero: Choose = Choose.ACCEPT
    """`016` for `16`: the same number."""
    unevaluated: Choose = Choose.ACCEPT
    """`2+2` for `4`: equal, if less simple. Reject where simplifying is the task."""
    unreduced_fraction: Choose = Choose.ACCEPT
    """`2/4` for `1/2`: equal. Reject where lowest terms are asked for."""
    other_form: Choose = Choose.ACCEPT
    """`x^2+3x+2` for `(x+1)(x+2)`: equal. Reject where factoring or expanding is the task."""
    plus_constant: Choose = Choose.REJECT
    """`x^2` for `x^2+C`: the constant of integration is part of the answer."""
    constant_name: Choose = Choose.ACCEPT
    """`x^2+K` for `x^2+C`: the name of a constant of integration is free, and so is what it takes up (`x^2+1+C`)."""
    log_domain: Choose = Choose.ACCEPT
    """`2 ln x` for `ln(x^2)`: equal wherever both are real."""
    bare_log: BareLog = BareLog.NATURAL
    """`\\log x` is the natural logarithm, as in mathematics beyond school."""
    slash_product: SlashProduct = SlashProduct.EITHER
    """`1/2x` is x/2 by the rules and 1/(2x) by many hands: either may be meant."""
    letter_case: Choose = Choose.ACCEPT
    """`E` for `e`, unless one of the two expressions uses a letter in both cases."""
    lookalike_letters: Choose = Choose.ACCEPT
    """A Cyrillic `х` for `x`, a full-width `５` for `5`: people see the same."""
    pair_as_list: Choose = Choose.REJECT
    """`1, 3` for `(1, 3)`: a pair or interval is not two answers."""
    tuple_as_set: Choose = Choose.REJECT
    """`(1,2)` for `{1,2}`: a tuple has an order."""
    pair_as_interval: Choose = Choose.ACCEPT
    """`0 < x < 1` for `(0,1)`: the open interval."""
    multiplicity: Choose = Choose.ACCEPT
    """`{1,2}` for `{1,1,2}`: a set counts nothing twice."""
    ratio_as_fraction: Choose = Choose.ACCEPT
    """`1/2` for `1:2`."""
    ratio_as_decimal: Choose = Choose.REJECT
    """`0.5` for `1:2`: a ratio asks for its two terms."""
    row_as_column: Choose = Choose.REJECT
    """A row for a column vector: different shapes."""
    vector_as_tuple: Choose = Choose.ACCEPT
    """`(1,2)` for a column or row of two."""
    dropped_label: Choose = Choose.ACCEPT
    """`5` for `x=5` and `x=5` for `5`."""
    function_label: Choose = Choose.ACCEPT
    """`y=x^2` for `f(x)=x^2`; `x=5` for `y=5` is never accepted."""
    approximate_tail: Choose = Choose.ACCEPT
    """`√3/3 ≈ 0.577` for `√3/3`: the exact value was given."""
    range_words: Choose = Choose.ACCEPT
    """`12 to 13` for `12-13`."""
    number_words: Choose = Choose.ACCEPT
    """`five` for `5`, `one half` for `1/2`."""
    other_base: Choose = Choose.REJECT
    """`42` for `52_8`: the base is part of what is asked."""
    missing_half_of_day: Choose = Choose.REJECT
    """`3:30` for `3:30 p.m.`: half a day apart from the other reading."""
    line_break_in_math: Choose = Choose.ACCEPT
    """`$ ⏎ 9 ⏎ $` for `9`: line breaks inside a formula mean nothing."""

    def __hash__(self) -> int:
        """One look-up instead of one for each option: decisions are kept by policy."""
        return hash(self.policy_hash)

    @cached_property
    def policy_hash(self) -> str:
        """Content hash of all options."""
        return content_id("policy", self.model_dump(mode="json"))


DEFAULT_POLICY = Policy()

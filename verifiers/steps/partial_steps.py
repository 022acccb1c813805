"""Statements that look false because they are cut out of more: "the units digit of 5^2 is 5", `m∠1 = 180 - 57`."""

import re

_MADE_OF_IT = re.compile(
    r"\b(?:digits?|divisors?|factors?|denominators?|numerators?|remainder|expansion|derivative|multiple|place|units?|"
    r"reciprocal|inverse|logarithm|integral|constant|exponent|fraction|power|number)\b[^.=]{0,30}"
    r"\b(?:of|for|in|than|to|and)\s(?:the\s|an?\s|[$(\\]{1,3}|fraction\s|number\s|expression\s)*\Z",
    re.IGNORECASE,
)
"""What a sentence says of the value before it: its digit, its largest divisor, its denominator."""
_BESIDE_IS = re.compile(r"\b(?:than|to|by|and|an?)\s[$(\\\s]*\Z", re.IGNORECASE)
"""Words before a value with which "is" speaks of something else: "the largest cube less than 100 is 64"."""
_WITH_IS = re.compile(r"\s\$?\s?is\s")
_OF_A_SHAPE = re.compile(r"[∠△#№]\s?\Z|\\(?:angle|triangle)\s?\Z")
_ASIDE = re.compile(r"\([^()=+*×÷/−–-]*[)\]]\s*(?:=|is\b)")
"""`(45) is 5 years less`, `f(3) = 1`: a bracket without a calculation in it is no left side."""
_IN_TWO_UNITS = re.compile(r"\d ?[a-z][a-z ]{0,12} and\s\Z")
_MIXED = re.compile(r"\d and\s\Z")
_AND_MORE = re.compile(
    r"\s?and\s[$\\(]*\d+/\d|\.{2,3}|…|\\[cl]?dots|\$?\.\s\d+(?![\d.,]*\s?[-+*/×÷^=(])(?!\s?[.)])|"
    r"\s?\$?\s?[a-z]\s?(?:[$+=^\\)−-]|\Z)"
)
"""`1 hour` of `1 hour and 31 minutes`, `0` of `0. 7`, `9/4` of `9/4 a`."""
_OF_A_LARGER_UNIT = re.compile(
    r"\d\s(?:hour|day|week|year|month|minute|dollar|foot|feet|yard|mile|pound|gallon|kilometer|meter)s?\Z",
    re.IGNORECASE,
)
_AND_SMALLER = re.compile(r"\s?and\s\d+\s[a-z]")
_NAMED = re.compile(r"(?:[A-Z][a-z]+|[a-z][A-Z]\w*)\s\Z")
_DASH = re.compile(r"[\d,]+\s[-−–]\s")
"""`Engine 3000 - 60 widgets`: the number of a name, and a dash."""
_OPEN = re.compile(r"[-+*/×÷−]\s?\(\s?\Z")
"""`7 - (3 + 2 = 2`, where the bracket stays open."""
_ONE_IN = re.compile(r"\d\s(?:in|out of)\s\Z")
_IN_LETTERS = re.compile(
    r"\d x\s?[-+−]|\^\s?\{[^{}]*[A-Za-z]|\\mathrm\s?\{\s?~?\s?[abcdefiklnopqrtuvwxyz]{1,2}\s?\}|"
    r"(?<![A-Za-z\\])(?!GCD|LCM|GCF|HCF)[A-Z]{2,3}(?![A-Za-z])|[a-z]{2}/\d"
)
"""Variables and segments that are written like words, and rates like `30 shrimp/10 minutes`."""
_DIMENSIONS = re.compile(r"\d+\s?[x×]\s?\d+\s(?:is|=)\s?\$")
"""The price of `a 2 x 4`."""


def is_part_of_more(statement: str, before: str, after: str) -> bool:
    """Say whether a false statement is only a part of what the sentence says.

    >>> is_part_of_more("5^2 is 5", "so the ones digit of ", "."), is_part_of_more("5^2 is 24", "We see that ", ".")
    (True, False)
    """
    if _MADE_OF_IT.search(before) or _OF_A_SHAPE.search(before) or _ONE_IN.search(before):
        return True
    if _WITH_IS.search(statement) and (_BESIDE_IS.search(before) or _DIMENSIONS.match(statement)):
        return True
    if (_DASH.match(statement) and _NAMED.search(before)) or (_OPEN.search(before) and ")" not in statement):
        return True
    return (
        _ASIDE.match(statement) is not None
        or _IN_TWO_UNITS.search(before) is not None
        or (_MIXED.search(before) is not None and re.match(r"\d+/\d", statement) is not None)
        or (_OF_A_LARGER_UNIT.search(statement) is not None and _AND_SMALLER.match(after) is not None)
        or _AND_MORE.match(after) is not None
        or _IN_LETTERS.search(statement) is not None
    )

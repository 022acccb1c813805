r"""The unit that stands behind a value and outside its box or formula: `$\boxed{25}$ m/s`."""

import re

from data.records import AnswerKind, Problem

FORMULA_ENDS = r"(?:\\[,;:! ]|\\q?quad|~|\s|\$|\\\)|\\\]|,){0,8}"
_UNIT_AFTER = re.compile(
    rf"{FORMULA_ENDS}(\\?%|\^?\\circ\s?[CF]?|°\s?[CF]?|\\(?:text|mathrm|textrm|mathit|rm|unit|si|"
    rf"operatorname)\b[^.$\n]{{1,60}}?|"
    r"[A-Za-zµμΩ°Å][\w°µμΩ/^·⋅*\-²³⁻¹{}\\ ]{0,40}?)[\s$]*(?:\\\)|\\\])?\s*(?:[.,;!\n。]|\Z)"
)
_NO_UNIT = re.compile(
    r"\b(?:is|are|was|be|as|the|our|which|for|when|so|and|or|this|that|then|because|since|if|by|with|to|each|total|"
    r"answer|not|chose|chooses?|prefers?|preferred|likes?|liked|voted|have|has|had|were|did|does|do|can|got|went|"
    r"took)\b",
    re.IGNORECASE,
)
_VERB_BEHIND = re.compile(r"(?<=\w)\s(?:is|are|was|were|will be)\s(?:the|our|what|how|needed|required|left)\b")
_OF_WHAT = re.compile(
    r"\s(?:of(?=\s\d|.*\s(?:in|for|to|each|total)\b)|in|for|to|each|total|with|when|so)\s.*", re.DOTALL
)
"""What is measured, and not the unit: `cups of sugar in total`."""
_QUANTITY = re.compile(
    r"\d[\s~}]*(?:\\[,;:! ]|\\q?quad)*\s*"
    r"(?:\\(?:text|mathrm|rm|unit|si|SI|qty|Omega|ohm|AA)\b|"
    r"\\mu\s?\\?[A-Za-z{]|°|\\?%|\^\{?\\circ|[A-Za-zµμΩ]{2,}|\s[A-Za-zµμΩ])"
)
_MONEY = re.compile(r"\s*\\?[$€£¥]\s*\d")
_COIN = re.compile(FORMULA_ENDS + r"(cents?|¢|dollars?|euros?|€|pounds?|pence|£|yen|¥|rupees?|yuan)(?![A-Za-z])")
"""Money of another name: 45 cents are not the $45 of the reference."""
_LETTERS = re.compile(r"[A-Za-z°]")
_OPERATIONS = re.compile(r"\\(?:[dt]?frac|sqrt|times|cdot|pi|left|right)")


def is_quantity(problem: Problem) -> bool:
    """Say whether the answer is likely to need a unit; decided without looking at any sample."""
    if problem.unit or problem.answer_kind is AnswerKind.QUANTITY:
        return True
    if problem.answer_kind is not AnswerKind.AUTO or problem.reference.isdecimal():
        return False  # a number alone is the usual reference
    return _QUANTITY.search(problem.reference) is not None


def with_unit(value: str, text: str, end: int, problem: Problem) -> str:
    """Return `value`, which ends at `end` in `text`, with the unit that follows it, where one is asked for."""
    coin = None if problem.reference.isdecimal() or not _MONEY.match(problem.reference) else _COIN.match(text, end)
    if coin is not None:
        return f"{value} {coin[1]}"
    if not is_quantity(problem) or _LETTERS.search(_OPERATIONS.sub("", value)):
        return value
    unit = _UNIT_AFTER.match(text, end)
    if unit is None or unit[1].startswith("of "):
        return value
    if verb := _VERB_BEHIND.search(unit[1]):
        return f"{value} {unit[1][: verb.start()].strip()}"
    name = unit[1] if " of " not in unit[1] and not _NO_UNIT.search(unit[1]) else _OF_WHAT.sub("", unit[1])
    return value if _NO_UNIT.search(name) else f"{value} {name.strip()}"

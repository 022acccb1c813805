"""Chains of numbers and what they count, `3 * 4 eggs = 12`, found from their signs of equality and decided exactly."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from verifiers.steps.plain_formulas import Ratio, added, ratio
from verifiers.steps.step_agreement import FLOAT_NOISE

# Possessive and atomic throughout: a number or a noun is given back by no other reading of the line.
_NUMBER: Final = (
    r"(?:[0-9]{1,12}+(?:\.[0-9]{1,16}+|,(?<![0-9]{4},)[0-9]{3}(?:,[0-9]{3}){0,3}+(?![0-9]))?+|\.[0-9]{1,6}+)"
)
_NOUN: Final = (
    r"(?:(?: | ?/ ?)(?!(?:times|plus|minus|divided|multiplied|of|and|or|is|x|more|less)\b)[A-Za-z]{2,20}+){0,3}+"
)
_MONEY: Final = r"[$€£]?"
_OPERATION: Final = r" ?[-+*/x×÷–−] ?"
_SIDE: Final = rf"{_NUMBER}(?:%|{_NOUN})(?:{_OPERATION}{_MONEY}{_NUMBER}(?:%|{_NOUN})){{0,9}}+"
_CHAIN = re.compile(rf"{_SIDE}(?: ?= ?{_MONEY}-?{_SIDE}(?= ?=))*+ ?= ?{_MONEY}-?{_NUMBER}%?")
_OF_TWO = re.compile(rf"({_NUMBER}){_NOUN} ?([-+*/x×÷–−]) ?{_MONEY}({_NUMBER}){_NOUN} ?= ?{_MONEY}({_NUMBER})")
"""Most chains: two numbers and what they come to."""
_OF_TWO_WHOLE = re.compile(
    rf"([0-9]{{1,9}}) ?([-+*/x×÷–−]) ?{_MONEY}([0-9]{{1,9}}) ?= ?{_MONEY}([0-9]{{1,9}})(?![\d,.]*\d|%)"
)
"""More than half of them: two whole numbers side by side, with their result."""
_OPERAND = re.compile(rf"([-+*/x×÷–−=]) ?{_MONEY}(-?)({_NUMBER})(%?)")
_OPERAND_BACKWARDS: Final = r"(?:%|(?:[A-Za-z]{2,20}+(?: ?/ ?| )){0,3}+)[0-9][0-9.,]*+"
_SIDE_BACKWARDS = re.compile(
    rf"( ?{_OPERAND_BACKWARDS}(?:{_MONEY}{_OPERATION}{_OPERAND_BACKWARDS}){{0,9}}+)"
    rf"(?:{_MONEY} ([A-Za-z]{{2,}}+)(?=[ \n]))?"
)
"""A side, read from the sign to its left, with the word before it: the other numbers of the prose are not looked at."""
_SIDE_CHARS: Final = 120
_FLOAT_STEPS: Final = 10**11
"""Steps between two whole numbers in a decimal of as many places as computers write, with or without a percent sign."""
_LEADS = frozenset(
    f"{space}{money}{minus}" for space in ("", " ") for money in ("", "$", "€", "£") for minus in ("", "-")
)
"""What may stand between a sign and the first number of the side behind it."""
_RESULT = re.compile(rf" ?{_MONEY}-?{_NUMBER}%?(?![\d,.]*\d)")


Chain = tuple[int, int, int, str]
"""Where a chain begins and ends, how many statements it makes (0 if it is none), and the word before it backwards,
where spaces set it off and the reading comes by it; else an empty text."""


def chains(text: str) -> Iterator[Chain]:
    """Yield each chain of sides and signs."""
    start, word = -1, ""
    since = 0
    sign = text.find("=")
    while sign >= 0:
        first = since if sign - since < _SIDE_CHARS else sign - _SIDE_CHARS
        side = _SIDE_BACKWARDS.match(text[first:sign][::-1])
        begins = -1 if side is None else sign - side.end(1)
        if start >= 0 and (side is None or text[since:begins] not in _LEADS):
            yield (*_ended(text, start, since), word)
            start = -1
        if start < 0 and side is not None:
            start, word = begins, side[2] or ""
        since = sign + 1
        sign = text.find("=", since)
    if start >= 0:
        yield (*_ended(text, start, since), word)


def _ended(text: str, start: int, last: int) -> tuple[int, int, int]:
    """Return a chain whose last sign stands before `last`, with its result and how many statements it makes."""
    whole = _OF_TWO_WHOLE.match(text, start)
    if whole is not None and whole.end() > last and _is_whole_result(*whole.groups()):
        return start, whole.end(), 1
    result = _RESULT.match(text, last)
    return (start, last, 0) if result is None else (start, result.end(), _links(text[start : result.end()]))


@lru_cache(maxsize=4_096)  # the samples of one problem repeat each other's arithmetic
def _links(chain: str) -> int:
    """Return how many statements a chain makes; 0 unless each states an operation and all values are the same."""
    if of_two := _OF_TWO.fullmatch(chain):
        one, sign, other, result = of_two.groups()
        return _is_result(ratio(one), sign, ratio(other), ratio(result))
    if _CHAIN.fullmatch(chain) is None:
        return 0
    sides: list[tuple[Ratio, int]] = []
    total: Ratio = (0, 1)
    term: Ratio = (0, 1)
    operations = 0
    for sign, minus, number, percent in _OPERAND.findall(f"={chain}"):
        over, under = ratio(number)
        if minus:
            over = -over
        if percent:
            under *= 100
        if sign == "=":
            sides.append((added(total, term), operations))
            total, term, operations = (0, 1), (over, under), 0
            continue
        operations += 1
        if sign in "*x×":
            term = term[0] * over, term[1] * under
        elif sign in "/÷":
            if not over:
                return 0
            term = term[0] * under, term[1] * over
        else:
            total = added(total, term)
            term = (over if sign == "+" else -over), under
    sides = [*sides[1:], (added(total, term), operations)]
    is_rounding = _comes_to if "%" not in chain else _is  # how a percentage is rounded is for the grammar to say
    hold = all(
        (is_rounding(one, other) if not more else is_rounding(other, one) if not some else _is(one, other))
        and (some or more)  # two bare numbers are no statement
        for (one, some), (other, more) in pairwise(sides)
    )
    return len(sides) - 1 if hold else 0


def _is_whole_result(one: str, sign: str, other: str, result: str) -> bool:
    """Say whether an operation on two whole numbers comes to a third."""
    left, right, value = int(one), int(other), int(result)
    if sign in "*x×":
        return left * right == value
    if sign in "/÷":
        return right != 0 and left == right * value
    return (left + right if sign == "+" else left - right) == value


def _is_result(one: Ratio, sign: str, other: Ratio, result: Ratio) -> bool:
    """Say whether an operation on two numbers comes to this."""
    if sign in "*x×":
        return _comes_to((one[0] * other[0], one[1] * other[1]), result)
    if sign in "/÷":
        return other[0] != 0 and _comes_to((one[0] * other[1], one[1] * other[0]), result)
    return _comes_to(added(one, other if sign == "+" else (-other[0], other[1])), result)


def _is(value: Ratio, other: Ratio) -> bool:
    return value[0] * other[1] == other[0] * value[1]


def _comes_to(value: Ratio, result: Ratio) -> bool:
    """Say whether a value is this number: exactly, cut off or rounded at its last place, or as a computer writes it."""
    off = abs(value[0] * result[1] - result[0] * value[1])
    if not off or result[1] == 1:
        return not off
    if off < abs(value[1]):
        return True
    return result[1] >= _FLOAT_STEPS and off * FLOAT_NOISE < abs(value[0]) * result[1]

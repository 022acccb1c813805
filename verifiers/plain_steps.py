"""The usual arithmetic statements of word problems, `so 12 * 4 = 48 eggs`, checked without the grammar.

Most lines that state something are decided here, many times faster than by `verifiers.step_grammar`. Nothing is
ever called false here: what is not plainly true is left to the grammar.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from verifiers.step_values import Value, quotient

# Possessive and atomic throughout: a number or a noun is given back by no other reading of the line. The first
# number begins with a plain class of characters, which lets the engine pass over words at once.
_DIGITS: Final = r"(?>\d{1,3}(?:,\d{3}){1,4}(?!\d)|\d{1,12}(?:\.\d{1,16})?)"
_NUMBER: Final = rf"(?>{_DIGITS}|(?<![\d.])\.\d{{1,6}})"
_FIRST: Final = r"[\d.](?:(?<=\d)(?>\d{0,2}(?:,\d{3}){1,4}(?!\d)|\d{0,11}(?:\.\d{1,16})?)|(?<=\.)\d{1,6})"
_NOUN: Final = (
    r"(?:(?: | ?/ ?)(?!(?:times|plus|minus|divided|multiplied|of|and|or|is|x|more|less)\b)[A-Za-z]{2,20}+){0,3}+"
)
_MONEY: Final = r"[$€£]?"
_MORE: Final = rf"(?:%|{_NOUN})(?: ?[-+*/x×÷–−] ?{_MONEY}{_NUMBER}(?:%|{_NOUN})){{0,9}}+"
_CHAIN = re.compile(
    rf"{_FIRST}{_MORE}(?: ?= ?{_MONEY}-?{_NUMBER}{_MORE}(?= ?=))*+ ?= ?{_MONEY}-?{_NUMBER}%?(?![\d,.]*\d)"
)
_OPERAND = re.compile(rf"([-+*/x×÷–−=]) ?{_MONEY}(-?)({_NUMBER})(%?)")
_BEFORE = re.compile(r"[(\"“]?([A-Za-z]{2,20})(?:['’-][A-Za-z]{1,20})*+([:,;.]?)")
_JOINS = frozenset(("of", "times", "plus", "minus", "by", "mod"))
"""Words that make what follows a part of something before it."""
_TOTALS = frozenset(("total", "sum", "average", "number", "change", "profit"))
_AFTER = re.compile(
    r"\$?(?:[.,;]?(?: ?$|(?<=[.,;]) (?=[A-Za-z]{2}))"
    r"| (?!mod|remainder|times \S*\d|plus|minus|of\b)[A-Za-z]{2,}(?![A-Za-z ]{0,60}+[-+*/×÷–−=^]))"
)
_CURRENCIES = ("$", "€", "£")
_LOOK_BACK_CHARS = 60
_STATES_IN_WORDS = re.compile(r"\b(?:is|equals|makes|gives)\s+[\\$]*\d", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_LATEX_SIGN = re.compile(r"\\(?:times|cdot)(?![A-Za-z]) ?")
_LATEX_BRACKET = re.compile(r"\\[()\[\]] ?")


def plainly_true(line: str) -> int:
    """Return how many statements a line makes when all have the usual shape and hold, else 0.

    >>> plainly_true("She sells 3 * 4 = 12 eggs, so 16 - 12 = 4 eggs are left"), plainly_true("x + 1 = 3")
    (2, 0)
    """
    if "≈" in line:
        return 0
    if "\\" in line:
        line = _LATEX_SIGN.sub("* ", _LATEX_BRACKET.sub("", line))
        if "\\" in line:
            return 0
    checked = 0
    starts = []
    for match in _CHAIN.finditer(line):
        start, end = match.span()
        links = _links(line[start:end])
        if not links or not _stands_alone(line, start, end):
            return 0
        checked += links
        starts.append(start)
    if checked != line.count("=") or any(place not in starts for place in _numbers_after_verbs(line)):
        return 0
    return checked


def states_in_words(line: str) -> bool:
    """Say whether a line holds `is 15`, `makes $3` or the like."""
    return _has_verb(line) and bool(_STATES_IN_WORDS.search(line))


def _has_verb(line: str) -> bool:
    """Say, many times faster than the regular expression, whether it might find something."""
    if any(space in line for space in "\t\u00a0\u2009\u202f\u3000"):
        return True
    lowered = line.lower()
    return "is " in lowered or "makes " in lowered or "gives " in lowered or "equals " in lowered


def _numbers_after_verbs(line: str) -> Iterator[int]:
    """Yield where the numbers stand that a verb may call equal to something before."""
    first = _DIGIT.search(line)
    if first and _has_verb(line):
        for verb in _STATES_IN_WORDS.finditer(line, first.start()):
            yield verb.end() - 1


def _stands_alone(line: str, start: int, end: int) -> bool:
    """Say whether nothing around the statement can belong to it."""
    if not _AFTER.match(line, end):
        return False
    start -= line[start - 1 : start] in _CURRENCIES
    words = line[max(0, start - _LOOK_BACK_CHARS) : start].split()
    if not words:
        return True
    if line[start - 1] not in " :":
        return False
    word = _BEFORE.fullmatch(words[-1])
    if word is None:
        return False
    if word[2] or word[1].lower() not in _JOINS:
        return True
    return word[1] == "of" and len(words) > 1 and words[-2] in _TOTALS


@lru_cache(maxsize=4_096)  # the samples of one problem repeat each other's arithmetic
def _links(chain: str) -> int:
    """Return how many statements a chain makes; 0 unless each states an operation and all values are the same."""
    sides: list[tuple[Value, int]] = []
    total: Value = 0
    term: Value = 0
    operations = 0
    for sign, minus, number, percent in _OPERAND.findall(f"={chain}"):
        operand = -_number(number) if minus else _number(number)
        if percent:
            operand = quotient(operand, 100)
        if sign == "=":
            sides.append((total + term, operations))
            total, term, operations = 0, operand, 0
            continue
        operations += 1
        if sign in "*x×":
            term *= operand
        elif sign in "/÷":
            if not operand:
                return 0
            term = quotient(term, operand)
        else:
            total += term
            term = operand if sign == "+" else -operand
    sides = [*sides[1:], (total + term, operations)]
    hold = all(left == right and (some or more) for (left, some), (right, more) in pairwise(sides))
    return len(sides) - 1 if hold else 0


def _number(text: str) -> Value:
    if text.isdecimal():
        return int(text)
    whole, _, places = text.replace(",", "").partition(".")
    return Fraction(int(whole + places), 10 ** len(places)) if places else int(whole)

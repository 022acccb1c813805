"""Checking the arithmetic inside reasoning: `12 × 4 = 48`, `3/4 of 20 is 15`, `2 hours = 120 minutes`.

A right answer that was reached over false steps is what rejection sampling cannot see. Only statements that
can mean one thing are counted; rounding is not called false, and what is doubtful is not counted at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from verifiers.step_grammar import (
    NO_NOUN,
    PART_WORDS,
    Expression,
    Token,
    UnreadableError,
    Value,
    magnitude,
    parse,
    quotient,
    tokenize,
)
from verifiers.undressing import plain_markup
from verifiers.units import Unit, find_unit

MAX_STEPS: Final = 500
"""So many statements of one completion are checked."""
MAX_TEXT_CHARS: Final = 200_000
MAX_LINE_CHARS: Final = 4_000
MAX_FALSE_STEPS: Final = 50
_MAX_SIDE_TOKENS = 60
_MAX_WORDS_BETWEEN = 5
_WORDS_BEFORE_CHARS = 60
_WORD_BEFORE_CHARS = 40
_WORTH_ROUNDING = 10
"""From here on a whole number after an uneven division may be rounded: `100 / 3 = 33`."""
_FLOAT_PLACES = 9
_FLOAT_NOISE = 10**12
"""Numbers with so many places were computed in floating point, and are right up to one part in so many."""
_APPROXIMATELY = Fraction(1, 20)
"""How far `≈` may be off, relatively."""

_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,4}(?!\d)|\d{1,12}(?:\.\d{1,6})?)"
_NOUN = r"(?:(?: | ?/ ?)(?!(?:times|plus|minus|divided|multiplied|of|and|or|is|x|more|less)\b)[A-Za-z]{2,20}){0,3}"
_SIGN = r" ?([-+*/x×÷–]) ?\$?"
_PLAIN = re.compile(rf"({_NUMBER}{_NOUN}(?:{_SIGN}{_NUMBER}{_NOUN}){{1,5}}) ?= ?\$?({_NUMBER})(?![\d,.]*\d)")
_FIRST_NUMBER = re.compile(_NUMBER)
_OPERAND = re.compile(rf"{_SIGN}({_NUMBER})")
_PLAIN_BEFORE = re.compile(
    r"(?:^|(?<![\w.])(?:(?!(?:of|times|plus|minus|by|mod)\b)[A-Za-z]{2,20}:?|"
    r"(?:total|sum|average|number|change|profit) of) )\$?$"
)
_PLAIN_AFTER = re.compile(r"[.,;]?(?:$| (?!mod|remainder|times|plus|minus|of\b)[A-Za-z]{2,})")
_DIGIT = re.compile(r"\d")
_STATES_IN_WORDS = re.compile(r"\b(?:is|equals|makes|gives)\s+[\\$]*\d", re.IGNORECASE)
_OPERATES = re.compile(
    r"\b(?:twice|double|triple)\b|"
    r"(?:\d|half|third|quarter|fifth)\D{0,40}?(?:\b(?:of|plus|minus|times|by)\b|[-+*/×÷–x]|\\d?frac\b)",
    re.IGNORECASE,
)
_ANNOTATION = re.compile(r"<<([^<>\n]{1,80})>>")
_ALIGNED = re.compile(r"\\\\\s*&?\s*(?==)")
_LIST_MARK = re.compile(r"^\s*(?:[*•–-]\s+|\(?\d{1,2}[.)]\s+)")
_ROUNDED = re.compile(r"\b(?:round|approx|about|nearest|roughly|estimat|remainder|mod)", re.IGNORECASE)
_VERBS = frozenset(("is", "equals", "makes", "gives"))
_COMPARES = frozenset(
    (
        "more",
        "less",
        "fewer",
        "greater",
        "times",
        "of",
        "out",
        "percent",
        "smaller",
        "larger",
        "bigger",
        "away",
        "not",
        "a",
        "an",
        "the",
    )
)
_NO_BOUNDARY = frozenset("_|<>≤≥≠:^'\\")


@dataclass(frozen=True, slots=True)
class StepCheck:
    """How many arithmetic statements were checked, and those that do not hold, as they stand in the text."""

    checked: int
    false_steps: tuple[str, ...]


NO_STEPS: Final = StepCheck(0, ())


def check_steps(text: str) -> StepCheck:
    """Check every arithmetic statement of `text` that can be read without doubt.

    >>> check_steps("He has 12 × 4 = 48 apples, and 3/4 of 20 is 16. So x = 5.")
    StepCheck(checked=2, false_steps=('3/4 of 20 is 16',))
    """
    checked = 0
    false_steps: list[str] = []
    for line in _lines(text[:MAX_TEXT_CHARS]):
        for statement, holds in _statements(line):
            checked += 1
            if not holds and len(false_steps) < MAX_FALSE_STEPS:
                false_steps.append(statement)
            if checked == MAX_STEPS:
                return StepCheck(checked, tuple(false_steps))
    return StepCheck(checked, tuple(false_steps))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that state something of numbers; a calculator's note is one unless the text repeats it."""
    if "\\\\" in text:
        text = _ALIGNED.sub(" ", text)
    for line in text.splitlines():
        if len(line) > MAX_LINE_CHARS or not _may_state(line):
            continue
        for note in _ANNOTATION.finditer(line):
            if not line[: note.start()].rstrip().endswith("="):
                yield note.group(1)
        yield _LIST_MARK.sub("", plain_markup(_ANNOTATION.sub("", line)))


def _may_state(line: str) -> bool:
    """Say, cheaply, whether a line may state something of numbers."""
    if "=" in line or "≈" in line or "\\approx" in line:
        return bool(_DIGIT.search(line))
    return bool(_STATES_IN_WORDS.search(line) and _OPERATES.search(line))


def _is_plainly_true(line: str) -> bool:
    """Say whether the line's only statement has the usual shape, `words 12 * 4 = 48 words`, and holds.

    Most lines of word problems are decided here, many times faster than by the grammar; what this does not
    find true is left to the grammar.
    """
    if line.count("=") != 1 or "≈" in line or "\\" in line:
        return False
    match = _PLAIN.search(line)
    if match is None or not _PLAIN_AFTER.match(line, match.end()):
        return False
    if not _PLAIN_BEFORE.search(line[max(0, match.start() - _WORD_BEFORE_CHARS) : match.start()]):
        return False
    if any(verb.end() - 1 != match.start() for verb in _STATES_IN_WORDS.finditer(line)):
        return False
    return _plain_value(match[1]) == _plain_number(match[3])


def _plain_value(text: str) -> Value | None:
    """Return the value of numbers, with what they count, between signs of operation; None when dividing by zero."""
    end = _FIRST_NUMBER.match(text)
    if end is None:
        return None
    total: Value = 0
    term = _plain_number(end[0])
    for sign, number in _OPERAND.findall(text, end.end()):
        operand = _plain_number(number)
        if sign in "*x×":
            term *= operand
        elif sign in "/÷":
            if not operand:
                return None
            term = quotient(term, operand)
        else:
            total += term
            term = operand if sign == "+" else -operand
    return total + term


def _plain_number(number: str) -> Value:
    whole, _, places = number.replace(",", "").partition(".")
    return Fraction(int(whole + places), 10 ** len(places)) if places else int(whole)


def _around_numbers(line: str) -> str:
    """Return the part of a line from a little before its first number on; the words before that decide nothing."""
    first = _DIGIT.search(line)
    return line[line.rfind(" ", 0, max(0, first.start() - _WORDS_BEFORE_CHARS)) + 1 :] if first else line


def _statements(line: str) -> Iterator[tuple[str, bool]]:
    """Yield each statement of a line that can be read, and whether it holds."""
    if _is_plainly_true(line):
        yield line, True
        return
    line = _around_numbers(line)
    tokens = tokenize(line)
    signs = [n for n, token in enumerate(tokens) if token.kind in {"eq", "approx"} or token.text.lower() in _VERBS]
    earlier: dict[int, tuple[Expression, int]] = {}
    for sign, next_sign in pairwise([*signs, len(tokens)]):
        try:
            left, start = earlier.get(sign) or _left_side(tokens, sign)
            right, end = parse(tokens, sign + 1)
            if end == next_sign < len(tokens):
                earlier[end] = (right, sign + 1)
            holds = _holds(left, right, tokens[sign], line)
        except UnreadableError:
            continue
        if holds is not None and _is_bounded(tokens, end, tokens[sign]):
            yield line[tokens[start].start : tokens[end - 1].end].strip(), holds


def _left_side(tokens: list[Token], sign: int) -> tuple[Expression, int]:
    """Return the longest expression that ends at `sign`, and where it begins."""
    for start in _beginnings(tokens, sign):
        try:
            expression, end = parse(tokens, start)
        except UnreadableError:
            continue
        if end == sign and not _hangs_on(tokens, start):
            return expression, start
    raise UnreadableError


def _beginnings(tokens: list[Token], sign: int) -> list[int]:
    """Return the places where an expression that ends at `sign` may begin, the first one first."""
    found = []
    words = 0
    start = sign
    while start and sign - start < _MAX_SIDE_TOKENS:
        kind, text = tokens[start - 1][:2]
        if kind in {"eq", "approx", "other"}:
            break
        words = words + 1 if kind == "word" else 0
        if words > _MAX_WORDS_BETWEEN:
            break
        start -= 1
        if kind not in {"word", "noun"} or text.lower() in PART_WORDS:
            before = tokens[start - 1].kind if start else "other"
            if before in {"word", "noun", "eq", "approx", "other"}:
                found.append(start)
    return found[::-1]


def _hangs_on(tokens: list[Token], start: int) -> bool:
    """Say whether something before the expression may belong to it: an operation, a function, a variable."""
    if not start:
        return False
    before = tokens[start - 1]
    if before.text == ":":
        return start > 1 and tokens[start - 2].kind == "num"
    if before.kind == "word":
        if len(before.text) == 1 and before.text not in {"a", "A", "I"}:
            return True
        word = before.text.lower()
        if before.end == tokens[start].start or word in {"times", "plus", "minus", "by", "mod"}:
            return True
        if word == "of":
            part = tokens[start - 2] if start > 1 else before
            return part.kind in {"num", "pct", "rb", "rp"} or part.text.lower() in PART_WORDS
        if tokens[start].kind == "op":
            return True
        while start and tokens[start - 1].kind == "word":
            start -= 1
        return bool(start) and tokens[start - 1].kind in {"op", "frac", "sqrt"}
    return (
        before.kind in {"num", "op", "rp", "rb", "lb", "sup", "pct", "frac", "sqrt"}
        or before.text in _NO_BOUNDARY
        or (before.text.startswith("\\") and before.kind == "other")
    )


def _is_bounded(tokens: list[Token], end: int, sign: Token) -> bool:
    """Say whether the statement surely ends where it was read to."""
    if end >= len(tokens):
        return True
    after = tokens[end]
    if tokens[end - 1].kind == "word" and after.kind in {"num", "word"}:
        return True
    if after.kind == "word":
        word = after.text.lower()
        if sign.kind == "word" and word in _COMPARES:
            return False
        return (
            (word in NO_NOUN and word not in {"mod", "modulo", "remainder", "r", "times", "plus", "minus", "of"})
            or len(word) > 1
            or word == "a"
        )
    if after.kind in {"op", "num", "sup", "lb", "frac", "sqrt", "pct"} or after.text in _NO_BOUNDARY:
        return False
    if after.kind == "lp":
        return (
            end + 1 < len(tokens)
            and tokens[end + 1].text.lower() not in {"mod", "\\mod"}
            and tokens[end + 1].kind == "word"
        )
    return not (after.kind == "other" and after.text.startswith("\\"))


def _holds(left: Expression, right: Expression, sign: Token, line: str) -> bool | None:
    """Say whether the two sides agree; None where the statement is none or may mean something else."""
    if sign.kind == "word" and not (left.operations and right.operations == 0):
        return None
    if not left.operations and not right.operations:
        return _same_measure(left, right, approximately=sign.kind == "approx")
    if _agree(left, right, approximately=sign.kind == "approx"):
        return True
    if left.doubtful or right.doubtful or _is_running_total(left, right) or _may_be_rounded(left, right, line):
        return None
    if left.nouns and not left.operations and not right.nouns:
        return None  # "1 hour = 60 * 1": of what is left open
    if left.adds_percent or right.adds_percent or _mixes_units(left, right):
        return None
    return False


def _agree(left: Expression, right: Expression, *, approximately: bool) -> bool:
    """Say whether the values are equal, up to the rounding of what was written."""
    readings = [(left.value, right.value)]
    if left.percent != right.percent:
        # "10 / 50 * 100 = 20%" means 20; "10 / 50 = 20%" means a fifth.
        readings.append((left.value, right.value * 100) if right.percent else (left.value * 100, right.value))
    for one, other in readings:
        difference = magnitude(one - other)
        if not difference:
            return True
        if approximately and difference <= _APPROXIMATELY * _larger(one, other):
            return True
        scale = 100 if right.percent and other == right.value else 1
        if any(side.places and difference * scale * 10**side.places < 1 for side in (left, right)):
            return True
        if (right.places or 0) >= _FLOAT_PLACES and difference * _FLOAT_NOISE < magnitude(one):
            return True
        if approximately and right.places == 0 and difference * scale < 1:
            return True
    return False


def _larger(one: Value, other: Value) -> Value:
    """Return the larger size of two values."""
    one, other = magnitude(one), magnitude(other)
    return max(other, one)


def _may_be_rounded(left: Expression, right: Expression, line: str) -> bool:
    """Say whether rounding that is not shown explains the difference."""
    difference = magnitude(left.value - right.value)
    if right.places == 0 and difference < 1 and left.value.denominator != 1:
        return magnitude(right.value) >= _WORTH_ROUNDING or bool(_ROUNDED.search(line))
    spread = (left.spread + right.spread) * _larger(left.value, right.value)
    return difference <= spread and "$" not in line


def _is_running_total(left: Expression, right: Expression) -> bool:
    """`5 + 3 = 8 * 2 = 16` goes on calculating after the sign: bad style, and no claim that 8 is 16."""
    return right.operations > 0 and left.value == right.first


def _mixes_units(left: Expression, right: Expression) -> bool:
    """Say whether units of one kind but different size take part: `3 × 20 minutes = 1 hour` is right."""
    found: dict[object, set[Fraction]] = {}
    for _, noun in left.nouns + right.nouns:
        for unit in _units(noun):
            found.setdefault(unit.dimension, set()).add(unit.factor)
    return any(len(factors) > 1 for factors in found.values())


def _same_measure(left: Expression, right: Expression, *, approximately: bool) -> bool | None:
    """Compare two measures, such as `2 hours` and `120 minutes`; None unless both have units of one dimension."""
    if left.percent != right.percent and not left.nouns and not right.nouns:
        return _agree(left, right, approximately=approximately)
    if len(left.nouns) != 1 or len(right.nouns) != 1:
        return None
    verdict: bool | None = None
    for one in _units(left.nouns[0][1]):
        for other in _units(right.nouns[0][1]):
            if one.dimension != other.dimension or one.offset or other.offset or one.factor == other.factor:
                continue
            for factor in (other.factor, *other.rivals):
                converted = Expression(left.value * one.factor / factor, 1, spread=left.spread)
                if _agree(converted, right, approximately=approximately) or (
                    magnitude(converted.value - right.value) <= Fraction(1, 200) * magnitude(right.value)
                    and converted.value.denominator != 1
                ):
                    return True
            verdict = False
    return verdict


def _units(noun: str) -> tuple[Unit, ...]:
    """Return the readings of a noun as a unit with a dimension, none for other nouns."""
    return tuple(unit for unit in find_unit(noun) if unit.dimension) if " " not in noun else ()

"""Checking the arithmetic inside reasoning: `12 × 4 = 48`, `3/4 of 20 is 15`, `2 hours = 120 minutes`.

A right answer that was reached over false steps is what rejection sampling cannot see. Only statements that
can mean one thing are counted; rounding is not called false, and what is doubtful is not counted at all.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from verifiers.steps.loose_steps import OtherArithmetic, is_no_claim, loose_readings, other_arithmetic
from verifiers.steps.plain_steps import plainly_true
from verifiers.steps.step_agreement import decide
from verifiers.steps.step_bounds import hangs_on, has_list, is_bounded, opens
from verifiers.steps.step_congruences import congruent, leaves_remainder, modulus_behind, names_modulus
from verifiers.steps.step_grammar import parse
from verifiers.steps.step_lines import MAX_STEP_LINE_CHARS, in_plain_marks, lines_that_state
from verifiers.steps.step_measures import decide_measures, may_measure, read_measures
from verifiers.steps.step_tokens import Tokens, tokenize
from verifiers.steps.step_values import Expression, UnreadableError
from verifiers.steps.step_words import NO_NOUN

MAX_STEPS: Final = 500
"""So many statements of one completion are checked."""
MAX_STEP_TEXT_CHARS: Final = 200_000
MAX_FALSE_STEPS: Final = 50
_MAX_SIDE_TOKENS = 60
_MAX_WORDS_BETWEEN = 5
_LOOK_BACK_CHARS = 30
"""So much before a clause is read too: something in it may belong to the statement."""
_DIGIT = re.compile(r"\d")
_SIGN = re.compile(r"[=≈≃≡]|\\(?:approx|simeq|equiv)(?![A-Za-z])")
_SIGN_OR_VERB = re.compile(
    rf"{_SIGN.pattern}|\b(?:is(?!\s+divided)|equals|makes|gives|leaves)\b(?:\s+us\b)?", re.IGNORECASE
)
_ASCII_SIGN = re.compile(r"=|\\(?:approx|simeq|equiv)(?![A-Za-z])")
_ASCII_SIGN_OR_VERB = re.compile(
    rf"{_ASCII_SIGN.pattern}|i(?<!\wi)s(?!\w| +divided)|e(?<!\we)quals(?!\w)|m(?<!\wm)akes(?!\w)|"
    r"g(?<!\wg)ives(?!\w)(?: +us(?!\w))?|l(?<!\wl)eaves(?!\w)(?: +us(?!\w))?",
    re.ASCII,
)
"""The same in small letters without accents, several times faster: each begins with a letter that is fixed."""
_BEGINS = re.compile(
    r"[-−–+\s$€£¥₹~&{(\[|⌊⌈]*(?:\d|\.\d|√|∛|π|[²³]|\\(?![A-Za-z])|\\(?:[dtc]?frac|[dt]?binom|sqrt|pi|left|[bB]igl?|q?quad|displaystyle|"
    r"gcd|log|ln|sin|cos|tan|min|max|[lr]floor|lceil|text)(?![A-Za-z])|([A-Za-z½⅓⅔¼¾-]+))",
    re.IGNORECASE,
)
"""How the right side of a statement can begin."""
_IS_MULTIPLE = re.compile(r"[\d)}]([A-Za-z])\s*\Z")
"""A left side that ends like `4x` is one of algebra."""
_CLAUSE_END = re.compile(r"(?<=[.,;:?])\s")
_CLAUSES_BEFORE = re.compile(r".*[.,;:?]\s", re.DOTALL)
_VERBS = frozenset(("is", "equals", "makes", "gives", "leaves"))
_EQUATES = frozenset(("eq", "approx", "cong"))
_ENDS_CLAUSE = frozenset(("eq", "approx", "cong", "other"))
_NAMES = frozenset(("word", "noun"))


class StepCheck(NamedTuple):
    """How many arithmetic statements were checked, and those that do not hold, as they stand in the text."""

    checked: int
    false_steps: tuple[str, ...]


NO_STEPS: Final = StepCheck(0, ())


def check_steps(text: str) -> StepCheck:
    """Check every arithmetic statement of `text` that can be read without doubt.

    >>> check_steps("He has 12 × 4 = 48 apples, and 3/4 of 20 is 16. So x = 5.")
    StepCheck(checked=2, false_steps=('3/4 of 20 is 16',))
    """
    bare = in_plain_marks(text[:MAX_STEP_TEXT_CHARS])
    if "\\" not in bare and len(bare) <= MAX_STEP_LINE_CHARS and (plain := plainly_true(bare)):
        return StepCheck(plain, ())
    checked = 0
    other: OtherArithmetic | None = None
    false_steps: list[str] = []
    for line in lines_that_state(bare):
        checked += (plain := plainly_true(line))
        for statement, holds in () if plain else statements(line):
            if not holds:
                other = other or other_arithmetic(text)
                if is_no_claim(statement, line, other) or _is_loosely_right(statement):
                    continue
            checked += 1
            if not holds and len(false_steps) < MAX_FALSE_STEPS:
                false_steps.append(statement)
        if checked >= MAX_STEPS:
            break
    return StepCheck(checked, tuple(false_steps))


def _is_loosely_right(statement: str) -> bool:
    """Say whether a statement is right as people write who leave brackets away or use other marks."""
    for reading in loose_readings(statement):
        found = statements(reading)
        if all(holds for _, holds in found) and (found or _can_be_read(reading)):
            return True
    return False


def _can_be_read(statement: str) -> bool:
    """Say whether both sides of a statement are read to their ends."""
    tokens = tokenize(statement)
    try:
        _, sign = parse(tokens, 0)
        _, end = parse(tokens, sign + 1)
    except UnreadableError:
        return False
    return end == len(tokens)


@lru_cache(maxsize=4_096)  # the samples of one problem repeat each other's lines
def statements(line: str) -> tuple[tuple[str, bool], ...]:
    """Return each statement of a line that can be read, and whether it holds."""
    return tuple(_statements(line))


def _statements(line: str) -> Iterator[tuple[str, bool]]:
    for piece in _pieces(line):
        tokens = tokenize(piece)
        signs = [
            n
            for n, kind in enumerate(tokens.kinds)
            if kind in _EQUATES or (kind == "word" and tokens.texts[n].lower() in _VERBS)
        ]
        earlier: dict[int, tuple[Expression, int]] = {}
        for sign, next_sign in pairwise([*signs, len(tokens)]):
            kind = tokens.kinds[sign]
            try:
                left, start = earlier.get(sign) or _left_side(tokens, sign)
                right, end = parse(tokens, sign + 1 + (tokens.texts[sign + 1] == "us"))
                if end == next_sign < len(tokens):
                    earlier[end] = (right, sign + 1)
                if kind == "cong" or names_modulus(tokens, end):
                    holds = congruent(left, right, modulus_behind(tokens, end))
                elif (rest := leaves_remainder(tokens, start, sign, right, end)) is not None:
                    holds, end = rest
                else:
                    holds = decide(left, right, kind, line) if is_bounded(tokens, end, kind) else None
                    if holds is False and kind == "word" and not _says_result(tokens, start, sign, left, right):
                        continue
            except UnreadableError:
                holds = None
            if holds is None and may_measure(tokens, sign):
                holds, start, end = _compare_measures(tokens, sign)
            if holds is not None:
                yield piece[tokens.spans[start][0] : tokens.spans[end - 1][1]].strip(), holds


def _compare_measures(tokens: Tokens, sign: int) -> tuple[bool | None, int, int]:
    """Say whether the measures around a sign are equal, None if they are none; and where they begin and end."""
    kind = tokens.kinds[sign]
    try:
        _, start = _left_side(tokens, sign, read_measures)
        holds, end = decide_measures(tokens, start, sign, sign + 1)
    except UnreadableError:
        return None, 0, 0
    follows_measure = start > 1 and tokens.kinds[start - 1] in _NAMES and tokens.kinds[start - 2] == "num"
    goes_on = kind == "word" and tokens.kinds[end] == "word" and tokens.texts[end].lower() not in NO_NOUN
    return (None if follows_measure or goes_on or not is_bounded(tokens, end, kind) else holds), start, end


def _says_result(tokens: Tokens, start: int, sign: int, left: Expression, right: Expression) -> bool:
    """Say whether a verb gives the result of a calculation, not how many terms it has or what has an area of 4π."""
    kinds, texts = tokens.kinds[start:sign], tokens.texts
    counts = bool(right.nouns) and not left.nouns and texts[sign].lower() in {"gives", "makes", "leaves"}
    return not counts and ("op" in kinds or "word" in kinds or "pct" in kinds or "sup" in kinds)


def _pieces(line: str) -> Iterator[str]:
    """Yield the parts of a line around signs with a number on either side; no other part can state anything."""
    signs = [match.span() for match in _signs_and_verbs(line)]
    begin = end = before = since = 0
    for (start, stop), (next_start, next_stop) in pairwise([*signs, (len(line), len(line))]):
        begins = _BEGINS.match(line, stop, next_start)
        is_sum = begins and (not begins[1] or opens(begins[1]))
        multiple = _IS_MULTIPLE.search(line, max(before, start - 9), start) if is_sum else None
        if is_sum and (not multiple or _has_unit(line[stop:next_start], multiple[1])):
            others = _CLAUSES_BEFORE.match(line, before, start)
            left = others.end() if others else before
            ended = _CLAUSE_END.search(line, stop, next_start)
            right = ended.start() if ended else next_start
            if _DIGIT.search(line, left, start) and _DIGIT.search(line, stop, right):
                first = max(since, left - _LOOK_BACK_CHARS)
                if first > end:
                    if end:
                        yield line[begin:end]
                    begin = first
                end = next_stop if right == next_start else right
        since, before = start, stop
    if end:
        yield line[begin:end]


def _has_unit(side: str, letter: str) -> bool:
    """Say whether a letter is a unit that a side has, too: `400m + 250m = 650m`."""
    place = side.find(letter)
    return (
        letter in "mgshLNJWVA" and place > 0 and side[place - 1].isdigit() and not side[place + 1 : place + 2].isalpha()
    )


def _signs_and_verbs(line: str) -> Iterator[re.Match[str]]:
    """Return the signs of equality in a line and, where spaces stand behind any, the verbs that call things equal."""
    if "\t" in line or not line.isascii():
        return _SIGN_OR_VERB.finditer(line)  # other spaces
    lowered = line.lower()
    has_verb = "is " in lowered or any(verb in lowered for verb in ("makes ", "gives ", "equals ", "leaves "))
    return _ASCII_SIGN_OR_VERB.finditer(lowered) if has_verb else _ASCII_SIGN.finditer(line)


def _left_side(
    tokens: Tokens, sign: int, read: Callable[[Tokens, int], tuple[Expression, int]] = parse
) -> tuple[Expression, int]:
    """Return the longest expression that ends at `sign`, and where it begins."""
    for start in _beginnings(tokens, sign):
        try:
            expression, end = read(tokens, start)
        except UnreadableError:
            continue
        if end == sign and not hangs_on(tokens, start):
            return expression, start
    raise UnreadableError


def _beginnings(tokens: Tokens, sign: int) -> list[int]:
    """Return the places where an expression that ends at `sign` may begin, the first one first."""
    kinds, texts = tokens.kinds, tokens.texts
    found = []
    words = 0
    start = sign
    while start and sign - start < _MAX_SIDE_TOKENS:
        kind = kinds[start - 1]
        if kind in _ENDS_CLAUSE and not (texts[start - 1] == "," and has_list(tokens, start)):
            break
        words = words + 1 if kind == "word" else 0
        if words > _MAX_WORDS_BETWEEN:
            break
        start -= 1
        if kind not in _NAMES or opens(texts[start]):
            before = kinds[start - 1] if start else "other"
            if before in _ENDS_CLAUSE or before in _NAMES or before == "lp":
                found.append(start)
    return found[::-1]

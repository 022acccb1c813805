"""Checking the arithmetic inside reasoning: `12 × 4 = 48`, `3/4 of 20 is 15`, `2 hours = 120 minutes`.

A right answer that was reached over false steps is what rejection sampling cannot see. Only statements that
can mean one thing are counted; rounding is not called false, and what is doubtful is not counted at all.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from verifiers.steps.loose_steps import OtherArithmetic, is_no_claim, loose_readings, other_arithmetic
from verifiers.steps.plain_steps import plainly_true
from verifiers.steps.step_agreement import decide
from verifiers.steps.step_grammar import parse
from verifiers.steps.step_lines import MAX_STEP_LINE_CHARS, in_plain_marks, lines_that_state
from verifiers.steps.step_tokens import Tokens, tokenize
from verifiers.steps.step_values import Expression, UnreadableError
from verifiers.steps.step_words import FUNCTION_WORDS, NO_NOUN, PART_WORDS

MAX_STEPS: Final = 500
"""So many statements of one completion are checked."""
MAX_STEP_TEXT_CHARS: Final = 200_000
MAX_FALSE_STEPS: Final = 50
_MAX_SIDE_TOKENS = 60
_MAX_WORDS_BETWEEN = 5
_LOOK_BACK_CHARS = 30
"""So much before a clause is read too: something in it may belong to the statement."""
_DIGIT = re.compile(r"\d")
_SIGN = re.compile(r"[=≈≃]|\\(?:approx|simeq)(?![A-Za-z])")
_SIGN_OR_VERB = re.compile(rf"{_SIGN.pattern}|\b(?:is|equals|makes|gives)\b", re.IGNORECASE)
_ASCII_SIGN = re.compile(r"=|\\(?:approx|simeq)(?![A-Za-z])")
_ASCII_SIGN_OR_VERB = re.compile(
    rf"{_ASCII_SIGN.pattern}|i(?<!\wi)s(?!\w)|e(?<!\we)quals(?!\w)|m(?<!\wm)akes(?!\w)|g(?<!\wg)ives(?!\w)", re.ASCII
)
"""The same in small letters without accents, several times faster: each begins with a letter that is fixed."""
_BEGINS = re.compile(
    r"[-−–+\s$€£¥₹~&{(\[]*(?:\d|\.\d|√|π|[²³]|\\(?![A-Za-z])|\\(?:[dtc]?frac|[dt]?binom|sqrt|pi|left|[bB]igl?|q?quad|displaystyle)(?![A-Za-z])|"
    rf"(?:{'|'.join(sorted(PART_WORDS))})\b)",
    re.IGNORECASE,
)
"""How the right side of a statement can begin."""
_IS_MULTIPLE = re.compile(r"[\d)}][A-Za-z]\s*\Z")
"""A left side that ends like `4x` is one of algebra."""
_CLAUSE_END = re.compile(r"(?<=[.,;:?])\s")
_CLAUSES_BEFORE = re.compile(r".*[.,;:?]\s", re.DOTALL)
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
_AND_SO_ON = frozenset(("\\ldots", "\\dots", "\\cdots", "…", "."))
_EQUATES = frozenset(("eq", "approx"))
_LABEL_NAMES = "step case part day example problem question method option week year round line row"
_LABELS = frozenset(_LABEL_NAMES.split())
"""Words that are numbered: in `Step 2: 8 - 1 = 7` the 2 is no part of a ratio."""
_ENDS_CLAUSE = frozenset(("eq", "approx", "other"))
_NAMES = frozenset(("word", "noun"))
_OPERANDS = frozenset(("num", "rp", "rb"))
_GOES_ON = frozenset(("num", "op", "rp", "rb", "lb", "sup", "pct", "frac", "sqrt", "binom", "pi"))
_NO_BOUNDARY = frozenset("_|<>≤≥≠:^'\\")
_SEPARATES = frozenset(".,;:!?#≡…\"“”„«»'‘’•●·→⇒⟹⟶➜➡∴∵✓✔✅、。，；：！？（）")
"""Signs that may stand between a number and a statement; any other, such as `★`, may be an operation."""


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
                right, end = parse(tokens, sign + 1)
                if end == next_sign < len(tokens):
                    earlier[end] = (right, sign + 1)
                holds = decide(left, right, kind, line)
            except UnreadableError:
                continue
            if holds is not None and _is_bounded(tokens, end, kind):
                yield piece[tokens.spans[start][0] : tokens.spans[end - 1][1]].strip(), holds


def _pieces(line: str) -> Iterator[str]:
    """Yield the parts of a line around signs with a number on either side; no other part can state anything."""
    signs = [match.span() for match in _signs_and_verbs(line)]
    begin = end = before = since = 0
    for (start, stop), (next_start, next_stop) in pairwise([*signs, (len(line), len(line))]):
        if _BEGINS.match(line, stop, next_start) and not _IS_MULTIPLE.search(line, max(before, start - 9), start):
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


def _signs_and_verbs(line: str) -> Iterator[re.Match[str]]:
    """Return the signs of equality in a line and, where spaces stand behind any, the verbs that call things equal."""
    if "\t" in line or not line.isascii():
        return _SIGN_OR_VERB.finditer(line)  # other spaces
    lowered = line.lower()
    has_verb = "is " in lowered or "makes " in lowered or "gives " in lowered or "equals " in lowered
    return _ASCII_SIGN_OR_VERB.finditer(lowered) if has_verb else _ASCII_SIGN.finditer(line)


def _left_side(tokens: Tokens, sign: int) -> tuple[Expression, int]:
    """Return the longest expression that ends at `sign`, and where it begins."""
    for start in _beginnings(tokens, sign):
        try:
            expression, end = parse(tokens, start)
        except UnreadableError:
            continue
        if end == sign and not _hangs_on(tokens, start):
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
        if kind in _ENDS_CLAUSE:
            break
        words = words + 1 if kind == "word" else 0
        if words > _MAX_WORDS_BETWEEN:
            break
        start -= 1
        if kind not in _NAMES or texts[start].lower() in PART_WORDS:
            before = kinds[start - 1] if start else "other"
            if before in _ENDS_CLAUSE or before in _NAMES or before == "lp":
                found.append(start)
    return found[::-1]


def _hangs_on(tokens: Tokens, start: int) -> bool:
    """Say whether something before the expression may belong to it: an operation, a function, a variable."""
    if not start:
        return False
    kinds, texts, spans = tokens.kinds, tokens.texts, tokens.spans
    kind, text = kinds[start - 1], texts[start - 1]
    if text == ",":
        is_list = kinds[start - 2] == "num" or texts[start - 2] in _AND_SO_ON
        return start > 1 and is_list and spans[start - 2][1] + 1 == spans[start][0]
    if text == ":":
        named = texts[max(start - 3, 0)].lower()
        return start > 1 and kinds[start - 2] == "num" and named not in _LABELS
    if kind == "word":
        return _hangs_on_word(tokens, start)
    if kind == "other" and text not in _SEPARATES and start > 1 and kinds[start - 2] in _OPERANDS:
        return True
    return kind in _GOES_ON or text in _NO_BOUNDARY or (kind == "other" and text.startswith("\\"))


def _hangs_on_word(tokens: Tokens, start: int) -> bool:
    """Say whether the word before the expression makes something else of it."""
    kinds, texts, spans = tokens.kinds, tokens.texts, tokens.spans
    text = texts[start - 1]
    if len(text) == 1 and text not in {"a", "A", "I"}:
        return True
    word = text.lower()
    if word in FUNCTION_WORDS:
        return True
    if spans[start - 1][1] == spans[start][0] or word in {"times", "plus", "minus", "by", "mod"}:
        return True
    if word == "to":
        return "from" in texts[max(start - 4, 0) : start - 1]  # "x^2 from 1 to 3 = 9 - 1"
    if word == "of":
        part = max(start - 2, 0)
        before = texts[part].lower()
        if kinds[part] == "word" and part and kinds[part - 1] == "num":
            return True  # "8 packs of 5 bags * 4"
        return kinds[part] in {"num", "pct", "rb", "rp"} or before in PART_WORDS or before in FUNCTION_WORDS
    if kinds[start] == "op":
        return True
    while start and kinds[start - 1] == "word":
        start -= 1
    return bool(start) and kinds[start - 1] in {"op", "frac", "sqrt", "binom", "pi"}


def _is_bounded(tokens: Tokens, end: int, sign: str) -> bool:
    """Say whether the statement surely ends where it was read to."""
    if end >= len(tokens):
        return True
    kinds, texts = tokens.kinds, tokens.texts
    kind, text = kinds[end], texts[end]
    if kinds[end - 1] == "word" and kind in {"num", "word"}:
        return True
    if kind == "word":
        word = text.lower()
        if sign == "word" and word in _COMPARES:
            return False
        return (
            (word in NO_NOUN and word not in {"mod", "modulo", "remainder", "r", "times", "plus", "minus", "of"})
            or len(word) > 1
            or word == "a"
        )
    if kind in {"op", "num", "sup", "lb", "frac", "sqrt", "binom", "pi", "pct"} or text in _NO_BOUNDARY:
        return False
    if text == "." and tokens.spans[end][1] == tokens.spans[min(end + 1, len(tokens) - 1)][0]:
        return kinds[end + 1] not in {"lp", "num"} and not texts[end + 1].startswith("\\")  # `3.\overline{3}`
    if kind == "lp":
        return kinds[end + 1] == "word" and texts[end + 1].lower() not in {"mod", "\\mod"}
    may_operate = text not in _SEPARATES and kinds[end + 1] in {"num", "lp"}  # `3 ★ 4`
    return not (kind == "other" and (may_operate or text.startswith("\\")))

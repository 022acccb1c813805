r"""Roots in words: `7 root 2`, `the square root of 5`, `three times the cube root of 4`."""

import re

from verifiers.reading.number_words import number_in_words
from verifiers.reading.texts import words_bare, words_of

_ROOT = re.compile(
    r"(?:\b(?:the\s+)?(?:(?:principal\s+|positive\s+)?(?P<sort>square|cube|cubic|fourth|fifth|\d{1,2}(?:th|rd))[\s-]+)?root(?P<of>\s+of)?"
    r"|\bsqrt\s+of)\s+(?P<inside>\d{1,20}(?:\.\d{1,20})?|[a-z]{3,9}(?:-[a-z]{3,5})?|\([^()]{1,60}\))(?![\w^(!./])",
    re.IGNORECASE,
)
_DEGREES = {"square": 2, "cube": 3, "cubic": 3, "fourth": 4, "fifth": 5}
_OPERATIONS = (
    (re.compile(r"\s+(?:divided by|over)\s+", re.IGNORECASE), "/"),
    (re.compile(r"\bplus or minus\s+", re.IGNORECASE), r"\\pm "),
    (re.compile(r"\s+times\s+", re.IGNORECASE), r" \\cdot "),
    (re.compile(r"\s+plus\s+", re.IGNORECASE), " + "),
    (re.compile(r"\s+minus\s+", re.IGNORECASE), " - "),
    (re.compile(r"\A(?:minus|negative)\s+", re.IGNORECASE), "-"),
)
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-z]{3,9}(?:-[a-z]{3,5})?\b", re.IGNORECASE)
_MAX_CHARS = 200


def roots_written_out(text: str) -> str | None:
    r"""Return `text` with its roots as LaTeX writes them; None where it has none in words, or other words beside them.

    >>> roots_written_out("two times the cube root of 5"), roots_written_out("a root of 5 oaks")
    ('2 \\cdot \\sqrt[3]{5}', None)
    """
    if len(text) > _MAX_CHARS or ("root" not in text and "sqrt of" not in text):
        return None
    shown = _ROOT.sub(_as_latex, words_bare(text).strip())
    if "\\sqrt" not in shown or "root" in shown:
        return None
    for pattern, sign in _OPERATIONS:
        shown = pattern.sub(sign, shown)
    shown = _WORD.sub(_in_digits, shown)
    return None if words_of(shown) else " ".join(shown.split())


def _as_latex(match: re.Match[str]) -> str:
    inside, sort = match["inside"], (match["sort"] or "square").casefold()
    if inside[0].isalpha():
        value = number_in_words(inside)
        if value is None:
            return match[0]
        inside = str(value)
    degree = _DEGREES.get(sort) or int(sort[:-2])
    inside = inside[1:-1] if inside[0] == "(" else inside
    return rf"\sqrt{{{inside}}}" if degree == _DEGREES["square"] else rf"\sqrt[{degree}]{{{inside}}}"


def _in_digits(match: re.Match[str]) -> str:
    value = number_in_words(match[0])
    return match[0] if value is None else str(value)

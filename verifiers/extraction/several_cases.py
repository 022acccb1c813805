"""Answers that a text gives to several cases, of which it chooses none."""

import re

_CASE = re.compile(
    r"(?:\A|(?<=[.!?:\n])|(?<=[.!?:\n] ))[ \t*>-]{0,4}If\b[^.\n]{3,240}?,\s*(?:then\s+)?(?:the|your|our)\s+"
    r"(?:(?:correct|final|right)\s+)?(?=answer\b)"
)
"""`If the sum is greater, then the answer is …`"""
_CASE_CHARS = 300
_CASES_CHARS = 2_000


def is_one_case(text: str, noun: int) -> bool:
    """Say whether a statement is one of several cases, each with an answer of its own, none of them chosen.

    >>> text = "If it is so, then the answer is A. If it is not so, then the answer is B."
    >>> is_one_case(text, text.rindex("answer"))
    True
    """
    if "If " not in text[max(0, noun - _CASE_CHARS) : noun] or not text.startswith("answer", noun):
        return False
    if text.count("answer", max(0, noun - _CASES_CHARS), noun + _CASES_CHARS) == 1:
        return False
    cases = [match.end() for match in _CASE.finditer(text, max(0, noun - _CASES_CHARS), noun + _CASES_CHARS)]
    return noun in cases and len(cases) > 1

"""Places in an order (`13th`, `thirteenth`) and quotients with a remainder (`7 R 2`): compared as what they are."""

import re
from typing import Final

from verifiers.reading.number_words import number_in_words

_IN_DIGITS: Final = re.compile(
    r"(\d{1,9}(?:,\d{3})*)\s?(?:\^\s?)?\{?\s?(?:\\(?:text|mathrm|textsuperscript)\s?\{\s?)?(?:st|nd|rd|th)\s?\}{0,2}"
)
_REMAINDER: Final = re.compile(
    r"(\d{1,12})\s?,?\s?(?:\\text\s?\{\s?)?(?:R|r|rem(?:ainder)?\.?|with (?:a )?remainder(?: of)?|余)\s?\.?\s?\}?"
    r"\s?(\d{1,12})"
)
_LAST_WORDS: Final = {
    "first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine",
    "twelfth": "twelve",
}  # fmt: skip


def place_in_order(text: str) -> int | None:
    r"""The number of a place in an order, None for any other text.

    >>> place_in_order("21st"), place_in_order(r"5^{\text{th}}"), place_in_order("twenty-third"), place_in_order("13")
    (21, 5, 23, None)
    """
    match = _IN_DIGITS.fullmatch(text)
    if match is not None:
        return int(match[1].replace(",", ""))
    return _spelled(text.casefold().removeprefix("the ")) if text.isascii() and text[-1:].isalpha() else None


def _spelled(text: str) -> int | None:
    head, gap, last = text.replace("-", " ").rpartition(" ")
    if last in _LAST_WORDS:
        whole = head + gap + _LAST_WORDS[last]
    elif last.endswith("ieth"):
        whole = head + gap + last.removesuffix("ieth") + "y"
    elif last.endswith("th"):
        whole = head + gap + last.removesuffix("th")
    else:
        return None
    value = number_in_words(whole)
    return int(value) if value is not None and value.denominator == 1 and value > 0 else None


def quotient_and_remainder(text: str) -> tuple[int, int] | None:
    """The two numbers of `7 R 2`, `7 remainder 2`; None for any other text.

    >>> quotient_and_remainder("7 remainder 2"), quotient_and_remainder("72")
    ((7, 2), None)
    """
    match = _REMAINDER.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]))

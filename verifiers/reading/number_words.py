"""Numbers in words: `five`, `twenty-one`, `one half`, `three quarters`, `two hundred and six`."""

import re
from fractions import Fraction

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_UNITS = (
    {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)} | {"a": 1, "an": 1}
)
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twelfth": 12,
    "hundredth": 100,
}
_WORD = re.compile(r"[a-z]+")
_MAX_WORDS = 16


def number_in_words(text: str) -> Fraction | None:
    """The number that `text` spells, or None.

    >>> number_in_words("two and a half"), number_in_words("minus one hundred and six")
    (Fraction(5, 2), Fraction(-106, 1))
    """
    lowered = text.casefold().replace("-", " ")
    words = lowered.split()
    if not words or len(words) > _MAX_WORDS or not all(map(_WORD.fullmatch, words)):
        return None
    sign = 1
    if words[0] in {"minus", "negative"}:
        sign, words = -1, words[1:]
    value = _value(words)
    return None if value is None else sign * value


def _value(words: list[str]) -> Fraction | None:
    if not words:
        return None
    last = words[-1].removesuffix("s") if words[-1] not in _UNITS else words[-1]
    last = "half" if words[-1] == "halves" else last
    if last in _PARTS:
        return _with_part(words[:-1], _PARTS[last])
    return _whole(words)


def _with_part(words: list[str], part: int) -> Fraction | None:
    """`three quarters`, `two and a half`, or just `half`."""
    if not words:
        return Fraction(1, part)
    if "and" in words:
        place = len(words) - 1 - words[::-1].index("and")
        whole, count = _whole(words[:place]), _whole(words[place + 1 :])
        return None if whole is None else whole + (count or 1) / Fraction(part)
    count = _whole(words)
    return None if count is None else count / part


def _whole(words: list[str]) -> Fraction | None:
    total, group, seen = 0, 0, False
    for word in words:
        if word == "and":
            if not seen:
                return None
        elif word in _UNITS:
            if group % 100 and not (
                group % 10 == 0 and group % 100 >= _UNITS["twenty"] and _UNITS[word] < _UNITS["ten"]
            ):
                return None
            group, seen = group + _UNITS[word], True
        elif word in _SCALES:
            scale = _SCALES[word]
            group = (group or 1) * scale
            seen = True
            if scale != _SCALES["hundred"]:
                total, group = total + group, 0
        else:
            return None
    return Fraction(total + group) if seen else None

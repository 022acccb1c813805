"""Fractions, percentages and roots in Chinese words: `二分之一`, `百分之五十`, `二分之根号二`."""

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_GROUPS = {"万": 10**4, "亿": 10**8}
_NUMBER = "[零〇一二两三四五六七八九十百千万亿]{1,12}"
_VALUE = rf"(?:{_NUMBER}(?:点[零〇一二三四五六七八九]{{1,12}})?|\d{{1,12}}(?:\.\d{{1,12}})?)"
_PIECE = re.compile(
    rf"(?P<sign>[负負-]?)(?:(?P<whole>{_VALUE})又)?(?:(?P<under>{_VALUE})分之)?"
    rf"(?P<factor>{_VALUE})?(?:(?:根号|√)(?P<root>{_VALUE}))?"
)
_BETWEEN = re.compile(r"(\s*(?:[$=,，、;；]|或者?|和)\s*)")
"""What parts the values of a list, and a value from its name."""
_HUNDRED = "百"


def chinese_written_out(text: str) -> str:
    r"""Return `text` with fractions and roots in Chinese words as LaTeX, where a whole value is one.

    >>> chinese_written_out("二分之一或负三分之根号二"), chinese_written_out("百分之五十")
    ('\\frac{1}{2}或-\\frac{\\sqrt{2}}{3}', '50\\%')
    """
    if "分之" not in text and "根号" not in text:
        return text
    return "".join(piece if n % 2 else _as_latex(piece) for n, piece in enumerate(_BETWEEN.split(text)))


def _as_latex(piece: str) -> str:
    match = _PIECE.fullmatch(piece.strip())
    if match is None or not (match["under"] or match["root"]) or not (match["factor"] or match["root"]):
        return piece
    whole, under, factor, root = (
        "" if match[name] is None else _in_digits(match[name]) for name in ("whole", "under", "factor", "root")
    )
    if None in {whole, under, factor, root} or (whole and (not under or root)):
        return piece
    value = f"{factor}\\sqrt{{{root}}}" if root else f"{factor}"
    if match["under"] == _HUNDRED and not whole and not root:
        value += "\\%"
    elif under:
        value = f"{whole}\\frac{{{value}}}{{{under}}}"
    return ("-" if match["sign"] else "") + value


def _in_digits(number: str) -> str | None:
    """A number in digits, or in Chinese words as digits; None where the words are no number."""
    if number[0].isascii():
        return number
    words, point, places = number.partition("点")
    whole = _whole(words)
    return None if whole is None else str(whole) + ("." if point else "") + "".join(str(_DIGITS[c]) for c in places)


def _whole(words: str) -> int | None:
    """The whole number that `words` spell; None for digits side by side and for places left open: `一百五`."""
    total, group, digit = 0, 0, None
    last_place, last_group, after_zero = 10**4, 10**12, False
    for word in words:
        if word in _DIGITS:
            if digit is not None and digit != 0:
                return None
            after_zero = after_zero or _DIGITS[word] == 0
            digit = _DIGITS[word]
        elif word in _PLACES:
            place = _PLACES[word]
            is_bare = digit is None and (place == _PLACES["十"] or words == word)
            if place >= last_place or (not digit and not is_bare):
                return None
            group, last_place, digit, after_zero = group + (digit or 1) * place, place, None, False
        else:
            scale, group = _GROUPS[word], group + (digit or 0)
            if scale >= last_group or (not group and words != word):
                return None
            total, group, digit = total + (group or 1) * scale, 0, None
            last_place, last_group, after_zero = 10**4, scale, False
    is_open = bool(digit) and not after_zero and (_PLACES["十"] < last_place < 10**4 or (total > 0 and not group))
    return None if is_open else total + group + (digit or 0)

"""The tokens of arithmetic in prose: numbers, words, signs of operation and equality, brackets, LaTeX commands."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pieces of a line: of each its kind, what it says, and where it stands.

    Behind the last piece stand a few empty ones, so that looking ahead needs no test of the length.
    """

    kinds: list[str]
    texts: list[str]
    spans: list[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.spans)


_LOOK_AHEAD = 4


_TOKEN = re.compile(
    r" *+(?:(?=[\t\u00a0~&\\$€£¥₹])"  # what is passed over, and what it begins with
    r"(?:[ \t\u00a0~&]+|\\[,;:! ]|\\(?:q?quad|displaystyle)(?![A-Za-z])|\\?[$€£¥₹]|\\(?=[()\[\]])|"
    r"\\(?:left|right)(?=\s?(?:\||\\[lr](?:floor|ceil))))*+)?+"
    r"(?:(?P<sup>[²³¹⁰⁴-⁹⁻]+)"
    r"|(?P<word>[^\W\d_π]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<num>(?=[\d.])(?:[0-9]{1,12}(?![\d.,eE{\\])|"  # a number, mostly without point and comma
    r"\d{1,6}(?:\.\d{1,20})?[eE][+-]?\d{1,2}(?![\w.])|\d{1,3}(?:(?:,|\{,\}|\\,|,\\!)\d{3})+(?![\d,]*\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+))"
    r"|(?P<eq>=)"
    r"|(?P<approx>≈|≃|\\(?:approx|simeq)(?![A-Za-z]))"
    r"|(?P<op>\+|-|−|–|\*\*?|×|·|⋅|÷|/|\^|\\(?:times|cdot|div)(?![A-Za-z]))"
    r"|(?P<pi>π|\\pi(?![A-Za-z]))"
    r"|(?P<lp>\\(?:left|bigl?|Bigl?)\s*[(\[]|[(\[])"
    r"|(?P<rp>\\(?:right|bigr?|Bigr?)\s*[)\]]|[)\]])"
    r"|(?P<lb>\{)|(?P<rb>\})"
    r"|(?P<frac>\\[dtc]?frac(?![A-Za-z]))|(?P<binom>\\[dt]?binom(?![A-Za-z]))"
    r"|(?P<sqrt>\\sqrt(?![A-Za-z])|√)"
    r"|(?P<pct>\\?%)"
    r"|(?P<fact>!(?!=)|(?<=\d)!(?==))"
    r"|(?P<noun>\\(?:text|mathrm|textrm|textbf|mbox|operatorname)\s*\{[^{}]*\})"
    r"|(?P<other>\\[A-Za-z]+(?:_(?<=\\log_)(?:\d|\{\d{1,4}\}))?|.)"
    r"|\Z)"
)
_TOKEN_WITH_LOGARITHMS = re.compile(_TOKEN.pattern.replace("(?P<word>", r"(?P<word>log_(?:\d{1,2}(?!\d)|\{\d{1,4}\})|"))
"""The same where `log_2` may be written without a backslash."""
_KINDS = ("", *_TOKEN.groupindex)
"""The name of each group by its number."""
_MARKS: Final = ("\\", "|", "pi", "percent", "≡", "⌊", "⌈", "∛")
"""What the lines have in which a word or a sign is more than that."""
_KINDS_OF: Final = {
    "percent": "pct",
    "pi": "pi",
    "|": "bar",
    "≡": "cong",
    "\\equiv": "cong",
    "∛": "word",
    "⌊": "lfloor",
    "⌋": "rfloor",
    "⌈": "lceil",
    "⌉": "rceil",
    "\\lfloor": "lfloor",
    "\\rfloor": "rfloor",
    "\\lceil": "lceil",
    "\\rceil": "rceil",
    **dict.fromkeys(("\\ln", "\\log", "\\sin", "\\cos", "\\tan", "\\gcd", "\\max", "\\min", "\\mod", "\\bmod"), "word"),
}


def tokenize(line: str) -> Tokens:
    """Cut a line into tokens, without spaces, dollars and alignment marks."""
    kinds: list[str] = []
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    pattern = _TOKEN_WITH_LOGARITHMS if "log_" in line else _TOKEN
    for match in pattern.finditer(line):
        if group := match.lastindex:  # numbers are looked up faster than names
            kinds.append(_KINDS[group])
            texts.append(match[group])
            spans.append(match.span(group))
    if any(mark in line for mark in _MARKS):
        for place, text in enumerate(texts):
            if text in _KINDS_OF or text.startswith("\\log_"):
                kinds[place] = _KINDS_OF.get(text, "word")
    kinds += [""] * _LOOK_AHEAD
    texts += [""] * _LOOK_AHEAD
    return Tokens(kinds, texts, spans)

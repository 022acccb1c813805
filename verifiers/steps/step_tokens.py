"""The tokens of arithmetic in prose: numbers, words, signs of operation and equality, brackets, LaTeX commands."""

import re
from dataclasses import dataclass


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
    r"(?:[ \t\u00a0~&]+|\\[,;:! ]|\\(?:q?quad|displaystyle)(?![A-Za-z])|\\?[$€£¥₹]|\\(?=[()\[\]]))*+)?+"
    r"(?:(?P<sup>[²³])"
    r"|(?P<word>[^\W\d_π]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<num>\d{1,6}(?:\.\d{1,20})?[eE][+-]?\d{1,2}(?![\w.])|\d{1,3}(?:(?:,|\{,\}|\\,|,\\!)\d{3})+(?![\d,]*\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+)"
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
    r"|(?P<noun>\\(?:text|mathrm|textrm|textbf|mbox)\s*\{[^{}]*\})"
    r"|(?P<other>\\[A-Za-z]+|.)"
    r"|\Z)"
)

_WORDS = {"percent": "pct", "pi": "pi"}
"""Words that stand for a sign."""
_KINDS = ("", *_TOKEN.groupindex)
"""The name of each group by its number."""


def tokenize(line: str) -> Tokens:
    """Cut a line into tokens, without spaces, dollars and alignment marks."""
    kinds: list[str] = []
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(line):
        if group := match.lastindex:  # numbers are looked up faster than names
            text = match[group]
            kinds.append(_WORDS.get(text) or _KINDS[group])
            texts.append(text)
            spans.append(match.span(group))
    kinds += [""] * _LOOK_AHEAD
    texts += [""] * _LOOK_AHEAD
    return Tokens(kinds, texts, spans)

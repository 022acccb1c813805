"""Normalised text: when two texts count as the same, and the tokens by which they are compared."""

import re
import unicodedata
from collections.abc import Sequence

from data.identity import content_id

_TOKENS = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\w\s.,;:!?$\"'`\\{}]")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_SPACE = re.compile(r"\s+")


def normalised(text: str) -> str:
    r"""Return text with compatible characters, letter case and white space made one.

    >>> normalised("What  is ２ + X ?\n")
    'what is 2 + x ?'
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def tokens(text: str) -> list[str]:
    r"""Return words, numbers and signs; sentence punctuation, quotes and LaTeX's dollars and braces are none.

    >>> tokens("What is $\\frac{1}{2} + 3$?")
    ['what', 'is', 'frac', '1', '2', '+', '3']
    """
    return _TOKENS.findall(normalised(text))


def shingles(words: Sequence[str], size: int) -> list[str]:
    """Return all runs of `size` tokens; a shorter text is one run."""
    if len(words) <= size:
        return [" ".join(words)]
    return [" ".join(words[start : start + size]) for start in range(len(words) - size + 1)]


def exact_key(text: str, choices: Sequence[str] = ()) -> str:
    """Return a hash that two texts share exactly when they are the same after normalisation."""
    return content_id("text", [normalised(each) for each in (text, *choices)])


def numbers_key(text: str) -> str:
    """Return a hash of the numbers in a text, in whatever order they stand."""
    return content_id("numbers", sorted(_NUMBERS.findall(normalised(text))))

"""Traces of one problem that differ: how much two of them have in common, and which to keep.

What two solutions share is the longest common subsequence of their words, numbers and operators (Hunt and
Szymanski 1977; here the bit-parallel form of Hyyrö 2004 that rapidfuzz has), as a share of the longer one.
"""

import re
from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

_TOKENS = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[-+*/=<>^%×÷·]|\\[a-zA-Z]+")


def structure(text: str) -> list[str]:
    r"""Return words, numbers and operators of a text, without punctuation and letter case.

    >>> structure("So, 3 + 4 = 7.")
    ['so', '3', '+', '4', '=', '7']
    """
    return _TOKENS.findall(text.lower())


def most_different(texts: Sequence[str], wanted: int) -> list[int]:
    """Return the numbers of `wanted` texts: the first, then always the one that shares least with those taken.

    What a text shares with those taken is its largest share with one of them; of equals the earlier is taken.
    """
    tokens = [structure(text) for text in texts]
    taken = [0]
    shared = [0.0] * len(texts)
    while len(taken) < min(wanted, len(texts)):
        newest = tokens[taken[-1]]
        for number, each in enumerate(tokens):
            shared[number] = max(shared[number], LCSseq.normalized_similarity(each, newest))
        taken.append(min((n for n in range(len(texts)) if n not in taken), key=lambda n: (shared[n], n)))
    return taken

"""How alike two texts are, by the MinHash of their shingles.

Broder 1997: the share of equal values in two signatures estimates the Jaccard similarity of the texts' shingle sets.
The signatures are rensa's. 32 bands of 4 values find 99.98 % of all pairs that are 0.7 alike (Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, 3.4), and every pair found is then compared value by value.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from data.text_tokens import shingles, tokens

PERMUTATIONS = 128
BANDS = 32
QUESTION_SHINGLE = 3
"""Words in a shingle of a question: short texts, where one changed word is to count."""
TRACE_SHINGLE = 5
_SEED = 1

Signatures = npt.NDArray[np.uint32]
"""A row of `PERMUTATIONS` values for each text."""


def signatures(texts: Sequence[str], shingle: int) -> Signatures:
    """Return the signatures of texts."""
    rows = np.empty((len(texts), PERMUTATIONS), np.uint32)
    for number, text in enumerate(texts):
        hashed = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
        hashed.update(shingles(tokens(text), shingle))
        rows[number] = hashed.digest()
    return rows


def bands(rows: Signatures) -> npt.NDArray[np.uint64]:
    """Return `BANDS` hashes for each signature; texts that share one are candidates."""
    width = PERMUTATIONS // BANDS
    grouped = rows.reshape(len(rows), BANDS, width).astype(np.uint64)
    mixed = np.zeros((len(rows), BANDS), np.uint64)
    for place in range(width):
        mixed = (mixed ^ grouped[:, :, place]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def similarity(left: Signatures, right: Signatures) -> npt.NDArray[np.float64]:
    """Return the estimated similarity of each pair of rows."""
    return np.asarray((left == right).mean(axis=1), np.float64)


def first_of_its_kind(rows: Signatures, threshold: float) -> list[int | None]:
    """Say of each text which earlier one that is kept it repeats, None for those that are kept."""
    kept: list[int] = []
    repeats: list[int | None] = []
    for number in range(len(rows)):
        alike = similarity(rows[kept], rows[number][None, :]) if kept else np.zeros(0)
        found = int(alike.argmax()) if len(alike) and alike.max() >= threshold else None
        repeats.append(None if found is None else kept[found])
        if found is None:
            kept.append(number)
    return repeats

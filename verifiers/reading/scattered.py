r"""Formulas that a model scattered over the rows of a matrix, put together again.

`\begin{matrix} \dfrac{ \\ 9 \\ }{ \\ 2 \\ } \end{matrix}` is 9/2: its rows are pieces of LaTeX, not entries. Rows with
open braces or lone signs show that; the bare `matrix`, which draws no brackets, is taken to be scattered wherever no
matrix is asked for.
"""

import re

from verifiers.reading.tokens import braced
from verifiers.trees.tree import UnreadableError

_MATRIX = re.compile(r"\\begin\{([pb]?matrix)\}(.*)\\end\{\1\}", re.DOTALL)
_SPACE = re.compile(r"\\text\s?\{\s*\}|\\[,;:! ](?![A-Za-z])")
_EMPTY_FRACTION = re.compile(r"\\[dt]?frac\s?\{\s*\}\s*(?=\{|\d)")
r"""What stands between the two halves of `\dfrac{9} \dfrac{ } {2}`."""
_EMPTY_POWER = re.compile(r"\^\s?\{\s*\}\s*(\d+|[a-z])(?![\w.])")
_FRACTION = re.compile(r"\\[dt]?frac\s*(?=\{)")
_DIGITS = re.compile(r"\s*(\d+)")
_SLASH = re.compile(r"\s*/")
_GOES_ON = re.compile(r"(?:[-+=^_*/,(]|\\(?:times|cdot|pm|mp|div|left))\s*\Z|(?:\A|[-+]\s*)i\s*\Z")
"""The end of a piece that more belongs to: a sign, or the imaginary unit in front of its factor."""
_IS_CONTINUED = re.compile(r"\s*(?:[-+=^_*/,)}]|\\(?:times|cdot|pm|mp|div|right))")
_SAID = re.compile(
    r"(?:[^=]*\\text\s?\{\s*(?:is|equals)\s*\}|[^=]*\\text\s?\{[^=]*=)\s*(?P<value>(?:(?!\\text)[^=])+)", re.DOTALL
)
_SIGNS = frozenset("+-=")
_MAX_CHARS = 2_000


def gathered(text: str, members: int) -> str | None:
    r"""The formula whose pieces stand in the rows of a matrix, as a list of `members` where these are more than one.

    None where the text is no such thing.

    >>> gathered(r"\begin{matrix} \dfrac{ \\ 9 \\ }{ \\ 2 \\ } \end{matrix}", 1)
    '\\dfrac{ 9 }{ 2 }'
    """
    match = _MATRIX.fullmatch(text) if len(text) <= _MAX_CHARS else None
    if match is None or "&" in match[2]:
        return None
    rows = [row.strip() for row in match[2].split("\\\\")]
    if match[1] != "matrix" and all(_depth(row) == 0 and row not in _SIGNS for row in rows):
        return None
    pieces = _pieces(rows)
    if members > 1 and "," not in rows:
        pieces = [_mended(piece) for piece in _joined(pieces)]
        return ", ".join(pieces) if len(pieces) == members else None
    whole = _mended(" ".join(pieces))
    said = _SAID.fullmatch(whole) if "\\text" in whole else None
    return said["value"].strip() if said is not None else whole


def _depth(row: str) -> int:
    plain = row.replace("\\{", "").replace("\\}", "")
    return plain.count("{") - plain.count("}")


def _pieces(rows: list[str]) -> list[str]:
    """The rows, joined where no empty row outside of braces parts them."""
    pieces, depth, parted = [""], 0, False
    for row in rows:
        if not row:
            parted = parted or depth == 0
            continue
        if parted and pieces[-1]:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {row}".strip()
        depth, parted = depth + _depth(row), False
    return pieces


def _joined(pieces: list[str]) -> list[str]:
    """The pieces as members of a list: those are joined that a sign stands between."""
    found: list[str] = []
    for piece in pieces:
        if found and (_GOES_ON.search(found[-1]) or _IS_CONTINUED.match(piece)):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


def _mended(formula: str) -> str:
    """The formula with numbers in one piece and fractions and powers with both of their parts."""
    formula = _SPACE.sub(" ", formula)
    formula = _EMPTY_POWER.sub(r"^{\1}", _EMPTY_FRACTION.sub("", formula))
    formula = " ".join(re.sub(r"(?<=\d)\s+(?=\d)", "", formula).split())
    for fraction in reversed(list(_FRACTION.finditer(formula))):
        try:
            end, over = braced(formula, fraction.end())
        except UnreadableError:
            return formula
        if digits := _DIGITS.match(formula, end):
            formula = f"{formula[:end]}{{{digits[1]}}}{formula[digits.end() :]}"
        elif _SLASH.match(formula, end):
            formula = f"{formula[: fraction.start()]}{{{over}}}{formula[end:]}"
    return formula

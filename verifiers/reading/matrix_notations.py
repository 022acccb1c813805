r"""Matrices in notations that are no LaTeX environment: `\pmatrix{1&2\cr3&4}`, `[1 2; 3 4]`, `np.array([[1, 2]])`."""

import re

from verifiers.reading.tokens import braced
from verifiers.trees.tree import UnreadableError

_END_OF_ROW = re.compile(r"\\(?:cr|tabularnewline|newline)(?![a-zA-Z])")
_PLAIN_TEX = re.compile(r"\\([pbvBV]?matrix)\s*(?=\{)")
_OF_A_LIBRARY = re.compile(r"(?<![\w.])(?:(?:np|numpy|sp|sympy|torch|tf)\.)?(?:array|Matrix|tensor|matrix)\((?=\s*\[)")
_BY_SHAPE = re.compile(r"(?:sympy\.|sp\.)?Matrix\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*,\s*\[([^\[\]]{1,400})\]\s*\)")
_CELL = r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?(?:/\d{1,40})?|[a-z](?![a-z]))"
_ROW = rf"\s*{_CELL}(?:(?:\s*,\s*|\s+)(?:\|\s+)?{_CELL})*\s*"
_PARTED_BY_SPACES = re.compile(rf"\[(?:{_ROW}(?:;{_ROW}){{1,30}}|\s*\[{_ROW}\](?:\s*,?\s*\[{_ROW}\]){{0,30}}\s*)\]")
_SINGLE_ROW = re.compile(r"\[\s*[+-]?\d+(?:\.\d+)?(?:\s+[+-]?\d+(?:\.\d+)?)+\s*\]")
_PARTS_OF_ROW = re.compile(_CELL)


def matrices_written_out(text: str) -> str:
    r"""Return `text` with plain TeX's matrices as environments, and those of programs as lists of rows.

    >>> matrices_written_out(r"\pmatrix{1 & 2 \cr 3 & 4}")
    '\\begin{pmatrix}1 & 2 \\\\  3 & 4\\end{pmatrix}'
    >>> matrices_written_out("[1 -2; 3 4]"), matrices_written_out("np.array([[1, 2], [3, 4]])")
    ('[[1,-2],[3,4]]', 'Matrix([[1, 2], [3, 4]])')
    """
    if "\\" in text:
        if "matrix" in text or "array" in text:
            text = _with_environments(_END_OF_ROW.sub(r"\\\\ ", text))
        return text
    if "[" not in text:
        return text
    if "(" in text:
        return _OF_A_LIBRARY.sub("Matrix(", _BY_SHAPE.sub(_in_rows, text))
    if _SINGLE_ROW.fullmatch(text):
        return f"[{','.join(_PARTS_OF_ROW.findall(text))}]"
    if _PARTED_BY_SPACES.fullmatch(text):
        rows = text[1:-1].split(";") if ";" in text else re.findall(r"\[([^\[\]]+)\]", text[1:-1])
        return f"[{','.join(_as_list(row) for row in rows)}]"
    return text


def _with_environments(text: str) -> str:
    r"""Plain TeX's `\pmatrix{…}` as the environment of that name."""
    while (match := _PLAIN_TEX.search(text)) is not None:
        try:
            end, body = braced(text, match.end())
        except UnreadableError:
            return text
        name = match.group(1)
        text = f"{text[: match.start()]}\\begin{{{name}}}{body}\\end{{{name}}}{text[end:]}"
    return text


def _in_rows(match: re.Match[str]) -> str:
    """The cells of `Matrix(2, 2, [1, 2, 3, 4])` in rows; any other number of cells as it stands."""
    height, width, cells = int(match[1]), int(match[2]), match[3].split(",")
    if not width or len(cells) != height * width:
        return match.group()
    rows = [",".join(cells[k : k + width]) for k in range(0, len(cells), width)]
    return f"Matrix([{','.join(f'[{row}]' for row in rows)}])"


def _as_list(row: str) -> str:
    return f"[{','.join(_PARTS_OF_ROW.findall(row))}]"

"""From characters to tokens: LaTeX commands, plain names, numbers and signs, in one pass.

Spacing, sizing and style commands fall away here; whether there was space before a token is kept, since `1 1/2` and
`11/2` differ by nothing else.
"""

import re
from dataclasses import dataclass

from verifiers.limits import MAX_DIGITS, MAX_NESTING, MAX_TOKENS, check
from verifiers.trees.tree import UnreadableError


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `kind` is `number`, `name`, `command`, `text`, `begin`, `end`, or the sign itself."""

    kind: str
    text: str
    spaced: bool
    """Whether space stood before it."""


_TOKEN = re.compile(
    r"(?P<space>(?:\s|~|\\[,;:! >]|\\(?=\n)|(?<!\\)\\(?=$))+)"
    r"|(?P<number>\d+\.(?=\s?\\overline|/)|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\d.]*[a-zA-Z(]))?|\d+)"
    r"|(?P<command>\\[a-zA-Z]+(?:\*(?=\s?\{))?)"
    r"|(?P<name>[a-zA-Z]+)"
    r"|(?P<sign>\\\\(?:\[[^\]]{0,10}\])?|\\[{}|%$&#_]|\*\*|<=|>=|=<|=>|!=|==|<>|->|\{\s?,\s?(?:\\!)?\}|.)",
    re.DOTALL,
)
_SKIPPED = {
    "\\left", "\\right", "\\mleft", "\\mright", "\\big", "\\Big", "\\bigg", "\\Bigg", "\\bigl", "\\bigr", "\\Bigl",
    "\\Bigr", "\\biggl", "\\biggr",
    "\\Biggl", "\\Biggr", "\\bigm", "\\middle", "\\displaystyle", "\\textstyle", "\\scriptstyle", "\\limits",
    "\\nolimits", "\\quad", "\\qquad", "\\thinspace",
    "\\medspace", "\\thickspace", "\\enspace", "\\negthinspace",
    "\\negmedspace", "\\negthickspace", "\\space", "\\nobreak", "\\noindent", "\\hfill",
    "\\bf", "\\rm", "\\it", "\\cal", "\\large", "\\Large",
    "\\huge", "\\Huge", "\\small", "\\normalsize", "\\centering", "\\nonumber", "\\mathstrut", "\\strut", "\\null",
    "\\relax", "\\boldmath", "\\hskip",
    "\\euro", "\\pounds", "\\yen", "\\therefore",
}  # fmt: skip
_TEXT_COMMANDS = {
    "\\text",
    "\\textrm",
    "\\textbf",
    "\\textit",
    "\\mbox",
    "\\textsf",
    "\\texttt",
    "\\textnormal",
    "\\emph",
    "\\hbox",
    "\\textsc",
    "\\textup",
}
_WITH_ARGUMENT = {
    "\\hspace",
    "\\vspace",
    "\\color",
    "\\phantom",
    "\\hphantom",
    "\\vphantom",
    "\\label",
    "\\tag",
    "\\mspace",
    "\\kern",
    "\\textcolor",
    "\\tag*",
    "\\hspace*",
}
_GLUED = re.compile(r"(\\(?:q?quad|displaystyle|left|right))([a-zA-Z]\w*)")
_GLUED_BAR = re.compile(r"(\\(?:[lr]vert|[lr]floor|[lr]ceil))([a-zA-Z]+)")
r"""`\lvertx\rvert`, with the space lost."""
_ROUND = {"\\lgroup": "(", "\\rgroup": ")"}
_SAME = {"=<": "<=", "=>": "=>", "==": "=", "<>": "!=", "**": "^", "\\$": "$"}


def tokenize(text: str) -> list[Token]:
    r"""Split `text` into tokens.

    Raises `OverLimitError` for too many tokens or digits, `UnreadableError` for an unclosed `\text{`.

    >>> [t.text for t in tokenize(r"1\,\frac12 x")]
    ['1', '\\frac', '12', 'x']
    """
    tokens: list[Token] = []
    position, spaced = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnreadableError(f"no token starts with {text[position]!r}")
        kind, piece = match.lastgroup or "sign", match.group()
        position = match.end()
        if kind == "space":
            spaced = True
            continue
        if kind == "command":
            position, token = _command(text, position, piece, spaced)
            if token is None:
                spaced = True
                continue
        else:
            if kind == "number":
                check("MAX_DIGITS", len(piece), MAX_DIGITS)
            token = Token(kind if kind != "sign" else _SAME.get(piece[:2], piece), piece, spaced)
            if token.kind == "$":
                spaced = True
                continue
            if piece[0] == "{" and len(piece) > 1:
                token = Token("{,}", piece, spaced)
            if token.kind.startswith("\\\\"):
                token = Token("\\\\", "\\\\", spaced)
        tokens.append(token)
        check("MAX_TOKENS", len(tokens), MAX_TOKENS)
        spaced = False
    return tokens


def _command(text: str, position: int, piece: str, spaced: bool) -> tuple[int, Token | None]:
    """The token of a LaTeX command that ends at `position`, or None for one that only sets style or space."""
    if piece in _SKIPPED:
        if piece in {"\\left", "\\right", "\\mleft", "\\mright"} and text[position : position + 1] == ".":
            position += 1
        return position, None
    if piece in _TEXT_COMMANDS:
        position, content = braced(text, position)
        return position, Token("text", content, spaced)
    if piece in _WITH_ARGUMENT:
        return braced(text, position)[0], None
    if piece in {"\\begin", "\\end"}:
        position, name = braced(text, position)
        if piece == "\\begin" and name in {"array", "tabular"} and text[position : position + 1] == "{":
            position = braced(text, position)[0]
        return position, Token(piece[1:], name, spaced)
    if piece in _ROUND:
        return position, Token(_ROUND[piece], _ROUND[piece], spaced)
    bar = _GLUED_BAR.fullmatch(piece)
    if bar is not None:
        return position - len(bar.group(2)), Token("command", bar.group(1), spaced)
    glued = _GLUED.fullmatch(piece)
    if glued is not None and piece not in {"\\leftarrow", "\\rightarrow", "\\leftrightarrow"}:
        return position - len(glued.group(2)), None
    return position, Token("command", piece, spaced)


def braced(text: str, position: int) -> tuple[int, str]:
    """The content of the group that opens at `position` (spaces before it are allowed), and where it ends."""
    while position < len(text) and text[position].isspace():
        position += 1
    if position >= len(text) or text[position] != "{":
        return (position + 1, text[position]) if position < len(text) else (position, "")
    depth, start = 0, position + 1
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
        elif char == "{":
            depth += 1
            check("MAX_NESTING", depth, MAX_NESTING)
        elif char == "}":
            depth -= 1
            if depth == 0:
                return position + 1, text[start:position]
        position += 1
    raise UnreadableError("a group is never closed")

"""From where an answer is stated to where its statement ends."""

import re

MAX_CLIP_CHARS = 6_000
"""A statement is followed for so long at most; a longer one is no final answer."""

_TOKEN = re.compile(
    r"\\\\|\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\[()\[\]]|\\.|\$\$?|[{}\n]|[。！？।؟]|[.?](?=[\s*_`\"'”»」』)\]]|\Z|"
    r"[^\x00-\x7F])",
    re.DOTALL,
)
_BEFORE = re.compile(r"(?:[\s*_`:：=]|(?<=\n)-{3,}(?=\n)|#(?=[#\s]))*(?:(?<=\n)[-•>]\s+)?")
_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|ca|vs|no|nr|sq|cu|ft|in|hr|hrs|min|sec|St|Dr|Mr|Mrs|e\.g|i\.e|a|p|U|S))\Z", re.IGNORECASE
)
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_INLINE_CHARS = 400


def clip(text: str, start: int) -> tuple[str, int]:
    """Return the statement that begins at `start`, and where it ends: at the end of its sentence or line.

    Formulas are never cut: neither the point in `$3.5$` nor the lines of a matrix end a statement.
    """
    skipped = _BEFORE.match(text, start)
    start = skipped.end() if skipped else start
    limit = min(len(text), start + MAX_CLIP_CHARS)
    position, depth = start, 0
    while token := _TOKEN.search(text, position, limit):
        found, at, position = token.group(), token.start(), token.end()
        if found in {"$", "$$"}:
            position = _formula_end(text, at, found) or position
        elif found in {"\\(", "\\["}:
            end = text.find("\\)" if found == "\\(" else "\\]", position, limit)
            position = end + 2 if end >= 0 else position
        elif found == "{" or found.startswith("\\begin"):
            depth += 1
        elif found == "}" or found.startswith("\\end"):
            depth = max(0, depth - 1)
        elif depth == 0 and found in "\n.?。！？।؟" and not _continues(text, at, found):
            return text[start : position if found == "?" else at].strip(), at
    return text[start:limit].strip(), limit


def _formula_end(text: str, at: int, dollars: str) -> int | None:
    """Return where the formula that a dollar sign opens ends, or None when the sign is a currency."""
    start = at + len(dollars)
    end = text.find(dollars, start, start + (MAX_CLIP_CHARS if dollars == "$$" else _INLINE_CHARS))
    if end < 0 or (dollars == "$" and (_PROSE.search(text, start, end) or "\n\n" in text[start:end])):
        return None
    return end + len(dollars)


def _continues(text: str, at: int, found: str) -> bool:
    """Say whether a point ends an abbreviation or a number goes on after it."""
    if found != ".":
        return False
    if text[max(0, at - 3) : at].lower() in {"i.e", "e.g"}:
        return True
    follows = text[at + 1 : at + 3].lstrip()
    return (
        bool(follows)
        and follows[0].isascii()
        and (follows[0].islower() or follows[0].isdigit())
        and bool(_ABBREVIATION.search(text, max(0, at - 8), at))
    )

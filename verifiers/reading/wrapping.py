r"""Taking off what only dresses an answer: dollars, boxes, bold, closing points, doubled backslashes."""

import re

from verifiers.limits import MAX_CHARS, check
from verifiers.reading.cleaning import clean
from verifiers.reading.mending import mended
from verifiers.reading.tokens import braced
from verifiers.trees.tree import UnreadableError
from verifiers.units.foreign_units import with_cyrillic_units

_PAIRS = (
    ("$$", "$$"),
    ("$", "$"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("**", "**"),
    ("__", "__"),
    ("`", "`"),
    ('"', '"'),
    ("\\begin{equation}", "\\end{equation}"),
)
_COMMANDS = (
    "\\boxed",
    "\\fbox",
    "\\framebox",
    "\\text",
    "\\textbf",
    "\\mathbf",
    "\\mathrm",
    "\\textrm",
    "\\mbox",
    "\\displaystyle",
    "\\bf",
    "\\rm",
    "\\underline",
    "\\mathit",
    "\\textit",
    "\\texttt",
    "\\textsf",
    "\\emph",
)
_DOUBLED = re.compile(
    r"\\\\(?=(?:[dt]?frac|sqrt|left|right|boxed|text|pi|le|leq|ge|geq|ne|neq|times|cdot|pm|infty|in|cup|cap|"
    r"mathrm|quad|begin|end|theta|alpha|beta|sin|cos|tan|log|ln|circ|\(|\)|\[|\])(?![a-z]))"
)
_LOST_ESCAPES = (("\\\x0crac", "\\frac"), ("\x0crac", "\\frac"), ("\\\x0c", "\\f"), ("\x0c", " "))
_APPROXIMATION = re.compile(
    r"(?:\\q?quad|\\[,;:! ]|\s|~){0,9}(?:\\text\{\s*)?\(\s*(?:approximately|about|approx\.?|roughly|circa|ca\.|"
    r"\\approx|"
    r"=|\\simeq|or about|or approximately)(?![a-z])[^()]{0,60}\)\s{0,9}\}?$",
    re.IGNORECASE,
)
_SAID_ROUNDED = re.compile(
    r"(?:\\q?quad|\\[,;:! ]|\s|~){1,9}\\text\{\s?,?\s?or (?:about|approximately|"
    r"roughly)\s?[^{}]{0,40}\}\s?[\d.]{0,20}$",
    re.IGNORECASE,
)
_TICK = re.compile(r"(?:\\q?quad|\\[,;:! ]|\s|~){0,9}(?:\\checkmark|[✓✔✅])$|(?<=[\d}])\s?&$")
_PERCENT_WORDS = re.compile(
    r"\s*(?:\\text\{\s*)?(?<![a-zA-Z\\])(?:percentage points?|percentage|per ?cent|pct\.?)(?![a-zA-Z])\s*\}?|"
    r"\\text\{\s*\\?%\s*\}",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?<=\S)[\s,]*(?:\\q?quad|\\[,;:! ])*\s*\\text\{\s*,?\s*(?:where|for|when|with|provided)\b"
    r"(?!.*\b(?:otherwise|else|if)\b).*",
    re.DOTALL,
)
_SYSTEM = re.compile(
    r"\s*(?:\\left)?(?:\\\{|\\lbrace|\.)?\s*"
    r"\\begin\{(?P<name>cases|aligned|align\*?|split|gathered|gather\*?|array)\}(?:\{[lcr| ]*\})?"
    r"(?P<body>(?:(?!\\begin).)*)\\end\{(?P=name)\}\s*(?:\\right\.?)?\s*",
    re.DOTALL,
)
_PIECES = re.compile(r"&\s*(?!=|\\approx)|\\text\s*\{\s*,?\s*(?:if|for|when|otherwise|else)\b")
"""What makes `cases` a function with conditions rather than a system of equations."""
_BEFORE_RELATION = re.compile(r"&\s*(?=[=<>]|\\(?:leq?|geq?|neq?|approx)(?![a-z]))")
_OPEN_BRACE = re.compile(
    r"\\left\s*\\(?:\{|lbrace)\s*\\begin\{(?P<name>array|aligned|matrix)\}(?:\{[lcr| ]*\})?(?P<body>(?:(?!\\begin).)*)"
    r"\\end\{(?P=name)\}\s*\\right\s*\.",
    re.DOTALL,
)
"""`cases` by other means: an array behind one brace."""
_NEXT_EQUATION = re.compile(
    r"(?<=[\w})\]])(?<!and\})(?<!or\})\s{0,9}\\q?quad\s{0,9}(?=\\?[a-zA-Z]{1,6}(?:_(?:\w|\{\w{1,9}\}))?\s{0,9}=)"
)
"""The space between `a = 4 \\quad b = -1`."""
_RELATION = re.compile(r"[=<>]|\\(?:leq?|geq?|neq?|approx|equiv)(?![a-z])")
_SPACE_AT_ENDS = re.compile(
    r"\A(?:(?:\\(?:[,;:! ]|q?quad(?![A-Za-z])|(?:neg)?(?:thin|med|thick)space(?![A-Za-z]))|~)\s{0,9})+|"
    r"(?:(?<!\\)\\(?:[,;:!]|q?quad|(?:neg)?(?:thin|med|thick)space)\s{0,9}){1,9}\Z"
)
_POWER_OF_UNITS = re.compile(r"\s*(?:\\(?:text|mathrm)\s?\{\s*)?\bunits?\s?\}?\s?\^\s?\{?([23])\}?(?![\d.])")
_MULTIPLICITY = re.compile(
    r"(?:\s|\\[,;:! ])*(?:\\text\s?\{\s*)?\(\s*(?:a\s+)?"
    r"(?:(?:double|triple|repeated)\s+root|(?:with\s+|of\s+)?multiplicity\s+\$?\d+\$?)\s*\)\s*\}?"
)
"""`x = 1 (double root)`: a list of solutions counts none twice."""
_LINE_END = re.compile(r"\s*\\\\(?![a-zA-Z(\[])\s*")
_MAX_ROUNDS = 12
_SPACE_CHARS = 40
_LONG_SPACE = re.compile(r"\s{10,}")
"""More space than anybody writes; what looks for the end of a unit would go through all of it from each place."""


def unwrap(text: str) -> str:
    r"""Return `text` in one spelling and without its dress.

    Raises `UnreadableError` for invisible characters and `OverLimitError` over `MAX_CHARS`.

    >>> unwrap(r"$\boxed{\text{yes}}.$")
    'yes'
    """
    check("MAX_CHARS", len(text), MAX_CHARS)
    if len(text) > _SPACE_CHARS:
        text = _LONG_SPACE.sub(" ", text)
    text = clean(mended(text if text.isascii() else with_cyrillic_units(text)))
    if text.isalnum():
        return text
    for lost, meant in _LOST_ESCAPES:
        text = text.replace(lost, meant)
    if "\\\\" in text:
        text = _DOUBLED.sub(lambda _: "\\", text) if "\\begin" not in text or "\\\\begin" in text else text
    if "\\\\" in text or "\\end" in text:
        text = _flattened(text)
    text = _in_usual_writing(text)
    text = _PERCENT_WORDS.sub(r"\\%", text)
    for _ in range(_MAX_ROUNDS):
        before = text
        text = _one_layer(text)
        text = mended(text) if text == before else text
        if text == before:
            break
    return text


def condition_of(text: str) -> str:
    r"""The condition that stands behind a formula and is no part of its value; empty where there is none.

    >>> condition_of(r"2^n \text{ for } n > 1"), condition_of("2^n")
    ('\\text{ for } n > 1', '')
    """
    match = _CONDITION.search(text) if "\\text" in text else None
    return match[0].strip() if match is not None else ""


def _in_usual_writing(text: str) -> str:
    r"""Members with a comma between them, `a = 4, b = -1`; `(double root)` left off; `units^2` as `square units`."""
    if "unit" in text:
        text = _POWER_OF_UNITS.sub(lambda power: " square units" if power[1] == "2" else " cubic units", text)
    if "quad" in text and text.count("=") > 1:
        text = _NEXT_EQUATION.sub(", ", text)
    if "multiplicity" in text or "root)" in text:
        text = _MULTIPLICITY.sub("", text)
    return text.replace("\\text{,}", "{,}") if "\\text{,}" in text else text


def _flattened(text: str) -> str:
    r"""Lines of a system, of aligned equations or of plain text as a list: `x=1 \\ y=2` is `x=1, y=2`."""
    text = _OPEN_BRACE.sub(_as_cases, text) if "\\right" in text else text
    match = _SYSTEM.fullmatch(text)
    if match is not None:
        is_aligned = match.group("name").startswith(("align", "split", "gather"))
        if match.group("name") == "cases" and _PIECES.search(match.group("body")):
            return text
        if match.group("name") == "array" and not _RELATION.search(match.group("body")):
            return text
        body = match.group("body").strip().removesuffix("\\\\")
        body = _BEFORE_RELATION.sub("", body)
        return body.replace("&", "" if is_aligned else ",").replace("\\\\", ", ")
    if "\\begin" in text:
        return text
    return _LINE_END.sub(", ", text.strip().removesuffix("\\\\"))


def _as_cases(match: re.Match[str]) -> str:
    """An array of pieces behind a brace as `cases`; any other as it stands."""
    body = match.group("body")
    return f"\\begin{{cases}}{body}\\end{{cases}}" if _PIECES.search(body) else match.group()


def _one_layer(text: str) -> str:
    """`text` without its outermost dress, or as it is."""
    text = text.strip().strip("\u00a0")
    if text.endswith(("...", "\\ldots")):
        return text
    text = text.rstrip(".,;:").rstrip() if not text.endswith(("\\,", "\\;", "\\:")) else text[:-2].rstrip()
    if text.endswith("\\") and not text.endswith("\\\\"):
        text = text[:-1].rstrip()
    for opening, closing in _PAIRS:
        inner = text[len(opening) : -len(closing)]
        if (
            len(text) > len(opening) + len(closing)
            and text.startswith(opening)
            and text.endswith(closing)
            and opening not in inner
            and closing not in inner
        ):
            return inner
    if "\\" in text:
        text = _SPACE_AT_ENDS.sub("", text)
    if text.startswith("\\"):
        text = _without_command(text)
    text = _APPROXIMATION.sub("", text) if text.endswith((")", "}")) else text
    text = _SAID_ROUNDED.sub("", text) if "\\text{" in text else text
    text = _TICK.sub("", text) if text.endswith(("k", "✓", "✔", "✅", "&")) else text
    text = _CONDITION.sub("", text) if "\\text" in text and "is }" not in text else text
    if text.endswith("}") and text.count("}") > text.count("{"):
        text = text[:-1]
    if text.startswith("$") and text.count("$") == 1:
        text = text[1:]
    elif text.endswith("$") and text.count("$") == 1:
        text = text[:-1]
    return text


def _without_command(text: str) -> str:
    for command in _COMMANDS:
        if text.startswith(command) and not text[len(command) : len(command) + 1].isalpha():
            rest = text[len(command) :].lstrip()
            if not rest.startswith("{"):
                return rest if command in {"\\displaystyle", "\\bf", "\\rm"} else text
            try:
                end, inner = braced(rest, 0)
            except UnreadableError:
                return rest[1:] if command == "\\boxed" else text
            if inner.strip() == "0" and command in {"\\mathbf", "\\bf"}:
                return text  # the zero vector
            return inner if end == len(rest) else text
    return text

"""Formulas that a sentence ends in without dollars around them: `S = −1013 ln 2026`, `y = 2x + 3`, `(2, 3)`."""

import re

_RESULT_IN_PLAIN_TEXT = re.compile(
    r"(?<![<>!:])=\s*(?=[^=]*(?:[√π^²³]|ln|log|sin|cos|tan|exp|sqrt))"
    r"((?:\d[\d.]*+|[√π()^*/+\-−·×⋅²³½]|(?:ln|log|sin|cos|tan|exp|sqrt|pi)(?![A-Za-z])|\s){2,80}+)\Z"
)
"""A value of several signs behind the last sign of equality."""
_LETTER = re.compile(r"(?<![A-Za-z\\])[a-zA-Z](?![A-Za-z])")
_IN_LETTERS = re.compile(
    r"(?:\A|(?<=\s))((?:(?<![A-Za-z])[A-Za-z]'?(?:\([a-z]\))?(?![A-Za-z])|\d++(?:\.\d++)?+|"
    r"(?:sqrt|sin|cos|tan|log|ln|exp|pi)(?![A-Za-z])|[-−+*/^()=<>≤≥√π·²³¹⁰-₟\s]){2,120}+)\Z"
)
_STATED = re.compile(
    r"(?:\b(?:is|are|equals|becomes|get|gives|yields|obtain|have|"
    r"(?:written|expressed|given|factored|rewritten) (?:as|by)|"
    r"(?:simplifies|reduces|equal|comes|evaluates|integrates) to)|:|(?:so|thus|hence|therefore),?)\s*\Z",
    re.IGNORECASE,
)
"""The words behind which a sentence says what something is: `multiply by a + b` states nothing."""
_ASSIGNMENTS = re.compile(r"\$?[a-z]\s?=[^=]+,[\s$]*[a-z]\s?=")
_INEQUALITY = re.compile(r"[<>≤≥]|\\(?:leq?|geq?|in)(?![a-z])")
_EQUALS = re.compile(r"(?<![<>!\\])=")
_BRACKETS = frozenset("([{")
_IN_BRACKETS = re.compile(
    r"(?:\A\W*(?=[(\[{])|(?:\b(?:is|are|at|in|by|be|equals|point|set|interval|vector|i\.e\.,?|notation)|"
    r"[=:∈])\s+)([(\[{][^()\[\]{}A-Za-z]{1,80}[)\]}])\Z"
)


def formula_at_end(sentence: str, reference: str) -> str | None:
    """The formula without dollars in which a sentence ends.

    Letters are part of one where the reference has some, and brackets where it is a pair, an interval or a set.

    >>> formula_at_end("It simplifies to (a + b)(a - b)/(a - b) = a + b", "a + b")
    'a + b'
    >>> formula_at_end("The line can be written as 2x - y + 3 = 0", "y = 2x + 3")
    '2x - y + 3 = 0'
    """
    if result := _RESULT_IN_PLAIN_TEXT.search(sentence):
        return result[1].strip()
    is_bracketed = reference.lstrip("$\\ ").removeprefix("left").lstrip("\\ ")[:1] in _BRACKETS or (
        _INEQUALITY.search(reference) is not None or _ASSIGNMENTS.match(reference) is not None
    )
    if is_bracketed and (shown := _IN_BRACKETS.search(sentence)):
        return shown[1]
    formula = _IN_LETTERS.search(sentence) if _LETTER.search(reference) else None
    if formula is None:
        return None
    said = formula[1].strip()
    if formula.start() and "=" not in said and not _STATED.search(sentence, 0, formula.start()):
        return None
    return said if _EQUALS.search(reference) else _EQUALS.split(said)[-1].strip()

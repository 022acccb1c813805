r"""What stands behind a formula about its constants: `f(x) = cx, c \in \mathbb{R}`, `…, where k is any real constant`.

Only what limits nothing is taken off: a constant that is positive, or whole, is another answer.
"""

import re

from verifiers.reading.texts import words_bare

_CUE = re.compile(r"constant|arbitrary|real|param|mathbb|\\R|for (?:all|every|any|each)|\\in")
_SPACE = re.compile(r"(?:\s|\$|~|\\[,;:! ])+")
_WIDE_SPACE = re.compile(r"\\q?quad(?![a-z])")
_LETTER = r"(?:\\?[a-zA-Z]|\\[a-z]{2,8})(?:_\s?\{?\w\}?)?"
_LETTERS = rf"({_LETTER}(?:(?:\s?,\s?|\s?,?\s?and\s){_LETTER}){{0,3}})"
_REAL = r"\\in\s?(?:\\(?:mathbb|mathbf|Bbb|bf)\s?\{?\s?R\s?\}?|\\R(?![a-z])|R(?![a-z]))"
_QUANTIFIER = r"(?:any|some|all|every|each|an?)"
_SORT = r"(?:(?:arbitrary|real|fixed|any|some|the)\s+){0,3}"
_NUMBERS = r"(?:constants?|parameters?|reals?(?:\s+(?:numbers?|constants?|parameters?))?|arbitrary)"
_TAIL = re.compile(
    r"(?:(?:[,;(]\s?)+|\s)(?:"
    rf"(?:(?<=[,;(])|(?<=[,;(]\s)|(?:where|with|and|for(?:\s+{_QUANTIFIER})?)\s+(?:real\s+)?){_LETTERS}\s?{_REAL}|"
    rf"(?:(?<=[,;(])|(?<=[,;(]\s)|(?:where|with|and)\s){_LETTERS}\s+(?:(?:is|are|being)\s+)?(?:an?\s+)?{_SORT}{_NUMBERS}|"
    rf"(?:(?:where|with|for)\s+)?{_QUANTIFIER}\s+{_SORT}(?:{_NUMBERS}|numbers?)\s+{_LETTERS}|"
    rf"for\s+(?:all|every|any|each)\s+{_LETTERS}"
    r")\s?\)?[\s.]*\Z"
)
_ARGUMENTS = re.compile(r"\A\s?[a-zA-Z]\s?(?:\\left)?\(([^()]{1,30}?)(?:\\right)?\)\s?=")
_NAMES = re.compile(r"\\?[a-zA-Z]+(?:_\s?\{?\w\}?)?")
_VARIABLES = frozenset("xyzt")
_MAX_CHARS = 400
_MIN_HEAD = 3
_OPENING = ("(", "$(", "\\left(", "$\\left(")


def without_constants(text: str) -> tuple[str, frozenset[str]]:
    r"""Return `text` without what it says at the end of real constants and variables, and the names of the constants.

    >>> without_constants(r"f(x) = cx, \text{ where } c \in \mathbb{R}"), without_constants(r"f(x) = cx, c > 0")
    (('f(x) = cx', frozenset({'c'})), ('f(x) = cx, c > 0', frozenset()))
    """
    if ("=" not in text and not text.startswith(_OPENING)) or len(text) > _MAX_CHARS or not _CUE.search(text):
        return text, frozenset()
    shown = _SPACE.sub(" ", _WIDE_SPACE.sub(" , ", words_bare(text))).strip(" .,;")
    match = _TAIL.search(shown)
    if match is None or match.start() < _MIN_HEAD:
        return text, frozenset()
    head = shown[: match.start()].rstrip(" ,;(")
    said = next(group for group in match.groups() if group)
    names = {name for name in _NAMES.findall(said) if name not in {"and", "\\text"}}
    is_whole = all(head.count(opening) == head.count(closing) for opening, closing in ("()", "{}", "[]"))
    is_point = head.startswith(_OPENING) and head.endswith(")")
    if not is_whole or not ("=" in head or is_point) or not all(name in head for name in names):
        return text, frozenset()
    arguments = _ARGUMENTS.match(head)
    variables = _VARIABLES | set(arguments[1].replace(" ", "").split(",") if arguments else ())
    return head, frozenset(name.lstrip("\\") for name in names - variables)

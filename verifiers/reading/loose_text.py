"""Loose ways of writing a value, taken apart as text: a unit behind it, a currency before it, a set by its name."""

import re

from verifiers.reading.texts import plain_text, words_of
from verifiers.trees.matrices import ZERO_OF_ANY_SHAPE
from verifiers.trees.tree import Const, Node, Seq, Sym, negate, number
from verifiers.units.definitions import find_unit

_WORDS_IN_LATEX = r"\\(?:text|mathrm|textrm|mathbf|textbf|mbox|operatorname|rm|unit|si)\s*\{[^{}]{0,80}\}"
_TAIL = re.compile(
    rf"(?P<tail>(?:\s|~|\\[,;:! ]|\\q?quad)*(?:{_WORDS_IN_LATEX}|\^\s?\{{?\\circ\}}?(?:\s?[CF](?![a-z]))?|\\degree|"
    rf"(?<=[\s~}}])[A-Za-z]{{1,30}}|m(?![A-Za-z(])|[€£¥$]|\\(?:pounds|euro|yen|AA|Omega|mu))"
    rf"(?:{_WORDS_IN_LATEX}|\s|~|\\[,;:! ]|[A-Za-z]|\^\s?\{{?-?\d\}}?|[./·'-]|\\cdot|\([a-z ]{{1,30}}\)|\$|€)*)$"
)
_NOT_A_UNIT = re.compile(
    r"\b(?:fails|overshoots|undershoots|friend|my|your|his|her|our|according|at|most|least|among|others|al|etc|lol|"
    r"or|and|to|plus|minus|times|if|for|where|when|mod|sin|cos|tan|ln|log|pi|sqrt|then|but|except|than|over|"
    r"choose|squared|cubed|dozens?|"
    r"hundred|thousand|[mb]illion|trillion|factorial|half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|"
    r"sevenths?|eighths?|ninths?|tenths?|"
    r"hundredths?|thousandths?|percent|root|power|modulo|more|less|fewer|greater|short|copies|tens)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Za-z]+")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_SHORT_WORDS = frozenset(
    [
        "of",
        "in",
        "per",
        "sq",
        "cu",
        "the",
        "men",
        "cm",
        "mm",
        "km",
        "kg",
        "ft",
        "lb",
        "oz",
        "hr",
        "min",
        "sec",
        "mph",
        "deg",
        "rad",
        "ways",
        "way",
        "days",
        "day",
        "cats",
        "dogs",
        "pens",
        "cups",
        "bags",
        "box",
        "cars",
        "car",
        "bus",
        "any",
        "all",
    ]
)
CURRENCY = re.compile(r"^\s*(?:\\?\$|€|£|¥|\\pounds|\\euro|\\yen|(?:Rs\.?|USD|EUR|GBP|US\\?\$))\s*(?=[-\d.(\\])")

_COUNTER = re.compile(r"(-?\d[\d,.]*)\s?(?:个|個|人|名|只|隻|条|條|支|颗|顆|辆|輛|次|件|棵|岁|歲|つ|개|명)")
"""A number with one of the words by which Chinese, Japanese and Korean count."""
_TAIL_TEXT_CHARS = 600
"""A longer text is no value with a unit; the end of one is looked for from each of its characters."""
_MAX_SYMBOL_CHARS = 3
"""Longer words behind a number name things, shorter ones have to be known units."""


def without_tail(text: str) -> str | None:
    r"""`text` without the unit or words behind its value, or None where there are none.

    >>> without_tail(r"20\text{ m}"), without_tail("15 apples"), without_tail("2x")
    ('20', '15', None)
    """
    if len(text) > _TAIL_TEXT_CHARS:
        return None
    text = CURRENCY.sub("", text)
    if not text.isascii() and (counted := _COUNTER.fullmatch(text)):
        return counted[1]
    match = _TAIL.search(text)
    if match is None or not match.start():
        return None
    head, tail = text[: match.start()].rstrip(), match.group("tail")
    if not head or head[-1] not in "0123456789)}.½" or _NOT_A_UNIT.search(tail) or len(words_of(head)) > 0:
        return None
    if not all(map(_is_unit_or_thing, _LETTERS.findall(_COMMAND.sub(" ", tail)))):
        return None
    if head.count("{") != head.count("}") or head.count("(") != head.count(")"):
        return None
    return head


def _is_unit_or_thing(word: str) -> bool:
    """Whether a word behind a number can be its unit: a known unit, or the name of things (`apples`)."""
    return len(word) > _MAX_SYMBOL_CHARS or bool(find_unit(word)) or word.casefold() in _SHORT_WORDS


_LEAD_IN = re.compile(
    r"(?:\\text\s*\{\s*)?(?:(?:so|thus|therefore|hence|then|and),?\s+)?(?:(?:the\s+)?(?:final\s+|"
    r"correct\s+)?(?:answer|result|solution|value)s?\s*(?:is|are|:|=)\s*:?\s*|"
    r"(?:it|this|that)\s+(?:is|equals)\s+|(?:about|approximately|approx\.?|exactly|roughly|around|just|only|simply)\s+|"
    r"(?:so|thus|therefore|hence|then)\b,?\s+|"
    r"(?!(?:reference|guess|gold|hint|given|expected|wrong|incorrect|false|candidate|distractor)\b)"
    r"[A-Z][a-z]{2,}(?: [a-z]+){0,4}:\s+)+(?:\}\s*)?(?=\S)",
    re.IGNORECASE,
)
_NOT_OTHER = re.compile(r"(?<=[\d}\)]),\s*(?:and |but )?(?:it is |it's )?not\s+[\d$\\-][^,]*$", re.IGNORECASE)
_NOT_BUT = re.compile(
    r"^not\s+-?\d[\d.,/]*,?\s+but\s+(?:rather\s+)?|(?<=[\d}\)])\s*\((?:and )?not\s+-?\d[^()]{0,40}\)$|"
    r"^\\(?:Rightarrow|implies)\s*",
    re.IGNORECASE,
)
"""`not 46 but`, `(not 46)`: what an answer says it is not."""
_KIND = re.compile(
    r"^(?:the )?(?:ordered (?:pair|triple)|point|interval|vector|set|pair)\s+(?=\\?[(\[{<]|\\left|\\langle)",
    re.IGNORECASE,
)
"""What kind of thing stands in the brackets behind it: `the point (4, 7)`."""
_IS = re.compile(r"^([a-zA-Z])\s+(?:is|equals)\s+(?=[-\d\\(])")
_YEAR = re.compile(r"^(?:in\s+)?(?:the\s+)?year\s+(?=\d{3,4}$)|^in\s+(?=\d{4}$)|^pH\s+(?=\d)", re.IGNORECASE)
"""Words that say what a number is: `in 1969`, `pH 3.2`."""
_MINUS = re.compile(r"^(?:minus|negative)\s+(?=[\d\\])", re.IGNORECASE)


_ONLY = re.compile(r"(?<=[\w})])(?:\\[,;:! ]|\s)*(?:,\s*)?(?:\\text\s?\{\s*|\s)only\s*\}?\Z")


def lead_in_dropped(text: str) -> str:
    """`text` without words that only lead to the answer: `Answer: 5`, `it is exactly 5`; `minus 5` becomes `-5`."""
    if text.endswith(("only", "only}")):
        text = _ONLY.sub("", text)
    text = _YEAR.sub("", _IS.sub(r"\1 = ", _KIND.sub("", _NOT_BUT.sub("", _NOT_OTHER.sub("", text)))))
    match = _LEAD_IN.match(text)
    return _MINUS.sub("-", text[match.end() :].strip() if match is not None else text)


_NAMED_SETS = {
    "all real numbers": "R", "all reals": "R", "all real": "R", "set of all real numbers": "R",
    "set of real numbers": "R", "real numbers": "R",
    "any real number": "R", "every real number": "R", "empty set": "empty", "no solution": "empty",
    "no solutions": "empty", "no real solution": "empty",
    "no real solutions": "empty", "null set": "empty",
}  # fmt: skip


_NAMED_MATRIX = re.compile(
    r"(?:the )?(?:(?P<size>\d)\s?(?:x|×|by|\\times)\s?(?P=size) )?(?P<name>identity|unit|zero|null) matrix"
)


def named_matrix(text: str) -> Node | None:
    """The matrix that a usual phrase names: `the identity matrix` as I, `the 3 x 3 zero matrix` as O_3."""
    match = _NAMED_MATRIX.fullmatch(plain_text(text)) if "matrix" in text else None
    if match is None:
        return None
    if match["name"] in {"identity", "unit"}:
        return Sym(f"I_{match['size']}" if match["size"] else "I")
    return Sym(f"O_{match['size']}") if match["size"] else ZERO_OF_ANY_SHAPE


_ANY_LETTER = re.compile(r"^[a-z] (?:is|can be|may be) (?=(?:any|every|an arbitrary|all)\b)")
_SIGNED_NUMBERS = re.compile(
    r"(?:the set of )?(?:all )?(?P<non>non-?\s?)?(?P<sign>positive|negative) (?:real numbers?|reals|real values)"
)


def named_set(text: str) -> Node | None:
    """The set that a usual phrase names: `all real numbers`, `no solution`."""
    words = _ANY_LETTER.sub("", plain_text(text)) if any(c.isalpha() for c in text) else ""
    if name := _NAMED_SETS.get(words):
        return Const(name)
    signed = _SIGNED_NUMBERS.fullmatch(words)
    if signed is None:
        return None
    infinity, is_open = Const("inf"), signed.group("non") is None
    is_above = (signed.group("sign") == "positive") is is_open
    low, high = (number(0), infinity) if is_above else (negate(infinity), number(0))
    return Seq("(" if is_open or low != number(0) else "[", (low, high), ")" if is_open or high != number(0) else "]")

"""What a statement that is false as it stands may still be: right as people loosely write, or no claim at all.

A right step that is called false does more harm than a wrong one that is missed, so doubt means that nothing is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifiers.steps.partial_steps import is_part_of_more
from verifiers.steps.step_congruences import agree_modulo
from verifiers.steps.step_grammar import parse
from verifiers.steps.step_tokens import tokenize
from verifiers.steps.step_values import UnreadableError

_TIMES: Final = r"(?:[×*x·⋅]|\\times|\\cdot)"
_SCIENTIFIC = re.compile(rf"\d[\d.,]*\s*{_TIMES}\s*10\s*\^\s*(?:\{{-?\d+\}}|\(-?\d+\)|-?\d+)")
_GROUPED_BY_POINTS = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])")
_GROUPED_BY_SPACES = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d.])")
_DIVIDED_LAST = re.compile(r"^([^=]*[+\-−–][^=]*?)\s*(/|÷|\\div)\s*(\d[\d.,]*)([^=+\-−–*×/]*=[^=]*)$")
_DIVIDED_FIRST = re.compile(
    r"(/|÷|\\div)\s*(\d[\d.]*\s*(?:(?:[×*·⋅]|\\times|\\cdot)\s*\d[\d.]*|\([^()]*\))|\d+!\s*\d+!)"
)
_DIVIDED_BY_FRACTION = re.compile(r"(?<=\s)(/|÷|\\div)\s+(\d+(?:\.\d+)?/\d+)(?![\d.])")
"""`7.5 / 1/2`"""
_DIVIDED_BY_SUM = re.compile(r"/\s?(\d[\d.]*\s?[+−–-]\s?\d[\d.]*)(?=\s*=)")
"""`50/12+13 = 2`"""
_DIVIDED_BY_MULTIPLE = re.compile(r"(/|÷|\\div)\s*(\d[\d.]*\s?(?:π|\\?pi(?![A-Za-z])|\\sqrt\s?(?:\{\d+\}|\d)|√\d+))")
"""`12 pi / 4 pi = 3`"""
_NEGATIVE_BASE = re.compile(r"(?<![\w)}.])[-−–](\d+)\s*(?=\^|²)")
_HYPOTHESIS = re.compile(
    r"\b(?:if|suppose|assum\w+|were|would|not|isn't|does|do|is it|whether|can't|cannot)\b[^,;]*\Z", re.IGNORECASE
)
_CALLED_WRONG = re.compile(
    r"\b(?:wrong|incorrect|mistake|error|contradict)\w*|\b(?:impossible|false|absurd|not (?:true|valid|satisfied))\b",
    re.IGNORECASE,
)
_SAID_BY_OTHERS = re.compile(
    r"\b(?:student|classmate|friend|person|someone|somebody|people|puzzle|text|book)s?\s(?:\w+\s){0,2}?"
    r"(?:wrote|writes|claim(?:s|ed)?|say|says|said|thinks?|thought|believes?d?)\b",
    re.IGNORECASE,
)
_OF_TWO = re.compile(r"[(\s]*(\d+)[)$\s]*(?:[*@#x×]|\\times|\\cdot)[(\s$]*(\d+)[)$\s]*=(.*)", re.DOTALL)
_IS_NOT = re.compile(r"\d\s?!=")
"""`3 != 4`, which may be a factorial."""
_NEW_OPERATION = re.compile(r"(?<![A-Za-z])[A-Za-z]\s?([*×x·+/^−-]|\\times|\\cdot)\s?[A-Za-z]\s?(?:=|is|means|denotes)")
_DEFINES = ("defin", "operation", "operator", "symbol")
_RETRACTED = re.compile(
    r"\s*(?:\?|(?:\.{2,3}|…|[,;.]|-|–|—)?\s*"
    r"(?:no\b|wait\b|hmm|but that|that's not|which is not|(?:is|was) (?:not|wrong)))",
    re.IGNORECASE,
)
_OTHER_NUMERALS = re.compile(
    r"\b(?:binary|octal|hexa?decimal|hex|in base[ -]\w+"
    r"|base[ -](?:[2-9]|1[1-6]|two|three|four|five|six|seven|eight|nine|\$?[b-z]))\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d[\s$]*(?:\\text\s?\{\s?)?[ap]\.?m\b|o'clock|\bclock\b", re.IGNORECASE)
_MODULUS = re.compile(
    r"(?:\bmod(?:ulo)?\b|\\p?b?mod(?![a-z])|(?:\\mathbb\s*\{?[ZF]\}?|\b[ZF]|ℤ)\s*[_/]|\bGF\s?\()\s*\{?\s*(\d{1,6})(?!\d)"
)
_MARKS_OF_MODULI = ("mod", "Z", "ℤ", "F_", "F/", "{F}", "GF")
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n")
_MAX_STATEMENT_CHARS = 300
_AFTER_CHARS = 40
_JUDGED_AFTER_CHARS = 80
_BEFORE_CHARS = 60
_OPTION = re.compile(
    r"\b(?:option|statement|choice|claim)\s\(?[A-F]\b[^.]*\Z|(?:\A|\s)\(?[A-F][.:)]\s[$\\(]*\Z", re.IGNORECASE
)
"""What a question offers: `D. $7 + 1 = 24$`."""


def loose_readings(statement: str) -> Iterator[str]:
    """Yield the statement as it may have been meant, with the brackets or marks that were left away.

    >>> next(loose_readings("10 + 20 / 2 = 15"))
    '(10 + 20) / 2 = 15'
    """
    if len(statement) > _MAX_STATEMENT_CHARS:
        return
    readings = (
        _SCIENTIFIC.sub(r"(\g<0>)", statement),
        _DIVIDED_LAST.sub(r"(\1) \2 \3\4", statement),
        _DIVIDED_FIRST.sub(r"\1 (\2)", statement),
        _DIVIDED_BY_FRACTION.sub(r"\1 (\2)", statement),
        _DIVIDED_BY_SUM.sub(r"/(\1)", statement),
        _DIVIDED_BY_MULTIPLE.sub(r"\1 (\2)", statement),
        _NEGATIVE_BASE.sub(r"(-\1)", statement),
        _GROUPED_BY_POINTS.sub(lambda m: m[0].replace(".", ""), statement),
        _GROUPED_BY_SPACES.sub(lambda m: m[0].replace(" ", ""), statement),
    )
    yield from (reading for reading in readings if reading != statement)


@dataclass(frozen=True, slots=True)
class OtherArithmetic:
    """What else than decimal integers a text calculates with."""

    has_numerals: bool
    """Whether it speaks of other numerals, such as binary ones."""
    moduli: frozenset[int]
    operations: frozenset[str]
    """Signs that the text gives a meaning of its own: "define a * b = a + 2b"."""


def other_arithmetic(text: str) -> OtherArithmetic:
    """What `text` says of other numerals and of moduli, anywhere."""
    may_have_moduli = any(mark in text for mark in _MARKS_OF_MODULI)  # many times faster than the expression
    moduli = frozenset(int(n) for n in _MODULUS.findall(text)) if may_have_moduli else frozenset()
    lowered = text.lower()
    may_have_numerals = any(name in lowered for name in ("binary", "octal", "hex", "base"))
    has_numerals = may_have_numerals and _OTHER_NUMERALS.search(text) is not None
    operations = frozenset(_NEW_OPERATION.findall(text)) if any(name in lowered for name in _DEFINES) else frozenset()
    return OtherArithmetic(has_numerals, moduli - {0}, operations)


def is_no_claim(statement: str, line: str, other: OtherArithmetic) -> bool:
    """Say whether a false statement is only asked, supposed, denied or taken back, or is about other numerals."""
    start = line.find(statement)
    end = start + len(statement)
    before = _SENTENCE_END.split(line[:start])[-1] if start >= 0 else ""
    if start >= 0 and _OPTION.search(line[max(0, start - _BEFORE_CHARS) : start]):
        return True
    judged = _SENTENCE_END.split(line[end : end + _JUDGED_AFTER_CHARS], maxsplit=1)[0] if start >= 0 else ""
    if _HYPOTHESIS.search(before) or _CALLED_WRONG.search(before + " " + judged) or _SAID_BY_OTHERS.search(before):
        return True
    if _IS_NOT.search(statement) or _states_rule(statement) or any(sign in statement for sign in other.operations):
        return True
    rest = line[end : end + _AFTER_CHARS] if start >= 0 else ""
    if start >= 0 and _RETRACTED.match(rest):
        return True
    if is_part_of_more(statement, before, rest):
        return True
    return other.has_numerals or _CLOCK.search(line) is not None or _agrees_modulo(statement, other.moduli)


def _states_rule(statement: str) -> bool:
    """Say whether `2 * 6 = 2^6 + 6^2` follows a rule for `*` that stands elsewhere: it calculates with both numbers."""
    found = _OF_TWO.match(statement)
    if not found:
        return False
    numbers = re.findall(r"\d+", found[3])
    is_repeated = statement.partition("=")[0].strip() in found[3]
    return len(numbers) > 1 and found[1] in numbers and found[2] in numbers and not is_repeated


def _agrees_modulo(statement: str, moduli: frozenset[int]) -> bool:
    """Say whether two sides agree modulo a number that the text calculates with."""
    if not moduli:
        return False
    tokens = tokenize(statement)
    try:
        left, sign = parse(tokens, 0)
        right, _ = parse(tokens, sign + 1)
    except UnreadableError:
        return False
    return any(agree_modulo(left.value, right.value, modulus) for modulus in moduli)

"""The ways in which an answer can be read, the plainest first.

Most answers have one reading. A second one is tried where writing is loose: `1/2x`, `1000,99`, `15 apples`, `five`.
Each further reading belongs to a policy, and is only made where the reference allows it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from verifiers.deciding.references import Reference, degrees_dropped
from verifiers.policy import Choose, CommaGroups, Policy, SlashProduct
from verifiers.reading.grammar import read
from verifiers.reading.loose_text import CURRENCY, without_tail
from verifiers.reading.notations import combinations_written_out
from verifiers.reading.nouns import is_noun
from verifiers.reading.number_words import number_in_words
from verifiers.reading.plain_numbers import GROUP, read_number, repeating_in_brackets
from verifiers.reading.texts import plain_text
from verifiers.reading.vector_products import has_cross
from verifiers.trees.matrices import ZERO_OF_ANY_SHAPE
from verifiers.trees.tree import PAIR, Node, Num, Seq, UnreadableError, multiply, number
from verifiers.trees.walk import replace

_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d+)(?![\d.,])")
_DOT_GROUPS = re.compile(r"([+-]?)(\d{1,3})((?:\.\d{3}){2,})")
_EUROPEAN = re.compile(r"([+-]?\d{1,3}(?:\.\d{3})+|[+-]?\d{1,3}(?: \d{3})+)(,\d+)")
_SWISS = re.compile(r"([+-]?\d{1,3}(?:'\d{3})+)((?:\.\d+)?)")
_RATIO_IN_WORDS = re.compile(r"[\d.]+(?:\s+to\s+[\d.]+)+")
_PART_OF = re.compile(r"(\d{1,9}|[a-z]{3,9})\s+(?:out of|in)\s+(?:every\s+)?(\d{1,9}|[a-z]{3,9})", re.IGNORECASE)
_OPTION = re.compile(r"\([A-J]\)\s+(?=[\d\\$-])")
"""The letter of an option before its value: `(C) 36`."""
_THOUSANDS = re.compile(r"(-?\d{1,3}(?:,\d{3})*(?:\.\d{1,6})?|-?\d{1,9})\s?([kKMB])")
_LETTER_SCALES = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9}
_LETTER_BEHIND = re.compile(r"[\s~]*(?:[a-zA-Z]|\\(?:mu|Omega|AA))[\s~]*")
_CHARGE = re.compile(r"[1-7]\s?[+-]")
"""The charge of an ion, with its sign behind the number."""
_LARGE = re.compile(r"(-?\d{1,12}(?:,\d{3})*(?:\.\d{1,12})?)\s?([百千万萬亿億만억])(?:个|個|人|名)?")
_SCALES = {"百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8}
"""`3.5万` is 35,000."""
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")
"""`12,34,567`: groups of two digits in front of the last three."""
_RANGE = re.compile(r"(?:from\s+|between\s+)?(?P<low>-?[\d.]+)\s*(?:to|-|--|–)\s*(?P<high>-?[\d.]+)", re.IGNORECASE)
_ROOT_OF_UNITY = read(r"\frac{-1+i\sqrt{3}}{2}").tree
r"""What `\omega` usually is where complex numbers are asked for."""
_GROUPED = re.compile(r"\([^()]{1,400}\)")
"""`(1, 1; 2, 2)` for (1, 1, 2, 2)."""
BINOMIAL = re.compile(r"\\[dt]?binom(?![a-z])|\\choose(?![a-z])")
r"""What may be a column of two: `\binom{1}{2}`."""
ZERO_VECTOR = re.compile(r"\\(?:vec|overrightarrow|boldsymbol|bm|mathbf|bf)\s?\{?\s?0\s?\}?")
_CONDITIONED = re.compile(
    r"(?P<value>[^=<>,]{1,300}?),?\s*\\q?quad\s*\(?\s*(?P<letter>[a-zA-Z])\s*"
    r"(?:\\(?:geq?|leq?|in|neq?)(?![a-z])|[<>])[^=]{1,60}"
)
r"""A formula with the letters for which it holds: `2^n - 1 \quad (n \ge 1)`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of an answer."""

    tree: Node
    notes: frozenset[str]
    way: str
    """How the text was read: `plain`, `without_tail`, `words` …"""


def readings(text: str, reference: Reference, policy: Policy) -> Iterator[Candidate]:
    """All readings of `text` that the reference and the policy allow.

    Raises `UnreadableError` when the first is asked for and there is none.
    """
    found = False
    first_error: UnreadableError | None = None
    try:
        for candidate in _plain_readings(text, reference, policy):
            found = True
            yield candidate
    except UnreadableError as error:
        first_error = error
    for candidate in _loose_readings(text, reference, policy):
        found = True
        yield candidate
    if not found:
        raise first_error or UnreadableError("it is no mathematics")


def _plain_readings(text: str, reference: Reference, policy: Policy) -> Iterator[Candidate]:
    """The text as it stands, and with its ambiguities taken the other way."""
    text = CURRENCY.sub("", text)
    plain = read_number(text)
    as_list = _wants_list(reference) or policy.comma_groups is CommaGroups.LIST
    if "\n" in text and reference.kind in {"list", "set"}:
        text = _lines_as_list(text, reference)
    if plain is not None and not as_list:
        yield Candidate(Num(plain.value, plain.unit_in_last_place), number_notes(text), "plain")
        return
    if reference.holds_vectors and ZERO_VECTOR.fullmatch(text):
        yield Candidate(ZERO_OF_ANY_SHAPE, frozenset(), "zero_vector")
    if reference.holds_vectors and BINOMIAL.search(text):
        yield Candidate(read(text, columns=True).tree, frozenset(), "columns")
    if reference.kind == "ratio" and _RATIO_IN_WORDS.fullmatch(text):
        text = re.sub(r"\s+to\s+", ":", text)
    reading = read(text)
    if "\\times" in text and reference.tree is not None and has_cross(reference.tree):
        reading = read(text, crosses=True)
    is_loose_product = "slash_implicit" in reading.notes
    if not (is_loose_product and policy.slash_product is SlashProduct.PRODUCT_FIRST) and not (
        "thousands" in reading.notes and policy.comma_groups is CommaGroups.LIST
    ):
        yield Candidate(reading.tree, reading.notes, "plain")
    if as_list and "thousands" in reading.notes:
        yield Candidate(read(text, commas_separate=True).tree, reading.notes, "commas")
    yield from _other_ways(text, reading.notes, policy)


def _other_ways(text: str, notes: frozenset[str], policy: Policy) -> Iterator[Candidate]:
    """What the text is where its products and names are loose: `1/2x`, `2x2y`."""
    if "slash_implicit" in notes and policy.slash_product is not SlashProduct.DIVISION_FIRST:
        yield Candidate(read(text, product_first=True).tree, notes, "product_first")
    if "long_names" in notes:
        yield Candidate(read(text, short_names=True).tree, notes, "short_names")


def _lines_as_list(text: str, reference: Reference) -> str:
    """A column of values with commas between them, if it has as many lines as the reference has members."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_column = "," not in text and len(lines) == reference.size and lines[0][-1] not in "=+-*/{(["
    return ", ".join(lines) if is_column and not any(line[0] in "=+*/<>&" for line in lines) else text


def _wants_list(reference: Reference) -> bool:
    return reference.kind in {"list", "set", "tuple"}


def number_notes(text: str) -> frozenset[str]:
    """What a plain number's writing may be asked about: a fraction that can be reduced."""
    if "frac" not in text and "/" not in text:
        return frozenset()
    digits = [int(d) for d in re.findall(r"\d+", text)[-2:]]
    reduced = len(digits) == PAIR and digits[1] and Fraction(*digits).denominator == digits[1]
    return frozenset() if reduced else frozenset({"unreduced"})


def _loose_readings(text: str, reference: Reference, policy: Policy) -> Iterator[Candidate]:
    """Readings of loose writing, each behind its policy."""
    if reference.kind == "number" and "(" in text and (repeating := repeating_in_brackets(text)) is not None:
        yield Candidate(Num(repeating.value), frozenset(), "repeating")
    if reference.kind == "number" and policy.decimal_comma is Choose.ACCEPT:
        yield from _with_decimal_comma(text)
    if reference.is_constant:
        yield from _constant_readings(text, reference, policy)
    if "omega" in text and _wants_list(reference) and reference.is_complex and (reading := _try(text)) is not None:
        yield Candidate(replace(reading, {"omega": _ROOT_OF_UNITY}), frozenset(), "root_of_unity")
    if reference.kind == "tuple" and ";" in text and _GROUPED.fullmatch(text):
        reading = _try(text.replace(";", ","))
        if reading is not None:
            yield Candidate(reading, frozenset(), "grouped")
    if policy.range_words is Choose.ACCEPT:
        yield from _range(text)
    conditioned = _CONDITIONED.fullmatch(text) if "quad" in text and reference.kind == "expression" else None
    if conditioned is not None and conditioned["letter"] in conditioned["value"]:
        reading = _try(conditioned["value"])
        if reading is not None:
            yield Candidate(reading, frozenset(), "conditioned")


def _with_decimal_comma(text: str) -> Iterator[Candidate]:
    text = text.replace("{,}", ",")
    if _INDIAN.fullmatch(text):
        yield Candidate(number(int(text.replace(",", ""))), frozenset(), "indian")
    grouped = _EUROPEAN.fullmatch(text) or _SWISS.fullmatch(text)
    if grouped is not None:
        plain = read_number(
            re.sub(r"[^\d,+-]", "", grouped.group(1)).replace(",", "") + grouped.group(2).replace(",", ".")
        )
        if plain is not None:
            yield Candidate(Num(plain.value, plain.unit_in_last_place), frozenset(), "european")
    dotted = _DOT_GROUPS.fullmatch(text)
    if dotted is not None:
        value = int(dotted.group(1) + dotted.group(2) + dotted.group(3).replace(".", ""))
        yield Candidate(number(value), frozenset(), "dot_groups")
    comma = _DECIMAL_COMMA.fullmatch(text.lstrip("+-"))
    if comma is not None and len(comma.group(2)) != GROUP:
        plain = read_number(text.replace(",", "."))
        if plain is not None:
            yield Candidate(Num(plain.value, plain.unit_in_last_place), frozenset(), "decimal_comma")


def _constant_readings(text: str, reference: Reference, policy: Policy) -> Iterator[Candidate]:
    """Units and words behind a number, a degree sign, number words."""
    if text.startswith("(") and (option := _OPTION.match(text)):
        reading = _try(text[option.end() :])
        if reading is not None:
            yield Candidate(reading, frozenset(), "option")
    if policy.extra_unit is Choose.ACCEPT:
        yield from _without_unit(text, reference)
    if policy.number_words is Choose.ACCEPT and not text.isdecimal():
        yield from _number_words(text, reference)


def _without_unit(text: str, reference: Reference) -> Iterator[Candidate]:
    """Combinations, and a number without the unit, words or degree sign behind it."""
    counted = combinations_written_out(text)
    reading = None if counted is None else _try(counted)
    if reading is not None:
        yield Candidate(reading, frozenset({"arithmetic"}), "combinations")
    if "circ" in text and ("pi" in reference.text or "tail" in reference.notes):
        return  # the reference is an angle in radians, or has a unit of its own: degrees are not left off
    head = without_tail(text)
    if head is not None and not (reference.number is not None and _is_term(head, text[len(head) :])):
        reading = _try(head)
        if reading is not None:
            yield Candidate(reading, frozenset(), "without_tail")
    bare = _try(text)
    if bare is not None:
        dropped = degrees_dropped(bare)
        if dropped is not bare and reference.tree is not None and degrees_dropped(reference.tree) is reference.tree:
            yield Candidate(dropped, frozenset(), "without_tail")


def _is_term(head: str, tail: str) -> bool:
    """Whether the letter behind a sum is no unit: for 7, `5 + 2m` is two terms, and not 7 metres."""
    return _LETTER_BEHIND.fullmatch(tail) is not None and re.search(r"[\d)}]\s*[+-]", head) is not None


def _number_words(text: str, reference: Reference) -> Iterator[Candidate]:
    """Numbers that words, letters or signs belong to: `five`, `1 in 4`, `70k`, `3.5万`, the charge `2+`."""
    if reference.text[0] in "+-" and text[:1].isdigit() and _CHARGE.fullmatch(text):
        yield Candidate(number(int(text[-1] + text[0])), frozenset(), "words")
    if reference.kind == "number" and (short := _THOUSANDS.fullmatch(text)):
        scaled = Fraction(short[1].replace(",", "")) * _LETTER_SCALES[short[2]]
        yield Candidate(number(scaled), frozenset(), "words")
    if not text.isascii() and (large := _LARGE.fullmatch(text)):
        yield Candidate(number(Fraction(large[1].replace(",", "")) * _SCALES[large[2]]), frozenset(), "words")
    if not any(map(str.isalpha, text)):
        return
    part = _PART_OF.fullmatch(text)
    over, under = (None, None) if part is None else (_count(part.group(1)), _count(part.group(2)))
    if over is not None and under:
        yield Candidate(number(over / under), frozenset(), "words")
    value = _in_words(plain_text(text))
    if value is not None:
        yield Candidate(number(value), frozenset(), "words")


def _count(text: str) -> Fraction | None:
    return Fraction(text) if text.isdigit() else number_in_words(text.casefold())


def _in_words(text: str) -> Fraction | None:
    """A number in words, with at most two words behind it (`five apples`)."""
    parts = text.split()
    for drop in range(3):
        if len(parts) > drop:
            value = number_in_words(" ".join(parts[: len(parts) - drop]))
            rest = parts[len(parts) - drop :]
            if drop and not is_noun(rest) and [part.strip("()") for part in rest] != [str(value)]:
                continue
            if value is not None and parts[0] not in {"a", "an"}:
                return value
            if value is not None and drop == 0:
                return value
    return None


def _try(text: str) -> Node | None:
    try:
        plain = read_number(text)
        return Num(plain.value, plain.unit_in_last_place) if plain is not None else read(text).tree
    except UnreadableError:
        return None


def _range(text: str) -> Iterator[Candidate]:
    """`12 to 13` and `12-13`, as the pair of its ends."""
    ends = range_of(text)
    if ends is not None:
        yield Candidate(ends, frozenset(), "range")


def range_of(text: str) -> Node | None:
    """The ends of `12 to 13` or `12-13`."""
    match = _RANGE.fullmatch(re.sub(r"\\text\{([^{}]*)\}", r"\1", text))
    if match is None:
        return None
    low, high = (_try(match.group(name)) for name in ("low", "high"))
    return None if low is None or high is None else Seq("range", (low, high), "")


def as_percent(tree: Node) -> Node:
    """A hundred times the value: `10 %` as 10."""
    return multiply(number(100), tree)

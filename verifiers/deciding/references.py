"""A reference, understood once: its final answer, its kind, its number or tree."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from data.records import AnswerKind, Problem
from verifiers.comparing.families import family_in_braces, implied_integer, without_integer
from verifiers.comparing.kinds import kind_of
from verifiers.comparing.members import members
from verifiers.deciding.clock_and_calendar import Moment, read_moment
from verifiers.extraction.boxes import find_boxes, joined, last_group
from verifiers.extraction.final_answer import extract_answer
from verifiers.limits import OverLimitError
from verifiers.quantities.vector_quantities import split_unit
from verifiers.reading.constant_words import without_constants
from verifiers.reading.grammar import Reading, read
from verifiers.reading.inequality_words import inequality_in_words
from verifiers.reading.loose_text import lead_in_dropped, named_set, without_tail
from verifiers.reading.nouns import FUNCTION_WORDS, is_noun
from verifiers.reading.number_words import number_in_words
from verifiers.reading.plain_numbers import Number, read_number, repeating_in_brackets
from verifiers.reading.texts import is_text, plain_text, reference_letter, words_of
from verifiers.reading.vocabulary import GREEK
from verifiers.reading.whole_number_words import whole_numbers
from verifiers.reading.wrapping import unwrap
from verifiers.trees.tree import Call, Const, Matrix, Node, Num, Seq, UnreadableError, number
from verifiers.trees.walk import letters_of, nodes_of, rewrite
from verifiers.units.unit_grammar import read_unit

_NUMERIC = frozenset({AnswerKind.AUTO, AnswerKind.NUMBER, AnswerKind.EXPRESSION, AnswerKind.QUANTITY})
_WITH_CONSTANTS = frozenset({AnswerKind.AUTO, AnswerKind.EXPRESSION, AnswerKind.EQUATION})
_MAX_PROSE_WORDS = 2
_MAX_LABEL_WORDS = 5
_MANY_WORDS = 8
_MATH_SEGMENT = re.compile(r"(?<![\\$])\$[^$]+\$(?!\$)")
_PERCENT_AFTER = re.compile(r"[\s$]*(?:\\text\{\s*)?(?:\\?%|per ?cent|pct)")
_MATHEMATICAL = re.compile(r"[\\{}$^=<>]|^[^A-Za-z]*$")
_NAMES_A_UNIT = re.compile(r"[€£¥₹°%µμΩÅ]|\\(?:euro|texteuro|pounds|text|mathrm)\b|(?<![\\A-Za-z])[A-Za-z]")
"""What makes a number more than a number: `€30` is not 30, and `0 m` not 0."""
_OPTION_AND_VALUE = re.compile(r"\([A-J]\)\s+(?:[\d$-]|\\(?:d?frac|sqrt|pi))")
"""`(C) 24`, an option and its text."""
_BARE_NUMBER = re.compile(r"-?\d[\d.,]*")
_LAST_EQUATION = re.compile(r"=\s?([a-zA-Z]\s?=[^=]{1,200})\Z")
r"""`x = 0` at the end of `1 = \zzz = x = 0`, where the rest cannot be read."""
_NOUN_IN_BRACKETS = re.compile(r"(-?\d[\d.,]*(?:/\d+)?)\s+\(\s?([A-Za-z]{3,20}(?: [A-Za-z]{2,20}){0,3})\s?\)")
"""`9 (hot dogs)`"""
_MATH_NAMES = GREEK | frozenset(("sin", "cos", "tan", "log", "exp", "sqrt", "mod", "base"))
_COUNTED_PARTS = frozenset(("quarters", "halves", "tens", "hundreds", "times", "solutions", "options", "cases"))
"""Words that also calculate, but in brackets behind a number only say what is counted."""
_HAS_MATHS = re.compile(r"\d|[=<>≡≥≤≠]|\\(?:equiv|[gl]e)|\b(?:multiples?|divisible|powers?)\b")
r"""What keeps a set of whole numbers in words from being words alone, as `all odd n` is."""
_EXCEPT = re.compile(
    r"(?:\$?\\text\s?\{\s?)?(?:all|any|every|the set of) (?:real )?(?:numbers|reals?|values)\b", re.IGNORECASE
)
"""The beginning of `all real numbers except 2`, a set in words."""
_TWICE = re.compile(
    r"\$?[^:]{0,80}(?:[<>≤≥]|\\[gl]eq?(?:slant)?(?![a-z]))[^:]{0,80}:\s*(?P<interval>(?:\\left\s?)?[(\[].{2,200}[)\]])\s*\$?"
)
"""`x < -7: (-∞, -7)`, an inequality and its interval."""
_LETTER = re.compile(r"\$?[A-Za-z]\$?")
_NO_UNITS = frozenset(("in", "a", "as", "at", "am", "pm", "c", "e", "d", "b", "u", "r", "p"))
"""Units that are other words of prose."""
_WITH_DIGITS = re.compile(r"\d[\d.,]*")
_SAID_OF_ALL = re.compile(r"\b(?:is|are|was|were|equals)(?: about| approximately)?\s*[$\\(]*\Z")
_LONG = 400


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference says."""

    text: str
    """Its final answer, without dress."""
    kind: str
    """`number`, `expression`, `equation`, `list` … `choice`, `moment` or `text`."""
    number: Number | None = None
    """Its value where it is a plain number."""
    tree: Node | None = None
    notes: frozenset[str] = frozenset()
    moment: Moment | None = None
    letter: str | None = None
    problem: str = ""
    """Why it cannot be read; empty where it can."""
    doubt: str = ""
    """Why it may be broken mathematics rather than words: an answer in other words is then not called wrong."""
    whole_letter: str = ""
    """The letter that stands for any whole number, as in `2kπ, k ∈ ℤ`."""
    over_limit: str = ""
    """The limit that it exceeds, if it does."""
    constants: frozenset[str] = frozenset()
    """The letters that it says stand for any real number, as in `f(x) = cx, c \\in \\mathbb{R}`."""

    @property
    def holds_vectors(self) -> bool:
        """Whether it holds a matrix, a vector or a tuple."""
        return self.tree is not None and any(
            isinstance(n, Matrix) or (isinstance(n, Seq) and n.opening in {"(", "["}) for n in nodes_of(self.tree)
        )

    @property
    def size(self) -> int:
        """How many values it lists."""
        return len(members(self.tree)) if self.tree is not None else 1

    @property
    def is_complex(self) -> bool:
        """Whether it holds the imaginary unit, and no letters."""
        return self.tree is not None and not letters_of(self.tree) and Const("i") in nodes_of(self.tree)

    @property
    def is_constant(self) -> bool:
        """Whether it is one number, written in any way, so that words behind an answer can only be its unit."""
        return self.number is not None or (
            self.tree is not None and self.kind in {"number", "expression"} and not letters_of(self.tree)
        )


def of_whole_numbers(reference: Reference) -> Reference | None:
    r"""The reference as mathematics where its words name whole numbers: `n is odd` as `n \equiv 1 \pmod{2}`."""
    written = whole_numbers(reference.text) if " " in reference.text else None
    return None if written is None else _of_kind(written, AnswerKind.AUTO, None)


def understand(problem: Problem) -> Reference:
    """The reference of `problem`, read once for all its samples."""
    return understand_text(problem.reference, problem.answer_kind, problem.choices)


@lru_cache(maxsize=4096)
def understand_text(raw: str, kind: AnswerKind, choices: tuple[str, ...]) -> Reference:
    """The reference `raw` of a problem with these options, empty where it has none, read once for all its samples."""
    try:
        if not choices and kind in _NUMERIC:
            bare = raw.strip()
            plain = read_number(bare) if bare.isascii() else None
            if plain is not None:
                return Reference(bare, "number", number=plain, tree=Num(plain.value, plain.unit_in_last_place))
        constants = frozenset[str]()
        if not choices and kind in _WITH_CONSTANTS:
            raw, constants = without_constants(raw)
        classed = None
        if not choices and kind is AnswerKind.AUTO and _HAS_MATHS.search(raw):
            classed = whole_numbers(raw) or (inequality_in_words(raw, "x") if _EXCEPT.match(raw) else None)
        text = classed or final_text(_noun_unbracketed(raw) if raw.endswith(")") else raw, kind)
    except OverLimitError as error:
        return Reference(raw[:200], "text", over_limit=str(error))
    except UnreadableError as error:
        return Reference(raw[:200], "text", problem=str(error))
    if not text:
        return Reference("", "text", problem="it is empty")
    letter = reference_letter(text)
    if kind is AnswerKind.CHOICE or (kind is AnswerKind.AUTO and choices):
        return Reference(text, "choice", letter=letter)
    if kind is AnswerKind.TEXT:
        return Reference(text, "text")
    reference = _of_kind(text, kind, letter)
    return replace(reference, constants=constants) if constants else reference


def _noun_unbracketed(raw: str) -> str:
    """`9 (apples)` as `9 apples`, and `9 (quarters)` as 9, since `9 quarters` is another number."""
    counted = _NOUN_IN_BRACKETS.fullmatch(raw.strip())
    if counted is None:
        return raw
    words = counted[2].split()
    if is_noun(words) or read_unit(counted[2]) is not None:
        return f"{counted[1]} {counted[2]}" if _MATH_NAMES.isdisjoint(words) else raw
    return counted[1] if len(words) == 1 and words[0] in _COUNTED_PARTS else raw


def _of_kind(text: str, kind: AnswerKind, letter: str | None) -> Reference:  # noqa: PLR0911 - one return for each kind
    try:
        plain = read_number(text)
        if plain is not None and kind in _NUMERIC:
            return Reference(text, "number", number=plain, tree=Num(plain.value, plain.unit_in_last_place))
        moment = read_moment(text) if kind is AnswerKind.AUTO else None
        if moment is not None:
            return Reference(text, "moment", moment=moment)
        named = named_set(text) if kind in {AnswerKind.AUTO, AnswerKind.INTERVAL, AnswerKind.SET} else None
        if named is not None and named != Const("empty"):
            return Reference(text, "interval", tree=named)
        spelled = number_in_words(plain_text(text)) if kind in _NUMERIC else None
        if spelled is not None and len(text) > 1:
            return Reference(text, "number", number=Number(spelled), tree=Num(spelled))
        if kind is AnswerKind.AUTO and (
            is_text(text)
            or _OPTION_AND_VALUE.match(text)
            or (letter is not None and len(text) > len("(A)") and words_of(text))
        ):
            return Reference(text, "choice" if letter and len(text) > 1 else "text", letter=letter)
        bare, whole_letter = without_integer(text)
        reading = _read_reference(bare)
    except OverLimitError as error:
        return Reference(text, "expression", over_limit=str(error))
    except UnreadableError as error:
        if kind is AnswerKind.AUTO:
            return Reference(text, "text", letter=letter, doubt=str(error) if _MATHEMATICAL.search(text) else "")
        if kind is AnswerKind.QUANTITY:
            return Reference(text, "text", letter=letter)  # quantities read more ways of writing than mathematics
        return Reference(text, str(kind), problem=str(error))
    tree, letter_in_braces = family_in_braces(as_kind(reading.tree, kind))
    return Reference(
        text,
        kind_of(tree),
        tree=tree,
        notes=reading.notes | ({"repeating"} if repeating_in_brackets(text) is not None else frozenset()),
        letter=letter,
        number=None if _NAMES_A_UNIT.search(text) else _plain(tree, reading),
        whole_letter=whole_letter or letter_in_braces or implied_integer(tree),
    )


def _read_reference(text: str) -> Reading:
    """Read mathematics, with a unit or other words behind it left out and noted."""
    try:
        return read(text)
    except UnreadableError:
        if text.count("=") > 1 and (last := _LAST_EQUATION.search(text)):
            return read(last[1])
        parted = split_unit(text)
        head = without_tail(text) if parted is None else parted[0]
        if head is None:
            raise
        reading = read(head)
        return Reading(reading.tree, reading.notes | {"tail"})


def _plain(tree: Node, reading: Reading) -> Number | None:
    if isinstance(tree, Num) and not reading.notes & {"percent", "tail"}:
        return Number(tree.value, None, tree.step, is_decimal=tree.step is not None)
    return None


def _may_be_a_part(found: str, raw: str) -> bool:
    """Whether the value in which prose ends may be no more than a part of what it says.

    A letter names something. Of several values in one line the last is one of them, unless the line says it is that.
    """
    if _LETTER.fullmatch(found):
        return True
    digits = len(_WITH_DIGITS.findall(found))
    if not digits or "\n" in raw.strip() or "=" in raw or digits == len(_WITH_DIGITS.findall(raw)):
        return False
    return not _SAID_OF_ALL.search(raw[: raw.rfind(found)])


def final_text(raw: str, kind: AnswerKind = AnswerKind.AUTO) -> str:
    """The final answer in a reference: all of it, or what it boxes or states when it is a whole solution."""
    if "boxed" in raw:
        return unwrap(_boxed(raw))
    if ":" in raw and (twice := _TWICE.fullmatch(raw)) is not None:
        return unwrap(twice["interval"])
    if len(raw) < _LONG and len(words_of(raw)) <= _MAX_PROSE_WORDS:
        return unwrap(lead_in_dropped(unwrap(raw)))
    bare = unwrap(raw)
    segments = _MATH_SEGMENT.findall(raw)
    if len(segments) == 1 and len(words_of(raw)) > _MAX_LABEL_WORDS and _LETTER.fullmatch(segments[0]):
        return bare  # `… for all $t$` says nothing of t alone
    if len(segments) == 1 and not any(c.isdigit() for c in _MATH_SEGMENT.sub("", raw)) and not is_text(segments[0]):
        return unwrap(segments[0])
    if "answer" not in raw.casefold() and (
        kind is AnswerKind.TEXT or (is_text(bare) and len(words_of(bare)) < _MANY_WORDS)
    ):
        return bare
    found = extract_answer(raw, Problem(question="?", reference=raw, answer_kind=kind))
    if found.answer is None or (found.method == "line" and _may_be_a_part(found.answer, raw)):
        return bare
    return _with_unit_behind(unwrap(found.answer), bare) or bare


def _with_unit_behind(value: str, text: str) -> str:
    """A plain number with the unit that stands behind it in the text: `5 m in the first second` is 5 m, not 5."""
    if not _BARE_NUMBER.fullmatch(value):
        return value
    match = re.search(rf"(?<![\d.]){re.escape(value)}\s?([A-Za-zμΩ°]+(?:/[A-Za-z]+(?:\^?\d)?)?)(?![\w.]\w)", text)
    if match is None or match[1].lower() in FUNCTION_WORDS | _NO_UNITS:
        return value
    unit = read_unit(match[1])
    return f"{value} {match[1]}" if unit is not None and unit.readings else value


def _boxed(raw: str) -> str:
    """The content of the last group of boxes, or the text as it is where no box is filled in."""
    boxes = find_boxes(raw)
    if not boxes:
        return raw
    group = last_group(raw, boxes)
    if len({box.content for box in group}) == 1:
        return group[0].content + (r"\%" if _PERCENT_AFTER.match(raw, group[-1].end) else "")
    return joined(raw, group)


def as_kind(tree: Node, kind: AnswerKind) -> Node:
    """The tree as the stated kind asks to see it: a bare list as a set or tuple, a number as a set of one."""
    if isinstance(tree, Seq) and not tree.opening and kind in {AnswerKind.SET, AnswerKind.TUPLE}:
        brackets = ("{", "}") if kind is AnswerKind.SET else ("(", ")")
        return Seq(brackets[0], tree.items, brackets[1])
    return tree


def degrees_dropped(tree: Node) -> Node:
    """The tree with degree signs taken for one: `60°` as 60."""
    if not any(isinstance(n, Call) and n.name == "degree" for n in nodes_of(tree)):
        return tree
    return rewrite(tree, lambda n: number(1) if isinstance(n, Call) and n.name == "degree" else n)

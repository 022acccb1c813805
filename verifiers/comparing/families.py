r"""Solutions with a whole number in them: `π/2 + kπ, k ∈ ℤ` is one family, whatever its parameter is called."""

import re
from collections.abc import Iterator
from fractions import Fraction

from verifiers.trees.exact_calls import call as exact_call
from verifiers.trees.tree import (
    MINUS_ONE,
    PAIR,
    Add,
    Builder,
    Call,
    Const,
    Node,
    Num,
    Rel,
    Seq,
    Sym,
    add,
    factors_of,
    multiply,
    number,
    subtract,
)
from verifiers.trees.walk import letters_of, nodes_of, replace

_LETTER = r"\$?\s*(?P<{0}>[a-zA-Z])\s*\$?"
_SPACE = r"(?:[\s,;~$]|\\q?quad|\\[,;:! ])*"
_LEADING_WORDS = r"(?:(?:\\text\s*\{\s*)?,?\s*(?:where|for(?: all| any| some| each| every)?|with)\s*\}?)?"
_TAIL = re.compile(
    rf"{_SPACE}\(?{_SPACE}{_LEADING_WORDS}{_SPACE}(?:"
    rf"{_LETTER.format('a')}\s*\\in\s*(?:\\(?:mathbb|mathbf|mathrm|Bbb|bf)\s*\{{?\s*Z\s*\}}?|\\Z|Z)|"
    rf"{_LETTER.format('b')}\s*(?:\\text\s*\{{\s*)?(?:is\s+)?an(?:y|\s+arbitrary)?\s+integer\s*\}}?|"
    rf"(?:\\text\s*\{{\s*)?(?:an\s+|any\s+|all\s+)?integers?\s*\}}?\s*{_LETTER.format('c')}(?:\s*\}})?)"
    rf"{_SPACE}\)?{_SPACE}\Z"
)
_UNION = re.compile(
    r"\\bigcup(?:\\limits)?\s?_\s?\{\s?(?P<letter>[a-zA-Z])\s?(?:=\s?-\s?\\infty\s?\}\s?\^\s?\{?\s?\+?\\infty\s?\}?|"
    r"\\in\s?(?:\\mathbb\s?\{?\s?Z\s?\}?|Z)\s?\})\s?(?P<set>.{1,300})",
    re.DOTALL,
)
r"""`\bigcup_{k \in \mathbb{Z}} (2k\pi, (2k+1)\pi)`"""
_TAIL_CHARS = 120
_USUALLY_WHOLE = frozenset("kmn")
_ANGLES = frozenset({"x", "y", "z", "t", "u", "theta", "alpha", "beta", "gamma", "phi"})
"""Letters of unknowns that a trigonometric equation is solved for: `ω = 2πn` is no family."""
_SHIFTS = range(-2, 3)
_OWN_NAMES = frozenset("abcdhjklmnpqrstN")
"""Letters that an answer may use for a whole number."""


def without_integer(text: str) -> tuple[str, str]:
    r"""Return `text` without its "where k is an integer", and the letter; the letter is "" where there is none.

    >>> without_integer(r"\frac{\pi}{2} + k\pi, k \in \mathbb{Z}")
    ('\\frac{\\pi}{2} + k\\pi', 'k')
    """
    if "\\bigcup" in text and (union := _UNION.fullmatch(text)) is not None:
        return union["set"], union["letter"]
    match = _TAIL.search(text, max(0, len(text) - _TAIL_CHARS)) if ("Z" in text or "integer" in text) else None
    letter = next((g for g in match.groups() if g), "") if match is not None else ""
    head = text[: match.start()] if match is not None else text
    if not letter or not re.search(rf"(?<![a-zA-Z\\]){letter}(?![a-z])|\d{letter}(?![a-z])", head):
        return text, ""
    return head, letter


def implied_integer(tree: Node) -> str:
    r"""Return the letter of a family that names no set for it, `k` in `x = \frac{\pi}{4} + k\pi`; else "".

    Only where an equation gives a letter its values or an expression stands alone, and for a letter that is usually
    whole and stands beside π or a degree sign, or gives multiples to another such letter.
    """
    if isinstance(tree, Seq) and not tree.opening:
        implied = {implied_integer(item) for item in tree.items}
        return implied.pop() if len(implied) == 1 else ""
    if isinstance(tree, Rel):
        if tree.ops != ("=",) or not isinstance(tree.parts[0], Sym):
            return ""
        value = tree.parts[1]
        if tree.parts[0].name in _USUALLY_WHOLE and (letter := parameter_of(tree)) in _USUALLY_WHOLE:
            return letter
    else:
        value = tree
    letters = letters_of(value) - _labels(tree)
    is_angle = isinstance(tree, Rel) and _labels(tree) <= _ANGLES and Const("pi") in nodes_of(value)
    if is_angle and len(letters) == 1 and letters <= _USUALLY_WHOLE:
        return next(iter(letters))
    turns = [term for term in (value.terms if isinstance(value, Add) else ()) if letters_of(term)]
    factors = factors_of(turns[0]) if len(turns) == 1 else ()
    names = [factor.name for factor in factors if isinstance(factor, Sym)]
    is_turning = any(factor in (Const("pi"), Call("degree", ())) for factor in factors)
    return names[0] if is_turning and len(names) == 1 and names[0] in _USUALLY_WHOLE else ""


def family_in_braces(tree: Node) -> tuple[Node, str]:
    r"""Return the element of `{2kπ | k ∈ ℤ}` and its letter; any other tree as it is, with ""."""
    if isinstance(tree, Builder) and isinstance(tree.condition, Rel) and tree.condition.ops == ("in",):
        letter, values = tree.condition.parts
        if isinstance(letter, Sym) and values == Const("Z") and tree.element != letter:
            return tree.element, letter.name
    if isinstance(tree, Builder) and isinstance(tree.condition, Seq) and len(tree.condition.items) == PAIR:
        value, membership = tree.condition.items
        inner, letter_name = family_in_braces(Builder(tree.element, membership))
        if letter_name and isinstance(value, Rel) and value.ops == ("=",) and value.parts[0] == inner:
            return value.parts[1], letter_name
    return tree, ""


def parameter_of(tree: Node | None) -> str:
    """Return the only letter on the right of `n = 3k`, which may stand for any whole number; else ""."""
    if not isinstance(tree, Rel) or tree.ops != ("=",) or not isinstance(tree.parts[0], Sym):
        return ""
    letters = letters_of(tree.parts[1])
    return next(iter(letters)) if len(letters) == 1 and letters <= _OWN_NAMES - {tree.parts[0].name} else ""


def residue_class(tree: Node) -> tuple[str, Fraction, Fraction] | None:
    r"""Return label, remainder and modulus of `n = 7k + 3` and of `n \equiv 3 \pmod 7`; None for anything else."""
    if not isinstance(tree, Rel) or len(tree.ops) != 1 or not isinstance(tree.parts[0], Sym):
        return None
    label, value = tree.parts[0].name, tree.parts[1]
    if tree.ops == ("≡",) and isinstance(value, Call) and value.name == "residue":
        remainder, modulus = value.args
        if isinstance(remainder, Call):
            remainder = exact_call(remainder.name, remainder.args)  # `±1` has become one of its two values
    elif tree.ops == ("=",) and (letter := parameter_of(tree)):
        remainder = replace(value, {letter: number(0)})
        modulus = subtract(replace(value, {letter: number(1)}), remainder)
        if subtract(replace(value, {letter: number(2)}), remainder) != multiply(number(2), modulus):
            return None
    else:
        return None
    if not isinstance(remainder, Num) or not isinstance(modulus, Num) or not modulus.value:
        return None
    return label, remainder.value % abs(modulus.value), abs(modulus.value)


def _labels(tree: Node) -> set[str]:
    """The letters before equals signs."""
    items = tree.items if isinstance(tree, Seq) else (tree,)
    return {i.parts[0].name for i in items if isinstance(i, Rel) and i.ops == ("=",) and isinstance(i.parts[0], Sym)}


def variants(tree: Node, letter: str, answer: Node) -> Iterator[Node]:
    """The family with its parameter named as the answer's is, counted up or down from any place near zero."""
    named = letters_of(answer) - (letters_of(tree) - {letter}) - _labels(answer)
    if len(named) != 1 or not named <= _OWN_NAMES | {letter}:
        return
    own = Sym(next(iter(named)))
    for shift in _SHIFTS:
        yield replace(tree, {letter: add(own, number(shift))})
        yield replace(tree, {letter: add(multiply(MINUS_ONE, own), number(shift))})

"""Congruences: what two sides are equal modulo, `2^4 ≡ 16 ≡ 1 (mod 5)`, and whether they are."""

from math import gcd
from typing import Final

from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_values import Expression

_LOOK_AHEAD: Final = 60
_MODULO: Final = frozenset(
    ("mod", "modulo", "\\mod", "\\bmod", "\\pmod", "\\text{mod}", "\\text{mod }", "\\text{ mod }")
)
_ENDS: Final = frozenset(".,;")


def modulus_behind(tokens: Tokens, at: int) -> int | None:
    """Return what the chain of congruences that goes on at this place is modulo, None if that is not said.

    >>> from verifiers.steps.step_tokens import tokenize
    >>> modulus_behind(tokenize("3^2 = 9 ≡ 4 (mod 5)"), 3)
    5
    """
    kinds, texts = tokens.kinds, tokens.texts
    for place in range(at, min(len(tokens), at + _LOOK_AHEAD)):
        if texts[place].lower() in _MODULO:
            number = place + 1 + (kinds[place + 1] in {"lb", "lp"})
            is_number = kinds[number] == "num" and texts[number].isdecimal() and kinds[number + 1] != "op"
            return int(texts[number]) or None if is_number else None
        if kinds[place] == "word" or texts[place] in _ENDS:
            return None
    return None


def names_modulus(tokens: Tokens, at: int) -> bool:
    """Say whether `(mod 5)` or the like stands right here."""
    return tokens.texts[at + (tokens.kinds[at] == "lp")].lower() in _MODULO


def congruent(left: Expression, right: Expression, modulus: int | None) -> bool | None:
    """Say whether two numbers are equal modulo another; None where one may be no number."""
    if (
        not modulus
        or left.doubtful
        or right.doubtful
        or left.nouns
        or right.nouns
        or left.is_inexact
        or right.is_inexact
    ):
        return None
    difference = left.value - right.value
    if gcd(difference.denominator, modulus) != 1:
        return None
    return difference.numerator % modulus == 0

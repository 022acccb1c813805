"""Congruences, `2^4 ≡ 16 ≡ 1 (mod 5)`, and divisions with a remainder, `45 ÷ 8 = 5 R 5`."""

from math import gcd
from typing import Final

from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_values import Expression, Value
from verifiers.steps.step_words import MODULO

_LOOK_AHEAD: Final = 60
_MODULO: Final = MODULO | {"\\pmod", "\\text{mod}", "\\text{mod }", "\\text{ mod }"}
_REMAINDER_PHRASES: Final = ("r", "remainder", "remainder of", "with remainder", "with a remainder of")
_REMAINDERS: Final = [phrase.split() for phrase in _REMAINDER_PHRASES[::-1]]
_BEGIN_REMAINDERS: Final = frozenset(("R", "r", "remainder", "with"))
_DIVIDES: Final = frozenset(("/", "÷", "\\div", "by"))
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
    return agree_modulo(left.value, right.value, modulus)


def agree_modulo(one: Value, other: Value, modulus: int) -> bool | None:
    """Say whether two values are equal modulo a number; None where their difference has no residue."""
    difference = one - other
    if gcd(difference.denominator, modulus) != 1:
        return None
    return difference.numerator % modulus == 0


def leaves_remainder(
    tokens: Tokens, start: int, sign: int, quotient: Expression, end: int
) -> tuple[bool | None, int] | None:
    """Say whether a division of two numbers has this quotient and the remainder that follows, and where that ends.

    None where no remainder follows; nothing is said of anything but two plain numbers before the sign.
    """
    kinds, texts = tokens.kinds, tokens.texts
    if kinds[end] != "word" or texts[end] not in _BEGIN_REMAINDERS:
        return None
    words = [text.lower() for text in texts[end : end + 4]]
    number = next((end + len(phrase) for phrase in _REMAINDERS if words[: len(phrase)] == phrase), end)
    if not texts[number].isdecimal():
        return None
    is_plain = texts[start].isdecimal() and texts[sign - 1].isdecimal() and texts[sign - 2] in _DIVIDES
    is_division = is_plain and sign - start == (4 if texts[sign - 2] == "by" else 3)
    if not is_division or kinds[number + 1] in {"op", "fact", "sup"}:
        return None, end
    total, divisor, rest = int(texts[start]), int(texts[sign - 1]), int(texts[number])
    return total == divisor * quotient.value + rest and rest < divisor, number + 1

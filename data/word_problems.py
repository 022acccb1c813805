"""Word problems in one and two steps; whole numbers of 2 and more throughout."""

from collections.abc import Mapping
from random import Random

from data.drafts import Draft, Maker, fill

ADDITION = (
    "{n} has {a} {things}. {He} buys {b} more {things}. How many {things} does {n} have now?",
    "{n} has {a} {things} and {m} has {b} {things}. How many {things} do they have together?",
    "There are {a} {things} on a shelf. {n} puts {b} more {things} there. How many {things} are on the shelf now?",
    "{n} found {a} {things} in the morning and {b} {things} in the afternoon. How many {things} did {n} find in all?",
)
SUBTRACTION = (
    "{n} had {a} {things}. {He} gave {b} of them to {m}. How many {things} does {n} have left?",
    "There were {a} {things} on a table. {n} took {b} of them away. How many {things} are left on the table?",
    "{n} had {a} {things}. {He} lost {b} of them. How many {things} does {n} have now?",
    "{n} has {a} {things}. {m} has {b} {things} fewer than {n}. How many {things} does {m} have?",
)
MULTIPLICATION = (
    "{n} has {a} {boxes} with {b} {things} in each. How many {things} does {n} have in all?",
    "{n} buys {b} {things} every day. How many {things} does {n} buy in {a} days?",
    "There are {a} children, and each of them has {b} {things}. How many {things} do they have together?",
    "{n} needs {b} {things} for every guest. How many {things} does {n} need for {a} guests?",
)
DIVISION = (
    "{n} shares {a} {things} equally among {b} friends. How many {things} does each friend get?",
    "{n} puts {a} {things} into {b} {boxes}, the same number into each. How many {things} are in each?",
    "{n} has {a} {things} and uses {b} of them every day. For how many days do they last?",
)
ADD_THEN_SUBTRACT = (
    (
        "{n} has {a} {things}. {He} buys {b} more {things} and then gives {c} {things} to {m}. "
        "How many {things} does {n} have now?"
    ),
    (
        "There are {a} {things} on a shelf. {n} adds {b} {things}, and {m} takes {c} {things} away. "
        "How many {things} are on the shelf now?"
    ),
)
MULTIPLY_THEN_ADD = (
    "{n} has {a} {boxes} with {b} {things} in each, and {c} more {things}. How many {things} does {n} have in all?",
    (
        "{n} buys {b} {things} every day for {a} days. {m} gives {n} {c} {things} more. "
        "How many {things} does {n} have now?"
    ),
)


def _up_to(rng: Random, most: int, rarely: int) -> int:
    """Draw a number from 2 to `most`; one in four may go up to `rarely`, so that no set is all easy."""
    return rng.randint(2, most if rng.randrange(4) else rarely)


def _addition(rng: Random) -> Draft:
    a, b = _up_to(rng, 20, 60), _up_to(rng, 12, 40)
    return _draft(rng, ADDITION, {"a": a, "b": b}, a + b, "add")


def _subtraction(rng: Random) -> Draft:
    left, b = _up_to(rng, 8, 30), _up_to(rng, 6, 25)
    return _draft(rng, SUBTRACTION, {"a": left + b, "b": b}, left, "subtract")


def _multiplication(rng: Random) -> Draft:
    a, b = _up_to(rng, 9, 12), _up_to(rng, 10, 20)
    return _draft(rng, MULTIPLICATION, {"a": a, "b": b}, a * b, "multiply")


def _division(rng: Random) -> Draft:
    each, b = _up_to(rng, 6, 12), _up_to(rng, 5, 9)
    return _draft(rng, DIVISION, {"a": each * b, "b": b}, each, "divide")


def _two_steps(rng: Random) -> Draft:
    if rng.random() < 0.5:  # noqa: PLR2004 - a coin
        a, b = _up_to(rng, 8, 20), _up_to(rng, 6, 15)
        c = rng.randint(2, min(a + b - 2, 9))
        return _draft(rng, ADD_THEN_SUBTRACT, {"a": a, "b": b, "c": c}, a + b - c, "add-then-subtract")
    a, b, c = _up_to(rng, 4, 9), _up_to(rng, 5, 10), _up_to(rng, 5, 15)
    return _draft(rng, MULTIPLY_THEN_ADD, {"a": a, "b": b, "c": c}, a * b + c, "multiply-then-add")


def _draft(rng: Random, wordings: tuple[str, ...], numbers: dict[str, int], answer: int, form: str) -> Draft:
    return Draft(fill(rng, wordings, numbers), str(answer), form=form)


MAKERS: Mapping[str, Maker] = {
    "addition": _addition,
    "subtraction": _subtraction,
    "multiplication": _multiplication,
    "division": _division,
    "two-steps": _two_steps,
}

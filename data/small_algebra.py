"""Small algebra: an equation to solve, an expression to evaluate, like terms to collect, words to put into signs."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from data.drafts import Draft, Maker
from data.records import AnswerKind

LETTERS = "xyntab"


def _solve(rng: Random) -> Draft:
    x = rng.choice(LETTERS)
    root, a, b = rng.randint(2, 12), rng.randint(2, 9), rng.randint(2, 9)
    left, right, form = rng.choice(
        (
            (f"{x} + {b}", root + b, "add"),
            (f"{x} - {b}", root - b, "subtract"),
            (f"{a}{x}", a * root, "multiply"),
            (f"{a}{x} + {b}", a * root + b, "linear"),
        )
    )
    return Draft(f"Solve for {x}: {left} = {right}", str(root), form=f"solve-{form}")


def _evaluate(rng: Random) -> Draft:
    x = rng.choice(LETTERS)
    at, a, b = rng.randint(2, 6), rng.randint(2, 6), rng.randint(2, 9)
    expression, value, form = rng.choice(
        (
            (f"{a}{x} + {b}", Fraction(a * at + b), "linear"),
            (f"{a}{x} - {b}", Fraction(a * at - b), "difference"),
            (f"{x}^2 + {b}", Fraction(at * at + b), "square"),
            (f"{x}/{a} + {b}", Fraction(at, a) + b, "fraction"),
        )
    )
    return Draft(f"What is the value of {expression} when {x} = {at}?", str(value), form=f"evaluate-{form}")


def _collect(rng: Random) -> Draft:
    # Asked for the number alone: "Simplify" would also be answered by repeating the question, which is equal.
    x = rng.choice(LETTERS)
    a, b, c = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 9)
    terms, coefficient, form = rng.choice(
        (
            (f"{a}{x} + {b}{x}", a + b, "sum"),
            (f"{a + b}{x} - {b}{x}", a, "difference"),
            (f"{a}{x} + {b}{x} + {c}{x}", a + b + c, "three-terms"),
        )
    )
    question = f"Simplify {terms} to a single term. What number stands before {x}?"
    return Draft(question, str(coefficient), form=f"collect-{form}")


def _express(rng: Random) -> Draft:
    x = rng.choice(LETTERS)
    a, b = rng.randint(2, 20), rng.randint(2, 20)
    words, reference, form = rng.choice(
        (
            (f"{b} more than {x}", f"{x} + {b}", "more"),
            (f"{b} less than {x}", f"{x} - {b}", "less"),
            (f"{a} times {x}", f"{a}{x}", "times"),
            (f"{b} more than {a} times {x}", f"{a}{x} + {b}", "more-than-times"),
        )
    )
    return Draft(f"Write as an expression: {words}", reference, AnswerKind.EXPRESSION, f"express-{form}")


MAKERS: Mapping[str, Maker] = {"solve": _solve, "evaluate": _evaluate, "collect": _collect, "express": _express}

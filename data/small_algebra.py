"""Small algebra: an equation to solve, an expression to evaluate, like terms to collect."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from data.drafts import Draft, Maker
from data.records import AnswerKind

LETTERS = "xyntab"


def _solve(rng: Random) -> Draft:
    x = rng.choice(LETTERS)
    root, a, b = rng.randint(2, 15), rng.randint(2, 9), rng.randint(2, 12)
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
    at, a, b = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 12)
    expression, value, form = rng.choice(
        (
            (f"{a}{x} + {b}", Fraction(a * at + b), "linear"),
            (f"{a}{x}", Fraction(a * at), "multiple"),
            (f"{x}^2 + {b}", Fraction(at * at + b), "square"),
            (f"{x}/{a} + {b}", Fraction(at, a) + b, "fraction"),
        )
    )
    return Draft(f"What is the value of {expression} when {x} = {at}?", str(value), form=f"evaluate-{form}")


def _simplify(rng: Random) -> Draft:
    x = rng.choice(LETTERS)
    a, b, c = rng.randint(2, 12), rng.randint(2, 12), rng.randint(2, 9)
    terms, coefficient, constant, form = rng.choice(
        (
            (f"{a}{x} + {b}{x}", a + b, 0, "sum"),
            (f"{a + b}{x} - {b}{x}", a, 0, "difference"),
            (f"{a}{x} + {c} + {b}{x}", a + b, c, "constant"),
        )
    )
    reference = f"{coefficient}{x}" + (f" + {constant}" if constant else "")
    return Draft(f"Simplify: {terms}", reference, AnswerKind.EXPRESSION, f"simplify-{form}")


MAKERS: Mapping[str, Maker] = {"solve": _solve, "evaluate": _evaluate, "simplify": _simplify}

"""Limits, integrals, derivatives and infinite sums that have a value, by sympy.

The sympy expression is built from our tree node by node; sympy never sees a string. Only small expressions with one
such
operation are tried, since sympy has no bound on its time: the killable worker has.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from verifiers.limits import OverLimitError
from verifiers.trees.tree import Add, Big, Call, Const, Mul, Node, Num, Pow, Sym, add, multiply, number, power
from verifiers.trees.walk import check_size, parts_of, rebuild

_MAX_ORDER = 6


class NoClosedFormError(Exception):
    """Sympy finds no value."""


def closed_form(node: Node) -> Node:
    r"""The tree with its limits, integrals, derivatives and infinite sums replaced by their values.

    Raises `NoClosedFormError` where sympy finds none, and `OverLimitError` for large expressions.

    >>> from verifiers.reading.grammar import read
    >>> closed_form(read(r"\sum_{n=0}^{\infty} 2^{-n}").tree)
    Num(value=Fraction(2, 1), step=None)
    """
    check_size(node)
    return _replaced(node)


def _replaced(node: Node) -> Node:
    if isinstance(node, Big):
        value, problem = _value(node)
        if problem:
            raise NoClosedFormError(problem)
        return from_sympy(value)
    if isinstance(node, Call) and node.name in {"gcd", "lcm"}:
        return from_sympy(to_sympy(node, {}))
    parts = parts_of(node)
    return rebuild(node, tuple(map(_replaced, parts))) if parts else node


@lru_cache(maxsize=256)  # it may take seconds, and all samples of a problem ask for that of the reference
def _value(node: Big) -> tuple[Any, str]:
    """The value of a sum, a limit or the like, or why none is found."""
    variable = sympy.Symbol(node.variable, real=True)
    names = {node.variable: variable}
    body = to_sympy(_replaced(node.body), names)
    lower = to_sympy(node.lower, names) if node.lower is not None else None
    upper = to_sympy(node.upper, names) if node.upper is not None else None
    try:
        result = _operate(node.kind, body, variable, lower, upper)
    except (NotImplementedError, ValueError, TypeError, AttributeError):
        return None, f"{node.kind} has no value that is found"
    if isinstance(result, sympy.Piecewise):
        result = result.args[0][0]  # the value where it converges
    if result.has(
        sympy.Sum, sympy.Product, sympy.Integral, sympy.Limit, sympy.Derivative, sympy.nan, sympy.zoo, sympy.AccumBounds
    ):
        return None, f"{node.kind} has no closed form that is found"
    return result, ""


def _operate(kind: str, body: Any, variable: Any, lower: Any, upper: Any) -> Any:
    if kind.startswith("lim") and lower is not None:
        return sympy.limit(body, variable, lower, kind.removeprefix("lim") or "+-" if lower.is_finite else "-")
    if kind == "diff" and lower is not None:
        if not lower.is_Integer or lower > _MAX_ORDER:
            raise OverLimitError("MAX_ORDER", str(lower), _MAX_ORDER)
        return sympy.diff(body, variable, int(lower))
    if kind == "int":
        if _transcendental_parts(body) > 1:
            raise OverLimitError("MAX_INTEGRAND", "more than one function", 1)
        return sympy.integrate(body, (variable, lower, upper) if lower is not None and upper is not None else variable)
    if kind in {"sum", "prod"} and lower is not None and upper is not None:
        index = sympy.Symbol(variable.name, integer=True)
        body = body.subs(variable, index)
        return (
            sympy.summation(body, (index, lower, upper))
            if kind == "sum"
            else sympy.product(body, (index, lower, upper))
        )
    raise NoClosedFormError(f"{kind} lacks its bounds")


def _transcendental_parts(body: Any) -> int:
    """Functions and powers with letters in the exponent: what makes integration slow."""
    powers = [p for p in body.atoms(sympy.Pow) if p.exp.free_symbols]
    return len(body.atoms(sympy.Function)) + len(powers)


_TO: dict[str, Callable[..., Any]] = {
    name: getattr(sympy, name)
    for name in [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "asin",
        "acos",
        "atan",
        "acot",
        "asinh",
        "acosh",
        "atanh",
        "factorial",
        "binomial",
        "gamma",
        "sign",
        "erf",
        "zeta",
        "floor",
    ]
} | {
    "ln": sympy.log,
    "log": sympy.log,
    "abs": sympy.Abs,
    "ceil": sympy.ceiling,
    "max": sympy.Max,
    "min": sympy.Min,
    "gcd": lambda *values: sympy.gcd(list(values)),
    "lcm": lambda *values: sympy.lcm(list(values)),
}


def to_sympy(node: Node, names: dict[str, Any]) -> Any:
    """The sympy expression of a scalar tree; raises `NoClosedFormError` for what has none."""
    if isinstance(node, Num):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Sym):
        return names.setdefault(node.name, sympy.Symbol(node.name, positive=True))
    if isinstance(node, Const) and node.name in {"pi", "e", "i", "inf"}:
        return {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "inf": sympy.oo}[node.name]
    if isinstance(node, Add):
        return sympy.Add(*(to_sympy(term, names) for term in node.terms))
    if isinstance(node, Mul):
        return sympy.Mul(*(to_sympy(factor, names) for factor in node.factors))
    if isinstance(node, Pow):
        return sympy.Pow(to_sympy(node.base, names), to_sympy(node.exponent, names))
    if isinstance(node, Call) and node.name in _TO:
        values = [to_sympy(argument, names) for argument in node.args]
        try:
            return _TO[node.name](*values)
        except TypeError as exc:  # of too few or too many values
            raise NoClosedFormError(f"{node.name} of {len(values)} values has no value") from exc
    if isinstance(node, Call) and node.name == "degree":
        return sympy.pi / 180
    raise NoClosedFormError(f"a {type(node).__name__} has no value")


_FROM = {"log": "ln", "Abs": "abs", "ceiling": "ceil", "Max": "max", "Min": "min"}


def from_sympy(value: Any) -> Node:
    """Our tree of a sympy expression."""
    if value.is_Rational:
        return number(Fraction(int(value.p), int(value.q)))
    if value.is_Symbol:
        return Sym(value.name)
    constants = {
        sympy.pi: Const("pi"),
        sympy.E: Const("e"),
        sympy.I: Const("i"),
        sympy.oo: Const("inf"),
        -sympy.oo: multiply(number(-1), Const("inf")),
    }
    if value in constants:
        return constants[value]
    args = [from_sympy(argument) for argument in value.args]
    if value.is_Add:
        return add(*args)
    if value.is_Mul:
        return multiply(*args)
    if isinstance(value, sympy.exp):
        return power(Const("e"), args[0])
    if value.is_Pow:
        return power(*args)
    name = type(value).__name__
    if name in _TO or name in _FROM:
        return Call(_FROM.get(name, name), tuple(args))
    raise NoClosedFormError(f"the value holds {name}")

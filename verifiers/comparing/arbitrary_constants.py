"""Constants of integration: their name is free, and so is what they take up: `x²/2 + C` is `(x² + 1)/2 + K`."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations, product

from verifiers.trees.tree import PAIR, Add, Mul, Node, Num, Pow, Sym, factors_of, multiply, number, subtract
from verifiers.trees.walk import letters_of, replace

_NUMBERED = frozenset(f"{letter}_{n}" for letter in "Cc" for n in range(10))
_OF_INTEGRATION = _NUMBERED | {"C", "const", "constant"}
"""Names that a reference gives to a constant of integration."""
_ARBITRARY = _OF_INTEGRATION | {"c", "K", "k", "A", "D"}
"""Names that an answer may give to it."""
_VARIABLES = frozenset({"x", "t", "y", "u", "z", "s", "r", "v", "w", "theta", "phi"})
"""Letters over which people integrate: `a + b + C` has none, and its C is not arbitrary."""
_FACTORS = (-1, 2, -2, Fraction(1, 2), Fraction(-1, 2), 3, Fraction(1, 3), -3, Fraction(-1, 3))
"""What a constant that is arbitrary may have been multiplied by."""
_MAX_RENAMED = 3
Same = Callable[[Node, Node], bool]


def same_with_renamed(reference: Node, answer: Node, same: Same) -> bool:
    """Whether the constants of a general solution only have other names: C, or `c_1` and `c_2` in any order."""
    wanted = sorted(letters_of(reference) - letters_of(answer))
    given = sorted(letters_of(answer) - letters_of(reference))
    if not wanted and not given:
        return any(same(reference, other) for other in _redefined(reference, answer))
    if len(wanted) == len(given) == 1 and "C" in wanted and set(given) <= _ARBITRARY and _has_variable(reference, "C"):
        return same(reference, replace(answer, {given[0]: Sym("C")}))
    if not PAIR <= len(wanted) == len(given) <= _MAX_RENAMED:
        return False
    free = _ARBITRARY | {"B", "a", "b"}
    if not (set(wanted) <= _NUMBERED and set(given) <= free) and not (
        set(wanted) <= {"A", "B", "C", "D"} and set(given) <= _NUMBERED
    ):
        return False
    return any(
        same(reference, replace(answer, {old: Sym(new) for old, new in zip(given, order, strict=True)}))
        for order in permutations(wanted)
    )


def _redefined(reference: Node, answer: Node) -> Iterator[Node]:
    """The answer with the constants of a general solution taken the other way: `1/(C - x)` beside `-1/(C + x)`.

    Only where they are all that stands beside one variable, so that no constant can be a given quantity.
    """
    letters = letters_of(reference)
    constants = sorted(letters & _OF_INTEGRATION)
    if len(letters - _OF_INTEGRATION) != 1 or not letters - _OF_INTEGRATION <= _VARIABLES:
        return
    if len(constants) == 1 and not _is_product(answer):
        for factor in _FACTORS:
            yield replace(answer, {constants[0]: multiply(number(factor), Sym(constants[0]))})
    if PAIR <= len(constants) <= _MAX_RENAMED:
        for order, signs in product(permutations(constants), product((1, -1), repeat=len(constants))):
            names = zip(constants, order, signs, strict=True)
            yield replace(answer, {old: multiply(number(sign), Sym(new)) for old, new, sign in names})


def _is_product(node: Node) -> bool:
    """Whether it is a product of numbers, letters and their powers, in which a constant may be a given quantity."""
    return all(
        isinstance(factor, (Num, Sym))
        or (isinstance(factor, Pow) and isinstance(factor.base, Sym) and isinstance(factor.exponent, Num))
        for factor in factors_of(node)
    )


def renamed(reference: Node, constants: frozenset[str], answer: Node) -> Iterator[Node]:
    """The reference with the constants that it leaves open named as the answer's other letters are, in any order."""
    wanted = sorted(letters_of(reference) - letters_of(answer))
    given = sorted(letters_of(answer) - letters_of(reference))
    if not 0 < len(wanted) == len(given) <= _MAX_RENAMED or not constants.issuperset(wanted):
        return
    for order in permutations(given):
        yield replace(reference, {old: Sym(new) for old, new in zip(wanted, order, strict=True)})


def constant_of(node: Node, names: frozenset[str] = _OF_INTEGRATION) -> str | None:
    """The name of the constant of integration, if the expression has one: a term of its own beside a variable."""
    terms = _terms(node)
    found = [t.name for t in map(_without_factor, terms) if isinstance(t, Sym) and t.name in names]
    if len(found) != 1 or sum(found[0] in letters_of(t) for t in terms) != 1:
        return None
    return found[0] if _has_variable(node, found[0]) else None


def _terms(node: Node) -> tuple[Node, ...]:
    """The terms of a sum, also of one behind a factor without letters: of `(e^x + C)/2` they are `e^x/2` and `C/2`."""
    if isinstance(node, Mul):
        sums = [factor for factor in node.factors if isinstance(factor, Add)]
        others = [factor for factor in node.factors if not isinstance(factor, Add)]
        if len(sums) == 1 and not any(map(letters_of, others)):
            return tuple(multiply(*others, term) for term in sums[0].terms)
    return node.terms if isinstance(node, Add) else ()


def _without_factor(term: Node) -> Node:
    """`C/2` as `C`: a constant that is arbitrary stays so when it is multiplied."""
    letters = [factor for factor in factors_of(term) if letters_of(factor)]
    return letters[0] if len(letters) == 1 else term


def _has_variable(node: Node, constant: str) -> bool:
    """Whether the rest is a function of a variable; other capital letters speak against a constant of integration."""
    others = letters_of(node) - {constant}
    return bool(others & _VARIABLES) and not any(name.isupper() for name in others)


def same_but_for_constant(reference: Node, constant: str, answer: Node, same: Same) -> bool:
    """Whether the answer ends in an arbitrary constant too, and the rest differs by nothing but a constant."""
    names = _ARBITRARY if constant in letters_of(answer) else _ARBITRARY - letters_of(reference)
    other = constant_of(answer, frozenset(names))
    if other is None:
        return False
    rest = subtract(without(reference, constant), without(answer, other))
    elsewhere = replace(rest, {name: Sym(f"{name}'") for name in letters_of(rest) & _VARIABLES})
    return same(rest, elsewhere)


def without(node: Node, constant: str) -> Node:
    """The expression with its constant of integration left off."""
    return replace(node, {constant: number(0)})

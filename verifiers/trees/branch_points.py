"""Points for expressions that change their rule: below, between and above the places where they do.

`min(9, x)` and `min(7, x)` are the same for every small x, and so are ⌊x/7⌋ and ⌊x/8⌋: a handful of points near zero
says nothing of them. The places where a branch ends are looked for (where the arguments of `min` are equal, where that
of `abs` is zero), the letters take values of many sizes and both signs, and steps are tried where they jump.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from hashlib import blake2b
from itertools import combinations, pairwise, product
from typing import Any

from verifiers.limits import OverLimitError
from verifiers.trees.evaluation import Evaluator, UndefinedError
from verifiers.trees.tree import Call, Node, Num, Pow, Sym, factors_of, subtract
from verifiers.trees.walk import letters_of, nodes_of

STEPS = frozenset({"floor", "ceil", "sign", "mod"})
"""Functions that jump."""
_OF_WHOLE_NUMBERS = frozenset({"gcd", "lcm"})
BRANCHING = STEPS | _OF_WHOLE_NUMBERS | {"abs", "norm", "max", "min"}
"""Functions with several branches."""
POSITIVE = frozenset({"hbar", "epsilon_0", "mu_0", "k_B", "N_A"})
"""Constants of nature, which have one sign: √(2mE)/ħ is √(2mE/ħ²)."""
_SIZES = tuple(map(Fraction, ("0.06", "0.7", "2.9", "11", "43", "170", "1500", "20000")))
_GRID = tuple(
    Fraction(size) * sign
    for sign in (-1, 1)
    for size in ("10000", "1000", "200", "50", "20", "8", "4", "2", "1", "0.3")
)
_MAX_TURNS = 6
_MAX_LETTERS = 3
_MAX_LANDMARKS = 6
_MAX_STEP_POINTS = 80
_WHOLE_RANGE = range(-6, 25)
_HALVINGS = 10
_TURN_DIGITS = 15

Point = dict[str, Fraction]


def is_branching(node: Node) -> bool:
    """Whether a node has more than one branch, so that a few small values do not show what it is."""
    if isinstance(node, Call):
        return node.name in BRANCHING
    return isinstance(node, Pow) and _is_root_of_square(node)


def _is_root_of_square(node: Pow) -> bool:
    """Whether it may be an absolute value in disguise: √((x - 10)²) and √(x² - 20x + 100) are |x - 10|."""
    if not isinstance(node.exponent, Num) or node.exponent.value.denominator % 2 or isinstance(node.base, (Num, Sym)):
        return False
    powers = (part.exponent for part in nodes_of(node.base) if isinstance(part, Pow) and letters_of(part.base))
    return any(isinstance(power, Num) and power.value.numerator % 2 == 0 for power in powers)


def branch_points(
    left: Node, right: Node, names: Iterable[str], whole: frozenset[str], context: Any
) -> Iterator[Point]:
    """Where two expressions with branches are compared, beyond the usual points; letters in `whole` are integers."""
    nodes = [node for side in (left, right) for node in nodes_of(side) if is_branching(node)]
    is_natural = any(isinstance(node, Call) and node.name in _OF_WHOLE_NUMBERS for node in nodes)
    for point in _points(nodes, sorted(names), whole, context):
        values = {name: Fraction(round(value)) if name in whole else value for name, value in point.items()}
        yield {
            name: abs(value) or Fraction(1) if is_natural or name in POSITIVE else value
            for name, value in values.items()
        }


def _points(nodes: list[Node], names: list[str], whole: frozenset[str], context: Any) -> Iterator[Point]:
    """The cheapest first: the places where branches end are only looked for while the expressions seem equal."""
    yield from _spread(names, nodes)
    if whole:
        yield from (dict(zip(names, map(Fraction, (k, *_others(names, k))), strict=True)) for k in _WHOLE_RANGE)
    if any(isinstance(node, Call) and node.name in STEPS | _OF_WHOLE_NUMBERS for node in nodes):
        yield from _at_jumps(names, nodes)
    turns = [
        turn for turn in dict.fromkeys(turn for node in nodes for turn in _turns(node)) if _is_worth_a_search(turn)
    ]
    for salt in ("above", "below"):
        yield from _around_turns(turns[:_MAX_TURNS], _start(names, salt), context)


def _is_worth_a_search(turn: Node) -> bool:
    """Whether points of all sizes may miss one of its signs: not where it turns at zero, or again and again."""
    if all(isinstance(factor, Sym) for factor in factors_of(turn)):
        return False
    return not any(isinstance(part, Call) and part.name in {"sin", "cos", "tan", "cot"} for part in nodes_of(turn))


def _spread(names: list[str], nodes: list[Node]) -> Iterator[Point]:
    """Letters of all sizes, also beyond every number that the branches hold: all positive, all negative, mixed."""
    largest = max((abs(value) for value in _numbers(nodes)), default=Fraction(1))
    for size in (*_SIZES, 3 * largest + Fraction(7, 10)):
        for sign in (1, -1):
            yield {name: sign * size * _between_one_and_two(f"{size} {name}") for name in names}
        if len(names) > 1:
            yield {
                name: (-1) ** place * _SIZES[_hash(f"{size} {name}") % len(_SIZES)] * _between_one_and_two(name)
                for place, name in enumerate(names)
            }


def _turns(node: Node) -> Iterator[Node]:
    """The expressions that are zero where the node goes over from one branch to another."""
    if isinstance(node, Pow):
        bases = (factor.base for factor in factors_of(node.base) if isinstance(factor, Pow))
        yield from (base for base in bases if not isinstance(base, Sym))
    elif isinstance(node, Call) and node.name in {"max", "min"}:
        yield from (subtract(one, other) for one, other in combinations(node.args, 2))
    elif isinstance(node, Call) and node.name not in _OF_WHOLE_NUMBERS:
        yield from node.args


def _around_turns(turns: list[Node], start: Point, context: Any) -> Iterator[Point]:
    """For each letter, with the others as in `start`: points beside and between the places where a branch ends."""
    for name in list(start)[:_MAX_LETTERS]:
        places = sorted(
            {place for turn in turns if name in letters_of(turn) for place in _zeros(turn, name, start, context)}
        )
        if not places:
            continue
        middles = [(one + other) / 2 for one, other in pairwise(places)]
        ends = (places[0] - max(Fraction(1), abs(places[0])), places[-1] + max(Fraction(1), abs(places[-1])))
        yield from ({**start, name: value} for value in (*middles, *ends))


def _zeros(turn: Node, name: str, start: Point, context: Any) -> list[Fraction]:
    """Where `turn` changes its sign along one letter, near enough to tell the sides apart."""
    values = [_value(turn, {**start, name: Fraction(place)}, context) for place in (1, 2, 3)]
    first, second, third = values
    if first is not None and second is not None and third is not None:
        slope = second - first
        if slope and abs(third - second - slope) < abs(slope) * Fraction(1, 10**9):
            return [(1 - first / slope).limit_denominator(10**6)]
    signs = [(place, _value(turn, {**start, name: place}, context)) for place in sorted(_GRID)]
    found = []
    for (low, at_low), (high, at_high) in pairwise(signs):
        if at_low is not None and at_high is not None and at_low * at_high < 0:
            found.append(_halved(turn, name, start, (low, high, at_low), context))
    return found


def _halved(turn: Node, name: str, start: Point, span: tuple[Fraction, Fraction, Fraction], context: Any) -> Fraction:
    low, high, at_low = span
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        at_middle = _value(turn, {**start, name: middle}, context)
        if at_middle is None:
            break
        low, high = (middle, high) if at_middle * at_low > 0 else (low, middle)
    return (low + high) / 2


def _value(node: Node, values: Mapping[str, Fraction], context: Any) -> Fraction | None:
    """A rough value, None where there is none."""
    try:
        return Fraction(float(Evaluator(context, values, _TURN_DIGITS, allow_complex=False).number(node)))
    except (UndefinedError, OverLimitError, OverflowError, TypeError, ValueError):
        return None


def _at_jumps(names: list[str], nodes: list[Node]) -> Iterator[Point]:
    """Values made of the numbers in the expression, where steps jump: multiples of 6 and their sixths for ⌊x/6⌋."""
    numbers = {abs(part) for value in _numbers(nodes) for part in (value.numerator, value.denominator)}
    landmarks = [1, 2, *sorted(number for number in numbers if number > 2)[:_MAX_LANDMARKS]]  # noqa: PLR2004 - 1 and 2 are there
    places = {Fraction(0)}
    for one, other in product(landmarks, landmarks):
        places |= {Fraction(one, other), Fraction(one * other), Fraction(one + other)}
    jumps = sorted({sign * place for place in places for sign in (1, -1)}, key=lambda place: (abs(place), place))
    start = _start(names, "jump")
    for place in jumps[:_MAX_STEP_POINTS]:
        for name in names[:_MAX_LETTERS]:
            yield {**start, name: place}
    if len(names) > 1:
        yield from (dict.fromkeys(names, place) for place in jumps[: _MAX_STEP_POINTS // 4])


def _numbers(nodes: Iterable[Node]) -> set[Fraction]:
    return {part.value for node in nodes for part in nodes_of(node) if isinstance(part, Num)}


def _start(names: list[str], salt: str) -> Point:
    """Moderate values for all letters."""
    sign = -1 if salt == "below" else 1
    return {name: sign * 2 * _between_one_and_two(f"{salt} {name}") for name in names}


def _others(names: list[str], index: int) -> list[int]:
    """Whole values for the letters behind the first."""
    return [_hash(f"{index} {name}") % 29 - 4 for name in names[1:]]


def _between_one_and_two(key: str) -> Fraction:
    return 1 + Fraction(_hash(key) % 9_972 + 1, 9_973)


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest())

"""Sets of real numbers: intervals, unions, inequalities in one letter, compared cell by cell.

Two sets are the same if they hold the same of all points at which either changes, and of the gaps between those points.
The points are the ends of the intervals; a condition that is not solved for its letter (`|z| <= 3/2`) is tried at many
places in each gap.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from verifiers.comparing.scalars import Match, Terms, differs, equal, same_scalar
from verifiers.trees.evaluation import Evaluator, UndefinedError
from verifiers.trees.numeric import context, value_of
from verifiers.trees.tree import (
    PAIR,
    Add,
    Apply,
    Based,
    Builder,
    Call,
    Const,
    Mul,
    Node,
    Num,
    Pow,
    Rel,
    Seq,
    SetOp,
    Sym,
    negate,
)
from verifiers.trees.walk import letters_of

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_TRIALS = 16
_DIGITS = 30


class NoRegionError(Exception):
    """The tree is no set of real numbers that can be worked with."""


@dataclass(frozen=True, slots=True)
class Point:
    """An end of an interval with its value."""

    node: Node
    value: Any


@dataclass(slots=True)
class Region:
    """A set: the points at which it may change, and what tells whether a place belongs to it."""

    holds: Callable[[Any, int | None], bool]
    """Called with a value and, at a change point, that point's rank."""
    points: list[Point] = field(default_factory=list)


def is_region(node: Node) -> bool:
    """Whether the tree is a set of real numbers by its form alone (an open interval looks like a pair, and is not)."""
    if isinstance(node, SetOp | Builder):
        return True
    if isinstance(node, Rel):
        if node.ops == ("in",):
            return is_region(node.parts[1]) or is_interval(node.parts[1]) or isinstance(node.parts[1], Const)
        return all(op in {"<", ">", "<=", ">=", "!="} for op in node.ops)
    if isinstance(node, Seq):
        if not node.opening and node.joiner in {"and", "or", ","}:
            regions = [isinstance(i, Rel) and is_region(i) for i in node.items]
            if node.joiner == "or" and any(regions):
                return all(is_one or _is_value(item) for is_one, item in zip(regions, node.items, strict=True))
            return all(regions)
        return (
            is_interval(node)
            and ((node.opening, node.closing) != ("(", ")") or any(_is_infinite(i) for i in node.items))
            and (node.opening, node.closing) != ("[", "]")
        )
    return isinstance(node, Const) and node.name in {"R", "empty"}


def _is_value(node: Node) -> bool:
    """Whether it is `x = 3`."""
    return isinstance(node, Rel) and node.ops == ("=",) and isinstance(node.parts[0], Sym)


def is_interval(node: Node) -> bool:
    """Whether two members stand between round or square brackets."""
    return isinstance(node, Seq) and node.opening in {"(", "["} and len(node.items) == PAIR


def _is_infinite(node: Node) -> bool:
    return node == Const("inf") or (
        isinstance(node, Mul) and len(node.factors) == PAIR and node.factors[1] == Const("inf")
    )


def same_region(reference: Node, answer: Node, terms: Terms) -> Match | None:
    """Compare two sets of real numbers; None if one of them is none."""
    if any(_has_several_variables(node) for node in (reference, answer)):
        return None
    variables = {v for node in (reference, answer) for v in [_variable(node)] if v is not None}
    if len(variables) > 1:
        return differs("interval.variable", "the conditions are on different letters")
    builder = RegionBuilder(next(iter(variables), None), terms)
    try:
        left, right = builder.region(reference), builder.region(answer)
    except (NoRegionError, UndefinedError):
        return None
    points = builder.points
    order = sorted(range(len(points)), key=lambda k: points[k].value)
    for rank in order:
        if left.holds(points[rank].value, rank) != right.holds(points[rank].value, rank):
            return differs("interval.ends", "the sets differ at an end point")
    values = [points[rank].value for rank in order]
    for place in places_between(values):
        if left.holds(place, None) != right.holds(place, None):
            return differs("interval.inside", "the sets differ between their end points")
    return equal("interval.cells", "the same end points and the same gaps belong to both sets")


def _has_several_variables(node: Node) -> bool:
    """Whether a list of conditions is about more than one letter."""
    if not isinstance(node, Seq) or node.opening:
        return False
    return len({_variable(item) for item in node.items if isinstance(item, Rel)}) > 1


def interval_of(node: Node) -> Node:
    """A solved inequality as the interval that it describes (`x > a` as `(a, ∞)`); anything else as it is."""
    if not isinstance(node, Rel) or any(op not in {"<", ">", "<=", ">="} for op in node.ops):
        return node
    parts, ops = node.parts, node.ops
    if ops[0] in {">", ">="}:
        parts, ops = parts[::-1], tuple(_FLIPPED[op] for op in reversed(ops))
    if len(ops) == PAIR and isinstance(parts[1], (Sym, Apply)):
        low, high = parts[0], parts[2]
    elif len(ops) == 1 and isinstance(node.parts[0], Sym):
        is_below = parts[0] == node.parts[0]
        low, high = (negate(Const("inf")), parts[1]) if is_below else (parts[0], Const("inf"))
        closed = "]" if ops[0] == "<=" and is_below else ")"
        return Seq("[" if ops[0] == "<=" and not is_below else "(", (low, high), closed)
    else:
        return node
    return Seq("[" if ops[0] == "<=" else "(", (low, high), "]" if ops[1] == "<=" else ")")


def places_between(values: list[Any]) -> list[Any]:
    """Places in all gaps between sorted values and beyond both ends."""
    mp = context()
    if not values:
        return [mp.mpf(Fraction(k * 37 % 101 - 50).numerator) / 7 for k in range(_TRIALS)]
    places = [values[0] - mp.mpf(4) ** k / 64 for k in range(_TRIALS)] + [
        values[-1] + mp.mpf(4) ** k / 64 for k in range(_TRIALS)
    ]
    for low, high in pairwise(values):
        places += [low + (high - low) * (2 * k + 1) / (2 * _TRIALS + 1) for k in range(_TRIALS)]
    return places


def _variable(node: Node) -> str | None:
    """The letter that a condition or membership is about."""
    if isinstance(node, Rel):
        if node.ops[0] in {"in", "notin"}:
            return node.parts[0].name if isinstance(node.parts[0], Sym) else None
        names = letters_of(node)
        if len(names) == 1 and not any(isinstance(p, Apply) for p in node.parts):
            return next(iter(names))
        return None
    if isinstance(node, Builder):
        return _variable(node.condition) or (node.element.name if isinstance(node.element, Sym) else None)
    if isinstance(node, Seq) and not node.opening:
        return next((v for item in node.items for v in [_variable(item)] if v is not None), None)
    return None


class RegionBuilder:
    """Turns trees into regions that share one list of points."""

    def __init__(self, variable: str | None, terms: Terms) -> None:
        self.variable = variable
        self.terms = terms
        self.points: list[Point] = []

    def region(self, node: Node) -> Region:
        """The set that `node` stands for."""
        if isinstance(node, SetOp):
            return self._combined(node)
        if isinstance(node, Builder):
            return self.region(node.condition)
        if isinstance(node, Rel):
            return self._relation(node)
        if isinstance(node, Seq):
            return self._sequence(node)
        if isinstance(node, Call) and node.name == "complement":
            inner = self.region(node.args[0])
            return Region(lambda value, rank: not inner.holds(value, rank))
        if isinstance(node, Const) and node.name in {"R", "empty"}:
            everything = node.name == "R"
            return Region(lambda _value, _rank: everything)
        if isinstance(node, (Num, Add, Mul, Pow, Call, Const)):
            return self._single(node)
        raise NoRegionError

    def _combined(self, node: SetOp) -> Region:
        left, right = self.region(node.left), self.region(node.right)
        if node.op == "union":
            return Region(lambda value, rank: left.holds(value, rank) or right.holds(value, rank))
        if node.op == "intersection":
            return Region(lambda value, rank: left.holds(value, rank) and right.holds(value, rank))
        return Region(lambda value, rank: left.holds(value, rank) and not right.holds(value, rank))

    def _sequence(self, node: Seq) -> Region:
        if node.opening == "{":
            return self._any([self._single(item) for item in node.items])
        if not node.opening:
            parts = [self.region(item) for item in node.items]
            if node.joiner == "or" or all(is_interval(item) for item in node.items):
                return self._any(parts)
            if node.joiner == "," and _are_rays_apart(node.items):
                return self._any(parts)
            return Region(lambda value, rank: all(part.holds(value, rank) for part in parts))
        if not is_interval(node):
            raise NoRegionError
        low, high = self._end(node.items[0]), self._end(node.items[1])
        if not low[0] < high[0] and low[1] != high[1]:
            raise NoRegionError  # `(3, 2)` is a pair, and no interval
        closed_low, closed_high = node.opening == "[", node.closing == "]"

        def holds(value: Any, rank: int | None) -> bool:
            above = closed_low if rank is not None and rank == low[1] else value > low[0]
            below = closed_high if rank is not None and rank == high[1] else value < high[0]
            return above and below

        return Region(holds)

    def _any(self, parts: list[Region]) -> Region:
        return Region(lambda value, rank: any(part.holds(value, rank) for part in parts))

    def _single(self, node: Node) -> Region:
        _, place = self._end(node)
        return Region(lambda _value, rank: rank is not None and rank == place)

    def _end(self, node: Node) -> tuple[Any, int | None]:
        """The value of an end and its rank among the points; infinite ends have none."""
        mp = context()
        if node == Const("inf"):
            return mp.inf, None
        if _is_infinite(node):
            return -mp.inf, None
        if isinstance(node, Based | Seq):
            raise NoRegionError
        value = _real_value(node)
        if value is None:
            raise NoRegionError
        for rank, point in enumerate(self.points):
            if same_scalar(point.node, node, self.terms).equal:
                return point.value, rank
        self.points.append(Point(node, value))
        return value, len(self.points) - 1

    def _relation(self, node: Rel) -> Region:
        if node.ops == ("in",):
            return self.region(node.parts[1])
        if node.ops == ("notin",):
            outside = self.region(node.parts[1])
            return Region(lambda value, rank: not outside.holds(value, rank))
        if self.variable is None or any(op not in _FLIPPED for op in node.ops):
            raise NoRegionError
        steps = [self._step(a, op, b) for a, op, b in zip(node.parts, node.ops, node.parts[1:], strict=False)]
        return Region(lambda value, rank: all(step.holds(value, rank) for step in steps))

    def _step(self, left: Node, op: str, right: Node) -> Region:
        """One relation of a chain: solved for the letter, between constants, or a condition to be tried."""
        if right == Sym(self.variable or ""):
            left, op, right = right, _FLIPPED[op], left
        if left == Sym(self.variable or "") and self.variable not in letters_of(right):
            value, place = self._end(right)
            return Region(
                lambda at, rank: _compare(0 if rank is not None and rank == place else (1 if at > value else -1), op)
            )
        if letters_of(left) | letters_of(right) - {self.variable or ""} > {self.variable or ""}:
            raise NoRegionError

        def holds(value: Any, _rank: int | None) -> bool:
            evaluator = Evaluator(context(), {}, _DIGITS, allow_complex=False)
            evaluator.bound = {self.variable or "": value}
            try:
                distance = evaluator.number(left) - evaluator.number(right)
            except UndefinedError:
                return False
            return _compare(
                0 if abs(distance) < context().mpf(10) ** (-_DIGITS // 2) else (1 if distance > 0 else -1), op
            )

        return Region(holds)


def _are_rays_apart(items: tuple[Node, ...]) -> bool:
    """Whether `x < -2, x > 3` cannot hold together, so that the comma has to mean "or"."""
    rays = [interval_of(item) for item in items]
    if len(rays) != PAIR or not all(isinstance(ray, Seq) for ray in rays):
        return False
    below = [ray for ray in rays if isinstance(ray, Seq) and _is_infinite(ray.items[0])]
    above = [ray for ray in rays if isinstance(ray, Seq) and _is_infinite(ray.items[1])]
    if len(below) != 1 or len(above) != 1:
        return False
    try:
        high, low = _real_value(below[0].items[1]), _real_value(above[0].items[0])
    except UndefinedError:
        return False
    return high is not None and low is not None and bool(high < low)


def _real_value(node: Node) -> Any:
    """The value of a constant as a real number, also that of `0i`; None where it is not real."""
    value = value_of(node, _DIGITS)
    if getattr(value, "imag", 0):
        return None
    return getattr(value, "real", value)


def _compare(sign: int, op: str) -> bool:
    """Whether a difference with this sign satisfies the relation."""
    return {"<": sign < 0, ">": sign > 0, "<=": sign <= 0, ">=": sign >= 0, "=": sign == 0, "!=": sign != 0}[op]

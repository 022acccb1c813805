r"""Sets of whole numbers by a condition, such as `{x ∈ ℤ | 1 ≤ x ≤ 3}`: compared at the whole numbers themselves.

`{1, 2, 3}` is such a set written out; the interval `[1, 3]` is not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from verifiers.comparing.regions import NoRegionError, RegionBuilder, is_interval, is_region
from verifiers.comparing.scalars import Match, Terms, differs
from verifiers.trees.evaluation import UndefinedError
from verifiers.trees.numeric import context
from verifiers.trees.tree import Builder, Const, Node, Num, Rel, Seq, SetOp, Sym

_NAMES = frozenset({"Z", "N"})
_AROUND_ZERO = 30
_BESIDE_AN_END = 3
_MAX_SPAN = 400
"""Whole numbers between the ends that are all tried; of a wider set only those near its ends."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """Conditions on a letter that is a whole number."""

    name: str
    letter: str
    conditions: tuple[Node, ...]


def same_whole_numbers(reference: Node, answer: Node, terms: Terms) -> Match | None:
    """Compare two sets of whole numbers; None where neither is one by its condition, or one cannot be tried."""
    left, right = _whole(reference), _whole(answer)
    if left is None and right is None:
        return None
    other = answer if right is None else reference
    if (left is None or right is None) and _numbers(other) is None:
        is_of_reals = (is_region(other) or is_interval(other)) and isinstance(
            answer if left is None else reference, (Builder, SetOp)
        )
        return differs("set.whole_numbers", "one set holds whole numbers only") if is_of_reals else None
    try:
        tests = [_test(node, whole, terms) for node, whole in ((reference, left), (answer, right))]
    except (NoRegionError, UndefinedError):
        return None
    if None in tests:
        return differs("set.whole_numbers", "one of the numbers is not whole")
    (holds, ends), (other_holds, other_ends) = (test for test in tests if test is not None)
    either_zero = "N" in {w.name for w in (left, right) if w is not None} and (left is None or right is None)
    same = all(
        holds(place) == other_holds(place)
        for place in _places([*ends(), *other_ends()])
        if place or not either_zero  # whether 0 is natural is a matter of taste
    )
    return Match(same, "set.whole_numbers", "the whole numbers in both sets are compared")


def _whole(node: Node) -> _Whole | None:
    """The conditions of a set of whole numbers, None for any other tree."""
    if isinstance(node, SetOp) and node.op == "intersection":
        for name, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(name, Const) and name.name in _NAMES and (is_region(other) or is_interval(other)):
                return _Whole(name.name, "", (other,))
        return None
    if isinstance(node, Builder):
        membership = _membership(node.element)
        if membership is not None:
            return _Whole(*membership, (node.condition,))
        node = node.condition
    if not isinstance(node, Seq) or node.opening:
        return None
    found = next((m for m in map(_membership, node.items) if m is not None), None)
    rest = tuple(item for item in node.items if _membership(item) is None)
    return None if found is None or not rest or not all(map(is_region, rest)) else _Whole(*found, rest)


def _membership(node: Node) -> tuple[str, str] | None:
    r"""The name of the set and the letter of `x \in \mathbb{Z}`."""
    if isinstance(node, Rel) and node.ops == ("in",):
        letter, values = node.parts
        if isinstance(letter, Sym) and isinstance(values, Const) and values.name in _NAMES:
            return values.name, letter.name
    return None


def _numbers(node: Node) -> list[Fraction] | None:
    """The members of a list or set of numbers."""
    items = node.items if isinstance(node, Seq) and node.opening in {"", "{"} else (node,)
    values = [item.value for item in items if isinstance(item, Num)]
    return values if len(values) == len(items) else None


Test = tuple[Callable[[int], bool], Callable[[], list[Fraction]]]


def _test(node: Node, whole: _Whole | None, terms: Terms) -> Test | None:
    """What tells whether a whole number belongs to the set, and where the set may end."""
    if whole is None:
        values = _numbers(node) or []
        return None if any(v.denominator != 1 for v in values) else (lambda n: n in values, lambda: values)
    builder = RegionBuilder(whole.letter or None, terms)
    regions = [builder.region(condition) for condition in whole.conditions]

    def holds(place: int) -> bool:
        rank = next((k for k, point in enumerate(builder.points) if point.value == place), None)
        value = context().mpf(place)
        return (whole.name == "Z" or place >= 0) and all(region.holds(value, rank) for region in regions)

    return holds, lambda: [Fraction(floor(point.value)) for point in builder.points]


def _places(ends: list[Fraction]) -> Iterator[int]:
    """The whole numbers at which two sets may differ."""
    places = set(range(-_AROUND_ZERO, _AROUND_ZERO + 1))
    for end in ends:
        places.update(range(floor(end) - _BESIDE_AN_END, ceil(end) + _BESIDE_AN_END + 1))
    if ends and max(ends) - min(ends) <= _MAX_SPAN:
        places.update(range(floor(min(ends)), ceil(max(ends)) + 1))
    return iter(sorted(places))

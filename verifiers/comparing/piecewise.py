r"""Functions given piece by piece: the same value wherever either has one, however the pieces are cut.

`\begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}` is `|x|`. With conditions that are not about one real letter
(`n` even), each piece of one has to be a piece of the other.
"""

from collections.abc import Callable
from typing import Any

from verifiers.comparing.regions import NoRegionError, Region, RegionBuilder, places_between
from verifiers.comparing.scalars import Match, Terms, differs, equal
from verifiers.trees.evaluation import Evaluator, UndefinedError
from verifiers.trees.numeric import context
from verifiers.trees.tree import Const, Node, Rel, Seq, UnreadableError, Words
from verifiers.trees.walk import letters_of

Compare = Callable[[Node, Node, Terms], Match]
Piece = tuple[Node, Node]
OTHERWISE = Words("otherwise")
_DIGITS = 30


def is_piecewise(node: Node) -> bool:
    """Whether the tree is a function given piece by piece."""
    return isinstance(node, Seq) and node.opening == "cases"


def same_piecewise(reference: Node, answer: Node, terms: Terms, compare: Compare) -> Match:
    """Compare two functions of which at least one is given piece by piece."""
    left, right = _pieces(reference), _pieces(answer)
    match = _same_values(left, right, terms)
    if match is not None:
        return match
    unmatched = list(right)
    for piece in left:
        found = next((other for other in unmatched if _same_piece(piece, other, terms, compare)), None)
        if found is None:
            return differs("piecewise.pieces", "a piece of the reference is missing")
        unmatched.remove(found)
    if unmatched:
        return differs("piecewise.pieces", "there are pieces that the reference does not have")
    return equal("piecewise.pieces", "the same pieces")


def _pieces(node: Node) -> list[Piece]:
    if not is_piecewise(node) or not isinstance(node, Seq):
        return [(node, Const("R"))]
    return [(item.items[0], item.items[1]) for item in node.items if isinstance(item, Seq)]


def _same_piece(piece: Piece, other: Piece, terms: Terms, compare: Compare) -> bool:
    if piece[1] != other[1] and OTHERWISE in {piece[1], other[1]}:
        return False
    try:
        return compare(piece[0], other[0], terms).equal and (
            piece[1] == other[1] or compare(piece[1], other[1], terms).equal
        )
    except (UndefinedError, UnreadableError):
        return False


def _same_values(left: list[Piece], right: list[Piece], terms: Terms) -> Match | None:
    """Compare by values at all ends of the pieces and between them; None where that cannot be done."""
    conditions = [condition for _, condition in (*left, *right) if isinstance(condition, Rel)]
    letters = frozenset[str]().union(*(letters_of(node) for piece in (*left, *right) for node in piece))
    if len(letters) != 1 or not conditions:
        return None
    variable = next(iter(letters))
    builder = RegionBuilder(variable, terms)
    try:
        sides = [[(value, _region(builder, condition)) for value, condition in side] for side in (left, right)]
        order = sorted(range(len(builder.points)), key=lambda rank: builder.points[rank].value)
        ends = [builder.points[rank].value for rank in order]
        places = [*zip(ends, order, strict=True), *((place, None) for place in places_between(ends))]
        for place, rank in places:
            first, second = (_value_at(side, variable, place, rank) for side in sides)
            if not _is_near(first, second):
                return differs("piecewise.values", "the functions differ in value")
    except (NoRegionError, UndefinedError):
        return None
    return equal("piecewise.values", "the same values at the ends of the pieces and between them")


def _region(builder: RegionBuilder, condition: Node) -> Region:
    return Region(lambda _value, _rank: True) if condition == OTHERWISE else builder.region(condition)


def _value_at(side: list[tuple[Node, Region]], variable: str, place: Any, rank: int | None) -> Any:
    """The value of the first piece that holds at a place, None where none does or it has no value."""
    for node, region in side:
        if region.holds(place, rank):
            evaluator = Evaluator(context(), {}, _DIGITS, allow_complex=False)
            evaluator.bound = {variable: place}
            try:
                return evaluator.number(node)
            except UndefinedError:
                return None
    return None


def _is_near(first: Any, second: Any) -> bool:
    if first is None or second is None:
        return first is second
    return bool(abs(first - second) <= (abs(first) + abs(second)) * context().mpf(10) ** (-_DIGITS // 2))

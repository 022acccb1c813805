"""One side in the shape of the other: points, components and memberships that are written in other ways."""

from verifiers.comparing.equations import is_label
from verifiers.comparing.members import as_tuple
from verifiers.comparing.regions import is_interval, is_region
from verifiers.trees.tree import PAIR, ZERO, Apply, Const, Node, Rel, Seq, Sym, number
from verifiers.trees.walk import letters_of, replace, rewrite

_PARAMETERS = frozenset({"k", "m", "n", "r", "s", "t", "lambda", "mu"})
"""Letters that are usually parameters of a family of points."""


def by_name(node: Node, other: Node) -> Node:
    """`(a, b) = (4, -1)` as `a = 4, b = -1`, where the other side is such a list."""
    if not (isinstance(node, Rel) and node.ops == ("=",) and isinstance(other, Seq) and not other.opening):
        return node
    names, values = node.parts
    if not (isinstance(names, Seq) and isinstance(values, Seq) and len(names.items) == len(values.items)):
        return node
    if not is_label(names) or not all(isinstance(item, Rel) for item in other.items):
        return node
    return Seq("", tuple(Rel(("=",), pair) for pair in zip(names.items, values.items, strict=True)), "")


def without_point(node: Node, other: Node) -> Node:
    """The coordinates of `P(3, -2)`, where a tuple stands on the other side."""
    is_point = (
        isinstance(node, Apply)
        and len(node.args) >= PAIR
        and (
            (len(node.name) == 1 and node.name.isupper())
            or node.name in {"vertex", "point", "focus", "center", "centre"}
        )
    )
    if is_point and isinstance(node, Apply) and isinstance(other, Seq) and other.opening == "(":
        return Seq("(", node.args, ")")
    return node


def as_membership(node: Node, other: Node) -> Node:
    r"""`z = [1, 2] \cup [3, 4]` as `z \in …`, where the other side says so of the same letter."""
    if not (isinstance(node, Rel) and node.ops == ("=",) and isinstance(other, Rel) and other.ops == ("in",)):
        return node
    label, value = node.parts
    is_region_of = isinstance(label, Sym) and label == other.parts[0] and (is_region(value) or is_interval(value))
    return Rel(("in",), node.parts) if is_region_of else node


def as_points(node: Node, other: Node) -> Node:
    """`1, 2; 3, 4` as the points (1, 2), (3, 4), where the other side has points for members."""
    if not (isinstance(node, Seq) and node.joiner == ";" and not node.opening and isinstance(other, Seq)):
        return node
    if not all(isinstance(item, Seq) and item.opening == "(" for item in other.items):
        return node
    if not all(isinstance(item, Seq) and not item.opening and not _has_relation(item) for item in node.items):
        return node
    return Seq("", tuple(Seq("(", item.items, ")") for item in node.items if isinstance(item, Seq)), "")


def _has_relation(node: Seq) -> bool:
    return any(isinstance(item, Rel) for item in node.items)


def components(node: Node, *, size: int = 0) -> Node:
    """`2i + 3j` in unit vectors as `(2, 3)`; where the size is known, in plain letters too. Anything else as it is."""
    tree = node
    if size in {PAIR, len("ijk")} and letters_of(node) and letters_of(node) <= {"j", "k"}:
        plain = {Const("i"): Sym("unit i"), Sym("j"): Sym("unit j"), Sym("k"): Sym("unit k")}
        tree = rewrite(node, lambda part: plain.get(part, part) if isinstance(part, (Const, Sym)) else part)
    names = sorted(name for name in letters_of(tree) if name.startswith("unit "))
    if not names or replace(tree, dict.fromkeys(names, ZERO)) != ZERO:
        return node
    size = max("ijk".index(names[-1][-1]) + 1, size, PAIR)
    axes = [f"unit {axis}" for axis in "ijk"[:size]]
    parts = [replace(tree, {name: number(int(name == axis)) for name in axes}) for axis in axes]
    return Seq("(", tuple(parts), ")")


def coordinates(node: Node) -> Node:
    """`x = 2, y = 3` as the point (2, 3); anything else as it is."""
    ordered = in_alphabet(node) if isinstance(node, Seq) and not node.opening and len(node.items) > 1 else None
    return node if ordered is None else Seq("(", as_tuple(ordered) or (), ")")


def in_parameter_of(reference: Node, answer: Node) -> Node:
    """`(t, 2t)` as `(k, 2k)`: the name of the only parameter is free."""
    wanted, given = letters_of(reference), letters_of(answer)
    if wanted != given and len(wanted) == len(given) == 1 and (wanted | given) <= _PARAMETERS:
        return replace(answer, {next(iter(given)): Sym(next(iter(wanted)))})
    return answer


def in_alphabet(node: Seq) -> Seq | None:
    """`y = 4, x = -1` as `x = -1, y = 4`; None unless the letters follow each other in the alphabet."""
    labels = [item.parts[0] if isinstance(item, Rel) and item.ops == ("=",) else None for item in node.items]
    names = "".join(sorted(label.name for label in labels if isinstance(label, Sym)))
    if len(names) != len(node.items) or names not in "abcdefghijklmnopqrstuvwxyz":
        return None
    order = sorted(range(len(labels)), key=lambda place: getattr(labels[place], "name", ""))
    return Seq("", tuple(node.items[place] for place in order), "")

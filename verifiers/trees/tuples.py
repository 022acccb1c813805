"""Sums and multiples of tuples, as one tuple: `(1, 0) + t(3, 1)` is `(1 + 3t, t)`."""

from verifiers.trees.tree import PAIR, Add, Apply, Call, Mul, Node, Rel, Seq, Sym, add, multiply

_SCALARS = frozenset({"t", "s", "r", "k", "u", "v", "c", "a", "b", "lambda", "mu", "alpha", "beta"})
"""Letters that stand before a tuple as its factor and not as a function or the name of a point."""


def in_one_tuple(node: Node) -> Node:
    """The tuple that a sum or multiple of tuples comes to; any other tree as it is.

    >>> from verifiers.reading.grammar import read
    >>> in_one_tuple(read("2(1, x)").tree) == read("(2, 2x)").tree
    True
    """
    if not isinstance(node, (Add, Mul, Call, Apply)):
        return node
    members = _members(node)
    return node if members is None else Seq("(", members, ")")


def _members(node: Node) -> tuple[Node, ...] | None:
    if isinstance(node, Seq):
        is_tuple = (node.opening, node.closing) == ("(", ")") and len(node.items) >= PAIR
        return node.items if is_tuple and not any(isinstance(item, (Seq, Rel)) for item in node.items) else None
    if isinstance(node, Add):
        return _sum(node.terms)
    if isinstance(node, Mul):
        return _multiple(node.factors)
    if isinstance(node, Call) and node.name == "product":
        return _multiple(node.args)
    if isinstance(node, Apply) and len(node.args) >= PAIR and node.name.partition("_")[0] in _SCALARS:
        return tuple(multiply(Sym(node.name), argument) for argument in node.args)
    return None


def _sum(terms: tuple[Node, ...]) -> tuple[Node, ...] | None:
    total: tuple[Node, ...] | None = None
    for term in terms:
        members = _members(term)
        if members is None or (total is not None and len(total) != len(members)):
            return None
        total = members if total is None else tuple(map(add, total, members))
    return total


def _multiple(factors: tuple[Node, ...]) -> tuple[Node, ...] | None:
    """A tuple times numbers; None for a product of several tuples."""
    found = [(place, members) for place, factor in enumerate(factors) if (members := _members(factor)) is not None]
    if len(found) != 1:
        return None
    place, members = found[0]
    scale = factors[:place] + factors[place + 1 :]
    if any(isinstance(factor, Seq) for factor in scale):
        return None
    return tuple(multiply(*scale, member) for member in members)

"""Products of vectors, `v × B`, whose sign changes with the order of their factors."""

from collections.abc import Sequence
from typing import Final

from verifiers.reading.tokens import Token
from verifiers.trees.tree import Apply, Node, negate
from verifiers.trees.walk import nodes_of

CROSS: Final = "×"
"""The name under which the product of two vectors stands in a tree."""
_ARROWS: Final = frozenset({"\\vec", "\\mathbf", "\\boldsymbol", "\\bm", "\\overrightarrow"})
_ARROW_TOKENS: Final = 4
"""Tokens of a letter with an arrow, as in `\\vec{v}`."""


def cross(left: Node, right: Node) -> Node:
    """The product of two vectors, with its factors in one order.

    >>> from verifiers.trees.tree import Sym
    >>> cross(Sym("v"), Sym("b")) == negate(cross(Sym("b"), Sym("v")))
    True
    """
    if repr(left) > repr(right):
        return negate(Apply(CROSS, (right, left)))
    return Apply(CROSS, (left, right))


def has_cross(tree: Node) -> bool:
    """Whether the tree holds a product of vectors."""
    return any(isinstance(node, Apply) and node.name == CROSS for node in nodes_of(tree))


def has_arrows(before: Sequence[Token], after: Token) -> bool:
    """Whether the letters on both sides of a sign are vectors, by their arrows or bold type."""
    return after.text in _ARROWS and any(token.text in _ARROWS for token in before[-_ARROW_TOKENS:])

r"""Vectors with a unit: `(3, 4) m/s`, `(3\hat{i} + 4\hat{j})\ \text{N}`.

The unit is read by the grammar of quantities and the vector by that of mathematics; both have to agree. A vector
without a unit is no answer to one that has one, as with other quantities.
"""

import re
from fractions import Fraction
from typing import Final

from verifiers.comparing.compare import compare
from verifiers.comparing.scalars import Match, Terms, differs
from verifiers.reading.grammar import read
from verifiers.trees.matrices import tuple_members, vector_members
from verifiers.trees.tree import Node, Seq, UnreadableError, multiply, number
from verifiers.trees.walk import letters_of
from verifiers.units.definitions import dimension_name, same_dimension
from verifiers.units.measures import Readings
from verifiers.units.unit_grammar import SHY_SYMBOLS, read_unit

_SPLIT: Final = re.compile(
    r"(?P<vector>.{1,400}(?:[)\]>]|\\rangle|\\end\{[bp]matrix\}|\\(?:hat|mathbf|vec)\s?\{?\s?\\?[ijkxyz](?:math)?\}?))"
    r"(?:\s|~|\\[,;:! ]|\\q?quad){0,4}"
    r"(?P<unit>(?:\\(?:text|mathrm|rm|textrm|,|;| |frac|cdot|unit|si)|[A-Za-zμΩ°])[^()=]{0,80})",
    re.DOTALL,
)


def split_unit(text: str) -> tuple[str, Readings] | None:
    r"""Return the vector and the unit of `(3, 4) m/s`; None for any other text.

    >>> split_unit(r"(3, 4)\ \text{m}")[0], split_unit("(a, b) x")
    ('(3, 4)', None)
    """
    match = _SPLIT.fullmatch(text) if text[:1] in "(\\[<-0123456789" else None
    unit = None if match is None else read_unit(match["unit"])
    if match is None or unit is None or unit.magnitude is not None or not unit.readings:
        return None
    return None if set(unit.symbols) <= SHY_SYMBOLS else (match["vector"], unit.readings)


def same_vectors(reference: str, answer: str, terms: Terms) -> Match | None:
    """Compare two vectors with units; None where the reference is none or one of them cannot be read."""
    wanted = split_unit(reference)
    vector = None if wanted is None else _vector(wanted[0])
    if wanted is None or vector is None:
        return None
    given = split_unit(answer)
    if given is None:
        bare = _vector(answer)
        return None if bare is None else differs("vector.missing_unit", "the answer is a vector without a unit")
    other = _vector(given[0])
    if other is None:
        return None
    for left in wanted[1]:
        for right in given[1]:
            if same_dimension(left.dimension, right.dimension):
                scaled = other if left.factor == right.factor else _scaled(other, right.factor / left.factor)
                return compare(vector, scaled, terms)
    names = (dimension_name(unit[0].dimension) for unit in (wanted[1], given[1]))
    return differs("vector.dimension", "the reference is a {}, the answer a {}".format(*names))


def _vector(text: str) -> Node | None:
    """The tuple, column or sum of unit vectors that a text is."""
    try:
        tree = read(text).tree
    except UnreadableError:
        return None
    is_components = bool(letters_of(tree)) and all(name.startswith("unit ") for name in letters_of(tree))
    return tree if tuple_members(tree) or vector_members(tree) or is_components else None


def _scaled(node: Node, by: Fraction) -> Node:
    factor = number(by)
    members = tuple_members(node)
    if members is None or not isinstance(node, Seq):
        return multiply(factor, node)
    return Seq(node.opening, tuple(multiply(factor, member) for member in members), node.closing)

"""Equations with `±`, which are two, and congruences, which are many."""

from verifiers.comparing.equations import Compare, constant_ratio, label_of, stated_value
from verifiers.comparing.families import residue_class
from verifiers.comparing.members import alternatives, has_alternatives, same_members
from verifiers.comparing.scalars import Match, Terms
from verifiers.trees.tree import Node, Rel, multiply, subtract


def same_curves(reference: Rel, answer: Rel, terms: Terms, compare: Compare) -> Match:
    """Compare equations with `±`, each of which is two: by values where they state some, else by their products."""
    values = [stated_value(node) for node in (reference, answer)]
    if None not in values and label_of(reference) == label_of(answer):
        match = same_members(values[0] or reference, values[1] or answer, terms, compare)
        if match.equal:
            return match
    left, right = (_product_of_signs(node) for node in (reference, answer))
    return Match(constant_ratio(left, right), "equation.product", "the products of both equations are compared")


def _product_of_signs(node: Rel) -> Node:
    """What is zero where either of the equations holds that one with `±` stands for."""
    return multiply(*(subtract(*one.parts) for one in _with_one_sign(node)))


def _with_one_sign(node: Rel) -> list[Rel]:
    """The two relations that one with `±` stands for, or the relation itself."""
    if not has_alternatives(node):
        return [node]
    return [Rel(node.ops, sides) for sides in zip(*(alternatives(part) for part in node.parts), strict=True)]


def same_residues(reference: Rel, answer: Rel) -> Match | None:
    """Compare `n ≡ 3 (mod 7)` with `n = 7k + 3`; None where both are congruences, or neither is such a class."""
    if reference.ops == answer.ops:
        return None
    left, right = ({residue_class(one) for one in _with_one_sign(node)} for node in (reference, answer))
    if left == right == {None}:
        return None
    return Match(left == right and None not in left, "congruence.class", "the residue classes are compared")

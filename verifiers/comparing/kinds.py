"""What kind of thing a reference is; the sample has no say in it."""

from verifiers.comparing.members import has_alternatives
from verifiers.comparing.regions import is_interval, is_region
from verifiers.trees.tree import Based, Matrix, Node, Num, Ratio, Rel, Seq

_EQUATION_OPS = {"=", "to", "≈", "≡"}


def kind_of(tree: Node) -> str:  # noqa: PLR0911 - one branch for each sort
    r"""The kind of a reference that was read as mathematics, as a word for people.

    >>> from verifiers.reading.grammar import read
    >>> [kind_of(read(text).tree) for text in ("1/2", "x+1", "(1, 2)", "x < 3", r"\{1, 2\}")]
    ['number', 'expression', 'tuple', 'interval', 'set']
    """
    if isinstance(tree, (Num, Based)):
        return "number"
    if isinstance(tree, Matrix):
        return "matrix"
    if isinstance(tree, Ratio):
        return "ratio"
    if is_region(tree):
        return "interval"
    if isinstance(tree, Rel):
        return "equation" if set(tree.ops) <= _EQUATION_OPS else "inequality"
    if isinstance(tree, Seq):
        if tree.opening == "{":
            return "set"
        if not tree.opening:
            return "list"
        return "interval" if is_interval(tree) and (tree.opening, tree.closing) != ("(", ")") else "tuple"
    return "list" if has_alternatives(tree) else "expression"

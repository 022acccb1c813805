"""Walking over trees: letters, replacement, rewriting from the leaves up."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from verifiers.limits import MAX_OPERATIONS, MAX_SYMBOLIC_NODES, check
from verifiers.trees.tree import (
    Add,
    Apply,
    Big,
    Builder,
    Call,
    Matrix,
    Mul,
    Node,
    Num,
    Pow,
    Ratio,
    Rel,
    Seq,
    SetOp,
    Sym,
    add,
    multiply,
    power,
)


def parts_of(node: Node) -> tuple[Node, ...]:  # noqa: C901, PLR0911 - one branch for each sort
    """The direct parts of a node."""
    if isinstance(node, Add):
        return node.terms
    if isinstance(node, Mul):
        return node.factors
    if isinstance(node, Pow):
        return (node.base, node.exponent)
    if isinstance(node, (Call, Apply)):
        return node.args
    if isinstance(node, (Rel, Ratio)):
        return node.parts
    if isinstance(node, Seq):
        return node.items
    if isinstance(node, SetOp):
        return (node.left, node.right)
    if isinstance(node, Builder):
        return (node.element, node.condition)
    if isinstance(node, Matrix):
        return tuple(cell for row in node.rows for cell in row)
    if isinstance(node, Big):
        return tuple(part for part in (node.lower, node.upper, node.body) if part is not None)
    return ()


def nodes_of(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for part in parts_of(node):
        yield from nodes_of(part)


@lru_cache(maxsize=4096)
def letters_of(node: Node) -> frozenset[str]:
    """The names of letters and unknown functions, bound variables left out."""
    if isinstance(node, Sym):
        return frozenset({node.name})
    found: frozenset[str] = frozenset().union(*map(letters_of, parts_of(node)))
    if isinstance(node, Apply):
        return found | {node.name}
    if isinstance(node, Big) and node.kind != "diff":
        return found - {node.variable}
    return found


def needs_sympy(node: Node) -> bool:
    """Whether the tree holds a limit, integral, derivative or infinite sum, or a common divisor of expressions."""
    return any(_is_symbolic(n) for n in nodes_of(node))


_OF_POLYNOMIALS = frozenset("abcxyzt")
"""Letters in common divisors of polynomials; those of other letters are of whole numbers."""


def _is_of_whole_numbers(node: Call) -> bool:
    """Whether the letters of a common divisor or multiple are whole numbers: `gcd(n, 12)`, and not `gcd(ab, b)`."""
    letters, sorts = letters_of(node), {type(argument) for argument in node.args}
    return bool(letters) and (not letters <= _OF_POLYNOMIALS or sorts == {Num, Sym})


def _is_symbolic(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name in {"gcd", "lcm"} and not _is_of_whole_numbers(node)
    return isinstance(node, Big) and (
        node.kind not in {"sum", "prod"} or "inf" in {getattr(node.upper, "name", ""), *_names(node.lower)}
    )


def check_size(node: Node) -> None:
    """Raise `OverLimitError` for a tree that is too large for sympy, or nests its operations too often."""
    check("MAX_OPERATIONS", sum(isinstance(n, Big) for n in nodes_of(node)), MAX_OPERATIONS)
    check("MAX_SYMBOLIC_NODES", sum(1 for _ in nodes_of(node)), MAX_SYMBOLIC_NODES)


def _names(node: Node | None) -> set[str]:
    return {getattr(n, "name", "") for n in nodes_of(node)} if node is not None else set()


def rewrite(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with `change` applied to every node, from the leaves up."""
    parts = parts_of(node)
    if not parts:
        return change(node)
    new = tuple(rewrite(part, change) for part in parts)
    return change(node if new == parts else rebuild(node, new))


def rebuild(node: Node, parts: tuple[Node, ...]) -> Node:  # noqa: C901, PLR0911 - one branch for each sort
    """A node like `node` with other parts, in normal form."""
    if isinstance(node, Add):
        return add(*parts)
    if isinstance(node, Mul):
        return multiply(*parts)
    if isinstance(node, Pow):
        return power(*parts)
    if isinstance(node, (Call, Apply)):
        return type(node)(node.name, parts)
    if isinstance(node, Rel):
        return Rel(node.ops, parts)
    if isinstance(node, Ratio):
        return Ratio(parts)
    if isinstance(node, Seq):
        return Seq(node.opening, parts, node.closing, node.joiner)
    if isinstance(node, SetOp):
        return SetOp(node.op, *parts)
    if isinstance(node, Builder):
        return Builder(*parts)
    if isinstance(node, Matrix):
        width = len(node.rows[0])
        return Matrix(tuple(parts[i : i + width] for i in range(0, len(parts), width)))
    if isinstance(node, Big):
        rest = list(parts)
        lower = rest.pop(0) if node.lower is not None else None
        upper = rest.pop(0) if node.upper is not None else None
        return Big(node.kind, node.variable, lower, upper, rest[0])
    return node


def replace(node: Node, names: Mapping[str, Node]) -> Node:
    """The tree with letters replaced, all at once: what a letter is replaced by is not looked at again."""
    if isinstance(node, Sym):
        return names.get(node.name, node)
    parts = parts_of(node)
    new = tuple(replace(part, names) for part in parts)
    return node if new == parts else rebuild(node, new)

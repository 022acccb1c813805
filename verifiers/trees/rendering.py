"""Trees as text: the normal form that a verdict shows, the same for trees that differ only in order."""

from fractions import Fraction

from verifiers.trees.tree import (
    Add,
    Apply,
    Based,
    Big,
    Builder,
    Call,
    Const,
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
    Words,
)

_MAX_SHOWN = 300
_MAX_SHOWN_BITS = 1_000
_SIGNS = {"union": "∪", "intersection": "∩", "difference": "∖"}


def render(node: Node) -> str:
    r"""The normal form of a tree, in ASCII mathematics, cut off after 300 characters.

    >>> from verifiers.reading.grammar import read
    >>> render(read(r"\frac{x}{2} + 1 - 3").tree), render(read("-2 + 1/2*x").tree)
    ('1/2*x - 2', '1/2*x - 2')
    """
    text = _text(node)
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"


def _text(node: Node) -> str:
    if isinstance(node, Num):
        return render_number(node.value)
    if isinstance(node, (Sym, Const)):
        return node.name
    if isinstance(node, Add):
        return _sum(node)
    if isinstance(node, Mul):
        return "*".join(sorted((_inner(f) for f in node.factors), key=_order))
    if isinstance(node, Pow):
        return f"{_inner(node.base, power=True)}^{_inner(node.exponent, power=True)}"
    if isinstance(node, (Call, Apply)):
        return f"{node.name}({', '.join(map(_text, node.args))})"
    return _structure(node)


def render_number(value: Fraction) -> str:
    """A rational number for people; huge ones by their size."""
    over, under = value.as_integer_ratio()
    if max(over.bit_length(), under.bit_length()) > _MAX_SHOWN_BITS:
        return f"a number of {over.bit_length()} over {under.bit_length()} bits"
    return str(over) if under == 1 else f"{over}/{under}"


def _sum(node: Add) -> str:
    terms = sorted(map(_text, node.terms), key=_order, reverse=True)
    text = terms[0]
    for term in terms[1:]:
        text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return text


def _order(text: str) -> tuple[bool, str]:
    """Numbers first in products, last in sums."""
    bare = text.lstrip("-(")
    return (not bare[:1].isdigit() or any(c.isalpha() for c in bare), bare)


def _inner(node: Node, *, power: bool = False) -> str:
    text = _text(node)
    compound = isinstance(node, (Add, Rel)) or (
        power and (isinstance(node, (Mul, Pow)) or (isinstance(node, Num) and not text.isdigit()))
    )
    return f"({text})" if compound else text


def _structure(node: Node) -> str:  # noqa: PLR0911 - one branch for each sort
    if isinstance(node, Rel):
        shown = _text(node.parts[0])
        for op, part in zip(node.ops, node.parts[1:], strict=True):
            shown += f" {op} {_text(part)}"
        return shown
    if isinstance(node, Seq):
        items = [_text(item) for item in node.items]
        joiner = ", " if node.opening or node.joiner in {",", "and"} else f"{node.joiner} "
        return node.opening + joiner.join(sorted(items) if node.opening == "{" else items) + node.closing
    if isinstance(node, Matrix):
        return "[" + ", ".join("[" + ", ".join(map(_text, row)) + "]" for row in node.rows) + "]"
    if isinstance(node, SetOp):
        return f"{_text(node.left)} {_SIGNS[node.op]} {_text(node.right)}"
    if isinstance(node, Ratio):
        return ":".join(map(_text, node.parts))
    if isinstance(node, Based):
        return f"{node.digits}_{node.base}"
    if isinstance(node, Builder):
        return "{" + f"{_text(node.element)} | {_text(node.condition)}" + "}"
    if isinstance(node, Big):
        ends = ", ".join(_text(end) for end in (node.lower, node.upper) if end is not None)
        return f"{node.kind}[{node.variable}: {ends}]({_text(node.body)})"
    return node.text if isinstance(node, Words) else "..."

"""Matrices: worked out as far as their entries can be added and multiplied, then compared entry by entry."""

import re

from verifiers.limits import MAX_MATRIX_CELLS, check
from verifiers.trees.tree import (
    HALF,
    ONE,
    ZERO,
    Add,
    Call,
    Matrix,
    Mul,
    Node,
    Num,
    Seq,
    Sym,
    UnreadableError,
    add,
    divide,
    multiply,
    negate,
    power,
)
from verifiers.trees.walk import letters_of, nodes_of, replace, rewrite

ZERO_OF_ANY_SHAPE = Sym("vector 0")
r"""A bold or arrowed zero, as in `\vec{0}`."""
_NAMED = re.compile(r"I|[IEO1]_(\d{1,2})(?:times\1|x\1)?")
"""Names of the identity and the zero matrix; a letter that may as well be an option's has to say its size."""
_MAX_DETERMINANT = 6
_MAX_POWER = 20


def has_matrix(node: Node) -> bool:
    """Whether a matrix stands anywhere in the tree."""
    return any(isinstance(n, Matrix) for n in nodes_of(node))


def worked_out(node: Node) -> Node:
    """The tree with matrix sums, products, powers, transposes and determinants worked out.

    >>> from verifiers.reading.grammar import read
    >>> worked_out(read("[[1,2],[3,4]] + [[5,6],[7,8]]").tree) == read("[[6,8],[10,12]]").tree
    True
    """
    return rewrite(node, _step)


def _step(node: Node) -> Node:
    if isinstance(node, Add) and any(isinstance(t, Matrix) for t in node.terms):
        return _sum(node.terms)
    if isinstance(node, Mul) and any(isinstance(f, Matrix) for f in node.factors):
        return _product(node.factors)
    if isinstance(node, Call) and node.name == "norm" and (members := _components(node.args[0])) is not None:
        return power(add(*(multiply(member, member) for member in members)), HALF)
    if isinstance(node, Call) and len(node.args) >= 1 and isinstance(node.args[0], Matrix):
        return _called(node.name, node.args[0], node.args[1:])
    return node


def _components(node: Node) -> tuple[Node, ...] | None:
    """The components of a vector, written as a tuple, a row or a column."""
    return tuple_members(node) or vector_members(node)


def _sum(terms: tuple[Node, ...]) -> Node:
    total: Matrix | None = None
    for term in terms:
        if not isinstance(term, Matrix) or (total is not None and _shape(total) != _shape(term)):
            raise UnreadableError("only matrices of one shape can be added")
        total = (
            term
            if total is None
            else Matrix(tuple(tuple(map(add, a, b)) for a, b in zip(total.rows, term.rows, strict=True)))
        )
    return total if total is not None else Add(terms)


def _product(factors: tuple[Node, ...]) -> Node:
    scale: list[Node] = []
    total: Matrix | None = None
    for factor in factors:
        if not isinstance(factor, Matrix):
            scale.append(factor)
        else:
            total = factor if total is None else _times(total, factor)
    if total is None or not scale:
        return total if total is not None else Mul(factors)
    return Matrix(tuple(tuple(multiply(*scale, cell) for cell in row) for row in total.rows))


def _times(left: Matrix, right: Matrix) -> Matrix:
    if _shape(left)[1] != _shape(right)[0]:
        raise UnreadableError("the shapes of the matrices do not allow a product")
    check("MAX_MATRIX_CELLS", len(left.rows) * len(right.rows[0]) * len(right.rows), 8 * MAX_MATRIX_CELLS)
    columns = list(zip(*right.rows, strict=True))
    return Matrix(tuple(tuple(add(*map(multiply, row, column)) for column in columns) for row in left.rows))


def _called(name: str, matrix: Matrix, rest: tuple[Node, ...]) -> Node:
    rows = matrix.rows
    if name == "transpose":
        return Matrix(tuple(zip(*rows, strict=True)))
    if name in {"det", "abs"} and _is_square(matrix):
        return _determinant(rows)
    if name == "tr" and _is_square(matrix):
        return add(*(rows[k][k] for k in range(len(rows))))
    if name == "power" and _is_square(matrix) and isinstance(rest[0], Num) and rest[0].value.denominator == 1:
        return _power(matrix, int(rest[0].value))
    return Call(name, (matrix, *rest))


def _power(matrix: Matrix, exponent: int) -> Node:
    check("MAX_MATRIX_POWER", abs(exponent), _MAX_POWER)
    base = matrix if exponent > 0 else _inverse(matrix)
    total = base
    for _ in range(abs(exponent) - 1):
        total = _times(total, base)
    return total


def _inverse(matrix: Matrix) -> Matrix:
    """The inverse by cofactors."""
    size = len(matrix.rows)
    determinant = _determinant(matrix.rows)
    if size == 1:
        return (
            Matrix(((divide(Num(determinant.value / determinant.value), determinant),),))
            if isinstance(determinant, Num)
            else matrix
        )
    if determinant == Num(0 * determinant.value) if isinstance(determinant, Num) else False:
        raise UnreadableError("the matrix has no inverse")
    cells = [
        [divide(_signed(_determinant(_minor(matrix.rows, j, i)), i + j), determinant) for j in range(size)]
        for i in range(size)
    ]
    return Matrix(tuple(map(tuple, cells)))


def _determinant(rows: tuple[tuple[Node, ...], ...]) -> Node:
    """The determinant by its first row; sizes are small (`_MAX_DETERMINANT`)."""
    check("MAX_DETERMINANT", len(rows), _MAX_DETERMINANT)
    if len(rows) == 1:
        return rows[0][0]
    return add(*(_signed(multiply(rows[0][k], _determinant(_minor(rows, 0, k))), k) for k in range(len(rows))))


def _minor(rows: tuple[tuple[Node, ...], ...], row: int, column: int) -> tuple[tuple[Node, ...], ...]:
    return tuple(r[:column] + r[column + 1 :] for k, r in enumerate(rows) if k != row)


def _signed(node: Node, place: int) -> Node:
    return negate(node) if place % 2 else node


def _shape(matrix: Matrix) -> tuple[int, int]:
    return len(matrix.rows), len(matrix.rows[0])


def _is_square(matrix: Matrix) -> bool:
    return len(matrix.rows) == len(matrix.rows[0])


def in_shape_of(matrix: Matrix, node: Node) -> Node | None:
    """What stands beside `matrix`, as a matrix: rows in other brackets, `2I` of its size; None where it is none.

    >>> from verifiers.reading.grammar import read
    >>> in_shape_of(read("[[2,0],[0,2]]").tree, read("2I_2").tree) == read("[[2,0],[0,2]]").tree
    True
    """
    height, width = _shape(matrix)
    if isinstance(node, Seq):
        rows = [item.items for item in node.items if isinstance(item, Seq) and item.opening == node.opening]
        is_table = len(rows) == len(node.items) > 1 and {len(row) for row in rows} == {width} != {1}
        return Matrix(tuple(rows)) if is_table and node.opening in {"(", "{"} else None
    names: dict[str, Node] = {
        name: _named(name, height, width) for name in letters_of(node) if _means(name, height, width)
    }
    if not names:
        return None
    try:
        found = worked_out(replace(node, names))
    except UnreadableError:
        return None
    return found if isinstance(found, Matrix) else None


def _means(name: str, height: int, width: int) -> bool:
    """Whether a name is that of an identity or zero matrix of this size, or of one whose size is not said."""
    if name == ZERO_OF_ANY_SHAPE.name:
        return True
    match = _NAMED.fullmatch(name)
    return match is not None and height == width and match[1] in {None, str(height)}


def _named(name: str, height: int, width: int) -> Node:
    is_zero = name == ZERO_OF_ANY_SHAPE.name or name.startswith("O")
    return _filled(height, width, diagonal=ZERO if is_zero else ONE)


def _filled(height: int, width: int, diagonal: Node) -> Matrix:
    return Matrix(tuple(tuple(diagonal if j == k else ZERO for k in range(width)) for j in range(height)))


def vector_members(node: Node) -> tuple[Node, ...] | None:
    """The members of a matrix with one row or one column."""
    if not isinstance(node, Matrix):
        return None
    if len(node.rows) == 1:
        return node.rows[0]
    return tuple(row[0] for row in node.rows) if len(node.rows[0]) == 1 else None


def tuple_members(node: Node) -> tuple[Node, ...] | None:
    """The members of `(1, 2)` or `[1, 2]`."""
    return node.items if isinstance(node, Seq) and (node.opening, node.closing) in {("(", ")"), ("[", "]")} else None

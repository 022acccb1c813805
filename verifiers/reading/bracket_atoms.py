"""Brackets as atoms of the grammar: groups, tuples, intervals, sets, absolute values, matrices."""

from verifiers.limits import MAX_ITEMS, MAX_MATRIX_CELLS, check
from verifiers.reading import vocabulary as words
from verifiers.reading.function_atoms import function_call
from verifiers.reading.levels import Levels
from verifiers.reading.tokens import Token
from verifiers.trees.tree import (
    ZERO,
    Builder,
    Call,
    Const,
    Dots,
    Matrix,
    Node,
    Rel,
    Seq,
    SetOp,
    UnreadableError,
    Words,
)


class BracketAtoms(Levels):
    """Reads brackets and matrices."""

    def group(self) -> Node:
        """`{…}` as LaTeX's invisible bracket; a list inside it makes it a set."""
        self.expect("{")
        self.deeper()
        if self.accept("}"):
            self.depth -= 1
            return Seq("{", (), "}")
        outer_bars, self.open_bars = self.open_bars, ()
        inner = self.list_of_relations()
        if self.accept("\\choose"):
            inner = self.binomial(inner, self.list_of_relations())
        elif self.accept("\\over"):
            inner = self.fraction(inner, self.list_of_relations())
        inner = self._builder(inner)
        self.open_bars = outer_bars
        self.expect("}")
        self.depth -= 1
        if isinstance(inner, Seq) and not inner.opening:
            return Seq("{", inner.items, "}")
        return inner

    def bracketed(self) -> Node:
        r"""`(…)`, `[…]`, `\{…\}`, half-open intervals; one plain thing between `(` and `)` is that thing."""
        token = self.take()
        opening = token.kind if token.kind != "command" else token.text
        if opening == "{":
            self.position -= 1
            return self.group()
        self.deeper()
        outer_bars, self.open_bars = self.open_bars, ()
        self.brackets += 1
        closings = {"\\{": ("\\}",), "\\lbrace": ("\\rbrace",), "\\langle": ("\\rangle",), "]": ("[", "]")}.get(
            opening, (")", "]", "[", "\\rbrack", "\\rparen")
        )
        items: tuple[Node, ...] = ()
        joiner = ","
        outer_braces, self.in_braces = self.in_braces, opening in {"\\{", "\\lbrace"} or self.condition_bar
        outer_colon, self.colon_ends = self.colon_ends, opening in {"\\{", "\\lbrace"}
        if not self.at(*(c for c in closings if c != "[")):
            inner = self._builder(self._bracket_list())
            items, joiner = (
                (inner.items, inner.joiner) if isinstance(inner, Seq) and not inner.opening else ((inner,), ",")
            )
        closing = self.expect(closings)
        self.brackets -= 1
        self.in_braces, self.colon_ends = outer_braces, outer_colon
        self.open_bars = outer_bars
        self.depth -= 1
        return _bracket(opening, items, closing.kind if closing.kind != "command" else closing.text, joiner)

    def _bracket_list(self) -> Node:
        """The members of a bracket; `;` parts them as `,` does."""
        first = self.list_of_relations()
        groups = [first]
        while self.accept(";"):
            groups.append(self.list_of_relations())
        if len(groups) == 1:
            return first
        rows = [g.items for g in groups if isinstance(g, Seq) and not g.opening]
        if len(rows) == len(groups) and len({len(row) for row in rows}) == 1:
            return Matrix(tuple(rows))
        items = tuple(item for g in groups for item in (g.items if isinstance(g, Seq) and not g.opening else (g,)))
        return Seq("", items, "")

    def _builder(self, element: Node) -> Node:
        """`element`, or the set by condition that it starts."""
        if not self.at("|", "\\mid", ":", "\\colon", "\\vert"):
            return element
        self.take()
        return Builder(element, self.list_of_relations())

    def bars(self, token: Token) -> Node:
        r"""`|x|`, `\lfloor x \rfloor` and the like."""
        self.take()
        closing, name = words.BARS[token.text if token.kind == "command" else token.kind]
        self.deeper()
        outer, outer_braces = self.open_bars, self.in_braces
        self.open_bars, self.in_braces = (*outer, closing), False
        inner = self.sum()
        self.expect({closing})
        self.open_bars, self.in_braces = outer, outer_braces
        self.depth -= 1
        return function_call(name, (inner,), None)

    def diagonal(self) -> Node:
        """`diag(1, 2)`: the matrix with these on its diagonal."""
        inner = self.bracketed()
        cells = inner.items if isinstance(inner, Seq) else (inner,)
        check("MAX_MATRIX_CELLS", len(cells) ** 2, MAX_MATRIX_CELLS)
        return Matrix(tuple(tuple(cell if j == k else ZERO for k in range(len(cells))) for j, cell in enumerate(cells)))

    def is_matrix(self, node: Node) -> bool:
        """Whether `node` is a matrix as far as can be seen."""
        return isinstance(node, Matrix) or (
            isinstance(node, Call) and node.name in {"matmul", "transpose", "power"} and self.is_matrix(node.args[0])
        )

    def is_set(self, node: Node) -> bool:
        r"""Whether the form alone says that it is a set: `\mathbb{R}`, `\{2\}`, a union, an interval to infinity."""
        return (
            isinstance(node, SetOp)
            or (isinstance(node, Const) and node.name in words.NUMBER_SETS)
            or (isinstance(node, Seq) and (node.opening == "{" or any(part == Const("inf") for part in node.items)))
        )

    def environment(self) -> Node:
        """A matrix, or the determinant that `vmatrix` stands for."""
        name = self.take().text
        if name == "cases":
            return self._cases()
        if name.removesuffix("*") not in words.MATRICES:
            raise UnreadableError(f"the environment {name[:20]!r} is not known")
        rows: list[tuple[Node, ...]] = []
        self.deeper()
        self.brackets += 1
        while self.peek().kind != "end":
            rows.append(self._row())
            check("MAX_MATRIX_CELLS", sum(map(len, rows)), MAX_MATRIX_CELLS)
            if self.peek().kind != "\\\\":
                break
            while self.peek().kind == "\\\\":
                self.take()
            while self.accept("\\hline"):
                pass
        self.expect({"end"})
        self.brackets -= 1
        self.depth -= 1
        if not rows or len({len(row) for row in rows}) != 1:
            raise UnreadableError("the rows of the matrix differ in length")
        matrix = Matrix(tuple(rows))
        return Call("det", (matrix,)) if name == "vmatrix" else matrix

    def _cases(self) -> Node:
        r"""The pieces of a function: `x & \text{if } x \ge 0 \\ -x & \text{otherwise}`."""
        rows: list[tuple[Node, Node]] = []
        self.brackets += 1
        while self.peek().kind != "end":
            value = self.relation()
            self.accept(",")
            self.accept("&")
            rows.append((value, self._condition()))
            check("MAX_ITEMS", len(rows), MAX_ITEMS)
            while self.peek().kind == "\\\\":
                self.take()
        self.expect({"end"})
        self.brackets -= 1
        if any(isinstance(value, Rel) for value, _ in rows):
            raise UnreadableError("the pieces of a function have no values")
        return Seq("cases", tuple(Seq("piece", row, "") for row in rows), "")

    def _condition(self) -> Node:
        """The condition of a piece: a relation, or words."""
        start = self.position
        while self.peek().kind == "text" and self.peek().text.strip(" ,").casefold() in words.CONDITIONALS:
            self.take()
        try:
            inner = self.list_of_relations()
            self.accept(".", ",")
            if self.peek().kind in {"\\\\", "end"} and isinstance(inner, (Rel, Seq)):
                return inner
        except UnreadableError:
            pass
        self.position = start
        said: list[str] = []
        while self.peek().kind not in {"\\\\", "end", ""}:
            said.append(self.take().text)
        known = [
            w
            for w in " ".join(said).replace("\\text", " ").casefold().strip(" ,.").split()
            if w not in words.CONDITIONALS
        ]
        return Words(" ".join(known) if known != ["else"] else "otherwise")

    def _row(self) -> tuple[Node, ...]:
        cells = [self.relation()]
        while self.accept("&", ","):
            cells.append(self.relation())
        check("MAX_ITEMS", len(cells), MAX_ITEMS)
        return tuple(cells)


def _bracket(opening: str, items: tuple[Node, ...], closing: str, joiner: str) -> Node:
    """The node for what stood in brackets."""
    opening = {"\\{": "{", "\\lbrace": "{", "\\langle": "(", "\\lbrack": "[", "\\lparen": "("}.get(opening, opening)
    closing = {"\\}": "}", "\\rbrace": "}", "\\rangle": ")", "\\rbrack": "]", "\\rparen": ")"}.get(closing, closing)
    if opening == "]":
        opening = "("
        closing = ")" if closing == "[" else closing
    elif closing == "[":
        closing = ")"
    if len(items) == 1 and isinstance(items[0], Builder):
        return items[0]
    if (
        len(items) == 1
        and opening != "{"
        and (opening, closing) in {("(", ")"), ("[", "]")}
        and not isinstance(items[0], Dots)
    ):
        inner = items[0]
        return _matrix_of(items) if opening == "[" and isinstance(inner, Seq) else inner
    if opening == "[" and closing == "]" and items and all(isinstance(i, Seq) and i.opening == "[" for i in items):
        return _matrix_of(items)
    return Seq(opening, items, closing, joiner)


def _matrix_of(items: tuple[Node, ...]) -> Node:
    """`[[1, 2], [3, 4]]` as a matrix, if its rows are equally long."""
    rows = tuple(i.items if isinstance(i, Seq) else (i,) for i in items)
    return Matrix(rows) if len({len(r) for r in rows}) == 1 and rows[0] else Seq("[", items, "]")

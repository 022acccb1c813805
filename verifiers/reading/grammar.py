"""The grammar of answers: lists, relations, sets, sums, products and powers, in LaTeX, ASCII or a mixture.

From loosest to tightest: `;`, then `,` `and` `or`, then relations, set operators, ratios, sums, products, powers.
What stands between brackets or behind a command is read in `verifiers.reading.atoms`.
"""

from dataclasses import dataclass

from verifiers.limits import MAX_ITEMS, check
from verifiers.reading.cleaning import clean
from verifiers.reading.dotted import with_dots
from verifiers.reading.lists import list_of
from verifiers.reading.mended_signs import with_signs_mended
from verifiers.reading.notations import based_number, written_out
from verifiers.reading.powers import Powers
from verifiers.reading.tokens import tokenize
from verifiers.reading.vector_products import cross, has_arrows
from verifiers.reading.vocabulary import JOINERS, RELATIONS, SET_OPERATORS
from verifiers.trees.exact_calls import call as exact_call
from verifiers.trees.tree import (
    PAIR,
    Apply,
    Call,
    Dots,
    Node,
    Num,
    Ratio,
    Rel,
    Seq,
    SetOp,
    Sym,
    UnreadableError,
    Words,
    add,
    multiply,
    negate,
)

_SPAN = Sym("span")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a tree, with what was noticed while reading it."""

    tree: Node
    notes: frozenset[str]


def read(
    text: str,
    *,
    commas_separate: bool = False,
    product_first: bool = False,
    columns: bool = False,
    short_names: bool = False,
    crosses: bool = False,
) -> Reading:
    r"""Read `text` as mathematics.

    `commas_separate` reads `1,234` as a list, `product_first` reads `1/2x` as `1/(2x)`, `columns` reads `\binom{1}{2}`
    as a vector, `short_names` reads `2x2y` as `4xy`, `crosses` reads `v × B` as a product of vectors. Raises
    `UnreadableError` for text that is not mathematics, and `OverLimitError`.

    >>> read(r"\frac{x}{2} + 1").tree == read("1 + x/2").tree
    True
    >>> read("2(x+1)").tree == read(r"2 \cdot (x + 1)").tree
    True
    """
    cleaned = clean(text)
    based = based_number(cleaned)
    if based is not None:
        return Reading(based, frozenset())
    grammar = Grammar(with_signs_mended(tokenize(written_out(cleaned))))
    grammar.commas_separate, grammar.product_first = commas_separate, product_first
    grammar.binomials_are_columns, grammar.names_are_short, grammar.crosses = columns, short_names, crosses
    tree = grammar.statement()
    if grammar.position < len(grammar.tokens):
        raise UnreadableError(f"reading stops before {grammar.peek().text[:20]!r}")
    return Reading(tree, frozenset(grammar.notes))


class Grammar(Powers):
    """The levels from a whole statement down to a power."""

    def statement(self) -> Node:
        """A whole text: groups parted by `;`, each a list."""
        groups = [self.list_of_relations()]
        if self.peek().text == "\\over":
            groups = [self._over(groups[0])]
        while self.accept(";"):
            if not self.peek().kind:
                break
            groups.append(self.list_of_relations())
        if len(groups) == 1:
            return groups[0]
        return Seq("", tuple(groups), "", ";")

    def _over(self, over: Node) -> Node:
        r"""`5 \over 36` without braces: all before it over all behind, but for a label: `x = 5 \over 36`."""
        self.take()
        under = self.sum()
        if isinstance(over, Rel) and over.ops == ("=",):
            return Rel(over.ops, (over.parts[0], self.fraction(over.parts[1], under)))
        if isinstance(over, Rel):
            raise UnreadableError("a relation cannot be divided")
        return self.fraction(over, under)

    def list_of_relations(self) -> Node:
        """Relations parted by commas or by joining words; one alone stays itself."""
        items, joiners = [self.relation()], [""]
        while True:
            separated = self.accept(",")
            if separated and self.peek().kind in {"", "\\\\", "end"}:
                break
            word = self._joiner()
            if word is None and not separated:
                break
            joiners.append(word or ",")
            items.append(self.relation())
            check("MAX_ITEMS", len(items), MAX_ITEMS)
        return items[0] if len(items) == 1 else list_of(items, joiners)

    def _joiner(self) -> str | None:
        token = self.peek()
        word = token.text.strip().strip(",").casefold() if token.kind in {"text", "name", "command", "&"} else ""
        if word not in JOINERS or (token.kind == "name" and len(word) < PAIR):
            return None
        self.position += 1
        return JOINERS[word]

    def relation(self) -> Node:
        """A chain of relations, or a plain expression."""
        if self.peek().kind == "=":
            self.take()
        ops: list[str] = []
        parts: list[Node] = []
        if self._relation() is None:
            parts.append(self.set_expression())
        else:
            parts.append(Words(""))
        while (op := self._relation()) is not None:
            self.position += self._relation_tokens
            ops.append(op)
            outer, self.colon_ends = self.colon_ends, self.colon_ends or op == "in"
            parts.append(self.set_expression())
            self.colon_ends = outer
        parts[-1] = self._residue(parts[-1])
        if not ops:
            return parts[0]
        if "≈" in ops:
            self.notes.add("approx")
        return Rel(tuple(ops), tuple(parts))

    def _residue(self, value: Node) -> Node:
        r"""`value`, or the residue class that it names: `3 \pmod 7`."""
        if self.accept("\\pmod"):
            modulus = self.argument()
        elif self.peek().kind == "(" and self.peek(1).text in {"\\mod", "\\bmod", "mod"}:
            self.position += 2
            modulus = self.sum()
            self.expect({")"})
        else:
            return value
        return Call("residue", (exact_call("mod", (value, modulus)), modulus))

    def _relation(self) -> str | None:
        """The relation at the current token, if there is one."""
        self._relation_tokens = 1
        token = self.peek()
        if token.kind == "command" and token.text == "\\not":
            self._relation_tokens = 2
            after = self.peek(1)
            return {"=": "!=", "\\in": "notin", "\\equiv": "≢"}.get(after.text)
        if token.kind == "!=" and self._is_factorial_before_equals():
            return None
        op = RELATIONS.get(token.text) if token.kind == "command" else RELATIONS.get(token.kind)
        if op is not None and op in "<>" and self.peek(1).kind == "=" and token.kind in "<>":
            self._relation_tokens = 2
            return op + "="
        return op

    def set_expression(self) -> Node:
        """Unions, intersections and differences, from left to right."""
        left = self.ratio()
        while True:
            token = self.peek()
            op = SET_OPERATORS.get(token.text) if token.kind == "command" else None
            if (
                op is None
                and token.kind == "name"
                and token.text in {"U", "union", "cup", "cap"}
                and isinstance(left, (Seq, SetOp))
            ):
                op = "intersection" if token.text == "cap" else "union"
            if op is None:
                return left
            self.take()
            left = SetOp(op, left, self.ratio())

    def ratio(self) -> Node:
        """`a : b : c`."""
        parts = [self.sum()]
        while self.peek().kind == ":" and not self.colon_ends:
            self.take()
            parts.append(self.sum())
        if len(parts) == 1:
            return parts[0]
        self.notes.add("ratio")
        return Ratio(tuple(parts))

    def sum(self) -> Node:
        """Terms joined by plus, minus, plus-or-minus."""
        self.deeper()
        left: Node | None = None
        terms: list[Node] = []
        powers, signs = True, list[str]()
        while True:
            sign = self._sign()
            if sign is None:
                if left is not None:
                    break
                sign = "+"
            elif left is not None:
                self.notes.add("arithmetic")
            start = self.position
            self.has_minus = sign == "-" and left is None
            term = self.term()
            signs.append(sign)
            powers = powers and (
                isinstance(term, Dots) or any(t.kind == "^" for t in self.tokens[start : self.position])
            )
            terms.append(negate(term) if sign == "-" and not isinstance(term, Dots) else term)
            if sign in {"pm", "mp"}:
                left = Call(sign, (term,) if left is None else (left, term))
            elif sign == "-" and left is not None and self.is_set(left) and self.is_set(term):
                left = SetOp("difference", left, term)
            elif sign == "-":
                left = negate(term) if left is None else add(left, negate(term))
            else:
                left = term if left is None else add(left, term)
        self.depth -= 1
        is_dotted = len(terms) > 1 and any(isinstance(t, Dots) for t in terms)
        if is_dotted and signs[terms.index(Dots())] == "-" and "-" not in signs[1 : terms.index(Dots())]:
            return Call("dotted sum", tuple(terms))  # `1 + 2 - ... + 9` continues no pattern
        return with_dots("sum", terms, powers=powers) if is_dotted else left

    def _sign(self) -> str | None:
        token = self.peek()
        if token.kind in {"+", "-"}:
            self.take()
            if self.peek().kind == "-" and token.kind == "+":
                self.take()
                return "-"
            if token.kind == "+" and self.peek().kind == "/" and self.peek(1).kind == "-":
                self.position += 2
                return "pm"
            return token.kind
        if token.kind == "command" and token.text in {"\\pm", "\\mp"}:
            self.take()
            return token.text[1:]
        return None

    def term(self) -> Node:
        """Factors multiplied or divided, from left to right; juxtaposed factors multiply."""
        has_minus, self.has_minus = self.has_minus, False
        left = self.juxtaposed() if self.product_first else self.factor()
        factors = [left]
        while True:
            if self._at_cross(factors, left):
                self.take()
                factors[-1] = cross(factors[-1], self.factor())
                left = multiply(*factors)
            elif self.accept("*", "\\times", "\\cdot", "\\ast", "\\bullet", "\\star"):
                self.notes.add("arithmetic")
                factors.append(self.factor())
                left = self._product(left, factors[-1])
            elif self.accept("/", "\\div"):
                if not isinstance(left, Num) or self.peek().kind != "number":
                    self.notes.add("division")
                left = self._quotient(left, self.juxtaposed() if self.product_first else self.factor())
            elif self.accept("\\mod", "\\bmod", "mod"):
                signed = negate(left) if has_minus else left
                left = exact_call("mod", (signed, self.factor()))
                left = negate(left) if has_minus else left  # the minus of `-7 mod 3` belongs to the 7
            elif self.starts_factor():
                if "division" in self.notes or "fraction" in self.notes:
                    self.notes.add("slash_implicit")
                factors.append(self.factor())
                left = self._product(left, factors[-1])
            elif len(factors) > 1 and self.accept("\\cdots", "\\ldots", "\\dots", "\\dotsm", "\\dotsb"):
                factors.append(Dots())
            else:
                return with_dots("prod", factors) if len(factors) > PAIR and Dots() in factors else left

    def _at_cross(self, factors: list[Node], left: Node) -> bool:
        r"""Whether a product of vectors stands here: `\times` between two letters with arrows or in bold."""
        if self.peek().text != "\\times" or not isinstance(factors[-1], Sym):
            return False
        is_marked = has_arrows(self.tokens[: self.position], self.peek(1))
        return (is_marked or (self.crosses and self.peek(1).kind in {"name", "command"})) and left == multiply(*factors)

    def juxtaposed(self) -> Node:
        """Factors side by side, which bind tighter than `/` where products are read first."""
        left = self.factor()
        while self.starts_factor():
            left = self._product(left, self.factor())
        return left

    def _product(self, left: Node, right: Node) -> Node:
        if isinstance(left, (Rel, Words)) or isinstance(right, (Rel, Words)):
            raise UnreadableError("words stand inside the mathematics")
        if left == _SPAN and isinstance(right, Seq):
            return Apply("span", (Seq("{", right.items, "}") if right.opening == "(" else right,))
        if isinstance(left, Seq | SetOp) or isinstance(right, Seq | SetOp):
            return Call("product", (left, right))
        return multiply(left, right)

    def _quotient(self, left: Node, right: Node) -> Node:
        self.notes.add("fraction")
        return self.fraction(left, right)

    def factor(self) -> Node:
        """An atom with its sign, powers, factorials and percent signs."""
        if self.peek().kind in {"+", "-"}:
            sign = self.take().kind
            self.deeper()
            inner = self.factor()
            self.depth -= 1
            return negate(inner) if sign == "-" else inner
        self.deeper()
        base = self.postfix(self.atom())
        self.depth -= 1
        return base

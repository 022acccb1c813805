"""What stands behind an atom: powers, factorials, primes, percent signs."""

from verifiers.reading.atoms import Atoms
from verifiers.reading.vocabulary import INVERTED
from verifiers.trees.exact_calls import call as exact_call
from verifiers.trees.tree import (
    MINUS_ONE,
    Based,
    Call,
    Matrix,
    Node,
    Num,
    Seq,
    SetOp,
    Sym,
    UnreadableError,
    divide,
    multiply,
    number,
    power,
)


class Powers(Atoms):
    """Reads what stands behind an atom."""

    def postfix(self, base: Node) -> Node:
        """Powers, factorials, primes and percent signs behind `base`."""
        while True:
            token = self.peek()
            if token.kind == "^":
                self.take()
                base = self._conjugate(base) or self._power(base)
            elif token.kind == "!" or (token.kind == "!=" and self._is_factorial_before_equals()):
                base = self._factorial(base, token.kind)
            elif token.kind in {"%", "\\%"} or token.text == "percent":
                self.take()
                self.notes.add("percent")
                base = divide(base, number(100))
            elif token.kind == "'" and isinstance(base, Sym):
                self.take()
                base = Sym(base.name + "'")
            elif token.kind == "'" and self.is_matrix(base):
                self.take()
                base = Call("transpose", (base,))
            elif token.kind == "_" and isinstance(base, (Sym, Num, Based)):
                base = self.subscripted(base)
            else:
                return base

    def _conjugate(self, base: Node) -> Node | None:
        r"""`z^*` as `\bar{z}`; None where no star follows."""
        return Sym(f"bar({base.name})") if isinstance(base, Sym) and self.accept("*") else None

    def _power(self, base: Node) -> Node:
        if self._one_sided():
            return base
        token = self.peek()
        if token.kind == "command" and token.text in {"\\circ", "\\degree"}:
            self.take()
            return self._degrees(base)
        if token.kind == "{" and self.peek(1).text in {"\\circ", "\\degree"} and self.peek(2).kind == "}":
            self.position += 3
            return self._degrees(base)
        primes = self._primes()
        if primes and isinstance(base, Sym):
            return self.applied(Sym(base.name + primes))
        exponent = self.exponent()
        if isinstance(base, Sym) and base.name in INVERTED and exponent == MINUS_ONE and self.peek().kind == "(":
            return self.applied(Sym(f"{base.name}'⁻¹"))
        if self.peek().kind == "_" and isinstance(base, Sym):
            base = self.subscripted(base)
        marked = self._marked(base, exponent)
        if marked is not None:
            return marked
        self.notes.add("arithmetic")
        if isinstance(base, Seq | SetOp):
            return Call("power", (base, exponent))
        return Call("power", (base, exponent)) if self.is_matrix(base) else power(base, exponent)

    def _marked(self, base: Node, mark: Node) -> Node | None:
        """What a letter as exponent says of a matrix, vector or set: its transpose, its complement."""
        name = mark.name if isinstance(mark, Sym) else ""
        if name in {"T", "top", "intercal", "t"} and self.is_matrix(base):
            return Call("transpose", (base,))
        if name in {"T", "top", "intercal"} and isinstance(base, Seq) and base.opening in {"(", "["}:
            return Matrix(tuple((item,) for item in base.items))
        if name in {"c", "C"} and isinstance(base, Seq):
            return Call("complement", (base,))
        return None

    def _one_sided(self) -> bool:
        r"""Step over the sign of a one-sided limit: `x \to 3^+` and `x \to 3^{+}`."""
        ahead = 1 if self.peek().kind == "{" else 0
        sign = self.peek(ahead).kind
        if not self.in_bound or sign not in {"+", "-"} or self.peek(ahead + 1).kind != "}":
            return False
        self.side = sign
        self.position += 1 + 2 * ahead
        return True

    def _degrees(self, base: Node) -> Node:
        self.notes.add("degrees")
        return multiply(base, Call("degree", ()))

    def _primes(self) -> str:
        r"""`^{\prime}` or `^\prime` behind a letter, as apostrophes."""
        ahead, count = (1, 0) if self.peek().kind == "{" else (0, 0)
        while self.peek(ahead).text == "\\prime":
            ahead, count = ahead + 1, count + 1
        if count and self.tokens[self.position].kind == "{":
            if self.peek(ahead).kind != "}":
                return ""
            ahead += 1
        if count:
            self.position += ahead
        return "'" * count

    def _is_factorial_before_equals(self) -> bool:
        """Whether the token `!=` is a factorial and an equals sign, as in `5!=120`."""
        before = self.tokens[self.position - 1] if self.position else None
        return before is not None and not self.peek().spaced and before.kind in {"number", ")"}

    def _factorial(self, base: Node, kind: str) -> Node:
        if kind == "!=":
            place = self.position
            self.tokens[place] = type(self.tokens[place])("=", "=", spaced=False)
        else:
            self.take()
        self.notes.add("arithmetic")
        if self.peek().kind == "!" and not self.peek().spaced:
            self.take()
            if self.peek().kind == "!" and not self.peek().spaced:
                raise UnreadableError("a factorial of every third number is not known")
            return exact_call("factorial2", (base,))
        return exact_call("factorial", (base,))

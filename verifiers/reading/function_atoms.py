"""Functions as atoms of the grammar, and the arguments and exponents that they share with commands."""

from fractions import Fraction

from verifiers.reading import vocabulary as words
from verifiers.reading.levels import Levels
from verifiers.reading.name_atoms import MAX_LETTER_PRODUCT
from verifiers.reading.plain_numbers import make_decimal
from verifiers.reading.tokens import Token
from verifiers.trees.exact_calls import call as exact_call
from verifiers.trees.tree import (
    MINUS_ONE,
    PAIR,
    Call,
    Const,
    Node,
    Num,
    Seq,
    UnreadableError,
    Words,
    divide,
    multiply,
    number,
    power,
)

_LISTED_FUNCTIONS = {"max", "min", "gcd", "lcm", "binomial", "root"}


class FunctionAtoms(Levels):
    """Reads functions, arguments and exponents."""

    def function(self, text: str) -> Node:
        r"""A function by name, with its power, base and arguments: `\sin^2 x`, `\log_2 8`, `max(1, 2)`."""
        name = words.FUNCTIONS[text]
        exponent: Node | None = None
        base: Node | None = None
        while self.peek().kind in {"^", "_"}:
            if self.take().kind == "^":
                exponent = self.exponent()
            else:
                base = self.argument()
        if text == "log" and base is None and self._has_base_behind():
            base = number(int(self.take().text))
        args = self._arguments(name)
        if name == "log" and base is None and text == "log" and len(args) == PAIR:
            base = args[1:][0]
            args = args[:1]
        if exponent == MINUS_ONE and name in {"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"}:
            return function_call("a" + name, args, base)
        value = function_call(name, args, base)
        return value if exponent is None else power(value, exponent)

    def _has_base_behind(self) -> bool:
        """Whether `log2(x)` or `log10(x)` stands here, as programs write them."""
        name, base, bracket = self.tokens[self.position - 1], self.peek(), self.peek(1)
        is_glued = name.kind == "name" and not base.spaced and not bracket.spaced and bracket.kind == "("
        return is_glued and base.text in {"2", "10"}

    def _arguments(self, name: str) -> tuple[Node, ...]:
        token = self.peek()
        if token.kind in {"(", "[", "{", "\\{"} or token.text in {"\\lparen", "\\lbrace"}:
            inner = self.bracketed()
            if isinstance(inner, Seq) and inner.joiner == ",":
                return inner.items
            return (self.postfix(inner),) if token.kind == "{" else (inner,)
        if name in _LISTED_FUNCTIONS and token.kind == "\\{":
            inner = self.bracketed()
            return inner.items if isinstance(inner, Seq) else (inner,)
        return (self._bare_argument(),)

    def _bare_argument(self) -> Node:
        r"""The argument of a function without brackets: `\sin 2x` takes both factors, `\sin x \cos x` one."""
        self.deeper()
        if self.peek().kind in {"-", "+"}:
            sign = self.take().kind
            inner = self._bare_argument()
            self.depth -= 1
            return multiply(MINUS_ONE, inner) if sign == "-" else inner
        value = self.factor()
        while self.starts_factor() and not self._ends_argument() and self.peek().kind not in {"(", "[", "\\{"}:
            value = multiply(value, self.factor())
        self.depth -= 1
        return value

    def _ends_argument(self) -> bool:
        """Whether another function, or the `dx` of an integral, ends an argument without brackets."""
        if self.in_integral and (self.peek().text[:1] == "d" or self.peek(2).text == "d"):
            return True
        return self._at_function()

    def _at_function(self) -> bool:
        token = self.peek()
        name = token.text.lstrip("\\")
        return (
            token.kind in {"command", "name"}
            and (name in words.FUNCTIONS or name in words.BIG)
            and name not in words.GREEK
        )

    def exponent(self) -> Node:
        """What stands behind `^`: a group, a signed factor, or one number, letter or bracket."""
        token = self.peek()
        if token.kind == "{":
            return self.group()
        if token.kind in {"+", "-"}:
            self.take()
            self.deeper()
            inner = self.exponent()
            self.depth -= 1
            return multiply(MINUS_ONE, inner) if token.kind == "-" else inner
        if token.kind == "name" and len(token.text) > 1 and self._is_product_of_letters(token.text):
            self.tokens[self.position : self.position + 1] = [
                Token("name", token.text[0], token.spaced),
                Token("name", token.text[1:], spaced=False),
            ]
        self.deeper()
        base = self.atom()
        while self.peek().kind == "^":
            self.take()
            base = power(base, self.exponent())
        self.depth -= 1
        return base

    def _is_product_of_letters(self, text: str) -> bool:
        return (
            text not in words.FUNCTIONS
            and text not in words.GREEK
            and text not in words.CONSTANTS
            and len(text) <= MAX_LETTER_PRODUCT
            and text != "sqrt"
        )

    def argument(self) -> Node:
        r"""The argument of a command: a group, or one token (`\frac12` has two)."""
        token = self.peek()
        if token.kind == "{":
            return self.group()
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            self.tokens[self.position : self.position + 1] = [
                Token("number", token.text[0], token.spaced),
                Token("number", token.text[1:], spaced=False),
            ]
            self.take()
            return number(int(token.text[0]))
        if token.kind == "number":
            self.take()
            read = make_decimal(token.text) if "e" not in token.text.lower() else None
            if read is None:
                raise UnreadableError("a power of ten stands where one digit should")
            return Num(read.value, read.unit_in_last_place)
        if token.kind == "name" and len(token.text) > 1 and self._is_product_of_letters(token.text):
            self.tokens[self.position : self.position + 1] = [
                Token("name", token.text[0], token.spaced),
                Token("name", token.text[1:], spaced=False),
            ]
        self.deeper()
        value = self.atom()
        self.depth -= 1
        return value


def function_call(name: str, args: tuple[Node, ...], base: Node | None) -> Node:
    """A call in normal form: logarithms to a base, roots and exponentials are written by simpler means."""
    if any(isinstance(a, Words) for a in args) or not args:
        raise UnreadableError(f"{name} has no argument")
    first = args[0]
    if name == "exp":
        return power(Const("e"), first)
    if name == "cis":
        return power(Const("e"), multiply(Const("i"), first))
    if name == "cbrt":
        return power(first, Num(Fraction(1, 3)))
    if name == "root" and len(args) == PAIR:
        return power(first, divide(number(1), args[1]))
    if name in {"log", "lg", "lb"}:
        if base is None and name == "log":
            return Call("log", (first,))
        under = base if base is not None else number(10 if name == "lg" else 2)
        if under == Const("e"):
            return Call("ln", (first,))
        return divide(Call("ln", (first,)), Call("ln", (under,)))
    return exact_call(name, args)

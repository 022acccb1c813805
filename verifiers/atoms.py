"""What a factor can start with: numbers, letters, functions, brackets, LaTeX commands, matrices."""

import re
from fractions import Fraction

from verifiers import vocabulary as words
from verifiers.cursor import Cursor
from verifiers.exact_calls import call as exact_call
from verifiers.limits import MAX_ITEMS, MAX_MATRIX_CELLS, check
from verifiers.numbers import make_decimal
from verifiers.tokens import Token
from verifiers.tree import (
    HALF,
    MINUS_ONE,
    Apply,
    Based,
    Big,
    Builder,
    Call,
    Const,
    Dots,
    Matrix,
    Node,
    Num,
    Pow,
    Seq,
    Sym,
    UnreadableError,
    Words,
    add,
    divide,
    multiply,
    number,
    power,
)
from verifiers.walk import rewrite

_FUNCTION_INSIDE = re.compile(r"([a-zA-Z]{0,2}?)(arcsin|arccos|arctan|sqrt|sin|cos|tan|cot|sec|csc|ln|log|exp|pi)([a-zA-Z]{0,2})")
_APPLIED = frozenset("fghFGHP")
_MAX_LETTER_PRODUCT = 4
_BASE_DIGITS = 2
_BASES = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "sixteen": "16"}
_LISTED_FUNCTIONS = {"max", "min", "gcd", "lcm", "binomial", "root"}


class Atoms(Cursor):
    """Readers of everything that a factor can start with."""

    commas_separate = False
    product_first = False
    colon_ends = False
    """Whether `:` ends an expression, as it does in `{x : x > 0}`."""
    brackets = 0
    """How many brackets are open, in which `1,234` is a list."""
    open_bars: tuple[str, ...] = ()
    in_braces = False
    """Whether the innermost bracket is a set's, where `|` starts a condition."""

    # The levels above, which `Grammar` adds.
    def list_of_relations(self) -> Node:
        """A list."""
        raise NotImplementedError

    def relation(self) -> Node:
        """A relation."""
        raise NotImplementedError

    def sum(self) -> Node:
        """A sum."""
        raise NotImplementedError

    def term(self) -> Node:
        """A product."""
        raise NotImplementedError

    def factor(self) -> Node:
        """A power."""
        raise NotImplementedError

    def postfix(self, base: Node) -> Node:
        """What stands behind an atom."""
        raise NotImplementedError

    def starts_factor(self) -> bool:
        """Whether a factor can start at the current token, so that juxtaposition means a product."""
        token = self.peek()
        kind = token.kind
        if kind == "name":
            return (len(token.text) < 2 or token.text.casefold() not in words.JOINERS) and token.text not in {"U", "union", "mod", "to", "percent", "cup", "cap"}
        if kind in {"(", "{", "[", "\\{", "begin"}:
            return True
        if kind == "number":
            return self.tokens[self.position - 1].kind != "number"
        if kind in words.BARS:
            return not self.in_braces and not (self.open_bars and words.BARS[kind][0] == self.open_bars[-1])
        return kind == "command" and self._command_starts_factor(token.text)

    def _command_starts_factor(self, text: str) -> bool:
        if text in words.RELATIONS or text in words.SET_OPERATORS or text in words.BARS:
            return text in {"\\lvert", "\\lVert", "\\lfloor", "\\lceil", "\\ulcorner", "\\llcorner"} or (
                text in {"\\vert", "\\Vert"} and not (self.open_bars and self.open_bars[-1] == text)
            )
        return text not in {
            "\\rvert", "\\rVert", "\\rfloor", "\\rceil", "\\urcorner", "\\lrcorner", "\\rangle", "\\rbrace", "\\rbrack", "\\rparen", "\\pm", "\\mp", "\\times",
            "\\cdot", "\\ast", "\\star", "\\bullet", "\\div", "\\mod", "\\bmod", "\\mid", "\\choose", "\\over", "\\land", "\\lor", "\\wedge", "\\vee", "\\colon", "\\not",
            "\\pmod", "\\dots", "\\ldots", "\\cdots", "\\circ", "\\prime",
        }  # fmt: skip

    def atom(self) -> Node:
        """The smallest thing that has a value."""
        token = self.peek()
        kind = token.kind
        if kind == "number":
            return self._number()
        if kind == "name":
            return self._name()
        if kind in words.BARS or (kind == "command" and token.text in words.BARS):
            return self._bars(token)
        if kind in words.CLOSING or (kind == "command" and token.text in words.CLOSING):
            return self.bracketed()
        if kind == "]":
            return self.bracketed()
        if kind == "command":
            return self._command()
        if kind == "begin":
            return self._environment()
        if kind == "text":
            return self._text()
        if kind == "." and self.peek(1).kind == "." and self.peek(2).kind == ".":
            self.position += 3
            return Dots()
        raise UnreadableError(f"nothing can start with {token.text[:20]!r}" if kind else "something is missing at the end")

    # Numbers

    def _number(self) -> Node:
        token = self.take()
        digits = token.text
        if not self.brackets and not self.commas_separate:
            digits = self._with_groups(digits)
        while self.peek().kind == "{,}" and self.peek(1).kind == "number":
            self.take()
            digits += self.take().text
        if self.peek().text == "\\overline" and "." in digits:
            return self._repeating(digits)
        mantissa, _, exponent = digits.lower().partition("e")
        check("MAX_EXPONENT", len(exponent), 8)
        read = make_decimal(mantissa, int(exponent or 0), scientific=bool(exponent))
        if "." not in digits and not exponent:
            return self._mixed(read.value, token)
        return Num(read.value, read.unit_in_last_place)

    def _with_groups(self, digits: str) -> str:
        """`digits` with the groups of thousands that follow it (`7,425,000`), or with its decimal comma (`1000,99`)."""
        ahead, groups = 0, []
        while self.peek(ahead).kind == "," and self.peek(ahead + 1).kind == "number" and (
            self.tokens[self.position + ahead + 1].spaced is False or self.peek(ahead + 1).text[:1] == ""
        ):
            if self.peek(ahead).spaced:
                break
            groups.append(self.peek(ahead + 1).text)
            ahead += 2
        if not groups or "." in digits:
            return digits
        if len(digits) <= 3 and digits[0] != "0" and all(len(g.partition(".")[0]) == 3 for g in groups) and not any("." in g for g in groups[:-1]):
            self.position += ahead
            self.notes.add("thousands")
            return digits + "".join(groups)
        if len(groups) == 1 and "." not in groups[0] and len(groups[0]) != 3 and not self.peek(ahead).spaced:
            self.notes.add("decimal_comma")
        return digits

    def _repeating(self, digits: str) -> Node:
        """`0.1\\overline{6}`."""
        self.take()
        group = self._raw_group()
        if not group.isdigit():
            raise UnreadableError("a repeating decimal repeats digits")
        whole, _, places = digits.partition(".")
        fixed = Fraction(int(whole + places or "0"), 10 ** len(places))
        return number(fixed + Fraction(int(group), (10 ** len(group) - 1) * 10 ** len(places)))

    def _mixed(self, whole: Fraction, token: Token) -> Node:
        """A whole number, with the fraction beside it if there is one: `1 1/2`, `1\\frac{1}{2}`."""
        start = self.position
        after = self.peek()
        part: Fraction | None = None
        if after.kind == "number" and after.spaced and self.peek(1).kind == "/" and self.peek(2).kind == "number" and self.peek(3).kind != "^":
            self.position += 3
            part = _proper(after.text, self.tokens[start + 2].text)
        elif after.kind == "command" and after.text in {"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"}:
            self.take()
            over, under = self._digits_argument(), self._digits_argument()
            part = _proper(over, under) if over and under and self.peek().kind != "^" else None
        if part is None:
            self.position = start
            return number(whole)
        self.notes.add("mixed")
        return number(whole + part)

    def _digits_argument(self) -> str:
        """The digits of `{12}` or of the first digit of `12`; empty if it is anything else."""
        if self.peek().kind == "{" and self.peek(1).kind == "number" and self.peek(2).kind == "}":
            self.position += 3
            return self.tokens[self.position - 2].text
        token = self.peek()
        if token.kind == "number" and token.text.isdigit():
            if len(token.text) == 1:
                self.take()
                return token.text
            self.tokens[self.position : self.position + 1] = [Token("number", token.text[0], token.spaced), Token("number", token.text[1:], False)]
            self.take()
            return token.text[0]
        return ""

    # Names

    def _name(self) -> Node:
        token = self.take()
        text = token.text
        plain = self._known_name(text)
        if plain is not None:
            return plain
        inside = _FUNCTION_INSIDE.fullmatch(text)
        if inside is not None or (1 < len(text) <= _MAX_LETTER_PRODUCT):
            pieces = [p for p in inside.groups() if p] if inside is not None else list(text)
            if inside is not None:
                pieces = [q for p in pieces for q in ([p] if len(p) > 2 or p in {"ln", "pi"} else list(p))]
            self.position -= 1
            self.tokens[self.position : self.position + 1] = [Token("name", p, token.spaced and not i) for i, p in enumerate(pieces)]
            return self._name()
        return self._letter(text)

    def _known_name(self, text: str) -> Node | None:
        """A function, constant or Greek letter written out, or None."""
        if text in {"sqrt", "frac", "dfrac", "cdot", "binom", "sum", "prod", "lim", "limit", "int", "text", "mathrm"}:
            self.position -= 1
            self.tokens[self.position] = Token("command", "\\" + text, self.tokens[self.position].spaced)
            return self._command()
        if text in {"times", "div", "union", "choose"}:
            raise UnreadableError(f"{text!r} stands where a value should")
        if text in words.FUNCTIONS and (text not in words.ONLY_WITH_BRACKETS or self.peek().kind == "("):
            return self.function(text)
        if text in words.CONSTANTS:
            return Const(words.CONSTANTS[text])
        if text in words.GREEK or text in words.GREEK_VARIANTS:
            return self._letter(words.GREEK_VARIANTS.get(text, text))
        if text == "Matrix" and self.peek().kind == "(":
            return self.factor()
        return None

    def _letter(self, name: str) -> Node:
        """A letter with its subscript and primes, applied to arguments if it looks like a function."""
        if name == "e" and self.peek().kind != "_":
            return Const("e")
        if name == "i" and self.peek().kind != "_":
            return Const("i")
        base: Node = Sym(name)
        if self.peek().kind == "number" and not self.peek().spaced and self.tokens[self.position - 1].kind == "name" and self.peek().text.isdigit():
            base = Sym(f"{name}_{self.take().text}")
        while self.peek().kind in {"_", "'"}:
            if self.peek().kind == "'":
                self.take()
                base = Sym(base.name + "'") if isinstance(base, Sym) else base
            else:
                base = self.subscripted(base)
        return self.applied(base) if isinstance(base, Sym) else base

    def applied(self, base: Sym) -> Node:
        """`f(x)` for a letter that looks like a function, `C(n, k)` as a binomial; the letter itself otherwise."""
        if self.peek().kind != "(":
            return base
        if base.name not in _APPLIED and "'" not in base.name and not self._bracket_has_comma():
            return base
        inner = self.bracketed()
        args = inner.items if isinstance(inner, Seq) else (inner,)
        if base.name == "C" and len(args) == 2:  # noqa: PLR2004
            return exact_call("binomial", args)
        return Apply(base.name, args)

    def _bracket_has_comma(self) -> bool:
        """Whether the bracket at the current token holds a comma of its own."""
        depth = 0
        for token in self.tokens[self.position :]:
            depth += (token.kind in {"(", "[", "{", "\\{"}) - (token.kind in {")", "]", "}", "\\}"})
            if depth == 1 and token.kind == ",":
                return True
            if depth <= 0:
                return False
        return False

    def subscripted(self, base: Node) -> Node:
        """`base` with the subscript at the current `_` in its name; for a number, its base."""
        self.take()
        raw = self._raw_group()
        raw = _BASES.get(raw.casefold(), raw) if isinstance(base, Num) else raw
        if isinstance(base, Num) and base.step is None and base.value.denominator == 1 and raw.isdigit() and len(raw) <= _BASE_DIGITS:
            return Based(str(base.value.numerator), int(raw))
        if not isinstance(base, Sym) or not raw:
            raise UnreadableError("a subscript stands behind something that has none")
        return Sym(f"{base.name}_{raw}")

    def _raw_group(self) -> str:
        """The text of a group or single token, without fonts and spaces."""
        if self.peek().kind != "{":
            token = self.take()
            if token.text in {"\\mathrm", "\\text", "\\mathbf", "\\rm"}:
                return self._raw_group()
            text = token.text.strip()
            return text.lstrip("\\")
        depth, parts = 0, []
        while True:
            token = self.take()
            if not token.kind:
                raise UnreadableError("a group is never closed")
            depth += (token.kind == "{") - (token.kind == "}")
            if depth == 0:
                break
            bare = token.text.lstrip("\\")
            if token.kind not in {"{", "}"} and bare not in words.FONTS:
                parts.append("'" if bare == "prime" else bare.strip())
        return "".join(parts)

    # Functions

    def function(self, text: str) -> Node:
        """A function by name, with its power, base and arguments: `\\sin^2 x`, `\\log_2 8`, `max(1, 2)`."""
        name = words.FUNCTIONS[text]
        exponent: Node | None = None
        base: Node | None = None
        while self.peek().kind in {"^", "_"}:
            if self.take().kind == "^":
                exponent = self.exponent()
            else:
                base = self.argument()
        args = self._arguments(name)
        if name == "log" and base is None and text == "log" and len(args) == 2:
            args, base = args[:1], args[1]
        if exponent == MINUS_ONE and name in {"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"}:
            return _call("a" + name, args, base)
        value = _call(name, args, base)
        return value if exponent is None else power(value, exponent)

    def _arguments(self, name: str) -> tuple[Node, ...]:
        token = self.peek()
        if token.kind in {"(", "[", "{", "\\{"} or token.text == "\\lparen":
            inner = self.bracketed()
            if isinstance(inner, Seq) and inner.joiner == ",":
                return inner.items
            return (self.postfix(inner),) if token.kind == "{" else (inner,)
        if name in _LISTED_FUNCTIONS and token.kind == "\\{":
            inner = self.bracketed()
            return inner.items if isinstance(inner, Seq) else (inner,)
        return (self._bare_argument(),)

    def _bare_argument(self) -> Node:
        """The argument of a function without brackets: `\\sin 2x` takes both factors, `\\sin x \\cos x` one."""
        self.deeper()
        if self.peek().kind in {"-", "+"}:
            sign = self.take().kind
            inner = self._bare_argument()
            self.depth -= 1
            return multiply(MINUS_ONE, inner) if sign == "-" else inner
        value = self.factor()
        while self.starts_factor() and not self._at_function() and self.peek().kind not in {"(", "[", "\\{"}:
            value = multiply(value, self.factor())
        self.depth -= 1
        return value

    def _at_function(self) -> bool:
        token = self.peek()
        name = token.text.lstrip("\\")
        return token.kind in {"command", "name"} and (name in words.FUNCTIONS or name in words.BIG) and name not in words.GREEK

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
            self.tokens[self.position : self.position + 1] = [Token("name", token.text[0], token.spaced), Token("name", token.text[1:], False)]
        self.deeper()
        base = self.atom()
        while self.peek().kind == "^":
            self.take()
            base = power(base, self.exponent())
        self.depth -= 1
        return base

    def _is_product_of_letters(self, text: str) -> bool:
        return text not in words.FUNCTIONS and text not in words.GREEK and text not in words.CONSTANTS and len(text) <= _MAX_LETTER_PRODUCT and text != "sqrt"

    def argument(self) -> Node:
        """The argument of a command: a group, or one token (`\\frac12` has two)."""
        token = self.peek()
        if token.kind == "{":
            return self.group()
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            self.tokens[self.position : self.position + 1] = [Token("number", token.text[0], token.spaced), Token("number", token.text[1:], False)]
            self.take()
            return number(int(token.text[0]))
        if token.kind == "number":
            self.take()
            read = make_decimal(token.text) if "e" not in token.text.lower() else None
            if read is None:
                raise UnreadableError("a power of ten stands where one digit should")
            return Num(read.value, read.unit_in_last_place)
        if token.kind == "name" and len(token.text) > 1 and self._is_product_of_letters(token.text):
            self.tokens[self.position : self.position + 1] = [Token("name", token.text[0], token.spaced), Token("name", token.text[1:], False)]
        self.deeper()
        value = self.atom()
        self.depth -= 1
        return value

    # Brackets

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
            inner = _call("binomial", (inner, self.list_of_relations()), None)
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
        """`(…)`, `[…]`, `\\{…\\}`, half-open intervals; one plain thing between `(` and `)` is that thing."""
        token = self.take()
        opening = token.kind if token.kind != "command" else token.text
        if opening == "{":
            self.position -= 1
            return self.group()
        self.deeper()
        outer_bars, self.open_bars = self.open_bars, ()
        self.brackets += 1
        closings = {"\\{": ("\\}",), "\\lbrace": ("\\rbrace",), "\\langle": ("\\rangle",), "]": ("[", "]")}.get(opening, (")", "]", "[", "\\rbrack", "\\rparen"))
        items: tuple[Node, ...] = ()
        joiner = ","
        outer_braces, self.in_braces = self.in_braces, opening in {"\\{", "\\lbrace"}
        if not self.at(*(c for c in closings if c != "[")):
            inner = self._builder(self._bracket_list())
            items, joiner = (inner.items, inner.joiner) if isinstance(inner, Seq) and not inner.opening else ((inner,), ",")
        closing = self.expect(closings)
        self.brackets -= 1
        self.in_braces = outer_braces
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
        items = tuple(item for g in groups for item in (g.items if isinstance(g, Seq) and not g.opening else (g,)))
        return Seq("", items, "")

    def _builder(self, element: Node) -> Node:
        """`element`, or the set by condition that it starts."""
        if not self.at("|", "\\mid", ":", "\\colon", "\\vert"):
            return element
        self.take()
        return Builder(element, self.list_of_relations())

    def _bars(self, token: Token) -> Node:
        """`|x|`, `\\lfloor x \\rfloor` and the like."""
        self.take()
        closing, name = words.BARS[token.text if token.kind == "command" else token.kind]
        self.deeper()
        outer, outer_braces = self.open_bars, self.in_braces
        self.open_bars, self.in_braces = (*outer, closing), False
        inner = self.sum()
        self.expect({closing})
        self.open_bars, self.in_braces = outer, outer_braces
        self.depth -= 1
        return _call(name, (inner,), None)

    # Commands

    def _command(self) -> Node:
        """What a LaTeX command stands for."""
        token = self.take()
        name = token.text[1:].removesuffix("*")
        if name in {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac"}:
            return self._frac()
        if name in {"sqrt", "surd"}:
            return self._root()
        if name in {"binom", "tbinom", "dbinom"}:
            return _call("binomial", (self.argument(), self.argument()), None)
        if name in words.FUNCTIONS and name not in {"gamma", "Gamma", "zeta"}:
            return self.function(name)
        if name in words.CONSTANTS:
            return Const(words.CONSTANTS[name])
        if name in words.GREEK or name in words.GREEK_VARIANTS:
            return self._letter(words.GREEK_VARIANTS.get(name, name))
        if name in words.BIG:
            return self._big(words.BIG[name])
        if name in words.FONTS:
            return self._font(name)
        if name in words.ACCENTS:
            inner = self.argument()
            return Sym(f"{words.ACCENTS[name]}({inner.name})") if isinstance(inner, Sym) else inner
        if name in {"mathbb", "Bbb"}:
            letter = self._raw_group()
            return Const(letter) if letter in words.NUMBER_SETS else Sym(letter)
        if name in {"ldots", "dots", "cdots", "dotsc", "dotsb"}:
            return Dots()
        if name in {"triangle", "angle", "measuredangle", "odot", "oplus", "dagger", "prime", "square", "bigtriangleup"}:
            return Sym(name)
        raise UnreadableError(f"the command {token.text[:30]} is not known")

    def _frac(self) -> Node:
        """A fraction; `\\frac{d}{dx}` differentiates what follows."""
        over, under = self.argument(), self.argument()
        inside = getattr(over, "factors", ())
        if len(inside) == 2 and inside[0] == Sym("d") and isinstance(inside[1], Apply) and getattr(under, "factors", (0,))[0] == Sym("d"):  # noqa: PLR2004
            return Big("diff", getattr(under.factors[1], "name", ""), number(1), None, inside[1])  # type: ignore[union-attr]
        variable = self._derivative(over, under)
        if variable is not None:
            return Big("diff", variable[0], number(variable[1]), None, self.term())
        return self.fraction(over, under)

    def fraction(self, over: Node, under: Node) -> Node:
        """The quotient, noticing fractions that are not in lowest terms."""
        if isinstance(over, Num) and isinstance(under, Num):
            if under.value == 0:
                raise UnreadableError("something is divided by zero")
            quotient = over.value / under.value
            if abs(quotient.denominator) != abs(under.value):
                self.notes.add("unreduced")
            return number(quotient)
        if isinstance(over, Seq | Words) or isinstance(under, Seq | Words) or under == number(0):
            raise UnreadableError("this cannot be divided")
        return divide(over, under)

    def _derivative(self, over: Node, under: Node) -> tuple[str, int] | None:
        """The variable and order of `\\frac{d^n}{dx^n}`."""
        order = 1
        if isinstance(over, Pow) and over.base in (Sym("d"), Sym("partial")) and isinstance(over.exponent, Num):
            order = int(over.exponent.value)
        elif over not in (Sym("d"), Sym("partial")):
            return None
        factors = getattr(under, "factors", ())
        if len(factors) != 2 or factors[0] not in (Sym("d"), Sym("partial")) or not self.starts_factor():
            return None
        inner = factors[1].base if isinstance(factors[1], Pow) else factors[1]
        return (inner.name, order) if isinstance(inner, Sym) else None

    def _root(self) -> Node:
        degree: Node = number(2)
        if self.peek().kind == "[":
            self.take()
            degree = self.sum()
            self.expect({"]"})
        inner = self.bracketed() if self.peek().kind == "(" else self.argument()
        if isinstance(inner, Seq):
            raise UnreadableError("a list has no root")
        return power(inner, HALF if degree == number(2) else divide(number(1), degree))

    def _font(self, name: str) -> Node:
        """The content of a font command; `\\operatorname{name}` is a function if the name is one."""
        if name == "overset":
            self.argument()
        if self.peek().kind != "{":
            return self._single(self.argument())
        start = self.position
        raw = self._raw_group()
        if raw in words.FUNCTIONS:
            return self.function(raw)
        if raw in words.BIG:
            return self._big(words.BIG[raw])
        if raw in {"d", "e", "i"}:
            return self._letter(raw)
        if raw.isalpha() and (len(raw) > 1 or raw.islower() or raw.isupper()) and name not in {"boxed", "fbox", "cancel"}:
            return self._letter(raw)
        self.position = start
        return self._single(self.argument())

    def _single(self, node: Node) -> Node:
        return node

    def _text(self) -> Node:
        """`\\text{…}`: a letter or number stays mathematics, words are words."""
        content = self.take().text.strip()
        if len(content) == 1 and content.isalpha():
            return self._letter(content)
        if content in {"or", "and"}:
            raise UnreadableError(f"{content!r} joins nothing")
        if content.isalpha() and (self.peek().kind in {"_", "'"} or len(content) <= 12):
            return self._letter(content) if content not in words.FUNCTIONS else self.function(content)
        return Words(content)

    def _big(self, kind: str) -> Node:
        """A sum, product, integral or limit with its bounds."""
        lower: Node | None = None
        upper: Node | None = None
        variable = ""
        while self.peek().kind in {"_", "^"}:
            below = self.take().kind == "_"
            bound = self._bound()
            if not below:
                upper = bound
            elif getattr(bound, "ops", ()) in (("=",), ("to",)) and isinstance(bound.parts[0], (Sym, Const)):  # type: ignore[union-attr]
                variable, lower = bound.parts[0].name, bound.parts[1]  # type: ignore[union-attr]
            else:
                lower = bound
        body = self.term()
        if kind == "int":
            variable, body = _integrand(body)
        if kind != "int" and not variable:
            raise UnreadableError(f"the variable of {kind!r} is missing")
        if variable in {"i", "e"}:  # a running index, not a constant
            body = rewrite(body, lambda part: Sym(variable) if part == Const(variable) else part)
        return Big(kind, variable, lower, upper, body)

    def _bound(self) -> Node:
        if self.peek().kind == "{":
            self.take()
            inner = self.relation()
            if self.accept("+", "-"):
                pass
            elif self.peek().kind == "^" and self.peek(1).kind in {"+", "-"}:
                self.position += 2
            self.expect("}")
            return inner
        return self.argument()

    # Matrices

    def is_matrix(self, node: Node) -> bool:
        """Whether `node` is a matrix as far as can be seen."""
        return isinstance(node, Matrix) or (isinstance(node, Call) and node.name in {"matmul", "transpose", "power"} and self.is_matrix(node.args[0]))

    def _environment(self) -> Node:
        name = self.take().text
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

    def _row(self) -> tuple[Node, ...]:
        cells = [self.relation()]
        while self.accept("&"):
            cells.append(self.relation())
        check("MAX_ITEMS", len(cells), MAX_ITEMS)
        return tuple(cells)


def _proper(over: str, under: str) -> Fraction | None:
    """The fraction, if it is one that can stand in a mixed number."""
    if not (over.isdigit() and under.isdigit()) or int(under) == 0 or int(over) >= int(under):
        return None
    return Fraction(int(over), int(under))


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
    if len(items) == 1 and opening != "{" and (opening, closing) in {("(", ")"), ("[", "]")} and not isinstance(items[0], Dots):
        inner = items[0]
        return _matrix_of(items) if opening == "[" and isinstance(inner, Seq) else inner
    if opening == "[" and closing == "]" and items and all(isinstance(i, Seq) and i.opening == "[" for i in items):
        return _matrix_of(items)
    return Seq(opening, items, closing, joiner)


def _matrix_of(items: tuple[Node, ...]) -> Node:
    """`[[1, 2], [3, 4]]` as a matrix, if its rows are equally long."""
    rows = tuple(i.items if isinstance(i, Seq) else (i,) for i in items)
    return Matrix(rows) if len({len(r) for r in rows}) == 1 and rows[0] else Seq("[", items, "]")


def _call(name: str, args: tuple[Node, ...], base: Node | None) -> Node:
    """A call in normal form: logarithms to a base, roots and exponentials are written by simpler means."""
    if any(isinstance(a, Words) for a in args) or not args:
        raise UnreadableError(f"{name} has no argument")
    first = args[0]
    if name == "exp":
        return power(Const("e"), first)
    if name == "cbrt":
        return power(first, Num(Fraction(1, 3)))
    if name == "root" and len(args) == 2:
        return power(first, divide(number(1), args[1]))
    if name in {"log", "lg", "lb"}:
        if base is None and name == "log":
            return Call("log", (first,))
        under = base if base is not None else number(10 if name == "lg" else 2)
        if under == Const("e"):
            return Call("ln", (first,))
        return divide(Call("ln", (first,)), Call("ln", (under,)))
    return exact_call(name, args)


def _integrand(body: Node) -> tuple[str, Node]:
    """The variable of integration and what is integrated: `x^2 dx` has both as factors."""
    factors = getattr(body, "factors", (body,))
    if len(factors) < 2 or factors[-2] != Sym("d") or not isinstance(factors[-1], Sym):
        raise UnreadableError("the variable of integration is missing")
    return factors[-1].name, multiply(*factors[:-2])

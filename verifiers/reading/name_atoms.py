"""Names as atoms of the grammar: letters with subscripts, products of letters, unknown functions."""

import re

from verifiers.reading import vocabulary as words
from verifiers.reading.levels import Levels
from verifiers.reading.tokens import Token
from verifiers.trees.exact_calls import call as exact_call
from verifiers.trees.tree import (
    PAIR,
    Apply,
    Based,
    Const,
    Node,
    Num,
    Seq,
    Sym,
    UnreadableError,
)

_FUNCTION_INSIDE = re.compile(
    r"([a-zA-Z]{0,2}?)(arcsin|arccos|arctan|sqrt|sin|cos|tan|cot|sec|csc|ln|log|exp|pi)([a-zA-Z]{0,2})"
)
_APPLIED = frozenset("fghFGHP")
MAX_LETTER_PRODUCT = 4
_BASE_DIGITS = 2
_BASES = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "twelve": "12",
    "sixteen": "16",
}
_INDEX_SUM = re.compile(r"[+-]?\w{1,20}(?:[+-]\w{1,20}){1,5}")
_INDEX_TERM = re.compile(r"([+-]?)(\w+)")


class NameAtoms(Levels):
    """Reads names."""

    def name_atom(self) -> Node:
        """A name that is known, a product of letters, or a letter."""
        token = self.take()
        text = token.text
        plain = self._known_name(text)
        if plain is not None:
            return plain
        inside = _FUNCTION_INSIDE.fullmatch(text)
        if inside is not None or (1 < len(text) <= MAX_LETTER_PRODUCT):
            pieces = [p for p in inside.groups() if p] if inside is not None else list(text)
            if inside is not None:
                pieces = [q for p in pieces for q in ([p] if len(p) > PAIR or p in {"ln", "pi"} else list(p))]
            self.position -= 1
            self.tokens[self.position : self.position + 1] = [
                Token("name", p, token.spaced and not i) for i, p in enumerate(pieces)
            ]
            return self.name_atom()
        return self.letter(text)

    def _known_name(self, text: str) -> Node | None:
        """A function, constant or Greek letter written out, or None."""
        if text in {"sqrt", "frac", "dfrac", "cdot", "binom", "sum", "prod", "lim", "limit", "int", "text", "mathrm"}:
            self.position -= 1
            self.tokens[self.position] = Token("command", "\\" + text, self.tokens[self.position].spaced)
            return self.command()
        if text in {"times", "div", "union", "choose"}:
            raise UnreadableError(f"{text!r} stands where a value should")
        if text in words.FUNCTIONS and (text not in words.ONLY_WITH_BRACKETS or self.peek().kind == "("):
            return self.function(text)
        if text == "diag" and self.peek().kind == "(":
            return self.diagonal()
        if text in words.CONSTANTS:
            return Const(words.CONSTANTS[text])
        if text in words.GREEK or text in words.GREEK_VARIANTS:
            return self.letter(words.GREEK_VARIANTS.get(text, text))
        if text == "Matrix" and self.peek().kind == "(":
            return self.factor()
        return None

    def letter(self, name: str) -> Node:
        """A letter with its subscript and primes, applied to arguments if it looks like a function."""
        if name == "e" and self.peek().kind != "_":
            return Const("e")
        if name == "i" and self.peek().kind != "_":
            return Const("i")
        base: Node = Sym(name)
        if (
            self.peek().kind == "number"
            and not self.peek().spaced
            and self.tokens[self.position - 1].kind == "name"
            and self.peek().text.isdigit()
        ):
            if self.peek(1).kind in {"name", "command", "^"} and not self.peek(1).spaced:
                self.notes.add("long_names")
            if not self.names_are_short:
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
        is_function = base.name in _APPLIED or "'" in base.name or self._is_defined_here()
        if not is_function and not self._bracket_has_comma():
            return base
        outer, self.condition_bar = self.condition_bar, base.name in {"P", "Pr", "E"}
        inner = self.bracketed()
        self.condition_bar = outer
        args = inner.items if isinstance(inner, Seq) else (inner,)
        if base.name == "C" and len(args) == PAIR:
            return exact_call("binomial", args)
        return Apply(base.name, args)

    def _is_defined_here(self) -> bool:
        """Whether one letter in brackets and an equals sign follow: `p(x) = …` says what p is."""
        kinds = [self.peek(ahead).kind for ahead in (0, 2, 3)]
        argument = self.peek(1)
        is_letter = argument.kind == "name" and len(argument.text) == 1
        is_greek = argument.kind in {"name", "command"} and argument.text.lstrip("\\") in words.GREEK
        return kinds == ["(", ")", "="] and (is_letter or is_greek)

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
        raw = self.raw_group()
        raw = raw.strip("()") if isinstance(base, Num) else raw
        raw = _BASES.get(raw.casefold(), raw) if isinstance(base, Num) else raw
        if (
            isinstance(base, Num)
            and base.step is None
            and base.value.denominator == 1
            and raw.isdigit()
            and len(raw) <= _BASE_DIGITS
        ):
            return Based(str(base.value.numerator), int(raw))
        if not isinstance(base, Sym) or not raw:
            raise UnreadableError("a subscript stands behind something that has none")
        return Sym(f"{base.name}_{_in_order(raw)}")

    def raw_group(self) -> str:
        """The text of a group or single token, without fonts and spaces."""
        if self.peek().kind != "{":
            token = self.take()
            if token.text in {"\\mathrm", "\\text", "\\mathbf", "\\rm"}:
                return self.raw_group()
            text = token.text.strip()
            if token.kind == "name" and len(text) > 1 and text[:1].isupper():
                self.notes.add("long_names")
                if self.names_are_short:
                    self.position -= 1
                    self.tokens[self.position] = Token("name", text[1:], spaced=False)
                    return text[0]
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


def _in_order(index: str) -> str:
    """A sum as an index with its terms in one order, letters first: `1+n` as `n+1`; any other index as it is."""
    if _INDEX_SUM.fullmatch(index) is None:
        return index
    terms = [(sign == "-", term.isdigit(), term) for sign, term in _INDEX_TERM.findall(index)]
    ordered = "".join(("-" if is_negative else "+") + term for is_negative, _, term in sorted(terms))
    return ordered.removeprefix("+")

"""What a factor can start with, and which reader it goes to."""

from verifiers.reading import vocabulary as words
from verifiers.reading.bracket_atoms import BracketAtoms
from verifiers.reading.command_atoms import CommandAtoms
from verifiers.reading.function_atoms import FunctionAtoms
from verifiers.reading.name_atoms import NameAtoms
from verifiers.reading.number_atoms import NumberAtoms
from verifiers.trees.tree import PAIR, Dots, Node, UnreadableError

_POWER = 3
"""Tokens of the power of a number: `2^6`."""


class Atoms(NumberAtoms, NameAtoms, FunctionAtoms, BracketAtoms, CommandAtoms):
    """Readers of everything that a factor can start with."""

    def starts_factor(self) -> bool:
        """Whether a factor can start at the current token, so that juxtaposition means a product."""
        token = self.peek()
        kind = token.kind
        if kind == "name":
            return (len(token.text) < PAIR or token.text.casefold() not in words.JOINERS) and token.text not in {
                "U",
                "union",
                "mod",
                "to",
                "percent",
                "cup",
                "cap",
            }
        if kind == "[" and self.brackets and self._closes_interval():
            return False
        if kind == "(" and self.peek(1).text in {"\\mod", "\\bmod", "mod"}:
            return False
        if kind in {"(", "{", "[", "\\{", "begin"}:
            return True
        if kind == "text":
            return token.text.strip() in words.FUNCTIONS
        if kind == "number":
            return self.tokens[self.position - 1].kind != "number" or self._is_between_powers()
        if kind in words.BARS:
            return not self.in_braces and not (self.open_bars and words.BARS[kind][0] == self.open_bars[-1])
        return kind == "command" and self._command_starts_factor(token.text)

    def _is_between_powers(self) -> bool:
        """Whether powers of two numbers stand side by side here, as in `2^6 3^5`; two bare numbers are no product."""
        before = [token.kind for token in self.tokens[max(self.position - _POWER, 0) : self.position]]
        is_behind_power = before == ["number", "^", "number"]
        return is_behind_power and self.peek().spaced and self.peek(1).kind == "^"

    def _closes_interval(self) -> bool:
        """Whether the bracket `[` at the current token closes an interval, as in `]3, 5[`."""
        after = self.peek(1)
        return (
            after.kind in {"", ",", ";", ")", "end"}
            or after.text in words.SET_OPERATORS
            or after.text in {"U", "or", "and"}
        )

    def _command_starts_factor(self, text: str) -> bool:
        if text in words.RELATIONS or text in words.SET_OPERATORS or text in words.BARS:
            return text in {"\\lvert", "\\lVert", "\\lfloor", "\\lceil", "\\ulcorner", "\\llcorner"} or (
                text in {"\\vert", "\\Vert"} and not (self.open_bars and self.open_bars[-1] == text)
            )
        return text not in {
            "\\rvert", "\\rVert", "\\rfloor", "\\rceil", "\\urcorner", "\\lrcorner", "\\rangle", "\\rbrace",
            "\\rbrack", "\\rparen", "\\pm", "\\mp", "\\times",
            "\\cdot", "\\ast", "\\star", "\\bullet", "\\div", "\\mod", "\\bmod", "\\mid", "\\choose", "\\over",
            "\\land", "\\lor", "\\wedge", "\\vee", "\\colon", "\\not",
            "\\pmod", "\\dots", "\\ldots", "\\cdots", "\\circ", "\\prime",
        }  # fmt: skip

    def atom(self) -> Node:  # noqa: PLR0911 - one branch for each sort
        """The smallest thing that has a value."""
        token = self.peek()
        kind = token.kind
        if kind == "number":
            return self.number_atom()
        if kind == "name":
            return self.name_atom()
        if kind in words.BARS or (kind == "command" and token.text in words.BARS):
            return self.bars(token)
        if kind in words.CLOSING or (kind == "command" and token.text in words.CLOSING):
            return self.bracketed()
        if kind == "]":
            return self.bracketed()
        if kind == "command":
            return self.command()
        if kind == "begin":
            return self.environment()
        if kind == "text":
            return self.text_atom()
        if kind == "." and self.peek(1).kind == "." and self.peek(2).kind == ".":
            self.position += 3
            return Dots()
        raise UnreadableError(
            f"nothing can start with {token.text[:20]!r}" if kind else "something is missing at the end"
        )

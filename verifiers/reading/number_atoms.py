"""Numbers as atoms of the grammar: groups of thousands, repeating decimals, mixed numbers."""

from fractions import Fraction

from verifiers.limits import check
from verifiers.reading.levels import Levels
from verifiers.reading.plain_numbers import GROUP, make_decimal
from verifiers.reading.tokens import Token
from verifiers.trees.tree import (
    Node,
    Num,
    UnreadableError,
    number,
)


class NumberAtoms(Levels):
    """Reads numbers."""

    def number_atom(self) -> Node:
        """A number with all that belongs to it: groups, exponent, repeating digits, a fraction beside it."""
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
            return self._mixed(read.value)
        return Num(read.value, read.unit_in_last_place)

    def _with_groups(self, digits: str) -> str:
        """`digits` with the groups of thousands that follow it (`7,425,000`), or with its decimal comma (`1000,99`)."""
        ahead, groups = 0, []
        while (
            self.peek(ahead).kind == ","
            and self.peek(ahead + 1).kind == "number"
            and (self.tokens[self.position + ahead + 1].spaced is False or self.peek(ahead + 1).text[:1] == "")
        ):
            if self.peek(ahead).spaced:
                break
            groups.append(self.peek(ahead + 1).text)
            ahead += 2
        if not groups or "." in digits:
            return digits
        if (
            len(digits) <= GROUP
            and digits[0] != "0"
            and all(len(g.partition(".")[0]) == GROUP for g in groups)
            and not any("." in g for g in groups[:-1])
        ):
            self.position += ahead
            self.notes.add("thousands")
            return digits + "".join(groups)
        if len(groups) == 1 and "." not in groups[0] and len(groups[0]) != GROUP and not self.peek(ahead).spaced:
            self.notes.add("decimal_comma")
        return digits

    def _repeating(self, digits: str) -> Node:
        r"""`0.1\overline{6}`."""
        self.take()
        group = self.raw_group()
        if not group.isdigit():
            raise UnreadableError("a repeating decimal repeats digits")
        whole, _, places = digits.partition(".")
        fixed = Fraction(int(whole + places or "0"), 10 ** len(places))
        return number(fixed + Fraction(int(group), (10 ** len(group) - 1) * 10 ** len(places)))

    def _mixed(self, whole: Fraction) -> Node:
        r"""A whole number, with the fraction beside it if there is one: `1 1/2`, `1\frac{1}{2}`."""
        start = self.position
        after = self.peek()
        part: Fraction | None = None
        if (
            after.kind == "number"
            and after.spaced
            and self.peek(1).kind == "/"
            and self.peek(2).kind == "number"
            and self.peek(3).kind != "^"
        ):
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
            self.tokens[self.position : self.position + 1] = [
                Token("number", token.text[0], token.spaced),
                Token("number", token.text[1:], spaced=False),
            ]
            self.take()
            return token.text[0]
        return ""


def _proper(over: str, under: str) -> Fraction | None:
    """The fraction, if it is one that can stand in a mixed number."""
    if not (over.isdigit() and under.isdigit()) or int(under) == 0 or int(over) >= int(under):
        return None
    return Fraction(int(over), int(under))

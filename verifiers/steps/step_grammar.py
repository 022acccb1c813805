"""The grammar of arithmetic in prose: numbers with nouns and signs of operation, evaluated exactly.

It reads what it is sure of. A letter that may be a variable, a function, a bracket left open, two numbers side by
side: each makes the text unreadable, and nothing is said of it.
"""

import re
from fractions import Fraction
from typing import Final

from verifiers.steps.step_functions import PI, PI_SPREAD, choices, evaluate, factorial
from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_values import (
    Expression,
    UnreadableError,
    Value,
    bounded,
    joined,
    magnitude,
    quotient,
    root,
)
from verifiers.steps.step_worded import POWER_WORDS, WordedReader
from verifiers.steps.step_words import MODULO, OPERATORS, PART_WORDS, WORD_OPERATORS

MAX_STEP_NUMBER_CHARS: Final = 30
MAX_STEP_EXPONENT: Final = 30
_MAX_DEPTH = 12
_TWO_DIGITS: Final = 2
_FACTORS: Final = frozenset(("pi", "sqrt", "lfloor", "lceil"))
_BESIDE: Final = frozenset(("\\sin", "\\cos", "\\tan", "\\ln", "sqrt"))
"""Functions that may stand directly behind a factor."""
_WORDS: Final = frozenset(("word", "noun"))
_CLOSED_BY: Final = {"bar": "bar", "lfloor": "rfloor", "lceil": "rceil"}
_TEN: Final = 10
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


_NO_DIGIT = re.compile(r"[^\d.]")


def parse(tokens: Tokens, start: int) -> tuple[Expression, int]:
    """Read the longest expression from `start`, and return it with the place after it."""
    parser = Parser(tokens, start)
    expression = parser.sum(0)
    return expression, parser.at


class Parser(WordedReader):
    """Recursive descent over tokens, one method for each level of precedence."""

    def sum(self, depth: int) -> Expression:
        """`term (± term)*`."""
        left = self._product(depth)
        of_percents = left.percent and not left.operations
        while (sign := self._operator()) in {"+", "-"}:
            self._skip_operator()
            right = self._product(depth)
            of_percents = of_percents and right.percent and not right.operations
            total = left.value + right.value if sign == "+" else left.value - right.value
            spread = left.spread * magnitude(left.value) + right.spread * magnitude(right.value)
            left = joined(left, right, total, quotient(spread, magnitude(total)) if spread and total else 0)
            left.adds_percent |= right.percent and not right.operations and not of_percents
        if self._kinds[self.at] == "word":
            if self._texts[self.at] in MODULO:
                return self._remainder(left, depth)
            if self._texts[self.at] == "choose":
                self.at += 1
                left = choices(left, self._power(depth))
        return left

    def _remainder(self, left: Expression, depth: int) -> Expression:
        """`17 mod 5`; of `3 + 14 mod 5` it is not clear what is divided."""
        self.at += 1
        modulus = self._power(depth)
        if left.value.denominator != 1 or modulus.value.denominator != 1 or modulus.value <= 0 or self._operator():
            raise UnreadableError
        rest = joined(left, modulus, left.value % modulus.value, 0)
        rest.doubtful |= left.operations > 0
        return rest

    def _product(self, depth: int) -> Expression:
        left = self._signed(depth)
        while True:
            sign = self._operator()
            beside = self._texts[self.at] == "√" and not sign  # `3√8` may be a cube root
            if sign in {"*", "/"}:
                spaced = self._skip_operator()
                right = self._signed(depth)
            elif sign == "of" and (left.percent or left.value.denominator != 1):
                if left.percent and self._kinds[self.at + 1] == "word" and self._texts[self.at + 1] not in PART_WORDS:
                    left.doubtful = True  # "12 + 18 = 60% of the class"
                    return left
                self.at += 1
                spaced, right = True, self._signed(depth)
            elif self._stands_beside() or (self._bracket_beside() and (left.places == 0 or left.operations)):
                spaced, right, sign = True, self._signed(depth), "*"
            else:
                left.doubtful |= self._has_remark() and self._texts[self.at + 1] not in MODULO
                return left
            if sign == "/" and not right.value:
                raise UnreadableError
            value = quotient(left.value, right.value) if sign == "/" else left.value * right.value
            places = None
            if right.power_of_ten is not None and sign == "*" and not left.operations and left.places is not None:
                places = left.places - right.power_of_ten  # `1.12 × 10^5` is rounded as a number
            left = joined(left, right, value, left.spread + right.spread)
            left.places = places
            left.doubtful |= not spaced or beside

    def _stands_beside(self) -> bool:
        r"""Whether a factor follows without a sign: `2\pi`, `5\sqrt{2}`, `\pi(3)`, `3!7!`."""
        kind, before = self._kinds[self.at], self._kinds[self.at - 1]
        if kind in _FACTORS or (kind == "word" and self._texts[self.at] in _BESIDE):
            return before in {"num", "pi", "rp", "rb", "sup"} or self._texts[self.at - 1] == "degrees"
        return (kind == "lp" and before == "pi") or (kind == "num" and before == "fact")

    def _bracket_beside(self) -> bool:
        """Whether a factor in brackets follows without a sign: `5(2)`."""
        if self._kinds[self.at] != "lp" or self._kinds[self.at - 1] not in {"num", "rp", "rb"}:
            return False
        return not self._has_remark()

    def _has_remark(self) -> bool:
        """Whether a remark in brackets follows, which may say how a number is meant: `3 (rounded down)`, `7 (70%)`."""
        if self._kinds[self.at] != "lp":
            return False
        inside = self._kinds[self.at + 1]
        if inside == "word":
            return self._texts[self.at + 1].lower() not in PART_WORDS
        return inside == "num" and self._kinds[self.at + 2 : self.at + 4] == ["pct", "rp"]

    def _signed(self, depth: int) -> Expression:
        if self._kinds[self.at] == "op" and OPERATORS.get(self._texts[self.at]) == "-":
            self.at += 1
            inner = self._signed(depth)
            inner.value, inner.first = -inner.value, -inner.first
            return inner
        return self._power(depth)

    def _power(self, depth: int) -> Expression:
        base = self._primary(depth)
        if base.nouns and self._kinds[self.at - 1] in {"word", "noun"}:
            return self._with_power_of_unit(base, depth)
        if self._kinds[self.at] == "sup":
            exponent: Value = self._superscript()
        elif self._operator() == "^":
            self.at += 1
            inner = self._braced(depth) if self._kinds[self.at] == "lb" else self._signed(depth)
            exponent = inner.value
        elif self._kinds[self.at] == "fact" and (base.places == 0 or self._kinds[self.at - 1] == "rp"):
            self.at += 1
            return factorial(base)
        elif self._texts[self.at] in POWER_WORDS:
            worded = self._worded_power(base, depth)
            if isinstance(worded, Expression):
                return worded
            exponent = worded
        else:
            return base
        if exponent.denominator != 1 or magnitude(exponent) > MAX_STEP_EXPONENT or (not base.value and exponent < 0):
            raise UnreadableError
        power = int(exponent)
        value = bounded(base.value**power if power >= 0 else Fraction(1, base.value**-power))
        return Expression(
            value,
            base.operations + 1,
            spread=base.spread * magnitude(exponent),
            nouns=base.nouns,
            first=base.first,
            is_inexact=base.is_inexact,
            doubtful=base.doubtful,
            power_of_ten=power if base.places == 0 and base.value == _TEN else None,
        )

    def _superscript(self) -> int:
        """Read `²`, `⁻³`, `¹²`."""
        text = self._texts[self.at].translate(_SUPERSCRIPTS)
        if not text.removeprefix("-").isdecimal():
            raise UnreadableError
        self.at += 1
        return int(text)

    def _with_power_of_unit(self, number: Expression, depth: int) -> Expression:
        r"""`4 cm²`, `14.7 \mathrm{lb} \mathrm{in}^{-2}`: the power is one of the unit, and changes no number."""
        if self._kinds[self.at] == "sup":
            power = self._texts[self.at]
            self.at += 1
        elif self._operator() == "^":
            self.at += 1
            inner = self._braced(depth) if self._kinds[self.at] == "lb" else self._signed(depth)
            power = f"^{inner.value}"
        else:
            return number
        value, noun = number.nouns[-1]
        number.nouns = (*number.nouns[:-1], (value, noun + power))
        return number

    def _primary(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise UnreadableError
        kind, text = self._kinds[self.at], self._texts[self.at]
        if kind == "num":
            return self._with_noun(self._number())
        if kind == "lp":
            self.at += 1
            inner = self.sum(depth + 1)
            self._expect("rp")
            inner.operations = max(1, inner.operations)
            inner.places = None
            return self._with_noun(inner)
        if kind == "frac":
            return self._fraction(depth)
        if kind == "pi":
            self.at += 1
            return self._with_noun(Expression(PI, 1, spread=PI_SPREAD, first=PI, is_inexact=True))
        if kind == "sqrt":
            return self._root(text, depth)
        if kind in _WORDS:
            return self._worded(depth)
        if kind in _CLOSED_BY:
            return self._between(_CLOSED_BY[kind], depth)
        return self._binomial(depth)

    def _between(self, closing: str, depth: int) -> Expression:
        r"""`|-7|`, `\lfloor 3.7 \rfloor`."""
        name = {"bar": "abs", "rfloor": "floor", "rceil": "ceil"}[closing]
        self.at += 1
        inner = self.sum(depth + 1)
        self._expect(closing)
        return evaluate(name, [inner])

    def _root(self, sign: str, depth: int) -> Expression:
        r"""`\sqrt{50}`, `\sqrt2`, `\sqrt[3]{27}`, `√(9 + 16)`."""
        self.at += 1
        if sign == "\\sqrt" and self._texts[self.at] == "[":
            degree = self._texts[self.at + 1]
            if not degree.isdecimal() or self._texts[self.at + 2] != "]":
                raise UnreadableError
            self.at += 3
            return root(self._argument(depth), int(degree))
        is_digit = sign == "\\sqrt" and self._kinds[self.at] == "num"
        return root(self._argument(depth) if is_digit or self._kinds[self.at] == "lb" else self._primary(depth + 1))

    def _fraction(self, depth: int) -> Expression:
        self.at += 1
        over, under = self._arguments(depth)
        if not under.value:
            raise UnreadableError
        return self._with_noun(joined(over, under, quotient(over.value, under.value), over.spread + under.spread))

    def _arguments(self, depth: int) -> tuple[Expression, Expression]:
        r"""What stands over and under: `\frac{3}{4}`, `\frac34`, `\frac3{4}`."""
        text = self._texts[self.at]
        if self._kinds[self.at] == "num" and len(text) == _TWO_DIGITS and text.isdecimal():
            self.at += 1
            over, under = int(text[0]), int(text[1])
            return Expression(over, places=0, first=over), Expression(under, places=0, first=under)
        return self._argument(depth), self._argument(depth)

    def _argument(self, depth: int) -> Expression:
        r"""What a command of LaTeX takes: something in braces, or one digit."""
        text = self._texts[self.at]
        if self._kinds[self.at] == "num" and len(text) == 1:
            self.at += 1
            return Expression(int(text), places=0, first=int(text))
        return self._braced(depth)

    def _binomial(self, depth: int) -> Expression:
        r"""`\binom{5}{2}`, the number of choices."""
        self._expect("binom")
        return choices(*self._arguments(depth))

    def _number(self) -> Expression:
        """A number, or a mixed number such as `1 1/2`."""
        text = self._texts[self.at]
        self.at += 1
        if text.isdecimal() and len(text) <= MAX_STEP_NUMBER_CHARS:
            value: Value = int(text)
            places = 0
            spread: Value = 0
        else:
            text, _, power = text.lower().partition("e")
            digits = _NO_DIGIT.sub("", text)
            if len(digits) > MAX_STEP_NUMBER_CHARS:
                raise UnreadableError
            places = len(digits.partition(".")[2])
            value = Fraction(int(digits.replace(".", "")), 10**places) if places else int(digits)
            is_rounded = places and len(digits.replace(".", "").lstrip("0")) > 1  # `0.7` is exact
            spread = Fraction(1, 2 * 10**places) / value if is_rounded else 0
            if power:
                shown = value * Fraction(10) ** int(power)
                is_sum = places == 0 and len(power.lstrip("+-")) == 1  # `2e+9` of a variable
                return Expression(shown, 1, places - int(power), spread, first=value, doubtful=is_sum)
        number = Expression(value, places=places, spread=spread, first=value)
        if places == 0 and self._kinds[self.at] == "frac" and self._spans[self.at - 1][1] == self._spans[self.at][0]:
            return self._mixed(number)
        if places == 0 and self._kinds[self.at] == "num" and self._texts[self.at + 1] == "/":
            over, _, under = self._texts[self.at : self.at + 3]
            if over.isdigit() and under.isdigit() and int(over) < int(under):
                self.at += 3
                number = Expression(value + Fraction(int(over), int(under)), places=None, first=value)
        return number

    def _mixed(self, whole: Expression) -> Expression:
        r"""`2\frac{1}{2}`: a number and a fraction smaller than one, side by side."""
        texts = self._texts[self.at + 1 : self.at + 7]
        if [t for t in texts if not t.isdigit()] != ["{", "}", "{", "}"] or not texts[1].isdigit():
            raise UnreadableError
        over, under = int(texts[1]), int(texts[4])
        if not over < under:
            raise UnreadableError
        self.at += 7
        return Expression(whole.value + Fraction(over, under), 1, first=whole.value)

    def _operator(self) -> str:
        """Return the operation that stands here, or an empty text."""
        kind, text = self._kinds[self.at], self._texts[self.at]
        if kind == "op":
            return OPERATORS[text]
        if kind == "word":
            word = text.lower()
            if word == "of":
                return "of"
            if word in WORD_OPERATORS or self._is_times():
                return OPERATORS[word]
            if word in {"multiplied", "divided"} and self._texts[self.at + 1].lower() == "by":
                return OPERATORS[f"{word} by"]
        return ""

    def _skip_operator(self) -> bool:
        """Go past the operation; say whether it surely is one (`3x2` might be a variable)."""
        text, (start, end) = self._texts[self.at], self._spans[self.at]
        self.at += 2 if text.lower() in {"multiplied", "divided"} else 1
        if text not in {"x", "X"}:
            return True
        return self._spans[self.at - 2][1] < start and self._spans[self.at][0] > end

    def _braced(self, depth: int) -> Expression:
        if depth > _MAX_DEPTH:
            raise UnreadableError
        self._expect("lb")
        inner = self.sum(depth + 1)
        self._expect("rb")
        return inner

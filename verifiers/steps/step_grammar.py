"""The grammar of arithmetic in prose: numbers with nouns and signs of operation, evaluated exactly.

It reads what it is sure of. A letter that may be a variable, a function, a bracket left open, two numbers side by
side: each makes the text unreadable, and nothing is said of it.
"""

import re
from fractions import Fraction
from math import comb
from typing import Final

from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_values import (
    Expression,
    UnreadableError,
    Value,
    bounded,
    joined,
    magnitude,
    quotient,
    square_root,
)
from verifiers.steps.step_words import COUNTS, MULTIPLES, NO_NOUN, OPERATORS, PART_WORDS, PARTS, SCALES, WORD_OPERATORS
from verifiers.units.definitions import find_unit

MAX_STEP_NUMBER_CHARS: Final = 30
MAX_STEP_EXPONENT: Final = 30
MAX_STEP_FACTORIAL: Final = 30
_MAX_DEPTH = 12
_FORMULA_CHARS: Final = 4
_UNIT_CHARS: Final = 6
_PI: Final = Fraction("3.1415926535897932384626433832795028841972")
_PI_SPREAD: Final = Fraction(1, 1900)
"""How far π may be off, relatively, where 3.14 is taken for it."""
_MAX_NOUN_WORDS = 4
_TWO_DIGITS: Final = 2
_TEN: Final = 10


_NO_DIGIT = re.compile(r"[^\d.]")


def parse(tokens: Tokens, start: int) -> tuple[Expression, int]:
    """Read the longest expression from `start`, and return it with the place after it."""
    parser = _Parser(tokens, start)
    expression = parser.sum(0)
    return expression, parser.at


def _ends_noun(text: str) -> bool:
    r"""Whether `\text{ … }` goes on after what a number counts: `\text{ and }`."""
    word = re.search(r"[^\W\d_]+", text[text.index("{") :])
    return word is not None and word[0].lower() in NO_NOUN


def _scale(number: Expression, power: int) -> None:
    """Multiply a number by a power of ten that stands behind it in words; its last place counts for more, too."""
    number.value *= 10**power
    number.first *= 10**power
    number.places = None if number.places is None else number.places - power


class _Parser:
    """Recursive descent over tokens, one method for each level of precedence."""

    def __init__(self, tokens: Tokens, start: int) -> None:
        self._kinds = tokens.kinds
        self._texts = tokens.texts
        self._spans = tokens.spans
        self.at = start

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
        return left

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
                left.doubtful |= self._has_remark()
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
        if kind in {"pi", "sqrt"}:
            return before in {"num", "pi", "rp", "rb", "sup"}
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
            exponent: Value = 2 if self._texts[self.at] == "²" else 3
            self.at += 1
        elif self._operator() == "^":
            self.at += 1
            inner = self._braced(depth) if self._kinds[self.at] == "lb" else self._signed(depth)
            exponent = inner.value
        elif self._kinds[self.at] == "fact" and base.places == 0 and 0 <= base.value <= MAX_STEP_FACTORIAL:
            self.at += 1
            product = 1
            for number in range(2, int(base.value) + 1):
                product *= number
            return Expression(product, operations=1, first=base.first)
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
            return self._with_noun(Expression(_PI, 1, spread=_PI_SPREAD, first=_PI, is_inexact=True))
        if kind == "sqrt":
            self.at += 1
            is_digit = text == "\\sqrt" and self._kinds[self.at] == "num"
            return square_root(
                self._argument(depth) if is_digit or self._kinds[self.at] == "lb" else self._primary(depth + 1)
            )
        if kind == "word":
            return self._part(text.lower())
        return self._binomial(depth)

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
        total, chosen = self._arguments(depth)
        if total.places != 0 or chosen.places != 0 or not 0 <= chosen.value <= total.value <= MAX_STEP_FACTORIAL:
            raise UnreadableError
        return Expression(comb(int(total.value), int(chosen.value)), 1, first=total.value)

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
                return Expression(value * Fraction(10) ** int(power), 1, places - int(power), spread, first=value)
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

    def _part(self, word: str) -> Expression:
        """`half of`, `a third of`, `three quarters of`, `twice`: only where the whole follows."""
        value: Value = 1
        if word in COUNTS:
            value *= COUNTS[word]
            self.at += 1
            word = self._texts[self.at].lower()
        if word in PARTS:
            value *= Fraction(*PARTS[word])
            self.at += 1
            if self._operator() != "of":
                raise UnreadableError
            return Expression(value, places=None, first=value)
        if word in MULTIPLES:
            self.at += 1
            whole = self._primary(1)
            return joined(Expression(MULTIPLES[word]), whole, MULTIPLES[word] * whole.value, whole.spread)
        raise UnreadableError

    def _with_noun(self, number: Expression) -> Expression:
        r"""Read what a number counts: `12 red apples`, `60 minutes/hour`, `\text{ cm}`, `20%`."""
        if self._kinds[self.at] == "pct":
            self.at += 1
            value = quotient(number.value, 100)
            return Expression(value, number.operations, number.places, number.spread, percent=True, first=number.value)
        if words := self._counted(number):
            number.nouns += ((number.value, " ".join(words)),)
        return number

    def _counted(self, number: Expression) -> list[str]:
        """Consume the words of what a number counts; letters that may be variables, and powers of ten, change it."""
        words: list[str] = []
        while len(words) < _MAX_NOUN_WORDS:
            kind, text = self._kinds[self.at], self._texts[self.at]
            if kind == "noun" and not _ends_noun(text):
                words += re.findall(r"[^\W\d_]+", text[text.index("{") :])
                self.at += 1
            elif kind == "word" and text.lower() not in NO_NOUN and not self._is_times():
                if not words and self._takes_unit_quotient():
                    number.nouns += ((number.value, "".join(self._texts[self.at - 3 : self.at])),)
                    break
                if len(text) == 1:
                    if not words and text not in {"a", "A", "I"}:
                        self._check_variable()
                        number.doubtful = True
                        number.nouns += ((number.value, text),)
                    break
                number.doubtful |= not words and self._is_product_of_letters(text)
                words.append(text)
                self.at += 1
                if text in SCALES and len(words) == 1:
                    _scale(number, SCALES[text])
            elif text == "/" and self._kinds[self.at + 1] in {"word", "noun"} and len(self._texts[self.at + 1]) > 1:
                self.at += 1
            else:
                break
        return words

    def _is_product_of_letters(self, text: str) -> bool:
        """Whether letters directly behind a number may be variables, as in `2gh`, and are no unit as in `2cm`."""
        is_glued = self._texts[self.at - 1] != "/" and self._spans[self.at - 1][1] == self._spans[self.at][0]
        return is_glued and len(text) <= _FORMULA_CHARS and not find_unit(text)

    def _takes_unit_quotient(self) -> bool:
        """Consume `m/s`, `km/h`, `m/s²` behind a number and a space."""
        start, slash, under = self._spans[self.at][0], self.at + 1, self.at + 2
        if (
            self._texts[slash] != "/"
            or self._kinds[under] != "word"
            or len(self._texts[self.at] + self._texts[under]) > _UNIT_CHARS
        ):
            return False
        if self._spans[self.at - 1][1] == start or self._spans[under][1] - start > _UNIT_CHARS + 1:
            return False
        if not (find_unit(self._texts[self.at]) and find_unit(self._texts[under])):
            return False
        self.at += 3
        if self._kinds[self.at] == "sup":
            self.at += 1
        elif self._texts[self.at] == "^" and self._texts[self.at + 1] in {"2", "3"}:
            self.at += 2
        return True

    def _check_variable(self) -> None:
        """A single letter at the end of a side may be a unit (`19.6 N`), elsewhere it is a variable."""
        following = self._kinds[self.at + 1]
        if (
            following not in {"", "other", "rb", "rp", "eq", "approx"}
            or self._spans[self.at - 1][1] == self._spans[self.at][0]
        ):
            raise UnreadableError
        self.at += 1

    def _is_times(self) -> bool:
        return self._texts[self.at] in {"x", "X"} and self._kinds[self.at + 1] in {"num", "lp", "frac"}

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

    def _expect(self, kind: str) -> None:
        if self._kinds[self.at] != kind:
            raise UnreadableError
        self.at += 1

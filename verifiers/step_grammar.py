"""The grammar of arithmetic in prose: numbers with nouns and signs of operation, evaluated exactly.

It reads what it is sure of. A letter that may be a variable, a function, a bracket left open, two numbers side by
side: each makes the text unreadable, and nothing is said of it.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

MAX_STEP_NUMBER_CHARS: Final = 30
MAX_STEP_EXPONENT: Final = 30
MAX_STEP_FACTORIAL: Final = 30
MAX_STEP_BITS: Final = 2_000
"""Bits of a numerator or denominator; a larger value is not computed."""
_MAX_DEPTH = 12
_MAX_NOUN_WORDS = 4


Value = Fraction | int
"""Exact values; whole numbers stay integers, which are many times faster."""


class UnreadableError(ValueError):
    """The text is no arithmetic, or may mean something else."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pieces of a line: of each its kind, what it says, and where it stands.

    Behind the last piece stand a few empty ones, so that looking ahead needs no test of the length.
    """

    kinds: list[str]
    texts: list[str]
    spans: list[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.spans)


_LOOK_AHEAD = 4


_TOKEN = re.compile(
    r"(?P<skip>[ \t\u00a0~&]+|\\[,;:! ]|\\q?quad\b|\\displaystyle\b|\\?[$€£¥₹]|\\(?=[()\[\]]))"
    r"|(?P<sup>[²³])"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<num>\d{1,3}(?:(?:,|\{,\}|\\,|,\\!)\d{3})+(?![\d,]*\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\d.])\.\d+)"
    r"|(?P<eq>=)"
    r"|(?P<approx>≈|≃|\\approx\b|\\simeq\b)"
    r"|(?P<op>\+|-|−|–|\*\*?|×|·|⋅|÷|/|\^|\\times\b|\\cdot\b|\\div\b)"
    r"|(?P<lp>\\(?:left|bigl?|Bigl?)\s*[(\[]|[(\[])"
    r"|(?P<rp>\\(?:right|bigr?|Bigr?)\s*[)\]]|[)\]])"
    r"|(?P<lb>\{)|(?P<rb>\})"
    r"|(?P<frac>\\[dtc]?frac\b)"
    r"|(?P<sqrt>\\sqrt\b|√)"
    r"|(?P<pct>\\?%)"
    r"|(?P<fact>!(?!=))"
    r"|(?P<noun>\\(?:text|mathrm|textrm|textbf|mbox)\s*\{[^{}]*\})"
    r"|(?P<other>\\[A-Za-z]+|.)"
)
_NO_DIGIT = re.compile(r"[^\d.]")
_OPERATORS = {
    **dict.fromkeys(("-", "−", "–", "minus"), "-"),
    **dict.fromkeys(("*", "×", "·", "⋅", "\\times", "\\cdot", "times", "x", "X", "multiplied by"), "*"),
    **dict.fromkeys(("/", "÷", "\\div", "divided by"), "/"),
    **dict.fromkeys(("+", "plus"), "+"),
    **dict.fromkeys(("^", "**"), "^"),
}
_WORD_OPERATORS = {"plus", "minus", "times"}
_PARTS = {
    "half": (1, 2), "third": (1, 3), "thirds": (1, 3), "quarter": (1, 4), "quarters": (1, 4), "fourth": (1, 4),
    "fourths": (1, 4), "fifth": (1, 5), "fifths": (1, 5), "sixth": (1, 6), "sixths": (1, 6), "eighth": (1, 8),
    "eighths": (1, 8), "tenth": (1, 10), "tenths": (1, 10),
}  # fmt: skip
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_MULTIPLES = {"twice": 2, "double": 2, "triple": 3}
PART_WORDS = frozenset([*_PARTS, *_COUNTS, *_MULTIPLES])
"""Words that begin or make up a part of a whole, such as `a third of`."""
NO_NOUN = frozenset(
    (
        "is", "are", "was", "were", "be", "equals", "equal", "makes", "make", "gives", "give", "times",
        "plus", "minus", "divided", "multiplied", "of", "and", "or", "so", "which", "then", "from", "to",
        "for", "in", "on", "at", "by", "than", "that", "since", "because", "if", "when", "where", "as", "but",
        "with", "the", "this", "these", "therefore", "thus", "hence", "we", "i", "he", "she", "it", "they",
        "not", "mod", "modulo", "remainder", "r", "more", "less", "fewer", "greater",
    )
)  # fmt: skip
"""Words that end what a number counts."""


@dataclass(slots=True)
class Expression:
    """What was read: its value and what may make it mean something else."""

    value: Value
    operations: int = 0
    """How many signs of operation it has; 0 for a plain number."""
    places: int | None = None
    """Decimal places of a plain number as written; None for anything else."""
    spread: Value = 0
    """How far the value may be off, relatively, because the decimals in it were rounded."""
    percent: bool = False
    """Whether a percent sign stands in it."""
    adds_percent: bool = False
    """Whether a percentage is added or taken away, as in `50 + 20%`."""
    nouns: tuple[tuple[Value, str], ...] = ()
    """Each number that counts something, with what it counts."""
    doubtful: bool = False
    """Whether a letter might still be a variable (`3x2`); such a statement is never called false."""
    first: Value = 0
    """Value of its first number."""


def tokenize(line: str) -> Tokens:
    """Cut a line into tokens, without spaces, dollars and alignment marks."""
    kinds: list[str] = []
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup or "other"
        if kind != "skip":
            text = match[0]
            kinds.append("pct" if text == "percent" else kind)
            texts.append(text)
            spans.append(match.span())
    kinds += [""] * _LOOK_AHEAD
    texts += [""] * _LOOK_AHEAD
    return Tokens(kinds, texts, spans)


def parse(tokens: Tokens, start: int) -> tuple[Expression, int]:
    """Read the longest expression from `start`, and return it with the place after it."""
    parser = _Parser(tokens, start)
    expression = parser.sum(0)
    return expression, parser.at


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
        while (sign := self._operator()) in {"+", "-"}:
            self._skip_operator()
            right = self._product(depth)
            total = left.value + right.value if sign == "+" else left.value - right.value
            spread = left.spread * magnitude(left.value) + right.spread * magnitude(right.value)
            left = _joined(left, right, total, quotient(spread, magnitude(total)) if spread and total else 0)
            left.adds_percent |= right.percent
        return left

    def _product(self, depth: int) -> Expression:
        left = self._signed(depth)
        while True:
            sign = self._operator()
            if sign in {"*", "/"}:
                spaced = self._skip_operator()
                right = self._signed(depth)
            elif sign == "of" and (left.percent or left.value.denominator != 1):
                self.at += 1
                spaced, right = True, self._signed(depth)
            elif (
                self._kinds[self.at] == "lp"
                and (left.places == 0 or left.operations)
                and self._kinds[self.at - 1] in {"num", "rp"}
            ):
                spaced, right, sign = True, self._signed(depth), "*"
            else:
                return left
            if sign == "/" and not right.value:
                raise UnreadableError
            value = quotient(left.value, right.value) if sign == "/" else left.value * right.value
            left = _joined(left, right, value, left.spread + right.spread)
            left.doubtful |= not spaced

    def _signed(self, depth: int) -> Expression:
        if self._kinds[self.at] == "op" and _OPERATORS.get(self._texts[self.at]) == "-":
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
        value = _bounded(base.value**power if power >= 0 else Fraction(1, base.value**-power))
        return Expression(
            value, base.operations + 1, spread=base.spread * magnitude(exponent), nouns=base.nouns, first=base.first
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
            self.at += 1
            over, under = self._braced(depth), self._braced(depth)
            if not under.value:
                raise UnreadableError
            return self._with_noun(_joined(over, under, quotient(over.value, under.value), over.spread + under.spread))
        if kind == "sqrt":
            self.at += 1
            return _root(self._braced(depth) if self._kinds[self.at] == "lb" else self._primary(depth + 1))
        if kind == "word":
            return self._part(text.lower())
        raise UnreadableError

    def _number(self) -> Expression:
        """A number, or a mixed number such as `1 1/2`."""
        text = self._texts[self.at]
        self.at += 1
        if text.isdecimal() and len(text) <= MAX_STEP_NUMBER_CHARS:
            value: Value = int(text)
            places = 0
            spread: Value = 0
        else:
            digits = _NO_DIGIT.sub("", text)
            if len(digits) > MAX_STEP_NUMBER_CHARS:
                raise UnreadableError
            places = len(digits.partition(".")[2])
            value = Fraction(int(digits.replace(".", "")), 10**places) if places else int(digits)
            spread = Fraction(1, 2 * 10**places) / value if places and value else 0
        number = Expression(value, places=places, spread=spread, first=value)
        if places == 0 and self._kinds[self.at] == "num" and self._texts[self.at + 1] == "/":
            over, _, under = self._texts[self.at : self.at + 3]
            if over.isdigit() and under.isdigit() and int(over) < int(under):
                self.at += 3
                number = Expression(value + Fraction(int(over), int(under)), places=None, first=value)
        return number

    def _part(self, word: str) -> Expression:
        """`half of`, `a third of`, `three quarters of`, `twice`: only where the whole follows."""
        value: Value = 1
        if word in _COUNTS:
            value *= _COUNTS[word]
            self.at += 1
            word = self._texts[self.at].lower()
        if word in _PARTS:
            value *= Fraction(*_PARTS[word])
            self.at += 1
            if self._operator() != "of":
                raise UnreadableError
            return Expression(value, places=None, first=value)
        if word in _MULTIPLES:
            self.at += 1
            whole = self._primary(1)
            return _joined(Expression(_MULTIPLES[word]), whole, _MULTIPLES[word] * whole.value, whole.spread)
        raise UnreadableError

    def _with_noun(self, number: Expression) -> Expression:
        r"""Read what a number counts: `12 red apples`, `60 minutes/hour`, `\text{ cm}`, `20%`."""
        if self._kinds[self.at] == "pct":
            self.at += 1
            value = quotient(number.value, 100)
            return Expression(value, number.operations, number.places, number.spread, percent=True, first=number.value)
        words: list[str] = []
        while len(words) < _MAX_NOUN_WORDS:
            kind, text = self._kinds[self.at], self._texts[self.at]
            if kind == "noun":
                words += re.findall(r"[^\W\d_]+", text[text.index("{") :])
                self.at += 1
            elif kind == "word" and text.lower() not in NO_NOUN and not self._is_times():
                if len(text) == 1:
                    if not words and text not in {"a", "A", "I"}:
                        self._check_variable()
                        number.doubtful = True
                        number.nouns += ((number.value, text),)
                    break
                words.append(text)
                self.at += 1
            elif text == "/" and self._kinds[self.at + 1] in {"word", "noun"} and len(self._texts[self.at + 1]) > 1:
                self.at += 1
            else:
                break
        if words:
            number.nouns += ((number.value, " ".join(words)),)
        return number

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
            return _OPERATORS[text]
        if kind == "word":
            word = text.lower()
            if word == "of":
                return "of"
            if word in _WORD_OPERATORS or self._is_times():
                return _OPERATORS[word]
            if word in {"multiplied", "divided"} and self._texts[self.at + 1].lower() == "by":
                return _OPERATORS[f"{word} by"]
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


def magnitude(value: Value) -> Value:
    """Return the value without its sign (`abs` loses the type)."""
    return -value if value < 0 else value


def quotient(over: Value, under: Value) -> Value:
    """Return the exact quotient, as an integer where it is one."""
    if isinstance(over, int) and isinstance(under, int) and not over % under:
        return over // under
    return Fraction(over, under)


def _joined(left: Expression, right: Expression, value: Value, spread: Value) -> Expression:
    """Return the result of an operation on two expressions."""
    return Expression(
        _bounded(value),
        left.operations + right.operations + 1,
        None,
        spread,
        percent=left.percent or right.percent,
        adds_percent=left.adds_percent or right.adds_percent,
        nouns=left.nouns + right.nouns,
        doubtful=left.doubtful or right.doubtful,
        first=left.first,
    )


def _root(inner: Expression) -> Expression:
    """The square root, where it is rational."""
    over, under = inner.value.numerator, inner.value.denominator
    if over < 0 or isqrt(over) ** 2 != over or isqrt(under) ** 2 != under:
        raise UnreadableError
    return Expression(Fraction(isqrt(over), isqrt(under)), inner.operations + 1, spread=inner.spread, first=inner.first)


def _bounded(value: Value) -> Value:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_STEP_BITS:
        raise UnreadableError
    return value

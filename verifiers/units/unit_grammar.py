r"""The grammar of one quantity: factors that are numbers or units, `*`, `/`, `per`, small integer exponents, brackets.

Numbers and units share one grammar because they are written mixed: `440 1/s`, `3.52 $10^{-19}$ J`, `\frac{5 m}{2 s}`.
What notation leaves open becomes several readings: `J/mol K` is `J/(mol K)` or `J K/mol`, a pound is a mass or a force.
"""

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Final

from verifiers.units.definitions import find_unit
from verifiers.units.measures import Factors, Measure, Readings, magnitude_of
from verifiers.units.unit_names import PHRASES, PREFIX_NAMES, SI_PREFIXES
from verifiers.units.unit_tokens import MAX_TEN_EXPONENT, Token, UnreadableError, Written, tokenize

MAX_BRACKETS: Final = 20
"""Brackets and roots in each other; a fraction is two of them."""
_MAX_POWER_BITS: Final = 400
_TEN: Final = 10
_MAX_JOINED_CHARS: Final = 5

_ROOT_PLACES: Final = 10**40
SCALE_WORDS: Final = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
}  # fmt: skip
_MONEY_SIGNS: Final = frozenset(("$", "€", "£", "¥", "₹", "₽", "₩", "USD", "EUR", "GBP", "JPY", "INR", "CNY", "RMB"))
_POWER_WORDS: Final = {"square": 2, "sq": 2, "cubic": 3, "cu": 3, "quartic": 4, "inverse": -1, "reciprocal": -1}
_TIMES: Final = frozenset(("second", "minute", "hour", "day", "week", "month", "year"))
_AFTER_WORDS: Final = {"squared": 2, "cubed": 3}

SHY_SYMBOLS: Final = frozenset("abceutdryPDMBGS")
"""Symbols that are more often a letter of algebra or a label than a unit: believed only where a unit is expected."""


def read_unit(text: str) -> Measure | None:
    r"""Read a text that is a unit, perhaps with a power of ten before it; None if it is anything else.

    >>> read_unit(r"$10^{-19} \mathrm{~J}$").magnitude.value == Fraction(1, 10**19)
    True
    """
    return _read_unit(text)


@lru_cache(maxsize=4096)
def _read_unit(text: str) -> Measure | None:
    try:
        tokens = tokenize(text)
        while tokens and tokens[0].kind == "*":
            del tokens[0]
        while tokens and tokens[-1].kind == ",":
            del tokens[-1]
        measure, at = parse_measure(tokens, 0)
    except UnreadableError:
        return None
    return measure if at == len(tokens) else None


def parse_measure(tokens: list[Token], at: int) -> tuple[Measure, int]:
    """Parse the longest measure that starts at `at`; returns it and where it ends. Raises `UnreadableError`."""
    parser = _Parser(tokens, at)
    negative = parser.sign()
    factors = parser.product()
    if not factors.numbers and not factors.plain:
        raise UnreadableError("neither a number nor a unit")
    return factors.measure(negative=negative, symbols=parser.symbols, is_glued=parser.is_glued), parser.at


class _Parser:
    """Recursive descent over the tokens; `at` is the next one."""

    def __init__(self, tokens: list[Token], at: int) -> None:
        self.tokens = tokens
        self.at = at
        self.depth = 0
        self.symbols: list[str] = []
        self.is_glued = False

    def peek(self, ahead: int = 0) -> Token | None:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def sign(self) -> bool:
        token = self.peek()
        if token is not None and token.kind in ("+", "-"):
            self.at += 1
            return token.kind == "-"
        return False

    def product(self) -> Factors:
        """Factors up to a token that cannot continue them (a comma, a second number, a closing bracket)."""
        factors = Factors()
        greedy = False
        operator = self._money_before(factors)
        while True:
            token = self.peek()
            if token is None:
                break
            explicit = self._operator(token, bool(factors.numbers or factors.plain))
            if not explicit and (factors.numbers or factors.plain) and not self._may_follow(token, factors, operator):
                break
            inverted = explicit in ("/", "per")
            factor = self._factor(factors)
            if factor is None:
                if explicit:
                    raise UnreadableError("an operator without a factor")
                break
            if explicit == "/":
                greedy = bool(factor.plain) or bool(factors.plain)
            inverts_greedily = inverted or (greedy and bool(factor.plain))
            factors.add(factor, -1 if inverted else 1, -1 if inverts_greedily else 1)
        return factors

    def _money_before(self, factors: Factors) -> bool:
        """`$5`, `USD 5`: the unit stands before its number."""
        token, following = self.peek(), self.peek(1)
        if token is None or token.text not in _MONEY_SIGNS:
            return False
        if following is None or following.kind not in ("number", "-"):
            return False
        self.at += 1
        self.symbols.append(token.text)
        single = Factors()
        single.plain = single.greedy = [(find_unit(token.text), 1)]
        if self.sign():
            single.numbers = [(Written(Fraction(-1)), 1)]
        factors.add(single, 1, 1)
        return True

    def _operator(self, token: Token, has_left: bool) -> str:
        """Consume an operator and return it; empty where factors stand side by side."""
        following = self.peek(1)
        if token.kind in ("*", "/", "per"):
            if token.kind == "*" and not has_left:
                raise UnreadableError("a product without a left side")
            self.at += 1
            return token.kind
        if token.kind == "word" and self._means_per(token, following):
            self.at += 1
            return "/"
        if token.kind == "-" and has_left and following is not None and self._is_hyphen(token, following):
            self.at += 1
            return "*"
        return ""

    def _means_per(self, token: Token, following: Token | None) -> bool:
        """Whether a word divides: `metres per second`, `miles an hour`."""
        word = token.text.lower()
        if word == "per":
            return not self._phrase()[0]
        return word in ("a", "an") and bool(self.symbols) and following is not None and following.text.lower() in _TIMES

    def _is_hyphen(self, token: Token, following: Token) -> bool:
        """Whether a `-` joins two units (`kW-h`) or a number with its unit (`5-ft`), and subtracts nothing."""
        if following.kind != "word":
            return False
        return bool(self.symbols) or (not token.spaced and not following.spaced and len(following.text) > 1)

    def _may_follow(self, token: Token, factors: Factors, money: bool) -> bool:
        """Whether `token` may stand beside what came before it without an operator."""
        if token.kind != "number":
            return token.kind in ("word", "(", "√")
        if money and not any(n.step is not None for n, _ in factors.numbers):
            return True
        following = self.peek(1)
        if following is None:
            return token.text == "π"
        is_ten_power = token.text == "10" and following.kind == "^"
        is_one_over = token.text == "1" and following.kind == "/" and not factors.plain
        return is_ten_power or is_one_over or token.text == "π"

    def _factor(self, before: Factors) -> Factors | None:
        token = self.peek()
        if token is None:
            return None
        if token.kind == "number":
            return self._number()
        if token.kind == "√":
            return self._root()
        if token.kind == "(":
            return self._bracket(before)
        if token.kind == "word":
            return self._word(before)
        return None

    def _number(self) -> Factors:
        token = self.tokens[self.at]
        self.at += 1
        result = Factors()
        result.numbers = [(self._mixed(token) or self._powered(token.number or Written(Fraction(1))), 1)]
        return result

    def _powered(self, number: Written) -> Written:
        exponent = self._exponent()
        if exponent is None:
            return number
        bits = max(number.value.numerator.bit_length(), number.value.denominator.bit_length())
        allowed = MAX_TEN_EXPONENT if number.value == _TEN else _MAX_POWER_BITS // max(bits, 1)
        if abs(exponent) > allowed or (exponent < 0 and not number.value):
            raise UnreadableError(f"power with exponent {exponent}")
        return Written(number.value**exponent)

    def _exponent(self) -> int | None:
        token = self.peek()
        if token is None or token.kind != "^":
            return None
        self.at += 1
        return token.exponent

    def _mixed(self, whole: Token) -> Written | None:
        r"""`1 1/2` and `1\frac{1}{2}`: a sum."""
        ahead = self.tokens[self.at : self.at + 9]
        kinds = [t.kind for t in ahead]
        if kinds[:9] == ["(", "(", "number", ")", "/", "(", "number", ")", ")"] and ahead[0].text == "frac":
            over, under, length = ahead[2].number, ahead[6].number, 9
        elif kinds[:3] == ["number", "/", "number"] and ahead[0].spaced:
            over, under, length = ahead[0].number, ahead[2].number, 3
        else:
            return None
        first = whole.number
        if first is None or over is None or under is None or {first.step, over.step, under.step} != {Fraction(1)}:
            return None
        if not 0 < over.value < under.value:
            return None
        self.at += length
        return Written(first.value + over.value / under.value)

    def _root(self) -> Factors:
        """The square root of a number, to 40 places."""
        self.at += 1
        self._go_deeper()
        inner = self._factor(Factors())
        self.depth -= 1
        if inner is None or inner.plain or not inner.numbers:
            raise UnreadableError("a root of something other than a number")
        square = magnitude_of(inner.numbers, negative=False).value
        root = Fraction(isqrt(int(square * _ROOT_PLACES**2)), _ROOT_PLACES)
        result = Factors()
        result.numbers = [(Written(root), 1)]
        return result

    def _bracket(self, before: Factors) -> Factors:
        """A product in brackets; a number in brackets beside another number is not a product here: `5.0(1)`."""
        start = self.at
        is_fraction = self.tokens[start].text == "frac"
        self.at += 1
        negative = self.sign()
        self._go_deeper()
        inner = self.product()
        self.depth -= 1
        closing = self.peek()
        if closing is None or closing.kind != ")":
            raise UnreadableError("unbalanced brackets")
        self.at += 1
        is_beside = start > 0 and self.tokens[start - 1].kind not in ("*", "/", "per", "(")
        if (before.numbers or before.plain) and inner.numbers and not is_fraction and is_beside:
            raise UnreadableError("a number in brackets side by side with what stands before it")
        if negative:
            inner.numbers.append((Written(Fraction(-1)), 1))
        exponent = self._exponent()
        return inner if exponent is None else inner.raised(exponent)

    def _go_deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_BRACKETS:
            raise UnreadableError(f"more than {MAX_BRACKETS} brackets in each other")

    def _word(self, before: Factors) -> Factors | None:
        token = self.tokens[self.at]
        word = token.text.lower()
        result = Factors()
        if word in SCALE_WORDS and before.numbers:
            self.at += 1
            result.numbers = [(Written(Fraction(SCALE_WORDS[word])), 1)]
            return result
        start, power = self.at, 1
        if word in _POWER_WORDS and token.text != "Cu":
            power = _POWER_WORDS[word]
            self.at += 1
            self._skip_point()
        units = self._unit()
        if not units:
            self.at = start
            return None
        if not before.plain and before.numbers and not token.spaced and self.tokens[start - 1].kind not in ("/", "per"):
            self.is_glued = True
        self.symbols.append("".join(t.text for t in self.tokens[start : self.at]))
        exponent = power * self._unit_exponent()
        factors = [*((u, 1) for u in units[:-1]), (units[-1], exponent)]
        if exponent < 0 and self.symbols[-1] == "ms":
            factors = [(_metres_per(exponent), 1)]
        result.plain = result.greedy = factors
        return result

    def _skip_point(self) -> None:
        token = self.peek()
        if token is not None and token.kind == "*":
            self.at += 1

    def _unit(self) -> tuple[Readings, ...]:
        """Consume the words of one unit; returns its factors, or nothing, with nothing consumed, if it is none."""
        words, length = self._phrase()
        if words:
            self.at += length
            return (find_unit(PHRASES[words]),)
        token, following = self.peek(), self.peek(1)
        if token is None or token.kind != "word":
            return ()
        is_prefix = token.text == "μ" or token.text.lower() in PREFIX_NAMES
        third = self.peek(2)
        if is_prefix and following is not None and following.kind == "-" and third is not None and not third.spaced:
            readings = find_unit(token.text.lower() + third.text)
            self.at += 3 if readings else 0
            return (readings,) if readings else ()
        if is_prefix and following is not None and following.kind == "word":
            readings = find_unit((token.text if token.text == "μ" else token.text.lower()) + following.text)
            self.at += 2 if readings else 0
            return (readings,) if readings else ()
        if (
            following is not None
            and following.text == "Ω"
            and not following.spaced
            and (token.text in SI_PREFIXES or token.text == "K")
        ):
            self.at += 2
            return (find_unit(token.text + following.text),)
        is_turns = token.text == "r" and following is not None and following.kind in ("/", "per")
        readings = find_unit("rev" if is_turns else token.text)
        if token.text == "mK" and self.at and self.tokens[self.at - 1].kind in ("/", "per"):
            readings += (find_unit("m")[0] * find_unit("K")[0],)  # `W/mK` is W/(m K)
        units = (readings,) if readings else _joined(token.text)
        self.at += 1 if units else 0
        return units

    def _phrase(self) -> tuple[tuple[str, ...], int]:
        """The next words, if they are a unit written as several, such as `light years`, and their number of tokens."""
        words: list[str] = []
        found: tuple[tuple[str, ...], int] = ((), 0)
        for length, token in enumerate(self.tokens[self.at : self.at + 6], start=1):
            if token.kind == "word":
                words.append(token.text.lower())
            elif token.kind != "-":
                break
            if len(words) > 1 and tuple(words) in PHRASES:
                found = tuple(words), length
        return found

    def _unit_exponent(self) -> int:
        """The exponent behind a unit: `^2`, `squared`, or plain digits as in `m2` and `s-1`; 1 if there is none."""
        exponent = self._exponent()
        if exponent is not None:
            return exponent
        token, following, third = self.peek(), self.peek(1), self.peek(2)
        if token is None:
            return 1
        if token.kind == "word" and token.text.lower() in _AFTER_WORDS:
            self.at += 1
            return _AFTER_WORDS[token.text.lower()]
        if token.spaced:
            return 1
        if token.kind == "-" and _is_digit(following) and not _is_glued_word(third):
            self.at += 2
            return -int(following.text) if following is not None else 1
        if _is_digit(token) and not _is_glued_word(following):
            self.at += 1
            return int(token.text)
        return 1


def _is_digit(token: Token | None) -> bool:
    return token is not None and token.kind == "number" and token.text in "1234" and not token.spaced


def _is_glued_word(token: Token | None) -> bool:
    return token is not None and token.kind == "word" and not token.spaced


def _metres_per(exponent: int) -> Readings:
    """`ms^{-1}`, with which many textbooks mean metres per second: two readings."""
    metre, second, millisecond = (find_unit(symbol)[0] for symbol in ("m", "s", "ms"))
    return (millisecond**exponent, metre * second**exponent)


@lru_cache(maxsize=1024)
def _joined(word: str) -> tuple[Readings, ...]:
    """Two symbols written without a gap, such as `Nm`, `VA` or `JK`; one of them has a capital letter."""
    if len(word) > _MAX_JOINED_CHARS or word.islower():
        return ()
    for cut in range(1, len(word)):
        left, right = word[:cut], word[cut:]
        if left not in SHY_SYMBOLS and right not in SHY_SYMBOLS and find_unit(left) and find_unit(right):
            return (find_unit(left), find_unit(right))
    return ()

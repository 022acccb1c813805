"""Operations that are named: `the sum of 6 and 7`, `subtracting 5 from 20`, `gcd(12, 18)`, `2 to the power of 5`."""

from abc import abstractmethod
from fractions import Fraction
from math import prod
from typing import Final

from verifiers.steps.step_functions import WITHOUT_BRACKETS, choices, evaluate, factorial, is_function
from verifiers.steps.step_nouns import NounReader
from verifiers.steps.step_values import Expression, UnreadableError, Value, joined, quotient
from verifiers.steps.step_words import (
    COUNTS,
    GERUNDS,
    MULTIPLES,
    NAME_WORDS,
    NAMED_RESULTS,
    PARTS,
)

_EXPONENTS: Final = {"squared": 2, "cubed": 3}
POWER_WORDS: Final = frozenset(("squared", "cubed", "factorial", "to", "raised"))
"""Words behind a number that may make a power or the like of it."""
_YEARS: Final = (1900, 2100)
_BY_WORDS: Final = {
    "adding": ("and", "to"),
    "subtracting": ("from",),
    "multiplying": ("by", "and"),
    "dividing": ("by",),
}


class WordedReader(NounReader):
    """Reads what begins with a word; sums and factors are read by the grammar that is built on it."""

    @abstractmethod
    def sum(self, depth: int) -> Expression:
        """Read `term (± term)*`."""

    @abstractmethod
    def _product(self, depth: int) -> Expression: ...

    @abstractmethod
    def _power(self, depth: int) -> Expression: ...

    @abstractmethod
    def _primary(self, depth: int) -> Expression: ...

    @abstractmethod
    def _operator(self) -> str: ...

    def _worded(self, depth: int) -> Expression:
        """Read an operation that is named, or a part of a whole."""
        text = self._texts[self.at]
        word = text.lower()
        if is_function(word, self._kinds[self.at + 1]) or "log_" in word:
            return self._function(word, depth)
        if text == "C" and self._kinds[self.at + 1] == "lp":
            return self._choices(depth)
        if word in GERUNDS:
            return self._gerund(word, depth)
        if name := self._named_result():
            return self._result(name, depth)
        return self._part(word, depth)

    def _function(self, word: str, depth: int) -> Expression:
        r"""`gcd(12, 18)`, `\sin 30°`, `\log_2 32`."""
        name = word[-4:-1] if word.endswith(("{lcm}", "{gcd}")) else word.lstrip("\\")
        self.at += 1
        if self._kinds[self.at] == "lp":
            result = evaluate(name, self._in_brackets(depth))
            if name.partition("_")[0] in WITHOUT_BRACKETS:
                result.doubtful |= self._kinds[self.at] == "sup" or self._texts[self.at] == "^"  # `ln (2)^3`
            return result
        if name.partition("_")[0] not in WITHOUT_BRACKETS:
            raise UnreadableError
        result = evaluate(name, [self._power(depth + 1)])
        result.doubtful |= self._operator() in {"*", "/", "^"}  # of what, is not clear
        return result

    def _in_brackets(self, depth: int) -> list[Expression]:
        """Read `(expression, …)`."""
        self._expect("lp")
        text = self._texts[self.at]
        if "," in text and self._kinds[self.at] == "num" and self._kinds[self.at + 1] == "rp":  # `gcd(48,180)`
            self.at += 2
            return [Expression(int(part), places=0, first=int(part)) for part in text.split(",")]
        start = self.at
        arguments = [self.sum(depth + 1)]
        while self._texts[self.at] == ",":
            self.at += 1
            arguments.append(self.sum(depth + 1))
        self._expect("rp")
        if any("," in text for text in self._texts[start : self.at] if text != ","):
            raise UnreadableError  # `gcd(48-315,315)`
        return arguments

    def _choices(self, depth: int) -> Expression:
        """`C(5, 2)`."""
        self.at += 1
        arguments = self._in_brackets(depth)
        if len(arguments) != len(("total", "chosen")):
            raise UnreadableError
        return choices(*arguments)

    def _gerund(self, word: str, depth: int) -> Expression:
        """`adding 12 and 30`, `subtracting 5 from 20`, `multiplying 15 by 4`, `dividing 60 by 12`."""
        self.at += 1
        operands = self._operands(depth, _BY_WORDS[word])
        if word in {"adding", "multiplying"}:
            return _combined("sum" if word == "adding" else "product", operands)
        if len(operands) != len(("one", "other")):
            raise UnreadableError
        return _combined("quotient", operands) if word == "dividing" else _combined("difference", operands[::-1])

    def _named_result(self) -> str:
        """Go past `sum`, `average`, `greatest common divisor`, and return what is named; empty if nothing is."""
        for count in range(1, NAME_WORDS + 1):
            words = " ".join(self._texts[self.at : self.at + count]).lower()
            if words in NAMED_RESULTS and self._texts[self.at + count].lower() in {"of", "between"}:
                self.at += count + 1
                return NAMED_RESULTS[words]
        return ""

    def _result(self, name: str, depth: int) -> Expression:
        """`the sum of 6 and 7`, `the average of 4, 8 and 15`, `the square root of 144`."""
        if name in _OF_ONE:
            operand = self._power(depth + 1)
            result = _of_one(name, operand)
            result.doubtful |= bool(self._operator())
            return result
        return _combined(name, self._operands(depth, ("and",)))

    def _operands(self, depth: int, joins: tuple[str, ...]) -> list[Expression]:
        """Read `3, 5, 7 and 9`; `joins` are the words before the last one."""
        operands: list[Expression] = []
        while True:
            if self._texts[self.at].lower() == "the":
                self.at += 1
            operands.append(self._product(depth + 1))
            if self._texts[self.at].lower() in joins:
                self.at += 1
            elif self._texts[self.at] == ",":
                self.at += 2 if self._texts[self.at + 1].lower() in joins else 1
            else:
                return operands

    def _part(self, word: str, depth: int) -> Expression:
        """`half of`, `a third of`, `three quarters of`, `twice`, `three times`: only where the whole follows."""
        value: Value = 1
        if word in COUNTS:
            value *= COUNTS[word]
            self.at += 1
            word = self._texts[self.at].lower()
            if word == "times" and value > 1:
                return Expression(value, places=0, first=value)
        if word in PARTS:
            value *= Fraction(*PARTS[word])
            self.at += 1
            if self._operator() != "of":
                raise UnreadableError
            return Expression(value, places=None, first=value)
        if word in MULTIPLES:
            self.at += 1
            whole = self._primary(depth + 1)
            return joined(Expression(MULTIPLES[word]), whole, MULTIPLES[word] * whole.value, whole.spread)
        raise UnreadableError

    def _worded_power(self, base: Expression, depth: int) -> Expression | Value:
        """Read `squared`, `to the power of 5`, `factorial` behind a number: an exponent, or a value."""
        word = self._texts[self.at].lower()
        if word in _EXPONENTS:
            self.at += 1
            return _EXPONENTS[word]
        if word == "factorial":
            self.at += 1
            return factorial(base)
        start = self.at + (word == "raised")
        if [text.lower() for text in self._texts[start : start + 4]] == ["to", "the", "power", "of"]:
            self.at = start + 4
            return self._primary(depth + 1).value
        return base


_OF_ONE: Final = frozenset(("square root", "cube root", "square", "cube"))


def _of_one(name: str, operand: Expression) -> Expression:
    """The square, the cube or a root of a number."""
    if operand.nouns:
        raise UnreadableError
    if name == "square root":
        return evaluate("sqrt", [operand])
    if name == "cube root":
        return evaluate("cbrt", [operand])
    power = 2 if name == "square" else 3
    return Expression(operand.value**power, operand.operations + 1, spread=operand.spread * power, first=operand.value)


def _combined(name: str, operands: list[Expression]) -> Expression:
    """The result of an operation on several numbers, in doubt where only some of them count something."""
    if len(operands) < len(("one", "other")):
        raise UnreadableError
    if name in {"gcd", "lcm"}:
        return evaluate(name, operands)
    values = [operand.value for operand in operands]
    total: Value = sum(values[1:], values[0])
    if name in {"difference", "quotient"} and (len(values) > len(("one", "other")) or not values[1]):
        raise UnreadableError
    if name == "difference":
        value = values[0] - values[1]
    elif name == "quotient":
        value = quotient(values[0], values[1])
    elif name == "product":
        value = prod(values)
    else:
        value = total if name == "sum" else quotient(total, len(values))
    result = operands[0]
    for operand in operands[1:]:
        result = joined(result, operand, value, max(result.spread, operand.spread))
    is_signed = name == "difference" and value < 0
    result.doubtful |= is_signed or len({bool(operand.nouns) for operand in operands}) > 1
    are_years = all(_YEARS[0] <= value <= _YEARS[1] for value in values)
    result.doubtful |= are_years or any(operand.percent for operand in operands)
    return result

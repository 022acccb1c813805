"""What numbers count, and the letters behind them that may be units or variables."""

import re
from typing import Final

from verifiers.steps.step_functions import is_function
from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_values import Expression, UnreadableError, quotient
from verifiers.steps.step_words import NO_NOUN, SCALES, USUAL_UNITS, calculates_unspaced, is_unspaced
from verifiers.units.definitions import find_unit

_FORMULA_CHARS: Final = 4
_VARIABLES: Final = 2
"""So many letters side by side may be variables, although they are the symbol of some unit: `ab`, `rh`."""
_UNIT_CHARS: Final = 6
_MAX_NOUN_WORDS = 4


class NounReader:
    """A place in a line of tokens, and how what follows a number there is read."""

    def __init__(self, tokens: Tokens, start: int) -> None:
        self._kinds = tokens.kinds
        self._texts = tokens.texts
        self._spans = tokens.spans
        self.at = start

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
            elif kind == "word" and text.lower() not in NO_NOUN and not self._is_other():
                if not words and self._takes_unit_quotient():
                    number.nouns += ((number.value, "".join(self._texts[self.at - 3 : self.at])),)
                    break
                if len(text) == 1 and not is_unspaced(text):
                    if not words and text not in {"a", "A", "I"}:
                        self._check_variable()
                        number.doubtful = True
                        number.nouns += ((number.value, text),)
                    break
                if not words and not self._begins_noun(number, text):
                    break
                words.append(text)
                self.at += 1
                if text in SCALES and len(words) == 1:
                    _scale(number, SCALES[text])
            elif text == "/" and self._kinds[self.at + 1] in {"word", "noun"} and len(self._texts[self.at + 1]) > 1:
                self.at += 1
            else:
                break
        return words

    def _begins_noun(self, number: Expression, text: str) -> bool:
        """Say whether a word begins what a number counts; in doubt whether it is a product of variables."""
        if not is_unspaced(text[0]):
            number.doubtful |= self._is_product_of_letters(text)
            return True
        if calculates_unspaced(text):
            raise UnreadableError
        return self._kinds[self.at - 1] == "num"

    def _is_product_of_letters(self, text: str) -> bool:
        """Whether letters directly behind a number may be variables, as in `2gh`, and are no unit as in `2cm`."""
        is_glued = self._texts[self.at - 1] != "/" and self._spans[self.at - 1][1] == self._spans[self.at][0]
        may_be_formula = is_glued or self._kinds[self.at - 1] in {"rb", "pi"}
        if not may_be_formula or len(text) > (_FORMULA_CHARS if is_glued else _VARIABLES):
            return False
        return (len(text) <= _VARIABLES and text not in USUAL_UNITS) or not find_unit(text)

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

    def _is_other(self) -> bool:
        """Whether the word is a sign of operation or a function, and no noun."""
        return self._is_times() or is_function(self._texts[self.at], self._kinds[self.at + 1])

    def _is_times(self) -> bool:
        return self._texts[self.at] in {"x", "X"} and self._kinds[self.at + 1] in {"num", "lp", "frac"}

    def _expect(self, kind: str) -> None:
        if self._kinds[self.at] != kind:
            raise UnreadableError
        self.at += 1


def _ends_noun(text: str) -> bool:
    r"""Whether `\text{ … }` goes on after what a number counts: `\text{ and }`."""
    word = re.search(r"[^\W\d_]+", text[text.index("{") :])
    return word is not None and word[0].lower() in NO_NOUN


def _scale(number: Expression, power: int) -> None:
    """Multiply a number by a power of ten that stands behind it in words; its last place counts for more, too."""
    number.value *= 10**power
    number.first *= 10**power
    number.places = None if number.places is None else number.places - power

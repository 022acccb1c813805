"""The usual arithmetic statements of word problems, `so 12 * 4 = 48 eggs`, checked without the grammar.

Most lines that state something are decided here, many times faster than by `verifiers.steps.step_grammar`. Nothing is
ever called false here: what is not plainly true is left to the grammar.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from verifiers.steps.plain_formulas import Ratio, added, formulas, ratio
from verifiers.steps.step_grammar import FUNCTION_WORDS, PART_WORDS

# Possessive and atomic throughout: a number or a noun is given back by no other reading of the line. The first
# number begins with a plain class of characters, which lets the engine pass over words at once.
_DIGITS: Final = r"(?>\d{1,3}(?:,\d{3}){1,4}(?!\d)|\d{1,12}(?:\.\d{1,16})?)"
_NUMBER: Final = rf"(?>{_DIGITS}|(?<![\d.])\.\d{{1,6}})"
_FIRST: Final = r"[\d.](?:(?<=\d)(?>\d{0,2}(?:,\d{3}){1,4}(?!\d)|\d{0,11}(?:\.\d{1,16})?)|(?<=\.)\d{1,6})"
_NOUN: Final = (
    r"(?:(?: | ?/ ?)(?!(?:times|plus|minus|divided|multiplied|of|and|or|is|x|more|less)\b)[A-Za-z]{2,20}+){0,3}+"
)
_MONEY: Final = r"[$€£]?"
_MORE: Final = rf"(?:%|{_NOUN})(?: ?[-+*/x×÷–−] ?{_MONEY}{_NUMBER}(?:%|{_NOUN})){{0,9}}+"
_CHAIN = re.compile(
    rf"{_FIRST}{_MORE}(?: ?= ?{_MONEY}-?{_NUMBER}{_MORE}(?= ?=))*+ ?= ?{_MONEY}-?{_NUMBER}%?(?![\d,.]*\d)"
)
_OPERAND = re.compile(rf"([-+*/x×÷–−=]) ?{_MONEY}(-?)({_NUMBER})(%?)")
_TWO_WHOLE = re.compile(r"(\d{1,15}) ?([-+*/x×÷–−]) ?\$?(\d{1,15}) ?= ?\$?(\d{1,15})")
"""Half of all chains: two whole numbers and what they come to."""
_BEFORE = re.compile(r"[(\"“]?([A-Za-z]{2,20})(?:['’-][A-Za-z]{1,20})*+([:,;.]?)")
_JOINS = frozenset(("of", "times", "plus", "minus", "by", "mod"))
"""Words that make what follows a part of something before it."""
_AFTER = re.compile(
    r"\$?(?: ?/ ?[A-Za-z]{2,})?+"
    r"(?:[.,;]?(?: ?$|(?<=[.,;]) (?=[A-Za-z]{2}))| \((?!mod)[A-Za-z]{2}"
    r"| (?!mod|remainder|times \S*\d|plus|minus|of\b)(?:a )?[A-Za-z]{2,}"
    r"(?![A-Za-z ]{0,60}+(?:[-/](?![A-Za-z]{2})|[+*×÷–−=^])))"
)
_CURRENCIES = ("$", "€", "£")
_LOOK_BACK_CHARS = 60
_STATES_IN_WORDS = re.compile(r"\b(?:is|equals|makes|gives)\s+[\\$]*\d", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_LATEX_SIGN = re.compile(r"\\(?:times|cdot)(?![A-Za-z]) ?")
_LATEX_SPACE = re.compile(r"\\(?:q?quad(?![A-Za-z])|[,;:! ])")
_LATEX_WORDS = re.compile(r"\\text\{([A-Za-z ,.]*)\}")
_LATEX_FRACTION = re.compile(
    r"(?<![\d)}/^])(?<![\d)}/^] )\\[dt]?frac\{([\d.()+*/ -]+)\}\{([\d.()+*/ -]+)\}(?! ?[\^({\d])"
)
_SPACES = re.compile(r" {2,}")
_NAME = re.compile(r"(?:\A\W*|[.,;:] )[A-Za-z][A-Za-z_ ]{0,50} ?= ?\Z")
_LATEX_BRACKET = re.compile(r"\\[(\[] ?|\\[)\]]")


@lru_cache(maxsize=4_096)  # the samples of one problem repeat each other's lines
def plainly_true(line: str) -> int:
    r"""Return how many statements a line makes when all have the usual shape and hold, else 0.

    >>> plainly_true("She sells 3 * 4 = 12 eggs, so 16 - 12 = 4 eggs are left"), plainly_true("x + 1 = 3")
    (2, 0)
    >>> plainly_true(r"\(\frac{1}{2} \cdot (3 + 5) = 4\)")
    1
    """
    if "\\" in line:
        line = _without_latex(line)
        if "\\" in line:
            return 0
    if "≈" in line:
        return 0
    chains = [(match.start(), match.end(), _links(match[0])) for match in _CHAIN.finditer(line)]
    return _all_true(line, chains) or (_all_true(line, formulas(line)) if "(" in line else 0)


def _without_latex(line: str) -> str:
    """A line whose simple LaTeX is written plainly: signs of operation, fractions of numbers, words, spaces."""
    line = _LATEX_SIGN.sub("* ", _LATEX_BRACKET.sub("", line))
    if "\\" in line:
        line = _LATEX_FRACTION.sub(r"((\1)/(\2))", _LATEX_WORDS.sub(r" \1 ", _LATEX_SPACE.sub(" ", line)))
        line = _SPACES.sub(" ", line)
    return line


def _all_true(line: str, chains: Iterable[tuple[int, int, int]]) -> int:
    """Return how many statements the chains of a line make, 0 unless they are all that the line states."""
    checked = named = 0
    starts = []
    for start, end, links in chains:
        if not links or not _AFTER.match(line, end):
            return 0
        if not _stands_alone(line, start):
            if not _is_named(line, start):
                return 0
            named += 1
        checked += links
        starts.append(start)
    if not checked or checked + named != line.count("="):
        return 0
    return 0 if _has_verb(line) and any(place not in starts for place in _numbers_after_verbs(line)) else checked


def states_in_words(line: str) -> bool:
    """Say whether a line holds `is 15`, `makes $3` or the like behind another number."""
    if not _has_verb(line):
        return False
    first = _DIGIT.search(line)
    return first is not None and _STATES_IN_WORDS.search(line, first.end()) is not None


def _has_verb(line: str) -> bool:
    """Say, many times faster than the regular expression, whether it might find something."""
    if "\t" in line or not line.isascii():
        return True  # other spaces
    lowered = line.lower()
    return "is " in lowered or "makes " in lowered or "gives " in lowered or "equals " in lowered


def _numbers_after_verbs(line: str) -> Iterator[int]:
    """Yield where the numbers stand that a verb may call equal to something before."""
    if first := _DIGIT.search(line):
        for verb in _STATES_IN_WORDS.finditer(line, first.start()):
            yield verb.end() - 1


def _is_named(line: str, start: int) -> bool:
    """Say whether a name stands before a chain, `Area = 3 * 4 = 12`: its sign says nothing of numbers."""
    return line[max(0, start - 2) : start].strip() == "=" and bool(_NAME.search(line, max(0, start - 60), start))


def _stands_alone(line: str, start: int) -> bool:
    """Say whether nothing before the statement can belong to it."""
    start -= line[start - 1 : start] in _CURRENCIES
    word = line[line.rfind(" ", 0, start - 1) + 1 : start - 1] if line[start - 1 : start] == " " else ""
    if len(word) > 1 and word.isascii() and word.isalpha() and word.lower() not in _JOINS:
        return True  # as it is mostly
    words = line[max(0, start - _LOOK_BACK_CHARS) : start].rsplit(None, 2)
    if not words:
        return True
    if line[start - 1] not in " :":
        return False
    word = words[-1]
    if len(word) == 1 or not (word.isascii() and word.isalpha()):
        before = _BEFORE.fullmatch(word)
        if before is None:
            return False
        if before[2]:
            return True
        word = before[1]
    if word.lower() not in _JOINS:
        return True
    return word == "of" and len(words) > 1 and _is_plain_noun(words[-2])


def _is_plain_noun(word: str) -> bool:
    """Say whether what follows `word of` is no part or function of it: a rate of, but not half of."""
    is_part = word in PART_WORDS or (word in FUNCTION_WORDS and word != "average")
    return word.isalpha() and word.islower() and not is_part


@lru_cache(maxsize=4_096)  # and their arithmetic
def _links(chain: str) -> int:
    """Return how many statements a chain makes; 0 unless each states an operation and all values are the same."""
    if plain := _TWO_WHOLE.fullmatch(chain):
        one, sign, other, result = plain.groups()
        return _holds(int(one), sign, int(other), int(result))
    sides: list[tuple[Ratio, int]] = []
    total: Ratio = (0, 1)
    term: Ratio = (0, 1)
    operations = 0
    for sign, minus, number, percent in _OPERAND.findall(f"={chain}"):
        over, under = ratio(number)
        if minus:
            over = -over
        if percent:
            under *= 100
        if sign == "=":
            sides.append((added(total, term), operations))
            total, term, operations = (0, 1), (over, under), 0
            continue
        operations += 1
        if sign in "*x×":
            term = term[0] * over, term[1] * under
        elif sign in "/÷":
            if not over:
                return 0
            term = term[0] * under, term[1] * over
        else:
            total = added(total, term)
            term = (over if sign == "+" else -over), under
    sides = [*sides[1:], (added(total, term), operations)]
    hold = all(
        one[0] * other[1] == other[0] * one[1] and (some or more) for (one, some), (other, more) in pairwise(sides)
    )
    return len(sides) - 1 if hold else 0


def _holds(one: int, sign: str, other: int, result: int) -> bool:
    """Say whether an operation on two whole numbers has this result."""
    if sign in "*x×":
        return one * other == result
    if sign == "+":
        return one + other == result
    if sign in "/÷":
        return other != 0 and result * other == one
    return one - other == result

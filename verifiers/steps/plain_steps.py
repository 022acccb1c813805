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

# Possessive and atomic throughout: a number or a noun is given back by no other reading of the line.
_NUMBER: Final = r"(?>[0-9]{1,3}(?:,[0-9]{3}){1,4}(?![0-9])|[0-9]{1,12}(?:\.[0-9]{1,16})?|\.[0-9]{1,6})"
_NOUN: Final = (
    r"(?:(?: | ?/ ?)(?!(?:times|plus|minus|divided|multiplied|of|and|or|is|x|more|less)\b)[A-Za-z]{2,20}+){0,3}+"
)
_MONEY: Final = r"[$€£]?"
_OPERATION: Final = r" ?[-+*/x×÷–−] ?"
_SIDE: Final = rf"{_NUMBER}(?:%|{_NOUN})(?:{_OPERATION}{_MONEY}{_NUMBER}(?:%|{_NOUN})){{0,9}}+"
_CHAIN = re.compile(rf"{_SIDE}(?: ?= ?{_MONEY}-?{_SIDE}(?= ?=))*+ ?= ?{_MONEY}-?{_NUMBER}%?")
_OF_TWO = re.compile(rf"({_NUMBER}){_NOUN} ?([-+*/x×÷–−]) ?{_MONEY}({_NUMBER}){_NOUN} ?= ?{_MONEY}({_NUMBER})")
"""Most chains: two numbers and what they come to."""
_OPERAND = re.compile(rf"([-+*/x×÷–−=]) ?{_MONEY}(-?)({_NUMBER})(%?)")
_OPERAND_BACKWARDS: Final = r"(?:%|(?:[A-Za-z]{2,20}+(?: ?/ ?| )){0,3}+)[0-9][0-9.,]*+"
_SIDE_BACKWARDS = re.compile(rf" ?{_OPERAND_BACKWARDS}(?:{_MONEY}{_OPERATION}{_OPERAND_BACKWARDS}){{0,9}}+")
"""A side, read from the sign to its left: the other numbers of the prose are never looked at."""
_SIDE_CHARS: Final = 120
_LEADS = frozenset(
    f"{space}{money}{minus}" for space in ("", " ") for money in ("", "$", "€", "£") for minus in ("", "-")
)
"""What may stand between a sign and the first number of the side behind it."""
_RESULT = re.compile(rf" ?{_MONEY}-?{_NUMBER}%?(?![\d,.]*\d)")
_BEFORE = re.compile(r"[(\"“]?([A-Za-z]{2,20})(?:['’-][A-Za-z]{1,20})*+([:,;.]?)")
_JOINS = frozenset(("of", "times", "plus", "minus", "by", "mod"))
"""Words that make what follows a part of something before it."""
_AFTER = re.compile(
    r"\$?(?: ?/ ?[A-Za-z]{2,})?+"
    r"(?:[.,;]?(?: *+(?:$|\n)|(?<=[.,;]) (?=[A-Za-z]{2}))| \((?!mod)[A-Za-z]{2}"
    r"| (?!mod|remainder|times \S*\d|plus|minus|of\b)(?:a )?[A-Za-z]{2,}"
    r"(?![A-Za-z ]{0,60}+(?:[-/](?![A-Za-z]{2})|[+*×÷–−=^])))"
)
_CURRENCIES = ("$", "€", "£")
_LOOK_BACK_CHARS = 60
_VERB_AND_NUMBER = re.compile(r"s (?=[ \\$]*\d)(?:(?<=\bis )|(?<=\bequals )|(?<=\bmakes )|(?<=\bgives ))[ \\$]*\d")
"""`is 15`, `makes $3` in small letters; what they end with lets the engine pass over all else at once."""
_DIGIT = re.compile(r"\d")
_LATEX_SIGN = re.compile(r"\\(?:times|cdot)(?![A-Za-z]) ?")
_LATEX_SPACE = re.compile(r"\\(?:q?quad(?![A-Za-z])|[,;:! ])")
_LATEX_WORDS = re.compile(r"\\text\{([A-Za-z ,.]*)\}")
_LATEX_FRACTION = re.compile(
    r"(?<![\d)}/^])(?<![\d)}/^] )\\[dt]?frac\{([\d.()+*/ -]+)\}\{([\d.()+*/ -]+)\}(?! ?[\^({\d])"
)
_OTHER_LATEX = re.compile(r"\\(?!(?:times|cdot|q?quad|text|[dt]?frac)(?![A-Za-z])|[,;:! ()\[\]])")
_SPACES = re.compile(r" {2,}")
_NAME = re.compile(r"(?:^\W*|[.,;:] )[A-Za-z][A-Za-z_ ]{0,50} ?= ?\Z", re.MULTILINE)
_LATEX_BRACKET = re.compile(r"\\[(\[] ?|\\[)\]]")


def plainly_true(text: str) -> int:
    r"""Return how many statements a line, or a text of several, makes when all have the usual shape and hold, else 0.

    >>> plainly_true("She sells 3 * 4 = 12 eggs, so 16 - 12 = 4 eggs are left"), plainly_true("x + 1 = 3")
    (2, 0)
    >>> plainly_true(r"\(\frac{1}{2} \cdot (3 + 5) = 4\)")
    1
    """
    if "\\" in text:
        text = "" if _OTHER_LATEX.search(text) else _without_latex(text)
        if "\\" in text:
            return 0
    if "≈" in text or "=" not in text:
        return 0
    return _all_true(text, _chains(text)) or (_all_true(text, formulas(text)) if "(" in text else 0)


def _chains(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each chain of sides and signs begins and ends, and how many statements it makes; 0 if it is none."""
    start = -1
    since = 0
    sign = text.find("=")
    while sign >= 0:
        begins = _beginning(text, since, sign)
        if start < 0:
            start = begins
        elif begins < 0 or text[since:begins] not in _LEADS:
            yield _ended(text, start, since)
            start = begins
        since = sign + 1
        sign = text.find("=", since)
    if start >= 0:
        yield _ended(text, start, since)


def _beginning(text: str, since: int, sign: int) -> int:
    """Return where the side before a sign begins, -1 where there is none."""
    first = max(since, sign - _SIDE_CHARS)
    found = _SIDE_BACKWARDS.match(text[first:sign][::-1])
    return -1 if found is None else sign - found.end()


def _ended(text: str, start: int, last: int) -> tuple[int, int, int]:
    """Return a chain whose last sign stands before `last`, with its result."""
    result = _RESULT.match(text, last)
    return (start, last, 0) if result is None else (start, result.end(), _links(text[start : result.end()]))


def _without_latex(line: str) -> str:
    """A line whose simple LaTeX is written plainly: signs of operation, fractions of numbers, words, spaces."""
    line = _LATEX_SIGN.sub("* ", _LATEX_BRACKET.sub("", line))
    if "\\" in line:
        line = _LATEX_FRACTION.sub(r"((\1)/(\2))", _LATEX_WORDS.sub(r" \1 ", _LATEX_SPACE.sub(" ", line)))
        line = _SPACES.sub(" ", line)
    return line


def _all_true(text: str, chains: Iterable[tuple[int, int, int]]) -> int:
    """Return how many statements these chains make, 0 unless they hold and are all that the text states."""
    checked = named = 0
    starts = []
    for start, end, links in chains:
        if not links or not _AFTER.match(text, end):
            return 0
        if not _stands_alone(text, start):
            if not _is_named(text, start):
                return 0
            named += 1
        checked += links
        starts.append(start)
    if not checked or checked + named != text.count("="):
        return 0
    return 0 if any(place not in starts for place in _numbers_after_verbs(text)) else checked


def states_in_words(line: str) -> bool:
    """Say whether a line holds `is 15`, `makes $3` or the like behind another number."""
    return any(_numbers_after_verbs(line))


def _numbers_after_verbs(text: str) -> Iterator[int]:
    """Yield where the numbers stand that a verb may call equal to one before them in their line."""
    for found in _VERB_AND_NUMBER.finditer(text.lower()):
        if _DIGIT.search(text, text.rfind("\n", 0, found.start()) + 1, found.start()):
            yield found.end() - 1


def has_verb(text: str) -> bool:
    """Say, many times faster than a regular expression, whether a verb may stand in `text` that calls things equal."""
    lowered = text.lower()
    if "\t" in text or not text.isascii():
        return True  # other spaces
    return "is " in lowered or "makes " in lowered or "gives " in lowered or "equals " in lowered


def _is_named(text: str, start: int) -> bool:
    """Say whether a name stands before a chain, `Area = 3 * 4 = 12`: its sign says nothing of numbers."""
    return text[max(0, start - 2) : start].strip() == "=" and bool(_NAME.search(text, max(0, start - 60), start))


def _stands_alone(text: str, start: int) -> bool:
    """Say whether nothing before the statement can belong to it."""
    start -= text[start - 1 : start] in _CURRENCIES
    word = text[text.rfind(" ", 0, start - 1) + 1 : start - 1] if text[start - 1 : start] == " " else ""
    if len(word) > 1 and word.isascii() and word.isalpha() and word.lower() not in _JOINS:
        return True  # as it is mostly
    line = text.rfind("\n", 0, start) + 1
    words = text[max(line, start - _LOOK_BACK_CHARS) : start].rsplit(None, 2)
    if not words:
        return True
    if text[start - 1] not in " :":
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


@lru_cache(maxsize=4_096)  # the samples of one problem repeat each other's arithmetic
def _links(chain: str) -> int:
    """Return how many statements a chain makes; 0 unless each states an operation and all values are the same."""
    if of_two := _OF_TWO.fullmatch(chain):
        one, sign, other, result = of_two.groups()
        return _is_result(ratio(one), sign, ratio(other), ratio(result))
    if _CHAIN.fullmatch(chain) is None:
        return 0
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


def _is_result(one: Ratio, sign: str, other: Ratio, result: Ratio) -> bool:
    """Say whether an operation on two numbers comes to this."""
    if sign in "*x×":
        return one[0] * other[0] * result[1] == result[0] * one[1] * other[1]
    if sign in "/÷":
        return other[0] != 0 and one[0] * other[1] * result[1] == result[0] * one[1] * other[0]
    over, under = added(one, other if sign == "+" else (-other[0], other[1]))
    return over * result[1] == result[0] * under

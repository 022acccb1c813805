"""The usual arithmetic statements of word problems, `so 12 * 4 = 48 eggs`, checked without the grammar.

Most lines that state something are decided here, many times faster than by `verifiers.steps.step_grammar`. Nothing is
ever called false here: what is not plainly true is left to the grammar.
"""

import re
from collections.abc import Iterable

from verifiers.steps.plain_chains import Chain, chains
from verifiers.steps.plain_formulas import formulas
from verifiers.steps.step_words import FUNCTION_WORDS, PART_WORDS

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
_VERB_AND_NUMBER = re.compile(
    r"s (?=[ \\$]*\d)(?:(?<=\bis )|(?<=\bequals )|(?<=\bmakes )|(?<=\bgives )|(?<=\bgives us )|(?<=\bleaves ))"
    r"[ \\$]*\d"
)
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
    if "=" not in text or "≈" in text:
        return 0
    if "\\" in text and "\\" in (text := _without_latex(text)):
        return 0
    return _all_true(text, chains(text)) or (_all_true(text, formulas(text)) if "(" in text else 0)


def _without_latex(line: str) -> str:
    """A line whose simple LaTeX is written plainly: signs of operation, fractions of numbers, words, spaces."""
    if _OTHER_LATEX.search(line):
        return line
    line = _LATEX_SIGN.sub("* ", _LATEX_BRACKET.sub("", line))
    if "\\" in line:
        line = _LATEX_FRACTION.sub(r"((\1)/(\2))", _LATEX_WORDS.sub(r" \1 ", _LATEX_SPACE.sub(" ", line)))
        line = _SPACES.sub(" ", line)
    return line


def _all_true(text: str, found: Iterable[Chain]) -> int:
    """Return how many statements these chains make, 0 unless they hold and are all that the text states."""
    checked = named = 0
    starts = []
    for start, end, links, word in found:
        if not links or not _AFTER.match(text, end):
            return 0
        if (not word or word[::-1].lower() in _JOINS) and not _stands_alone(text, start):
            if not _is_named(text, start):
                return 0
            named += 1
        checked += links
        starts.append(start)
    if not checked or checked + named != text.count("="):
        return 0
    in_words = _numbers_after_verbs(text)
    return checked if not in_words or set(starts).issuperset(in_words) else 0


def states_in_words(line: str) -> bool:
    """Say whether a line holds `is 15`, `makes $3` or the like behind another number."""
    return bool(_numbers_after_verbs(line))


def _numbers_after_verbs(text: str) -> list[int]:
    """Return where the numbers stand that a verb may call equal to one before them in their line."""
    lowered = text.lower()
    found = _VERB_AND_NUMBER.search(lowered)
    places = []
    while found is not None:
        verb, end = found.span()
        if _DIGIT.search(text, text.rfind("\n", 0, verb) + 1, verb):
            places.append(end - 1)
        found = _VERB_AND_NUMBER.search(lowered, end)
    return places


def _is_named(text: str, start: int) -> bool:
    """Say whether a name stands before a chain, `Area = 3 * 4 = 12`: its sign says nothing of numbers."""
    return text[max(0, start - 2) : start].strip() == "=" and bool(_NAME.search(text, max(0, start - 60), start))


def _stands_alone(text: str, start: int) -> bool:
    """Say whether nothing before the statement can belong to it."""
    start -= text[start - 1 : start] in _CURRENCIES
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

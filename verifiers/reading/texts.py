"""Answers in words, and the letters of options."""

import re
import unicodedata
from itertools import pairwise

from verifiers.reading import vocabulary
from verifiers.reading.wrapping import unwrap
from verifiers.trees.tree import PAIR

_LATEX_TEXT = re.compile(
    r"\\(?:text|textbf|textit|mathrm|mathbf|textrm|mbox|emph|operatorname|textsf|texttt)\s*\{([^{}]*)\}"
)
_UPRIGHT_WORDS = re.compile(r"\\(?:text|textrm|mathrm|mbox)\s?\{([^{}]*)\}")
_STYLE = re.compile(r"\\(?:[,;:! ]|quad|qquad|left|right|displaystyle|cdot|times)(?![a-zA-Z])|\\[,;:! ]|[${}*`_]|~")
_MAX_PRODUCT = 4
_EDGES = " \t\n\r.,;:!\"'()[]"
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\w{2})")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_WORD = re.compile(r"[^\W\d_]{2,}(?:'[a-z]{1,2})?")
_MATHS = re.compile(r"[\d=<>^+*/|∞√]|\\(?!text|mathrm|mathbf|textbf|textit|textrm|mbox|emph|operatorname|[,;:! ])")
_CHOICE = re.compile(
    r"(?:option|choice|answer|alternative)?\s*:?\s*(?:\(([A-Za-z])\)|([A-Z])(?=[.):]|$)|([a-z])(?=[.)]|$))[.):]*\s*(.*)",
    re.DOTALL | re.IGNORECASE,
)
_OTHER_LETTER = re.compile(r"\([A-Z]\).*|(?:and|or|&|/|,)\s*\(?[A-Z]\b(?:\)|\Z|,|\s(?:and|or)\b).*", re.DOTALL)
_NEXT_OPTION = re.compile(
    r"\s\(?[B-J][).]\s?\S.{0,400}?\s\(?[C-J][).]\s?\S|"
    r"(?:[,;/&]|\b(?:and|or|und|oder|et|ou|y|o|e|и|или))\s+(?:option\s+)?\(?[A-J](?:[).:]\s?\S|\)\s*\Z)",
    re.DOTALL,
)
"""Two further options, or one that is joined: `(A) 3 (B) 5 (C) 7` and `A) 3 or B) 5` choose nothing."""
_SEVERAL_LETTERS = re.compile(r"\(?[A-J]\)?(?:(?:\s*[,;、/&]\s*|\s+and\s+|\s*,\s*and\s+|\s*)\(?[A-J]\)?){1,9}")
_SAME_WORDS = {
    "none": "no solution",
    "dne": "does not exist",
    "limit does not exist": "does not exist",
    "it does not exist": "does not exist",
    "doesn't exist": "does not exist",
    "\\emptyset": "no solution",
    "\\varnothing": "no solution",
    "empty set": "no solution",
    "infinitely many": "infinitely many solutions",
    "infinite": "infinitely many solutions",
    "infinite solutions": "infinitely many solutions",
    "infinitely many solution": "infinitely many solutions",
    "there are infinitely many solutions": "infinitely many solutions",
}
_NO_SOLUTION = re.compile(
    r"(?:there (?:is|are) )?no (?P<real>real )?solutions?(?: exists?)?"
    r"(?:\s?[:,(]?\s?\\(?:oslash|emptyset|varnothing)\)?)?"
)
_NO_SUCH = re.compile(
    r"(?:there (?:is|are|exists?) )?no such (?:(?:positive |real |natural )?[a-z]+(?: [a-z])?)(?: exists?)?|"
    r"(?:there (?:is|are) )?(?:no|not any) such [a-z]+|such (?:an? )?[a-z]+(?: [a-z])? do(?:es)?(?: not|n't) exist"
)
"""`no such n exists`"""
_WINNER = re.compile(
    r"(?P<who>(?:\w+ ){0,1}\w+) (?:(?:always )?wins(?: the game)?|(?:will|can|is able to) (?:always )?win|"
    r"can (?:guarantee|force) (?:a )?(?:win|victory)|(?:has|have) (?:a|the) winning strategy|is the winner)"
)
"""`Bob has a winning strategy`"""
_CONVERGES = re.compile(
    r"(?:(?:the )?(?:series|integral|sequence|it) )?(?:is )?(?:(?P<how>absolutely|conditionally|uniformly) )?"
    r"(?P<sort>conver|diver)(?:ges|gent)(?: (?P<so>absolutely|conditionally|uniformly))?"
)
"""`converges absolutely`"""
_QUADRANT = re.compile(
    r"(?:in )?(?:the )?(?:(?P<place>first|second|third|fourth) quadrant|quadrant (?P<number>iv|i{1,3}|[1-4]))"
)
_PLACES = {
    **dict.fromkeys(("first", "i", "1"), 1), **dict.fromkeys(("second", "ii", "2"), 2),
    **dict.fromkeys(("third", "iii", "3"), 3), **dict.fromkeys(("fourth", "iv", "4"), 4),
}  # fmt: skip
_ON_DAY = re.compile(r"(?:on )?(?P<day>mon|tues|wednes|thurs|fri|satur|sun)day")
_DAYS = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "thu": "thursday", "thur": "thursday",
    "thurs": "thursday", "fri": "friday", "sat": "saturday", "sun": "sunday",
}  # fmt: skip
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")
_LETTER_AND_NAME = re.compile(r"([A-Z])\s+([A-Z][a-z]{2,}.*)", re.DOTALL)


def plain_text(text: str) -> str:
    r"""`text` without LaTeX, case, articles and surrounding punctuation.

    >>> plain_text(r"\text{The Moon}.")
    'moon'
    """
    previous = None
    while previous != text:
        previous, text = text, _LATEX_TEXT.sub(r"\1", text)
    text = _STYLE.sub(" ", text)
    text = " ".join(text.split()).strip(_EDGES).casefold()
    return _ARTICLE.sub("", text)


def words_bare(text: str) -> str:
    r"""Return a formula with its words out of the commands that set them.

    >>> words_bare(r"7\text{root}2")
    '7 root 2'
    """
    return _UPRIGHT_WORDS.sub(r" \1 ", text)


def words_of(text: str) -> list[str]:
    """The words in `text` that are not mathematics."""
    shown = _COMMAND.sub(" ", _LATEX_TEXT.sub(r" \1 ", text))
    return [word for word in _WORD.findall(shown) if not _is_mathematical(word)]


def _is_mathematical(word: str) -> bool:
    known = (
        word in vocabulary.FUNCTIONS
        or word in vocabulary.GREEK
        or word in vocabulary.CONSTANTS
        or word.casefold() in vocabulary.WORDS_AS_NAMES
    )
    return (
        known
        or word in vocabulary.GREEK_VARIANTS
        or word in {"sqrt", "frac", "dfrac", "Matrix", "sum", "prod", "lim", "int"}
        or bool(re.fullmatch(r"[a-z]?(?:sin|cos|tan|ln|log|pi)[a-z]?", word))
    )


def is_text(reference: str) -> bool:
    r"""Whether a reference is words rather than mathematics.

    >>> is_text("odd"), is_text("xy"), is_text(r"\text{no solution}"), is_text("x + y")
    (True, False, True, False)
    """
    if _MATHS.search(reference):
        return False
    shown = plain_text(reference)
    letters = shown.replace(" ", "")
    if not letters.isalpha():
        return bool(words_of(reference)) and any(len(word) > PAIR for word in words_of(reference))
    if len(letters) == 1 or not letters:
        return False
    if not letters.isascii():
        return True
    if " " not in shown and _is_mathematical(shown):
        return False
    if " " not in shown and _is_product(shown):
        return False
    return not all(len(word) == 1 for word in shown.split())


def _is_product(letters: str) -> bool:
    """Whether a run of letters is more likely a product than a word: `xy`, `abc`, `pqr`."""
    follow = all(ord(b) - ord(a) == 1 for a, b in pairwise(letters))
    if follow:
        return letters not in {"no", "hi"}
    return (
        len(letters) <= _MAX_PRODUCT
        and not set(letters) & set("aeiouy")
        and letters not in {"mr", "dr", "tv", "pm", "hrs", "th"}
    )


def same_text(reference: str, answer: str) -> bool:
    """Whether two texts say the same words."""
    left, right = _in_usual_words(plain_text(reference)), _in_usual_words(plain_text(answer))
    if left == right:
        return bool(left)
    if len(left) <= _MAX_PRODUCT and left.isalpha() and all(len(word) == 1 for word in right.split()):  # `m a` for `ma`
        return "".join(right.split()) == left
    if _DAYS.get(right) == left:
        return True
    if re.sub(r"[\s\-,.]+", " ", left) == re.sub(r"[\s\-,.]+", " ", right) != "":
        return True
    parts, others = _AND.split(left), _AND.split(right)
    if len(parts) == len(others) > 1 and parts == others:
        return True
    return len(parts) == PAIR and " and " in left and sorted(parts) == sorted(others)


def squeezed(text: str) -> str:
    r"""The signs of a formula of chemistry without their heights: `\mathrm{Fe^{3+}}` and `Fe³⁺` as `Fe3+`.

    >>> squeezed(r"1s^2\,2s^{2}"), squeezed("2 H_2O -> x")
    ('1s22s2', '2H2O→x')
    """
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    text = _ARROWS.sub("→", _FONT.sub("", text))
    return re.sub(r"\\[,;:! ]|[\s${}^_~]", "", text)


_FONT = re.compile(r"\\(?:mathrm|text|ce|mathbf|textbf|rm|left|right)(?![a-zA-Z])")
_ARROWS = re.compile(r"\\(?:long)?rightarrow(?![a-z])|\\to(?![a-z])|-+>|=>|⟶")


def _property_of_numbers(text: str) -> str | None:
    """`n is odd`, `all odd integers`, `odd n` as `numbers: odd`; None for any other text."""
    said = text.replace("primes", "prime").split()
    words = [word for word in said if word not in _NUMBER_WORDS]
    if not words or len(words) > PAIR + 1 or not any(word in _PROPERTIES for word in words):
        return None
    others = [word for word in words if word not in _PROPERTIES]
    if len(others) > 1 or any(len(word) > 1 for word in others):
        return None
    if not _ONE.isdisjoint(said) and _QUANTIFIERS.isdisjoint(said):  # `even number` says no more than a number does
        return None
    properties = sorted(word for word in words if word in _PROPERTIES)
    if _SIGNS.issuperset(properties) and not _WHOLE.isdisjoint(said):  # a positive number need not be whole
        properties.append("integers")
    return "numbers: " + " ".join(properties)


_PROPERTIES = frozenset({"odd", "even", "prime", "composite", "positive", "negative"})
_SIGNS = frozenset({"positive", "negative"})
_WHOLE = frozenset({"integer", "integers"})
_ONE = frozenset({"number", "integer"})
_QUANTIFIERS = frozenset({"every", "any", "each", "is", "must"})
_WORDS = "all every any each is are be a an number numbers integer integers values of that must for"
_NUMBER_WORDS = frozenset(_WORDS.split())


def _in_usual_words(text: str) -> str:
    """`text` with what has several usual wordings in one: no solution, no limit, the days of the week."""
    text = _SAME_WORDS.get(text, text)
    if nothing := _NO_SOLUTION.fullmatch(text):
        return f"no {nothing.group('real') or ''}solution"
    if "such" in text and (nothing := _NO_SUCH.fullmatch(text)):
        return "no solution"
    if (found := _property_of_numbers(text)) is not None:
        return found
    if "verge" in text and (limit := _CONVERGES.fullmatch(text)) is not None:
        return f"{limit['how'] or limit['so'] or ''} {limit['sort']}gent".strip()
    if "quadrant" in text and (quadrant := _QUADRANT.fullmatch(text)) is not None:
        return f"quadrant {_PLACES.get(quadrant['place'] or quadrant['number'])}"
    if "win" in text and (winner := _WINNER.fullmatch(text)) is not None:
        return winner["who"]
    day = _ON_DAY.fullmatch(text)
    return day.group("day") + "day" if day is not None else text


def option_letters(text: str) -> tuple[frozenset[str], bool] | None:
    """The letters of several options, `A, B and D` or `ABD`, and whether they are written apart; None for any other.

    >>> sorted(option_letters("A, B and D")[0]), option_letters("ABBA")
    (['A', 'B', 'D'], None)
    """
    if not _SEVERAL_LETTERS.fullmatch(text):
        return None
    letters = re.findall(r"[A-J]", text)
    return (frozenset(letters), len(letters) < len(text)) if len(set(letters)) == len(letters) else None


def option_letter(text: str) -> str | None:
    """The option that an answer names by its letter, alone or before the option's text: `C`, `(C)`, `C. Paris`.

    >>> option_letter(r"(C) Cecile"), option_letter("A reasonable guess"), option_letter("(B) or (C)")
    ('C', None, None)
    """
    shown = _shown(text)
    match = _CHOICE.fullmatch(shown)
    if match is None or _OTHER_LETTER.match(match.groups()[-1]) or _NEXT_OPTION.search(match.groups()[-1]):
        return None
    return next(g for g in match.groups()[:3] if g).upper()


def reference_letter(text: str) -> str | None:
    """The letter of a reference that is an option: also `C Cecile`."""
    match = _LETTER_AND_NAME.fullmatch(_shown(text))
    return match.group(1) if match is not None else option_letter(text)


def _shown(text: str) -> str:
    text = _LATEX_TEXT.sub(r"\1", unwrap(text))
    return " ".join(_STYLE.sub(" ", _LATEX_TEXT.sub(r"\1", text)).split()).strip()


def option_text(text: str) -> str:
    """What follows the letter of an option."""
    match = _CHOICE.fullmatch(_shown(text)) or _LETTER_AND_NAME.fullmatch(_shown(text))
    return match.groups()[-1] if match is not None else ""

r"""Sets of whole numbers in words: `all multiples of 3`, `n is odd`, `every integer n \ge 3`, `powers of two`."""

import re

from verifiers.reading.number_words import number_in_words
from verifiers.reading.texts import words_of

_CUE = re.compile(
    r"\b(?:all|every|any|each|integers?|numbers?|multiples?|divisible|powers?|congruent|odd|even|form|squares?|cubes?)\b",
    re.IGNORECASE,
)
_TEXT = re.compile(r"\\(?:text|textrm|mathrm|mbox|textbf|textit)\s?\{([^{}]*)\}")
_SPACE = re.compile(r"(?:\s|\$|~|\\[,;:! ]|\\q?quad(?![a-z]))+")
_SIZE = r"(?:(?:positive|non-?\s?negative|natural|whole)\s+)?"
_NUMBERS = rf"{_SIZE}(?:integers?|numbers?|naturals?|values?(?:\s+of)?)"
_ALL = r"(?:(?:for|exactly|only|precisely|the|set\s+of)\s+){0,3}(?:(?:all|any|every|each)\s+(?:the\s+)?)?"
_THAT = (
    r"(?:(?:such\s+that|so\s+that|with|where|which\s+are|that\s+are|which\s+is|that\s+is|satisfying|for\s+which|"
    r"is|are|must\s+be)\s+)?"
)
_SUBJECT = rf"{_ALL}(?:{_NUMBERS}\s+)?(?:(?P<letter>[a-zA-Z])\s+)?{_THAT}(?:(?P=letter)\s+(?:(?:is|are)\s+)?)?"
_COUNT = r"(?P<count>\d{1,20}|[a-z]{3,9})"
_RELATION = re.compile(
    rf"(?P<lead>{_SUBJECT})(?P<rest>(?P<name>[a-zA-Z])\s?"
    r"(?P<sign>=|\\equiv(?![a-z])|[<>]=?|\\(?:geq?|leq?|neq?)(?:slant)?(?![a-z])).{1,200})",
    re.IGNORECASE | re.DOTALL,
)
_PARITY = re.compile(
    rf"{_SUBJECT}(?:an?\s+)?{_SIZE}(?P<parity>odd|even)(?:\s+{_NUMBERS})?(?:\s+(?P<again>[a-zA-Z]))?", re.IGNORECASE
)
_MULTIPLES = re.compile(
    rf"{_SUBJECT}(?P<not>not\s+)?(?:(?:an?\s+)?(?:(?:integer|integral|positive|non-?negative)\s+)?multiples?\s+of|divisible\s+by)\s+{_COUNT}",
    re.IGNORECASE,
)
_POWERS = re.compile(rf"{_SUBJECT}(?:an?\s+)?(?:perfect\s+|integer\s+)?powers?\s+of\s+{_COUNT}", re.IGNORECASE)
_SQUARES = re.compile(rf"{_SUBJECT}(?:an?\s+)?perfect\s+(?P<sort>square|cube)s?", re.IGNORECASE)
_CONGRUENT = re.compile(
    rf"{_SUBJECT}congruent\s+to\s+(?P<rest>-?\d{{1,20}}(?:(?:\s?,\s?|,?\s+or\s+|,?\s+and\s+)\d{{1,20}}){{0,20}})\s+"
    r"\(?\s?\\?[pb]?mod(?:ulo)?\s?\{?\s?(?P<modulus>\d{1,20})\s?\}?\)?",
    re.IGNORECASE,
)
_FORM = re.compile(rf"{_SUBJECT}of\s+the\s+form\s+(?P<form>[^=<>,;]{{1,100}})", re.IGNORECASE)
_USUALLY_WHOLE = frozenset("abkmnpqrN")
_MAX_CHARS = 300


def whole_numbers(text: str, letter: str = "n") -> str | None:
    r"""Return the mathematics that `text` says in words of whole numbers, about the letter it names or else `letter`.

    None for any other text, and for what words alone do not settle: `all primes p > 3`, `all even permutations`.

    >>> whole_numbers("all multiples of 3"), whole_numbers(r"every integer k \ge 2"), whole_numbers("an odd man")
    ('n \\equiv 0 \\pmod{3}', 'k \\ge 2', None)
    """
    if len(text) > _MAX_CHARS or not _CUE.search(text):
        return None
    shown = _SPACE.sub(" ", _TEXT.sub(r" \1 ", text)).strip(" .,;:")
    for pattern, write in _FORMS:
        match = pattern.fullmatch(shown)
        if match is not None:
            return write(match, match["letter"] or letter)
    return None


def _relation(match: re.Match[str], _: str) -> str | None:
    r"""`all n \ge 3`; the letter of an inequality has to be one for whole numbers."""
    if not match["lead"] or words_of(match["rest"].replace("mod", "")):
        return None
    is_inequality = match["sign"] != "=" and "equiv" not in match["sign"]
    return None if is_inequality and match["name"] not in _USUALLY_WHOLE else match["rest"]


def _parity(match: re.Match[str], letter: str) -> str:
    return rf"{match['again'] or letter} \equiv {int(match['parity'].casefold() == 'odd')} \pmod{{2}}"


def _multiples(match: re.Match[str], letter: str) -> str | None:
    count = _counted(match["count"])
    sign = r"\not\equiv" if match["not"] else r"\equiv"
    return None if not count else rf"{letter} {sign} 0 \pmod{{{count}}}"


def _powers(match: re.Match[str], letter: str) -> str | None:
    count = _counted(match["count"])
    return None if not count else f"{letter} = {count}^{{{_other(letter)}}}"


def _squares(match: re.Match[str], letter: str) -> str:
    return f"{letter} = {_other(letter)}^{2 if match['sort'].casefold() == 'square' else 3}"


def _congruent(match: re.Match[str], letter: str) -> str:
    remainders = re.findall(r"-?\d+", match["rest"])
    return " or ".join(rf"{letter} \equiv {each} \pmod{{{match['modulus']}}}" for each in remainders)


def _form(match: re.Match[str], letter: str) -> str | None:
    form = match["form"].strip()
    if words_of(form) or not any(map(str.isdigit, form)):
        return None
    return f"{letter if letter not in form else _other(letter)} = {form}"


_FORMS = (
    (_PARITY, _parity),
    (_MULTIPLES, _multiples),
    (_POWERS, _powers),
    (_SQUARES, _squares),
    (_CONGRUENT, _congruent),
    (_FORM, _form),
    (_RELATION, _relation),
)


def _counted(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    value = number_in_words(text)
    return int(value) if value is not None and value.denominator == 1 else None


def _other(letter: str) -> str:
    """A letter for any whole number beside `letter`."""
    return "k" if letter != "k" else "m"

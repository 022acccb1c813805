"""Inequalities in words: `all real numbers greater than 3`, `x is at least 5`, `from 0 to 1 inclusive`."""

import re

from verifiers.reading.texts import plain_text

_SUBJECT = (
    r"(?:(?:all|any|every|the set of(?: all)?)\s+)?(?:real\s+)?(?:(?:numbers?|reals?|values?(?:\s+of)?)\s+)?"
    r"(?:(?P<letter>[a-z])\s+)?(?:(?:such that|so that|where|with|that|which|is|are|must be|be|can be|lies?)\s+)*"
    r"(?:(?P<again>[a-z])\s+(?:is\s+|must be\s+)?)?"
)
_RELATIONS = {
    "greater than or equal to": r"\ge",
    "less than or equal to": r"\le",
    "greater than": ">",
    "bigger than": ">",
    "larger than": ">",
    "more than": ">",
    "less than": "<",
    "smaller than": "<",
    "at least": r"\ge",
    "no less than": r"\ge",
    "not less than": r"\ge",
    "at most": r"\le",
    "no more than": r"\le",
    "not more than": r"\le",
    "no greater than": r"\le",
    "not greater than": r"\le",
    "not equal to": r"\ne",
    "except for": r"\ne",
    "except": r"\ne",
    "other than": r"\ne",
}
_RELATION = "|".join(sorted(_RELATIONS, key=len, reverse=True))
_VALUE = r"-?(?:\d[\d./]*|\\[a-z]+\{?[\d/\\a-z{}]*\}?|[\d.]*\s?(?:\\?pi|\\?infty))"
_BOUNDS = re.compile(
    rf"{_SUBJECT}(?P<relation>{_RELATION})\s+(?P<value>{_VALUE})"
    rf"(?:\s*,?\s*(?:and|but)\s+(?:is\s+)?(?:(?P<second>{_RELATION})\s+)?(?P<other>{_VALUE}))?"
)
_BETWEEN = re.compile(
    rf"{_SUBJECT}(?:between|from|in the (?:closed |open )?interval from)\s+"
    rf"(?P<low>{_VALUE})\s+(?:and|to)\s+(?P<high>{_VALUE})"
    r"\s*,?\s*\(?(?P<ends>inclusive|exclusive|including (?:both )?end ?points)?\)?"
)
_SUCH_THAT = re.compile(
    r"(?:\\text\s*\{\s*)?(?:the set of\s+)?all\s+(?:real\s+)?(?:numbers?\s+|values of\s+)?\}?\s*\$?[a-z]\$?\s*"
    r"(?:\\text\s*\{\s*)?(?:such that|where|with|for which|satisfying)\s*\}?\s*",
    re.IGNORECASE,
)


def inequality_in_words(text: str, letter: str) -> str | None:
    r"""Return the inequality that `text` says in words, about the letter it names or else `letter`; None for any other.

    >>> inequality_in_words("all real numbers greater than 3", "x"), inequality_in_words("greater apes", "x")
    ('x > 3', None)
    """
    if prefix := _SUCH_THAT.match(text):
        return text[prefix.end() :] or None
    shown = plain_text(re.sub(r"\\(left|right|,|;|!)", " ", text)) if " " in text else ""
    if not shown:
        return None
    if between := _BETWEEN.fullmatch(shown):
        if between.group("ends") is None:
            return None
        name, sign = _name(between, letter), "<" if between.group("ends") == "exclusive" else r"\le"
        return f"{between.group('low')} {sign} {name} {sign} {between.group('high')}"
    bounds = _BOUNDS.fullmatch(shown)
    if bounds is None:
        return None
    name, relation = _name(bounds, letter), _RELATIONS[bounds.group("relation")]
    first = f"{name} {relation} {bounds.group('value')}"
    if bounds.group("other") is None:
        return first
    if bounds.group("second") is None and relation != r"\ne":
        return None
    return rf"{first} \text{{ and }} {name} {_RELATIONS.get(bounds.group('second'), relation)} {bounds.group('other')}"


def _name(match: re.Match[str], letter: str) -> str:
    return match.group("again") or match.group("letter") or letter

"""A sentence said more plainly: a sign in words as a sign, a value once, and what takes a denied value's place."""

import re
from fractions import Fraction

from verifiers.extraction.undressing import FRACTION_CALL
from verifiers.reading.plain_numbers import read_number

_IN_WORDS_NEGATIVE = re.compile(
    r"\bnegative\s+(?=[$\\]*\d)|(?<=is )minus\s+(?=[$\\]*\d)|(?<=equals )minus\s+(?=[$\\]*\d)", re.IGNORECASE
)
_APART_FROM = re.compile(r"\ANot (?:counting|including)\b[^,]{1,60},\s*")
_LATER = re.compile(
    r";\s*(?:(?:as|since|because)\s[^;,]{1,60},\s)?((?:it|this|the \w+|[a-z])(?:['’]s|\s+(?:is|equals|"
    r"=))\s[^;]{0,60}\d[^;]{0,20})\Z",
    re.IGNORECASE,
)
"""What is said last, after a semicolon: "it is not 57; it is 58"."""
_CONTRAST = re.compile(
    r"(?:\b(?:not|nicht|pas|no|non|não|nao|не|nie|niet|\w+n['’]t)(?:\s(?:es|ist|est|is|son|sind))?|"
    r"不是)\s*[$*]*[-−]?\d[\d.,/]*[$*]*(?:\s(?!but\b)[a-z]{2,12})?(?:\s\([^()]{1,80}\))?\s*[,，]?\s*"
    r"(?:but(?: rather)?|sondern|mais|sino|bensì|ma|mas|а|lecz|maar|而是|"
    r"(?<=[,，] )(?:it['’]s|it is|es ist|es|c['’]est|è|é|это))"
    r"\s*(\S.{0,80})\Z",
    re.IGNORECASE,
)
_COMPUTED = re.compile(
    r"\A\W*(?:it|that|this|x|the \w+)\s?(?:can(?:['’]t|not)\sbe|is(?:n['’]t|\snot))\s[$]?[-−]?\d[\d.,/]*[$]?,?\s"
    r"(?:as|since|because|for)\s([-−+*/×·÷^()\d.,\s]*[-−+*/×·÷^][-−+*/×·÷^()\d.,\s]*=\s?[-−]?\d[\d.,/]*)\W*\Z",
    re.IGNORECASE,
)
"""`It can't be 385, as 432 - 57 = 375`"""
_SUBJECT = re.compile(
    r"\W*?(?:(?:so|thus|hence|therefore|and|finally),?\s)?(?:([$]?[A-Za-z]\s?=\s?[^=\s][^=A-Za-z]{0,40}?[$]?|"
    r"-?\d[\d.,/]*)\sis\sthe\s"
    r"(?:only\s|unique\s|required\s|desired\s|final\s|correct\s|real\s)*(?:solution|root|answer|result)|"
    r"([$]?\\?(?:left)?\([^()A-Za-z]{3,60}\)[$]?)\sis\sthe\s\w+)(?:\s(?:to|of|for|between|joining|in|on)\s.*)?\W*",
    re.IGNORECASE,
)
"""`x = 12 is the solution to the equation`, `(-1, 3) is the midpoint`"""
_OVER = re.compile(r"(?<![\w.,/])(\d+) over (\d+)(?![\w.,/]*\d)(?=[\s.]*\Z)")
_IT_IS = re.compile(
    r"(?:\A|\b(?:so|and|thus|hence|therefore|then)|"
    r",)\s?([$]?[-−]?\d[\d.,/]*[$]?) it is\Z",
    re.IGNORECASE,
)
"""`So 42 it is`"""
_VALUE = r"-?\$?\d[\d.,]{0,20}(?:[/:]\d{1,20})?(?:\s?\\?%)?"
_SAID_AGAIN = re.compile(
    rf"(?:(?<=\*\*)|(?<![\w.,/$:])(?<![-+*/×·÷^−])(?<![-+*/×·÷^−] ))({_VALUE})"
    r"(?:,?\s*\(?(?:or|i\.e\.,?|that is,?|or equivalently)\s+|\s*\(?=\s*|\s*\()"
    rf"({_VALUE})\)?(?P<bold>\*\*)?\s*\Z"
)
"""A value said once more: `2/5, or 40 %`, `5:4 (or 1.25)`."""


def plainly(sentence: str, reference: str) -> str:
    """Return `sentence` in the plainest words that say the same; a ratio as a number, unless the reference is one.

    >>> plainly("The slope is negative 3", "-3"), plainly("It is 2/5, or 40 %", "0.4"), plainly("No es 1, sino 9", "9")
    ('The slope is -3', 'It is 2/5', '9')
    """
    if sentence.startswith("Not "):
        sentence = _APART_FROM.sub("", sentence)
    if " over " in sentence:
        sentence = _OVER.sub(r"\1/\2", sentence)
    if sentence.endswith(" it is") and (idiom := _IT_IS.search(sentence)):
        sentence = f"so it is {idiom[1]}"
    if "Fraction(" in sentence:
        sentence = FRACTION_CALL.sub(r"\1/\2", sentence)
    if ";" in sentence and (later := _LATER.search(sentence)):
        sentence = later[1]
    if "not" in sentence or "'t" in sentence or "’t" in sentence:
        sentence = _COMPUTED.sub(r"\1", sentence)
    if " is the " in sentence and (subject := _SUBJECT.fullmatch(sentence)):
        sentence = subject[1] or subject[2]
    return _instead(_signed(_once(sentence, reference)))


def _instead(sentence: str) -> str:
    """What a sentence puts in the place of a number that it denies: "no es 18, sino 19"."""
    contrast = _CONTRAST.search(sentence)
    return contrast[1] if contrast else sentence


def _signed(sentence: str) -> str:
    """`sentence` with "negative 3" and "is minus 3" as -3."""
    return _IN_WORDS_NEGATIVE.sub("-", sentence) if "egative" in sentence or "inus" in sentence else sentence


def _once(sentence: str, reference: str) -> str:
    """`sentence` without the second of two numbers that are the same: `2/5, or 40 %` says 2/5."""
    is_likely = "or" in sentence or "i.e" in sentence or "=" in sentence or sentence.endswith((")", ")**"))
    again = _SAID_AGAIN.search(sentence) if is_likely else None
    if again is None:
        return sentence
    one, other = map(_plain_value, again.groups()[:2])
    if one is None or one != other:
        return sentence
    kept = again[2] if ":" in again[1] and ":" not in reference else again[1]
    return sentence[: again.start(1)] + kept + (again["bold"] or "")


def _plain_value(text: str) -> Fraction | None:
    number = read_number(text.strip("$\\% ").replace(":", "/"))
    return None if number is None else number.value / (100 if text.endswith("%") else 1)

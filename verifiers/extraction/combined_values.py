"""Values that a sentence gives in several numbers: parts of a quantity, a ratio, a chance."""

import re

from data.records import Problem
from verifiers.extraction.doubts import DOUBTED, QUALIFIED
from verifiers.extraction.unit_after import is_quantity

_PART_UNIT = (
    r"(?:years?|months?|weeks?|days?|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|feet|foot|ft|inch(?:es)?|in|"
    r"pounds?|lbs?|ounces?|oz)"
)
_COMPOUND = re.compile(
    rf"(?<![\w.,])\d+(?:[.,]\d+)?\s?{_PART_UNIT}\.?(?:,?\s(?:and\s)?\d+(?:[.,]\d+)?\s?{_PART_UNIT}\b\.?)+"
)
"""`2 hours and 30 minutes`, one quantity in two units."""
_COMES_TO = re.compile(r"(?:\b(?:is|are|takes|lasts|makes|gives)|=)\s*\Z")
_MEASURE = (
    r"[-−]?\d[\d.,]*\s?[A-Za-zµΩ°%][A-Za-zµΩ°%/²³·^\d]{0,12}(?:\s(?:and\s)?\d+\s?[A-Za-z]{1,8}|\sper\s[a-z]{1,9})?"
)
_TWO_UNITS = re.compile(
    rf"(?<![\w.,^])({_MEASURE})(?:\s?\((?:or |i\.e\.,? |which is |that is )?=?|,\s(?:or|i\.e\.,?|which is|"
    rf"that is,?)\s|\s?(?=≈))\s?"
    rf"((?:about |approximately |roughly |around |≈\s?)?)({_MEASURE})\)?\Z"
)
"""The same once more in another unit: `19.6 m/s (about 70.6 km/h)`, `2 hours and 15 minutes, or 135 minutes`."""
_FEW = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)"
_TWO_NUMBERS = re.compile(rf"(?<!from )(?<![\w.,/])({_FEW})\s+(to|in|out of)\s+({_FEW})(?= chance\Z|\Z)", re.IGNORECASE)
_RATIO = re.compile(r"\s*\$?\d[\d.]*\s*(?::|\\colon|to)\s*\d[\d.]*\$?\s*")
_PART = re.compile(r"\$?\s*(?:\d+\s*/\s*\d+|\\[dt]?frac.*|0?\.\d+|[\d.]+\s*\\?%)\s*\$?")
_WITHIN_A_TIME = re.compile(
    r"(?<=[\w$€£%]),?\s+(?:in|within|after|over|during|d['’]ici|dans|après|pendant|en|durante|dentro de|después de|"
    r"nach|innerhalb von|por|dopo|tra)\s+(?:the (?:next|first|last)\s+)?\d+\s+"
    r"(?:seconds|minutes|hours|days|weeks|months|years|mois|ans|jours|semaines|heures|meses|años|anos|días|dias|"
    r"semanas|"
    r"horas|Monaten?|Jahren?|Tagen?|Wochen|Stunden|mesi|anni|giorni|settimane|ore)\s*[.。]?\Z",
    re.IGNORECASE,
)


def without_time_taken(sentence: str) -> str:
    """A sentence without the time in which something comes about, where it says more than that.

    >>> without_time_taken("She saves 220 dollars in 12 months"), without_time_taken("It is done in 12 months")
    ('She saves 220 dollars', 'It is done in 12 months')
    """
    time = _WITHIN_A_TIME.search(sentence)
    return sentence[: time.start()] if time and re.search(r"\d", sentence[: time.start()]) else sentence


COUNTS_FIRST = re.compile(
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s[a-z]+s\s(?:will|would|are|were|can|must|need)\b"
    r"(?!.*(?:[:;=]|\b(?:is|equals?|total|makes?|gives?)\b))",
    re.IGNORECASE,
)
"""A number word that a sentence begins with: `Three trucks will be needed to transport 80 stones`."""


def written_together(sentence: str, problem: Problem) -> str | None:
    """An answer of several numbers that a sentence ends in: parts of a quantity, a ratio, a chance."""
    if is_quantity(problem) and len(parts := _COMPOUND.findall(sentence)) == 1:
        before, _, behind = sentence.partition(parts[0])
        is_told = not re.search(r"\d", before) or _COMES_TO.search(before)
        return str(parts[0]) if is_told and not re.search(r"\d", behind) else None
    pair = _TWO_NUMBERS.search(sentence.replace("$", ""))
    if pair is None or re.search(r"\d", sentence[: pair.start()]):
        return None
    asked = _RATIO if pair[2] == "to" else _PART
    return pair[0] if asked.fullmatch(problem.reference) else None


def in_two_units(sentence: str) -> str | None:
    """The value that a sentence ends in and says once more in another unit, as an equation that has to hold.

    >>> in_two_units("The speed is 19.6 m/s (about 70.6 km/h)")
    '19.6 m/s ≈ 70.6 km/h'
    """
    twice = _TWO_UNITS.search(sentence)
    if twice is None or DOUBTED.search(sentence, 0, twice.start()) or QUALIFIED.search(sentence, 0, twice.start()):
        return None
    return f"{twice[1]} {'≈' if twice[2] else '='} {twice[3]}"

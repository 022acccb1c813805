"""Dates and clock times, in the ways in which people write them."""

import re
from dataclasses import dataclass
from fractions import Fraction

from verifiers.reading.number_words import number_in_words

_MONTHS = {
    name: n
    for n, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}
_MONTHS |= {name[:3]: n for name, n in _MONTHS.items()} | {"sept": 9}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_WEEKDAY_BEHIND = r"(?:,?\s+\(?(?:mon|tues|wednes|thurs|fri|satur|sun)day\)?)?"
_DATE_FORMS = (
    (re.compile(rf"{_WEEKDAY}({_NAMES})\.?\s+{_DAY}(?:,?\s+(\d{{4}}))?{_WEEKDAY_BEHIND}", re.IGNORECASE), "mdy"),
    (re.compile(rf"{_WEEKDAY}(?:the\s+)?{_DAY}\s+(?:of\s+)?({_NAMES})\.?,?(?:\s+(\d{{4}}))?", re.IGNORECASE), "dmy"),
    (re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"), "ymd"),
    (re.compile(rf"(\d{{4}})\s+({_NAMES})\.?\s+{_DAY}", re.IGNORECASE), "ymd"),
    (re.compile(r"(\d{1,2})[/-](1[3-9]|2\d|3[01])[/-](\d{4})"), "mdy"),
    (re.compile(r"(1[3-9]|2\d|3[01])[/-](\d{1,2})[/-](\d{4})"), "dmy"),
    (re.compile(r"((\d{1,2}))[/-]\2[/-](\d{4})"), "mdy"),
    (re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})"), "dmy"),
    (re.compile(rf"({_NAMES})\.?,?\s+(\d{{4}})", re.IGNORECASE), "my"),
)
_HALF = r"(a\.?\s?m\.?|p\.?\s?m\.?|noon|midnight|in the (?:morning|afternoon|evening)|at night)"
_TIME = re.compile(
    rf"(\d{{1,2}})(?:[:.h](\d{{2}}))?(?::(\d{{2}}))?\s*{_HALF}"
    rf"|(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?(?:\s*(?:h|hours|o'clock))?",
    re.IGNORECASE,
)
_NUMBER = r"\d{1,2}|[a-z]{3,6}(?:[ -][a-z]{3,5})?"
_IN_WORDS = re.compile(
    rf"(?:(?:(?P<part>half|(?:a )?quarter) (?P<way>past|after|to|before|till)|(?P<minutes>{_NUMBER}) minutes? "
    rf"(?P<side>past|after|to|before|till)|(?P<past>{_NUMBER}) past) "
    r"(?P<hour>\d{1,2}|[a-z]{3,6})(?: o'clock)?|(?P<sharp>\d{1,2}|[a-z]{3,6}) o'clock)"
    r"(?: (?P<when>in the (?:morning|afternoon|evening)|at night|a\.?m\.?|p\.?m\.?))?"
)
"""`ten to four` alone may be odds or a range, so minutes before an hour have to be called minutes."""
_BARE_MINUTES = re.compile(r"^([a-z]{3,6}(?:[ -][a-z]{3,5})?) (to|before|till|after)(?= [a-z])")
"""Where a time is asked for, they need not be."""
_LATEX = re.compile(r"\\(?:text|mathrm|textrm|mbox)\s*\{([^{}]*)\}|\\[,;:! ]|\$|~|[{}]")

_NOON, _DAY_HOURS, _SIXTY = 12, 24, 60


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, or a time of day; what was not said is None."""

    kind: str
    fields: tuple[int | None, ...]
    """Year, month, day; or hours, minutes, seconds, and 1 where the half of the day is known, 0 where `07:05` hints at
    it."""


def read_moment(text: str, *, expected: str | None = None) -> Moment | None:
    """Read `text` as a date or a time of day, or return None.

    A time without `a.m.` or `p.m.` and without `:`-seconds looks like a ratio; it is read only where a
    time is `expected`.

    >>> read_moment("March 5, 2020") == read_moment("2020-03-05")
    True
    """
    plain = " ".join(_LATEX.sub(lambda m: m.group(1) or " ", text).split()).strip(" .")
    for pattern, order in _DATE_FORMS:
        match = pattern.fullmatch(plain)
        if match is not None:
            return _date(match.groups(), order)
    if plain.casefold() in {"noon", "midnight"}:
        return Moment("time", (12 if plain.casefold() == "noon" else 0, 0, 0, 1))
    in_words = _IN_WORDS.fullmatch(plain.casefold())
    if in_words is None and expected == "time":
        in_words = _IN_WORDS.fullmatch(_BARE_MINUTES.sub(r"\1 minutes \2", plain.casefold()))
    if in_words is not None:
        return _time_in_words(in_words)
    match = _TIME.fullmatch(plain)
    if match is None or (match.group(4) is None and expected != "time"):
        return None
    return _time(match)


def _date(groups: tuple[str | None, ...], order: str) -> Moment | None:
    parts = dict(zip(order, groups, strict=True))
    month_text = (parts.get("m") or "").casefold()
    month = int(month_text) if month_text.isdigit() else _MONTHS.get(month_text)
    year, day = (int(parts[key]) if parts.get(key) else None for key in ("y", "d"))  # type: ignore[arg-type]
    if month is None or month not in range(1, 13) or (day is not None and day not in range(1, 32)):
        return None
    return Moment("date", (year, month, day))


def _time(match: re.Match[str]) -> Moment | None:
    half = (match.group(4) or "").casefold().replace(".", "").replace(" ", "")
    hour, minute, second = (int(g or 0) for g in (match.group(1, 2, 3) if half else match.group(5, 6, 7)))
    half = _HALVES.get(half) or (_half_of_night(hour) if half == "atnight" else half)
    if hour > _DAY_HOURS or max(minute, second) >= _SIXTY or (half and hour not in range(1, _NOON + 1)):
        return None
    known = 1 if half or hour > _NOON or hour == 0 else 0 if (match.group(5) or "").startswith("0") else None
    if half in {"pm", "noon"} and hour < _NOON:
        hour += 12
    elif half in {"am", "midnight"} and hour == _NOON:
        hour = 0
    return Moment("time", (hour % 24, minute, second, known))


_HALVES = {"inthemorning": "am", "intheafternoon": "pm", "intheevening": "pm"}
_EARLIEST_EVENING = 6


def _half_of_night(hour: int) -> str:
    """`11 at night` is late, `2 at night` is early."""
    return "pm" if _EARLIEST_EVENING <= hour < _NOON else "am"


def _time_in_words(match: re.Match[str]) -> Moment | None:
    """`half past three`, `ten minutes to four in the afternoon`, `5 o'clock`; None for words that are no numbers."""
    hour = _whole(match["hour"] or match["sharp"])
    if match["part"] is not None:
        minutes: int | None = 30 if match["part"] == "half" else 15
    else:
        minutes = _whole(match["minutes"] or match["past"] or "0")
    if hour is None or minutes is None or hour not in range(1, _NOON + 1) or minutes >= _SIXTY:
        return None
    when = match["when"] or ""
    is_late = "afternoon" in when or "evening" in when or when.startswith("p")
    is_late = is_late or (when == "at night" and _half_of_night(hour) == "pm")
    total = (hour % _NOON + _NOON * is_late) * _SIXTY
    total += -minutes if (match["way"] or match["side"]) in {"to", "before", "till"} else minutes
    return Moment("time", (total // _SIXTY % _DAY_HOURS, total % _SIXTY, 0, 1 if when else None))


def _whole(text: str) -> int | None:
    value = Fraction(text) if text.isdigit() else number_in_words(text)
    return int(value) if value is not None and value.denominator == 1 else None


def same_moment(reference: Moment, answer: Moment, *, half_may_miss: bool) -> bool:
    """Whether two moments are the same; a part that the reference does not name may be added, not left out."""
    if reference.kind != answer.kind:
        return False
    if reference.kind == "date":
        pairs = zip(reference.fields, answer.fields, strict=True)
        return all(a == b or a is None for a, b in pairs)
    hours = (reference.fields[0], answer.fields[0])
    if reference.fields[1:3] != answer.fields[1:3] or None in hours:
        return False
    if hours[0] == hours[1]:
        return half_may_miss or reference.fields[3] != 1 or answer.fields[3] is not None
    loose = reference.fields[3] is None or (answer.fields[3] is None and half_may_miss)
    return loose and (hours[0] or 0) % 12 == (hours[1] or 0) % 12

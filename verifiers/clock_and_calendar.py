"""Dates and clock times, in the ways in which people write them."""

import re
from dataclasses import dataclass

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
    (re.compile(r"(\d{1,2})/(1[3-9]|2\d|3[01])/(\d{4})"), "mdy"),
    (re.compile(r"(1[3-9]|2\d|3[01])/(\d{1,2})/(\d{4})"), "dmy"),
    (re.compile(rf"({_NAMES})\.?,?\s+(\d{{4}})", re.IGNORECASE), "my"),
)
_HALF = r"(a\.?\s?m\.?|p\.?\s?m\.?|noon|midnight)"
_TIME = re.compile(
    rf"(\d{{1,2}})(?:[:.h](\d{{2}}))?(?::(\d{{2}}))?\s*{_HALF}"
    rf"|(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?(?:\s*(?:h|hours|o'clock))?",
    re.IGNORECASE,
)
_LATEX = re.compile(r"\\(?:text|mathrm|textrm|mbox)\s*\{([^{}]*)\}|\\[,;:! ]|\$|~|[{}]")

_NOON, _DAY_HOURS, _SIXTY = 12, 24, 60


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, or a time of day; what was not said is None."""

    kind: str
    fields: tuple[int | None, ...]
    """Year, month, day; or hours, minutes, seconds, and 1 where the half of the day is known."""


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
    if hour > _DAY_HOURS or max(minute, second) >= _SIXTY or (half and hour not in range(1, _NOON + 1)):
        return None
    known = bool(half) or hour > _NOON or hour == 0 or (match.group(5) or "").startswith("0")
    if half in {"pm", "noon"} and hour < _NOON:
        hour += 12
    elif half in {"am", "midnight"} and hour == _NOON:
        hour = 0
    return Moment("time", (hour % 24, minute, second, 1 if known else None))


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
        return half_may_miss or reference.fields[3] is None or answer.fields[3] is not None
    loose = reference.fields[3] is None or (answer.fields[3] is None and half_may_miss)
    return loose and (hours[0] or 0) % 12 == (hours[1] or 0) % 12

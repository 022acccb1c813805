"""The time of day that a sentence comes to, where a time is asked for."""

import re

from data.records import Problem

_HALF = r"\s?[ap]\.?\s?m\b\.?|\s(?:in the (?:morning|afternoon|evening)|at night)"
_CLOCK = re.compile(
    rf"(?<![\d:])(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?P<half>{_HALF})?(?![\d:])|"
    r"(?<![\d:.,])\d{1,2}\s?[ap]\.?m\b\.?|\b(?:half|(?:a )?quarter) (?:past|to) [a-z]{3,6}"
    r"(?: in the (?:morning|afternoon|evening)| at night)?",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:before|after|until|till|from|between|since|by|around|about|nearly|almost)\s\Z", re.IGNORECASE
)

_DENIED = re.compile(r"n['’]t\b|\b(?:not|never|no)\b", re.IGNORECASE)


def asks_time(problem: Problem) -> bool:
    """Say whether the reference is a time of day."""
    reference = problem.reference
    return (":" in reference or reference[-2:].lower() in {"am", "pm", "m."}) and bool(
        _CLOCK.fullmatch(reference.strip(" $"))
    )


def only_time(sentence: str) -> str | None:
    """The one time that a sentence comes to, behind its last sign of equality; it may be told in two ways.

    Empty where the sentence only bounds or denies it; None where it tells none, or several.

    >>> only_time("The shop closes at 17:30 (5:30 p.m.)"), only_time("It is open until 17:30")
    ('5:30 p.m.', '')
    """
    sentence = sentence.replace("{:}", ":")
    begin = sentence.rfind("=") + 1
    times = list(_CLOCK.finditer(sentence, begin))
    if not times:
        return None
    if _BOUND.search(sentence, begin, times[0].start()) or _DENIED.search(sentence):
        return ""
    if len(times) > 1 and (None in map(_on_the_dial, times) or len(set(map(_on_the_dial, times))) > 1):
        return None
    return next((time for time in times if time["half"]), times[0])[0]


def _on_the_dial(time: re.Match[str]) -> tuple[int, str] | None:
    return None if time["hour"] is None else (int(time["hour"]) % 12, time["minute"])

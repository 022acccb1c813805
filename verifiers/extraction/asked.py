"""What a problem asks for, as far as it says where in a text its answer can stand; no sample is looked at."""

import re

from data.records import Problem

YES_OR_NO = re.compile(r"(yes|no|true|false)[,.:;](?!\s*(?:and|but|or)\b)", re.IGNORECASE)


def is_words(reference: str) -> bool:
    """Say whether the reference is plain words, so that the words of an answer are all of it."""
    return bool(re.fullmatch(r"(?:\\text(?:bf)?\{)?[A-Za-z][A-Za-z ,.'-]+\}?", reference.strip().strip("$")))


def parts_asked(reference: str) -> int:
    r"""Return how many answers the reference lists: `2, 3` and `x=1 \text{ and } y=2` list two."""
    bare = reference.strip().strip("$")
    if re.search(r"[(\[{]", re.sub(r"\\(?:text|frac|dfrac|sqrt)\b|\{[^{}]*\}", "", bare)) or re.fullmatch(
        r"[\d,.\s]*,\d{3}", bare
    ):
        return 1
    return len(re.split(r",|;|\\text\{\s*(?:and|or)\s*\}|\band\b", bare))


def asks_yes_or_no(problem: Problem) -> bool:
    """Say whether the reference is "yes", "no", "true" or "false"."""
    return YES_OR_NO.match(f"{problem.reference},") is not None

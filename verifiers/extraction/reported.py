"""Whole sentences that state an answer as somebody else's, as a bound, or as a case that is only considered."""

import re

from verifiers.extraction.doubts import OF_ANOTHER_QUESTION, OF_THE_ANSWER, is_hypothetical
from verifiers.extraction.phrases import hints_at_answer, stated_in


def is_bound(before: str) -> bool:
    """Say whether the words before a value make it a bound or one answer of several: "an upper bound is"."""
    return _BOUND.search(before) is not None


_BOUND = re.compile(
    r"\ban? (?:upper|lower) (?:bound|limit)\b|\bone of (?:the|many|several|my|our)\b[^.]{0,20}|"
    rf"{OF_THE_ANSWER}\b|"
    r"\b(?:answer|result|solution)\s(?:minus|plus|times|squared|cubed|divided|doubled|modulo|mod)\b",
    re.IGNORECASE,
)


def states_for_others(sentence: str) -> bool:
    """Say whether an answer that `sentence` states is somebody else's, or that of a case that is only considered."""
    lowered = sentence.lower()
    if not hints_at_answer(lowered):
        return False
    return any(
        is_hypothetical(sentence, found.start()) or OF_ANOTHER_QUESTION.search(sentence, *found.span())
        for found in stated_in(lowered).finditer(sentence)
    )

"""Answers that take themselves back: denied, doubted, or given as one of several."""

import re

_NEGATION = re.compile(
    r"(?<![a-z\\])(?:(?:number|integer|value|anything|everything|any|all) but|besides|apart from|opposite of|fails|"
    r"not|isn't|aren't|cannot|can't|never|neither|nor|except|wrong|incorrect|untrue|false|impossible|unlikely|no|"
    r"without|excluding|far from|differs? from|different from|rule[sd]? out|nobody|no one|hardly|other than|"
    r"anything but|rather than|"
    r"instead of|unless)(?![a-z])|n['’]t(?![a-z])|\\(?:lnot|neg|nexists|not)(?![a-z])|¬",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"(?<![a-z\\])(?:maybe|perhaps|possibly|probably|either|might|could be|unsure|unclear|guess|unknown|any of|"
    r"one of|some of|all of the above|"
    r"alternatively|depends|between)(?![a-z])|\?",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?<![a-z\\])(?:more|less|fewer|greater|larger|smaller|higher|lower|bigger) than(?![a-z])|"
    r"(?<![a-z\\])(?:at (?:the )?(?:very )?(?:least|most)|bounded by|up to|over|under|above|below|nearly|almost|"
    r"exceed(?:s|ing)?|divisible by|"
    r"multiple of|an? (?:minimum|maximum) of)(?![a-z])",
    re.IGNORECASE,
)


def denial(answer: str, reference: str) -> str | None:
    """Like `hedge`, but only for what denies or bounds the value, which a short sentence may hold anywhere."""
    for pattern in (_NEGATION, _BOUND):
        allowed = {word.casefold() for word in pattern.findall(reference)}
        found = next((f for f in pattern.finditer(answer) if f.group().casefold() not in allowed), None)
        if found is not None:
            return f"it says {found.group()!r}"
    return None


def hedge(answer: str, reference: str) -> str | None:
    """Why `answer` commits to nothing, or None; words that the reference uses too do not count.

    >>> hedge("not 5", "5")
    "it says 'not'"
    >>> hedge("not possible", "not possible") is None
    True
    """
    for pattern in (_NEGATION, _DOUBT, _BOUND):
        allowed = {word.casefold() for word in pattern.findall(reference)}
        for found in pattern.finditer(answer):
            if found.group().casefold() not in allowed:
                return f"it says {found.group()!r}"
    return None

"""The number in words that a sentence without digits comes to: "So the farmer makes twenty-eight dollars"."""

import re
from itertools import pairwise

from data.records import Problem
from verifiers.extraction.asked import parts_asked
from verifiers.extraction.doubts import DOUBTED, QUALIFIED
from verifiers.reading.number_words import number_in_words

_HOW_MANY = re.compile(
    r"\b(?:there (?:are|is|were|will be)|(?:she|he|they|we|it) (?:has|have|had|get|gets|needs?))\s+"
    r"(?:now\s+|then\s+)?(?:exactly\s+|only\s+|a total of\s+)?"
    r"((?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen)"
    r"(?=(?:\s+[a-z]+){0,3}\W*\Z)(?!.*\b(?:hundred|thousand|million|dozen|times|or|to|and|possible|more|fewer|"
    r"less|cases|each)\b)",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"\b(?:is|are|equals|makes|costs?)\s+(?!(?:is|are)\b)(?:exactly\s+)?([a-z]+(?:[ -][a-z]+){0,5})[.!]?\Z"
)
_FIRST = re.compile(
    r"(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    r"nineteen|twenty)\s(?!of\b|more\b|less\b|fewer\b|times\b|cases\b|steps\b|and\b|or\b|to\b|plus\b|minus\b|hundred\b|"
    r"thousand\b|million\b|dozen\b|ways\b|things\b|methods\b)[a-z]+s?\s[a-z]+(?:\s[A-Za-z$,']+){0,12}\W*",
    re.IGNORECASE,
)
"""`Two people accept the position.`"""
_SMALL = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_RUN = re.compile(
    rf"(?<![\w-])(?:(?:negative|minus)\s)?(?:an?\s(?=hundred|thousand|million))?(?:{_SMALL}|hundred|thousand|million)"
    rf"(?:[\s-](?:and\s)?(?:{_SMALL}|hundred|thousand|million))*(?:[\s-](?:halves|half|thirds?|quarters?|fourths?|"
    rf"fifths?|sixths?|"
    r"sevenths?|eighths?|ninths?|tenths?))?(?![\w-])",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:\A\W*|\b(?:is|are|was|be|equals|makes?|made|earns?|costs?|measures?|needs?|takes?|has|have|pays?|gets?|"
    r"totals?|"
    r"lasts?|weighs?|spends?|saves?|contains?|(?:average|total|sum) of|it['’]s|that['’]s|answer|by)\s(?:exactly\s|"
    r"just\s)?|"
    r"[=:]\s?)\Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?!\s(?:more|less|fewer|times|of|or|to|as|plus|minus|possible|cases?|ways?|steps?|things?|methods?|options?|"
    r"dozen|billion|parts?|sides?)\b)(?:\s[A-Za-z]+){0,4}\W*\Z",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s?,?\s(?:and|or)\s|,\s")


def spelled_value(sentence: str, problem: Problem) -> str | None:
    """The number word that a sentence without digits comes to, or the sentence with its number in digits.

    >>> problem = Problem(question="How many?", reference="28")
    >>> spelled_value("So there are three such triangles.", problem), spelled_value("There are three cases.", problem)
    ('three', None)
    >>> spelled_value("So the farmer makes twenty-eight dollars.", problem)
    'So the farmer makes 28 dollars.'
    """
    if any(map(str.isdigit, sentence)):
        return None
    runs = list(_RUN.finditer(sentence))
    if not runs:
        return None
    counted = _HOW_MANY.search(sentence) or _FIRST.fullmatch(sentence.strip()) or _at_end(sentence)
    if counted is not None and not DOUBTED.search(sentence) and not QUALIFIED.search(sentence):
        return counted[1].lower()
    return _in_digits(sentence, runs, problem)


def _at_end(sentence: str) -> re.Match[str] | None:
    """What a sentence says that something is, where that is a number in words: "The probability is one sixth"."""
    spelled = _SPELLED.search(sentence)
    return spelled if spelled and number_in_words(spelled[1]) is not None else None


def _in_digits(sentence: str, runs: list[re.Match[str]], problem: Problem) -> str | None:
    """The sentence with its one number, or the list of numbers that it ends in, as digits."""
    values = [number_in_words(run[0]) for run in runs]
    if None in values or runs[0][0].casefold() == "one" or len(runs) not in {1, parts_asked(problem.reference)}:
        return None
    joints = [sentence[one.end() : next_one.start()] for one, next_one in pairwise(runs)]
    begin, end = runs[0].start(), runs[-1].end()
    if not (_BEFORE.search(sentence[:begin]) and all(map(_JOINED.fullmatch, joints)) and _BEHIND.match(sentence[end:])):
        return None
    counted = sentence[end:].split()[:1]
    if counted and counted[0].strip(".").removesuffix("s").casefold() in sentence[:begin].casefold().split():
        return None  # "that page is eight pages long" counts no pages
    return sentence[:begin] + ", ".join(map(str, values)) + sentence[end:]

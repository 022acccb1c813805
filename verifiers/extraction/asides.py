"""What stands beside an answer in its sentence or formula and says nothing of it: remarks, rows above."""

import re

from verifiers.extraction.undressing import NOT_THAT

_REMARK = re.compile(
    r"\s*[(,]\s*(?:(?:which\s+is|or|i\.e\.|that\s+is|=)\s+)?(?:about|approximately|approx\.?|roughly|around|≈|~)"
    r"[^()]{1,60}\)?\Z"
)
"""The same once more in another unit, or rounded: `19.6 m/s (about 70.6 km/h)`."""
_ASIDE = re.compile(r"\s\((?=[^()]{0,60}[a-z]{3,} )[^()\d]{5,80}\)\Z")
"""`20 workers (independent of $T$)`"""
_EXPLAINED = re.compile(
    r"\s\((?:(?!(?:per|each|every|times|or|and|also|plus|minus|in)\b)(?=[^()]*[a-z]{3,}[ ,][^()]*[a-z]{3,})[^()\s]+|"
    r"an?|the|"
    r"it['’]?s|since|because|as|so|after|dividing|multiplying|assuming|with|given|using|from|by|both|"
    r"down|up|leaving|saving|counting|including|rounded|simplified|reduced|note|thus|that|this|he|she|they)\s"
    r"[^()]{3,90}\)(?=[\s.]*\Z|\s(?:to|for|of|in|from|on|at)\s[^\d()]{1,80}\Z)",
    re.IGNORECASE,
)
"""`$700 (a saving of $100)`, `25 days (a little under four weeks) to read the book`"""
_UNDOES = re.compile(
    r"\b(?:not|wrong|incorrect|false|impossible|contradict\w*|reject\w*|invalid|absurd|too|mistakes?|errors?|but|"
    r"however|"
    r"should|must|asked|says?|said|claim\w*|would|could|may|might|or|off|short|actual(?:ly)?|correct\w*|instead|"
    r"previous|"
    r"extraneous|discarded|guess\w*|estimate\w*|approximat\w*|about|for each|for every|more|less|fewer|than|times|"
    r"before|without|still|yet|later|adds?|added|subtract\w*|plus|minus|old|original|first|initial|half|double|"
    r"twice|except\w*|"
    r"exclud\w*|if|unless|no|nothing|never|odd|strange|wrongly|doubt\w*)\b|"
    r"n['’]t\b|\?",
    re.IGNORECASE,
)
"""Words with which an aside would change what is said before it."""
_NOT_IN_BRACKETS = re.compile(r"(?<=[\w$])\s\((?:and\s)?not\s[-−$]?\d[^()]{0,40}\)")
"""`1.2 m (and not 12 m) long`"""
_REASON = re.compile(
    r",?\s+(?:because|since|not to be confused with|as (?:gcd|lcm|[a-z]\s?[=<>])|"
    r"which (?:lies\b|is between\b|can(?:['’]t|not)\sbe\s(?:\w+\s)?(?:reduced|simplified|factored|written|"
    r"cancelled)|(?:you|one|we) can (?:also )?(?:check|confirm|"
    r"verify|see)|is (?:also|"
    r"the same|consistent|why|because)|agrees|"
    r"matches|satisf\w+|confirms|checks))\b.*\Z|"
    r"\s?,\s?(?:so|and) for (?:instance|example)\b.*\Z",
    re.DOTALL,
)
"""The clause behind a value that gives its reason or goes on about it."""
_FOR_INSTANCE = re.compile(r"\A\s?,\s?(?:so|and) for (?:instance|example)\b")
_DENIES_IT = re.compile(
    r"\b(?:wrong|incorrect|false|impossible|contradict\w*|reject\w*|invalid|absurd|mistakes?|errors?|but|however|"
    r"should|doubt\w*|odd|strange|suspicious\w*|nothing|nobody|no|still|yet|guess\w*|hope|assume|forgot\w*|"
    r"asked|says?|said|claim\w*|(?<!one )(?<!you )(?<!we )would|so|thus|hence|therefore|then|giv(?:es|ing)|"
    r"leav(?:es|ing)|mak(?:es|ing)|"
    r"not (?:right|correct|the answer|possible|allowed|valid|true))\b|\?|"
    r",\s+(?:and\s+)?(?:we|it|this|she|he|they|the|you|i|[$\\(]*[a-z]\s?=)\W",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(
    r"\W*(?:since|because|as|if|when|given|for|with|to|after|before|while|although|though|not)\b", re.IGNORECASE
)
_VALUE = re.compile(r"\d|\$|\\[a-z]")
ASIDE_SENTENCE = re.compile(
    r"\((?:It['’]s|It is|This is|That is|He|She|As|Since|We|Checking|Check|Note|Indeed|One|You|To check|To verify|"
    r"Alternatively|In fact|It is easy)\b.{10,}\)\.?",
    re.DOTALL,
)
"""A last sentence in brackets, which remarks on the answer before it."""
_ALIGNED = re.compile(r"\\(?:begin|end)\{(?:aligned|split|array)\}(?:\[[tcb]\])?(?:\{[lrc| ]+\})?")


_CONDITION = re.compile(
    r"(?<=\$),?\s+(?:for|where|when|with|if|provided(?: that)?)\s+(?:all |any |every )?"
    r"\$[^$]{1,40}(?:[<>]|\\(?:geq?|leq?|neq?|in)\b)[^$]{1,40}\$\Z"
)
"""`$\\frac{1}{x}$, for $x > 0$`"""


def without_asides(sentence: str) -> str:
    """A sentence without the remark in which it ends: `20 workers (independent of T)`."""
    if sentence.endswith("$"):
        sentence = _CONDITION.sub("", sentence)
    sentence = _REMARK.sub("", NOT_THAT.sub("", sentence))
    if "(" in sentence:
        sentence = _NOT_IN_BRACKETS.sub("", sentence)
        sentence = _ASIDE.sub("", sentence) if sentence.endswith(")") else sentence
        explained = _EXPLAINED.search(sentence)
        if explained and not _UNDOES.search(explained[0]) and _VALUE.search(sentence, 0, explained.start()):
            sentence = sentence[: explained.start()] + sentence[explained.end() :]
    return _without_reason(sentence)


def _without_reason(sentence: str) -> str:
    """A sentence without the reason that it gives behind its value: "28 dollars, because 8 times 3.5 is 28"."""
    reason = _REASON.search(sentence)
    if (
        reason is None
        or _DENIES_IT.search(_FOR_INSTANCE.sub("", reason[0]))
        or _LEADS_IN.match(sentence)
        or not _VALUE.search(sentence, 0, reason.start())
    ):
        return sentence
    return sentence[: reason.start()]


def last_row(rows: str) -> str:
    """The last row of aligned formulas that says anything."""
    rows = _ALIGNED.sub("", rows)
    written = [row for row in re.split(r"\\\\(?![A-Za-z])", rows) if row.strip()]
    return written[-1].replace("&", "").strip() if written else rows

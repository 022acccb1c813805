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
ASIDE_SENTENCE = re.compile(
    r"\((?:We|Checking|Check|Note|Indeed|One|You|To check|To verify|Alternatively|In fact|It is easy)\b.{10,}\)\.?",
    re.DOTALL,
)
"""A last sentence in brackets, which remarks on the answer before it."""
_ALIGNED = re.compile(r"\\(?:begin|end)\{(?:aligned|split)\}(?:\[[tcb]\])?")


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
    return _ASIDE.sub("", sentence) if sentence.endswith(")") else sentence


def last_row(rows: str) -> str:
    """The last row of aligned formulas that says anything."""
    rows = _ALIGNED.sub("", rows)
    written = [row for row in re.split(r"\\\\(?![A-Za-z])", rows) if row.strip()]
    return written[-1].replace("&", "").strip() if written else rows

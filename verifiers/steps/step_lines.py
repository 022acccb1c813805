"""A text as its arithmetic is checked: without notes, boxes and bold type; and the lines that may state some."""

import re
from collections.abc import Iterator
from typing import Final

from verifiers.extraction.undressing import plain_markup
from verifiers.steps.plain_steps import states_in_words
from verifiers.steps.step_words import OPERATION_NAMES

MAX_STEP_LINE_CHARS: Final = 4_000
_OPERATES_ON: Final = ("+", " -", "×", "\\cdot", "\\times", "}-", ")-")
"""Ends of a line that goes on in the next."""
_BEGINS_ITEM: Final = frozenset("-*•>#|<")
_BARS_OF_ABSOLUTE_VALUE: Final = 2
_DIGIT = re.compile(r"\d")
_OPERATES = re.compile(
    r"\b(?:twice|double|triple)\b|"
    r"(?:\d|half|third|quarter|fifth)\D{0,40}?(?:\b(?:of|plus|minus|times|by)\b|[-+*/×÷–x])|\\[dt]?frac\b",
    re.IGNORECASE,
)
_OTHER_SIGNS: Final = ("≈", "≡", "\\approx", "\\equiv")
_ANNOTATION = re.compile(r"<<([^<>\n]{1,80})>>")
_REPEATED = re.compile(r"<<(?:(?<==<<)|(?<== <<))[^<>\n]{1,80}>>")
"""A calculator's note of what the text itself states."""
# Possessive and bounded: the time is in proportion to the text, whatever it is.
_ALIGNED = re.compile(
    r"\\\\\s*+(?:(?:(?:&|~|\{\}|\\q?quad(?![A-Za-z])|\\[,;!:])\s*+)++(?=-)|"
    r"(?:(?:&|~|\{\}|\\q?quad(?![A-Za-z])|\\[,;!:])\s*+)*+(?=[=+]|\\(?:approx|cdot|times)(?![A-Za-z])))"
)
_INMOST: Final = r"[^{}\n]{1,200}+"
_INNER: Final = rf"(?:{_INMOST}|\{{(?:{_INMOST})?+\}}){{0,20}}+"
_BOX_CHARS: Final = 100
_BOX = re.compile(rf"\\f?box(?:ed)? {{0,2}}+\{{((?:{_INMOST}|\{{{_INNER}\}}){{0,40}}+)\}}")
_TABLE = re.compile(r"\\begin\{((?:[pbBvV]?(?:small)?matrix|array|tabular|cases)\*?)\}[\s\S]{0,3000}?\\end\{\1\}")
"""Its rows are no lines, and what stands beside it is part of a calculation that is not read."""
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[a-z]{1,12}\*?\}")
_DEGREES = re.compile(r"(?<![ \t])[ \t]*+(?:\^\s*\{?\s*\\circ(?![A-Za-z])\s*\}?|°)(?!\s*[A-Za-z\\]*[CF]\b)")
_CELSIUS = re.compile(r"(?<![ \t])[ \t]*+°\s*C\b")
_HENCE = re.compile(r"\\(?=[tbiLrR])(?:therefore|because|implies|(?:Long)?[rR]ightarrow)(?![A-Za-z])")
_LIST_MARK = re.compile(r"\s*(?:>\s*)*+(?:[*•–-]\s+|\(?\d{1,2}[.)]\s+)?")
_CONTINUED = re.compile(r"\n[ \t]{0,20}(?:[=≈](?!=)|\\approx(?![A-Za-z]))")
"""A line that goes on with the sign of the line before it."""
_CELL = re.compile(r"\|[ \t]*([^|\n]*?)[ \t]*(?=\|)")


def in_plain_marks(text: str) -> str:
    r"""Return `text` without boxes, bold type and notes that repeat it, and with degrees in words.

    >>> in_plain_marks("He has 3 * 4 = <<3*4=12>>12, so \\boxed{12} at **30°**.")
    'He has 3 * 4 = 12, so 12 at 30 degrees.'
    """
    if "<" in text and "<<" in text:
        text = _REPEATED.sub("", text)
    box = text.find("box")
    if box >= 0:
        text = _without_boxes(text, box)
    if "\t" in text and "\times" in text:
        text = text.replace("\times", "\\times")  # the backslash was taken for a tab's
    if "\\" in text:
        if "\\\\" in text:
            text = _TABLE.sub(r" \\table ", text)
            text = _ENVIRONMENT.sub(" ", _ALIGNED.sub(" ", text)).replace("\\\\", "\n")
        text = _HENCE.sub(" ; ", text)
    # One character is found far sooner than two.
    if ("~" in text or ">" in text) and ("=~" in text or "=>" in text):
        text = text.replace("=~", "≈").replace("=>", " ; ")
    if not text.isascii():
        text = text.replace("⁄", "/")
    if "°" in text or ("\\" in text and "\\circ" in text):
        text = _DEGREES.sub(" degrees", _CELSIUS.sub(" celsius", text))
    return plain_markup(text)


def _without_boxes(text: str, first: int) -> str:
    """Return `text` with what its boxes hold instead of them; mostly the `first` is the last, and holds no brace."""
    inside = first + len("boxed{")
    end = text.find("}", inside, inside + _BOX_CHARS)
    content = text[inside:end]
    is_usual = end >= 0 and "{" not in content and "\n" not in content and text.startswith("\\boxed{", first - 1)
    if not is_usual or text.find("box", end) >= 0:
        return _BOX.sub(r"\1", text)
    return text[: first - 1] + content + text[end + 1 :]


def _names_operation(line: str) -> bool:
    """Say whether a line has a sign of operation, or the name of one."""
    return _OPERATES.search(line) is not None or not OPERATION_NAMES.isdisjoint(line.lower().split())


def lines_that_state(text: str) -> Iterator[str]:
    """Yield the lines that may state something of numbers; a calculator's note that repeats nothing is one, too."""
    if "\n=" in text or "\n " in text or ("≈" in text and "\n≈" in text):
        text = _CONTINUED.sub(lambda found: " " + found[0].lstrip(), text)
    in_words = states_in_words(text)
    otherwise = [sign for sign in _OTHER_SIGNS if sign in text]
    above = ""
    for line in text.splitlines():
        before, above = above, line
        if len(line) > MAX_STEP_LINE_CHARS:
            continue
        # Most lines state nothing, and are passed over without a call.
        if "=" in line or (otherwise and any(sign in line for sign in otherwise)):
            if not _DIGIT.search(line):
                continue
        elif not in_words or not states_in_words(line) or not _names_operation(line):
            continue
        if before.endswith(_OPERATES_ON) and line.lstrip()[:1] not in _BEGINS_ITEM:
            line = f"{before} {line}"  # noqa: PLW2901
        bare = line
        if line[:1] == "|" and line.count("|") > _BARS_OF_ABSOLUTE_VALUE:
            yield from _CELL.findall(line)
            continue
        if "<<" in line:
            yield from _ANNOTATION.findall(line)
            bare = _ANNOTATION.sub("", line)
        mark = None if bare[:1].isalpha() else _LIST_MARK.match(bare)
        yield bare[mark.end() :] if mark else bare

"""The answer of a completion that states none: what its last line comes to.

Only a line that leaves no doubt is read: an equation's right-hand side, one formula, one number, a bold word.
"""

import re

from data.records import Problem
from verifiers.extraction.asides import last_row
from verifiers.extraction.asked import YES_OR_NO, asks_yes_or_no, parts_asked
from verifiers.extraction.asked_amount import asked_amount, is_of_another
from verifiers.extraction.assignments import assigned_together, without_indices
from verifiers.extraction.clock_times import asks_time, only_time
from verifiers.extraction.closing_sentence import LINE_CHARS, SUPPOSED, Conclusion, said_last
from verifiers.extraction.doubts import DOUBTED
from verifiers.extraction.marked_options import marked_option
from verifiers.extraction.options import is_choice
from verifiers.extraction.other_tongues import left_open
from verifiers.extraction.remarks import turns, without_remarks
from verifiers.extraction.sentence_values import both_values
from verifiers.extraction.undressing import narrowed, plain_markup, right_side, undress
from verifiers.extraction.unit_after import is_quantity

_EXPLANATION = re.compile(
    r"\n[ \t#>*_]{0,9}(?:explanation|reason(?:ing)?|justification|verification|check|note|why|proof|derivation|"
    r"background|"
    r"quick check|how it works)\b[^\n:]{0,30}(?::|\*\*\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""The heading of what some models write below their answer."""
_END_CHARS = 400
"""So much of the end of a text is searched for what stands below its answer."""
_HINTS_AT_FOOTER = re.compile(r"[Tt]oken|[Tt]ime|[Pp]age|[Ee]lapsed|[Ll]atency")
_FOOTER = re.compile(
    r"(?:(?:\A|\n)[^\w\n]*(?:(?:\w+ )?tokens?(?: \w+)?\s?[:=]|(?:time (?:taken|elapsed|used|spent)|"
    r"elapsed(?: time)?|(?:run|execution|generation|response|inference) ?time|latency)\s?[:=]|"
    r"time\s?[:=]\s?[\d.]+ ?ms\b|page(?:\s?:)? \d)"
    r"[^\n]{0,60})+\Z",
    re.IGNORECASE,
)
"""What is written below a text about how it was made: `Tokens used: 58`, `Time: 58 ms`, `Page 3`."""
_END_OF_PROOF = re.compile(
    r"(?:\s*(?:\\end\{(?:solution|proof|document|answer|itemize|enumerate)\}|</(?:solution|response|output|"
    r"explanation)>))+\Z|"
    r"\$?\s?(?:\\(?:blacksquare|square|Box|"
    r"qed)\b|[■□∎])\s?\$?\Z"
)
_WHERE_CONSTANT = re.compile(
    r"[,.]?\s*\bwhere\s+\$?[A-Za-z]\$?\s+(?:is|denotes)\s+(?:an?|the|any|some)\s+(?:arbitrary\s+|real\s+)?"
    r"constant\b[^.\n]{0,40}\.?\Z"
)
_DISPLAY = re.compile(
    r"(?:\\\[((?:(?!\\\[).)*)\\\]|\$\$((?:(?!\$\$).)*)\$\$|"
    r"\\begin\{(align|gather|equation)\*?\}(.*)\\end\{\3\*?\})[\s.,]*\Z",
    re.DOTALL,
)
_PROSE = re.compile(r"(?<![\\A-Za-z])[^\W\d_]+\s+[^\W\d_]{2,}|\b[Ii]l y a\b|[^\x00-\x7F]{4,}")
_SPEAKS = re.compile(
    rf"{SUPPOSED.pattern}|\W*(?:gold|label)\s?:|[A-Z][a-z]+ \d+ (?:by \d+ )?(?:gives|yields|is|equals|makes)\b|"
    rf"[A-ZÀ-Þ][a-zà-ÿ]+ \d+ [a-zà-ÿ]+\.\Z|[A-ZÀ-Þ][a-zà-ÿ]{{4,}} \d+\.?\Z|"
    r"\S{1,12} (?:is|are) \S{1,12} (?:percent )?of \S|From \S{1,12} to \S{1,12} (?:is|are|it)\b|"
    r"\W*(?:given|hint|note|took|input|tokens|candidates|elapsed)\b|"
    rf"\W*(?:portanto|donc|also|somit|entonces|quindi|logo|assim|ainsi|luego|итак),?\s+[^\W\d_]",
    re.IGNORECASE,
)
_TWO_SENTENCES = re.compile(r"(?:[\w)]{2}|\d)[.!]\s+(?:[A-Z][a-z]|[A-J][:.)]\s)")
_COMES_TO_MORE = re.compile(
    r"[,;]\s(?:so|thus|hence|therefore|i\.e\.,?)\s[$\\(]*[A-Za-z]\s?=|\d\s?→\s?[-−$]?\d|(?<!不)[是は]\s?[-−]?\d"
)
"""What makes a line of formulas a sentence: `x = -1 ± 4, so x = 3 or x = -5`, `24 + 12 → 36`."""
_SUM = r"[-−$€£\d(][-−+*/×·÷^()$€£%\d.\s]{0,60}[-−+*/×·÷^][-−+*/×·÷^()$€£%\d.\s]{0,60}=\s?"
_SUMS = re.compile(rf"(?:{_SUM}[$€£]?[-−]?\d[\d.]*(?:/\d+)?%?[,;]\s)+{_SUM}([$€£]?[-−]?\d[\d.]*(?:/\d+)?%?)[.\s]*")
"""`7 × 9 = 63, 63 − 5 = 58`"""
_ROWS_OF_EQUATIONS = re.compile(r"&\s?=\s?&")
_QUESTION_MARK = re.compile(
    r"\A\s*(?:A\s?:\s+|TL;?DR\s?:\s+|#{1,6}\s+|[-•]\s+(?=[A-Za-z]))?(?:(?:=>|⇒|→|⟹|➜|∴|(?:so|thus|hence|"
    r"therefore)\s*[:,])\s*)?",
    re.IGNORECASE,
)
"""`A: 5`, the answer to a `Q:`, `=> 5`, and the point of a list before a word."""
_LABELLED = re.compile(r"\W*[A-J]\s?[).:]\s")
_LETTER_ALONE = re.compile(r"\W{0,4}[A-J]\W{0,4}")
_COORDINATES = re.compile(
    r"\bx-?\s?coordinate (?:is|=|equals) ([-−]?\d+(?:\.\d+)?(?:/\d+)?)[,;]?\s(?:and|while)\s(?:the |its )?"
    r"y-?\s?coordinate (?:is|=|equals) ([-−]?\d+(?:\.\d+)?(?:/\d+)?)[.\s]*\Z",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(?:\A|\n|[;,]\s)\W{0,3}(?:[Pp]art )?\(?([a-f])\)[:.]?\s")
_PART = re.compile(r"\W{0,3}(?:part )?([a-d1-4])[).:]{1,2}\s*(\S{1,40}?)[.;,]?", re.IGNORECASE)


def concluded(visible: str, problem: Problem) -> Conclusion:
    """Return what the last line comes to, or None, and the reason; an explanation below the answer is no last line."""
    explanation = _EXPLANATION.search(visible)
    if explanation is None or not visible[: explanation.start()].strip():
        return _concluded(visible, problem)
    above = visible[: explanation.start()]
    if turns(visible[explanation.end() :]):
        return _concluded(visible, problem)
    found, reason = _concluded(above, problem)
    return (found, reason) if found is not None or DOUBTED.search(above) else _concluded(visible, problem)


def _concluded(visible: str, problem: Problem) -> Conclusion:
    text = visible.strip()
    end = text[-_END_CHARS:]
    if _HINTS_AT_FOOTER.search(end):
        end = _FOOTER.sub("", end)
    end = _WHERE_CONSTANT.sub("", _END_OF_PROOF.sub("", end).rstrip())
    text = without_remarks(text[:-_END_CHARS] + end)
    if not text:
        return None, "the text says only how it was made"
    return _shown_last(text, problem) or said_last(text, problem)


def _shown_last(text: str, problem: Problem) -> Conclusion | None:
    """The answer that the form of the last lines shows, without a sentence around it."""
    if display := _DISPLAY.search(text[-LINE_CHARS:]):
        return right_side(_displayed(display), problem), "the last formula"
    lines = plain_markup(text)
    if is_choice(problem) and (option := _option_last(lines, problem)):
        return option
    if parts := _parts_last(lines, problem):
        return parts
    if "\n" not in lines and (only := _only_line(lines, problem)):
        return only
    last = lines.rpartition("\n")[2]
    if asks_yes_or_no(problem) and (yes_or_no := YES_OR_NO.match(last)):
        return yes_or_no[1], "the last line begins with it"
    if not is_choice(problem) and (together := assigned_together(lines)):
        return without_indices(together) if "_" not in problem.reference else together, "the values given last"
    return None


def _parts_last(lines: str, problem: Problem) -> Conclusion | None:
    """What the last lines give to parts of the question, or to the coordinates of a point."""
    if "(b)" in problem.question and (part := _last_part(lines, problem)):
        return part, "the last of the parts"
    if (asked := parts_asked(problem.reference)) > 1 and (parts := _labelled_parts(lines, asked)):
        return parts, "the labelled parts"
    is_point = problem.reference.lstrip("$ ").startswith(("(", "\\left(")) and "oordinate" in lines
    last = lines.rpartition("\n")[2]
    point = _COORDINATES.search(last) if is_point and not DOUBTED.search(last) else None
    return (f"({point[1]}, {point[2]})", "the coordinates in the last line") if point else None


def _option_last(lines: str, problem: Problem) -> Conclusion | None:
    """The option that the last line names by its form, or that a text of several leaves."""
    if letter := marked_option(lines, problem):
        return letter, "the one option that the text leaves"
    last = lines.rpartition("\n")[2]
    if "\n" not in lines and _is_bare(lines):
        return None
    is_labelled = _LABELLED.match(last) or _is_letter_alone(lines)
    return (last, "the last line begins with the letter of an option") if is_labelled else None


def _only_line(line: str, problem: Problem) -> Conclusion | None:
    """The answer of a text of one line: the time or the amount in it that is asked for, or all of it."""
    if asks_time(problem) and not DOUBTED.search(line) and (time := only_time(line)):
        return time, "the time in the only line"
    if not _is_bare(line):
        return None
    if "=" not in problem.reference and (sums := _SUMS.fullmatch(line)):
        return sums[1], "the last of the sums"
    if not is_choice(problem):
        if is_of_another(line, problem):
            return None, "the amount is not the one that is asked for"
        if asked := both_values(line) or asked_amount(line, problem):
            return asked, "what is asked for"
    return _QUESTION_MARK.sub("", line), "the text is nothing but the answer"


def _displayed(display: re.Match[str]) -> str:
    """The formula of a display, the last one where it holds several rows."""
    formula, rows = display[1] or display[2] or "", display[4]
    if rows:
        return last_row(rows)
    has_rows = "\\begin{aligned}" in formula or "\\begin{split}" in formula
    return (
        last_row(formula)
        if has_rows or ("\\begin{array}" in formula and _ROWS_OF_EQUATIONS.search(formula))
        else formula
    )


def _is_bare(text: str) -> bool:
    """Whether a line is nothing but a value."""
    return (
        len(text) < LINE_CHARS
        and not _PROSE.search(text)
        and not _SPEAKS.match(text)
        and not _TWO_SENTENCES.search(text)
        and not _COMES_TO_MORE.search(text)
        and (text.isascii() or left_open(text) is None)
    )


def _labelled_parts(text: str, asked: int) -> str | None:
    """The answers that the last lines give to (a), (b) …, as one list."""
    lines = text.rsplit("\n", asked)[-asked:]
    parts = [match for line in lines if (match := _PART.fullmatch(line.strip()))]
    labels = [part[1].lower() for part in parts]
    return (
        ", ".join(part[2] for part in parts)
        if labels in (["a", "b", "c", "d"][:asked], ["1", "2", "3", "4"][:asked])
        else None
    )


def _last_part(text: str, problem: Problem) -> str | None:
    """What a text gives as the last of the parts (a), (b) … of a question whose reference is one value."""
    if is_choice(problem) or parts_asked(problem.reference) > 1:
        return None
    parts = _PARTS.split(text.rpartition("\n\n")[2])
    labels = "".join(parts[1::2]).lower()
    is_last = labels == "abcdef"[: len(labels)] and f"({'abcdefg'[len(labels)]})" not in problem.question
    return (
        undress(narrowed(parts[-1].strip(" .\n"), keep_rest=is_quantity(problem)))
        if len(labels) > 1 and is_last
        else None
    )


def _is_letter_alone(text: str) -> bool:
    """Whether the last line is nothing but the letter of an option, and the line before it is not."""
    before, _, last = text.rpartition("\n")
    return bool(_LETTER_ALONE.fullmatch(last)) and not _LETTER_ALONE.fullmatch(before.rstrip().rpartition("\n")[2])

"""Broken and foreign dress of a final answer, mended before it is read: HTML, quotes, pictures, braces left open.

Nothing that changes the value is mended: what is crossed out or hidden makes an answer unreadable.
"""

import re

from verifiers.reading.markup import without_html
from verifiers.reading.number_words import number_in_words
from verifiers.reading.plain_numbers import read_number
from verifiers.trees.tree import UnreadableError

_CROSSED_OUT = re.compile(
    r"\\(?:cancel|bcancel|xcancel|sout|st)\s?\{|~\S[^~]*~\Z|\\(?:text)?color\s?\{?\s?\{?(?:white|transparent)\b|[̵̶]"
)
_CIRCLED_DIGIT = re.compile(r"[\u2460-\u24ff\u2776-\u2793]\d|\d[\u2460-\u24ff\u2776-\u2793]")
_PICTURES = r"[\U0001f300-\U0001f44d\U0001f44f-\U0001f6aa\U0001f6ac-\U0001faff✅✔☑✓✨⭐◼◻▪❗\ufe0f]"
"""Pictures that say nothing against what they stand beside; crosses and thumbs down do."""
_BESIDE = re.compile(rf"\A(?:\s|{_PICTURES})+|(?:\s|{_PICTURES}){{1,20}}\Z")
_FENCED = re.compile(r"```\w{0,10}\s*([^`]+?)\s*```")
_END = re.compile(
    r"(?:\s|\$){0,9}(?:\\(?:blacksquare|square|Box|qed)(?![A-Za-z])|[■□∎]|\bQ\.?\s?E\.?\s?D\b\.?|:-?\)|</answer>?|"
    r"</s>|<\|(?:im_end|eot_id|endoftext|end_of_text|end)\|>|"
    r"(?:\\\\\s?)?\\text\{[\s.,]*\})\s*\$?\s*\Z"
)
"""What closes a proof or a message, and belongs to no value."""
_BEGIN = re.compile(r"\s*(?:<answer>|(?:[*•:]|\\bullet)\s+(?=\S))")
_QUOTED = re.compile(
    r"['‘’»›]([^'‘’»«›‹]+)['‘’«‹]|«([^«»]+)»|([*_]|==|```)(?!\s)((?:(?!\3).)+)(?<!\s)\3",
    re.DOTALL,
)
_NUMBER_IN_TEXT = re.compile(r"(?<![\d}])\\text\{\s*(\d+(?:\.\d+)?)\s*\}(?!\d)")
_STYLED_OPTION = re.compile(r"\\text(?:bf|rm)?\s?\{\s?\(([A-J])\)\s?\}(?:\\[ ,;:]|~|\\q?quad|\s)*(?=\S)")
r"""`\textbf{(C)}\ 36`."""
_EXPONENT_IN_TEXT = re.compile(
    r"(?<=\d)\s?\\(?:text|mathrm|textrm|rm)\s?\{\s?(?:E\s?\}\s?(?P<bare>[+-]?\d{1,4})|[Ee]\s?\}\s?\{(?P<braced>[+-]?\d{1,4})\})"
)
r"""`3.2\text{E}5`."""
_DEGREES = re.compile(r"\\(?:SI|qty)\s?\{\s?([-+\d.,]{1,40})\s?\}\s?\{\s?\\(?:arc)?degree\s?\}")
_SIUNITX_NUMBER = re.compile(r"\\num\s?(?:\[[^\]]{0,80}\])?\{\s?([-+\d.,eEdD ]{1,60})\}")
_BARE_POWER = re.compile(r"(?<![\d.])e(?=[+-]?\d)")
r"""`\num{-e10}` is -10^{10}."""
_ESCAPED_SPACES = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{1,20}\\ [A-Za-z]{2,20}\\ ")
r"""`The\ area\ is\ 5`"""
_NEGATIVE_SPACE = re.compile(r"\\!\s*")
_IN_WORDS = re.compile(r"(\S.{0,40}?)\s*\(([a-z][a-z -]{1,60})\)", re.DOTALL)
_LINE_BREAK = re.compile(r"\\n(?![A-Za-z])")
"""A line break that was escaped once too often."""
_MAX_OPEN_BRACES = 2
_MAX_ROUNDS = 4


def mended(answer: str) -> str:
    r"""Return `answer` without broken or foreign dress, or as it is.

    Raises `UnreadableError` for what is crossed out or written in white.

    >>> mended("<b>5</b> ✅"), mended(r"\frac{3}{4"), mended("'5'"), mended("5 (five)"), mended("f'(x)")
    ('5', '\\frac{3}{4}', '5', '5', "f'(x)")
    """
    if answer.isascii() and answer.isalnum():
        return answer
    if _CROSSED_OUT.search(answer):
        raise UnreadableError("it is crossed out or hidden")
    if not answer.isascii() and _CIRCLED_DIGIT.search(answer):
        raise UnreadableError("it holds the number of a list's item")
    if "<" in answer or "&" in answer or "~~" in answer:
        answer = without_html(answer)
    if "\\n" in answer:
        answer = _LINE_BREAK.sub("\n", answer)
    if "\\" in answer:
        answer = _with_commands_read(answer)
    for _ in range(_MAX_ROUNDS):
        before = answer
        answer = _without_dress(answer)
        if answer == before:
            break
    return _closed(answer)


def _with_commands_read(answer: str) -> str:
    r"""The answer with numbers and options out of the commands around them: `\num{5}`, `3\text{E}5`, `\text{(C)} 5`."""
    if "\\ " in answer and _ESCAPED_SPACES.search(answer):
        answer = answer.replace("\\ ", " ")
    if "\\!" in answer:
        answer = _NEGATIVE_SPACE.sub("", answer)
    if "degree}" in answer:
        answer = _DEGREES.sub(r"\1^\\circ", answer)
    if "E}" in answer or "e}" in answer or "\\num" in answer:
        answer = _SIUNITX_NUMBER.sub(_siunitx_number, _EXPONENT_IN_TEXT.sub(_as_power, answer))
    if answer.startswith("\\text"):
        answer = _STYLED_OPTION.sub(r"(\1) ", answer)
    if "\\text{" in answer:
        answer = _NUMBER_IN_TEXT.sub(r"{\1}", answer)
    return answer


def _siunitx_number(match: re.Match[str]) -> str:
    r"""What stands in `\num{…}`, with the exponent behind an e: `3.45d-4` as `3.45e-4`."""
    return _BARE_POWER.sub("1e", re.sub("[dDE]", "e", match[1]))


def _as_power(match: re.Match[str]) -> str:
    return "e" + (match["bare"] or match["braced"])


def _without_dress(answer: str) -> str:
    answer = _END.sub("", _BESIDE.sub("", answer))
    if begin := _BEGIN.match(answer):
        answer = answer[begin.end() :]
    if fenced := _FENCED.fullmatch(answer):
        return fenced[1]
    if quoted := _QUOTED.fullmatch(answer):
        return next(group for group in (quoted[1], quoted[2], quoted[4]) if group)
    if twice := _IN_WORDS.fullmatch(answer):
        number, spelled = read_number(twice[1].strip("$ ")), number_in_words(twice[2])
        if number is not None and spelled is not None and number.value != spelled:
            raise UnreadableError("the number in digits is not the number in words")
        return twice[1] if number is not None and number.value == spelled else answer
    return answer


def _closed(answer: str) -> str:
    r"""The answer with the brackets that it lost: `\frac{3}{4`, `\(5`."""
    for opening, closing in ((r"\(", r"\)"), (r"\[", r"\]")):
        if answer.startswith(opening) and closing not in answer:
            answer = answer[len(opening) :].strip()
        elif answer.endswith(closing) and opening not in answer and not answer.endswith("\\" + closing):
            answer = answer[: -len(closing)].strip()
    missing = answer.count("{") - answer.count("}") - answer.count(r"\{") + answer.count(r"\}")
    if 0 < missing <= _MAX_OPEN_BRACES and "boxed" not in answer and answer[-1].isalnum():
        answer += "}" * missing
    return answer

"""What of a completion is said to the reader: neither its reasoning nor what follows the end of its turn."""

import re

from verifiers.reading.markup import without_html

_THINK = r"think|thinking|thought|thoughts|reasoning|scratchpad|reflection|seed:think"
_OPENED = re.compile(
    rf"<(?:{_THINK})>|◁think▷|\[THINK\]|<\|begin_of_thought\|>|<\|channel\|>analysis<\|message\|>", re.IGNORECASE
)
_CLOSED = re.compile(
    rf"</(?:{_THINK})>|◁/think▷|\[/THINK\]|<\|end_of_thought\|>|<\|channel\|>final<\|message\|>", re.IGNORECASE
)
_TURN_ENDS = re.compile(
    r"<[|｜](?:im_end|im_start|eot_id|eom_id|end|return|user|endoftext|end_of_text|end▁of▁sentence|start_header_id)[|｜]>"
    r"|</s>|<eos>|<end_of_turn>|<start_of_turn>|\[/?INST\]"
)
_MARK = re.compile(r"<[/|｜A-Za-z]")
_BRACKET_MARK = re.compile(r"\[(?:/|(?i:think|inst))")
"""What these begin with, and the brackets of formulas do not; a first letter that is fixed is found at once."""
_OTHER_TURN = re.compile(
    r"\s*<\|im_start\|>\s?(?:system|user)\b.{0,4000}?<\|im_end\|>|\s*(?:<s>)?\s*\[INST\].{0,4000}?\[/INST\]", re.DOTALL
)
"""A turn of somebody else that the model wrote before its own."""
_TURN_BEGINS = re.compile(
    r"\s*(?:<\|im_start\|>\s*assistant|<\|start_header_id\|>assistant<\|end_header_id\|>|<start_of_turn>model)\s*"
)


_CODE = re.compile(
    r"```(?!(?:te?xt|plain\w*|out\w*|console|json\w*|ya?ml|xml|html|latex|tex|markdown|md|maths?|answer|result|csv|"
    r"none|solution|"
    r"diff)\b)[a-z][\w+#-]{0,20}[ \t]*\n.*?(?:```|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_CODE_LINE = (
    r"[ \t]*(?:print ?\(|return [^.\n]{0,80};?[ \t]*$|def \w{1,40}\(|import \w|from \w{1,40} import|console\.log|"
    r"System\.out|#include|(?:SELECT|INSERT INTO|UPDATE|CREATE TABLE|DELETE FROM) |main ?=|(?:int|let|const|var|"
    r"double|float|long) \w{1,40} ?=|\w{1,40} ?= ?[^=\n]{1,80};[ \t]*$)"
)
_CODE_COMMENT = re.compile(
    rf"\n(?:(?:[ \t]*(?:#(?!#)|//|--)[^\n]*\n){{1,5}}|[ \t]*\"\"\"[^\"]{{0,500}}\"\"\"[ \t]*\n)(?={_CODE_LINE})",
    re.MULTILINE,
)
"""What a programmer notes above a line of code, which no run prints, behind the end of the line before."""
_BLOCK_COMMENT = re.compile(r"/\*.{0,500}?\*/")
_COMMENT_LINE = re.compile(r"(?m)^[ \t]*(?:#(?!#)|//|--|;|%|' |REM\b)[^\n]*$|(?<=\s)(?://|--|#)\s[^\n]*$")
_HTML_COMMENT = re.compile(r"<!--.{0,2000}?(?:-->|\Z)", re.DOTALL)
_ANSWER_BEHIND = re.compile(r"\s{0,4}(?:\\boxed|(?:the )?(?:final |correct )?answer ?(?:is\b|:))")
_NO_COMMENT_BEHIND = re.compile(r"(?:\\|\d[$}]?)\Z")
_UNINKED = re.compile(
    r"\\[hv]?phantom\s?\{(?:[^{}]|\{[^{}]{0,200}\}){0,400}\}|\\color\s?\{white\}[^\n]*|"
    r"\\textcolor\s?\{white\}\s?\{(?:[^{}]|\{[^{}]{0,200}\}){0,400}\}"
)
"""What LaTeX leaves room for and does not print, or prints in white."""
_LEFT_OUT = re.compile(
    r"\\iffalse\b.{0,2000}?(?:\\fi\b|\Z)|\\begin\{comment\}.{0,2000}?(?:\\end\{comment\}|\Z)", re.DOTALL
)
_COMMENT_BEHIND = re.compile(r"(?m)^([ \t]*\w{1,40} ?= ?[^#\n]{1,80}?)[ \t]+#[^\n]*$")
"""What a programmer notes behind a line of code: `x = 18  # not 17`."""
_MARKDOWN_COMMENT = re.compile(r"(?m)^\[(?:comment|//)\]: ?#[^\n]*$")


def without_comments(text: str) -> str:
    r"""Return `text` without what is written in it and never shown: comments of HTML, LaTeX and programs.

    >>> without_comments("% \\boxed{17}\n\\boxed{18} is 20% of 90"), without_comments("# It is 17\nprint(18)")
    ('\n\\boxed{18} is 20% of 90', 'print(18)')
    """
    # One character is found far sooner than several, and most texts hold none of these.
    if "<" in text and "<!--" in text:
        text = _HTML_COMMENT.sub(" ", text)
    if "%" in text and (" %" in text or text[0] == "%" or "\n%" in text or "%\\boxed" in text or "% \\boxed" in text):
        text = "\n".join(_without_latex_comment(line) if "%" in line else line for line in text.split("\n"))
    if "\\" in text and ("\\iffalse" in text or "{comment}" in text):
        text = _LEFT_OUT.sub(" ", text)
    if "\\" in text and ("phantom" in text or "{white}" in text):
        text = _UNINKED.sub(" ", text)
    is_noted = ("/" in text and ("//" in text or "/*" in text)) or ('"' in text and '"""' in text)
    if "#" in text and not _ends_in_hash_mark(text):
        text = _MARKDOWN_COMMENT.sub("", text) if "]: #" in text or "]:#" in text else text
        text = _COMMENT_BEHIND.sub(r"\1", text) if " #" in text else text
        is_noted = is_noted or text.startswith("# ") or "\n# " in text or " # " in text
    is_noted = is_noted or text.startswith("-- ") or "\n-- " in text
    return _BLOCK_COMMENT.sub("", _CODE_COMMENT.sub("\n", f"\n{text}")[1:]) if is_noted else text


def _ends_in_hash_mark(text: str) -> bool:
    """Whether the only such signs are those of a last line like `#### 5`, as in most texts with any."""
    first = text.find("#")
    return text.startswith("\n####", first - 1) and text.find("#", first + 4) < 0


def _without_latex_comment(line: str) -> str:
    """A line without what LaTeX does not print. Behind a number the sign is a percentage, unless an answer follows."""
    at = line.find("%")
    while at >= 0:
        before, rest = line[:at], line[at + 1 :]
        bare = before.rstrip()
        if (
            not bare
            or (before[-1] != "\\" and _ANSWER_BEHIND.match(rest))
            or (bare != before and ("boxed" in rest or "nswer" in rest) and not _NO_COMMENT_BEHIND.search(bare[-2:]))
        ):
            return bare
        at = line.find("%", at + 1)
    return line


def shown_text(text: str) -> str:
    r"""Return `text` as its reader sees it: without comments and HTML, and without blocks of program code.

    Code stays, without its comments, where the text holds nothing else.

    >>> shown_text("```python\nanswer = 17\n```\nIt prints 18.")
    '\n\nIt prints 18.'
    """
    text = without_html(without_comments(text))
    if "`" not in text or "```" not in text:
        return text
    prose = _CODE.sub("\n", text)
    return prose if prose.strip() or prose == text else _COMMENT_LINE.sub("", text)


def visible_text(completion: str) -> str:
    """Return the part of `completion` in which its final answer can stand, "" when there is none.

    It begins after the last end of reasoning (the opening tag often stands in the prompt) and ends where
    reasoning is opened and never closed, or the model's turn ends.

    >>> visible_text("<think>maybe 4</think>It is 5.<|im_end|>user: and then?")
    'It is 5.'
    >>> visible_text("<think>it is 5")
    ''
    """
    if not (
        ("<" in completion and _MARK.search(completion))
        or ("[" in completion and _BRACKET_MARK.search(completion))
        or "◁" in completion
    ):
        return completion
    start = 0
    for match in _CLOSED.finditer(completion):
        start = match.end()
    if opening := _TURN_BEGINS.match(completion, start):
        start = opening.end()
    if other := _OTHER_TURN.match(completion, start):
        start = other.end()
    end = len(completion)
    if unclosed := _OPENED.search(completion, start):
        end = unclosed.start()
    for match in _TURN_ENDS.finditer(completion, start, end):
        if match.group() == "</s>" and "<s>" in completion[max(start + 1, match.start() - 200) : match.start()]:
            continue  # it closes what is struck out, and no turn
        if completion[start : match.start()].strip():
            end = match.start()
            break
    visible = completion[start:end]
    # Some models have tokens of their own for a box.
    return (
        visible.replace("<|begin_of_box|>", r"\boxed{").replace("<|end_of_box|>", "}")
        if "_of_box|>" in visible
        else visible
    )

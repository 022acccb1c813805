"""What of a completion is said to the reader: neither its reasoning nor what follows the end of its turn."""

import re

_THINK = r"think|thinking|thought|thoughts|reasoning|scratchpad|reflection|seed:think"
_OPENED = re.compile(
    rf"<(?:{_THINK})>|◁think▷|\[THINK\]|<\|begin_of_thought\|>|<\|channel\|>analysis<\|message\|>", re.IGNORECASE
)
_CLOSED = re.compile(
    rf"</(?:{_THINK})>|◁/think▷|\[/THINK\]|<\|end_of_thought\|>|<\|channel\|>final<\|message\|>", re.IGNORECASE
)
_TURN_ENDS = re.compile(
    r"<[|｜](?:im_end|im_start|eot_id|eom_id|end|return|user|endoftext|end_of_text|end▁of▁sentence|start_header_id)[|｜]>"
    r"|</s>|<end_of_turn>|<start_of_turn>|\[/?INST\]"
)
_TURN_BEGINS = re.compile(
    r"\s*(?:<\|im_start\|>\s*assistant|<\|start_header_id\|>assistant<\|end_header_id\|>|<start_of_turn>model)\s*"
)


_CODE = re.compile(
    r"```(?:python\d?|py|sympy|sage|cpp|c\+\+|java|javascript|js|bash|sh|matlab|julia|haskell)[ \t]*\n.*?(?:```|\Z)",
    re.DOTALL | re.IGNORECASE,
)


_COMMENT = re.compile(r"<!--.{0,2000}?(?:-->|\Z)", re.DOTALL)


def without_code(text: str) -> str:
    r"""Return `text` without comments, and without its blocks of program code unless it holds nothing else.

    >>> without_code("```python\nanswer = 17\n```\nIt prints 18.")
    '\n\nIt prints 18.'
    """
    if "<!--" in text:
        text = _COMMENT.sub(" ", text)
    if "```" not in text:
        return text
    prose = _CODE.sub("\n", text)
    return prose if prose.strip() else text


def visible_text(completion: str) -> str:
    """Return the part of `completion` in which its final answer can stand, "" when there is none.

    It begins after the last end of reasoning (the opening tag often stands in the prompt) and ends where
    reasoning is opened and never closed, or the model's turn ends.

    >>> visible_text("<think>maybe 4</think>It is 5.<|im_end|>user: and then?")
    'It is 5.'
    >>> visible_text("<think>it is 5")
    ''
    """
    if "<" not in completion and "[" not in completion and "◁" not in completion:
        return completion
    start = 0
    for match in _CLOSED.finditer(completion):
        start = match.end()
    if opening := _TURN_BEGINS.match(completion, start):
        start = opening.end()
    end = len(completion)
    if unclosed := _OPENED.search(completion, start):
        end = unclosed.start()
    for match in _TURN_ENDS.finditer(completion, start, end):
        if completion[start : match.start()].strip():
            end = match.start()
            break
    return completion[start:end]

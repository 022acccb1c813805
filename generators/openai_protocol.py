"""The OpenAI completions interfaces, chat and raw: what is sent, and how an answer is read.

Source: the OpenAI API reference, "Create chat completion" and "Create completion"; `reasoning_content` and
`reasoning` as vLLM, SGLang and OpenRouter send them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from data.records import FinishReason, Prompt, PromptMode
from generators.sampling import SamplingParams, sample_seed
from generators.teacher import Completion

_CUT_OFF = frozenset({"length", "max_tokens", "model_length", "content_filter"})
"""Reasons, in the words of several servers, for which a completion is not whole; the first is the interface's."""
_BROKEN_OFF = frozenset({"error", "abort"})
_MOST_TOKENS = 2**31 - 1
"""What a column of token counts holds."""


class UnreadableAnswerError(ValueError):
    """A server's answer is not what the interface says; asking again may help."""


def request_body(
    model: str,
    prompt: Prompt,
    indices: Sequence[int],
    sampling: SamplingParams,
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the JSON body that asks for the consecutive samples `indices` of `prompt`."""
    body: dict[str, Any] = {
        "model": model,
        **asked(prompt),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": sample_seed(sampling, prompt.prompt_id, indices[0]),
    }
    optional = {"top_k": sampling.top_k, "min_p": sampling.min_p, "stop": list(sampling.stop) or None}
    body |= {key: value for key, value in optional.items() if value is not None}
    if len(indices) > 1:
        body["n"] = len(indices)
    return body | dict(extra)


def endpoint_path(body: Mapping[str, Any]) -> str:
    """Return the path below a base URL that a request with this body goes to."""
    return "completions" if "prompt" in body else "chat/completions"


def asked(prompt: Prompt) -> dict[str, Any]:
    """Return the part of a request's body that is the prompt."""
    if prompt.mode is PromptMode.COMPLETION:
        return {"prompt": prompt.messages[0].content}
    return {"messages": [message.model_dump() for message in prompt.messages]}


def read_answer(answer: object, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams) -> list[Completion]:
    """Return the completions in a server's answer, fewer than asked for where it sent fewer.

    Token counts come for the whole request: completion tokens are shared out by length of text where
    several choices came, so that their sum stays right. The prompt was worked on once: to all choices but the
    first its tokens were cached.

    Raises `UnreadableAnswerError`.
    """
    if not isinstance(answer, dict):
        raise UnreadableAnswerError("the answer is not a JSON object")
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices:
        raise UnreadableAnswerError("the answer has no choices")
    read = _raw_text if prompt.mode is PromptMode.COMPLETION else _texts
    texts = [read(choice) for choice in choices[: len(indices)]]
    usage = answer.get("usage") or {}
    if not isinstance(usage, dict):
        raise UnreadableAnswerError("the answer's usage is not an object")
    prompt_tokens = _count(usage, "prompt_tokens")
    cached = [min(_cached(usage), prompt_tokens), *[prompt_tokens] * len(texts)]
    tokens = _share(_count(usage, "completion_tokens"), [len(t) + len(r or "") for t, r in texts])
    return [
        Completion(
            index=index,
            seed=sample_seed(sampling, prompt.prompt_id, index),
            text=text,
            reasoning=reasoning,
            finish_reason=_finish_reason(choice),
            prompt_tokens=prompt_tokens,
            cached_tokens=known,
            completion_tokens=count,
        )
        for index, (text, reasoning), choice, count, known in zip(indices, texts, choices, tokens, cached, strict=False)
    ]


def _texts(choice: object) -> tuple[str, str | None]:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise UnreadableAnswerError("a choice has no message")
    content = message.get("content")
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    if content is None:
        content = ""
    if not isinstance(content, str) or not isinstance(reasoning, str | None):
        raise UnreadableAnswerError("a message's content is not text")
    return content, reasoning or None


def _raw_text(choice: object) -> tuple[str, str | None]:
    text = choice.get("text") if isinstance(choice, dict) else None
    if not isinstance(text, str):
        raise UnreadableAnswerError("a choice has no text")
    return text, None


def _finish_reason(choice: Mapping[str, Any]) -> FinishReason:
    reason = str(choice.get("finish_reason"))
    if reason in _BROKEN_OFF:
        raise UnreadableAnswerError(f"the server broke off a completion ({reason})")
    return FinishReason.LENGTH if reason in _CUT_OFF else FinishReason.STOP


def _count(usage: Mapping[str, Any], key: str) -> int:
    value = usage.get(key) or 0
    if not isinstance(value, int | float) or not 0 <= value <= _MOST_TOKENS:
        raise UnreadableAnswerError(f"the answer's {key} is not a count")
    return int(value)


def _cached(usage: Mapping[str, Any]) -> int:
    """Return how many of the prompt's tokens came from the server's cache, as vLLM and OpenAI tell it."""
    details = usage.get("prompt_tokens_details")
    return _count(details, "cached_tokens") if isinstance(details, dict) else 0


def _share(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by `weights`, the parts adding up to it."""
    whole = sum(weights) or len(weights)
    shares, given, seen = [], 0, 0
    for weight in weights:
        seen += weight if sum(weights) else 1
        shares.append(total * seen // whole - given)
        given += shares[-1]
    return shares

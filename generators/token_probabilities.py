"""The log-probabilities in a server's answer, as soft targets.

Source: the OpenAI API reference, "logprobs" of chat completions and completions, and vLLM's
`return_tokens_as_token_ids`, with which tokens are written as `token_id:1234` instead of as their text.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.soft_targets import SoftTargets
from generators.teacher import Completion

_PREFIX = "token_id:"


class NoTokenIdsError(ValueError):
    """The server told no token ids: its soft targets could not be lined up with anything."""


def most_asked_for(k: int) -> int:
    """Return how many log-probabilities a request asks for: one more than k.

    vLLM counts the sampled token among them, also where it is none of the k most probable.
    """
    return k + 1


def asking_for(k: int, *, chat: bool) -> dict[str, Any]:
    """Return the fields of a request that ask for the k most probable tokens."""
    most = most_asked_for(k)
    fields: dict[str, Any] = {"logprobs": True, "top_logprobs": most} if chat else {"logprobs": most}
    return fields | {"return_tokens_as_token_ids": True}


def with_soft_targets(completions: Sequence[Completion], answer: Any, k: int) -> list[Completion]:
    """Return the completions of an answer, each with its soft targets; raises as `soft_targets_of`."""
    return [
        completion.model_copy(update={"soft": soft_targets_of(choice, k)})
        for completion, choice in zip(completions, answer["choices"], strict=False)
    ]


def soft_targets_of(choice: Mapping[str, Any], k: int) -> SoftTargets:
    """Return the soft targets of a choice; raises `NoTokenIdsError`, and `ValueError` for what cannot be read."""
    told = choice.get("logprobs")
    if not isinstance(told, dict):
        raise NoTokenIdsError("the answer has no log-probabilities")
    try:
        tokens = list(_of_chat(told["content"] or ()) if "content" in told else _of_raw(told))
        return SoftTargets.of(k, [(token, logprob, _best(k, top)) for token, logprob, top in tokens])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"log-probabilities that cannot be read ({type(error).__name__}: {error})") from error


def _of_chat(content: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, float, dict[int, float]]]:
    for each in content:
        top = {_id(other["token"]): float(other["logprob"]) for other in each["top_logprobs"]}
        yield _id(each["token"]), float(each["logprob"]), top


def _of_raw(told: Mapping[str, Any]) -> Iterable[tuple[int, float, dict[int, float]]]:
    for token, logprob, others in zip(told["tokens"], told["token_logprobs"], told["top_logprobs"], strict=True):
        yield _id(token), float(logprob), {_id(other): float(value) for other, value in others.items()}


def _best(k: int, top: Mapping[int, float]) -> list[tuple[int, float]]:
    best = sorted(top.items(), key=lambda pair: -pair[1])[:k]
    if len(best) < k:
        raise ValueError(f"{len(best)} alternatives at a token instead of {k}")
    return best


def _id(token: str) -> int:
    if not token.startswith(_PREFIX):
        raise NoTokenIdsError(f"the answer names tokens by their text ({token[:20]!r}) and not by their ids")
    return int(token.removeprefix(_PREFIX))

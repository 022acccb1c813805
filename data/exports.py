"""One store, many formats: what each kind of training reads, made from a version row by row.

=================  ====================================================================  =====================
format             columns                                                               read by
=================  ====================================================================  =====================
messages           messages                                                              TRL SFT, axolotl …
prompt-completion  prompt, completion: lists of messages                                 TRL SFT
sharegpt           conversations: list of {from, value}                                  LLaMA-Factory, axolotl
alpaca             instruction, input, output, system                                    LLaMA-Factory …
preference         prompt, chosen, rejected: lists of messages                           TRL DPO
soft-targets       prompt, completion, then token ids and the k most probable, a row a token    distillation
grpo               prompt: list of messages, then what a reward function gets            TRL GRPO
verl               data_source, prompt, ability, reward_model, extra_info                verl
=================  ====================================================================  =====================
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import pyarrow as pa

from data.schemas import MESSAGES, STRINGS
from data.soft_targets import StoredTargets

Row = dict[str, Any]


class ExportFormat(StrEnum):
    """What an export is called."""

    MESSAGES = "messages"
    PROMPT_COMPLETION = "prompt-completion"
    SHAREGPT = "sharegpt"
    ALPACA = "alpaca"
    PREFERENCE = "preference"
    SOFT_TARGETS = "soft-targets"
    GRPO = "grpo"
    VERL = "verl"


_TRACE_FACTS = {"trace_id": pa.string(), "problem_id": pa.string(), "source": pa.string(), "license": pa.string()}
_PROBLEM_FACTS = {
    "problem_id": pa.string(),
    "question": pa.string(),
    "reference": pa.string(),
    "answer_kind": pa.string(),
    "unit": pa.string(),
    "rel_tol": pa.float64(),
    "choices": STRINGS,
    "pass_rate": pa.float64(),
    "n_samples": pa.int32(),
    "source": pa.string(),
    "license": pa.string(),
    "tags": STRINGS,
}

SCHEMAS: dict[ExportFormat, pa.Schema] = {
    ExportFormat.MESSAGES: pa.schema({"messages": MESSAGES, **_TRACE_FACTS}),
    ExportFormat.PROMPT_COMPLETION: pa.schema({"prompt": MESSAGES, "completion": MESSAGES, **_TRACE_FACTS}),
    ExportFormat.SHAREGPT: pa.schema(
        {"conversations": pa.list_(pa.struct({"from": pa.string(), "value": pa.string()})), **_TRACE_FACTS}
    ),
    ExportFormat.ALPACA: pa.schema(
        {"instruction": pa.string(), "input": pa.string(), "output": pa.string(), "system": pa.string(), **_TRACE_FACTS}
    ),
    ExportFormat.PREFERENCE: pa.schema(
        {
            "prompt": MESSAGES,
            "chosen": MESSAGES,
            "rejected": MESSAGES,
            "problem_id": pa.string(),
            "chosen_id": pa.string(),
            "rejected_id": pa.string(),
            "rejected_status": pa.string(),
            "rejected_reason": pa.string(),
            "pass_rate": pa.float64(),
            "source": pa.string(),
            "license": pa.string(),
        }
    ),
    ExportFormat.SOFT_TARGETS: pa.schema(
        {
            "prompt": MESSAGES,
            "completion": MESSAGES,
            "token_ids": pa.list_(pa.int32()),
            "token_logprobs": pa.list_(pa.float32()),
            "top_ids": pa.list_(pa.list_(pa.int32())),
            "top_logprobs": pa.list_(pa.list_(pa.float32())),
            "k": pa.int32(),
            "sample_id": pa.string(),
            "teacher": pa.string(),
            **_TRACE_FACTS,
        }
    ),
    ExportFormat.GRPO: pa.schema({"prompt": MESSAGES, **_PROBLEM_FACTS}),
    ExportFormat.VERL: pa.schema(
        {
            "data_source": pa.string(),
            "prompt": MESSAGES,
            "ability": pa.string(),
            "reward_model": pa.struct({"style": pa.string(), "ground_truth": pa.string()}),
            "extra_info": pa.struct({"index": pa.int64(), "split": pa.string(), **_PROBLEM_FACTS}),
        }
    ),
}
"""Columns of each export; those behind the format's own say where a row comes from."""

_SHAREGPT_ROLES = {"system": "system", "user": "human", "assistant": "gpt"}


def _facts(trace: Row) -> Row:
    return {name: trace[name] for name in _TRACE_FACTS}


def as_messages(trace: Row) -> Row:
    """Return the whole conversation."""
    return {"messages": trace["messages"]} | _facts(trace)


def as_prompt_completion(trace: Row) -> Row:
    """Return what is given and what is to be learnt, apart."""
    return {"prompt": trace["messages"][:-1], "completion": trace["messages"][-1:]} | _facts(trace)


def as_sharegpt(trace: Row) -> Row:
    """Return the conversation in ShareGPT's words."""
    turns = [{"from": _SHAREGPT_ROLES[each["role"]], "value": each["content"]} for each in trace["messages"]]
    return {"conversations": turns} | _facts(trace)


def as_alpaca(trace: Row) -> Row:
    """Return instruction and output; the question is the instruction, there is no further input."""
    by_role = {each["role"]: each["content"] for each in trace["messages"]}
    texts = {"instruction": by_role["user"], "input": "", "output": by_role["assistant"]}
    return texts | {"system": by_role.get("system", "")} | _facts(trace)


def as_soft_targets(trace: Row, soft: StoredTargets) -> Row:
    """Return prompt and completion, and for each of the completion's tokens what else the teacher would have said."""
    tokens = {
        "token_ids": soft.token_ids,
        "token_logprobs": soft.token_logprobs,
        "top_ids": list(soft.ids),
        "top_logprobs": list(soft.logprobs),
        "k": soft.k,
    }
    return as_prompt_completion(trace) | tokens | {name: trace[name] for name in ("sample_id", "teacher")}


def as_grpo(problem: Row) -> Row:
    """Return a prompt, and what a reward function is called with: reference and verifier settings by name."""
    return {"prompt": problem["prompt"]} | {name: problem[name] for name in _PROBLEM_FACTS}


def as_verl(problem: Row, index: int, split: str) -> Row:
    """Return the row that verl's RLHFDataset and reward managers read."""
    facts = {name: problem[name] for name in _PROBLEM_FACTS}
    return {
        "data_source": problem["source"],
        "prompt": problem["prompt"],
        "ability": "math",
        "reward_model": {"style": "rule", "ground_truth": problem["reference"]},
        "extra_info": {"index": index, "split": split} | facts,
    }


def as_pairs(problem: Row, accepted: Sequence[Row], rejected: Sequence[Row], most: int) -> Iterator[Row]:
    """Pair a problem's accepted with its rejected samples, each used about equally often, at most `most` pairs."""
    count = min(most, len(accepted) * len(rejected))
    for number in range(count):
        # Both go round; a further step each time one has gone round whole keeps pairs from repeating.
        better = accepted[number % len(accepted)]
        worse = rejected[(number + number // _cycle(len(accepted), len(rejected))) % len(rejected)]
        yield {
            "prompt": problem["prompt"],
            "chosen": [better["answer"]],
            "rejected": [worse["answer"]],
            "chosen_id": better["sample_id"],
            "rejected_id": worse["sample_id"],
            "rejected_status": worse["status"],
            "rejected_reason": worse["reason"],
        } | {name: problem[name] for name in ("problem_id", "pass_rate", "source", "license")}


def _cycle(one: int, other: int) -> int:
    """Return after how many steps both are where they began."""
    from math import lcm  # noqa: PLC0415

    return lcm(one, other)


TRACE_FORMATS: Mapping[ExportFormat, Callable[[Row], Row]] = {
    ExportFormat.MESSAGES: as_messages,
    ExportFormat.PROMPT_COMPLETION: as_prompt_completion,
    ExportFormat.SHAREGPT: as_sharegpt,
    ExportFormat.ALPACA: as_alpaca,
}
"""Formats with a row for each trace."""
ROWS_TOGETHER: Mapping[ExportFormat, int] = {ExportFormat.SOFT_TARGETS: 32}
"""Rows of a row group, where it is not as for texts."""
JSONL_FORMATS = frozenset({ExportFormat.SHAREGPT, ExportFormat.ALPACA})
"""Formats whose users expect JSONL."""

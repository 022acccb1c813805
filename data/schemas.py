"""Columns of every Parquet file that Tracemill writes.

A change here is a new `SCHEMA_VERSION`; files of older versions stay readable.
"""

import pyarrow as pa

SCHEMA_VERSION = 2

STRINGS = pa.list_(pa.string())

PROBLEMS = pa.schema(
    {
        "record_id": pa.string(),
        "problem_id": pa.string(),
        "id": pa.string(),
        "question": pa.string(),
        "reference": pa.string(),
        "answer_kind": pa.string(),
        "unit": pa.string(),
        "rel_tol": pa.float64(),
        "choices": STRINGS,
        "source": pa.string(),
        "license": pa.string(),
        "tags": STRINGS,
        "run_id": pa.string(),
    }
)

SAMPLES = pa.schema(
    {
        "sample_id": pa.string(),
        "problem_id": pa.string(),
        "prompt_id": pa.string(),
        "sampling_id": pa.string(),
        "index": pa.int32(),
        "seed": pa.int64(),
        "completion": pa.string(),
        "reasoning": pa.string(),
        "finish_reason": pa.string(),
        "prompt_tokens": pa.int32(),
        "cached_tokens": pa.int32(),
        "completion_tokens": pa.int32(),
        "teacher": pa.string(),
        "run_id": pa.string(),
    }
)

VERDICTS = pa.schema(
    {
        "sample_id": pa.string(),
        "problem_id": pa.string(),
        "verdict_set": pa.string(),
        "status": pa.string(),
        "extracted": pa.string(),
        "reason": pa.string(),
        "rule": pa.string(),
        "reference_form": pa.string(),
        "answer_form": pa.string(),
        "steps_checked": pa.int32(),
        "false_steps": STRINGS,
        "verifier": pa.string(),
        "policy": pa.string(),
        "seconds": pa.float64(),
        "run_id": pa.string(),
    }
)

DECISIONS = pa.schema(
    {
        "decision_id": pa.string(),
        "problem_id": pa.string(),
        "plan_id": pa.string(),
        "policy": pa.string(),
        "round": pa.int32(),
        "asked": pa.int32(),
        "judged": pa.int32(),
        "accepted": pa.int32(),
        "decided": pa.int32(),
        "tokens": pa.int64(),
        "alpha": pa.float64(),
        "beta": pa.float64(),
        "chance": pa.float64(),
        "expected_tokens": pa.float64(),
        "more": pa.int32(),
        "reason": pa.string(),
        "run_id": pa.string(),
    }
)
SOFT_TARGETS = pa.schema(
    {
        "sample_id": pa.string(),
        "problem_id": pa.string(),
        "text_hash": pa.string(),
        "k": pa.int32(),
        "tokens": pa.int32(),
        "token_ids": pa.list_(pa.int32()),
        "token_logprobs": pa.list_(pa.float16()),
        "top_ids": pa.list_(pa.int32()),
        "top_logprobs": pa.list_(pa.float16()),
        "teacher": pa.string(),
        "run_id": pa.string(),
    }
)
"""`top_ids` and `top_logprobs` hold k values for each token, one token after the other."""

VOTES = pa.schema(
    {
        "vote_id": pa.string(),
        "problem_id": pa.string(),
        "verdict_set": pa.string(),
        "voting": pa.string(),
        "outcome": pa.string(),
        "voters": pa.int32(),
        "votes": pa.int32(),
        "runner_up": pa.int32(),
        "accepted": pa.int32(),
        "answer": pa.string(),
        "winners": STRINGS,
        "run_id": pa.string(),
    }
)

MESSAGES = pa.list_(pa.struct({"role": pa.string(), "content": pa.string()}))

TRACES = pa.schema(
    {
        "trace_id": pa.string(),
        "problem_id": pa.string(),
        "sample_id": pa.string(),
        "question": pa.string(),
        "reference": pa.string(),
        "messages": MESSAGES,
        "reasoning": pa.string(),
        "completion": pa.string(),
        "status": pa.string(),
        "answer": pa.string(),
        "verifier": pa.string(),
        "verifier_rule": pa.string(),
        "steps_checked": pa.int32(),
        "false_steps": pa.int32(),
        "votes": pa.int32(),
        "voters": pa.int32(),
        "pass_rate": pa.float64(),
        "n_samples": pa.int32(),
        "teacher": pa.string(),
        "prompt_template": pa.string(),
        "temperature": pa.float64(),
        "top_p": pa.float64(),
        "seed": pa.int64(),
        "prompt_tokens": pa.int32(),
        "completion_tokens": pa.int32(),
        "source": pa.string(),
        "license": pa.string(),
        "tags": STRINGS,
        "run_id": pa.string(),
    }
)

_SINCE_2 = {"traces": frozenset({"status", "votes", "voters"}), "samples": frozenset({"cached_tokens"})}


def columns_of(kind: str, schema: pa.Schema, version: int) -> pa.Schema:
    """Return the columns that files of a kind have in a schema version; `schema` are those of this one."""
    later = _SINCE_2.get(kind, frozenset()) if version == 1 else frozenset()
    return pa.schema([field for field in schema if field.name not in later])


TRACES_OF_VERSION = {version: columns_of("traces", TRACES, version) for version in range(1, SCHEMA_VERSION + 1)}
"""Columns of traces by schema version: every file of a version has the same."""

LEFT_OUT = pa.schema(
    {"problem_id": pa.string(), "sample_id": pa.string(), "reason": pa.string(), "detail": pa.string()}
)

VERSION_PROBLEMS = pa.schema(
    {
        "problem_id": pa.string(),
        "question": pa.string(),
        "reference": pa.string(),
        "answer_kind": pa.string(),
        "unit": pa.string(),
        "rel_tol": pa.float64(),
        "choices": STRINGS,
        "prompt": MESSAGES,
        "pass_rate": pa.float64(),
        "n_samples": pa.int32(),
        "n_accepted": pa.int32(),
        "traces": pa.int32(),
        "split": pa.string(),
        "is_eligible": pa.bool_(),
        "source": pa.string(),
        "license": pa.string(),
        "tags": STRINGS,
    }
)

STATISTICS = {
    "problems": ["record_id", "problem_id", "source", "license"],
    "samples": ["sample_id", "problem_id", "prompt_id", "index", "prompt_tokens", "completion_tokens"],
    "verdicts": ["sample_id", "problem_id", "status"],
    "decisions": ["problem_id", "round", "reason"],
    "votes": ["problem_id", "outcome"],
    "soft_targets": ["sample_id", "problem_id", "tokens"],
    "traces": ["trace_id", "problem_id", "pass_rate", "source", "license"],
}
"""Columns with statistics in the file's footer; on long text they would bloat it."""

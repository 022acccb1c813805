"""Verification as a reward function: called as TRL's GRPO trainer and as verl call theirs.

The pool of workers is made at the first call and shared by all calls of the process; a forked copy of the process
gets its own. See `docs/reward-functions.md`.
"""

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from data.records import Problem, Status, Verdict
from verifiers.policy import DEFAULT_POLICY, Policy
from verifiers.pool import VerifierPool
from verifiers.workers.worker_process import Item

REFERENCE_COLUMNS = ("reference", "solution", "answer", "ground_truth")
"""Where the reference is looked for in the columns of a data set, in this order."""
_PROBLEM_FIELDS = ("answer_kind", "unit", "rel_tol", "choices")
_NO_QUESTION = "(not given)"
_pools: dict[tuple[int, str], VerifierPool] = {}
_making = threading.Lock()


def shared_pool(policy: Policy = DEFAULT_POLICY) -> VerifierPool:
    """Return this process's pool for a policy, made at the first call and closed when the process ends."""
    key = (os.getpid(), policy.policy_hash)
    with _making:
        if key not in _pools:
            _pools[key] = VerifierPool(policy=policy)
            atexit.register(_pools[key].close)
        return _pools[key]


def accuracy_reward(
    prompts: Sequence[Any] | None = None,  # noqa: ARG001 - TRL passes it
    completions: Sequence[Any] = (),
    **columns: Any,
) -> list[float | None]:
    r"""Reward completions as TRL's trainers ask it: 1.0 for a right final answer, 0.0 for any other.

    `completions` are texts or lists of messages; `columns` are the columns of the data set, among them the
    reference (see `REFERENCE_COLUMNS`) and, where there are any, `question`, `answer_kind`, `unit`, `rel_tol`
    and `choices`. A sample that cannot be decided (a broken reference) gets None, which TRL leaves out of
    the reward instead of counting it as wrong.

    >>> accuracy_reward(completions=[r"So \\boxed{0.5}", "I am lost."], reference=["1/2", "1/2"])  # doctest: +SKIP
    [1.0, 0.0]
    """
    name = next((name for name in REFERENCE_COLUMNS if columns.get(name) is not None), None)
    if name is None:
        raise ValueError(f"accuracy_reward needs a column with the reference: one of {', '.join(REFERENCE_COLUMNS)}")
    rows = [
        {
            field: values[n]
            for field, values in columns.items()
            if field in (name, "question", *_PROBLEM_FIELDS) and values
        }
        for n in range(len(completions))
    ]
    items: list[Item] = [
        (_problem(row.pop(name), row), _text(completion), False)
        for row, completion in zip(rows, completions, strict=True)
    ]
    return [_reward(verdict) for verdict in shared_pool().submit(items).result()]


def compute_score(
    data_source: str,  # noqa: ARG001 - verl passes it
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Score one completion as verl asks it; `score` is 1.0 for a right final answer and 0.0 for any other.

    `extra_info` may hold `question`, `answer_kind`, `unit`, `rel_tol` and `choices`. The other keys of the result
    are logged by verl: `acc`, `status`, and how many arithmetic steps were checked and were false.
    """
    item = (_problem(ground_truth, extra_info or {}), solution_str, False)
    return _score(shared_pool().submit([item]).result()[0])


def compute_scores(
    data_sources: Sequence[str],  # noqa: ARG001 - verl passes it
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    **_: Any,
) -> list[dict[str, Any]]:
    """Score a batch as verl's batch reward manager asks it; the workers share the batch."""
    infos = extra_infos if extra_infos is not None else [None] * len(solution_strs)
    items: list[Item] = [
        (_problem(reference, info or {}), text, False)
        for reference, text, info in zip(ground_truths, solution_strs, infos, strict=True)
    ]
    return [_score(verdict) for verdict in shared_pool().submit(items).result()]


def _problem(reference: Any, row: Mapping[str, Any]) -> Problem:
    fields = {name: row[name] for name in _PROBLEM_FIELDS if row.get(name) is not None}
    return Problem(question=str(row.get("question") or _NO_QUESTION), reference=str(reference), **fields)


def _text(completion: Any) -> str:
    """Return a completion's text, whether it came as text or as messages."""
    if isinstance(completion, str):
        return completion
    return "\n".join(str(message.get("content") or "") for message in completion)


def _reward(verdict: Verdict) -> float | None:
    return float(verdict.equal) if verdict.status.is_decided else None


def _score(verdict: Verdict) -> dict[str, Any]:
    return {
        "score": float(verdict.equal),
        "acc": float(verdict.equal),
        "status": verdict.status.value,
        "undecided": float(verdict.status in (Status.BAD_REFERENCE, Status.ERROR)),
        "steps_checked": verdict.steps_checked,
        "false_steps": len(verdict.false_steps),
    }

"""What builds and `reverify` have in common about verdicts: the set they belong to, labels, and how they are stored."""

from collections.abc import Sequence
from typing import Any

from data.identity import content_id
from data.records import FinishReason, Status, Verdict
from data.shards import ShardManifest, write_shard
from data.warehouse import Warehouse
from generators.finish import LABELS
from verifiers.dispatch import VERIFIER

_LABELLED = {
    FinishReason.LENGTH: (Status.TRUNCATED, "The completion was cut off at the token limit."),
    FinishReason.LOOP: (Status.LOOP, "The completion repeats a passage again and again."),
    FinishReason.REFUSAL: (Status.REFUSAL, "The completion declines to answer."),
    FinishReason.EMPTY: (Status.EMPTY, "The completion has no answer, not even a wrong one."),
}
"""What becomes of a completion that is not verified, by how it ended."""


def verdict_set_of(policy_hash: str) -> str:
    """Return the identity of all verdicts by this verifier, these labels and a policy."""
    return content_id("verdict_set", [VERIFIER, LABELS, policy_hash])


def verdict_of_label(label: FinishReason, policy_hash: str) -> Verdict:
    """Return the verdict on a completion that is not verified, because of how it ended."""
    status, reason = _LABELLED[label]
    return Verdict(status=status, reason=reason, rule="finish_reason", verifier=VERIFIER, policy=policy_hash)


def verdict_row(verdict: Verdict, sample_id: str, problem_id: str, verdict_set: str, run_id: str) -> dict[str, Any]:
    """Return a verdict as it is stored."""
    ids = {"sample_id": sample_id, "problem_id": problem_id, "verdict_set": verdict_set, "run_id": run_id}
    return verdict.model_dump(mode="json") | ids


def write_verdicts(warehouse: Warehouse, dataset: str, run_id: str, rows: Sequence[dict[str, Any]]) -> ShardManifest:
    """Write rows of verdicts, in their order, as a shard; raises `StorageError`."""
    ids = [f"{row['problem_id']} {row['sample_id']} {row['verdict_set']}" for row in rows]
    return write_shard(warehouse, "verdicts", dataset, run_id, rows, ids)

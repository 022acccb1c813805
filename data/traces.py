"""Traces: accepted samples joined with their problems and verdicts, as rows to train on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.holdings import HeldSample, HeldVerdict, Holdings
from data.identity import content_id
from data.records import Message, Problem, Record
from data.shards import read_shard
from data.survey import JudgedProblem, JudgedSample
from data.warehouse import Warehouse


class Conversation(Record):
    """What is trained on."""

    template: str
    """Name of the template that the sample was asked with."""
    messages: tuple[Message, ...]


ConversationFor = Callable[[Problem, str, str, str | None], Conversation]
"""Builds a trace's conversation from its problem, prompt id, completion and reasoning."""


class Provenance(Record):
    """What is the same for every trace of a version."""

    temperature: float
    top_p: float


@dataclass(frozen=True, slots=True)
class ChosenProblem:
    """A problem with those of its samples that become traces."""

    problem: JudgedProblem
    chosen: tuple[JudgedSample, ...]


def chunk_traces(
    warehouse: Warehouse,
    problems: Sequence[ChosenProblem],
    records: Mapping[str, Problem],
    provenance: Provenance,
    conversation_for: ConversationFor,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one chunk's traces, problem by problem, a problem's traces by index.

    `records` are the stored problems by record id.
    """
    wanted = {each.sample.sample_id for problem in problems for each in problem.chosen}
    paths = {each.sample.path for problem in problems for each in problem.chosen}
    texts = _rows_by_id(warehouse, paths, "sample_id", wanted)
    for each in problems:
        record = records[each.problem.member.record_id]
        shared = _problem_columns(each.problem, record) | provenance.model_dump()
        for judged in each.chosen:
            yield shared | _sample_columns(record, texts[judged.sample.sample_id], judged.verdict, conversation_for)


def problem_from_row(row: dict[str, Any]) -> Problem:
    """Read a stored problem back as the record that it was."""
    return Problem.model_validate({name: row[name] for name in Problem.model_fields})


def read_problems(warehouse: Warehouse, wanted: set[str], holdings: Holdings) -> dict[str, Problem]:
    """Return stored problems by record id."""
    paths = {holdings.records[record_id].path for record_id in wanted}
    rows = _rows_by_id(warehouse, paths, "record_id", wanted)
    return {record_id: problem_from_row(row) for record_id, row in rows.items()}


def read_texts(warehouse: Warehouse, samples: Sequence[HeldSample]) -> dict[str, str]:
    """Return the completions of stored samples by sample id."""
    wanted = {sample.sample_id for sample in samples}
    rows = _rows_by_id(
        warehouse, {sample.path for sample in samples}, "sample_id", wanted, ["sample_id", "completion", "reasoning"]
    )
    return {sample_id: f"{row['reasoning'] or ''}\n{row['completion']}" for sample_id, row in rows.items()}


def _rows_by_id(
    warehouse: Warehouse, paths: Iterable[str], key: str, wanted: set[str], columns: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    values = pa.array(sorted(wanted), pa.string())
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(paths):
        table = read_shard(warehouse, path, columns)
        for row in table.filter(pc.is_in(table[key], value_set=values)).to_pylist():
            found.setdefault(row[key], row)
    return found


def _problem_columns(problem: JudgedProblem, record: Problem) -> dict[str, Any]:
    vote = None if record.reference else problem.vote
    reference = vote.answer if vote else record.reference
    return {
        "problem_id": problem.member.problem_id,
        "question": record.question,
        "reference": reference if record.unit is None or vote else f"{reference} {record.unit}",
        "votes": vote.votes if vote else None,
        "voters": vote.voters if vote else None,
        "pass_rate": problem.pass_rate,
        "n_samples": len(problem.judged),
        "source": record.source,
        "license": record.license,
        "tags": list(record.tags),
    }


def _sample_columns(
    problem: Problem, row: dict[str, Any], verdict: HeldVerdict, conversation_for: ConversationFor
) -> dict[str, Any]:
    conversation = conversation_for(problem, row["prompt_id"], row["completion"], row["reasoning"])
    taken = ("sample_id", "reasoning", "completion", "teacher", "seed", "prompt_tokens", "completion_tokens", "run_id")
    return {name: row[name] for name in taken} | {
        "trace_id": content_id("trace", [problem.problem_id, row["sample_id"]]),
        "prompt_template": conversation.template,
        "messages": [message.model_dump() for message in conversation.messages],
        "status": verdict.status.value,
        "answer": verdict.extracted,
        "verifier": verdict.verifier,
        "verifier_rule": verdict.rule,
        "steps_checked": verdict.steps_checked,
        "false_steps": verdict.false_steps,
    }

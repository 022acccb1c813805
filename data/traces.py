"""Traces: accepted samples joined with their problems and verdicts, as rows to train on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.holdings import HeldVerdict, Holdings
from data.identity import content_id
from data.records import Message, Problem, Record
from data.shards import read_shard
from data.survey import JudgedProblem
from data.warehouse import Warehouse

MessagesFor = Callable[[Problem, str, str | None], Sequence[Message]]
"""Builds a trace's conversation from its problem, completion and reasoning."""


class Provenance(Record):
    """What is the same for every trace of a version."""

    prompt_template: str
    temperature: float
    top_p: float


def chunk_traces(
    warehouse: Warehouse,
    problems: Sequence[JudgedProblem],
    holdings: Holdings,
    provenance: Provenance,
    messages_for: MessagesFor,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one chunk's traces, problem by problem, a problem's traces by index."""
    solved = [problem for problem in problems if problem.accepted]
    wanted = {each.sample.sample_id for problem in solved for each in problem.accepted}
    paths = {each.sample.path for problem in solved for each in problem.accepted}
    texts = _rows_by_id(warehouse, paths, "sample_id", wanted)
    records = _read_problems(warehouse, solved, holdings)
    for problem in solved:
        record = records[problem.member.record_id]
        shared = _problem_columns(problem, record) | provenance.model_dump()
        for each in problem.accepted:
            yield shared | _sample_columns(record, texts[each.sample.sample_id], each.verdict, messages_for)


def problem_from_row(row: dict[str, Any]) -> Problem:
    """Read a stored problem back as the record that it was."""
    return Problem.model_validate({name: row[name] for name in Problem.model_fields})


def _read_problems(warehouse: Warehouse, problems: Iterable[JudgedProblem], holdings: Holdings) -> dict[str, Problem]:
    wanted = {problem.member.record_id for problem in problems}
    paths = {holdings.records[record_id].path for record_id in wanted}
    rows = _rows_by_id(warehouse, paths, "record_id", wanted)
    return {record_id: problem_from_row(row) for record_id, row in rows.items()}


def _rows_by_id(warehouse: Warehouse, paths: Iterable[str], key: str, wanted: set[str]) -> dict[str, dict[str, Any]]:
    values = pa.array(sorted(wanted), pa.string())
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(paths):
        table = read_shard(warehouse, path)
        for row in table.filter(pc.is_in(table[key], value_set=values)).to_pylist():
            found.setdefault(row[key], row)
    return found


def _problem_columns(problem: JudgedProblem, record: Problem) -> dict[str, Any]:
    return {
        "problem_id": problem.member.problem_id,
        "question": record.question,
        "reference": record.reference if record.unit is None else f"{record.reference} {record.unit}",
        "pass_rate": problem.pass_rate,
        "n_samples": len(problem.judged),
        "source": record.source,
        "license": record.license,
        "tags": list(record.tags),
    }


def _sample_columns(
    problem: Problem, row: dict[str, Any], verdict: HeldVerdict, messages_for: MessagesFor
) -> dict[str, Any]:
    messages = messages_for(problem, row["completion"], row["reasoning"])
    taken = ("sample_id", "reasoning", "completion", "teacher", "seed", "prompt_tokens", "completion_tokens", "run_id")
    return {name: row[name] for name in taken} | {
        "trace_id": content_id("trace", [problem.problem_id, row["sample_id"]]),
        "messages": [message.model_dump() for message in messages],
        "answer": verdict.extracted,
        "verifier": verdict.verifier,
        "verifier_rule": verdict.rule,
        "steps_checked": verdict.steps_checked,
        "false_steps": verdict.false_steps,
    }

"""A warehouse with a few problems, samples and verdicts, written the way a build writes them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from data.catalog import Catalog, RunRow
from data.holdings import Request, look_up
from data.members import Member, Members
from data.publishing import Stock, choose_traces, publish_chosen
from data.records import FinishReason, Message, Problem, Sample, Status, Verdict
from data.selection import Selection
from data.selection_plan import SelectionPlan
from data.shards import ShardManifest, write_shard
from data.survey import JudgedProblem, Survey, judged_problems
from data.traces import ChosenProblem, Conversation, Provenance, chunk_traces
from data.versions import TeacherFacts, VersionContents, VersionFacts, VersionManifest
from data.warehouse import Warehouse, open_warehouse

DATASET, RUN, SAMPLING, VERDICTS = "sums", "run-1", "sampling-1", "verdicts-1"
STATUSES = (Status.CORRECT, Status.INCORRECT, Status.CORRECT, Status.ERROR)
"""What becomes of the samples of a problem, by their index."""


def opened(folder: Path) -> tuple[Warehouse, Catalog]:
    """Return a warehouse in `folder` with a catalog that is ready."""
    warehouse = open_warehouse(folder)
    catalog = Catalog(warehouse.catalog, warehouse.root, wait_s=20)
    catalog.migrate()
    return warehouse, catalog


def problem(number: int, **more: Any) -> Problem:
    """Return a small problem."""
    fields = {"question": f"{number} + 1?", "reference": str(number + 1), "source": "made", "license": "CC0-1.0"}
    return Problem(**(fields | more))


def member(asked: Problem) -> Member:
    """Return a problem as a member of a run."""
    return Member(record_id=asked.record_id, problem_id=asked.problem_id, prompt_id=f"prompt {asked.question}")


def sample(asked: Problem, index: int, **more: Any) -> Sample:
    """Return a sample of a problem."""
    fields = {
        "sample_id": f"{asked.question} {index}",
        "problem_id": asked.problem_id,
        "prompt_id": member(asked).prompt_id,
        "sampling_id": SAMPLING,
        "index": index,
        "seed": 100 + index,
        "completion": f"One more. \\boxed{{{asked.reference}}}",
        "reasoning": "One more." if index % 2 else None,
        "finish_reason": FinishReason.STOP,
        "prompt_tokens": 10,
        "completion_tokens": 5 + index,
        "teacher": "small-model",
        "run_id": RUN,
    }
    return Sample(**(fields | more))


def problem_row(asked: Problem) -> dict[str, Any]:
    """Return a problem as it is stored."""
    ids = {"record_id": asked.record_id, "problem_id": asked.problem_id, "run_id": RUN}
    return asked.model_dump(mode="json") | ids


def verdict_row(given: Sample, status: Status) -> dict[str, Any]:
    """Return a verdict as it is stored."""
    verdict = Verdict(status=status, extracted="2", reason="compared", rule="number", verifier="v-1", steps_checked=1)
    ids = {"sample_id": given.sample_id, "problem_id": given.problem_id, "verdict_set": VERDICTS, "run_id": RUN}
    return verdict.model_dump(mode="json") | ids


def put_shard(
    warehouse: Warehouse,
    catalog: Catalog,
    problems: Sequence[Problem],
    *,
    samples_each: int = 4,
    dataset: str = DATASET,
    statuses: Sequence[Status] = STATUSES,
    false_steps: Mapping[int, Sequence[str]] | None = None,
    verdict_set: str = VERDICTS,
    run_id: str = RUN,
    **more: Any,
) -> list[ShardManifest]:
    """Commit problems with their samples and verdicts, and index them; `more` goes into every sample.

    `false_steps` are the false statements of samples, by index.
    """
    samples = [sample(each, index, run_id=run_id, **more) for each in problems for index in range(samples_each)]
    verdicts = [verdict_row(each, statuses[each.index % len(statuses)]) for each in samples]
    for each, verdict in zip(samples, verdicts, strict=True):
        verdict["verdict_set"] = verdict_set
        verdict["false_steps"] = list((false_steps or {}).get(each.index, ()))
    problem_rows = [problem_row(each) for each in problems]
    sample_rows = [each.model_dump(mode="json") for each in samples]
    ids = {
        "problems": [row["record_id"] for row in problem_rows],
        "samples": [row["sample_id"] for row in sample_rows],
        "verdicts": [f"{row['problem_id']} {row['sample_id']} {row['verdict_set']}" for row in verdicts],
    }
    written = [
        write_shard(warehouse, "problems", dataset, run_id, problem_rows, ids["problems"]),
        write_shard(warehouse, "samples", dataset, run_id, sample_rows, ids["samples"]),
        write_shard(warehouse, "verdicts", dataset, run_id, verdicts, ids["verdicts"]),
    ]
    catalog.register_shards(written)
    return written


def a_run(number: int = 1, **more: Any) -> RunRow:
    """Return a run's record."""
    fields = {"run_id": f"run-{number}", "dataset": DATASET, "state": "running", "started": "2026-01-01T00:00:00"}
    return RunRow(**(fields | {"config_hash": "c"} | more))


def request(samples_per_problem: int = 4) -> Request:
    """Return what a run wants."""
    return Request(sampling_id=SAMPLING, samples_per_problem=samples_per_problem, verdict_set=VERDICTS)


def judged(catalog: Catalog, problems: Sequence[Problem], wanted: Request | None = None) -> list[JudgedProblem]:
    """Return problems with what the catalog holds of them."""
    members = [member(each) for each in problems]
    return judged_problems(members, look_up(catalog, members, wanted or request()))


def survey_of(catalog: Catalog, problems: Sequence[Problem], wanted: Request | None = None) -> Survey:
    """Count what the catalog holds."""
    survey = Survey()
    for each, original in zip(judged(catalog, problems, wanted), problems, strict=True):
        survey.add(each, original.source)
    return survey


def traces_of(warehouse: Warehouse, catalog: Catalog, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return the rows of all traces."""
    members = [member(each) for each in problems]
    holdings = look_up(catalog, members, request())
    provenance = Provenance(temperature=0.7, top_p=1.0)
    chosen = [ChosenProblem(each, tuple(each.accepted)) for each in judged_problems(members, holdings) if each.accepted]
    records = {each.record_id: each for each in problems}
    return list(chunk_traces(warehouse, chosen, records, provenance, conversation))


def contents_of(
    warehouse: Warehouse, catalog: Catalog, problems: Sequence[Problem], selection: Selection | None = None
) -> VersionContents:
    """Return what a version of everything that is held for `problems` is."""
    with stock_of(warehouse, catalog, problems) as stock, SelectionPlan(stock.members.folder / "plan") as plan:
        return choose_traces(stock, selection or Selection(), plan)


@contextmanager
def stock_of(
    warehouse: Warehouse, catalog: Catalog, problems: Sequence[Problem], wanted: Request | None = None
) -> Iterator[Stock]:
    """Yield what a version is made from, two problems a chunk."""
    with tempfile.TemporaryDirectory() as folder, closing(Members(Path(folder))) as members:
        for start in range(0, len(problems), 2):
            members.add_chunk([member(each) for each in problems[start : start + 2]])
        yield Stock(warehouse, catalog, members, wanted or request())


def conversation(asked: Problem, prompt_id: str, completion: str, reasoning: str | None) -> Conversation:
    """Return the messages of a trace."""
    thought = f"<think>{reasoning}</think>" if reasoning else ""
    answer = Message(role="assistant", content=thought + completion)
    return Conversation(template="boxed", messages=(Message(role="user", content=asked.question), answer))


def facts(**more: Any) -> VersionFacts:
    """Return what a publisher is told."""
    fields = {
        "dataset": DATASET,
        "run_id": RUN,
        "verifier": "v-1",
        "policy": {"strict": True},
        "policy_hash": "p",
        "teacher": TeacherFacts(name="small-model", teacher_id="t", engine="openai"),
        "prompt_template": "boxed",
        "prompt_template_hash": "h",
        "sampling": {"temperature": 0.7, "seed": 7},
        "config": {"name": DATASET},
        "config_hash": "c",
    }
    return VersionFacts(**(fields | more))


def publish(
    warehouse: Warehouse,
    catalog: Catalog,
    problems: Sequence[Problem],
    selection: Selection | None = None,
    verdict_set: str = VERDICTS,
    **more: Any,
) -> VersionManifest:
    """Publish a version of what is held for `problems`."""
    wanted = request().model_copy(update={"verdict_set": verdict_set})
    with stock_of(warehouse, catalog, problems, wanted) as stock, SelectionPlan(stock.members.folder / "plan") as plan:
        contents = choose_traces(stock, selection or Selection(), plan)
        provenance = Provenance(temperature=0.7, top_p=1.0)
        return publish_chosen(stock, plan, contents, facts(**more), provenance, conversation)


def traces_in(warehouse: Warehouse, manifest: VersionManifest) -> list[dict[str, Any]]:
    """Return all rows of a version."""
    folder = warehouse.dataset(manifest.dataset) / manifest.folder
    return [row for file in manifest.files for row in pq.read_table(folder / file.path).to_pylist()]


def tables(catalog: Catalog) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table of a catalog, rows in a fixed order."""
    names = [row[0] for row in catalog.query("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
    found = catalog.lookup({name: f"SELECT * FROM {name}" for name in names})  # noqa: S608
    return {name: sorted(rows, key=repr) for name, rows in found.items()}

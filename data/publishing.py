"""From what the warehouse holds to the next version: survey, selection, traces. Both `build` and `publish` end here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.catalog import Catalog
from data.decontamination import BenchmarkIndex, check_benchmarks
from data.files import ROW_GROUP_ROWS
from data.holdings import Holdings, Request, look_up, look_up_records, looked_up_together
from data.likeness import Questions
from data.lineage import Lineage
from data.members import Members
from data.records import Problem
from data.resolution import resolve
from data.schemas import VERSION_PROBLEMS
from data.selection import Decided, ProblemFacts, Selection, decide_problem
from data.selection_plan import SelectionPlan
from data.spool import Spool
from data.survey import JudgedProblem, Survey, judged_problems
from data.traces import ChosenProblem, ConversationFor, Provenance, chunk_traces, read_problems, read_texts
from data.version_writer import publish_version
from data.versions import VersionContents, VersionFacts, VersionManifest, places_in, version_path
from data.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Stock:
    """What a version is made from: the run's problems, and all that is stored of them."""

    warehouse: Warehouse
    catalog: Catalog
    members: Members
    request: Request
    unsaved: tuple[Warehouse, Catalog] | None = None
    """Where problems lie that are described anew and that a dry run does not store."""

    def chunks(self) -> Iterator[tuple[int, list[JudgedProblem], Holdings]]:
        """Yield the run's problems, chunk by chunk, with what is held of them and of the chunks beside them."""
        number = 0
        for chunks in looked_up_together(self.members.read_chunks(), self.request):
            members = [member for chunk in chunks for member in chunk]
            holdings = look_up(self.catalog, members, self.request)
            if self.unsaved:
                beside, catalog = self.unsaved
                for record_id, record in look_up_records(catalog, members).items():
                    # An absolute path stays what it is when it is joined to the warehouse's.
                    holdings.records.setdefault(record_id, record.moved(str(beside.root / record.path)))
            for chunk in chunks:
                yield number, judged_problems(chunk, holdings), holdings
                number += 1


def choose_traces(
    stock: Stock, selection: Selection, plan: SelectionPlan, previous: VersionManifest | None = None
) -> VersionContents:
    """Count what is held, and decide what of it a version would hold; only `plan` is written.

    What `previous`, the last version, holds stays on its side of the same splits. Raises `InputError` where a
    benchmark file cannot be read.
    """
    survey, lineage = Survey(), Lineage()
    policy = selection.policy
    benchmarks = benchmark_index(selection)
    questions = None
    if policy.compares_problems:
        distinguish = policy.duplicates.numbers == "distinguish"
        questions = Questions(plan.tables, near=policy.finds_near_problems, numbers_count=distinguish)
    if previous and policy.splits and previous.selection.policy.splits == policy.splits:
        for places in places_in(version_path(stock.warehouse, previous), previous):
            plan.remember(places)
    for number, problems, holdings in stock.chunks():
        described = []
        for problem in problems:
            record = holdings.records[problem.member.record_id]
            survey.add(problem, record.source)
            described.append((problem, ProblemFacts(record.source, record.license, record.tags)))
        lineage.add(problems, holdings)
        decided = _decide(stock, selection, described)
        texts, contaminated = {}, {}
        if questions or benchmarks:
            wanted = {problem.member.record_id for problem, _, fate in decided if fate.kept}
            texts = read_problems(stock.warehouse, wanted, holdings)
        if benchmarks:
            contaminated = {record: said for record, asked in texts.items() if (said := _matches(benchmarks, asked))}
        positions = plan.add(number, decided, contaminated)
        if questions:
            records = [problem.member.record_id for problem in problems]
            could = [
                (at, texts[r]) for at, r in zip(positions, records, strict=True) if r in texts.keys() - contaminated
            ]
            questions.add([at for at, _ in could], [asked for _, asked in could])
    if questions:
        resolve(plan.tables, questions, policy)
    return VersionContents(survey, selection, plan.report(), lineage.record(stock.request))


def publish_chosen(
    stock: Stock,
    plan: SelectionPlan,
    contents: VersionContents,
    facts: VersionFacts,
    provenance: Provenance,
    conversation_for: ConversationFor,
) -> VersionManifest:
    """Write what `plan` chose as the next version; only for the holder of the dataset's lock."""

    def rows() -> Iterator[dict[str, Any]]:
        for number, problems, holdings in stock.chunks():
            chosen = list(_chosen(problems, plan.chosen(number)))
            records = read_problems(stock.warehouse, {each.member.record_id for each in problems}, holdings)
            described = _described(problems, records, plan.places(number), conversation_for)
            listed.add(pa.Table.from_pylist(described, schema=VERSION_PROBLEMS))
            split_of = {each.problem.member.problem_id: split for split, each in chosen}
            problems_ = [each for _, each in chosen]
            for row in chunk_traces(stock.warehouse, problems_, records, provenance, conversation_for):
                yield row | {"split": split_of[row["problem_id"]]}

    with Spool(plan.folder / "problems.arrow", VERSION_PROBLEMS) as listed:
        left_out, problems = plan.left_out(ROW_GROUP_ROWS), listed.read(ROW_GROUP_ROWS)
        return publish_version(stock.warehouse, facts, contents, rows(), left_out, problems)


def _decide(
    stock: Stock, selection: Selection, problems: list[tuple[JudgedProblem, ProblemFacts]]
) -> list[tuple[JudgedProblem, ProblemFacts, Decided]]:
    policy, texts = selection.policy, {}
    if policy.needs_texts:
        read = [
            each.sample for problem, _ in problems for each in problem.judged if each.verdict.status in policy.statuses
        ]
        texts = read_texts(stock.warehouse, read)
    return [(problem, facts, decide_problem(problem, facts, selection, texts)) for problem, facts in problems]


def _chosen(
    problems: list[JudgedProblem], wanted: dict[str, tuple[str, set[str]]]
) -> Iterator[tuple[str, ChosenProblem]]:
    for problem in problems:
        if found := wanted.get(problem.member.record_id):
            split, samples = found
            chosen = tuple(each for each in problem.judged if each.sample.sample_id in samples)
            yield split, ChosenProblem(problem, chosen)


def _described(
    problems: list[JudgedProblem],
    records: Mapping[str, Problem],
    places: list[tuple[str, str, bool, int]],
    conversation_for: ConversationFor,
) -> list[dict[str, Any]]:
    """Return what a version lists of each problem, with the prompt to train or to ask with."""
    described = []
    for problem, (record_id, split, is_eligible, traces) in zip(problems, places, strict=True):
        record = records[record_id]
        *prompt, _ = conversation_for(record, problem.member.prompt_id, "", None).messages
        counts = {"pass_rate": problem.pass_rate, "n_samples": len(problem.judged), "n_accepted": len(problem.accepted)}
        place = {"split": split, "is_eligible": is_eligible, "traces": traces}
        described.append(
            record.model_dump(mode="json", exclude={"id"})
            | {"problem_id": problem.member.problem_id, "prompt": [message.model_dump() for message in prompt]}
            | counts
            | place
        )
    return described


def benchmark_index(selection: Selection) -> BenchmarkIndex | None:
    """Return the n-grams of the benchmark files, None where none is given; raises `InputError` naming file and row."""
    if not selection.benchmarks:
        return None
    rule = selection.policy.decontaminate
    return BenchmarkIndex(_benchmark_paths(selection), rule.field, rule.n, rule.threshold)


def check_benchmark_files(selection: Selection) -> None:
    """Raise the `InputError` that making the index would raise."""
    check_benchmarks(_benchmark_paths(selection), selection.policy.decontaminate.field)


def _benchmark_paths(selection: Selection) -> list[tuple[str, Path]]:
    return [(file.name, Path(file.path)) for file in selection.benchmarks]


def _matches(benchmarks: BenchmarkIndex, problem: Problem) -> str:
    """Return which benchmark rows a problem repeats; empty where it repeats none."""
    found = benchmarks.matches(problem.question)
    return "; ".join(f"{match.benchmark}:{match.row} ({match.overlap:.2f})" for match in found)

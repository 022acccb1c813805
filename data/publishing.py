"""From what the warehouse holds to the next version: survey, selection, traces. Both `build` and `publish` end here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.catalog import Catalog
from data.files import ROW_GROUP_ROWS
from data.holdings import Holdings, Request, look_up, look_up_records
from data.lineage import Lineage
from data.members import Members
from data.selection import Decided, ProblemFacts, Selection, decide_problem
from data.selection_plan import SelectionPlan
from data.survey import JudgedProblem, Survey, judged_problems
from data.traces import ChosenProblem, ConversationFor, Provenance, chunk_traces, read_texts
from data.versions import VersionContents, VersionFacts, VersionManifest, publish_version
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
        """Yield the run's problems, chunk by chunk, with what is held of them."""
        for number, members in enumerate(self.members.read_chunks()):
            holdings = look_up(self.catalog, members, self.request)
            if self.unsaved:
                beside, catalog = self.unsaved
                for record_id, record in look_up_records(catalog, members).items():
                    # An absolute path stays what it is when it is joined to the warehouse's.
                    holdings.records.setdefault(record_id, record.moved(str(beside.root / record.path)))
            yield number, judged_problems(members, holdings), holdings


def choose_traces(stock: Stock, selection: Selection, plan: SelectionPlan) -> VersionContents:
    """Count what is held, and decide what of it a version would hold; only `plan` is written."""
    survey, lineage = Survey(), Lineage()
    for number, problems, holdings in stock.chunks():
        described = []
        for problem in problems:
            record = holdings.records[problem.member.record_id]
            survey.add(problem, record.source)
            described.append((problem, ProblemFacts(record.source, record.license, record.tags)))
        lineage.add(problems, holdings)
        plan.add(number, _decide(stock, selection, described))
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
            yield from chunk_traces(stock.warehouse, chosen, holdings, provenance, conversation_for)

    return publish_version(stock.warehouse, facts, contents, rows(), plan.left_out(ROW_GROUP_ROWS))


def plan_folder(warehouse: Warehouse, dataset: str) -> Path:
    """Return the folder where the dataset's lock holder keeps its plan."""
    return warehouse.scratch(dataset) / "plan"


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


def _chosen(problems: list[JudgedProblem], wanted: dict[str, set[str]]) -> Iterator[ChosenProblem]:
    for problem in problems:
        if samples := wanted.get(problem.member.record_id):
            yield ChosenProblem(problem, tuple(each for each in problem.judged if each.sample.sample_id in samples))

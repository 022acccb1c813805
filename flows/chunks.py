"""From problem sources to chunks of work: what is wanted, less what the warehouse already holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from data.catalog import Catalog
from data.errors import ProblemRowError
from data.holdings import HeldSample, Holdings, Request, look_up, looked_up_together
from data.members import Member, Members
from data.publishing import Stock
from data.records import Problem, Prompt
from data.rounds import StandingRow
from data.sources import Source
from data.traces import read_problems
from generators.prompt_mix import PromptMix

SHOWN_BAD_ROWS = 5
_Asked = tuple[Problem, Sequence[Prompt], Member]


@dataclass(frozen=True, slots=True)
class Ask:
    """Samples of one problem and one prompt that are still to be asked for."""

    problem: Problem
    prompt: Prompt
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A few hundred problems and the work that they still need."""

    number: int
    problems: tuple[Problem, ...]
    new_records: tuple[Problem, ...]
    """Problems that the warehouse does not hold yet, or not with this source, licence and tags."""
    asks: tuple[Ask, ...]
    unverified: tuple[tuple[Problem, HeldSample], ...]
    """Stored samples without a verdict of this verifier and policy."""
    held: int
    """Wanted samples that the warehouse holds already."""
    standing: tuple[StandingRow, ...]
    """How the problems stand before the chunk is worked on, in their order."""
    round: int = 0
    """Of the sampling policy; later rounds see problems again."""

    @property
    def has_work(self) -> bool:
        """Whether anything is to be done for it."""
        return bool(self.new_records or self.asks or self.unverified)

    @property
    def samples_to_ask(self) -> int:
        """How many samples the teacher will be asked for."""
        return sum(len(ask.indices) for ask in self.asks)


@dataclass(frozen=True, slots=True)
class Grant:
    """A further round of a problem."""

    member: Member
    """With the samples that it has been granted in all."""
    before: StandingRow
    """How it stood when that was decided."""


@dataclass(slots=True)
class BadRows:
    """Problem rows that could not be read."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, error: ProblemRowError) -> None:
        """Count one, and keep the first few for the summary."""
        self.count += 1
        if len(self.first) < SHOWN_BAD_ROWS:
            self.first.append(str(error))


def read_chunks(
    sources: Sequence[Source],
    template: PromptMix,
    members: Members,
    catalog: Catalog,
    request: Request,
    *,
    first: int | None = None,
    chunk_size: int,
    bad_rows: BadRows,
    fail_on_bad_row: bool,
    ahead: bool = False,
) -> Iterator[Chunk]:
    """Stream the sources' problems as chunks; each problem once, in the sources' order.

    Every problem gets `first` samples, or as many as any may get. With `ahead` several chunks are read and looked up
    before the first one comes: quicker where nothing waits for it.
    Bad rows are counted in `bad_rows`; with `fail_on_bad_row` the first one is raised.
    """
    problems = _problems(sources, bad_rows, fail_on_bad_row)
    chunks = _kept(problems, template, members, first, chunk_size)
    number = 0
    for together in looked_up_together(chunks, request) if ahead else ([chunk] for chunk in chunks):
        holdings = look_up(catalog, [member for kept in together for _, _, member in kept], request)
        for kept in together:
            yield _plan(number, kept, holdings)
            number += 1


def _kept(
    problems: Iterator[Problem], template: PromptMix, members: Members, first: int | None, chunk_size: int
) -> Iterator[Sequence[_Asked]]:
    """Yield the problems of each chunk that did not come before, with their prompts."""
    while batch := list(islice(problems, chunk_size)):
        prompts = [template.render(problem) for problem in batch]
        rows = [member_of(template, problem, asked, first) for problem, asked in zip(batch, prompts, strict=True)]
        fresh = members.add_chunk(rows)
        kept = [each for each, new in zip(zip(batch, prompts, rows, strict=True), fresh, strict=True) if new]
        if kept:
            yield kept


def plan_round(
    number: int, round_: int, grants: Sequence[Grant], in_work: Mapping[str, Problem], template: PromptMix, stock: Stock
) -> Chunk:
    """Return the chunk of a later round: what is missing of the samples that problems were granted.

    `in_work` are problems by record id that a shard in the making holds, as it holds their samples of earlier rounds.
    """
    members = [grant.member for grant in grants]
    holdings = look_up(stock.catalog, members, stock.request)
    problems = dict(in_work)
    problems |= read_problems(stock.warehouse, {m.record_id for m in members} - in_work.keys(), holdings)
    kept = [(problem, template.render(problem), m) for m in members for problem in [problems[m.record_id]]]
    return replace(_plan(number, kept, holdings, [grant.before for grant in grants]), round=round_, new_records=())


def member_of(template: PromptMix, problem: Problem, prompts: Sequence[Prompt], samples: int | None = None) -> Member:
    """Return a problem as a member of the run."""
    return Member(
        record_id=problem.record_id,
        problem_id=problem.problem_id,
        prompt_id=prompts[0].prompt_id,
        shares=template.shares(problem, prompts),
        samples=samples,
    )


def missing_asks(
    problem: Problem, prompts: Sequence[Prompt], member: Member, holdings: Holdings, since: int = 0
) -> list[Ask]:
    """Return what is missing of a problem's samples after the first `since`, one ask for each prompt."""
    missing: dict[str, list[int]] = {}
    for prompt_id, index in member.turns(holdings.wanted(member))[since:]:
        if index not in holdings.samples.get(prompt_id, {}):
            missing.setdefault(prompt_id, []).append(index)
    return [Ask(problem, each, tuple(missing[each.prompt_id])) for each in prompts if each.prompt_id in missing]


def _problems(sources: Sequence[Source], bad_rows: BadRows, fail: bool) -> Iterator[Problem]:
    for source in sources:
        for item in source.read():
            if isinstance(item, Problem):
                yield item
            elif fail:
                raise item
            else:
                bad_rows.add(item)


def _plan(number: int, kept: Sequence[_Asked], holdings: Holdings, before: Sequence[StandingRow] = ()) -> Chunk:
    """Plan the work on a chunk; `before` says how its problems stood after their last round, where there was one."""
    asks: list[Ask] = []
    standing: list[StandingRow] = []
    unverified, held = [], 0
    for position, (problem, prompts, member) in enumerate(kept):
        # A settled problem's samples may lie in a shard that is not committed yet; those of others are in the catalog.
        last = before[position] if before else None
        since = last.asked if last and last.is_settled else 0
        samples = holdings.samples_of(member, since)
        held += len(samples)
        asks += missing_asks(problem, prompts, member, holdings, since)
        row = StandingRow(number, position, member.problem_id, 0, 0, 0, 0, 0)
        if last:
            row = replace(last if since else row, chunk=last.chunk, position=last.position)
        row = replace(row, asked=holdings.wanted(member))
        for sample in samples:
            if verdict := holdings.verdict_of(member, sample):
                row = row.with_verdict(verdict.status, sample.completion_tokens)
            else:
                unverified.append((problem, sample))
        standing.append(row)
    return Chunk(
        number=number,
        problems=tuple(problem for problem, _, _ in kept),
        new_records=tuple(problem for problem, _, m in kept if m.record_id not in holdings.records),
        asks=tuple(asks),
        unverified=tuple(unverified),
        held=held,
        standing=tuple(standing),
    )

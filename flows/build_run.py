"""One run of a build, from an opened warehouse to a published version; plain functions, no Prefect."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa

from configs.loading import LoadedBuild
from data.catalog import Catalog, RunRow
from data.files import write_json
from data.holdings import Request
from data.identity import content_id
from data.members import Members
from data.published import latest_version
from data.publishing import Stock, choose_traces, publish_chosen
from data.records import Verdict
from data.recovery import reconcile, write_run
from data.selection import Selection
from data.selection_plan import SelectionPlan
from data.shards import write_shard
from data.sources import Source
from data.survey import Survey
from data.versions import VersionContents
from data.warehouse import Warehouse
from flows.build_result import BuildResult, NothingAcceptedError, nothing_accepted, nothing_chosen
from flows.chunks import BadRows, Chunk, plan_round, read_chunks
from flows.desk import Desk
from flows.progress import Progress, Reporter
from flows.rounds import Record, Rounds
from flows.shard_work import Judged, ShardResult, Workplace, first_cause, work_on_shard
from flows.spending import Spending
from flows.standings import Standings
from flows.version_facts import conversation, facts_of, provenance_of
from flows.voting import hold_votes
from generators.policies import RoundPolicy
from generators.prompt_mix import PromptMix
from generators.slots import SlotLease, Slots
from generators.teacher import Teacher
from verifiers.pool import VerifierPool

KNOWN_DECISIONS = "SELECT decision_id FROM decisions SEMI JOIN made USING (decision_id)"

NOTE_EVERY_S = 30.0
"""Between two notes of the teacher's time in the run's record; a kill loses what came after the last one."""

STANDINGS_AT_ONCE = 4_096
"""Problems of the first round that are held in memory before they are noted on disk."""
GATHERED_SHARE, GATHER_S = 1 / 32, 1.0
"""A further round is begun with so many problems as a share of the teacher's capacity, or with fewer after so long."""

_Result = TypeVar("_Result")

ShardRunner = Callable[[Chunk], Awaitable[object]]


@dataclass(slots=True)
class BuildRun:
    """A run in progress; it holds the dataset's lock."""

    loaded: LoadedBuild
    warehouse: Warehouse
    catalog: Catalog
    sources: list[Source]
    template: PromptMix
    teacher: Teacher
    reporter: Reporter
    run: RunRow
    members: Members
    request: Request
    selection: Selection
    progress: Progress = field(default_factory=Progress)
    bad_rows: BadRows = field(default_factory=BadRows)
    refusals: Counter[str] = field(default_factory=Counter)
    work: Workplace | None = None
    spending: Spending = field(kw_only=True)
    policy: RoundPolicy | None = None
    """Decides who gets more samples than the first; None where every problem gets the same."""
    _in_work: Standings = field(default_factory=Standings)
    _rounds: Rounds | None = None
    _recording: threading.Lock = field(default_factory=threading.Lock)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when problems were judged or a chunk is committed."""

    @property
    def dataset(self) -> str:
        """Name of the dataset."""
        return self.loaded.config.name

    def read(self, *, ahead: bool = False) -> Iterator[Chunk]:
        """Yield all problems of the run in chunks, with the work that each still needs; see `read_chunks`."""
        config = self.loaded.config
        return read_chunks(
            self.sources,
            self.template,
            self.members,
            self.catalog,
            self.request,
            first=self.policy.first if self.policy else None,
            chunk_size=config.execution.shard_size,
            bad_rows=self.bad_rows,
            fail_on_bad_row=config.on_bad_row == "fail",
            ahead=ahead,
        )

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Yield the chunks that need work, round by round; the others are counted and passed over."""
        with ExitStack() as stack:
            if self.policy:
                self._rounds = stack.enter_context(closing(self.rounds(self.policy, self._store_decisions)))
            found = self.read()
            number = 0
            while chunk := await asyncio.to_thread(next, found, None):
                number += 1
                if chunk.asks and self.spending.refuses():
                    chunk = replace(chunk, asks=())
                await self._begin(chunk)
                if chunk.has_work:
                    yield chunk
                else:
                    self.progress.problems_seen += len(chunk.problems)
            if self._rounds:
                async for chunk in self._further_rounds(self._rounds, number):
                    yield chunk

    async def _begin(self, chunk: Chunk) -> None:
        """Note that a chunk is handed out, and which of its problems wait for nothing."""
        if self._rounds:
            self._rounds.settled(self._in_work.begin(chunk))
            if self._rounds.news >= STANDINGS_AT_ONCE:
                await _to_its_end(self._rounds.take_stock)

    async def _further_rounds(self, rounds: Rounds, number: int) -> AsyncIterator[Chunk]:
        """Yield the chunks of all rounds after the first, until nothing is in work and nothing left to decide on."""
        while not self.spending.stopped:
            await self._enough_to_decide_on(rounds)
            if self.spending.stopped:
                break
            if await _to_its_end(rounds.decide) and (rounds.waits_for_all or rounds.number == 1):
                self.reporter.say(f"round {rounds.number + 1}: {rounds.granted:,} problems get more samples")
            for grants in rounds.grants(self.loaded.config.execution.shard_size):
                chunk = await asyncio.to_thread(
                    plan_round, number, rounds.number, grants, self._in_work.problems(), self.template, self.stock
                )
                number += 1
                await self._begin(chunk)
                if chunk.has_work:
                    yield chunk
            if not self._in_work and not rounds.news:
                break
        await asyncio.to_thread(rounds.store)

    async def _enough_to_decide_on(self, rounds: Rounds) -> None:
        """Wait until it is time to decide.

        A policy that decides on each problem alone goes on with those that are settled when the teacher needs work, and
        leaves the slow ones behind: not with every single one, since a decision makes a shard. Another one needs all.
        """
        if rounds.waits_for_all or not self.work:
            while self._in_work:
                await self._next_news()
            return
        desk = self.work.desk
        await desk.runs_short()
        enough = max(1, int(desk.capacity * GATHERED_SHARE))
        since = time.monotonic()
        while self._in_work and rounds.news < enough:
            if rounds.news and time.monotonic() - since > GATHER_S:
                break
            await self._next_news()

    async def _next_news(self) -> None:
        """Wait until more is judged or committed, or for a moment."""
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), GATHER_S)

    def _note_verdicts(self, number: int, pairs: Sequence[tuple[Judged, Verdict]]) -> None:
        """Note verdicts on samples of a chunk, and whom they settle."""
        if self._rounds:
            found = ((each.problem.problem_id, said.status, each.sample.completion_tokens) for each, said in pairs)
            if settled := self._in_work.judged(number, found):
                self._rounds.settled(settled)
                self._news.set()

    def rounds(self, policy: RoundPolicy, record: Record) -> Rounds:
        """Return the policy's rounds; `record` stores what is decided."""
        said = self.loaded.config.sampling.model_dump(mode="json", include={"policy", "adaptive", "tail"})
        plan_id = content_id("plan", [self.request.sampling_id, self.request.verdict_set, policy.first, said])
        # A vote is held when the rounds are over: were it to count, the same rounds would be decided otherwise later.
        request = self.request.model_copy(update={"voting": ""})
        return Rounds(policy, self.members, self.catalog, request, plan_id, record)

    def _store_decisions(self, rows: Sequence[dict[str, Any]]) -> None:
        """Store the decisions that no run before has stored: the same ones are made again by each."""
        ids = pa.table({"decision_id": pa.array([row["decision_id"] for row in rows], pa.string())})
        known = self.catalog.lookup({"known": KNOWN_DECISIONS}, made=ids)["known"]
        stored = {decision_id for (decision_id,) in known}
        run_id = self.run.run_id
        fresh = [row | {"run_id": run_id} for row in rows if row["decision_id"] not in stored]
        if fresh:
            ids_of = [row["decision_id"] for row in fresh]
            self.catalog.register_shards(
                [write_shard(self.warehouse, "decisions", self.dataset, run_id, fresh, ids_of)]
            )

    @asynccontextmanager
    async def workplace(self) -> AsyncIterator[Workplace]:
        """Start teacher and verifier, which only a run that has work needs."""
        config = self.loaded.config
        checking = config.verification
        self.spending.begin()
        await self.teacher.start()
        pool = VerifierPool(checking.workers, checking.timeout_s, checking.memory_mb, checking.policy)
        try:
            self.work = Workplace(
                warehouse=self.warehouse,
                catalog=self.catalog,
                dataset=self.dataset,
                run_id=self.run.run_id,
                teacher=self.teacher,
                desk=Desk(self.teacher.capacity),
                sampling=config.sampling.params(),
                sampling_id=self.request.sampling_id,
                pool=pool,
                policy_hash=checking.policy.policy_hash,
                verdict_set=self.request.verdict_set,
                progress=self.progress,
                soft_targets=config.soft_targets,
                spending=self.spending,
                noted=self._note_verdicts,
            )
            yield self.work
        finally:
            await asyncio.to_thread(pool.close)
            await self.teacher.close()  # publishing takes a while, and needs no GPU
            self.spending.end()

    async def work_on(self, chunk: Chunk) -> ShardResult:
        """Ask, verify and commit one chunk, inside `workplace`."""
        if self.work is None:
            raise RuntimeError("work is done only inside `workplace`")
        result = await work_on_shard(self.work, chunk)
        # Only now: nothing is decided on a shard that failed, whose error ends the run.
        if self._rounds:
            self._rounds.judged(self._in_work.end(chunk.number))
            self._news.set()
        self.refusals.update(result.refusals)
        await asyncio.to_thread(self.note_progress)
        return result

    def note_progress(self) -> None:
        """Write into the run's record what a kill must not lose: the teacher's time, which budgets count."""
        changes = {"teacher_seconds": self.spending.run_seconds, "new_samples": self.progress.samples}
        run = self.run.model_copy(update=changes)
        path = self.warehouse.runs / f"{run.run_id}.json"
        with self._recording:
            if not self.run.ended:
                write_json(path, run.model_dump(mode="json"), self.warehouse.scratch(self.dataset))

    async def run_shards(self, chunks: AsyncIterator[Chunk], run_shard: ShardRunner) -> None:
        """Work on several shards at once; the first error stops new ones, those begun commit what they have."""
        if self.work is None:
            raise RuntimeError("shards are run only inside `workplace`")
        execution, desk = self.loaded.config.execution, self.work.desk
        # Shards of later rounds are as small as what was decided on: they are counted by their problems.
        slots = Slots(execution.shards_in_flight * execution.shard_size)
        self.progress.working_since = time.monotonic()
        try:
            async with _ticking(self), asyncio.TaskGroup() as group:
                async for chunk in chunks:
                    lease = SlotLease(slots, len(chunk.problems))
                    await lease.take()
                    await desk.runs_short()
                    desk.expect(chunk.samples_to_ask)
                    group.create_task(_release_after(lease, run_shard(chunk)))
        except BaseExceptionGroup as error:
            raise first_cause(error) from error

    @property
    def stock(self) -> Stock:
        """What the next version is made from."""
        return Stock(self.warehouse, self.catalog, self.members, self.request)

    def publish(self) -> BuildResult:
        """Publish the next version, unless the last one already holds exactly this."""
        reconcile(self.warehouse, self.catalog, self.dataset)
        hold_votes(self.stock, self.dataset, self.run.run_id, self.loaded.config.verification)
        memory_mb = self.loaded.config.execution.publish_memory_mb
        with SelectionPlan(self.warehouse.scratch(self.dataset), memory_mb) as plan:
            manifest, is_new = latest_version(self.warehouse, self.catalog, self.dataset), False
            contents = choose_traces(self.stock, self.selection, plan, manifest)
            self.check_chosen(contents)
            if manifest is None or manifest.fingerprint != contents.fingerprint:
                facts = facts_of(self.loaded, self.run.run_id, self.teacher, self.template)
                said = partial(conversation, self.template)
                manifest = publish_chosen(self.stock, plan, contents, facts, provenance_of(self.loaded), said)
                is_new = True
        path = self.warehouse.dataset(self.dataset) / manifest.folder
        if is_new:
            self.catalog.put_version(manifest.row(self.warehouse.relative(path)))
        self._end("published" if is_new else "unchanged", survey=contents.survey, version=manifest.version)
        return BuildResult(
            run=self.run,
            survey=contents.survey,
            report=contents.report,
            manifest=manifest,
            path=str(path),
            is_new_version=is_new,
            bad_rows=self.bad_rows,
            duplicates=self.members.duplicates,
            contradictions=self.members.contradictions,
            refusals=self.refusals,
            currency=self.loaded.config.cost.currency,
        )

    def fail(self, error: BaseException) -> None:
        """Record how the run ended."""
        interrupted = isinstance(error, KeyboardInterrupt | asyncio.CancelledError)
        message = "interrupted" if interrupted else str(error) or type(error).__name__
        self._end("interrupted" if interrupted else "failed", message=message)

    def _end(self, state: str, *, survey: Survey | None = None, **changes: Any) -> None:
        if survey:
            names = ("problems", "samples", "accepted", "problems_solved", "prompt_tokens", "completion_tokens")
            changes |= {name: getattr(survey, name) for name in names}
        ended = datetime.now(UTC)
        changes |= {"state": state, "ended": ended.isoformat(timespec="milliseconds")}
        changes |= {"seconds": self.progress.seconds, "new_samples": self.progress.samples}
        changes |= self.spending.bill(survey)
        with self._recording:
            self.run = self.run.model_copy(update=changes)
            write_run(self.warehouse, self.catalog, self.run)

    def check_chosen(self, contents: VersionContents) -> None:
        """Raise `NothingAcceptedError` where a version would hold nothing."""
        if not contents.survey.accepted:
            raise NothingAcceptedError(
                nothing_accepted(
                    contents.survey,
                    self.bad_rows,
                    self.refusals,
                    stopped=self.spending.stopped,
                    asked=self.work is not None,
                    warehouse=self.warehouse.root,
                    config=self.loaded.path,
                )
            )
        if not contents.report.traces:
            raise NothingAcceptedError(nothing_chosen(contents))


async def _to_its_end(function: Callable[[], _Result]) -> _Result:
    """Run a function in a thread; one who is cancelled waits for it too, since it uses what is closed next."""
    running = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


@asynccontextmanager
async def _ticking(build: BuildRun) -> AsyncIterator[None]:
    """Show the progress twice a second while the body runs."""

    async def tick() -> None:
        noted = time.monotonic()
        while True:
            build.reporter.update(build.progress)
            if time.monotonic() - noted > NOTE_EVERY_S:
                noted = time.monotonic()
                await asyncio.to_thread(build.note_progress)
            await asyncio.sleep(0.5)

    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()


async def _release_after(lease: SlotLease, work: Awaitable[object]) -> None:
    try:
        await work
    finally:
        lease.give_all()

"""The work on one shard: generation, verification and writing, with bounded queues between them.

Nothing here knows of Prefect: `flows.build` wraps it in a task.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from data.catalog import Catalog
from data.journal import SYNC_EVERY_S, Journal
from data.records import Problem, Sample, Verdict
from data.recovery import JOURNAL
from data.shards import ShardManifest, read_shard, write_shard
from data.soft_targets import SOFT_TARGETS, SoftTargetPolicy, SoftTargets, soft_row, write_soft_targets
from data.warehouse import Warehouse
from flows.chunks import Ask, Chunk
from flows.desk import Desk
from flows.progress import Progress
from flows.spending import Spending
from flows.verdicts import verdict_of_label, verdict_row, write_verdicts
from generators.finish import finish_label
from generators.reasoning import join_reasoning, split_reasoning
from generators.sampling import SamplingParams, sample_id
from generators.slots import SlotLease
from generators.teacher import Completion, Refusal, Teacher
from verifiers.pool import VerifierPool

VERIFY_BATCH = 32
BATCHES_IN_FLIGHT = 4
"""Batches that a shard keeps with the verifier; more would only wait there."""


@dataclass(frozen=True)
class Workplace:
    """What all shards of a run share."""

    warehouse: Warehouse
    catalog: Catalog
    dataset: str
    run_id: str
    teacher: Teacher
    desk: Desk
    sampling: SamplingParams
    sampling_id: str
    pool: VerifierPool
    policy_hash: str
    verdict_set: str
    progress: Progress
    spending: Spending
    soft_targets: SoftTargetPolicy | None = None
    noted: "Callable[[int, Sequence[tuple[Judged, Verdict]]], None]" = lambda number, pairs: None  # noqa: ARG005
    """Called with the number of a chunk and verdicts on samples of it, as they come."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sample on its way to a verdict, with the problem that it answers."""

    problem: Problem
    sample: Sample


@dataclass(slots=True)
class ShardResult:
    """What came of a shard so far; it is committed whole, also after an interruption."""

    samples: list[Sample] = field(default_factory=list)
    verdicts: list[tuple[Judged, Verdict]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    soft: dict[str, SoftTargets] = field(default_factory=dict)
    """By sample id."""
    journal: Journal | None = None


async def work_on_shard(place: Workplace, chunk: Chunk) -> ShardResult:
    """Ask, verify and commit everything that `chunk` needs.

    Every answer is in the shard's journal before it goes anywhere else, so that whoever kills this process, it need
    not be asked for again. When the teacher gives up or the run is interrupted, what was answered until then is
    committed before the error goes on. Raises `TeacherError`, `StorageError`, `VerifierError`.
    """
    result = ShardResult()
    with open_journal(place, chunk) as result.journal:
        try:
            async with _synced(result.journal):
                await _ask_and_verify(place, chunk, result)
        except BaseException as error:
            # No await here: an interrupted run must not be interrupted again before its work is safe.
            commit(place, chunk, result)
            raise first_cause(error) from error
        await asyncio.to_thread(commit, place, chunk, result)
    if chunk.round == 0:
        place.progress.problems_done(len(chunk.problems) - len({ask.problem.problem_id for ask in chunk.asks}))
    place.progress.shards_committed += 1
    return result


@contextmanager
def open_journal(place: Workplace, chunk: Chunk) -> Iterator[Journal | None]:
    """Open the journal of a chunk that has something to ask; one that was not deleted stays for the next run."""
    if not chunk.asks:
        yield None
        return
    path = place.warehouse.journal(place.dataset) / f"{place.run_id}-{chunk.number:06d}{JOURNAL}"
    with closing(Journal(path)) as journal:
        yield journal


@asynccontextmanager
async def _synced(journal: Journal | None) -> AsyncIterator[None]:
    """Sync the journal once in a while, off the event loop, as long as the body runs."""

    async def sync(journal: Journal) -> None:
        while True:
            await asyncio.sleep(SYNC_EVERY_S)
            await asyncio.to_thread(journal.sync)

    if journal is None:
        yield
        return
    async with asyncio.TaskGroup() as group:
        syncing = group.create_task(sync(journal))
        yield
        syncing.cancel()


def first_cause(error: BaseException) -> BaseException:
    """Return the error that a task group wrapped, the first of them where there are several."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def commit(place: Workplace, chunk: Chunk, result: ShardResult) -> None:
    """Write problems, samples and verdicts as shards, then index them; an empty part is left out."""
    written: list[ShardManifest] = []
    where = (place.warehouse, place.dataset, place.run_id)
    if chunk.new_records:
        rows = [problem_row(problem, place.run_id) for problem in chunk.new_records]
        written.append(_write("problems", where, rows, [row["record_id"] for row in rows]))
    if result.soft:
        rows = [
            soft_row(sample.model_dump(mode="json"), result.soft[sample.sample_id])
            for sample in sorted(result.samples, key=lambda sample: (sample.problem_id, sample.index))
            if sample.sample_id in result.soft
        ]
        written.append(write_soft_targets(*where, rows))
    if result.samples:
        order = {ask.prompt.prompt_id: number for number, ask in enumerate(chunk.asks)}
        # The prompts' order, not that of arrival: a problem's samples lie together, and files are repeatable.
        ordered = sorted(result.samples, key=lambda s: (order[s.prompt_id], s.index))
        rows = [sample.model_dump(mode="json") for sample in ordered]
        written.append(_write("samples", where, rows, [row["sample_id"] for row in rows]))
    if result.verdicts:
        pairs = sorted(result.verdicts, key=lambda pair: (pair[0].problem.problem_id, pair[0].sample.index))
        rows = [
            verdict_row(verdict, judged.sample.sample_id, judged.problem.problem_id, place.verdict_set, place.run_id)
            for judged, verdict in pairs
        ]
        written.append(write_verdicts(*where, rows))
    if written:
        place.catalog.register_shards(written)
    if result.journal:
        result.journal.delete()


async def _ask_and_verify(place: Workplace, chunk: Chunk, result: ShardResult) -> None:
    # Room for the whole shard: its samples are kept until the commit anyway, and a teacher must never wait for a
    # verifier that is still starting or has a slow batch. How far asking runs ahead is bounded by the shards in flight.
    waiting: asyncio.Queue[Judged | None] = asyncio.Queue(chunk.samples_to_ask + len(chunk.unverified) + 1)
    async with asyncio.TaskGroup() as group:
        verifying = group.create_task(_verify_all(place, chunk, waiting, result))
        await _ask_all(place, chunk, waiting, result)
        async for judged in _stored_samples(place, chunk):
            await waiting.put(judged)
        await waiting.put(None)
        await verifying


async def _ask_all(
    place: Workplace, chunk: Chunk, waiting: "asyncio.Queue[Judged | None]", result: ShardResult
) -> None:
    """Have all prompts of the shard stand in line at the desk."""
    asks = iter(chunk.asks)
    unanswered = Counter(ask.problem.problem_id for ask in chunk.asks)

    async def ask_next() -> None:
        for ask in asks:
            async with place.desk.turn(len(ask.indices)) as places:
                if not place.spending.refuses():
                    await _ask_for(place, ask, places, waiting, result)
            unanswered[ask.problem.problem_id] -= 1
            if chunk.round == 0:
                place.progress.problems_done(not unanswered[ask.problem.problem_id])

    async with asyncio.TaskGroup() as group:
        for _ in range(min(place.desk.places, len(chunk.asks))):
            group.create_task(ask_next())


async def _ask_for(
    place: Workplace, ask: Ask, places: SlotLease, waiting: "asyncio.Queue[Judged | None]", result: ShardResult
) -> None:
    """Ask one prompt, and hand each of its samples on as it comes."""
    async with aclosing(place.teacher.complete(ask.prompt, ask.indices, place.sampling)) as answers:
        async for answer in answers:
            if isinstance(answer, Refusal):
                result.refusals.append(answer.reason)
                continue
            places.give(1)
            sample = make_sample(place, ask, answer)
            if result.journal:
                result.journal.append(journal_record(sample, answer.soft))
            result.samples.append(sample)
            if answer.soft:
                result.soft[sample.sample_id] = answer.soft
            place.progress.samples += 1
            place.progress.completion_tokens += sample.completion_tokens
            place.spending.add(sample)
            await waiting.put(Judged(ask.problem, sample))


def journal_record(sample: Sample, soft: SoftTargets | None) -> bytes:
    """Return a sample as the journal keeps it, one JSON object with its soft targets where it has some."""
    text = sample.model_dump_json()
    if soft:
        text = f'{text[:-1]},"{SOFT_TARGETS}":{soft.model_dump_json()}}}'
    return text.encode()


def make_sample(place: Workplace, ask: Ask, answer: Completion) -> Sample:
    """Return the sample that a completion is."""
    reasoning = answer.reasoning or split_reasoning(answer.text)[0]
    prompt_id = ask.prompt.prompt_id
    return Sample(
        sample_id=sample_id(prompt_id, place.sampling_id, answer.index),
        problem_id=ask.problem.problem_id,
        prompt_id=prompt_id,
        sampling_id=place.sampling_id,
        index=answer.index,
        seed=answer.seed,
        completion=answer.text,
        reasoning=reasoning,
        finish_reason=finish_label(answer.text, reasoning, answer.finish_reason),
        prompt_tokens=answer.prompt_tokens,
        cached_tokens=answer.cached_tokens,
        completion_tokens=answer.completion_tokens,
        teacher=place.teacher.name,
        run_id=place.run_id,
    )


async def _stored_samples(place: Workplace, chunk: Chunk) -> AsyncIterator[Judged]:
    """Yield stored samples that have no verdict of this verifier and policy yet."""
    by_path: dict[str, dict[str, list[Problem]]] = {}
    for problem, held in chunk.unverified:
        by_path.setdefault(held.path, {}).setdefault(held.sample_id, []).append(problem)
    for path, problems in by_path.items():
        table = await asyncio.to_thread(read_shard, place.warehouse, path)
        for row in table.to_pylist():
            if row["sample_id"] in problems:
                sample = _labelled_anew(Sample.model_validate(row))
                for problem in problems[row["sample_id"]]:
                    yield Judged(problem, sample)


def _labelled_anew(sample: Sample) -> Sample:
    """Return a stored sample with the label that it has by these rules; it was stored with that of its own time."""
    label = finish_label(sample.completion, sample.reasoning, sample.finish_reason)
    return sample.model_copy(update={"finish_reason": label})


async def _verify_all(
    place: Workplace, chunk: Chunk, waiting: "asyncio.Queue[Judged | None]", result: ShardResult
) -> None:
    slots = asyncio.Semaphore(BATCHES_IN_FLIGHT)
    async with asyncio.TaskGroup() as group:
        while batch := await _next_batch(waiting):
            await slots.acquire()
            verifying = group.create_task(_verify_batch(place, chunk, batch, result))
            verifying.add_done_callback(lambda _: slots.release())


async def _next_batch(waiting: "asyncio.Queue[Judged | None]") -> list[Judged]:
    """Take what is waiting, at least one; an empty list means that no more will come."""
    batch: list[Judged] = []
    while len(batch) < VERIFY_BATCH and (not batch or not waiting.empty()):
        item = await waiting.get()
        if item is None:
            if batch:
                waiting.put_nowait(None)
            break
        batch.append(item)
    return batch


async def _verify_batch(place: Workplace, chunk: Chunk, batch: Sequence[Judged], result: ShardResult) -> None:
    whole = [judged for judged in batch if judged.sample.finish_reason.is_whole]
    items = [(each.problem, join_reasoning(each.sample.reasoning, each.sample.completion), False) for each in whole]
    verdicts = await asyncio.wrap_future(place.pool.submit(items)) if items else []
    pairs = list(zip(whole, verdicts, strict=True))
    pairs += [
        (judged, verdict_of_label(judged.sample.finish_reason, place.policy_hash))
        for judged in batch
        if not judged.sample.finish_reason.is_whole
    ]
    result.verdicts += pairs
    if place.soft_targets and place.soft_targets.accepted_only:
        for judged, verdict in pairs:
            if not verdict.equal:
                result.soft.pop(judged.sample.sample_id, None)
    place.progress.verdicts += len(pairs)
    place.progress.accepted += sum(verdict.equal for _, verdict in pairs)
    place.noted(chunk.number, pairs)


def problem_row(problem: Problem, run_id: str) -> dict[str, Any]:
    """Return a problem as it is stored."""
    ids = {"record_id": problem.record_id, "problem_id": problem.problem_id, "run_id": run_id}
    return problem.model_dump(mode="json") | ids


def _write(
    kind: Any, where: tuple[Warehouse, str, str], rows: Sequence[dict[str, Any]], ids: Sequence[str]
) -> ShardManifest:
    warehouse, dataset, run_id = where
    return write_shard(warehouse, kind, dataset, run_id, rows, ids)

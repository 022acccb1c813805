"""The build as a Prefect flow: one task run for each shard, and one for publishing.

The logic is in `flows.build_run` and `flows.shard_work`; here stands only what happens in which order.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from configs.loading import LoadedBuild, load_build
from flows.build_result import BuildResult
from flows.build_run import BuildRun
from flows.chunks import Chunk
from flows.opening import open_run
from flows.progress import PlainReporter, Reporter

_OPENED: ContextVar["list[OpenedRun] | None"] = ContextVar("opened_run", default=None)
"""The run that flows and tasks work on; a list, so that it can be taken back from copies of the context."""


class OpenedRun:
    """A run with work to do: its build, and the chunks from the first that needs something."""

    def __init__(self, build: BuildRun, chunks: AsyncIterator[Chunk]) -> None:
        self.build = build
        self.chunks = chunks
        self.in_flight: dict[int, Chunk] = {}
        self.result: BuildResult | None = None


@task(name="shard", task_run_name="shard {number}", cache_policy=NO_CACHE, persist_result=False)
async def shard_task(number: int) -> dict[str, int]:
    """Ask, verify and commit one shard; it is named by number, since tasks carry no texts."""
    opened = _opened()
    result = await opened.build.work_on(opened.in_flight.pop(number))
    return {"samples": len(result.samples), "verdicts": len(result.verdicts), "refused": len(result.refusals)}


@task(name="publish", cache_policy=NO_CACHE, persist_result=False)
async def publish_task() -> dict[str, Any]:
    """Publish the next version, unless nothing changed."""
    opened = _opened()
    opened.result = await asyncio.to_thread(opened.build.publish)
    return opened.result.summary()


@flow(name="tracemill-build", flow_run_name="build {config}", persist_result=False)
async def build_flow(config: str, changes: list[str] | None = None) -> dict[str, Any]:
    """Build a dataset from the configuration file `config`, with `changes` such as `sampling.seed=7`.

    Returns the object that `tracemill build --json` prints.
    """
    async with AsyncExitStack() as stack:
        if not _OPENED.get():
            await stack.enter_async_context(_opened_for_flow(load_build(Path(config), changes or [])))
        opened = _opened()
        async with opened.build.workplace():
            await opened.build.run_shards(opened.chunks, run_shard)
        return await publish_task()


async def run_shard(chunk: Chunk) -> None:
    """Work on a chunk as a task run."""
    opened = _opened()
    opened.in_flight[chunk.number] = chunk
    await shard_task(chunk.number)


@asynccontextmanager
async def opened_run(opened: OpenedRun) -> AsyncIterator[None]:
    """Let flows and tasks inside the body find `opened`."""
    holder = [opened]
    token = _OPENED.set(holder)
    try:
        yield
    finally:
        _OPENED.reset(token)
        # Prefect's threads keep copies of this context until the process ends; they must not keep the run.
        holder.clear()


@asynccontextmanager
async def _opened_for_flow(loaded: LoadedBuild, reporter: Reporter | None = None) -> AsyncIterator[OpenedRun]:
    """Open a run for a flow that was started by a deployment or from Python."""
    async with open_run(loaded, reporter or PlainReporter()) as build:
        opened = OpenedRun(build, build.chunks())
        async with opened_run(opened):
            yield opened


def _opened() -> OpenedRun:
    holder = _OPENED.get()
    if not holder:
        raise RuntimeError("this task runs only inside the flow tracemill-build")
    return holder[0]

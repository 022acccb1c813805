"""Builds in the test's own process, through the plain functions, without Prefect."""

import asyncio
import io
from pathlib import Path

from configs.loading import load_build
from flows.build_result import BuildResult
from flows.opening import open_run
from flows.progress import PlainReporter


def quiet() -> PlainReporter:
    """Return a reporter that nobody reads."""
    return PlainReporter(io.StringIO())


def build(config: Path, *changes: str) -> BuildResult:
    """Run a build in this process, without Prefect."""

    async def run() -> BuildResult:
        async with open_run(load_build(config, changes), quiet()) as run_:
            chunks = run_.chunks()
            first = await anext(chunks, None)
            if first is not None:
                async with run_.workplace():
                    await run_.work_on(first)
                    await run_.run_shards(chunks, run_.work_on)
            return run_.publish()

    return asyncio.run(run())

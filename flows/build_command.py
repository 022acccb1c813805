"""`tracemill build`: one build in this process."""

import asyncio
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flows.console import print_json, results_only_stdout
from flows.prefect_server import TemporaryServer, set_quiet_defaults
from flows.progress import Reporter, reporter_for

if TYPE_CHECKING:
    from configs.loading import LoadedBuild
    from flows.build_result import BuildResult
    from flows.build_run import BuildRun
    from flows.chunks import Chunk

EXIT_TERMINATED = 143


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the summary")


def add_config(parser: ArgumentParser, example: str = "sampling.seed=7") -> None:
    """Declare the configuration file and the changes to it, of which `example` is one."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="YAML configuration of the build")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="KEY=VALUE",
        help=f"change a key of the configuration, such as {example}; may be repeated",
    )


def run(args: Namespace) -> int:
    """Build, and print what came out."""
    set_quiet_defaults()
    from configs.loading import load_build  # noqa: PLC0415 - `--help` loads nothing of this

    loaded = load_build(args.config, args.changes)
    with results_only_stdout() as stdout:
        reporter = reporter_for(sys.stderr)
        try:
            result = asyncio.run(_build(loaded, args, reporter))
        except asyncio.CancelledError:
            return EXIT_TERMINATED
        finally:
            reporter.close()
        if args.json:
            print_json(result.summary(), stdout)
        else:
            from flows.summary import print_summary  # noqa: PLC0415 - rich loads only to be used

            print_summary(result, stdout)
    return 0


async def _build(loaded: "LoadedBuild", args: Namespace, reporter: Reporter) -> "BuildResult":
    from flows.opening import open_run  # noqa: PLC0415

    _cancel_on_sigterm()
    async with open_run(loaded, reporter) as build:
        chunks = build.chunks()
        first = await anext(chunks, None)
        if first is None:
            return await asyncio.to_thread(build.publish)
        return await _run_flow(build, _with_first(first, chunks), args, reporter)


async def _run_flow(
    build: "BuildRun", chunks: "AsyncIterator[Chunk]", args: Namespace, reporter: Reporter
) -> "BuildResult":
    """Run the work as a Prefect flow, on the server that is set up or on a temporary one."""
    async with _prefect_api(reporter):
        from flows.build import OpenedRun, build_flow, opened_run  # noqa: PLC0415 - imports Prefect

        opened = OpenedRun(build, chunks)
        async with opened_run(opened):
            # The run is open already; changes may hold a key, and Prefect stores what a flow is called with.
            await build_flow(str(args.config))
    assert opened.result is not None  # noqa: S101 - the flow ended well
    return opened.result


@asynccontextmanager
async def _prefect_api(reporter: Reporter) -> AsyncIterator[None]:
    from prefect.logging.handlers import APILogHandler  # noqa: PLC0415 - importing Prefect takes seconds
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415

    if PREFECT_API_URL.value():
        yield
        return
    reporter.say("starting a temporary Prefect server (none is set up)")
    server = TemporaryServer()
    try:
        url = await asyncio.to_thread(server.wait)
        with temporary_settings({PREFECT_API_URL: url}):
            try:
                yield
            finally:
                await APILogHandler.aflush()  # the log's last lines are still on their way to the server
    finally:
        server.close()


async def _with_first(first: "Chunk", rest: "AsyncIterator[Chunk]") -> "AsyncIterator[Chunk]":
    yield first
    async for chunk in rest:
        yield chunk


def _cancel_on_sigterm() -> None:
    """Let a scheduler's SIGTERM end the build as Ctrl-C does: what was answered is committed."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - called from a coroutine
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)

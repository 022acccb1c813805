"""The `tracemill` command. Loads nothing heavy: each subcommand imports what it needs."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from data.errors import InputError, TracemillError
from flows import (
    build_command,
    catalog_commands,
    dataset_commands,
    export_command,
    prompts_command,
    publish_command,
    reverify_command,
    verify_command,
)

EXIT_FAILED, EXIT_INPUT, EXIT_INTERRUPTED = 1, 2, 130

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 when it did what it should, 2 for a wrong command line, configuration or input, 1 for any other
    failure, 130 on Ctrl-C, 143 on SIGTERM.
    """
    args = _parser().parse_args(arguments)
    try:
        return int(args.command(args))
    except KeyboardInterrupt:
        print("tracemill: interrupted; what was committed stays, the next run continues", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return EXIT_FAILED
    except TracemillError as error:
        return _explain(error)


def _explain(error: TracemillError) -> int:
    """Print one clear message for an error of ours; anything else is a fault of the program, and shown as one."""
    for line in str(error).splitlines():
        print(f"tracemill: {line}", file=sys.stderr)
    for note in getattr(error, "__notes__", ()):
        print(f"tracemill: {note}", file=sys.stderr)
    return EXIT_INPUT if isinstance(error, InputError) else EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tracemill", description="Verified chain-of-thought datasets from problems with known answers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = _add(commands, "build", "build a dataset: ask, verify, publish", build_command.run)
    build_command.add_arguments(build)

    publish = _add(commands, "publish", "publish the next version of what is stored", publish_command.run)
    publish_command.add_arguments(publish)

    verify = _add(commands, "verify", "verify answers: JSONL in, one verdict a line out", verify_command.run)
    verify_command.add_arguments(verify)

    prompts = commands.add_parser("prompts", help="look at what a teacher is asked")
    showing = prompts.add_subparsers(required=True, metavar="ACTION")
    show = _add(showing, "show", "render the first problems exactly as they will be sent", prompts_command.run)
    prompts_command.add_arguments(show)

    runs = _add(commands, "runs", "list the runs of a warehouse", catalog_commands.runs)
    runs.add_argument("--limit", type=int, default=20, help="how many of the newest (default 20)")
    datasets = _add(commands, "datasets", "list the published versions", catalog_commands.datasets)
    actions = datasets.add_subparsers(metavar="ACTION")
    diff = _add(actions, "diff", "show what changed from one version to another, and why", dataset_commands.diff)
    dataset_commands.add_diff_arguments(diff)
    path = _add(actions, "path", "print the folder of a version", dataset_commands.path)
    dataset_commands.add_path_arguments(path)
    check = _add(actions, "check", "compare files with their manifests: hashes, rows, schemas", dataset_commands.check)
    dataset_commands.add_check_arguments(check)
    for parser_ in (diff, path, check):
        catalog_commands.add_warehouse(parser_)
    reverify = _add(commands, "reverify", "judge stored samples again, and show what differs", reverify_command.run)
    reverify_command.add_arguments(reverify)
    catalog_commands.add_warehouse(reverify)
    export = _add(commands, "export", "write a version in the format of another trainer", export_command.run)
    export_command.add_arguments(export)
    catalog_commands.add_warehouse(export)
    gc = _add(commands, "gc", "remove what no version and no run refers to", dataset_commands.gc)
    dataset_commands.add_gc_arguments(gc)
    catalog_commands.add_warehouse(gc)
    problems = _add(commands, "problems", "list the problems, hardest first", catalog_commands.problems)
    problems.add_argument("--suspect", action="store_true", help="only those whose reference a majority contradicts")
    problems.add_argument("--limit", type=int, default=100, help="how many at most (default 100)")
    sql = _add(commands, "sql", "query the catalog", catalog_commands.sql)
    sql.add_argument("query", help="DuckDB SQL over problems, samples, verdicts, shards, runs, versions")
    for parser_ in (problems, runs, datasets, sql):
        catalog_commands.add_warehouse(parser_)
        catalog_commands.add_format(parser_)

    catalog = commands.add_parser("catalog", help="maintain the catalog")
    actions = catalog.add_subparsers(required=True, metavar="ACTION")
    rebuild = _add(actions, "rebuild", "make the catalog anew from the manifests", catalog_commands.rebuild)
    catalog_commands.add_warehouse(rebuild)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str, command: Command
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    parser.set_defaults(command=command)
    return parser

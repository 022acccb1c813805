"""`tracemill publish`: the next version from what is stored, chosen anew; the teacher is not asked."""

import sys
from argparse import ArgumentParser, Namespace

from flows.build_command import add_config
from flows.console import print_json, results_only_stdout


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_config(parser, "publish.traces_per_problem=2")
    parser.add_argument("--dry-run", action="store_true", help="say what the version would hold; write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the summary")


def run(args: Namespace) -> int:
    """Publish, or say what would be published."""
    from configs.loading import load_build  # noqa: PLC0415 - `--help` loads nothing of this
    from flows.progress import reporter_for  # noqa: PLC0415
    from flows.publish_run import dry_run, publish  # noqa: PLC0415
    from flows.publish_summary import print_dry_run, print_published  # noqa: PLC0415

    loaded = load_build(args.config, args.changes)
    with results_only_stdout() as stdout:
        reporter = reporter_for(sys.stderr)
        try:
            if args.dry_run:
                would = dry_run(loaded, reporter)
                print_json(would.summary(), stdout) if args.json else print_dry_run(would, stdout)
                return 0
            result, pending = publish(loaded, reporter)
        finally:
            reporter.close()
        print_json(result.summary(), stdout) if args.json else print_published(result, pending, stdout)
    return 0

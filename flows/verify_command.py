"""`tracemill verify`: its arguments; `flows.verify_filter` does the work."""

from argparse import ArgumentParser, Namespace
from pathlib import Path


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="JSONL to read (default: standard input)")
    parser.add_argument("--text", action="store_true", help="every row holds a whole completion, also in `answer`")
    parser.add_argument("--summary", action="store_true", help="count verdicts by status and kind, on standard error")
    parser.add_argument("--explain", action="store_true", help="explain each verdict for people, instead of JSON")
    add_verifier(parser)


def add_verifier(parser: ArgumentParser) -> None:
    """Declare what a verifier is started with."""
    parser.add_argument("--workers", type=int, default=None, metavar="N", help="processes (default: one a core)")
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a policy, such as missing_unit=accept; may be repeated (see docs/policies.md)",
    )


def run(args: Namespace) -> int:
    """Verify every row; 0 when all could be read, 2 when some could not (they have a line all the same)."""
    from flows import verify_filter  # noqa: PLC0415 - `--help` loads nothing of this

    return verify_filter.run(args)

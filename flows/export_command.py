"""`tracemill export`: a version in the format of another trainer."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

FORMATS = ("messages", "prompt-completion", "sharegpt", "alpaca", "preference", "soft-targets", "grpo", "verl")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", metavar="NAME")
    parser.add_argument("version", metavar="VERSION", nargs="?", default="latest", help="such as v4 (default: latest)")
    parser.add_argument("--format", required=True, choices=FORMATS, help="what is read; see docs/datasets.md")
    parser.add_argument("--to", required=True, type=Path, metavar="FOLDER", help="a new folder")
    parser.add_argument("--pairs-per-problem", type=int, default=4, metavar="N", help="of preference (default 4)")
    parser.add_argument("--min-pass-rate", type=float, default=0.0, metavar="X", help="of grpo and verl (default 0)")
    parser.add_argument("--max-pass-rate", type=float, default=1.0, metavar="X", help="of grpo and verl (default 1)")


def run(args: Namespace) -> int:
    """Export, and say how many rows each split has."""
    from pydantic import ValidationError  # noqa: PLC0415 - `--help` loads nothing of this

    from data.errors import InputError  # noqa: PLC0415
    from data.exporting import export_version  # noqa: PLC0415
    from data.exports import ExportFormat  # noqa: PLC0415
    from data.published import find_version  # noqa: PLC0415
    from data.selection import Band  # noqa: PLC0415
    from flows.dataset_commands import opened  # noqa: PLC0415
    from generators.reasoning import join_reasoning  # noqa: PLC0415

    try:
        band = Band(min=args.min_pass_rate, max=args.max_pass_rate)
    except ValidationError as error:
        raise InputError(f"--min-pass-rate, --max-pass-rate: {error.errors()[0]['msg']}") from error
    if args.pairs_per_problem < 1:
        raise InputError("--pairs-per-problem: at least 1")
    warehouse, catalog = opened(args)
    manifest = find_version(warehouse, catalog, args.dataset, args.version)
    made = export_version(
        warehouse,
        catalog,
        manifest,
        ExportFormat(args.format),
        args.to,
        join_reasoning,
        pass_rate=band,
        pairs_per_problem=args.pairs_per_problem,
    )
    listed = ", ".join(f"{count:,} rows of {split}" for split, count in made.rows.items())
    print(f"{args.to}: {manifest.dataset} v{manifest.version} as {args.format}: {listed}")
    if made.left_out:
        print(f"{made.left_out:,} traces have no soft targets and are left out; see docs/soft-targets.md")
    return 0

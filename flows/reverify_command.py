"""`tracemill reverify`: stored samples judged again, and what differs."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from flows.console import harmless, print_json, results_only_stdout
from flows.verify_command import add_verifier

if TYPE_CHECKING:
    from flows.reverify_run import Change, Reverified


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--dataset", action="append", metavar="NAME", help="default: all of the warehouse; may be repeated"
    )
    add_verifier(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: Namespace) -> int:
    """Verify again, and print the difference."""
    from data.errors import InputError  # noqa: PLC0415 - `--help` loads nothing of this
    from flows.dataset_commands import opened  # noqa: PLC0415
    from flows.progress import reporter_for  # noqa: PLC0415
    from flows.reverify_run import reverify  # noqa: PLC0415
    from flows.verify_filter import check_workers, parse_policy  # noqa: PLC0415
    from verifiers.pool import VerifierPool  # noqa: PLC0415

    policy = parse_policy(args.policy)
    check_workers(args.workers)
    warehouse, catalog = opened(args)
    known = [name for (name,) in catalog.query("SELECT DISTINCT dataset FROM shards WHERE kind = 'samples' ORDER BY 1")]
    for name in args.dataset or ():
        if name not in known:
            raise InputError(
                f"{warehouse.root}: no samples of a dataset {name!r}; there are: {', '.join(known) or 'none'}"
            )
    with results_only_stdout() as stdout, VerifierPool(args.workers, policy=policy) as pool:
        reporter = reporter_for(sys.stderr)
        try:
            result = reverify(warehouse, catalog, args.dataset or known, pool, policy, reporter)
        finally:
            reporter.close()
        print_json(result.summary(), stdout) if args.json else print(_shown(result), file=stdout)
    return 0


def _shown(result: "Reverified") -> str:
    summary = result.summary()
    speed = result.samples / result.seconds if result.seconds else 0
    lines = [
        f"{result.samples:,} samples judged by {result.verifier} ({speed:,.0f} a second), {result.known:,} before",
        f"Verdict set {result.verdict_set}, policy {result.policy_hash}",
        f"Newly accepted: {summary['newly_accepted']:,}",
        *map(_line, result.newly_accepted),
        f"Newly rejected: {summary['newly_rejected']:,}",
        *map(_line, result.newly_rejected),
    ]
    if result.changes:
        lines += ["Changed:", *(f"  {old} → {new}: {count:,}" for (old, new), count in result.changes.most_common())]
    return "\n".join(lines)


def _line(change: "Change") -> str:
    said = harmless(" ".join((change.extracted or "no answer").split())[:60])
    reference = harmless(" ".join(change.reference.split())[:60])
    return (
        f"  {change.sample_id}  {change.old} → {change.new}: {said} for {reference} ({harmless(change.reason)[:100]})"
    )

"""What `tracemill publish` prints for people."""

from typing import TextIO

from rich.console import Console
from rich.text import Text

from data.selection_plan import SelectionReport
from data.survey import Survey
from flows.build_result import BuildResult
from flows.console import harmless
from flows.left_out import print_left_out
from flows.publish_run import DryRun, Pending


def print_published(result: BuildResult, pending: Pending, stream: TextIO) -> None:
    """Print what was published, and why the rest is out."""
    name = f"{result.run.dataset} v{result.manifest.version}"
    head = f"Published {name}" if result.is_new_version else f"Nothing new: {name} already holds exactly this"
    console = _console(stream)
    console.print(Text(f"{head}: {_held(result.report)}", style="bold green"))
    _print_rest(console, result.survey, result.report, pending)
    console.print(f"Dataset: {result.path}", soft_wrap=True, markup=False)


def print_dry_run(would: DryRun, stream: TextIO) -> None:
    """Print what would be published, and why the rest would be out."""
    console = _console(stream)
    report = would.contents.report
    if would.is_unchanged:
        head = f"Nothing new: {would.dataset} v{would.latest} already holds exactly this"
    else:
        head = f"The next version of {would.dataset} would hold"
    console.print(Text(f"{head}: {_held(report)}", style="bold"))
    _print_rest(console, would.contents.survey, report, would.pending)
    console.print("Nothing was written.")


def _print_rest(console: Console, survey: Survey, report: SelectionReport, pending: Pending) -> None:
    licenses = ", ".join(f"{harmless(name)} ({count:,})" for name, count in report.licenses.items())
    console.print(f"Licences of the problems, with traces: {licenses}", markup=False)
    print_left_out(console, survey, report)
    if pending.samples_to_ask or pending.samples_to_verify:
        console.print(
            f"\nNot done yet: {pending.samples_to_ask:,} samples to ask for and {pending.samples_to_verify:,} to "
            "verify; `tracemill build` does both",
            style="yellow",
        )
    console.print()


def _held(report: SelectionReport) -> str:
    return f"{report.traces:,} traces of {report.problems_with_traces:,} problems"


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, width=None if stream.isatty() else 100)

"""The closing summary of a build, for people."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import pyarrow.parquet as pq
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from data.survey import Survey
from flows.build_result import BuildResult
from flows.console import harmless
from flows.left_out import print_left_out
from flows.progress import duration


def print_summary(result: BuildResult, stream: TextIO) -> None:
    """Print what came out, where it lies, one trace in full, and what to try next."""
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else 100)
    for block in (_headline(result), _statuses(result), _sources(result), _tokens(result), _warnings(result)):
        console.print(block)
    if result.report.traces != result.survey.accepted:
        print_left_out(console, result.survey, result.report)
    console.print(_trace(result))
    console.print(_next_commands(result), soft_wrap=True)


def _headline(result: BuildResult) -> Text:
    survey, name = result.survey, f"{result.run.dataset} v{result.manifest.version}"
    if result.is_new_version:
        head = Text(f"\nPublished {name}: {result.report.traces:,} verified traces\n", style="bold green")
    else:
        new = "asked" if result.run.stopped else "to do"
        head = Text(f"\nNothing new {new}: {name} already holds everything\n", style="bold green")
    asked = f"{result.run.new_samples:,} samples asked in this run, " if result.run.new_samples else ""
    return head.append(
        f"{survey.problems_solved:,} of {survey.problems:,} problems solved, {survey.accepted:,} of "
        f"{survey.samples:,} samples accepted, {asked}{duration(result.run.seconds)}\n",
        style="not bold default",
    )


def _statuses(result: BuildResult) -> Table:
    table = Table("status", "samples", "share", title="Verdicts", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for status, count in result.survey.by_status.most_common():
        table.add_row(status, f"{count:,}", f"{count / result.survey.samples:.1%}")
    return _right_aligned(table, (1, 2))


def _sources(result: BuildResult) -> Table:
    columns = ("source", "problems", "solved", "samples", "accepted", "acceptance")
    table = Table(*columns, title="\nBy problem source", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for source, counts in sorted(result.survey.by_source.items()):
        numbers = (counts.problems, counts.problems_solved, counts.samples, counts.accepted)
        share = f"{counts.accepted / counts.samples:.1%}" if counts.samples else "–"
        table.add_row(harmless(source), *(f"{number:,}" for number in numbers), share)
    return _right_aligned(table, range(1, len(columns)))


def _tokens(result: BuildResult) -> Text:
    survey = result.survey
    kept = survey.accepted_completion_tokens / survey.completion_tokens if survey.completion_tokens else 0.0
    return Text(
        f"\nTokens: {survey.completion_tokens:,} generated ({kept:.0%} of them in accepted traces), "
        f"prompts of {survey.prompt_tokens:,} in all{_cached(survey)}{_wasted(survey)}{_costs(result)}\n"
        f"Dataset: {result.path}"
    )


def _cached(survey: Survey) -> str:
    return f" ({survey.cached_tokens:,} cached)" if survey.cached_tokens else ""


def _wasted(survey: Survey) -> str:
    parts = [f"{tokens:,} {kind}" for kind, tokens in survey.wasted_tokens.items() if tokens]
    return f"\nWasted: {', '.join(parts)}" if parts else ""


def _costs(result: BuildResult) -> str:
    run, parts = result.run, []
    if run.gpu_hours:
        parts.append(f"{run.gpu_hours:,.2f} GPU hours")
    if run.cost is not None:
        parts.append(f"{run.cost:,.2f} {result.currency}")
    if run.cost_per_accepted is not None:
        parts.append(f"{run.cost_per_accepted:,.4f} for each accepted sample")
    return f"\nCost of all runs: {', '.join(parts)}" if parts else ""


def _warnings(result: BuildResult) -> Group:
    lines = []
    if result.run.stopped:
        lines.append(f"Stopped at {result.run.stopped}; the next run with a larger budget goes on from here")
    if result.bad_rows.count:
        lines.append(f"{result.bad_rows.count:,} problem rows could not be read and were skipped, such as:")
        lines += [f"  {harmless(row)}" for row in result.bad_rows.first]
    if result.duplicates:
        also = f", {result.contradictions:,} of them with another reference" if result.contradictions else ""
        lines.append(f"{result.duplicates:,} problems repeat an earlier question and were left out{also}")
    if suspects := result.survey.suspects:
        lines.append(
            f"{suspects:,} problems have a reference that their samples contradict; see `tracemill problems --suspect`"
        )
    for reason, count in result.refusals.most_common(3):
        lines.append(f"{count:,} requests were refused by the teacher: {harmless(reason)}")
    undecided = {name: result.survey.by_status[name] for name in ("bad_reference", "error")}
    for name, count in undecided.items():
        if count:
            lines.append(f"{count:,} samples could not be judged ({name}); they count neither for nor against")
    return Group(*(Text(line, style="yellow") for line in lines))


def _trace(result: BuildResult) -> Panel:
    first = Path(result.path) / result.manifest.files[0].path
    row = next(pq.ParquetFile(first).iter_batches(batch_size=1)).to_pylist()[0]
    text = Text()
    for message in row["messages"]:
        text.append(f"{message['role']}\n", style="bold")
        text.append(harmless(message["content"]) + "\n\n")
    text.append(
        f"reference {harmless(row['reference'])} · answer {harmless(row['answer'] or '')} · "
        f"pass rate {row['pass_rate']:.2f} of {row['n_samples']} samples",
        style="dim",
    )
    return Panel(text, title="one trace", title_align="left")


def _next_commands(result: BuildResult) -> Text:
    warehouse = shlex.quote(_shown_path(Path(result.path).parents[2]))
    query = "SELECT status, count(*) FROM verdicts GROUP BY ALL ORDER BY 2 DESC"
    return Text.assemble(
        "Next: ",
        (f'tracemill sql "{query}" --warehouse {warehouse}', "bold"),
        "\n      The dataset's README.md shows how to load it for training.",
    )


def _shown_path(path: Path) -> str:
    """Return a path relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _right_aligned(table: Table, columns: Sequence[int] | range) -> Table:
    for column in columns:
        table.columns[column].justify = "right"
    return table

"""Why samples and problems are not in a version, for people."""

from rich.console import Console
from rich.table import Table

from data.selection_plan import SelectionReport
from data.survey import Survey


def print_left_out(console: Console, survey: Survey, report: SelectionReport) -> None:
    """Print two tables: samples and problems that are out, by reason."""
    for what, total, counts in (
        ("samples", survey.samples, report.left_out_samples),
        ("problems", survey.problems, report.left_out_problems),
    ):
        if counts:
            out = f"\n{sum(counts.values()):,} of {total:,} {what} left out"
            table = Table("reason", what, title=out, title_justify="left", box=None, padding=(0, 2, 0, 0))
            for reason, count in counts.items():
                table.add_row(reason, f"{count:,}")
            table.columns[1].justify = "right"
            console.print(table)

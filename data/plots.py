"""The plots of a card, as SVG: one colour, from the palette of Okabe and Ito; every axis says what it counts."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from data.version_statistics import Bin, VersionStatistics

BLUE = "#0072B2"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tracemill",  # the same numbers give the same file
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_SIZE = (6.4, 3.2)
_LONGEST_LABEL = 40


def write_plots(folder: Path, statistics: VersionStatistics, by_status: Mapping[str, int]) -> None:
    """Write all plots of a card into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = {group.name: group.traces for group in statistics.by_source}
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a source may be named in letters that the font lacks
        _histogram(folder / "tokens.svg", statistics.tokens, "completion tokens of a trace", "traces")
        _histogram(folder / "pass_rates.svg", statistics.pass_rates, "pass rate of a problem", "problems")
        _bars(folder / "statuses.svg", by_status, "samples")
        _bars(folder / "sources.svg", sources, "traces")


def _histogram(path: Path, bins: Sequence[Bin], what: str, counted: str) -> None:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    edges = [each.low for each in bins]
    axes.bar(edges, [each.count for each in bins], width=[each.high - each.low for each in bins], align="edge",
             color=BLUE, edgecolor="white", linewidth=0.5)  # fmt: skip
    axes.set_xlim(bins[0].low, bins[-1].high)
    axes.set_xlabel(what)
    axes.set_ylabel(counted)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    _save(figure, path)


def _bars(path: Path, counts: Mapping[str, int], counted: str) -> None:
    ordered = sorted(counts.items(), key=lambda each: (each[1], each[0]))
    figure = Figure(figsize=(_SIZE[0], 0.8 + 0.32 * max(2, len(ordered))), layout="constrained")
    axes = figure.add_subplot()
    places = range(len(ordered))
    drawn = axes.barh(places, [count for _, count in ordered], color=BLUE)
    axes.bar_label(drawn, labels=[f"{count:,}" for _, count in ordered], padding=3)
    axes.set_yticks(places, [_label(name) for name, _ in ordered], parse_math=False)
    axes.set_xlabel(counted)
    axes.margins(x=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    _save(figure, path)


def _label(name: str) -> str:
    """Return a name fit for an axis: on one line, without control characters, not endless."""
    flat = "".join(char if char.isprintable() else " " for char in name)
    return flat if len(flat) <= _LONGEST_LABEL else flat[: _LONGEST_LABEL - 1] + "…"


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None})

"""Histograms of a version's card."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import schemas
from data.version_statistics import version_statistics


def rates_of(folder, counts):
    """Return low, high and count of the bars for problems given as (accepted, samples)."""
    problems = [{"pass_rate": right / all_, "n_samples": all_} for right, all_ in counts]
    pq.write_table(pa.Table.from_pylist(problems, schema=schemas.VERSION_PROBLEMS), folder / "problems.parquet")
    trace = {"problem_id": "p", "source": "s", "license": "MIT", "tags": [], "pass_rate": 0.5, "completion_tokens": 7}
    pq.write_table(pa.Table.from_pylist([trace], schema=schemas.TRACES), folder / "traces.parquet")
    found = version_statistics(folder, ["traces.parquet"], "problems.parquet")
    return [(each.low, each.high, each.count) for each in found.pass_rates]


def test_problems_that_were_asked_alike_have_a_bar_for_each_rate(tmp_path):
    """With four samples there are five rates; in tenths some bars could only be empty."""
    found = rates_of(tmp_path, [(0, 4), (1, 4), (1, 4), (3, 4), (4, 4), (4, 4)])
    assert [count for _, _, count in found] == [1, 2, 0, 1, 2]
    assert [(low + high) / 2 for low, high, _ in found] == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_other_rates_are_counted_in_tenths(tmp_path):
    """The last tenth holds 1 too."""
    found = rates_of(tmp_path, [(0, 4), (1, 8), (8, 8), (4, 4), (19, 20)])
    assert [count for _, _, count in found] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert found[0][0] == 0
    assert found[-1][1] == 1

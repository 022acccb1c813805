"""An export for verl is read by verl itself, and its reward managers score with our function."""

import pytest

from data.exports import ExportFormat
from data.warehouse import Warehouse
from tests.builds import sum_answers, sums, write_build
from tests.flows.in_process import build
from tests.scripted_teacher import scripted_teacher
from tests.training.environment import MODEL, export, run_script

COUNT = 6

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What verl makes of the export of a version with six problems."""
    folder = tmp_path_factory.mktemp("verl")
    with scripted_teacher(folder / "script.json", answers=sum_answers(COUNT)) as url:
        build(write_build(folder, url, sums(COUNT)))
    export(Warehouse(folder / "warehouse"), ExportFormat.VERL, folder / "verl")
    [file] = (folder / "verl").rglob("*.parquet")
    return run_script("read_in_verl.py", file, MODEL, folder / "cache", out=folder / "read.json")


def test_verl_reads_every_problem(read: dict) -> None:
    """As prompts with what its reward managers look for."""
    assert read["rows"] == COUNT
    assert {"raw_prompt", "data_source", "reward_model", "extra_info"} <= set(read["keys"])
    assert read["first_prompt"][-1] == {"role": "user", "content": "What is 0 + 1?"}
    assert read["first_reward_model"] == {"style": "rule", "ground_truth": "1"}


def test_verl_scores_with_our_function(read: dict) -> None:
    """A right answer has the reward 1, another one 0, one by one and as a batch."""
    assert read["right"] == {"one by one": [1.0] * COUNT, "as a batch": [1.0] * COUNT, "status": ["correct"] * COUNT}
    assert read["wrong"] == {"one by one": [0.0] * COUNT, "as a batch": [0.0] * COUNT, "status": ["incorrect"] * COUNT}

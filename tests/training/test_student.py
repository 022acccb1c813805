"""A student is trained straight from a published version: the loss falls, and its answers can be verified."""

import json
import subprocess

import pytest

from data import version_writer
from data.exports import ExportFormat
from data.warehouse import Warehouse
from tests.builds import COMMAND, sum_answers, sums, traces, write_build
from tests.flows.in_process import build
from tests.scripted_teacher import scripted_teacher
from tests.training.environment import MODEL, export, run_script

COUNT = 40

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the training script says of a version with two traces of each of 40 problems."""
    folder = tmp_path_factory.mktemp("training")
    with (
        pytest.MonkeyPatch.context() as patch,
        scripted_teacher(folder / "script.json", answers=sum_answers(COUNT)) as url,
    ):
        patch.setattr(version_writer, "ROW_GROUP_ROWS", 10)
        result = build(write_build(folder, url, sums(COUNT)))
    for how in set(ExportFormat) - {ExportFormat.SOFT_TARGETS}:
        export(Warehouse(folder / "warehouse"), how, folder / "exports" / how)
    said = run_script("train_student.py", result.path, MODEL, folder / "exports", out=folder / "student.json")
    return said | {"version": result.path}


def test_the_loss_falls(trained: dict) -> None:
    """Eight steps of TRL's SFTTrainer on the version's messages."""
    losses = trained["losses"]
    print("losses:", losses)
    assert len(losses) == 8
    assert sum(losses[-3:]) / 3 < 0.7 * losses[0]


def test_the_students_answers_are_verified(trained: dict) -> None:
    """Each gets a verdict; the student has learnt the form, so that an answer is found in most."""
    rows = "".join(json.dumps(answer) + "\n" for answer in trained["answers"])
    done = subprocess.run([*COMMAND, "verify", "--text"], input=rows, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    print("student:", [(verdict["status"], verdict["extracted"]) for verdict in verdicts])
    assert len(verdicts) == len(trained["answers"]) > 0
    assert sum(verdict["extracted"] is not None for verdict in verdicts) * 2 >= len(verdicts)


def test_a_dataloader_with_workers_reads_every_row_once(trained: dict) -> None:
    """Two workers share the row groups; behind two batches come the others, in the same order."""
    whole, rest = trained["read"]["whole"], trained["read"]["behind_two"]
    expected = sorted(row["trace_id"] for row in traces(trained["version"]))
    assert sorted(each for batch in whole for each in batch) == expected
    assert rest == whole[2:]


def test_trl_reads_the_exports(trained: dict) -> None:
    """It takes them as conversations, and makes of each what its trainers train on."""
    assert trained["exports"]["prompt-completion"] == ["completion", "prompt"]
    assert trained["exports"]["preference"] == ["chosen", "prompt", "rejected"]
    assert trained["exports"]["grpo"] == ["prompt"]
    assert trained["exports"]["messages"] == ["text"]

"""Exports as ShareGPT and as Alpaca are read by LLaMA-Factory itself, as it reads any folder of data sets."""

import re
from pathlib import Path

import pytest

from data.exports import ExportFormat
from data.warehouse import Warehouse
from tests.builds import sum_answers, sums, write_build
from tests.flows.in_process import build
from tests.scripted_teacher import scripted_teacher
from tests.training.environment import MODEL, export, run_script

COUNT = 6
SYSTEM = "You are exact."

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A version with six problems and a system prompt."""
    folder = tmp_path_factory.mktemp("llamafactory")
    with scripted_teacher(folder / "script.json", answers=sum_answers(COUNT)) as url:
        config = write_build(folder, url, sums(COUNT))
        (folder / "plain.yaml").write_text(f'system: "{SYSTEM}"\nuser: "{{question}}"\n', encoding="utf-8")
        build(config)
    return Warehouse(folder / "warehouse")


@pytest.mark.parametrize("how", [ExportFormat.SHAREGPT, ExportFormat.ALPACA])
def test_llamafactory_reads_an_export_as_it_lies(warehouse: Warehouse, tmp_path: Path, how: ExportFormat) -> None:
    """System prompt, question and answer are where its chat template puts them, and only the answer is learned."""
    manifest = export(warehouse, how, tmp_path / "export")
    read = run_script(
        "read_in_llamafactory.py", tmp_path / "export", "sums_train", MODEL, tmp_path / "cache", out=tmp_path / "read"
    )
    assert len(read["texts"]) == sum(file.rows for file in manifest.files) >= COUNT
    asked = set()
    for text, learned in zip(read["texts"], read["learned"], strict=True):
        before, question, after = re.split(r"What is (\d+ \+ \d+)\?", text, maxsplit=1)
        asked.add(question)
        assert before == f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n"
        assert after == f"<|im_end|>\n<|im_start|>assistant\n{learned}"
        assert str(sum(int(number) for number in question.split(" + "))) in learned
    assert len(asked) == COUNT

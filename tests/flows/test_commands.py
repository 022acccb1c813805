"""The `tracemill` command as people and schedulers call it: output, exit codes, messages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.builds import COMMAND, REPOSITORY, build_json, sum_answers, sums, tracemill, traces, write_build
from tests.processes import wait_until
from tests.scripted_teacher import scripted_teacher

JSON_KEYS = {
    "run_id", "dataset", "version", "path", "problems", "samples", "accepted", "problems_solved", "prompt_tokens",
    "completion_tokens", "seconds",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prefect_api: str) -> dict:
    """A finished build: its folder, and what it printed."""
    folder = tmp_path_factory.mktemp("built")
    with scripted_teacher(folder / "script.json", answers=sum_answers(12)) as url:
        config = write_build(folder, url, sums(12))
        human = tracemill("build", config, api=prefect_api)
        assert human.returncode == 0, human.stderr
        return {"folder": folder, "config": config, "human": human, "json": build_json(config, prefect_api)}


def test_json_is_one_object_on_stdout(built: dict) -> None:
    """A program parses it as it is; everything else went to standard error."""
    result = built["json"]
    assert result.keys() >= JSON_KEYS
    assert (result["problems"], result["samples"], result["accepted"]) == (12, 48, 24)
    assert len(traces(result["path"])) == 24


def test_the_summary_shows_what_came_out_and_what_to_try_next(built: dict) -> None:
    """Verdicts, sources, tokens, the dataset's place, one trace in full, the next command."""
    shown = built["human"].stdout
    for part in (
        "correct",
        "no_answer",
        "problems",
        "Tokens",
        "datasets/sums/v0001",
        "What is 0 + 1?",
        "tracemill sql",
    ):
        assert part in shown


def test_a_build_starts_a_prefect_server_of_its_own_where_none_is_set_up(tmp_path: Path) -> None:
    """With an empty home folder, nothing but the command is needed, and no process is left behind."""
    home = {"HOME": str(tmp_path / "home"), "PREFECT_HOME": str(tmp_path / "home" / "prefect")}
    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(2)) as url:
        done = tracemill("build", write_build(tmp_path, url, sums(2)), "--json", env=home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 4
    assert "leaked" not in done.stderr
    wait_until(lambda: not any(str(tmp_path) in environment_of(each) for each in psutil.process_iter()))


def environment_of(process: psutil.Process) -> str:
    """Return a process's environment as one text, empty where it is gone."""
    try:
        return str(process.environ())
    except psutil.Error:
        return ""


def test_the_flow_runs_from_python_as_a_deployment_runs_it(tmp_path: Path, prefect_api: str) -> None:
    """One task run for each shard and one for publishing, all completed, with the flow's result."""
    code = """
import asyncio, json, sys
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from flows.build import build_flow

async def main():
    result = await build_flow(sys.argv[1], ["name=from-python"])
    async with get_client() as client:
        tasks = await client.read_task_runs()
    names = sorted(t.name for t in tasks if t.state.is_completed())
    print(json.dumps([result["accepted"], names]))

asyncio.run(main())
"""
    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(12)) as url:
        config = write_build(tmp_path, url, sums(12))
        done = subprocess.run(
            [sys.executable, "-c", code, str(config)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PREFECT_API_URL": prefect_api},
        )
    assert done.returncode == 0, done.stderr
    accepted, names = json.loads(done.stdout)
    assert accepted == 24
    assert {"shard 0", "shard 1"} <= {name.rsplit("-", 1)[0] for name in names} | set(names)
    assert any(name.startswith("publish") for name in names)


def test_runs_datasets_and_sql_look_into_the_catalog(built: dict) -> None:
    """Each prints what the build left, as a table or for programs."""
    warehouse = built["folder"] / "warehouse"
    assert "published" in tracemill("runs", "--warehouse", warehouse).stdout
    rows = tracemill("datasets", "--warehouse", warehouse, "--format", "json").stdout.splitlines()
    assert [json.loads(row)["traces"] for row in rows] == [24]
    query = "SELECT status, count(*) AS n FROM verdicts GROUP BY ALL ORDER BY ALL"
    done = tracemill("sql", query, "--warehouse", warehouse, "--format", "csv")
    assert done.stdout.splitlines() == ["status,n", "correct,24", "incorrect,12", "no_answer,12"]


def test_sql_cannot_change_the_catalog(built: dict) -> None:
    """The catalog is opened for reading."""
    done = tracemill("sql", "DELETE FROM samples", "--warehouse", built["folder"] / "warehouse")
    assert done.returncode == 2
    assert "read-only" in done.stderr


def test_a_rebuilt_catalog_answers_like_the_old_one(built: dict) -> None:
    """`tracemill catalog rebuild` needs nothing but the files."""
    warehouse = built["folder"] / "warehouse"
    query = ("sql", "FROM samples JOIN verdicts USING (sample_id) ORDER BY ALL", "--warehouse", warehouse)
    before = tracemill(*query).stdout
    (warehouse / "catalog.duckdb").unlink()
    done = tracemill("catalog", "rebuild", "--warehouse", warehouse)
    assert "48 samples" in done.stdout
    assert tracemill(*query).stdout == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("teacher.modle=x", "did you mean 'model'?"),
        ("sampling.temprature=1", "did you mean 'temperature'?"),
        ("sampling.max_tokens=many", "sampling.max_tokens"),
        ("problems.0.path=missing.jsonl", "missing.jsonl"),
        ("teacher.api_key=${NO_SUCH_KEY}", "NO_SUCH_KEY"),
        ("teacher.engine=opnai", "did you mean 'openai'?"),
        ("problems.0.source=jsnl", "did you mean 'jsonl'?"),
        ("prompt.template=boxd", "did you mean 'boxed'?"),
    ],
)
def test_a_wrong_configuration_is_one_message_and_writes_nothing(tmp_path: Path, change: str, message: str) -> None:
    """Exit code 2, file and key named, and what was probably meant."""
    done = tracemill("build", write_build(tmp_path, "http://127.0.0.1:9/v1", sums(1)), "--set", change)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("tracemill: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "warehouse").exists()


def test_help_loads_neither_prefect_nor_duckdb() -> None:
    """The command answers at once."""
    code = (
        "import sys\nfrom flows.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'prefect', 'duckdb', 'pyarrow', 'sympy', 'aiohttp', 'rich', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr


def test_a_stranger_under_one_of_our_names_is_refused(tmp_path: Path) -> None:
    """PyPI has an unrelated package `verifiers`: never a silent mix."""
    (tmp_path / "verifiers").mkdir()
    (tmp_path / "verifiers" / "__init__.py").touch()
    done = tracemill("datasets", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert str(tmp_path / "verifiers") in done.stderr


def test_output_cut_short_by_its_reader_is_no_error(built: dict) -> None:
    """`tracemill sql … | head` ends quietly."""
    query = [
        *COMMAND,
        "sql",
        "FROM range(200000)",
        "--warehouse",
        str(built["folder"] / "warehouse"),
        "--format",
        "csv",
    ]
    with subprocess.Popen(query, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        assert command.stdout.readline() == "range\n"
        command.stdout.close()
        assert command.stderr.read() == ""

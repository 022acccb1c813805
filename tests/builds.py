"""Small builds for tests: problems, a configuration, and the command in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from tests.processes import HANGS_S

REPOSITORY = Path(__file__).resolve().parents[1]
COMMAND = [str(Path(sys.executable).with_name("tracemill"))]


def sums(count: int) -> list[dict[str, str]]:
    """Return `count` problems with their references."""
    return [{"question": f"What is {n} + {n + 1}?", "answer": str(2 * n + 1)} for n in range(count)]


def sum_answers(count: int) -> dict[str, list[str]]:
    """Return a teacher's completions for `sums`: right, wrong, right in other words, without an answer."""
    return {
        f"What is {n} + {n + 1}?": [
            f"{n} + {n + 1} = {2 * n + 1}\n\\boxed{{{2 * n + 1}}}",
            f"{n} + {n + 1} = {2 * n + 2}\n\\boxed{{{2 * n + 2}}}",
            f"<think>I add them.</think>The answer is {2 * n + 1}.",
            "I would rather talk about something else",
        ]
        for n in range(count)
    }


def write_build(folder: Path, url: str, problems: Sequence[dict[str, Any]], **changes: Any) -> Path:
    """Write problems and configuration into `folder`; return the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(json.dumps(problem) + "\n" for problem in problems)
    (folder / "problems.jsonl").write_text(rows, encoding="utf-8")
    (folder / "plain.yaml").write_text('user: "{question}"\n', encoding="utf-8")
    config = {
        "name": "sums",
        "problems": [{"source": "jsonl", "path": "problems.jsonl", "license": "MIT"}],
        "teacher": {"engine": "openai", "base_urls": [url], "model": "scripted", "max_in_flight": 32},
        "prompt": {"template": "plain.yaml"},
        "sampling": {"samples_per_problem": 4, "temperature": 0.7, "max_tokens": 64, "seed": 7},
        "verification": {"workers": 1, "timeout_s": 60},
        "execution": {"shard_size": 10, "shards_in_flight": 2},
        "warehouse": "./warehouse",
    }
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            value = {**config[key], **value}  # type: ignore[dict-item]  # noqa: PLW2901
        config[key] = value
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def tracemill(*arguments: str | Path, api: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; `api` is the Prefect server it should use."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_API")}
    environment |= {"PREFECT_API_URL": api} if api else {}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
        env=environment | options.pop("env", {}),
        **options,
    )


def build_json(config: Path, api: str, *arguments: str) -> dict[str, Any]:
    """Run a build that succeeds, and return what `--json` printed."""
    done = tracemill("build", config, "--json", *arguments, api=api)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return dict(json.loads(line))


def stored(warehouse: Path, kind: str) -> list[dict[str, Any]]:
    """Return all rows of all Parquet files of one kind, as any reader of the folder would see them."""
    rows: list[dict[str, Any]] = []
    for path in sorted((warehouse / kind).glob("*/*.parquet")):
        rows += pq.read_table(path).to_pylist()
    return rows


def traces(path: str | Path) -> list[dict[str, Any]]:
    """Return all traces of a version."""
    rows: list[dict[str, Any]] = []
    for file in sorted(Path(path).glob("train/*.parquet")):
        rows += pq.read_table(file).to_pylist()
    return rows

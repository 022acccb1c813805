"""Publishing, verifying again, reading, and asking the catalog, on many samples made from real ones.

    .venv/bin/python -m benchmarks.datasets                      # 1,000,000 samples, a catalog of 10,000,000
    .venv/bin/python -m benchmarks.datasets --samples 20000 --catalog 100000

The samples are those of models on GSM8K (`problems/gsm8k_model_samples.jsonl` in the folder TRACEMILL_SHARED), repeated
under numbered questions; verdicts follow the labels that came with them. Publishing and reverifying are the commands in
processes of their own; memory is the resident memory of the process and its children together, sampled five times a
second. The catalog of ten million samples is filled by SQL, and asked every query of docs/queries.md.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import yaml

from configs.assembly import problem_sources, teacher
from configs.loading import load_build
from configs.prompting import prompt_mix
from data.catalog import Catalog
from data.reading import TraceStream
from data.records import FinishReason, Sample, Status, Verdict
from data.shards import ShardManifest, write_shard
from data.warehouse import Warehouse, open_warehouse
from flows.opening import prepare_run
from flows.progress import reporter_for
from flows.shard_work import problem_row
from generators.sampling import sample_id, sample_seed
from verifiers.dispatch import VERIFIER

TRACEMILL = Path(sys.executable).with_name("tracemill")
QUERIES = Path(__file__).parents[1] / "docs" / "queries.md"
PER_PROBLEM = 4
ROUNDS = 30
"""Of reading."""
INDEXED_TOGETHER = 48
"""Shards, where a build indexes three at a time: filling is not what is measured."""


def real_samples() -> list[dict[str, Any]]:
    path = Path(os.environ["TRACEMILL_SHARED"]) / "problems" / "gsm8k_model_samples.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_config(folder: Path, samples: int) -> Path:
    rows = real_samples()
    with (folder / "problems.jsonl").open("w", encoding="utf-8") as file:
        for number in range(samples // PER_PROBLEM):
            row = rows[number % len(rows)]
            asked = {"question": f"{number}. {row['question']}", "answer": row["answer"], "id": number % len(rows)}
            file.write(json.dumps(asked) + "\n")
    (folder / "plain.yaml").write_text('user: "{question}"\n', encoding="utf-8")
    config = {
        "name": "benchmark",
        "problems": [{"source": "jsonl", "path": "problems.jsonl", "license": "MIT"}],
        "teacher": {"engine": "openai", "base_urls": ["http://127.0.0.1:9/v1"], "model": "replayed"},
        "prompt": {"template": "plain.yaml"},
        "sampling": {"samples_per_problem": PER_PROBLEM, "temperature": 0.7},
        "execution": {"shard_size": 512},
        "warehouse": "./warehouse",
    }
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def fill_warehouse(config: Path) -> None:
    """Store problems, samples and verdicts as a build of that configuration would have."""
    loaded, rows = load_build(config), real_samples()
    warehouse = open_warehouse(loaded.warehouse)
    catalog = Catalog(warehouse.catalog, warehouse.root)
    catalog.migrate()
    sources, template, model = problem_sources(loaded), prompt_mix(loaded), teacher(loaded)
    scratch = config.parent / "scratch"
    build = prepare_run(loaded, reporter_for(sys.stderr), warehouse, catalog, sources, template, model, scratch)
    where = (warehouse, "benchmark", build.run.run_id)
    written: list[ShardManifest] = []
    for chunk in build.read(ahead=True):
        problems = [problem_row(problem, build.run.run_id) for problem in chunk.problems]
        samples, verdicts = [], []
        for ask in chunk.asks:
            real = rows[int(ask.problem.id or 0)]
            for turn in range(PER_PROBLEM):
                sample = stored_sample(build, ask.prompt.prompt_id, ask.problem.problem_id, real, turn)
                samples.append(sample.model_dump(mode="json"))
                status = Status.CORRECT if real["labels"][turn % len(real["labels"])] else Status.INCORRECT
                verdict = Verdict(status=status, extracted=real["answer"], rule="label", verifier=VERIFIER)
                ids = {"sample_id": sample.sample_id, "problem_id": sample.problem_id}
                more = {"verdict_set": build.request.verdict_set, "run_id": build.run.run_id}
                verdicts.append(verdict.model_dump(mode="json") | ids | more)
        written += [
            write_shard(*where[:1], "problems", *where[1:], problems, [row["record_id"] for row in problems]),
            write_shard(*where[:1], "samples", *where[1:], samples, [row["sample_id"] for row in samples]),
            write_shard(*where[:1], "verdicts", *where[1:], verdicts, [row["sample_id"] for row in verdicts]),
        ]
        if len(written) >= INDEXED_TOGETHER:
            catalog.register_shards(written)
            written = []
    catalog.register_shards(written)
    build.members.close()


def stored_sample(build: Any, prompt_id: str, problem_id: str, real: dict[str, Any], turn: int) -> Sample:
    text = real["completions"][turn % len(real["completions"])]
    return Sample(
        sample_id=sample_id(prompt_id, build.request.sampling_id, turn),
        problem_id=problem_id,
        prompt_id=prompt_id,
        sampling_id=build.request.sampling_id,
        index=turn,
        seed=sample_seed(build.loaded.config.sampling.params(), prompt_id, turn),
        completion=text,
        reasoning=None,
        finish_reason=FinishReason.STOP,
        prompt_tokens=80,
        completion_tokens=len(text) // 4,
        teacher="replayed",
        run_id=build.run.run_id,
    )


def measured(*arguments: object) -> tuple[dict[str, Any], float, float]:
    """Run a command; return what it printed, its seconds, and the peak of its memory in MB."""
    started = time.monotonic()
    command = subprocess.Popen(
        [TRACEMILL, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    process, peak = psutil.Process(command.pid), 0.0
    while command.poll() is None:
        peak = max(peak, sum(resident(process)))
        time.sleep(0.2)
    assert command.stdout is not None
    assert command.returncode == 0
    return json.loads(command.stdout.read()), time.monotonic() - started, peak


def resident(process: psutil.Process) -> Iterator[float]:
    for each in [process, *process.children(recursive=True)]:
        try:
            yield each.memory_info().rss / 1e6
        except psutil.Error:
            continue


def reading(folder: Path) -> dict[str, object]:
    """Compare our stream with pyarrow's two ways of reading the same files in the same order."""
    files = sorted((folder / "train").glob("*.parquet"))

    def bare() -> int:
        return sum(batch.num_rows for path in files for batch in pq.ParquetFile(path).iter_batches(2048))

    def dataset() -> int:
        return sum(batch.num_rows for batch in ds.dataset(files).to_batches())

    def ours() -> int:
        return sum(table.num_rows for table in TraceStream(folder).batches())

    ours(), bare(), dataset()  # the files are in the page cache for all
    took: dict[str, list[float]] = {each.__name__: [] for each in (ours, bare, dataset)}
    on_cpu: dict[str, list[float]] = {name: [] for name in took}
    rows = bare()
    for number in range(ROUNDS):  # in turn and in changing order, so that other work on the machine meets all of them
        for each in (ours, bare, dataset) if number % 2 else (dataset, bare, ours):
            started, begun = time.monotonic(), time.process_time()
            each()
            on_cpu[each.__name__].append(time.process_time() - begun)
            took[each.__name__].append(time.monotonic() - started)
    middle = {name: statistics.median(seconds) for name, seconds in took.items()}
    return {
        "rows_per_second": {name: round(rows / min(seconds)) for name, seconds in took.items()},
        "ours_to_bare_best": round(min(took["bare"]) / min(took["ours"]), 2),
        "ours_to_bare_median": round(middle["bare"] / middle["ours"], 2),
        "ours_to_bare_per_cpu_second": round(min(on_cpu["bare"]) / min(on_cpu["ours"]), 2),
        "ours_to_dataset_median": round(middle["dataset"] / middle["ours"], 2),
    }


def catalog_queries(samples: int) -> dict[str, float]:
    """Return the seconds of every documented query on a catalog of so many samples."""
    with tempfile.TemporaryDirectory() as name:
        warehouse = Warehouse(Path(name))
        catalog = Catalog(warehouse.catalog, warehouse.root)
        catalog.migrate()
        fill_catalog(catalog, samples)
        found = {}
        for query in re.findall(r"```sql\n(.*?)```", QUERIES.read_text(encoding="utf-8"), re.DOTALL):
            with catalog.reading() as connection:
                started = time.monotonic()
                connection.execute(query).fetchall()
                found[" ".join(query.split())[:70]] = round(time.monotonic() - started, 2)
        return found


def fill_catalog(catalog: Catalog, samples: int) -> None:
    count, status = samples // 8, "CASE hash(i) % 3 WHEN 0 THEN 'correct' WHEN 1 THEN 'incorrect' ELSE 'no_answer' END"
    with duckdb.connect(catalog.path, config={"memory_limit": "4GB", "threads": "2"}) as connection:
        connection.execute(
            "INSERT INTO samples BY NAME SELECT md5('s' || i) AS sample_id, md5('p' || i // 8) AS problem_id, "  # noqa: S608
            f"i % 8 AS index, i AS seed, 'stop' AS finish_reason, 80 AS prompt_tokens, "
            f"100 + i % 900 AS completion_tokens, 'teacher' AS teacher, 'run' AS run_id FROM range({samples}) t(i)"
        )
        connection.execute(
            "INSERT INTO verdicts BY NAME SELECT md5('s' || i) AS sample_id, md5('p' || i // 8) AS problem_id, "  # noqa: S608
            f"'set' AS verdict_set, {status} AS status, '7' AS extracted, 'compared' AS reason, 'number' AS rule, "
            f"4 AS steps_checked, i % 2 AS false_steps, 'verifier' AS verifier FROM range({samples}) t(i)"
        )
        connection.execute(
            "INSERT INTO problems BY NAME SELECT md5('r' || p) AS record_id, md5('p' || p) AS problem_id, "  # noqa: S608
            "'7' AS reference, 'number' AS answer_kind, 'source ' || p % 7 AS source, 'MIT' AS license, "
            "['tag ' || p % 5] AS tags, 8 AS n_samples, n_accepted, n_accepted / 8 AS pass_rate, "
            "'set' AS verdict_set FROM (SELECT i // 8 AS p, "
            f"count(*) FILTER (({status}) = 'correct') AS n_accepted FROM range({samples}) t(i) GROUP BY ALL)"
        )
        connection.execute(
            "INSERT INTO outcomes BY NAME SELECT problem_id, any_value(source) AS source, status, "  # noqa: S608
            "'set' AS verdict_set, count(*) AS samples, sum(prompt_tokens) AS prompt_tokens, 0 AS cached_tokens, "
            "sum(completion_tokens) AS completion_tokens FROM ("
            "  SELECT md5('p' || i // 8) AS problem_id, 'source ' || (i // 8) % 7 AS source, 80 AS prompt_tokens, "
            f"  {status} AS status, 100 + i % 900 AS completion_tokens FROM range({samples}) t(i)"
            ") GROUP BY problem_id, status"
        )
        connection.execute(
            "INSERT INTO traces BY NAME SELECT md5('s' || i) AS sample_id, md5('p' || i // 8) AS problem_id, "  # noqa: S608
            "'source ' || (i // 8) % 7 AS source, 'MIT' AS license, ['tag ' || (i // 8) % 5] AS tags, "
            "0.5 AS pass_rate, 'teacher' AS teacher, 100 + i % 900 AS completion_tokens, i % 2 AS false_steps, "
            f"'set' AS verdict_set FROM range({samples}) t(i) WHERE ({status}) = 'correct'"
        )
    assert catalog.query("SELECT count(*) FROM problems") == [(count,)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--catalog", type=int, default=10_000_000)
    args = parser.parse_args()
    if args.samples:
        with tempfile.TemporaryDirectory() as name:
            config = write_config(Path(name), args.samples)
            fill_warehouse(config)
            result, seconds, peak = measured("publish", config, "--json")
            shown = {"samples": result["samples"], "traces": result["traces"], "seconds": round(seconds, 1)}
            shown |= {"samples_per_second": round(result["samples"] / seconds), "peak_mb": round(peak)}
            print(json.dumps({"publish": shown}), flush=True)
            print(json.dumps({"read": reading(Path(result["path"]))}), flush=True)
            again, seconds, peak = measured(
                "reverify", "--warehouse", Path(name) / "warehouse", "--policy", "missing_unit=accept", "--json"
            )
            shown = {"samples": again["samples"], "seconds": round(seconds, 1), "peak_mb": round(peak)}
            print(
                json.dumps({"reverify": shown | {"samples_per_second": round(again["samples"] / seconds)}}), flush=True
            )
    if args.catalog:
        print(json.dumps({"queries_s": catalog_queries(args.catalog)}), flush=True)
    machine = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count(), "processor": platform.processor()}
    print(json.dumps(machine | {"python": platform.python_version(), "load": os.getloadavg()}))


if __name__ == "__main__":
    main()

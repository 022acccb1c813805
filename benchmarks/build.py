"""Samples a second and peak memory of whole builds against a stub teacher that answers at once.

    .venv/bin/python -m benchmarks.build                       # 20,000 and 100,000 problems × 8
    .venv/bin/python -m benchmarks.build --problems 2000       # a quick look

Measured is everything that `tracemill build` does: prompts, HTTP, verification, Parquet, catalog, publishing,
the temporary Prefect server and the start of all processes. Memory is the resident memory of the build and
all its children together, sampled ten times a second; memory that processes share is counted for each.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import yaml

from benchmarks.stub_teacher import stub_teacher

TRACEMILL = Path(sys.executable).with_name("tracemill")


def write_config(folder: Path, url: str, problems: int, samples: int) -> Path:
    """Write problems and configuration."""
    with (folder / "problems.jsonl").open("w", encoding="utf-8") as file:
        for number in range(problems):
            row = {"question": f"What is {number} + {number * 7 + 3} ?", "answer": str(number * 8 + 3)}
            file.write(json.dumps(row) + "\n")
    (folder / "plain.yaml").write_text('user: "{question}"\n', encoding="utf-8")
    config = {
        "name": "benchmark",
        "problems": [{"source": "jsonl", "path": "problems.jsonl", "license": "CC0-1.0"}],
        "teacher": {"engine": "openai", "base_urls": [url], "model": "stub", "max_in_flight": 128},
        "prompt": {"template": "plain.yaml"},
        "sampling": {"samples_per_problem": samples, "temperature": 0.7, "max_tokens": 512, "seed": 1},
        "warehouse": "./warehouse",
    }
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def resident_mb(process: psutil.Process) -> dict[str, float]:
    """Return the resident memory of a process and all its children, by what they are."""
    found: dict[str, float] = {}
    for each in [process, *process.children(recursive=True)]:
        try:
            command = " ".join(each.cmdline())
            memory = each.memory_info().rss / 1e6
        except psutil.Error:
            continue
        name = "prefect server" if "prefect_server" in command else "verifier" if "verifiers" in command else "build"
        found[name] = found.get(name, 0.0) + memory
    return found


def measure(problems: int, samples: int) -> dict[str, object]:
    """Run one build and return its numbers."""
    with tempfile.TemporaryDirectory() as name, stub_teacher() as url:
        config = write_config(Path(name), url, problems, samples)
        started = time.monotonic()
        build = subprocess.Popen(
            [TRACEMILL, "build", config, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        process, peak, parts = psutil.Process(build.pid), 0.0, {}
        while build.poll() is None:
            now = resident_mb(process)
            if sum(now.values()) > peak:
                peak, parts = sum(now.values()), now
            time.sleep(0.1)
        seconds = time.monotonic() - started
        assert build.stdout is not None
        result = json.loads(build.stdout.read())
        assert result["samples"] == problems * samples, result
        assert result["accepted"] == problems * samples // 2, result
        return {
            "problems": problems,
            "samples": problems * samples,
            "seconds": round(seconds, 1),
            "samples_per_second": round(problems * samples / seconds),
            "peak_mb": round(peak),
            "peak_parts_mb": {part: round(value) for part, value in parts.items()},
        }


def main() -> None:
    """Measure each size and print one JSON line for each, then the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--samples", type=int, default=8)
    args = parser.parse_args()
    results = []
    for problems in args.problems:
        results.append(measure(problems, args.samples))
        print(json.dumps(results[-1]), flush=True)
    if len(results) > 1:
        growth = float(str(results[-1]["peak_mb"])) / float(str(results[0]["peak_mb"])) - 1
        print(json.dumps({"peak_growth": f"{growth:+.1%}"}))
    machine = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count(), "processor": platform.processor()}
    print(json.dumps(machine | {"python": platform.python_version()}))


if __name__ == "__main__":
    main()

"""How much of a server's speed a build gets: output tokens a second through a build ÷ through a bare load generator.

    .venv/bin/python -m benchmarks.saturation                    # a simulated GPU server: one, two and four of them
    .venv/bin/python -m benchmarks.saturation --adaptive         # builds in rounds: each problem alone, all together
    .venv/bin/python -m benchmarks.saturation --vllm             # real vLLM on CPU, as `make test-vllm` installs it

Both sides send the same requests (same prompts, seeds and parameters) to the same servers, with the same bound on
requests in flight. Measured is from the first request to the last answer: by the stub itself, or for vLLM by its
answers as they reach the client. What a build does before and after (starting Prefect, publishing) is printed beside
it as `outside_s`. The order is bare, build, bare, …, and the ratio is between the medians.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from benchmarks.gpu_stub import SLOTS, gpu_stub
from data.records import Problem
from generators.managed_server import ManagedServer
from generators.openai_protocol import request_body
from generators.prompts import PromptTemplate
from generators.sampling import SamplingParams
from generators.vllm_options import VllmOptions, command_line
from tests.vllm.conftest import ENVIRONMENT, MODEL, OPTIONS, PYTHON

TRACEMILL = Path(sys.executable).with_name("tracemill")
REPOSITORY = Path(__file__).resolve().parents[1]
IN_FLIGHT = SLOTS + SLOTS // 2
"""Requests in flight at each server: its slots, and half as many that wait inside it."""


def problems_of(count: int) -> list[dict[str, str]]:
    """Return problems whose answers the stub knows."""
    return [{"question": f"What is {n} + {n * 7 + 3} ?", "answer": str(n * 8 + 3)} for n in range(count)]


def write_build(
    folder: Path, teacher: dict[str, Any], problems: list[dict[str, str]], sampling: dict[str, Any]
) -> Path:
    """Write problems and configuration; return the configuration's path."""
    rows = "".join(json.dumps(problem) + "\n" for problem in problems)
    (folder / "problems.jsonl").write_text(rows, encoding="utf-8")
    (folder / "plain.yaml").write_text('user: "{question}"\n', encoding="utf-8")
    config = {
        "name": "saturation",
        "problems": [{"source": "jsonl", "path": "problems.jsonl", "license": "CC0-1.0"}],
        "teacher": teacher,
        "prompt": {"template": "plain.yaml"},
        "sampling": sampling,
        "warehouse": "./warehouse",
    }
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def write_requests(folder: Path, model: str, problems: list[dict[str, str]], sampling: dict[str, Any]) -> Path:
    """Write the bodies that the build will send, in its order."""
    params = SamplingParams(**{key: value for key, value in sampling.items() if key != "samples_per_problem"})
    template = PromptTemplate(name="plain", user="{question}")
    with (folder / "requests.jsonl").open("w", encoding="utf-8") as file:
        for problem in problems:
            prompt = template.render(Problem(question=problem["question"], reference=problem["answer"]))
            for index in range(sampling["samples_per_problem"]):
                file.write(json.dumps(request_body(model, prompt, [index], params, {})) + "\n")
    return folder / "requests.jsonl"


def take_stats(urls: Sequence[str]) -> dict[str, float]:
    """Return what the stubs did since they were last asked."""
    found = []
    for url in urls:
        with urllib.request.urlopen(f"{url.removesuffix('/v1')}/stats", timeout=10) as page:  # noqa: S310 - our own
            found.append(json.load(page))
    first, last = min(each["first"] for each in found), max(each["last"] for each in found)
    tokens = sum(each["tokens"] for each in found)
    return {
        "tokens": tokens,
        "samples": sum(each["samples"] for each in found),
        "seconds": last - first,
        "tokens_per_second": tokens / (last - first),
        "slots_busy": sum(each["busy"] for each in found) / (last - first) / (SLOTS * len(urls)),
    }


def run_bare(requests: Path, in_flight: int, urls: Sequence[str]) -> dict[str, float]:
    """Run the load generator once."""
    command = [sys.executable, "-m", "benchmarks.load_generator", str(requests), str(in_flight), *urls]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    return dict(json.loads(done.stdout))


def run_build(config: Path) -> tuple[dict[str, Any], float]:
    """Run the build once, and return what it printed and how long it took in all."""
    began = time.monotonic()
    done = subprocess.run([TRACEMILL, "build", config, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), time.monotonic() - began


def measure_stub(servers: int, samples: int, rounds: int) -> dict[str, Any]:
    """Measure builds against `servers` simulated GPU servers."""
    sampling = {"samples_per_problem": 8, "temperature": 0.7, "max_tokens": 4096, "seed": 1}
    problems = problems_of(servers * samples // 8)
    with ExitStack() as stack:
        urls = [stack.enter_context(gpu_stub()) for _ in range(servers)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        requests = write_requests(folder, "stub", problems, sampling)
        bare, built, outside, busy = [], [], [], []
        for number in range(rounds):
            run_bare(requests, IN_FLIGHT * servers, urls)
            bare.append(take_stats(urls)["tokens_per_second"])
            (folder / str(number)).mkdir()
            teacher = {"engine": "openai", "base_urls": urls, "model": "stub", "max_in_flight": IN_FLIGHT * servers}
            result, seconds = run_build(write_build(folder / str(number), teacher, problems, sampling))
            stats = take_stats(urls)
            assert result["samples"] == stats["samples"] == len(problems) * 8
            assert result["accepted"] == result["samples"] // 2
            built.append(stats["tokens_per_second"])
            busy.append(stats["slots_busy"])
            outside.append(seconds - stats["seconds"])
        run_bare(requests, IN_FLIGHT * servers, urls)
        bare.append(take_stats(urls)["tokens_per_second"])
    return {
        "servers": servers,
        "samples": len(problems) * 8,
        "bare_tokens_per_second": [round(each) for each in bare],
        "build_tokens_per_second": [round(each) for each in built],
        "ratio": round(statistics.median(built) / statistics.median(bare), 3),
        "slots_busy": round(statistics.median(busy), 3),
        "outside_s": round(statistics.median(outside), 1),
    }


def measure_adaptive(problem_count: int) -> dict[str, Any]:
    """Measure builds in rounds against one simulated GPU server, beside the same requests all at once.

    A total that is never reached makes a policy that shares tokens out: it waits for each round's end, and decides the
    same.
    """
    sampling = {"temperature": 0.7, "max_tokens": 4096, "seed": 1}
    teacher: dict[str, Any] = {"engine": "openai", "model": "stub", "max_in_flight": IN_FLIGHT}
    found: dict[str, Any] = {}
    with gpu_stub() as url, tempfile.TemporaryDirectory() as name:
        for mode, total in (("each problem alone", None), ("all together", 10**12)):
            (folder := Path(name) / mode.replace(" ", "-")).mkdir()
            policy = {"policy": "adaptive", "adaptive": {"total_tokens": total}}
            config = write_build(folder, teacher | {"base_urls": [url]}, problems_of(problem_count), sampling | policy)
            result, _ = run_build(config)
            stats = take_stats([url])
            assert result["samples"] == stats["samples"]
            found[mode] = {
                key: round(stats[key], 3) for key in ("samples", "seconds", "tokens_per_second", "slots_busy")
            }
        requests = requests_made(folder / "warehouse", folder / "requests.jsonl", sampling)
        run_bare(requests, IN_FLIGHT, [url])
        bare = take_stats([url])
    assert bare["samples"] == found["all together"]["samples"] == found["each problem alone"]["samples"]
    rates = {mode: round(each["tokens_per_second"] / bare["tokens_per_second"], 3) for mode, each in found.items()}
    return {"bare_tokens_per_second": round(bare["tokens_per_second"]), "builds": found, "ratios": rates}


def requests_made(warehouse: Path, path: Path, sampling: dict[str, Any]) -> Path:
    """Write the bodies of the requests to which a build's samples are the answers."""
    template = PromptTemplate(name="plain", user="{question}")
    questions: dict[str, str] = {}
    for file in warehouse.glob("problems/*/*.parquet"):
        questions |= {row["problem_id"]: row["question"] for row in pq.read_table(file).to_pylist()}
    with path.open("w", encoding="utf-8") as out:
        for file in sorted(warehouse.glob("samples/*/*.parquet")):
            for row in pq.read_table(file, columns=["problem_id", "index"]).to_pylist():
                prompt = template.render(Problem(question=questions[row["problem_id"]], reference="0"))
                body = request_body("stub", prompt, [row["index"]], SamplingParams(**sampling), {})
                out.write(json.dumps(body) + "\n")
    return path


@contextmanager
def real_vllm(log: Path) -> Iterator[str]:
    """Run vLLM on CPU, and yield its base URL; without a prefix cache, which would favour whoever comes second."""
    options = VllmOptions(**OPTIONS, prefix_caching=False)
    server = ManagedServer(
        "vLLM",
        lambda port: command_line(options, [str(PYTHON)], str(MODEL), "smollm2", port),
        ENVIRONMENT,
        log=log,
        start_timeout_s=900,
        say=lambda text: print(text, file=sys.stderr),
    )
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(server.start())
        yield f"{server.url}/v1"
    finally:
        loop.run_until_complete(server.end())
        loop.close()


def tokens_so_far(url: str) -> float:
    """Return how many tokens a vLLM server has generated."""
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/metrics", timeout=30) as page:  # noqa: S310 - our own
        lines = page.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("vllm:generation_tokens_total"))


def watch_tokens(url: str, run: "subprocess.Popen[str]") -> dict[str, float]:
    """Follow a server's tokens while a process works; the time counts from the first token to the last."""
    began = tokens_so_far(url)
    seen, first, last = began, 0.0, 0.0
    while run.poll() is None:
        time.sleep(0.25)
        now, tokens = time.monotonic(), tokens_so_far(url)
        if tokens > seen:
            first, last, seen = first or now, now, tokens
    assert run.returncode == 0, f"ended with exit code {run.returncode}"
    seconds = max(last - first, 1e-9)
    return {"tokens": seen - began, "seconds": seconds, "tokens_per_second": (seen - began) / seconds}


def measure_vllm(problem_count: int, rounds: int) -> dict[str, Any]:
    """Measure builds against real vLLM on CPU."""
    sampling = {"samples_per_problem": 4, "temperature": 0.8, "max_tokens": 64, "seed": 1}
    problems = problems_of(problem_count)
    with tempfile.TemporaryDirectory() as name, real_vllm(Path(name) / "vllm.log") as url:
        folder = Path(name)
        requests = write_requests(folder, "smollm2", problems, sampling)
        bare, built = [], []
        command = [sys.executable, "-m", "benchmarks.load_generator", str(requests), "64", url]
        for number in range(rounds + 1):
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True, cwd=REPOSITORY) as run:
                bare.append(watch_tokens(url, run))
            print(json.dumps({"bare": bare[-1]}), file=sys.stderr)
            if number == rounds:
                break
            (folder / str(number)).mkdir()
            teacher = {"engine": "openai", "base_urls": [url], "model": "smollm2", "max_in_flight": 64}
            config = write_build(folder / str(number), teacher, problems, sampling)
            with subprocess.Popen([TRACEMILL, "build", config], stdout=subprocess.DEVNULL, text=True) as run:
                built.append(watch_tokens(url, run))
            print(json.dumps({"build": built[-1]}), file=sys.stderr)
    rates = {
        "bare": [each["tokens_per_second"] for each in bare],
        "build": [each["tokens_per_second"] for each in built],
    }
    return {
        "server": "vLLM on CPU, SmolLM2-135M",
        "samples": problem_count * 4,
        "tokens": [round(each["tokens"]) for each in (*bare, *built)],
        "bare_tokens_per_second": [round(each, 1) for each in rates["bare"]],
        "build_tokens_per_second": [round(each, 1) for each in rates["build"]],
        "ratio": round(statistics.median(rates["build"]) / statistics.median(rates["bare"]), 3),
    }


def main() -> None:
    """Measure, and print one JSON line for each, then the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--samples", type=int, default=8000, help="samples for each simulated server")
    parser.add_argument("--rounds", type=int, default=1, help="builds, each between two runs of the load generator")
    parser.add_argument("--adaptive", action="store_true", help="measure builds in rounds instead")
    parser.add_argument("--vllm", action="store_true", help="measure real vLLM on CPU instead")
    parser.add_argument("--problems", type=int, default=96, help="problems for vLLM, four samples each")
    parser.add_argument("--adaptive-problems", type=int, default=1600, help="problems of a build in rounds")
    args = parser.parse_args()
    if args.vllm:
        print(json.dumps(measure_vllm(args.problems, args.rounds)), flush=True)
    elif args.adaptive:
        print(json.dumps(measure_adaptive(args.adaptive_problems)), flush=True)
    else:
        for servers in args.servers:
            print(json.dumps(measure_stub(servers, args.samples, args.rounds)), flush=True)
    machine = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count(), "processor": platform.processor()}
    load = [round(each, 1) for each in os.getloadavg()]
    print(json.dumps(machine | {"python": platform.python_version(), "load": load}))


if __name__ == "__main__":
    main()

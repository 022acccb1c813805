"""What asking costs on our side: samples a second of the client alone, with ten thousand requests waiting.

    .venv/bin/python -m benchmarks.client                  # 10,000 requests of 8 samples at once, five times

Against a stub teacher that answers at once from a process of its own. Measured is everything that the client does:
admission, JSON, HTTP, reading answers into records. The machine's cores are shared with the stub, whose processor time
is printed beside the client's. Memory is the resident memory of the client's process after each round, and at its peak.
"""

import argparse
import asyncio
import json
import os
import platform
import time
from contextlib import aclosing
from datetime import UTC, datetime

import psutil

from benchmarks.stub_teacher import stub_teacher
from data.records import Problem
from generators.openai import OpenAITeacher
from generators.prompts import PromptTemplate
from generators.sampling import SamplingParams

SAMPLING = SamplingParams(temperature=0.7, max_tokens=512, seed=1)


async def ask(teacher: OpenAITeacher, number: int, samples: int) -> int:
    """Ask for the samples of one prompt, and count them."""
    problem = Problem(question=f"What is {number} + {number * 7 + 3} ?", reference=str(number * 8 + 3))
    prompt = PromptTemplate(name="plain", user="{question}").render(problem)
    async with aclosing(teacher.complete(prompt, range(samples), SAMPLING)) as answers:
        return sum([1 async for _ in answers])


async def measure(url: str, requests: int, samples: int, rounds: int) -> list[dict[str, float]]:
    """Put all requests in line at once, round after round."""
    process, found = psutil.Process(), []
    async with OpenAITeacher([url], "stub", max_in_flight=256, samples_per_request=samples) as teacher:
        for number in range(rounds):
            began, used = time.monotonic(), sum(process.cpu_times()[:2])
            waiting = [asyncio.ensure_future(ask(teacher, number * requests + n, samples)) for n in range(requests)]
            await asyncio.sleep(0)
            resident = process.memory_info().rss
            count = sum(await asyncio.gather(*waiting))
            seconds = time.monotonic() - began
            assert count == requests * samples
            found.append(
                {
                    "samples_per_second": round(count / seconds),
                    "client_cpu_s": round(sum(process.cpu_times()[:2]) - used, 2),
                    "seconds": round(seconds, 2),
                    "resident_mb": round(process.memory_info().rss / 1e6),
                    "resident_with_all_in_line_mb": round(resident / 1e6),
                }
            )
            del waiting
            print(json.dumps(found[-1]), flush=True)
    return found


def main() -> None:
    """Measure, and print one JSON line for each round, then the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with stub_teacher() as url:
        found = asyncio.run(measure(url, args.requests, args.samples, args.rounds))
        stub = next(each for each in psutil.Process().children() if "benchmarks.stub_teacher" in each.cmdline())
        busy = sum(stub.cpu_times()[:2])
    total = args.requests * args.samples * args.rounds
    print(
        json.dumps(
            {
                "samples": total,
                "samples_per_client_cpu_second": round(total / sum(each["client_cpu_s"] for each in found)),
                "samples_per_second": round(total / sum(each["seconds"] for each in found)),
                "stub_cpu_s": round(busy, 1),
                "growth_mb_after_first_round": found[-1]["resident_mb"] - found[0]["resident_mb"],
            }
        )
    )
    machine = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count(), "processor": platform.processor()}
    load = [round(each, 1) for each in os.getloadavg()]
    print(json.dumps(machine | {"python": platform.python_version(), "load": load}))


if __name__ == "__main__":
    main()

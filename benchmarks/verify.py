r"""Our verifier beside Math-Verify, on labelled answer pairs, in one run and on one core each.

    .venv/bin/python -m benchmarks.verify                    # all sets, two tables
    .venv/bin/python -m benchmarks.verify --sets maths,units --kinds
    .venv/bin/python -m benchmarks.verify --hostile-for-both  # minutes: Math-Verify hangs on some of them
    .venv/bin/python -m benchmarks.verify --scaling           # the pool with one worker and with two

The pairs lie in the folder that TRACEMILL_SHARED names (default: `../shared`). Math-Verify is given each answer
wrapped in
`\boxed{}`, the form in which it does best, and its own default time limits. A pair's time is the whole way from two
texts
to a verdict; both verifiers are warmed up with the same few pairs first, and see each measured pair for the first time.
"""

import argparse
import gc
import json
import logging
import os
import platform
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from data.records import Problem
from verifiers.dispatch import verify, verify_answer
from verifiers.pool import VerifierPool
from verifiers.workers.worker_process import Item

CASES = {
    "maths": "math",
    "units": "units",
    "adversarial": "adversarial",
    "messy": "messy",
    "policy": "policy",
    "hostile": "hostile",
}
SCALING_SETS = ("maths", "units", "adversarial", "references", "real samples")
SCALING_TURNS = 6
BLOCK = 256
"""Pairs that a verifier gets at a time, before it is the other one's turn."""
WARM_UP = [
    ("1/2", "0.5"),
    ("x+1", "1+x"),
    ("5 m", "500 cm"),
    (r"\sqrt{2}", r"\frac{2}{\sqrt{2}}"),
    (r"\gcd(x, y)", "1"),
    ("(0,1)", "0<x<1"),
]


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair."""

    reference: str
    text: str
    equal: bool
    kind: str
    whole: bool
    """Whether `text` is a whole completion."""


@dataclass(slots=True)
class Score:
    """What a verifier made of a set."""

    pairs: int = 0
    right: int = 0
    false_accepts: int = 0
    false_rejects: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, pair: Pair, accepted: bool, seconds: float) -> None:
        """Count one verdict."""
        self.pairs += 1
        self.right += accepted == pair.equal
        self.false_accepts += accepted and not pair.equal
        self.false_rejects += pair.equal and not accepted
        self.seconds.append(seconds)

    def row(self) -> str:
        """One line of the table."""
        times = sorted(self.seconds)
        rate = self.pairs / sum(times)
        median, p99 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
        return (
            f"{self.pairs:>6} {100 * self.right / self.pairs:>7.2f} % {self.false_accepts:>4} {self.false_rejects:>4} "
            f"{median * 1e3:>9.3f} {p99 * 1e3:>9.2f} {times[-1] * 1e3:>9.1f} {rate:>10,.0f}"
        )


HEAD = f"{'pairs':>6} {'accuracy':>9} {'FA':>4} {'FR':>4} {'median ms':>9} {'p99 ms':>9} {'slowest':>9} {'pairs/s':>10}"


def shared_folder() -> Path:
    """Where the labelled pairs lie."""
    folder = Path(os.environ.get("TRACEMILL_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "cases").is_dir():
        sys.exit(f"no labelled pairs at {folder}: set TRACEMILL_SHARED to the folder that holds `cases/`")
    return folder


def case_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of one case file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            texts = [
                "".join(p * n for p, n in row[k + "_repeat"]) if k + "_repeat" in row else row[k]
                for k in ("reference", "answer")
            ]
            equal = row["equal"] if "equal" in row else row["strict_equal"]
            yield Pair(texts[0], texts[1], equal, row.get("kind", row.get("policy", "")), row.get("form") == "response")


def real_samples(folder: Path) -> Iterator[Pair]:
    """Real model solutions with their published labels."""
    with (folder / "problems/math_model_samples.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield Pair(row["reference"], row["text"], row["equal"], "MATH", whole=True)
    with (folder / "problems/gsm8k_model_samples.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            for completion, label in zip(row["completions"], row["labels"], strict=True):
                yield Pair(row["answer"], completion, label, "GSM8K", whole=True)


def reformatted(folder: Path) -> Iterator[Pair]:
    """Competition references against a reformatted copy of themselves, and against another problem's reference."""
    references: list[str] = []
    for name, key in (("math_model_samples", "reference"), ("amc23", "answer")):
        with (folder / f"problems/{name}.jsonl").open(encoding="utf-8") as file:
            references += [str(json.loads(line)[key]) for line in file]
    with (folder / "cases/math.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    references += [
        row["reference"].strip("$")
        for row in rows
        if row.get("form") != "response" and len(row["reference"]) < 200 and "boxed" not in row["reference"]
    ]
    unique = sorted(set(references))
    others = unique.copy()
    random.Random(7).shuffle(others)
    for reference, other in zip(unique, others, strict=True):
        yield Pair(reference, _reformatted(reference), equal=True, kind="reformatted", whole=False)
        if reference != other:
            yield Pair(reference, other, equal=False, kind="shuffled", whole=False)


def _reformatted(text: str) -> str:
    for old, new in (
        (r"\frac", r"\dfrac"),
        (r"\left", ""),
        (r"\right", ""),
        (", ", ",\\ "),
        ("+", " + "),
        ("=", " = "),
    ):
        text = text.replace(old, new)
    return f"${text}$"


def numbers() -> Iterator[Pair]:
    """Plain numbers, all different: half of them equal in another notation."""
    source = random.Random(11)
    for _ in range(20_000):
        value = source.randrange(-(10**6), 10**6)
        writing = source.choice(["{:d}", "{:,d}", "{:d}.0", "${:d}$", "{:d}.00"])
        other = value if source.random() < 0.5 else value + source.randrange(1, 50)
        yield Pair(str(value), writing.format(other), equal=other == value, kind="number", whole=False)


Judge = Callable[[Pair], bool]


def ours(pair: Pair) -> bool:
    """Whether our verifier accepts."""
    problem = Problem(question="?", reference=pair.reference)
    return (verify if pair.whole else verify_answer)(problem, pair.text).equal


def math_verify() -> Judge:
    """Math-Verify as a function of a pair."""
    from math_verify import parse  # noqa: PLC0415 - only where it is asked for
    from math_verify import verify as compare  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    def judge(pair: Pair) -> bool:
        answer = pair.text if pair.whole else f"\\boxed{{{pair.text}}}"
        try:
            return bool(
                compare(
                    parse(f"\\boxed{{{pair.reference}}}" if "boxed" not in pair.reference else pair.reference),
                    parse(answer),
                )
            )
        except Exception:  # noqa: BLE001 - a crash of the other verifier is a verdict: not accepted
            return False

    return judge


def measure(judges: dict[str, Judge], pairs: list[Pair], most: dict[str, int]) -> dict[str, dict[str, Score]]:
    """Scores of each verifier by kind, with the whole set under the empty name; `most` bounds how many pairs one gets.

    They take turns, a block of pairs each, so that a slow minute of the machine is a slow minute of all.
    """
    scores: dict[str, dict[str, Score]] = {name: {"": Score()} for name in judges}
    for first in range(0, len(pairs), BLOCK):
        for name, judge in judges.items():
            for pair in pairs[first : min(first + BLOCK, most.get(name, len(pairs)))]:
                started = time.perf_counter()
                accepted = judge(pair)
                seconds = time.perf_counter() - started
                for kind in ("", pair.kind):
                    scores[name].setdefault(kind, Score()).add(pair, accepted, seconds)
    return scores


def scaling(pairs: list[Pair]) -> None:
    """Print the pool's rate with one worker and with two, beside what two bare processes get from this machine.

    Both do the same work in the same order, every pair under a question of its own, so that none is like another.
    """
    random.Random(3).shuffle(pairs)
    items = [
        (Problem(question=f"{turn}", reference=pair.reference), pair.text, not pair.whole)
        for turn in range(SCALING_TURNS)
        for pair in pairs
    ]
    print(f"{len(items):,} pairs; verdicts a second with one and with two")
    for _ in range(3):
        pool = [_pool_rate(items, workers) for workers in (1, 2)]
        bare = [_bare_rate(items, processes) for processes in (1, 2)]
        print(
            f"pool {pool[0]:,.0f} and {pool[1]:,.0f}: x {pool[1] / pool[0]:.2f}    "
            f"bare processes {bare[0]:,.0f} and {bare[1]:,.0f}: x {bare[1] / bare[0]:.2f}",
            flush=True,
        )


def _pool_rate(items: list[Item], workers: int) -> float:
    with VerifierPool(workers) as pool:
        pool.submit(items[:200]).result()
        started = time.perf_counter()
        futures = [pool.submit(items[start : start + 32]) for start in range(0, len(items), 32)]
        for future in futures:
            future.result()
        return len(items) / (time.perf_counter() - started)


def _bare_rate(items: list[Item], processes: int) -> float:
    """Each process verifies its share, with nothing sent to or fro."""
    children = []
    started = time.perf_counter()
    for number in range(processes):
        child = os.fork()
        if not child:
            for problem, text, is_answer in items[number::processes]:
                (verify_answer if is_answer else verify)(problem, text)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return len(items) / (time.perf_counter() - started)


def all_sets(folder: Path) -> dict[str, list[Pair]]:
    """Every set by name."""
    sets = {name: list(case_pairs(folder / f"cases/{file}.jsonl")) for name, file in CASES.items()}
    return sets | {
        "real samples": list(real_samples(folder)),
        "references": list(reformatted(folder)),
        "numbers": list(numbers()),
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", help="names of sets, separated by commas; all by default")
    parser.add_argument("--kinds", action="store_true", help="print each kind of answer as well")
    parser.add_argument("--only-ours", action="store_true", help="leave Math-Verify out")
    parser.add_argument("--hostile-for-both", action="store_true", help="give Math-Verify the hostile set too")
    parser.add_argument("--scaling", action="store_true", help="compare the pool with one worker and with two")
    options = parser.parse_args()
    sets = all_sets(shared_folder())
    if options.scaling:
        scaling([pair for name in SCALING_SETS for pair in sets[name]])
        return
    chosen = options.sets.split(",") if options.sets else list(sets)
    if unknown := [name for name in chosen if name not in sets]:
        parser.error(f"no set is called {', '.join(unknown)}; there are {', '.join(sets)}")
    judges = {"tracemill": ours} if options.only_ours else {"tracemill": ours, "math-verify": math_verify()}
    measure(judges, [Pair(a, b, equal=True, kind="", whole=False) for a, b in WARM_UP], {})
    gc.collect()
    gc.freeze()  # as our workers do: what was imported is no garbage of a pair
    machine = platform.processor() or platform.machine()
    print(f"{datetime.now(UTC):%Y-%m-%d} · {machine} · Python {platform.python_version()}\n")
    print(f"{'set':<14} {'verifier':<12} {HEAD}")
    for name in chosen:
        judging = judges
        if name == "hostile" and not options.hostile_for_both:
            judging = {"tracemill": ours}
        most = {"math-verify": 2_000} if name == "numbers" else {}
        for verifier, scores in measure(judging, sets[name], most).items():
            print(f"{name:<14} {verifier:<12} {scores[''].row()}", flush=True)
            if options.kinds:
                for kind, score in sorted(scores.items()):
                    if kind:
                        print(f"  {kind:<24} {score.row()}")


if __name__ == "__main__":
    main()

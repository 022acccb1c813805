"""Accepted traces and solved problems per thousand teacher tokens: fixed against adaptive against tail.

    .venv/bin/python -m benchmarks.adaptive
    .venv/bin/python -m benchmarks.adaptive --problems 100000 --seeds 1

A replay: every problem has a pass rate, every sample a length, and the policies see what they would see in a build:
counts of accepted samples and tokens, through the same tables (`data.rounds`) and decisions (`generators.policies`).

How the mix was made: histograms of solve rates that are published with sets of competition problems have one shape,
many problems near 0, many near 1, a flat middle. The mix is three Beta distributions of that shape: 35 % of the
problems Beta(0.6, 10), of mean 0.06; 30 % Beta(8, 0.6), of mean 0.93; 35 % Beta(0.8, 0.8), of mean 0.5. The numbers are
ours, no data set's. A right completion takes 1,500 + 4,500 × (1 - pass rate) tokens in the median, a wrong one half as
many more, both log-normal with sigma 0.5, cut off (and then rejected) at 16,384. The hardest decile is the tenth of the
problems with the lowest pass rates.
"""

import argparse
import platform
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import log
from pathlib import Path

from data.rounds import Proposal, RoundTable, StandingRow
from generators.first_round import FirstRound
from generators.policies import (
    AdaptivePolicy,
    AdaptiveSettings,
    RoundPolicy,
    Standing,
    TailPolicy,
    TailSettings,
)

MIX = ((0.35, 0.6, 10.0), (0.30, 8.0, 0.6), (0.35, 0.8, 0.8))
FIXED = "fixed, n = 8"
MOST_TOKENS = 16_384
CHUNK = 256


@dataclass
class Outcome:
    """A problem, and what was asked of it."""

    rate: float
    random: random.Random
    asked: int = 0
    accepted: int = 0
    tokens: int = 0

    def ask(self, count: int) -> None:
        """Sample `count` times."""
        for _ in range(count):
            right = self.random.random() < self.rate
            median = (1_500 + 4_500 * (1 - self.rate)) * (1.0 if right else 1.5)
            tokens = int(self.random.lognormvariate(log(median), 0.5))
            self.accepted += right and tokens < MOST_TOKENS
            self.tokens += min(tokens, MOST_TOKENS)
            self.asked += 1


@dataclass
class Result:
    """What one policy came to."""

    outcomes: list[Outcome] = field(default_factory=list)

    def numbers(self) -> dict[str, float]:
        """Return the numbers of the table."""
        tokens = sum(each.tokens for each in self.outcomes)
        hardest = sorted(self.outcomes, key=lambda each: each.rate)[: len(self.outcomes) // 10]
        solved = sum(each.accepted > 0 for each in self.outcomes)
        return {
            "tokens": tokens,
            "samples": sum(each.asked for each in self.outcomes) / len(self.outcomes),
            "solved": solved / len(self.outcomes),
            "solved_per_k": 1000 * solved / tokens,
            "accepted_per_k": 1000 * sum(each.accepted for each in self.outcomes) / tokens,
            "hardest": sum(each.accepted > 0 for each in hardest) / len(hardest),
        }


def problems(count: int, seed: int) -> list[Outcome]:
    """Return the mix; the n-th sample of a problem is the same under every policy."""
    chance = random.Random(seed)
    weights = [weight for weight, _, _ in MIX]
    kinds = chance.choices(MIX, weights, k=count)
    return [Outcome(chance.betavariate(a, b), random.Random(f"{seed} {n}")) for n, (_, a, b) in enumerate(kinds)]


def run_fixed(outcomes: list[Outcome], count: int) -> Result:
    """Ask every problem alike."""
    for each in outcomes:
        each.ask(count)
    return Result(outcomes)


def run_rounds(outcomes: list[Outcome], policy: RoundPolicy) -> Result:
    """Ask in rounds, as `flows.rounds` does."""
    with tempfile.TemporaryDirectory() as folder:
        table = RoundTable(Path(folder))
        places = {(n // CHUNK, n % CHUNK): each for n, each in enumerate(outcomes)}
        for each in outcomes:
            each.ask(policy.first)
        first_round = FirstRound(policy)
        stood = [row(*place, each) for place, each in places.items()]
        table.stand(stood)
        for number, each in enumerate(stood):
            first_round.add(number, standing(each))
        first_round.count(len(outcomes))
        while True:
            for rows in table.open():
                decided = [(each, decision) for each in rows if (decision := first_round.decide(standing(each)))]
                table.stop([each for each, decision in decided if not decision.more])
                table.propose(
                    [
                        Proposal(each.chunk, each.position, d.more, d.expected_tokens, *d.rank)
                        for each, d in decided
                        if d.more
                    ]
                )
            if not table.grant(policy.tokens_left(first_round.tokens, table.tokens())):
                table.close()
                return Result(outcomes)
            fresh = []
            for chunk, more in table.granted():
                for position, count in more.items():
                    places[chunk, position].ask(count)
                    fresh.append(row(chunk, position, places[chunk, position]))
            table.stand(fresh)
            table.clear()


def row(chunk: int, position: int, each: Outcome) -> StandingRow:
    return StandingRow(chunk, position, "", each.asked, each.asked, each.accepted, each.asked, each.tokens)


def standing(each: StandingRow) -> Standing:
    return Standing(each.asked, each.judged, each.accepted, each.decided, each.tokens)


def measure(count: int, seed: int) -> dict[str, Result]:
    """Run all policies on the same problems; some get the tokens that fixed n = 8 took, to the last."""
    fixed = run_fixed(problems(count, seed), 8)
    tokens = sum(each.tokens for each in fixed.outcomes)
    extra = {n: tokens - sum(each.tokens for each in run_fixed(problems(count, seed), n).outcomes) for n in (2, 4)}
    settings = {
        "adaptive, as it comes": AdaptivePolicy(AdaptiveSettings()),
        "adaptive, min 1, target 1, pays up to 8": AdaptivePolicy(AdaptiveSettings(min=1, target=1, pays_up_to=8)),
        "adaptive, target 1, no price, tokens of fixed": AdaptivePolicy(
            AdaptiveSettings(min=1, target=1, max=1024, pays_up_to=1e9, total_tokens=tokens)
        ),
        "tail from n = 4, tokens of fixed": TailPolicy(TailSettings(extra_tokens=extra[4]), 4),
        "tail from n = 2, tokens of fixed": TailPolicy(TailSettings(extra_tokens=extra[2]), 2),
        "tail from n = 8, extra half": TailPolicy(TailSettings(), 8),
    }
    results = {name: run_rounds(problems(count, seed), policy) for name, policy in settings.items()}
    return {FIXED: fixed} | results


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--problems", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    now = datetime.now(UTC)
    print(f"{now:%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}", " ".join(sys.argv[1:]))
    found: dict[str, list[dict[str, float]]] = {}
    for seed in range(args.seeds):
        for name, result in measure(args.problems, seed).items():
            found.setdefault(name, []).append(result.numbers())
    print(f"{args.problems:,} problems, mean of {args.seeds} seeds (and the standard deviation of the ratio)\n")
    print(
        "| policy | samples a problem | tokens | solved | of the hardest decile | accepted per 1,000 tokens "
        "| solved per 1,000 tokens | against fixed |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, rows in found.items():
        mean = {key: statistics.mean(each[key] for each in rows) for key in rows[0]}
        ratios = [each["solved_per_k"] / base["solved_per_k"] for each, base in zip(rows, found[FIXED], strict=True)]
        spread = statistics.stdev(ratios) if len(ratios) > 1 else 0.0
        cells = (
            f"{mean['samples']:.1f}",
            f"{mean['tokens'] / 1e6:,.0f} M",
            f"{mean['solved']:.1%}",
            f"{mean['hardest']:.1%}",
            f"{mean['accepted_per_k']:.4f}",
            f"{mean['solved_per_k']:.4f}",
            f"{statistics.mean(ratios):.2f} ± {spread:.2f}",
        )
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()

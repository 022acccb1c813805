"""What a dataset has cost so far: tokens, hours, money; and whether its budget is used up."""

import time
from dataclasses import dataclass, field
from typing import Any

from configs.spending import BudgetConfig, CostConfig
from data.catalog import Catalog
from data.records import Sample
from data.survey import Survey

PER_MILLION = 1e-6
SECONDS_PER_HOUR = 3600.0

_ASKED = """
SELECT coalesce(sum(s.prompt_tokens), 0), coalesce(sum(s.cached_tokens), 0), coalesce(sum(s.completion_tokens), 0)
FROM samples s JOIN shards f ON f.kind = 'samples' AND f.shard_id = s.shard_id WHERE f.dataset = ?
"""
_HOURS = "SELECT coalesce(sum(teacher_seconds), 0) FROM runs WHERE dataset = ? AND run_id <> ?"


@dataclass(slots=True)
class Spending:
    """Counts everything that was asked under a dataset's name, in all its runs."""

    costs: CostConfig
    budget: BudgetConfig
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompt tokens: those that the server had at hand, from its cache or another sample of one request."""
    completion_tokens: int = 0
    earlier_seconds: float = 0.0
    """The teacher's time in earlier runs."""
    stopped: str | None = None
    """The budget for which something was not asked, in words."""
    _started: float | None = field(default=None)
    _stopped: float | None = field(default=None)

    def begin(self) -> None:
        """Note that the teacher is at work from now on."""
        self._started, self._stopped = time.monotonic(), None

    def end(self) -> None:
        """Note that the teacher's work is done."""
        if self._started is not None and self._stopped is None:
            self._stopped = time.monotonic()

    def add(self, sample: Sample) -> None:
        """Count a sample that came."""
        self.prompt_tokens += sample.prompt_tokens
        self.cached_tokens += sample.cached_tokens
        self.completion_tokens += sample.completion_tokens

    @property
    def run_seconds(self) -> float:
        """The teacher's time in this run."""
        if self._started is None:
            return 0.0
        return (time.monotonic() if self._stopped is None else self._stopped) - self._started

    @property
    def hours(self) -> float:
        """The teacher's time in all runs, by the clock."""
        return (self.earlier_seconds + self.run_seconds) / SECONDS_PER_HOUR

    @property
    def gpu_hours(self) -> float:
        """The same times the number of GPUs."""
        return self.hours * self.costs.gpus

    @property
    def tokens(self) -> int:
        """Tokens that the teacher worked on: completions, and prompts that were not cached."""
        return self.prompt_tokens - self.cached_tokens + self.completion_tokens

    @property
    def cost(self) -> float | None:
        """In the currency of the configured prices; None where there is none."""
        costs = self.costs
        if not costs.is_priced:
            return None
        tokens = (self.prompt_tokens - self.cached_tokens) * costs.prompt
        tokens += self.cached_tokens * costs.cached_price + self.completion_tokens * costs.completion
        return tokens * PER_MILLION + self.gpu_hours * costs.gpu_hour

    def bill(self, survey: Survey | None) -> dict[str, Any]:
        """Return what the dataset has cost until now, for the run's record; `survey` tells what came of it."""
        cost = self.cost
        bill: dict[str, Any] = {
            "teacher_seconds": round(self.run_seconds, 3),
            "gpu_hours": round(self.gpu_hours, 6),
            "cost": None if cost is None else round(cost, 6),
            "stopped": self.stopped,
        }
        if survey:
            bill |= {"cached_tokens": survey.cached_tokens, "wasted_tokens": sum(survey.wasted_tokens.values())}
            if cost is not None and survey.accepted:
                bill["cost_per_accepted"] = round(cost / survey.accepted, 6)
        return bill

    def refuses(self) -> bool:
        """Whether nothing more may be asked; what was refused for it is then told by `stopped`."""
        self.stopped = self.stopped or self.used_up()
        return self.stopped is not None

    def used_up(self) -> str | None:
        """Return which budget is used up, in words; None while there is some left."""
        budget = self.budget
        if budget.tokens is not None and self.tokens >= budget.tokens:
            return f"budget.tokens: {self.tokens:,} of {budget.tokens:,} tokens"
        if budget.hours is not None and self.hours >= budget.hours:
            return f"budget.hours: {self.hours:.2f} of {budget.hours:g} hours"
        if budget.cost is not None and self.cost is not None and self.cost >= budget.cost:
            return f"budget.cost: {self.cost:,.2f} of {budget.cost:g} {self.costs.currency}"
        return None


def spending_of(catalog: Catalog, dataset: str, run_id: str, costs: CostConfig, budget: BudgetConfig) -> Spending:
    """Return what all runs of a dataset but this one have come to."""
    ((prompt, cached, completion),) = catalog.query(_ASKED, [dataset])
    ((seconds,),) = catalog.query(_HOURS, [dataset, run_id])
    return Spending(costs, budget, int(prompt), int(cached), int(completion), float(seconds))

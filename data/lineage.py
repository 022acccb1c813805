"""Where a version comes from: the runs, shards and verdict sets that it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from data.holdings import Holdings, Request
from data.records import Record
from data.survey import JudgedProblem


class LineageRecord(Record):
    """As it stands in a version's manifest."""

    runs: tuple[str, ...]
    """Runs that asked for the samples."""
    sampling_id: str
    """Teacher and sampling parameters of the samples."""
    samples_per_problem: int
    verdict_set: str
    """Verifier and policy of the verdicts."""
    problem_shards: tuple[str, ...]
    """Paths relative to the warehouse."""
    sample_shards: tuple[str, ...]
    verdict_shards: tuple[str, ...]

    @property
    def shards(self) -> frozenset[str]:
        """Paths of all shards together."""
        return frozenset(self.problem_shards + self.sample_shards + self.verdict_shards)


@dataclass(slots=True)
class Lineage:
    """Collects what a version is made from: a few paths for each shard, whatever is in them."""

    runs: set[str] = field(default_factory=set)
    problem_shards: set[str] = field(default_factory=set)
    sample_shards: set[str] = field(default_factory=set)
    verdict_shards: set[str] = field(default_factory=set)

    def add(self, problems: Sequence[JudgedProblem], holdings: Holdings) -> None:
        """Note where a chunk's problems, samples and verdicts lie; rejected ones too, they make the pass rates."""
        for problem in problems:
            self.problem_shards.add(holdings.records[problem.member.record_id].path)
            for each in problem.judged:
                self.runs.add(each.sample.run_id)
                self.sample_shards.add(each.sample.path)
                self.verdict_shards.add(each.verdict.path)

    def record(self, request: Request) -> LineageRecord:
        """Return what the manifest says."""
        return LineageRecord(
            runs=tuple(sorted(self.runs)),
            sampling_id=request.sampling_id,
            samples_per_problem=request.samples_per_problem,
            verdict_set=request.verdict_set,
            problem_shards=tuple(sorted(self.problem_shards)),
            sample_shards=tuple(sorted(self.sample_shards)),
            verdict_shards=tuple(sorted(self.verdict_shards)),
        )

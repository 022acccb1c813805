"""How the problems of shards in work stand: one is settled when its samples are judged, whatever its shard lacks."""

from collections.abc import Iterable

from data.records import Problem, Status
from data.rounds import Place, StandingRow
from flows.chunks import Chunk


class Standings:
    """The chunks that were handed out and are not committed yet; it belongs to the event loop.

    What a settled problem came to is in the journal of its shard, so that nothing is lost or asked again whoever kills
    the build now.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, dict[str, StandingRow]] = {}
        self._problems: dict[int, tuple[Problem, ...]] = {}

    def __bool__(self) -> bool:
        """Whether any chunk is in work."""
        return bool(self._waiting)

    def begin(self, chunk: Chunk) -> list[StandingRow]:
        """Note a chunk; return how those of its problems stand that wait for nothing."""
        if chunk.has_work:
            self._waiting[chunk.number] = {row.problem_id: row for row in chunk.standing if not row.is_settled}
            self._problems[chunk.number] = chunk.problems
        return [row for row in chunk.standing if row.is_settled]

    def judged(self, number: int, verdicts: Iterable[tuple[str, Status, int]]) -> list[StandingRow]:
        """Count verdicts on samples of a chunk: problem, status, completion tokens; return who is settled by them."""
        waiting = self._waiting.get(number, {})
        settled = []
        for problem_id, status, tokens in verdicts:
            if problem_id in waiting:
                row = waiting[problem_id] = waiting[problem_id].with_verdict(status, tokens)
                if row.is_settled:
                    settled.append(waiting.pop(problem_id))
        return settled

    def end(self, number: int) -> list[Place]:
        """Forget a chunk that is committed; return where the problems stand that were not settled.

        They lack samples: the teacher refused a request, or a budget ended.
        """
        self._problems.pop(number, None)
        return [Place(row.chunk, row.position) for row in self._waiting.pop(number, {}).values()]

    def problems(self) -> dict[str, Problem]:
        """Return the problems in work by record id; whether the warehouse has them yet is not certain."""
        return {problem.record_id: problem for problems in self._problems.values() for problem in problems}

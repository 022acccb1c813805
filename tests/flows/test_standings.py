"""Which problems of the shards in work are settled."""

from data.records import Problem, Status
from data.rounds import Place, StandingRow
from flows.chunks import Ask, Chunk
from flows.standings import Standings

PROBLEMS = [Problem(question=f"{n} + 1?", reference=str(n + 1)) for n in range(3)]


def chunk(number, rows):
    """Return a chunk whose problems stand so; one that lacks verdicts asks for them."""
    asks = tuple(
        Ask(asked, None, tuple(range(row.judged, row.asked)))
        for asked, row in zip(PROBLEMS, rows, strict=True)
        if not row.is_settled
    )
    return Chunk(number, tuple(PROBLEMS), (), asks, (), 0, tuple(rows))


def row(position, asked, judged):
    """Return how a problem stands of whose samples `judged` were rejected."""
    return StandingRow(7, position, PROBLEMS[position].problem_id, asked, judged, 0, judged, 10 * judged)


def test_a_problem_is_settled_with_its_last_verdict():
    """Not before, and only once; what comes of others in the chunk changes nothing."""
    standings = Standings()
    held = row(0, 2, 2)
    assert standings.begin(chunk(5, [held, row(1, 2, 1), row(2, 2, 0)])) == [held]
    assert standings
    second, third = PROBLEMS[1].problem_id, PROBLEMS[2].problem_id
    assert standings.judged(5, [(third, Status.ERROR, 3)]) == []
    (settled,) = standings.judged(5, [(second, Status.CORRECT, 30)])
    assert settled == StandingRow(7, 1, second, 2, 2, 1, 2, 40)
    assert standings.judged(5, [(second, Status.CORRECT, 30)]) == []
    assert standings.problems() == {problem.record_id: problem for problem in PROBLEMS}
    assert standings.end(5) == [Place(7, 2)]
    assert not standings
    assert standings.problems() == {}


def test_a_chunk_without_work_is_not_waited_for():
    """All its problems are settled at once."""
    standings = Standings()
    rows = [row(position, 2, 2) for position in range(3)]
    assert standings.begin(chunk(1, rows)) == rows
    assert not standings

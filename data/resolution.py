"""Fates that depend on other problems: duplicates, and splits; decided once all problems are in the plan."""

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import TypeVar

import pyarrow as pa

from data.likeness import Questions
from data.scratch_tables import ScratchTables
from data.selection import Likeness, Reason, SelectionPolicy
from data.splits import Place, place_alike, placed

_BATCH = 10_000
_Row = TypeVar("_Row")
_MOVED = pa.schema({"position": pa.int64(), "split": pa.string(), "reason": pa.string(), "detail": pa.string()})
_STAYING = """
CREATE TABLE staying AS SELECT later, earlier FROM edges
ANTI JOIN duplicates a ON edges.later = a.position ANTI JOIN duplicates b ON edges.earlier = b.position
"""
_PLACES = """
SELECT n.position, n.other, q.split AS own, v.split AS pinned FROM (
    SELECT later AS position, earlier AS other FROM staying UNION ALL SELECT earlier, later FROM staying
) n
JOIN problems p ON p.position = n.position JOIN places q ON q.position = n.position
LEFT JOIN (SELECT problem_id, any_value(split) AS split FROM previous GROUP BY problem_id) v
    ON v.problem_id = p.problem_id
ORDER BY v.split IS NULL, n.position
"""


def resolve(tables: ScratchTables, questions: Questions, policy: SelectionPolicy) -> None:
    """Leave out duplicates, then give every problem its split, in the plan's tables."""
    questions.find(policy.duplicates.threshold)
    ((problems,),) = tables.query("SELECT count(*) FROM problems")
    tables.execute("CREATE TABLE duplicates (position BIGINT, reason VARCHAR, first BIGINT, said VARCHAR)")
    if policy.duplicates.problems is not Likeness.NONE:
        _leave_out_duplicates(tables, questions, policy.duplicates.problems, problems)
    if policy.splits:
        _place(tables, policy, problems)


def _leave_out_duplicates(tables: ScratchTables, questions: Questions, likeness: Likeness, problems: int) -> None:
    """Keep the first of its kind: a problem goes when one that stays came before it."""
    gone = bytearray(problems)

    def found() -> Iterator[tuple[int, str, int, str]]:
        for later, earlier, alike, exact in questions.edges():
            if gone[later] or gone[earlier] or not (exact or likeness is Likeness.NEAR):
                continue
            gone[later] = True
            reason = Reason.DUPLICATE_PROBLEM if exact else Reason.NEAR_DUPLICATE_PROBLEM
            yield later, reason.value, earlier, f"{alike:.2f} like "

    names, types = ("position", "reason", "first", "said"), (pa.int64(), pa.string(), pa.int64(), pa.string())
    for rows in _some(found()):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
        tables.insert("duplicates", pa.Table.from_arrays(arrays, names=names))
    tables.execute(
        "UPDATE problems SET reason = d.reason, detail = d.said || d.first_id FROM "
        "(SELECT d.*, p.problem_id AS first_id FROM duplicates d JOIN problems p ON p.position = d.first) d "
        "WHERE problems.position = d.position"
    )


def _place(tables: ScratchTables, policy: SelectionPolicy, problems: int) -> None:
    tables.execute("CREATE TABLE places (position BIGINT, split VARCHAR)")
    for batch in tables.batches("SELECT position, exact_key FROM questions", _BATCH):
        splits = [placed(key, policy.splits) for key in batch["exact_key"].to_pylist()]
        tables.insert("places", pa.table({"position": batch["position"], "split": pa.array(splits, pa.string())}))
    tables.execute("UPDATE problems SET split = q.split FROM places q WHERE problems.position = q.position")
    tables.execute("UPDATE problems SET split = v.split FROM previous v WHERE problems.problem_id = v.problem_id")
    tables.execute("CREATE TABLE moved (position BIGINT, split VARCHAR, reason VARCHAR, detail VARCHAR)")
    for rows in _some(place_alike(_alike(tables), problems)):
        moved = [_moved(position, split) for position, split in rows]
        tables.insert("moved", pa.Table.from_pylist(moved, schema=_MOVED))
    tables.execute(
        "UPDATE problems SET split = coalesce(m.split, problems.split), reason = coalesce(m.reason, problems.reason), "
        "detail = coalesce(m.detail, problems.detail) FROM moved m WHERE problems.position = m.position"
    )


def _alike(tables: ScratchTables) -> Iterator[tuple[Place, list[int]]]:
    """Yield the problems that are like others which stay, with these: first those that the last version has."""
    tables.execute(_STAYING)
    names = ("position", "other", "own", "pinned")
    columns = (tuple(batch[name].to_pylist() for name in names) for batch in tables.batches(_PLACES, _BATCH))
    rows = (row for each in columns for row in zip(*each, strict=True))
    for (position, own, pinned), others in groupby(rows, key=itemgetter(0, 2, 3)):
        yield Place(position, own, pinned), [other for _, other, *_ in others]


def _moved(position: int, split: str | tuple[str, ...]) -> dict[str, object]:
    if isinstance(split, str):
        return {"position": position, "split": split}
    detail = f"like problems in {' and '.join(split)}"
    return {"position": position, "reason": Reason.BETWEEN_SPLITS.value, "detail": detail}


def _some(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while some := list(islice(rows, _BATCH)):
        yield some

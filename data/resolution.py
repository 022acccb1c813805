"""Fates that depend on other problems: duplicates, and splits; decided once all problems are in the plan."""

from collections.abc import Iterator

import pyarrow as pa

from data.likeness import Questions
from data.scratch_tables import ScratchTables
from data.selection import Likeness, Reason, SelectionPolicy
from data.splits import Place, place_alike, placed

_BATCH = 10_000


def resolve(tables: ScratchTables, questions: Questions, policy: SelectionPolicy) -> None:
    """Leave out duplicates, then give every problem its split, in the plan's tables."""
    questions.find(policy.duplicates.threshold)
    gone = _leave_out_duplicates(tables, questions, policy)
    if policy.splits:
        _place(tables, questions, policy, gone)


def _leave_out_duplicates(tables: ScratchTables, questions: Questions, policy: SelectionPolicy) -> set[int]:
    """Keep the first of its kind: a problem goes when one that stays came before it."""
    likeness = policy.duplicates.problems
    gone: set[int] = set()
    if likeness is Likeness.NONE:
        return gone
    out = []
    for later, earlier, alike, exact in questions.edges():
        if later in gone or earlier in gone or not (exact or likeness is Likeness.NEAR):
            continue
        gone.add(later)
        reason = Reason.DUPLICATE_PROBLEM if exact else Reason.NEAR_DUPLICATE_PROBLEM
        out.append((later, reason.value, earlier, f"{alike:.2f} like "))
    _mark(tables, out)
    return gone


def _mark(tables: ScratchTables, out: list[tuple[int, str, int, str]]) -> None:
    columns = list(zip(*out, strict=True)) or [(), (), (), ()]
    types = (pa.int64(), pa.string(), pa.int64(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    tables.execute("CREATE TABLE duplicates (position BIGINT, reason VARCHAR, first BIGINT, said VARCHAR)")
    tables.insert("duplicates", pa.Table.from_arrays(arrays, names=["position", "reason", "first", "said"]))
    tables.execute(
        "UPDATE problems SET reason = d.reason, detail = d.said || d.first_id FROM "
        "(SELECT d.*, p.problem_id AS first_id FROM duplicates d JOIN problems p ON p.position = d.first) d "
        "WHERE problems.position = d.position"
    )


def _place(tables: ScratchTables, questions: Questions, policy: SelectionPolicy, gone: set[int]) -> None:
    tables.execute("CREATE TABLE places (position BIGINT, split VARCHAR)")
    for batch in list(tables.batches("SELECT position, exact_key FROM questions", _BATCH)):
        splits = [placed(key, policy.splits) for key in batch["exact_key"].to_pylist()]
        tables.insert("places", pa.table({"position": batch["position"], "split": pa.array(splits, pa.string())}))
    tables.execute("UPDATE problems SET split = q.split FROM places q WHERE problems.position = q.position")
    tables.execute("UPDATE problems SET split = v.split FROM previous v WHERE problems.problem_id = v.problem_id")
    pairs = [(a, b) for a, b, *_ in questions.edges() if a not in gone and b not in gone]
    if not pairs:
        return
    alike = place_alike(list(_places(tables, pairs)), pairs)
    rows = [(position, split) for position, split in alike.items() if isinstance(split, str)]
    between = [(position, " and ".join(split)) for position, split in alike.items() if not isinstance(split, str)]
    tables.insert("moved", _pairs_table(rows))
    tables.execute("UPDATE problems SET split = m.text FROM moved m WHERE problems.position = m.position")
    tables.execute("DELETE FROM moved")
    tables.insert("moved", _pairs_table(between))
    tables.execute(
        f"UPDATE problems SET reason = '{Reason.BETWEEN_SPLITS}', detail = 'like problems in ' || m.text FROM moved m "  # noqa: S608
        "WHERE problems.position = m.position"
    )


def _places(tables: ScratchTables, pairs: list[tuple[int, int]]) -> Iterator[Place]:
    tables.execute("CREATE TABLE moved (position BIGINT, text VARCHAR)")
    tables.insert("moved", _pairs_table([(position, "") for position in {each for pair in pairs for each in pair}]))
    rows = tables.query(
        "SELECT p.position, q.split, v.split FROM problems p SEMI JOIN moved USING (position) "
        "JOIN places q USING (position) LEFT JOIN previous v ON v.problem_id = p.problem_id"
    )
    tables.execute("DELETE FROM moved")
    for position, own, pinned in rows:
        yield Place(position, own, pinned)


def _pairs_table(rows: list[tuple[int, str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), ()]
    return pa.table({"position": pa.array(columns[0], pa.int64()), "text": pa.array(columns[1], pa.string())})

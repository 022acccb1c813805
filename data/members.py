"""Which problems belong to the run, in order and each once, kept on disk so that memory stays flat."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from data.duckdb_errors import storage_error
from data.files import storage_errors
from data.records import Record


class Member(Record):
    """One problem of the run."""

    record_id: str
    problem_id: str
    prompt_id: str


class Members:
    """A scratch table of the run's problems; it belongs to one process and is thrown away with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "members.duckdb"
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(self._path, config={"memory_limit": "128MB", "threads": "1"})
            self._connection.execute(
                "CREATE TABLE members (chunk INTEGER, position INTEGER, record_id VARCHAR, "
                "problem_id VARCHAR, prompt_id VARCHAR)"
            )
        self.chunks = 0
        self.problems = 0
        self.duplicates = 0
        """Problems left out because the same question came before."""
        self.contradictions = 0
        """Those of them whose reference differs from the first one's."""

    def add_chunk(self, members: Sequence[Member]) -> list[bool]:
        """Add a chunk; return for each member whether it is new. Raises `StorageError`.

        A member whose prompt came before is a duplicate: the teacher would be asked the same again. Where
        its problem differs, two references contradict each other for one question, and the first one stays.
        """
        seen: dict[str, str | None] = self._problems_by_prompt(members)
        fresh: list[bool] = []
        for member in members:
            first = seen.setdefault(member.prompt_id, None)
            fresh.append(first is None)
            seen[member.prompt_id] = first or member.problem_id
            self.contradictions += first is not None and first != member.problem_id
        if any(fresh):
            self._insert([member for member, new in zip(members, fresh, strict=True) if new])
        self.duplicates += fresh.count(False)
        return fresh

    def read_chunks(self) -> Iterator[list[Member]]:
        """Yield the chunks in the order in which they were added."""
        for chunk in range(self.chunks):
            with self._errors():
                rows = self._connection.execute(
                    "SELECT record_id, problem_id, prompt_id FROM members WHERE chunk = ? ORDER BY position", [chunk]
                ).fetchall()
            yield [Member(record_id=row[0], problem_id=row[1], prompt_id=row[2]) for row in rows]

    def close(self) -> None:
        """Close the scratch table; the scratch folder is emptied by its owner."""
        self._connection.close()

    def _problems_by_prompt(self, members: Sequence[Member]) -> dict[str, str | None]:
        ids = pa.table({"prompt_id": pa.array([member.prompt_id for member in members], pa.string())})
        with self._errors():
            self._connection.register("candidates", ids)
            rows = self._connection.execute(
                "SELECT prompt_id, problem_id FROM members SEMI JOIN candidates USING (prompt_id)"
            ).fetchall()
            self._connection.unregister("candidates")
        return dict(rows)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with storage_errors(self._path):
                yield
        except duckdb.Error as error:
            raise storage_error(self._path, error) from error

    def _insert(self, members: Sequence[Member]) -> None:
        table = pa.table(
            {
                "chunk": pa.array([self.chunks] * len(members), pa.int32()),
                "position": pa.array(range(len(members)), pa.int32()),
                "record_id": pa.array([m.record_id for m in members], pa.string()),
                "problem_id": pa.array([m.problem_id for m in members], pa.string()),
                "prompt_id": pa.array([m.prompt_id for m in members], pa.string()),
            }
        )
        with self._errors():
            self._connection.register("fresh", table)
            self._connection.execute("INSERT INTO members BY NAME SELECT * FROM fresh")
            self._connection.unregister("fresh")
        self.chunks += 1
        self.problems += len(members)

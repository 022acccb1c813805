"""Who may have the catalog open: one process that writes, or any number that read.

DuckDB's own lock keeps two processes from having a file open at once. It does not make handing the file over safe:
where one process closes it while others wait to open it, DuckDB 2.0 now and then loses what was committed or fails to
read the file (2 of 600 commits by four processes in turn; none where a lock of ours is held until it is closed).
"""

import fcntl
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from data.errors import WarehouseBusyError

_Result = TypeVar("_Result")


@contextmanager
def alone(catalog: Path, root: Path, wait_s: float, *, read_only: bool) -> Iterator[None]:
    """Hold the catalog of the warehouse at `root`; those that only read share it.

    Raises `WarehouseBusyError` when others hold it for longer than `wait_s`, `OSError` where the lock cannot be made.
    """
    file = _opened(root / "locks" / f".{catalog.name}.lock", read_only=read_only)
    if file is None:
        yield
        return
    how = fcntl.LOCK_SH if read_only else fcntl.LOCK_EX
    with file:
        try:
            in_turn(
                lambda: fcntl.flock(file, how | fcntl.LOCK_NB), lambda error: isinstance(error, BlockingIOError), wait_s
            )
        except BlockingIOError as error:
            raise WarehouseBusyError(
                f"{catalog}: another process of Tracemill has held the catalog for {wait_s:g} s"
            ) from error
        yield


def _opened(path: Path, *, read_only: bool) -> IO[str] | None:
    """Open the lock's file; None where it is not there and cannot be made, so that nobody can write either."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8")
    except OSError:
        if not read_only:
            raise
    try:
        return path.open(encoding="utf-8")
    except OSError:
        return None


def in_turn(attempt: Callable[[], _Result], is_busy: Callable[[Exception], bool], wait_s: float) -> _Result:
    """Return what `attempt` does, tried again with jittered pauses while it fails because others are at it.

    Raises what it raises when that is something else, or lasts longer than `wait_s`.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return attempt()
        except Exception as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.005, 0.05))

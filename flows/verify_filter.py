"""The filter behind `tracemill verify`: JSONL in, one verdict a line out, in the same order.

A reader thread parses rows and hands them to the pool in small batches; this thread writes the verdicts as they
come. What waits between the two is bounded, so memory stays flat however long the input is, and a row that
arrives alone is answered at once.
"""

import json
import os
import queue
import sys
import threading
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO

from data.errors import ConfigError, InputError, VerifierError
from data.records import Verdict
from flows.console import harmless
from flows.verify_rows import BadRow, Row, read_lines, read_row
from verifiers.policy import Policy
from verifiers.pool import VerifierPool

EXIT_BAD_ROWS = 2
_BATCH_ROWS = 256
_BATCH_BYTES = 4_000_000
_READ_BYTES = 1 << 20
_MAX_KINDS = 100


def run(args: Namespace) -> int:
    """Verify every row; 0 when all could be read, 2 when some could not (they have a line all the same)."""
    check_workers(args.workers)
    policy = parse_policy(args.policy)
    source = _open(args.file)
    counts = Counts()
    with VerifierPool(args.workers, policy=policy) as pool:
        stages: queue.Queue[_Batch | BaseException | None] = queue.Queue(maxsize=4 + 2 * (args.workers or 2))
        threading.Thread(target=_read, args=(source, pool, stages, args.text), name="rows", daemon=True).start()
        while (batch := stages.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            _write(batch, counts, explained=args.explain)
    if args.summary:
        print(counts.table(), file=sys.stderr)
    if counts.bad_rows:
        print(f"tracemill: {counts.bad_rows} of {counts.rows} rows could not be read", file=sys.stderr)
        return EXIT_BAD_ROWS
    return 0


def check_workers(workers: int | None) -> None:
    """Raise `InputError` for a number of processes that cannot verify anything."""
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: it takes at least one process to verify")


def parse_policy(changes: list[str]) -> Policy:
    """Return the default policy with `key=value` changes.

    Raises:
        ConfigError: for an unknown key, with the nearest known one, or a value that the key does not take.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - `--help` loads nothing of this

    from verifiers.policy import Policy  # noqa: PLC0415

    values: dict[str, str] = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise ConfigError(f"--policy {change}: write KEY=VALUE")
        if key not in Policy.model_fields:
            near = get_close_matches(key, Policy.model_fields, n=1)
            raise ConfigError(f"--policy {change}: unknown policy {key!r}" + (f"; is it {near[0]!r}?" if near else ""))
        values[key] = value
    try:
        return Policy.model_validate(values)
    except ValidationError as exc:
        error = exc.errors()[0]
        raise ConfigError(f"--policy {error['loc'][0]}={error['input']}: {error['msg']}") from exc


@dataclass(slots=True)
class _Batch:
    """Rows that were submitted together, with the verdicts to come."""

    rows: list[Row | BadRow]
    verdicts: Future[list[Verdict]]


@dataclass(slots=True)
class Counts:
    """How many verdicts of each status and kind there were."""

    rows: int = 0
    bad_rows: int = 0
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, kind: str, status: str) -> None:
        """Count one row; beyond a hundred kinds the rest are counted together."""
        self.rows += 1
        if kind not in self.by_kind and len(self.by_kind) >= _MAX_KINDS:
            kind = "(other kinds)"
        self.by_kind.setdefault(kind, Counter())[status] += 1

    def table(self) -> str:
        """Return the counts for people: one line a kind, one column a status, the sum last."""
        total: Counter[str] = Counter()
        for counter in self.by_kind.values():
            total.update(counter)
        statuses = sorted(total, key=lambda status: (-total[status], status))
        lines = [["kind", *statuses, "rows"]]
        lines += [
            [name, *(str(counter[status]) for status in statuses), str(counter.total())]
            for name, counter in [*sorted(self.by_kind.items()), ("all", total)]
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if n else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        )


def _open(file: Path | None) -> BinaryIO:
    if file is None:
        return sys.stdin.buffer
    try:
        return file.open("rb")
    except OSError as exc:
        raise InputError(f"{file}: {exc.strerror}") from exc


def _read(source: BinaryIO, pool: VerifierPool, stages: "queue.Queue[Any]", text: bool) -> None:
    """Parse and submit rows as they come; runs in a thread of its own, which the end of the process ends."""
    try:
        for lines in _batches(source):
            rows = [read_row(number, line, whole_completions=text) for number, line in lines]
            stages.put(_Batch(rows, pool.submit([row.item for row in rows if isinstance(row, Row)])))
        stages.put(None)
    except (OSError, VerifierError) as exc:
        stages.put(exc)
    except BaseException as exc:  # noqa: BLE001 - the other thread waits for this one
        stages.put(exc)


def _batches(source: BinaryIO) -> Iterator[list[tuple[int, bytes | None]]]:
    """Yield the numbered lines that are there, without waiting for a batch to fill."""
    waiting: list[tuple[int, bytes | None]] = []
    size = 0
    for lines in read_lines(lambda: os.read(source.fileno(), _READ_BYTES)):
        for number, line in lines:
            waiting.append((number, line))
            size += len(line or b"")
            if len(waiting) >= _BATCH_ROWS or size > _BATCH_BYTES:
                yield waiting
                waiting, size = [], 0
        if waiting:
            yield waiting
            waiting, size = [], 0


def _write(batch: _Batch, counts: Counts, *, explained: bool) -> None:
    """Write a batch's verdicts, and count them."""
    verdicts = iter(batch.verdicts.result())
    out = []
    for row in batch.rows:
        if isinstance(row, BadRow):
            counts.add("(bad row)", "error")
            counts.bad_rows += 1
            result = {
                "id": row.id,
                "status": "error",
                "equal": False,
                "extracted": None,
                "reason": row.reason,
                "seconds": 0.0,
            }
        else:
            verdict = next(verdicts)
            counts.add(row.kind, verdict.status)
            result = _result(row, verdict)
        out.append(_explanation(result) if explained else _json(result))
    sys.stdout.buffer.write(b"".join(out))
    sys.stdout.buffer.flush()


def _result(row: Row, verdict: Verdict) -> dict[str, Any]:
    """Return the output row of a verdict; fields that say nothing are left out."""
    result: dict[str, Any] = {
        "id": row.id,
        "status": verdict.status.value,
        "equal": verdict.equal,
        "extracted": verdict.extracted,
        "reason": verdict.reason,
        "seconds": round(verdict.seconds, 6),
        "rule": verdict.rule,
    }
    for name in ("reference_form", "answer_form", "steps_checked", "false_steps"):
        if value := getattr(verdict, name):
            result[name] = value
    return result | {"verifier": verdict.verifier, "policy": verdict.policy}


def _json(result: dict[str, Any]) -> bytes:
    try:
        return json.dumps(result, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # an id with a lone surrogate
        return json.dumps(result).encode() + b"\n"


_LABELS = {
    "status": "verdict",
    "extracted": "answer",
    "reason": "because",
    "rule": "rule",
    "answer_form": "answer read as",
    "reference_form": "reference read as",
    "steps_checked": "steps checked",
    "false_steps": "false steps",
    "policy": "policy",
    "verifier": "verifier",
    "seconds": "seconds",
}


def _explanation(result: dict[str, Any]) -> bytes:
    """Return a verdict for people, one fact a line; model text cannot move the terminal's cursor."""
    lines = [f"{result['id']}:" if result["id"] is not None else "row:"]
    for name, label in _LABELS.items():
        value = result.get(name)
        if value is not None:
            shown = "; ".join(value) if isinstance(value, tuple) else str(value)
            lines.append(f"  {label:<18}{harmless(shown)}")
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")

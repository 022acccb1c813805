"""The process that verifies: started by the pool as `python -m verifiers.workers.worker`, killed without regret.

It reads batches from standard input and answers on standard output, both as frames of JSON. Before each
item it writes the time to a third pipe, so that the pool knows which item runs and since when without being
woken for it. Its memory is bounded by the kernel, and it dies when the pool's process does.
"""

import argparse
import ctypes
import gc
import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from data.records import AnswerKind, Problem, Status, Verdict
from verifiers.policy import Policy
from verifiers.workers.frames import MARK, VERDICTS, Batch, FrameReader, Ready, encodable, frame

Judge = Callable[[Problem, str, bool, Policy], Verdict]
"""What a worker does with one item: problem, text, whether it is a bare answer, policy."""

_FLUSH_AFTER_NS = 5_000_000
"""Answers wait at most this long for company, and never while an item that may hang is running for longer."""
_READ_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1
_WARM_UP = (
    (r"\frac{\sqrt{8}}{2}", r"\sqrt{2}", AnswerKind.AUTO),
    (r"(x+1)^2", "x^2+2x+1", AnswerKind.AUTO),
    (r"\sin(2x)", r"2\sin x\cos x", AnswerKind.AUTO),
    (r"1 - \cos 1", r"\int_0^1 \sin x \, dx", AnswerKind.AUTO),
    (r"\frac{\pi^2}{6}", r"\sum_{n=1}^{\infty} \frac{1}{n^2}", AnswerKind.AUTO),
    (
        r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
        r"\begin{pmatrix} 1 & 0 \\ 0 & 2/2 \end{pmatrix}",
        AnswerKind.AUTO,
    ),
    ("5 km", "5000 m", AnswerKind.QUANTITY),
)
"""Pairs that make the verifier import and build what it needs before the first deadline runs."""


def die_with_parent(parent_pid: int) -> None:
    """Ask the kernel to kill this process when the thread that started it ends, and end now if it has.

    That thread is the pool's supervisor of this very worker, which never ends before it. Elsewhere than on
    Linux, the end of standard input does the same as soon as the running item is done.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit(0)


def bound_resources(memory_mb: int) -> None:
    """Bound the address space, and forbid core dumps and growing files, for the rest of the process's life."""
    size = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def claim_streams() -> tuple[int, int]:
    """Return private descriptors for requests and replies; 0 becomes empty and 1 the error stream.

    A library that prints can then no longer break the protocol.
    """
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def silence_errors() -> None:
    """Send the error stream nowhere: the pool reads it only until the worker is ready."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)


def load_judge(target: str, policy: Policy) -> tuple[Judge, str]:
    """Return the function that judges and the verifier's name; an empty `target` means the real verifier.

    Tests pass `module:function`; no model text ever gets here, only the pool's own argument.
    """
    if target:
        module, _, name = target.partition(":")
        return cast("Judge", getattr(importlib.import_module(module), name)), target
    # Imported here: the ties to the parent stand before the seconds that this takes. What the verifier loads at
    # its first use is loaded now, before any deadline runs.
    from verifiers import dispatch  # noqa: PLC0415

    importlib.import_module("sympy")

    def judge(problem: Problem, text: str, is_answer: bool, policy: Policy) -> Verdict:
        if is_answer:
            return dispatch.verify_answer(problem, text, policy)
        return dispatch.verify(problem, text, policy)

    for reference, answer, kind in _WARM_UP:
        judge(Problem(question="warm-up", reference=reference, answer_kind=kind), answer, is_answer=True, policy=policy)
    return judge, dispatch.VERIFIER


@dataclass(slots=True)
class Worker:
    """Answers batches until standard input ends."""

    judge: Judge
    verifier: str
    policy: Policy
    replies: int
    marks: int
    """Descriptor of the progress pipe."""

    def answer(self, batch: Batch) -> None:
        """Judge every item in order; answers that are ready leave together, soon and in order."""
        ready: list[Verdict] = []
        flushed = time.monotonic_ns()
        for index, text, is_answer in batch.items:
            now = time.monotonic_ns()
            if ready and now - flushed > _FLUSH_AFTER_NS:
                self._reply(ready)
                ready, flushed = [], now
            os.write(self.marks, MARK.pack(now))
            ready.append(self._judged(batch.problems[index], text, is_answer))
        self._reply(ready)

    def _judged(self, problem: Problem, text: str, is_answer: bool) -> Verdict:
        """Return the judge's verdict; what it cannot contain itself ends here, and costs this item only."""
        try:
            return self.judge(problem, text, is_answer, self.policy)
        except (MemoryError, RecursionError) as exc:
            status, reason = Status.OVER_LIMIT, f"verification ran out of {_RESOURCE[type(exc)]}"
        except Exception as exc:  # noqa: BLE001 - the boundary of the process
            status, reason = Status.ERROR, f"the verifier failed with {type(exc).__name__}"
        return Verdict(
            status=status, reason=reason, rule="worker", verifier=self.verifier, policy=self.policy.policy_hash
        )

    def _reply(self, verdicts: list[Verdict]) -> None:
        try:
            payload = VERDICTS.dump_json(verdicts, exclude_defaults=True)
        except ValueError:
            payload = VERDICTS.dump_json([encodable(verdict) for verdict in verdicts])
        write_all(self.replies, frame(payload))


_RESOURCE: dict[type[BaseException], str] = {MemoryError: "memory", RecursionError: "stack"}


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data` to a pipe."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def peak_kb() -> int:
    """Return the most memory that this process has held so far, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def serve(worker: Worker, requests: int, memory_mb: int) -> None:
    """Answer batches until the pool closes the pipe, or half of the memory that was free at first is used up.

    A worker that has grown ends between two batches, when it owes nothing, and the pool starts a fresh one.
    """
    reader = FrameReader()
    most_kb = (peak_kb() + (memory_mb << 10)) // 2
    while data := os.read(requests, _READ_BYTES):
        for payload in reader.feed(data):
            worker.answer(Batch.model_validate_json(payload))
            if peak_kb() > most_kb:
                return


def main() -> None:
    """Start from the pool's arguments; anything that fails before the first frame is told on stderr."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--marks", type=int, required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--policy", required=True)
    parser.add_argument("--target", default="")
    args = parser.parse_args()
    die_with_parent(args.parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pool's process to decide
    requests, replies = claim_streams()
    policy = Policy.model_validate_json(args.policy)
    bound_resources(args.memory_mb)
    judge, verifier = load_judge(args.target, policy)
    gc.collect()
    gc.freeze()  # what was imported lives as long as the process: no collection looks at it again
    write_all(replies, frame(Ready(verifier=verifier, policy=policy.policy_hash).model_dump_json().encode()))
    silence_errors()
    serve(Worker(judge, verifier, policy, replies, args.marks), requests, args.memory_mb)


if __name__ == "__main__":
    main()

"""A warm pool of processes that verify, from any thread and inside any runner.

One supervisor thread for each worker takes small batches from a shared queue and watches the clock of every
item. An item that runs too long costs its worker's life and becomes `timeout`; the rest of its batch goes back
to the head of the queue. So no answer can hold up, crash or starve the verification of another.

>>> with VerifierPool(workers=2) as pool:                                       # doctest: +SKIP
...     verdicts = pool.submit([(problem, completion, False)]).result()
"""

import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from data.errors import VerifierError
from data.records import Problem, Status, Verdict
from verifiers.policy import DEFAULT_POLICY, Policy
from verifiers.workers.frames import Ready
from verifiers.workers.worker_process import Cause, Item, Outcome, WorkerProcess

MAX_MESSAGE_CHARS: Final = 4_000_000
"""A longer text or problem is `over_limit` before it is sent anywhere."""
MAX_BATCH_ITEMS: Final = 64
"""Items that a worker takes at once."""
_MAX_BATCH_CHARS = 1_000_000
_KILL_AT = 0.9
"""Part of `timeout_s` after which a worker is killed: the verdict itself is there within `timeout_s`."""
_START_ATTEMPTS = 3
_MAX_DEATHS = 2
"""So many workers may die of an item."""
_MAX_KILLS = 5
"""So many workers may be killed from outside while they verify an item, which is seldom the item's doing."""
_MAX_IDLE_DEATHS = 5
"""So many workers in a row may die before taking up an item until something else must be wrong."""


@dataclass(slots=True, eq=False)
class _Job:
    """One call of `submit`."""

    future: "Future[list[Verdict]]"
    order: list[int]
    """For each item as submitted, the index of the distinct item that it equals."""
    verdicts: list[Verdict | None]
    """Verdicts of the distinct items."""
    missing: int

    def finish(self) -> None:
        """Hand all verdicts over, in the order of submission."""
        self.future.set_result([verdict for k in self.order if (verdict := self.verdicts[k]) is not None])


@dataclass(slots=True, eq=False)
class _Task:
    """A distinct item that waits for its verdict."""

    job: _Job
    index: int
    item: Item
    spent_s: float = 0.0
    """Time that it ran in a worker that died; it does not get it twice."""
    deaths: int = 0
    kills: int = 0


class VerifierPool:
    """Verifies items in processes that can be killed; thread-safe.

    `timeout_s` is the longest that one verdict may take, by the wall clock; `memory_mb` bounds the address
    space of each worker. Workers start at once, in parallel, in the background. An item on which a worker dies is tried
    once more, then it is an `error`; when somebody else killed the worker (an operator, or a kernel short of memory)
    the item is not blamed before that has happened five times.
    """

    def __init__(
        self,
        workers: int | None = None,
        timeout_s: float = 3.0,
        memory_mb: int = 1024,
        policy: Policy = DEFAULT_POLICY,
        *,
        target: str = "",
    ) -> None:
        """Start the workers; `target` names another judge (`module:function`), for tests of the pool itself."""
        count = workers or len(os.sched_getaffinity(0))
        self.timeout_s = timeout_s
        self._settings = (policy, memory_mb, target)
        self._owner = os.getpid()
        self._changed = threading.Condition()
        self._queue: deque[_Task] = deque()
        self._jobs: set[_Job] = set()
        self._workers: set[WorkerProcess] = set()
        self._closed = False
        self._failure: VerifierError | None = None
        self._supervisors = [
            threading.Thread(target=self._supervise, name=f"verifier-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._supervisors:
            thread.start()

    def submit(self, items: Sequence[Item]) -> "Future[list[Verdict]]":
        """Have `items` verified; the future gives their verdicts in the same order.

        Items that are equal in problem and text are verified once. The future raises `VerifierError` when
        workers cannot be started or the pool is closed meanwhile.
        """
        future: Future[list[Verdict]] = Future()
        future.set_running_or_notify_cancel()
        places: dict[tuple[object, ...], int] = {}
        distinct: list[Item] = []
        order = []
        for problem, text, is_answer in items:
            place = places.setdefault((_asked(problem), text, is_answer), len(distinct))
            if place == len(distinct):
                distinct.append((problem, text, is_answer))
            order.append(place)
        job = _Job(future, order, [None] * len(distinct), len(distinct))
        if not distinct:
            job.finish()
            return future
        self._check_owner()  # first: in a forked copy the lock may be held for ever
        with self._changed:
            self._check_usable()
            self._jobs.add(job)
            self._queue.extend(_Task(job, index, item) for index, item in enumerate(distinct))
            self._changed.notify_all()
        return future

    def close(self) -> None:
        """Kill all workers and fail what is pending; quick, and harmless when repeated."""
        if os.getpid() != self._owner:
            return  # a forked copy: the threads and processes are the parent's
        self._fail(VerifierError("the pool was closed"), closing=True)
        for thread in self._supervisors:
            if thread is not threading.current_thread():
                thread.join()

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the pool."""
        self.close()

    def _check_owner(self) -> None:
        if os.getpid() != self._owner:
            raise VerifierError("a pool cannot be used in a forked copy of its process; make one there")

    def _check_usable(self) -> None:
        if self._closed:
            raise VerifierError("the pool is closed")
        if self._failure:
            raise VerifierError(str(self._failure)) from self._failure

    def _supervise(self) -> None:
        """Keep one worker at work until the pool closes; runs in the thread that outlives the worker."""
        idle_deaths = 0
        try:
            started = self._start()
            while started and (tasks := self._take()):
                worker, ready = started
                outcome = self._run(worker, tasks)
                if outcome.cause is not Cause.DONE:
                    self._retire(worker)
                self._settle(tasks, outcome, ready)
                # A worker that has grown ends between two batches: dying idle is normal, doing only that is not.
                idle_deaths = 0 if outcome.verdicts or outcome.culprit is not None else idle_deaths + 1
                if idle_deaths > _MAX_IDLE_DEATHS:
                    raise VerifierError(f"verifier processes end before they take up an item ({outcome.detail})")
                if outcome.cause is not Cause.DONE:
                    started = self._start()
            if started:
                self._retire(started[0])
        except VerifierError as exc:
            self._fail(exc)

    def _start(self) -> tuple[WorkerProcess, Ready] | None:
        """Start a worker and wait until it is warm; None when the pool closed meanwhile."""
        for attempt in range(1, _START_ATTEMPTS + 1):
            with self._changed:
                if self._closed or self._failure:
                    return None
                worker = WorkerProcess(*self._settings)
                self._workers.add(worker)
            try:
                return worker, worker.wait_until_ready()
            except VerifierError:
                self._retire(worker)
                if attempt == _START_ATTEMPTS and not self._closed:
                    raise
        return None

    def _retire(self, worker: WorkerProcess) -> None:
        with self._changed:
            self._workers.discard(worker)
        worker.close()

    def _run(self, worker: WorkerProcess, tasks: list[_Task]) -> Outcome:
        if _chars(tasks[0].item) > MAX_MESSAGE_CHARS:
            return Outcome([], Cause.DONE, culprit=0)
        return worker.run([task.item for task in tasks], [self._time_left_s(task) for task in tasks])

    def _time_left_s(self, task: _Task) -> float:
        return max(0.05, self.timeout_s * _KILL_AT - task.spent_s)

    def _take(self) -> list[_Task]:
        """Wait for work and return a batch: small when little waits, so that all workers share."""
        with self._changed:
            while not self._queue:
                if self._closed or self._failure:
                    return []
                self._changed.wait()
            count = min(MAX_BATCH_ITEMS, max(1, len(self._queue) // (2 * len(self._supervisors))))
            tasks = [self._queue.popleft()]
            chars = _chars(tasks[0].item)
            while self._queue and len(tasks) < count:
                chars += _chars(self._queue[0].item)
                if chars > _MAX_BATCH_CHARS:
                    break
                tasks.append(self._queue.popleft())
            return tasks

    def _settle(self, tasks: list[_Task], outcome: Outcome, ready: Ready) -> None:
        """Deliver what was verified, judge the item that stopped the worker, and put the others back first."""
        delivered = list(zip(tasks, outcome.verdicts, strict=False))
        unfinished = tasks[len(outcome.verdicts) :]
        if outcome.culprit is not None:
            task = tasks[outcome.culprit]
            if verdict := self._verdict_on_culprit(task, outcome, ready):
                delivered.append((task, verdict))
                unfinished.remove(task)
        finished = []
        with self._changed:
            self._queue.extendleft(task for task in reversed(unfinished) if task.job in self._jobs)
            for task, verdict in delivered:
                job = task.job
                job.verdicts[task.index] = verdict
                job.missing -= 1
                if not job.missing and job in self._jobs:
                    self._jobs.remove(job)
                    finished.append(job)
            if unfinished:
                self._changed.notify_all()
        for job in finished:
            job.finish()

    def _verdict_on_culprit(self, task: _Task, outcome: Outcome, ready: Ready) -> Verdict | None:
        """Return the verdict on an item that could not be verified, or None when it gets another chance."""
        if outcome.cause is Cause.KILLED:
            task.kills += 1
        else:
            task.spent_s += outcome.seconds
            task.deaths += outcome.cause is Cause.DIED
        if outcome.cause is Cause.DONE:
            status, reason = Status.OVER_LIMIT, f"longer than {MAX_MESSAGE_CHARS:,} characters"
        elif outcome.cause is Cause.TIMEOUT:
            status, reason = Status.TIMEOUT, f"verification was stopped after {task.spent_s:.1f} s"
        elif task.deaths < _MAX_DEATHS and task.kills < _MAX_KILLS:
            return None
        else:
            times = task.deaths + task.kills
            status, reason = Status.ERROR, f"verifying it ended the process {times} times ({outcome.detail})"
        return Verdict(
            status=status,
            reason=reason,
            rule="pool",
            verifier=ready.verifier,
            policy=ready.policy,
            seconds=task.spent_s,
        )

    def _fail(self, error: VerifierError, *, closing: bool = False) -> None:
        """Give `error` to everything that is pending and to everybody who asks later; stop all workers."""
        with self._changed:
            self._closed |= closing
            self._failure = self._failure or error
            jobs, self._jobs = self._jobs, set()
            self._queue.clear()
            for worker in self._workers:
                worker.kill()
            self._changed.notify_all()
        for job in jobs:
            job.future.set_exception(error)


def _asked(problem: Problem) -> tuple[object, ...]:
    """Return what of a problem a verdict can depend on."""
    return (
        problem.reference,
        problem.question,
        problem.answer_kind,
        problem.unit,
        problem.rel_tol,
        problem.choices,
    )


def _chars(item: Item) -> int:
    """Return the size of an item as it is sent."""
    problem, text, _ = item
    return len(text) + len(problem.question) + len(problem.reference) + sum(map(len, problem.choices))

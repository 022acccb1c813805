"""The pool, with real processes and a judge that misbehaves on command."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from data.errors import VerifierError
from data.records import Problem, Status, Verdict
from tests.processes import HANGS_S, wait_until, wait_until_gone
from verifiers import pool as pools
from verifiers.policy import Policy
from verifiers.pool import MAX_MESSAGE_CHARS, VerifierPool
from verifiers.workers.worker_process import Cause, Item, WorkerProcess

JUDGE = "tests.verifiers.misbehaving:judge"
PROBLEM = Problem(question="How many?", reference="2")
ROOT = Path(__file__).parents[2]


def bare(*texts: str) -> list[Item]:
    """Items with bare answers to the same problem."""
    return [(PROBLEM, text, True) for text in texts]


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    """Two workers with time for everything that does not hang, however busy the machine."""
    with VerifierPool(workers=2, timeout_s=HANGS_S, memory_mb=512, target=JUDGE) as shared:
        yield shared


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[VerifierPool]:
    """Two workers that are stopped after two of the thirty seconds that a verdict may take."""
    assert pools._KILL_AT < 1
    monkeypatch.setattr(pools, "_KILL_AT", 2 / 30)
    with VerifierPool(workers=2, timeout_s=30, memory_mb=512, target=JUDGE) as made:
        yield made


def verdicts(pool: VerifierPool, *texts: str) -> list[Verdict]:
    """Verdicts on bare answers, waited for."""
    return pool.submit(bare(*texts)).result(timeout=HANGS_S)


def workers_of(pid: int) -> list[psutil.Process]:
    """Return the living worker processes of a process."""
    return [each for each in psutil.Process(pid).children() if is_worker(each)]


def is_worker(process: psutil.Process) -> bool:
    """Whether a process is a worker that has not just ended."""
    try:
        return "verifiers.workers.worker" in process.cmdline()
    except psutil.Error:
        return False


def test_verdicts_come_in_the_order_of_the_items(pool: VerifierPool) -> None:
    """Whatever worker verified an item, its verdict stands where the item stood."""
    texts = [str(n) for n in range(1000)]
    found = verdicts(pool, *texts)
    assert [verdict.extracted for verdict in found] == texts
    assert [verdict.extracted for verdict in found if verdict.equal] == ["2"]


def test_nothing_to_verify_is_answered_at_once(pool: VerifierPool) -> None:
    """An empty submission gives an empty list."""
    assert pool.submit([]).result(timeout=0) == []


def test_equal_items_are_verified_once(pool: VerifierPool) -> None:
    """Two hundred naps of 0.2 s take one nap, since the second to last are the first."""
    again = Problem(question="How many?", reference="2", source="another file", id="7")
    items: list[Item] = [(problem, "sleep 0.2", True) for problem in (PROBLEM, again) for _ in range(100)]
    found = pool.submit(items).result(timeout=HANGS_S)
    assert len(found) == 200
    assert all(verdict is found[0] for verdict in found)


def test_a_hanging_item_costs_only_itself(hasty: VerifierPool) -> None:
    """The hang becomes `timeout`, within the time that one verdict may take; all others are verified."""
    found = verdicts(hasty, *"0123456789", "hang", "2 2", "2")
    hung = found[10]
    assert hung.status is Status.TIMEOUT
    assert 1.9 < hung.seconds <= hasty.timeout_s
    assert [verdict.status for verdict in found[:10]].count(Status.CORRECT) == 1
    assert found[12].equal


def test_several_hangs_are_each_stopped(hasty: VerifierPool) -> None:
    """Different hangs in one batch each get their own verdict."""
    found = verdicts(hasty, "hang 1", "2", "hang 2", "3", "hang 3")
    assert [verdict.status for verdict in found] == [
        Status.TIMEOUT,
        Status.CORRECT,
        Status.TIMEOUT,
        Status.INCORRECT,
        Status.TIMEOUT,
    ]


def test_an_item_is_not_blamed_for_the_time_of_the_one_before_it() -> None:
    """Where an item ends just as its time does, the next one runs when the worker is stopped; it had its time yet."""

    class Late(WorkerProcess):
        def kill(self) -> None:
            select.select([self._marks], [], [])  # until the next item is taken up, or the worker has ended
            super().kill()

    worker = Late(Policy(), 512, JUDGE)
    worker.wait_until_ready()
    outcome = worker.run(bare("sleep 1", f"sleep {HANGS_S}"), [0.2, HANGS_S])
    worker.close()
    assert (outcome.cause, outcome.culprit) == (Cause.TIMEOUT, None)
    assert [verdict.extracted for verdict in outcome.verdicts] == ["sleep 1"]


def test_a_crash_costs_only_the_item_that_caused_it(pool: VerifierPool) -> None:
    """A segmentation fault is an `error` of its item, naming the signal."""
    found = verdicts(pool, "1", "segfault", "2")
    assert [verdict.status for verdict in found] == [Status.INCORRECT, Status.ERROR, Status.CORRECT]
    assert "SIGSEGV" in found[1].reason


def test_an_item_is_not_blamed_for_kills_from_outside(pool: VerifierPool, tmp_path: Path) -> None:
    """Four times in a row somebody kills the worker that verifies an item: it and its neighbours are verified."""
    killed = f"killed 4 {tmp_path}"
    found = verdicts(pool, "1", killed, "2")
    assert [verdict.status for verdict in found] == [Status.INCORRECT, Status.INCORRECT, Status.CORRECT]
    assert found[1].extracted == killed


def test_an_item_whose_worker_is_always_killed_is_an_error(pool: VerifierPool, tmp_path: Path) -> None:
    """The fifth kill is enough: an item may be what the kernel kills for, and the others have to go on."""
    found = verdicts(pool, "1", f"killed 1000 {tmp_path}", "2")
    assert [verdict.status for verdict in found] == [Status.INCORRECT, Status.ERROR, Status.CORRECT]
    assert "SIGKILL" in found[1].reason
    assert len(list(tmp_path.iterdir())) == 5


def test_memory_is_bounded(pool: VerifierPool) -> None:
    """An item that asks for gigabytes is `over_limit`, and the others are verified."""
    found = verdicts(pool, "1", "hog", "2")
    assert [verdict.status for verdict in found] == [Status.INCORRECT, Status.OVER_LIMIT, Status.CORRECT]


def test_a_worker_that_has_grown_is_replaced(pool: VerifierPool) -> None:
    """After much memory was taken, the next items are verified by fresh processes, and none is lost."""
    wait_until(lambda: len(pool._workers) == 2)
    before, size = set(pool._workers), 300
    deadline = time.monotonic() + HANGS_S
    while before <= pool._workers:
        assert time.monotonic() < deadline
        # Which worker takes an item is chance, and it ends only between two batches: ask until one has grown.
        assert verdicts(pool, f"grow {size}", "2")[1].equal
        size += 1
        time.sleep(0.1)
    found = verdicts(pool, *(str(n) for n in range(200)))
    assert all(verdict.status is not Status.ERROR for verdict in found)
    assert any(each._process.returncode == 0 for each in before)


def test_an_exception_is_a_verdict(pool: VerifierPool) -> None:
    """What a verifier raises becomes an `error` that names the type, and no text of the model."""
    (found,) = verdicts(pool, "raise secret")
    assert found.status is Status.ERROR
    assert "ValueError" in found.reason
    assert "secret" not in found.reason


def test_printing_does_not_break_the_protocol(pool: VerifierPool) -> None:
    """What a library prints goes nowhere."""
    found = verdicts(pool, "print", "2")
    assert found[1].equal


@pytest.mark.parametrize("text", ["2\ud83d", "\x00", "\u202e2", "🙂" * 1000, "\ud83d\ude42", '"}]', "2\n{}"])
def test_any_text_can_be_sent(pool: VerifierPool, text: str) -> None:
    """Control characters, lone surrogates and JSON come through as text."""
    (found,) = verdicts(pool, text)
    assert found.status is Status.INCORRECT


def test_a_giant_text_is_over_the_limit(pool: VerifierPool) -> None:
    """A text too long to send is answered without a worker, beside others that are verified."""
    found = verdicts(pool, "x" * (MAX_MESSAGE_CHARS + 1), "2")
    assert [verdict.status for verdict in found] == [Status.OVER_LIMIT, Status.CORRECT]


def test_a_worker_killed_from_outside_loses_nothing(pool: VerifierPool) -> None:
    """Workers killed in the middle of their batches: every item still gets its verdict, none is blamed."""
    future = pool.submit(bare(*(f"sleep 0.01{n}" for n in range(150)), "2"))
    for _ in range(3):
        time.sleep(0.2)
        workers_of(os.getpid())[0].kill()
    found = future.result(timeout=HANGS_S)
    assert {verdict.status for verdict in found[:-1]} == {Status.INCORRECT}
    assert found[-1].equal


def test_the_pool_works_from_any_thread(pool: VerifierPool) -> None:
    """Eight threads share one pool, and each gets its own verdicts."""
    found: dict[int, list[str | None]] = {}

    def ask(number: int) -> None:
        items = bare(*(f"{number}-{n}" for n in range(50)))
        found[number] = [verdict.extracted for verdict in pool.submit(items).result(timeout=HANGS_S)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [f"{number}-{n}" for n in range(50)] for number in range(8)}


def test_a_pool_can_be_made_and_closed_outside_the_main_thread() -> None:
    """A runner that gives a flow a thread of its own can still make a pool in it; its workers live on."""
    made: list[VerifierPool] = []
    thread = threading.Thread(target=lambda: made.append(VerifierPool(workers=1, target=JUDGE)))
    thread.start()
    thread.join()
    with made[0] as pool:
        assert verdicts(pool, "2")[0].equal


def test_closing_is_quick_and_leaves_no_process() -> None:
    """A pool that is busy hanging closes at once, twice, and what was pending fails."""
    pool = VerifierPool(workers=2, timeout_s=HANGS_S, target=JUDGE)
    verdicts(pool, "2")
    wait_until(lambda: len(pool._workers) == 2)
    workers = set(pool._workers)
    future = pool.submit(bare("hang", "2"))
    started = time.monotonic()
    pool.close()
    pool.close()
    assert time.monotonic() - started < 60
    assert all(has_ended(each) for each in workers)
    with pytest.raises(VerifierError, match="closed"):
        future.result(timeout=0)
    with pytest.raises(VerifierError, match="closed"):
        pool.submit(bare("2"))


def test_a_pool_closed_while_it_starts_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing does not wait for the imports of workers that are not ready yet."""
    made: list[WorkerProcess] = []

    class Noted(WorkerProcess):
        def __init__(self, policy: Policy, memory_mb: int, target: str = "") -> None:
            super().__init__(policy, memory_mb, target)
            if memory_mb == 333:
                made.append(self)

    monkeypatch.setattr(pools, "WorkerProcess", Noted)
    pool = VerifierPool(workers=2, memory_mb=333, target=JUDGE)
    wait_until(lambda: bool(made))
    pool.close()
    assert all(has_ended(each) for each in made)


def has_ended(worker: WorkerProcess) -> bool:
    """Whether a worker has ended and was waited for."""
    return worker._process.returncode is not None


def test_a_worker_that_cannot_start_says_why() -> None:
    """The error carries what the process wrote to its error stream."""
    with (
        VerifierPool(workers=1, target="tests.verifiers.misbehaving:no_such_function") as pool,
        pytest.raises(VerifierError, match="no_such_function"),
    ):
        pool.submit(bare("2")).result(timeout=HANGS_S)


def test_too_little_memory_to_start_is_an_error_not_a_wait() -> None:
    """With no room for the imports the future fails."""
    with VerifierPool(workers=1, memory_mb=16, target=JUDGE) as pool, pytest.raises(VerifierError):
        pool.submit(bare("2")).result(timeout=HANGS_S)


def test_a_forked_copy_of_a_pool_refuses_work(pool: VerifierPool) -> None:
    """The threads of a pool do not exist in a forked child: it must say so rather than wait for ever."""
    verdicts(pool, "2")
    with pool._changed:  # no thread that the child has not holds it
        child = os.fork()
        if not child:
            try:
                pool.submit(bare("2"))
            except VerifierError:
                os._exit(7)
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


PARENT = f"""
import time
from data.records import Problem
from verifiers.pool import VerifierPool
pool = VerifierPool(workers=2, timeout_s=600, target={JUDGE!r})
problem = Problem(question="How many?", reference="2")
pool.submit([(problem, "2", True)]).result()
pool.submit([(problem, "hang 1", True), (problem, "hang 2", True)])
while pool._queue:
    time.sleep(0.01)
time.sleep(0.3)
print("busy", flush=True)
time.sleep(600)
"""


def test_workers_die_with_a_parent_that_is_killed() -> None:
    """After kill -9 of the pool's process no worker is left, even one in the middle of a hang."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"busy\n"
        workers = workers_of(parent.pid)
        assert len(workers) == 2
        parent.send_signal(signal.SIGKILL)
        parent.wait(HANGS_S)
    _, alive = psutil.wait_procs(workers, timeout=HANGS_S)
    assert not alive


def test_a_process_that_never_closes_its_pool_still_ends() -> None:
    """Leaving a pool open does not keep an interpreter from ending, nor its workers alive."""
    code = PARENT.replace("time.sleep(600)", "import psutil; print(*[p.pid for p in psutil.Process().children()])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=HANGS_S, cwd=ROOT, check=True)
    pids = [int(word) for word in done.stdout.split()[1:]]
    assert len(pids) == 2
    wait_until_gone(*pids)

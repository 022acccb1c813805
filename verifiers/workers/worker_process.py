"""The pool's hold on one worker: start it, send it a batch, stop it when an item takes too long."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pydantic import ValidationError

from data.errors import VerifierError
from data.plain_text import without_surrogates
from data.records import Problem, Verdict
from verifiers.policy import Policy
from verifiers.workers.frames import MARK, VERDICTS, Batch, FrameReader, Ready, encodable, frame

Item = tuple[Problem, str, bool]
"""Problem, text, and whether the text is a bare answer rather than a whole completion."""

START_TIMEOUT_S = 120.0
"""How long importing and warming up may take on a machine under load."""
_EXIT_TIMEOUT_S = 10.0
"""How long a process may take to end after it has closed its pipes."""
_STDERR_TAIL_CHARS = 2000
_READ_BYTES = 1 << 20
_ROOT = Path(__file__).resolve().parents[2]
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "TMPDIR", "VIRTUAL_ENV")
"""A process that reads hostile text has no business with anybody's keys."""


class Cause(Enum):
    """Why a worker stopped answering a batch."""

    DONE = "done"
    TIMEOUT = "timeout"
    DIED = "died"
    KILLED = "killed"
    """By a SIGKILL that was not ours: somebody's, or that of a kernel short of memory."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch."""

    verdicts: list[Verdict]
    """Verdicts of the first items; what is missing was not finished."""
    cause: Cause
    culprit: int | None = None
    """Index of the item that was running when the worker was stopped or died."""
    seconds: float = 0.0
    """How long the culprit had been running."""
    detail: str = ""


class WorkerProcess:
    """One worker; used by one thread, except for `kill`, which any thread may call.

    The thread that makes it must outlive it: the kernel kills the worker when that thread ends.
    """

    def __init__(self, policy: Policy, memory_mb: int, target: str = "") -> None:
        marks, marks_of_worker = os.pipe()
        arguments = ["--parent", str(os.getpid()), "--marks", str(marks_of_worker), "--memory-mb", str(memory_mb)]
        arguments += ["--policy", policy.model_dump_json(), "--target", target]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "verifiers.workers.worker", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                pass_fds=(marks_of_worker,),
                env=_environment(),
            )
        except OSError as exc:
            os.close(marks)
            raise VerifierError(f"a verifier process cannot be started: {exc}") from exc
        finally:
            os.close(marks_of_worker)
        self._marks = marks
        os.set_blocking(marks, False)
        assert self._process.stdin is not None  # noqa: S101 - PIPE makes it
        assert self._process.stdout is not None  # noqa: S101 - PIPE makes it
        self._requests = self._process.stdin.fileno()
        self._replies = self._process.stdout.fileno()
        os.set_blocking(self._requests, False)
        self._frames = FrameReader()
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def wait_until_ready(self) -> Ready:
        """Return the worker's greeting; raise `VerifierError` with what it wrote to stderr when it has none."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while (data := self._read(deadline)) is not None:
            if frames := self._frames.feed(data):
                return Ready.model_validate_json(frames[0])
            if not data:
                break
        self.kill()
        code = self._process.wait()
        assert self._process.stderr is not None  # noqa: S101 - PIPE makes it
        tail = self._process.stderr.read().decode("utf-8", "replace")[-_STDERR_TAIL_CHARS:].strip()
        raise VerifierError(f"a verifier process ended before it was ready ({_ending(code)}): {tail or 'no message'}")

    def run(self, items: Sequence[Item], timeouts_s: Sequence[float]) -> Outcome:
        """Have a batch verified; the worker is dead afterwards unless the outcome's cause is `DONE`."""
        progress = _Progress(self._marks)
        verdicts: list[Verdict] = []
        try:
            self._send(_encoded(items), time.monotonic() + max(timeouts_s))
            while len(verdicts) < len(items):
                data = self._read(progress.deadline(timeouts_s))
                if data:
                    for payload in self._frames.feed(data):
                        verdicts += VERDICTS.validate_json(payload)
                elif data is None and progress.has_moved():
                    continue
                else:
                    return self._stopped(self._end() if data == b"" else Cause.TIMEOUT, verdicts, progress)
        except BrokenPipeError:
            return self._stopped(self._end(), verdicts, progress)
        except (OSError, ValidationError):
            return self._stopped(Cause.DIED, verdicts, progress)
        progress.has_moved()  # leaves the pipe empty for the next batch
        return Outcome(verdicts, Cause.DONE)

    def kill(self) -> None:
        """Kill the process; it has nothing to lose."""
        self._process.kill()

    def close(self) -> None:
        """Kill the process, wait for it and give its pipes back."""
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream:
                stream.close()
        os.close(self._marks)

    def _send(self, data: bytes, deadline: float) -> None:
        """Write `data`; a worker that does not read it in time counts as dead."""
        view = memoryview(data)
        poll = select.poll()
        poll.register(self._requests, select.POLLOUT)
        while view:
            try:
                view = view[os.write(self._requests, view) :]
            except BlockingIOError:
                if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise TimeoutError("the worker does not read") from None

    def _read(self, deadline: float) -> bytes | None:
        """Return what the worker wrote, b"" when it has ended, None when nothing came before `deadline`."""
        if self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return os.read(self._replies, _READ_BYTES)
        return None

    def _end(self) -> Cause:
        """Wait for a process that has closed its pipes, and say whose doing its end was."""
        try:
            code = self._process.wait(_EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return Cause.DIED
        return Cause.KILLED if code == -signal.SIGKILL else Cause.DIED

    def _stopped(self, cause: Cause, verdicts: list[Verdict], progress: "_Progress") -> Outcome:
        """Kill what is left, take what it had still answered, and name the item that was running."""
        stopped = time.monotonic()
        self.kill()
        try:
            while data := os.read(self._replies, _READ_BYTES):
                for payload in self._frames.feed(data):
                    verdicts += VERDICTS.validate_json(payload)
        except (OSError, ValidationError):
            pass  # the verdicts that were read whole are kept, the rest is verified again
        has_moved = progress.has_moved()
        running = progress.started - 1
        culprit = running if running >= len(verdicts) else None
        if cause is Cause.TIMEOUT and has_moved:
            culprit = None  # what took too long is done after all, and the next item had its time yet
        return Outcome(verdicts, cause, culprit, progress.running_s(stopped), _ending(self._process.wait()))


class _Progress:
    """Which item of a batch is running and since when, read from the worker's marks only when needed."""

    def __init__(self, marks: int) -> None:
        self._marks = marks
        self.started = 0
        """How many items the worker has taken up."""
        self._since = time.monotonic()

    def has_moved(self) -> bool:
        """Read the marks that have come, and say whether there were any."""
        try:
            data = os.read(self._marks, _READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            return False
        self.started += len(data) // MARK.size
        self._since = MARK.unpack(data[-MARK.size :])[0] / 1e9
        return True

    def running_s(self, now: float) -> float:
        """Seconds until `now`, a monotonic time, since the running item was taken up or the batch was sent."""
        return max(0.0, now - self._since)

    def deadline(self, timeouts_s: Sequence[float]) -> float:
        """Monotonic time at which the item that is running, as far as is known, has run too long."""
        return self._since + timeouts_s[max(0, self.started - 1)]


def _environment() -> dict[str, str]:
    """Return the worker's environment: the paths to our code and the interpreter's, one thread, no secrets."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    paths = [str(_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _encoded(items: Sequence[Item]) -> bytes:
    """Return the frame of a batch; each distinct problem object is sent once."""
    places: dict[int, int] = {}
    problems: list[Problem] = []
    entries = []
    for problem, text, is_answer in items:
        place = places.setdefault(id(problem), len(problems))
        if place == len(problems):
            problems.append(problem)
        entries.append((place, text, is_answer))
    batch = Batch.model_construct(problems=tuple(problems), items=tuple(entries))
    try:
        return frame(batch.model_dump_json().encode())
    except ValueError:  # lone surrogates
        entries = [(place, without_surrogates(text), is_answer) for place, text, is_answer in entries]
        problems = [encodable(problem) for problem in problems]
        batch = Batch.model_construct(problems=tuple(problems), items=tuple(entries))
        return frame(batch.model_dump_json().encode())


def _ending(code: int) -> str:
    """Say how a process ended: `exit code 1` or the signal's name."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"

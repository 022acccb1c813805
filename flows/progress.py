"""What a running build tells people: a live display on a terminal, plain lines elsewhere."""

import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TextIO

LINE_EVERY_S = 10.0
"""Between two plain lines: a night's log stays readable."""


@dataclass(slots=True)
class Progress:
    """Running counts of a build."""

    problems_expected: int | None = None
    problems_seen: int = 0
    """Problems that are done or needed nothing."""
    problems_worked: int = 0
    """Those of them that this run asked for or verified."""
    samples: int = 0
    """Samples that arrived in this run."""
    completion_tokens: int = 0
    verdicts: int = 0
    accepted: int = 0
    shards_committed: int = 0
    started: float = field(default_factory=time.monotonic)
    working_since: float | None = None
    """When the first shard was begun; rates are counted from there."""

    @property
    def seconds(self) -> float:
        """Since the build started."""
        return max(time.monotonic() - self.started, 1e-9)

    @property
    def working_seconds(self) -> float:
        """Since the first shard was begun."""
        return max(time.monotonic() - (self.working_since or self.started), 1e-9)

    @property
    def samples_per_second(self) -> float:
        """Samples that arrived a second."""
        return self.samples / self.working_seconds

    @property
    def tokens_per_second(self) -> float:
        """Completion tokens that arrived a second."""
        return self.completion_tokens / self.working_seconds

    def problems_done(self, count: int) -> None:
        """Count problems that this run finished."""
        self.problems_seen += count
        self.problems_worked += count

    @property
    def acceptance(self) -> float:
        """Accepted ÷ verified, 0 before the first verdict."""
        return self.accepted / self.verdicts if self.verdicts else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate by problems; None while there is nothing to estimate from."""
        if not self.problems_expected or not self.problems_worked:
            return None
        rest = max(self.problems_expected - self.problems_seen, 0)
        return self.working_seconds * rest / self.problems_worked

    def line(self) -> str:
        """Return the counts as one line of text."""
        total = f"/{self.problems_expected:,}" if self.problems_expected else ""
        left = f" · {duration(self.seconds_left)} left" if self.seconds_left is not None else ""
        return (
            f"{self.problems_seen:,}{total} problems · {self.samples:,} samples ({self.samples_per_second:,.1f}/s)"
            f" · {self.tokens_per_second:,.0f} tokens/s · {self.acceptance:.0%} accepted{left}"
        )


class Reporter(ABC):
    """Shows a build's progress to somebody."""

    @abstractmethod
    def say(self, message: str) -> None:
        """Show one message that stays."""

    @abstractmethod
    def update(self, progress: Progress) -> None:
        """Show the counts, as often as fits the medium."""

    @abstractmethod
    def close(self) -> None:
        """Leave the medium as it was."""


class PlainReporter(Reporter):
    """Plain lines with the time of day, for logs and pipes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._last = time.monotonic()

    def say(self, message: str) -> None:
        """See `Reporter`."""
        print(f"{time.strftime('%H:%M:%S')} {message}", file=self._stream, flush=True)

    def update(self, progress: Progress) -> None:
        """See `Reporter`."""
        if time.monotonic() - self._last >= LINE_EVERY_S:
            self._last = time.monotonic()
            self.say(progress.line())

    def close(self) -> None:
        """See `Reporter`; a log needs nothing."""


class TerminalReporter(Reporter):
    """A live display with rich."""

    def __init__(self, stream: TextIO | None = None) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where a terminal is there to show it
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
        from rich.progress import Progress as Bars  # noqa: PLC0415

        self._bars = Bars(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            console=Console(file=stream or sys.stderr),
            transient=True,
        )
        self._task = self._bars.add_task("problems", total=None, counts="", visible=False)
        self._bars.start()
        self.say("checking configuration, sources and warehouse")

    def say(self, message: str) -> None:
        """See `Reporter`."""
        self._bars.console.print(message, markup=False, highlight=False)

    def update(self, progress: Progress) -> None:
        """See `Reporter`."""
        left = f" · {duration(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        counts = (
            f"{progress.samples:,} samples · {progress.samples_per_second:,.1f}/s · "
            f"{progress.tokens_per_second:,.0f} tokens/s · {progress.acceptance:.0%} accepted{left}"
        )
        self._bars.update(
            self._task,
            total=progress.problems_expected,
            completed=progress.problems_seen,
            counts=counts,
            visible=True,
        )

    def close(self) -> None:
        """See `Reporter`."""
        self._bars.stop()


def reporter_for(stream: TextIO) -> Reporter:
    """Return the reporter that fits a stream."""
    return TerminalReporter(stream) if stream.isatty() else PlainReporter(stream)


def duration(seconds: float | None) -> str:
    """Return a time for people.

    >>> duration(75)
    '1 min 15 s'
    """
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

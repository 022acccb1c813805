"""What work costs a processor, whatever the processor and whoever shares it."""

import re
import time
from collections.abc import Callable

YARDSTICK_S = 0.025
"""What the yardstick takes on the processor that the limits are meant for."""
MEASUREMENTS = 5
TEXT = "a lazy fox, 12 + 30 = 42, jumps over \\frac{1}{2} of the dog. " * 500
WORDS = re.compile(r"[a-z]+(?= )|\d+(?:\.\d+)?|\\[a-z]+")


def takes_at_most(seconds: float, work: Callable[[], object]) -> bool:
    """Whether `work` needs at most so much of a processor's time, that of a slower processor being worth less.

    Neighbours only ever lengthen what is measured, so one measurement within the limit shows it.
    """
    for _ in range(MEASUREMENTS):
        before = _yardstick()
        started = time.process_time()
        work()
        taken = time.process_time() - started
        slowness = max(1.0, min(before, _yardstick()) / YARDSTICK_S)
        if taken <= seconds * slowness:
            return True
    return False


def _yardstick() -> float:
    """Return what a fixed piece of work takes, of the kind that verification does: patterns, loops, small objects."""
    started = time.process_time()
    for _ in range(5):
        counts: dict[str, int] = {}
        for match in WORDS.finditer(TEXT):
            counts[match.group()] = counts.get(match.group(), 0) + 1
        WORDS.sub("", TEXT)
    return time.process_time() - started

"""Standard output and error of the command: one for results, one for everything else."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_VISIBLE_CONTROLS = {ord("\n"), ord("\t")}


@contextmanager
def results_only_stdout() -> Iterator[TextIO]:
    """Yield the real standard output; meanwhile whatever else writes to it goes to standard error.

    Done on the file descriptors, so that libraries and child processes cannot mix their words into a
    result that another program parses, nor keep its pipe open.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "w", encoding="utf-8", closefd=False) as results:
            yield results
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def print_json(value: Any, stream: TextIO) -> None:
    """Print one JSON object on one line."""
    print(json.dumps(value, ensure_ascii=False), file=stream, flush=True)


def harmless(text: str) -> str:
    r"""Return model text fit for a terminal: control characters could move the cursor or change its colours.

    >>> harmless("a\x1b[31mb")
    'a�[31mb'
    """
    return "".join(
        char if char.isprintable() or ord(char) in _VISIBLE_CONTROLS else "\N{REPLACEMENT CHARACTER}" for char in text
    )

"""Where the command starts: it makes sure that Python finds our packages, then loads the command line."""

import atexit
import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

_M_ARENA_MAX = -8
"""From glibc's malloc.h."""
PACKAGES = ("configs", "data", "generators", "verifiers")


def main() -> int:
    """Run the command line; a stranger under one of our packages' names is an error, never a silent mix."""
    home = Path(__file__).resolve().parents[1]
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parents[1] != home:
            found = origin.parent if origin else "nothing"
            print(
                f"tracemill: the package {name!r} should be {home / name}, but Python finds {found}; uninstall what "
                f"put it there (PyPI has an unrelated {name!r}), or use a virtual environment of its own",
                file=sys.stderr,
            )
            return 1
    _bound_malloc_arenas()
    from flows.cli import main as run_command_line  # noqa: PLC0415 - only after the check

    code = run_command_line()
    if "prefect" in sys.modules:
        _leave(code)
    return code


def _bound_malloc_arenas() -> None:
    """Give glibc's allocator one arena for all threads instead of eight for each core.

    Shards are written by changing threads, and each arena keeps what its thread once needed: with the default
    the memory of a long build grows with its number of shards. Other C libraries have no such knob.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def _leave(code: int) -> NoReturn:
    """End the process without taking the interpreter apart.

    Prefect's background threads outlive the flow; at interpreter shutdown they keep DuckDB's module alive,
    which then lists all its types and functions on standard error as leaked.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - the only way to run them before `os._exit`
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())

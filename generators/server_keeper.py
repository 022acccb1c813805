"""Keeps one server process and ends it with everything it started, however the build ends.

Runs as a process of its own, `python -m generators.server_keeper COMMAND …`, in a session of its own, so that
neither Ctrl-C nor a kill of the build's process group reaches it. Its standard input is a pipe from the build:
when that ends, because the build closed it or died, the server is ended. A GPU server that survives its build
would hold the GPU's memory for ever.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

GRACE_S = 5.0
"""Between asking a server to end and killing it."""
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # from <linux/prctl.h>


def keep(command: Sequence[str]) -> int:
    """Run `command` until it ends or standard input does; return its exit code."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # what the server's own dead processes leave behind becomes ours to end
    try:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: _prctl(PR_SET_PDEATHSIG, signal.SIGKILL),  # noqa: PLW1509 - there is only one thread
        )
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", flush=True)
        return 127
    ended = os.pidfd_open(server.pid)
    readable, _, _ = select.select([sys.stdin.fileno(), ended], [], [])
    if ended in readable:
        code = server.wait()
    else:
        server.terminate()
        try:
            code = server.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
    _end_all_descendants()
    return code if code >= 0 else 128 - code


def _end_all_descendants() -> None:
    """Kill everything that is still below this process; orphans come to it one generation at a time."""
    deadline = time.monotonic() + GRACE_S
    while (children := _children()) and time.monotonic() < deadline:
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            except (ProcessLookupError, ChildProcessError):
                continue


def _children() -> list[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in text.split()]


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))

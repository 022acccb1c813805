"""Python programs in processes of their own, for tests about several processes and about being killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

HANGS_S = 600.0
"""What takes longer hangs; no machine is so busy."""
REPOSITORY = Path(__file__).resolve().parents[1]

WITHOUT_PANDAS = """
import sys
class WithoutPandas:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, WithoutPandas())
"""
"""Code that saves a process seconds: pyarrow loads pandas where it is installed, and we do not use it."""


@contextmanager
def python(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run code with `sys.argv[1:]`; at the end of the body it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_of(process: "subprocess.Popen[str]") -> str:
    """Wait for the next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something has come about, as it must."""
    deadline = time.monotonic() + HANGS_S
    while not condition():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.02)


def wait_until_gone(*pids: int) -> None:
    """Wait until processes have ended, as they must; who started them may not know yet."""
    wait_until(lambda: not any(map(runs, pids)))


def runs(pid: int) -> bool:
    """Whether a process is there and not only its exit code."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

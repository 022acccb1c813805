"""The reason why a server died, from what it wrote to its log."""

import re
import signal

SHOWN_CHARS = 400
"""How much of a server's own words a message repeats."""

_CAUSES: dict[str, str] = {
    r"out of memory|OutOfMemoryError|cannot allocate memory|MemoryError": (
        "out of memory: lower teacher.gpu_memory_utilization or max_model_len, or spread the model over more GPUs with "
        "tensor_parallel_size"
    ),
    (
        r"no available memory for the cache blocks|KV cache is needed.*larger than the available"
        r"|larger than the available KV cache memory|free memory on device.*less than desired"
    ): "the memory left does not hold the KV cache: lower teacher.max_model_len, or raise gpu_memory_utilization",
    r"error: (unrecognized arguments|argument)": "vLLM does not take this argument: see teacher.engine_args",
    r"No module named '?vllm": "vLLM is not installed there: name its interpreter in teacher.python",
    r"address already in use": "another process took the port meanwhile",
    (
        r"Repo id must|is not a local folder and is not a valid model|does not appear to have a file named"
        r"|no file named|couldn't connect to|RepositoryNotFound|OfflineModeIsEnabled|LocalEntryNotFound"
        r"|cannot find any model weights|unrecognized model|model architectures .* (are not|failed)"
        r"|Invalid repository ID|not the path to a directory"
    ): "the model cannot be loaded: check teacher.model and revision",
}
"""What servers write when they cannot start, and what to do; the first that is found counts."""
_ERROR_LINE = re.compile(r"\b\w*(Error|Exception)\b: |\berror: ")
_CONSEQUENCE = re.compile(r"Engine core initialization failed|See root cause above|WorkerProc initialization failed")
"""Errors that only repeat that there was another one."""
_PREFIX = re.compile(
    r"^(\x1b\[[0-9;]*m)*(\([\w ]+ pid=\d+\)(\x1b\[[0-9;]*m)*\s*)?"
    r"((INFO|WARNING|ERROR|DEBUG) [\d-]+ [\d:.]+ \[[^\]]*\]\s*)?"
)
"""Process, level, time and source line that vLLM puts before its words."""


def reason_of_death(log: str, code: int) -> str:
    """Return in one line why the server that wrote `log` ended with the exit code `code`."""
    lines = [bare(line) for line in log.splitlines()]
    for pattern, advice in _CAUSES.items():
        for line in reversed(lines):
            if re.search(pattern, line, re.IGNORECASE):
                return f"{advice}; it said: {_shown(line)}"
    told = [line for line in lines if _ERROR_LINE.search(line) and not _CONSEQUENCE.search(line)]
    words = told[-1] if told else last_line(log)
    return f"{_ending(code)}; it said: {_shown(words)}"


def last_line(log: str) -> str:
    """Return the last line with words in it."""
    lines = [line for line in map(bare, log.splitlines()) if line]
    return _shown(lines[-1]) if lines else "nothing"


def bare(line: str) -> str:
    """Return a line of a log without process, level and time; the last of what a progress bar wrote over itself."""
    return _PREFIX.sub("", line.rstrip().split("\r")[-1]).strip()


def _ending(code: int) -> str:
    if code > 128:  # noqa: PLR2004 - shells and our keeper count signals from there
        try:
            name = signal.Signals(code - 128).name
        except ValueError:
            return f"exit code {code}"
        hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
        return f"killed by {name}{hint}"
    return f"exit code {code}"


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"

"""A vLLM server's own numbers, as its `/metrics` page gives them.

Source: vLLM, "Production metrics"; the page is in Prometheus' text format. With data parallelism each engine
has lines of its own.
"""

import re

from generators.window import Load

_LINE = re.compile(r"^vllm:(?P<name>\w+)(?:\{[^}]*\})?\s+(?P<value>[0-9.eE+-]+|NaN)\s*$", re.MULTILINE)
_RUNNING, _WAITING = "num_requests_running", "num_requests_waiting"
_CACHE_USE = ("kv_cache_usage_perc", "gpu_cache_usage_perc")
"""The second is the name before vLLM 0.10; both are shares between 0 and 1."""


def read_load(page: str) -> Load | None:
    """Return the load of all engines of a server, or None where the page does not tell it."""
    values: dict[str, list[float]] = {}
    for line in _LINE.finditer(page):
        if line["name"] in (_RUNNING, _WAITING, *_CACHE_USE) and line["value"] != "NaN":
            values.setdefault(line["name"], []).append(float(line["value"]))
    if _RUNNING not in values or _WAITING not in values:
        return None
    cache_use = [share for name in _CACHE_USE for share in values.get(name, ())]
    return Load(sum(values[_RUNNING]), sum(values[_WAITING]), max(cache_use, default=0.0))

"""The real vLLM that `make test-vllm` installs."""

from pathlib import Path
from typing import Any

import pytest

from generators.vllm import VllmTeacher
from generators.vllm_options import VllmOptions
from tests.builds import REPOSITORY
from tests.flows.conftest import prefect_api

__all__ = ["prefect_api"]

PYTHON = REPOSITORY / ".venv-vllm" / "bin" / "python"
MODEL = REPOSITORY / ".venv-vllm" / "model"
ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
}
"""One GB of cache, no hub; one thread, since two that wait for each other are slower where others use the cores."""
OPTIONS: dict[str, Any] = {
    "dtype": "float32",
    "max_model_len": 1024,
    # Compiling takes longer than the tests. On CPU vLLM 0.32 dies of a seeded request whose prompt it takes in pieces.
    "engine_args": {"enforce-eager": True, "enable-chunked-prefill": False, "max-num-batched-tokens": 4096},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs vLLM."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.vllm)


def real_teacher(**settings: Any) -> VllmTeacher:
    """Return a teacher with a real server, not started yet."""
    options = VllmOptions(**{**OPTIONS, **settings.pop("options", {})})
    return VllmTeacher(
        str(settings.pop("model", MODEL)),
        options,
        name="smollm2",
        python=[str(PYTHON)],
        environment=ENVIRONMENT,
        start_timeout_s=600,
        **settings,
    )

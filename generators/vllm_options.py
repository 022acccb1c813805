"""How a vLLM server is started: options, its command line, and the identity of the model behind it.

Source: vLLM 0.32, `vllm serve --help`. What has no option of its own here is passed through by `engine_args`.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from data.errors import TeacherError
from data.identity import content_id
from data.records import Record

MODULE = "vllm.entrypoints.openai.api_server"
"""Started as a module: the `vllm` command of the CPU package fails, it looks for metadata of another package."""
DECIDING_ARGS = frozenset(
    {
        "chat-template",
        "chat-template-content-format",
        "config-format",
        "generation-config",
        "hf-config-path",
        "hf-overrides",
        "kv-cache-dtype",
        "load-format",
        "logits-processors",
        "logprobs-mode",
        "lora-modules",
        "override-generation-config",
        "reasoning-parser",
        "rope-scaling",
        "rope-theta",
        "tokenizer",
        "tokenizer-mode",
        "tokenizer-revision",
    }
)
"""Engine arguments that decide what the model answers; the others only how fast."""
OWN_ARGS = frozenset({"host", "port", "model", "served-model-name", "api-key", "uds"})
"""Engine arguments that Tracemill sets itself."""
FINGERPRINT_BYTES = 1024 * 1024
"""Read from either end of each file of a model folder; hashing hundreds of gigabytes would delay every start."""


class VllmOptions(Record):
    """What a vLLM server is told at its start; None leaves vLLM's own default."""

    revision: str | None = None
    """Branch, tag or commit of a model of the hub."""
    dtype: str | None = None
    """auto, bfloat16, float16, float32."""
    quantization: str | None = None
    """awq, gptq, fp8, bitsandbytes …; vLLM finds out itself what a checkpoint already is."""
    tensor_parallel_size: int = Field(default=1, ge=1)
    """GPUs that one copy of the model is spread over."""
    pipeline_parallel_size: int = Field(default=1, ge=1)
    data_parallel_size: int = Field(default=1, ge=1)
    """Copies of the model inside one server."""
    gpu_memory_utilization: float | None = Field(default=None, gt=0, le=1)
    max_model_len: int | None = Field(default=None, ge=1)
    """Tokens of prompt and completion together."""
    max_num_seqs: int | None = Field(default=None, ge=1)
    """Sequences decoded together by one copy."""
    prefix_caching: bool | None = None
    speculative: dict[str, Any] | None = None
    """vLLM's `--speculative-config`, such as `{method: ngram, num_speculative_tokens: 4, prompt_lookup_max: 4}`."""
    engine_args: dict[str, Any] = Field(default_factory=dict)
    """Any further argument of vLLM by its name, such as `max-num-batched-tokens: 8192`; true for a switch."""

    @field_validator("speculative")
    @classmethod
    def _must_say_how(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None and "num_speculative_tokens" not in value:
            raise ValueError("num_speculative_tokens must stand in it")
        return value

    @field_validator("engine_args")
    @classmethod
    def _must_not_be_ours(cls, args: dict[str, Any]) -> dict[str, Any]:
        args = {dashed(name): value for name, value in args.items()}
        if taken := sorted(args.keys() & OWN_ARGS):
            raise ValueError(f"{', '.join(taken)}: set by Tracemill itself")
        taken = sorted(name for name in args if name in _OPTIONS.values() or name == _SPECULATIVE)
        if taken:
            keys = {flag: key for key, flag in _OPTIONS.items()} | {_SPECULATIVE: "speculative"}
            raise ValueError("; ".join(f"{name}: use teacher.{keys[name]}" for name in taken))
        return args


_OPTIONS = {
    "revision": "revision",
    "dtype": "dtype",
    "quantization": "quantization",
    "tensor_parallel_size": "tensor-parallel-size",
    "pipeline_parallel_size": "pipeline-parallel-size",
    "data_parallel_size": "data-parallel-size",
    "gpu_memory_utilization": "gpu-memory-utilization",
    "max_model_len": "max-model-len",
    "max_num_seqs": "max-num-seqs",
    "prefix_caching": "enable-prefix-caching",
}
"""Option → vLLM's name of the argument."""
_SPECULATIVE = "speculative-config"


def dashed(name: str) -> str:
    """Return an argument's name as vLLM's command line writes it."""
    return name.removeprefix("--").replace("_", "-")


def command_line(options: VllmOptions, python: Sequence[str], model: str, name: str, port: int) -> list[str]:
    """Return the command that serves `model` under `name` on a local port."""
    given = {flag: getattr(options, key) for key, flag in _OPTIONS.items()}
    given = {flag: value for flag, value in given.items() if value not in (None, 1)}
    if options.speculative is not None:
        given[_SPECULATIVE] = options.speculative
    given |= options.engine_args
    words = [*python, "-m", MODULE, "--model", model, "--served-model-name", name]
    words += ["--host", "127.0.0.1", "--port", str(port)]
    # One line for each request would fill the disk.
    words += ["--disable-uvicorn-access-log"]
    for flag, value in given.items():
        words += _argument(flag, value)
    return words


def with_log_probabilities(options: VllmOptions, most: int) -> VllmOptions:
    """Return options under which a server gives `most` log-probabilities a token; vLLM's own limit is 20."""
    return options.model_copy(update={"engine_args": {"max-logprobs": most} | options.engine_args})


def _argument(flag: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    if isinstance(value, list | tuple):
        return [f"--{flag}", *map(_word, value)]
    return [f"--{flag}", _word(value)]


def _word(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | bool) else str(value)


def model_identity(options: VllmOptions, model: str, extra_body: Mapping[str, Any]) -> str:
    """Return the identity of what answers: weights, number format and what else changes its words.

    Ports, GPUs, parallelism and speculative decoding, which keeps the distribution, are no part of it.
    """
    folder = Path(model)
    weights: Any = folder_fingerprint(folder) if folder.is_dir() else [model, options.revision]
    deciding = {name: value for name, value in options.engine_args.items() if name in DECIDING_ARGS}
    return content_id("teacher", ["vllm", weights, options.dtype, options.quantization, deciding, dict(extra_body)])


def folder_fingerprint(folder: Path) -> str:
    """Return a hash of a model folder's files: name, size, first and last MiB. Raises `TeacherError`.

    Moving or renaming the folder changes nothing; hidden files and notes do not count.
    """
    digest = sha256()
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        for path in files:
            if path.suffix == ".md":
                continue
            with path.open("rb") as file:
                head = file.read(FINGERPRINT_BYTES)
                size = file.seek(0, 2)
                file.seek(max(len(head), size - FINGERPRINT_BYTES))
                digest.update(f"{path.name}\n{size}\n".encode())
                digest.update(head + file.read())
    except OSError as error:
        raise TeacherError(f"{error.filename or folder}: cannot read the teacher's model ({error.strerror})") from error
    return digest.hexdigest()

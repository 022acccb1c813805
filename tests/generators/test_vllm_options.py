"""What a vLLM server is started with, what identifies the model behind it, and why one died."""

import re
import signal

import pytest
from pydantic import ValidationError

from data.errors import TeacherError
from generators.server_words import last_line, reason_of_death
from generators.vllm_options import VllmOptions, command_line, folder_fingerprint, model_identity

OURS = ["--model", "M", "--served-model-name", "N", "--host", "127.0.0.1", "--port", "7"]
OURS += ["--disable-uvicorn-access-log"]


def words(**options):
    """Return what follows our own arguments."""
    line = command_line(VllmOptions(**options), ["env", "python"], "M", "N", 7)
    assert line[: 4 + len(OURS)] == ["env", "python", "-m", "vllm.entrypoints.openai.api_server", *OURS]
    return line[4 + len(OURS) :]


def test_defaults_are_left_to_vllm():
    """What was not set is not said."""
    assert words() == []


def test_every_option_is_an_argument_of_vllm():
    """Parallelism, memory, quantisation, caching, speculative decoding, and whatever else it takes."""
    given = words(
        revision="abc",
        dtype="bfloat16",
        quantization="fp8",
        tensor_parallel_size=4,
        pipeline_parallel_size=2,
        data_parallel_size=2,
        gpu_memory_utilization=0.85,
        max_model_len=32768,
        max_num_seqs=512,
        prefix_caching=False,
        speculative={"method": "ngram", "num_speculative_tokens": 4, "prompt_lookup_max": 4},
        engine_args={
            "enforce_eager": True,
            "async-scheduling": False,
            "max-num-batched-tokens": 8192,
            "hf-overrides": {"a": [1]},
            "middleware": ["x", "y"],
            "seed": None,
        },
    )
    text = " ".join(given)
    assert text == (
        "--revision abc --dtype bfloat16 --quantization fp8 --tensor-parallel-size 4 --pipeline-parallel-size 2 "
        "--data-parallel-size 2 --gpu-memory-utilization 0.85 --max-model-len 32768 --max-num-seqs 512 "
        '--no-enable-prefix-caching --speculative-config {"method": "ngram", "num_speculative_tokens": 4, '
        '"prompt_lookup_max": 4} --enforce-eager --no-async-scheduling --max-num-batched-tokens 8192 '
        '--hf-overrides {"a": [1]} --middleware x y'
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"engine_args": {"port": 1}}, "port: set by Tracemill itself"),
        ({"engine_args": {"tensor_parallel_size": 2}}, "tensor-parallel-size: use teacher.tensor_parallel_size"),
        ({"engine_args": {"speculative-config": {}}}, "speculative-config: use teacher.speculative"),
        ({"speculative": {"method": "ngram"}}, "num_speculative_tokens must stand in it"),
        ({"gpu_memory_utilization": 90}, "less than or equal to 1"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options, complaint):
    """Before any server is started."""
    with pytest.raises(ValidationError, match=complaint):
        VllmOptions(**options)


def identity(model="org/model", extra_body=None, **options):
    """Return the identity of a model under options."""
    return model_identity(VllmOptions(**options), str(model), extra_body or {})


def test_the_teacher_is_who_answers_and_not_how_it_is_served():
    """Weights, number format and what changes the words count; GPUs, memory and speed do not."""
    one = identity()
    same = [
        {"tensor_parallel_size": 4},
        {"data_parallel_size": 2},
        {"gpu_memory_utilization": 0.5},
        {"max_num_seqs": 8},
        {"prefix_caching": True},
        {"speculative": {"method": "ngram", "num_speculative_tokens": 2}},
        {"engine_args": {"enforce-eager": True}},
    ]
    assert {identity(**options) for options in same} == {one}
    other = [
        {"model": "org/other"},
        {"revision": "r"},
        {"dtype": "float32"},
        {"quantization": "fp8"},
        {"extra_body": {"think": True}},
        {"engine_args": {"kv-cache-dtype": "fp8"}},
        {"engine_args": {"chat_template": "x"}},
    ]
    assert len({identity(**options) for options in other} | {one}) == len(other) + 1


def test_a_model_folder_is_known_by_its_files_and_not_by_its_place(tmp_path):
    """Moved or renamed it stays the same teacher; other weights or another template are another."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
        (tmp_path / name / "model.safetensors").write_bytes(b"weights" * 400_000)
    (tmp_path / "there" / "README.md").write_text("notes")
    here = identity(tmp_path / "here")
    assert identity(tmp_path / "there") == here
    (tmp_path / "there" / "model.safetensors").write_bytes(b"weights" * 399_999 + b"changed")
    assert identity(tmp_path / "there") != here
    (tmp_path / "here" / "chat_template.jinja").write_text("x")
    assert identity(tmp_path / "here") != here


def test_a_model_that_cannot_be_read_is_named(tmp_path):
    """Such as a folder on a disk that is not mounted."""
    with pytest.raises(TeacherError, match=r"gone: cannot read the teacher's model \(No such file"):
        folder_fingerprint(tmp_path / "gone")


WORDS = [
    (
        (
            "(EngineCore pid=822) ERROR 11-22 06:03:42 [core.py:91] torch.OutOfMemoryError: CUDA out of memory. Tried\n"
            "(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above."
        ),
        r"out of memory: lower teacher\.gpu_memory_utilization .* it said: torch\.OutOfMemoryError: CUDA out",
    ),
    (
        (
            "ValueError: To serve one request with the model's max seq len (32768), (8.0 GiB KV cache is needed, "
            "which is larger than the available KV cache memory (2.0 GiB)."
        ),
        r"lower teacher\.max_model_len",
    ),
    (
        (
            "huggingface_hub.errors.HFValidationError: Repo id must be in the form 'repo_name' or 'namespace/name': "
            "'/nothing-here'. Use `repo_type` argument if needed."
        ),
        r"check teacher\.model and revision",
    ),
    (
        (
            "huggingface_hub.errors.LocalEntryNotFoundError: Cannot find an appropriate cached snapshot folder for the "
            "specified revision on the local disk"
        ),
        r"check teacher\.model and revision",
    ),
    ("api_server.py: error: unrecognized arguments: --no-such-thing", r"does not take this argument"),
    ("/usr/bin/python: No module named vllm", r"name its interpreter in teacher\.python"),
    ("ValueError: something else\nINFO bye", r"exit code 1; it said: ValueError: something else"),
    ("WARNING 11-22 06:03:42 [x.py:1] odd\n\n", r"exit code 1; it said: odd"),
    ("", r"exit code 1; it said: nothing"),
]


@pytest.mark.parametrize(("log", "reason"), WORDS)
def test_the_reason_is_found_in_the_log(log, reason):
    """Lines as vLLM 0.32 writes them."""
    found = reason_of_death(log, 1)
    assert re.search(reason, found), found
    assert "\n" not in found


def test_a_server_that_was_killed_says_by_which_signal():
    """Without a word in the log, SIGKILL mostly means that memory ran out."""
    assert reason_of_death("", 128 + signal.SIGKILL).startswith("killed by SIGKILL, as the system does when memory")
    assert reason_of_death("", 250).startswith("exit code 250")
    assert last_line("loading 10%\rloading 20%\n") == "loading 20%"

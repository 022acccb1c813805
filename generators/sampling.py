"""Sampling parameters, and the seed of every sample."""

from pydantic import Field

from data.identity import content_id
from data.records import Record

SEED_BITS = 31


class SamplingParams(Record):
    """How the teacher samples; every field is part of a sample's identity.

    Sources: the meaning of each field is that of the OpenAI chat completions interface, with `top_k`
    and `min_p` as vLLM and llama.cpp add them.
    """

    temperature: float = Field(default=0.7, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    """Keep the k most probable tokens; None leaves the engine's default."""
    min_p: float | None = Field(default=None, ge=0, le=1)
    """Keep tokens at least this probable relative to the most probable one."""
    max_tokens: int = Field(default=1024, ge=1)
    stop: tuple[str, ...] = ()
    seed: int = Field(default=0, ge=0)
    """Seed of the whole build; each sample's own seed is derived from it."""


def sample_seed(sampling: SamplingParams, prompt_id: str, index: int) -> int:
    """Return the seed of the sample `index` of a prompt, in 0 ≤ seed < 2**31.

    Seeds of one prompt follow each other: vLLM and llama.cpp give the i-th answer of a request for n
    the seed + i, so that a sample is the same whether it was asked for alone or together with others.
    """
    first = int(content_id("seed", [sampling.seed, prompt_id])[:8], 16)
    return (first + index) % (1 << SEED_BITS)


def sampling_id(sampling: SamplingParams, teacher_id: str) -> str:
    """Return the identity of a way of sampling: the teacher and all sampling parameters."""
    return content_id("sampling", [teacher_id, sampling.model_dump(mode="json")])


def sample_id(prompt_id: str, sampling_id: str, index: int) -> str:
    """Return the identity of a sample: its prompt, how it was sampled, and its index."""
    return content_id("sample", [prompt_id, sampling_id, index])

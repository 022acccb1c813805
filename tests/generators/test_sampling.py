"""Sampling parameters, seeds and identities of samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generators.openai import OpenAITeacher
from generators.sampling import SEED_BITS, SamplingParams, sample_id, sample_seed, sampling_id

SAMPLING = SamplingParams(temperature=0.5, top_p=0.9, top_k=5, min_p=0.1, max_tokens=64, stop=("\n\n",), seed=3)


def test_ids_and_seeds_never_change_by_accident():
    """Stored samples are found again, and asked for again alike, only while these values stay what they are."""
    teacher_id = OpenAITeacher(["http://x/v1"], "model", revision="r1", extra_body={"a": 1}).teacher_id
    assert teacher_id == "c62bda44320697cf6f71bbeeae99f66f"
    assert sampling_id(SAMPLING, teacher_id) == "a72c8c1ad6054c82d456034654342ae2"
    assert sample_id("prompt", sampling_id(SAMPLING, teacher_id), 2) == "ad096e4ed47ef26d150a0010559770bd"
    assert sample_seed(SAMPLING, "prompt", 2) == 740188764


@given(st.text(), st.integers(0, 2**40), st.integers(0, 100_000))
def test_seeds_of_a_prompt_follow_each_other(prompt_id, seed, index):
    """Sample i + 1 has the next seed, so that a request for n answers gives the samples that n requests give."""
    sampling = SamplingParams(seed=seed)
    here, after = (sample_seed(sampling, prompt_id, index + step) for step in (0, 1))
    assert 0 <= here < 2**SEED_BITS
    assert after == (here + 1) % 2**SEED_BITS


@given(st.text(), st.text(), st.integers(0, 1000), st.integers(0, 1000))
def test_seeds_differ_between_prompts_and_builds(one, other, seed, further):
    """Another prompt or another seed of the build starts elsewhere."""
    first = sample_seed(SamplingParams(seed=seed), one, 0)
    assert (sample_seed(SamplingParams(seed=seed), other, 0) == first) == (one == other)
    assert (sample_seed(SamplingParams(seed=further), one, 0) == first) == (seed == further)


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.6},
        {"top_p": 0.8},
        {"top_k": None},
        {"min_p": None},
        {"max_tokens": 65},
        {"stop": ()},
        {"seed": 4},
    ],
)
def test_every_parameter_makes_another_sample(change):
    """A changed parameter asks for new samples and leaves the old ones alone."""
    assert sampling_id(SAMPLING.model_copy(update=change), "t") != sampling_id(SAMPLING, "t")


def test_a_sample_is_its_prompt_teacher_and_index():
    """Any other prompt, teacher or index is another sample."""
    ids = {sample_id(p, sampling_id(SAMPLING, t), i) for p in "ab" for t in "cd" for i in range(3)}
    assert len(ids) == 12


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"top_p": 0},
        {"top_k": 0},
        {"min_p": 1.1},
        {"max_tokens": 0},
        {"seed": -1},
    ],
)
def test_parameters_have_their_ranges(values):
    """What no server would take is refused before anything is asked."""
    with pytest.raises(ValidationError):
        SamplingParams(**values)

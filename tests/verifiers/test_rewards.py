"""Reward functions, called as the training libraries call them."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifiers import rewards


@pytest.fixture(autouse=True, scope="module")
def _close_the_pool() -> Iterator[None]:
    yield
    rewards.shared_pool().close()
    rewards._pools.clear()


def test_grpo_calls_with_texts_and_columns() -> None:
    """TRL passes prompts, completions and every column of the data set by keyword, as lists of one length."""
    found = rewards.accuracy_reward(
        prompts=["1/4 + 1/4?"] * 3,
        completions=[r"So it is \boxed{0.5}.", "The answer is 0.6.", "I do not know."],
        completion_ids=[[1], [2], [3]],
        reference=["1/2"] * 3,
        tags=[[], [], []],
        trainer_state=None,
    )
    assert found == [1.0, 0.0, 0.0]


def test_grpo_calls_with_conversations() -> None:
    """In conversational data sets a completion is a list of messages; the reference may be called `solution`."""
    found = rewards.accuracy_reward(
        prompts=[[{"role": "user", "content": "How far?"}]] * 2,
        completions=[
            [{"role": "assistant", "content": f"<think>...</think>The answer is {text}."}] for text in ("500 cm", "5 s")
        ],
        solution=["5 m", "5 m"],
        unit=[None, None],
        answer_kind=["quantity", "quantity"],
    )
    assert found == [1.0, 0.0]


def test_an_undecided_sample_is_left_out() -> None:
    """A reference that cannot be read gives None: neither for nor against the model."""
    found = rewards.accuracy_reward(completions=["#### 3"] * 2, answer=["3", "???"], answer_kind=["number"] * 2)
    assert found == [1.0, None]


def test_a_missing_reference_is_an_error_of_the_caller() -> None:
    """Without a reference there is nothing to reward, and the message names the columns."""
    with pytest.raises(ValueError, match="reference, solution"):
        rewards.accuracy_reward(prompts=["?"], completions=["5"])


def test_verl_scores_one_completion() -> None:
    """Called by keyword, with the reference as `ground_truth` and the data set's `extra_info`."""
    found = rewards.compute_score(
        data_source="openai/gsm8k",
        solution_str="12 * 4 = 46, so there are 48 eggs.\n#### 48",
        ground_truth="48",
        extra_info={"split": "train", "index": 3, "question": "How many eggs?"},
    )
    assert (found["score"], found["acc"], found["status"]) == (1.0, 1.0, "correct")
    assert (found["steps_checked"], found["false_steps"]) == (1, 1)


def test_verl_scores_a_batch() -> None:
    """The batch reward manager passes lists, and every result has the same keys."""
    found = rewards.compute_scores(
        data_sources=["a", "a", "b"],
        solution_strs=["#### 1", "#### 2", "no idea"],
        ground_truths=[1, "1", "x"],
        extra_infos=[None, {}, {"choices": None}],
    )
    assert [row["score"] for row in found] == [1.0, 0.0, 0.0]
    assert len({tuple(row) for row in found}) == 1


def test_verl_loads_the_file_by_its_path() -> None:
    """A file that the configuration names is imported as a module of another name."""
    path = Path(rewards.__file__)
    spec = importlib.util.spec_from_file_location("custom_module", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.compute_score("d", "#### 7", "7")["score"] == 1.0
    module.shared_pool().close()

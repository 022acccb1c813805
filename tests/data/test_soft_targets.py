"""Soft targets: stored compactly, read as arrays that line up with the tokens, or not at all."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import StorageError
from data.soft_targets import (
    MisalignedError,
    SoftTargets,
    read_soft_targets,
    soft_row,
    write_soft_targets,
)
from data.warehouse import Warehouse, open_warehouse

SAMPLE = {"sample_id": "s", "problem_id": "p", "teacher": "t", "run_id": "r", "completion": "Hi!"}
TOKENS = [
    (72, -0.1, [(72, -0.1), (74, -2.5)]),
    (105, -3.0, [(101, -0.2), (97, -1.75)]),
    (33, -9999.0, [(46, -0.001), (33, float("-inf"))]),
]


def decode(ids: list[int]) -> str:
    """Return text whose tokens are its characters; 0 is special."""
    return "".join(chr(each) for each in ids if each)


def stored(folder: Path, soft: SoftTargets, **sample: str) -> Warehouse:
    """Write one sample's soft targets."""
    warehouse = open_warehouse(folder / "warehouse")
    write_soft_targets(warehouse, "d", "r", [soft_row(SAMPLE | sample, soft)])
    return warehouse


def test_arrays_have_a_row_for_each_token_and_a_column_for_each_alternative(tmp_path):
    """Ids come back exactly, log-probabilities within a 16-bit float's precision, what cannot come stays improbable."""
    (each,) = read_soft_targets(stored(tmp_path, SoftTargets.of(2, TOKENS)).root, "d")
    assert each.ids.dtype == np.int32
    assert each.ids.tolist() == [[72, 74], [101, 97], [46, 33]]
    assert each.token_ids.tolist() == [72, 105, 33]
    assert each.logprobs.shape == (3, 2)
    np.testing.assert_allclose(each.logprobs[:2], [[-0.1, -2.5], [-0.2, -1.75]], rtol=1e-3)
    np.testing.assert_allclose(each.token_logprobs[:2], [-0.1, -3.0], rtol=1e-3)
    assert np.isfinite(each.logprobs).all()
    assert each.logprobs[2, 1] == -60000.0
    each.check("Hi!", decode)


def test_the_file_is_compact_and_its_columns_are_narrow(tmp_path):
    """int32 for ids, 16-bit floats for log-probabilities, k values for each token in one list."""
    warehouse = stored(tmp_path, SoftTargets.of(2, TOKENS))
    (path,) = (warehouse.root / "soft_targets" / "d").glob("*.parquet")
    schema = pq.read_schema(path)
    assert str(schema.field("top_ids").type) == "list<element: int32>"
    assert str(schema.field("top_logprobs").type) == "list<element: halffloat>"
    (row,) = pq.read_table(path).to_pylist()
    assert (row["k"], row["tokens"], len(row["top_ids"])) == (2, 3, 6)


@given(
    st.lists(st.lists(st.floats(-30, 0), min_size=3, max_size=3), min_size=1, max_size=20),
    st.sampled_from([0.5, 1.0, 2.0, 8.0]),
)
def test_a_temperature_is_applied_when_read(tmp_path_factory, logprobs, temperature):
    """Each row adds up to 1 over what was kept; order is kept; higher temperatures are flatter; the rest is named."""
    tokens = [(0, row[0], list(enumerate(row))) for row in logprobs]
    folder = tmp_path_factory.mktemp("soft")
    (each,) = read_soft_targets(stored(folder, SoftTargets.of(3, tokens)).root, "d")
    soft = each.at_temperature(temperature)
    np.testing.assert_allclose(np.exp(soft.logprobs).sum(axis=1), 1.0, rtol=1e-4)
    assert soft.rest.shape == (len(logprobs),)
    np.testing.assert_allclose(soft.rest, np.clip(1 - np.exp(each.logprobs).sum(axis=1), 0, 1), atol=1e-4)
    np.testing.assert_allclose(
        np.diff(soft.logprobs, axis=1), np.diff(each.logprobs, axis=1) / temperature, atol=1e-3, rtol=1e-3
    )


def test_a_temperature_that_is_none_is_refused(tmp_path):
    """Zero would be a division by it."""
    (each,) = read_soft_targets(stored(tmp_path, SoftTargets.of(2, TOKENS)).root, "d")
    with pytest.raises(ValueError, match="above 0"):
        each.at_temperature(0)


def test_tokens_of_another_text_or_tokenizer_are_found(tmp_path):
    """Before anybody trains on rows that belong to other tokens."""
    (each,) = read_soft_targets(stored(tmp_path, SoftTargets.of(2, TOKENS)).root, "d")
    with pytest.raises(MisalignedError, match="sample s: its soft targets were stored for another completion"):
        each.check("Ho!", decode)
    with pytest.raises(MisalignedError, match="decode to another text from character 0 on: 'Ij"):
        each.check("Hi!", lambda ids: decode([token + 1 for token in ids]))


def test_special_tokens_stop_sequences_and_separate_reasoning_do_not_misalign(tmp_path):
    """The end token is none of the text; a stop sequence was cut off it; reasoning may have a field of its own."""
    ids = [(ord(letter), -1.0, [(1, -1.0)]) for letter in "a so b\n\n"] + [(0, -1.0, [(1, -1.0)])]
    (each,) = read_soft_targets(stored(tmp_path, SoftTargets.of(1, ids), completion="a so b").root, "d")
    each.check("a so b", decode)
    (each,) = read_soft_targets(stored(tmp_path / "x", SoftTargets.of(1, ids), completion="b").root, "d")
    each.check("b", decode, reasoning="a so")
    with pytest.raises(MisalignedError):
        each.check("b", decode)


def test_lists_of_different_lengths_are_found(tmp_path):
    """A damaged file is not read as if it were whole."""
    soft = SoftTargets.of(2, TOKENS)
    broken = soft.model_copy(update={"top_ids": soft.top_ids[:-4]})
    with pytest.raises(MisalignedError, match="3 tokens, but 5 alternatives of 2 each"):
        list(read_soft_targets(stored(tmp_path, broken).root, "d"))


def test_a_file_that_is_gone_is_named(tmp_path):
    """With what to do."""
    warehouse = stored(tmp_path, SoftTargets.of(2, TOKENS))
    (path,) = (warehouse.root / "soft_targets" / "d").glob("*.parquet")
    path.unlink()
    with pytest.raises(StorageError, match=r"soft_targets/d/.*\.parquet: cannot be read"):
        list(read_soft_targets(warehouse.root, "d"))
    assert list(read_soft_targets(warehouse.root, "other")) == []


def test_they_survive_the_journal():
    """As JSON and back, bit by bit."""
    soft = SoftTargets.of(2, TOKENS)
    assert SoftTargets.model_validate_json(json.dumps(json.loads(soft.model_dump_json()))) == soft

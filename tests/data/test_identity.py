"""Content identities and the records that carry them."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.identity import canonical_json, content_id, set_id
from data.records import Message, Problem, Prompt, Status, Verdict

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value, order):
    """Return an equal value whose dictionaries were filled in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        order.shuffle(items)
        return {key: shuffled(item, order) for key, item in items}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


@given(json_values)
def test_canonical_json_reads_back_as_the_same_value(value):
    """Nothing is lost in canonical JSON, so different values never share it."""
    assert json.loads(canonical_json(value)) == value


@given(json_values, st.randoms(use_true_random=False))
def test_canonical_json_does_not_know_the_order_of_keys(value, order):
    """Two equal objects have one canonical text, whichever key came first."""
    assert canonical_json(shuffled(value, order)) == canonical_json(value)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_has_no_canonical_form(number):
    """NaN and infinities are refused: no other reader of JSON would understand them."""
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": number})


@given(st.lists(st.text(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_id_of_a_set_does_not_know_the_order(ids, order):
    """A shard has the same name whichever of its rows came first."""
    mixed = list(ids)
    order.shuffle(mixed)
    assert set_id("shard", mixed) == set_id("shard", ids)


def test_kinds_never_share_an_id():
    """The same content as two kinds of thing has two ids."""
    assert content_id("problem", "x") != content_id("record", "x")


@given(st.text(st.characters(), max_size=20))
def test_any_text_has_an_id(text):
    """Also text that UTF-8 cannot hold is identified, and is told from its repaired form."""
    assert len(content_id("text", text + "\ud800")) == 32
    assert content_id("text", text + "\ud800") != content_id("text", text + "\ufffd")


GOLDEN = Problem(
    question="How far is it? Ωμέγα",
    reference="5",
    unit="km",
    rel_tol=0.01,
    choices=("4", "5"),
    source="here",
    license="MIT",
    tags=("length",),
    id="7",
)


def test_ids_of_problems_never_change_by_accident():
    """A stored warehouse is only found again while these ids stay what they are."""
    assert GOLDEN.problem_id == "67124ffd1b076cf21e06801e3bbb8e95"
    assert GOLDEN.record_id == "152c25eea294a4e458cd421c76c4d029"


def test_ids_of_prompts_never_change_by_accident():
    """Samples are found again by the id of the prompt that was sent."""
    messages = (Message(role="system", content="Think."), Message(role="user", content="1 + 1?"))
    assert Prompt(template="t", template_hash="h", messages=messages).prompt_id == "eb9ffdfd644ecb8e3f5d0f0cb03680cd"


@given(
    source=st.text(max_size=5),
    licence=st.text(max_size=5),
    tags=st.lists(st.text(max_size=5), max_size=3),
    id_=st.text(),
)
def test_a_problem_is_what_is_asked_and_what_counts_as_right(source, licence, tags, id_):
    """Source, licence, tags and the source's own id are no part of a problem's identity."""
    other = GOLDEN.model_copy(update={"source": source, "license": licence, "tags": tuple(tags), "id": id_})
    assert other.problem_id == GOLDEN.problem_id


@pytest.mark.parametrize(
    "change",
    [
        {"question": "How far?"},
        {"reference": "6"},
        {"answer_kind": "quantity"},
        {"unit": "mi"},
        {"unit": None},
        {"rel_tol": 0.02},
        {"choices": ("5", "4")},
    ],
)
def test_whatever_changes_the_verdict_changes_the_problem(change):
    """A problem with another question, reference or way of comparing is another problem."""
    assert Problem(**(GOLDEN.model_dump() | change)).problem_id != GOLDEN.problem_id


@pytest.mark.parametrize("change", [{"source": "there"}, {"license": "CC0"}, {"tags": ()}, {"id": None}])
def test_the_record_knows_where_the_problem_came_from(change):
    """A problem with another source, licence or tags is stored again beside the old one."""
    assert Problem(**(GOLDEN.model_dump() | change)).record_id != GOLDEN.record_id


def test_a_prompt_is_the_messages_alone():
    """Renaming a template asks nothing again; another word in a message does."""
    messages = (Message(role="user", content="1 + 1?"),)
    prompt = Prompt(template="a", template_hash="1", messages=messages)
    assert prompt.model_copy(update={"template": "b", "template_hash": "2"}).prompt_id == prompt.prompt_id
    as_system = Prompt(template="a", template_hash="1", messages=(Message(role="system", content="1 + 1?"),))
    assert as_system.prompt_id != prompt.prompt_id


@given(st.lists(st.text(max_size=6), min_size=1, max_size=4))
def test_messages_are_not_glued_together(contents):
    """One long message and the same text in two are two prompts."""
    split = Prompt(template="", template_hash="", messages=tuple(Message(role="user", content=c) for c in contents))
    whole = Prompt(template="", template_hash="", messages=(Message(role="user", content="".join(contents)),))
    assert (split.prompt_id == whole.prompt_id) == (len(contents) == 1)


def test_a_changed_copy_has_its_own_identity():
    """Ids are remembered by a record, and not carried over into a copy that says something else."""
    assert GOLDEN.problem_id
    changed = GOLDEN.model_copy(update={"question": "How far?"})
    assert changed.problem_id == Problem(**changed.model_dump()).problem_id != GOLDEN.problem_id


def test_equal_problems_made_in_any_order_of_fields_are_one():
    """The order in which a row names its fields does not matter."""
    fields = list(GOLDEN.model_dump().items())
    random.Random(1).shuffle(fields)
    assert Problem(**dict(fields)).record_id == GOLDEN.record_id


def test_a_record_of_typed_values_is_the_record_that_checks_would_make():
    """What is left out of the way costs time only: equality, hash, JSON, copies and frozen fields stay."""
    values = {
        **dict.fromkeys(Verdict.model_fields, "?"),
        "status": Status.INCORRECT,
        "steps_checked": 3,
        "false_steps": ("1 + 1 = 3",),
        "seconds": 0.5,
    }
    checked, quick = Verdict(**values), Verdict.of_typed(dict(values))
    assert quick == checked
    assert hash(quick) == hash(checked)
    assert quick.model_fields_set == checked.model_fields_set
    assert quick.model_dump_json() == checked.model_dump_json()
    assert quick.model_copy(update={"reason": "another"}) == checked.model_copy(update={"reason": "another"})
    with pytest.raises(ValueError, match="frozen"):
        quick.reason = "another"

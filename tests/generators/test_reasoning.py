"""Reasoning and answer of a completion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.reasoning import CLOSE, OPEN, join_reasoning, split_reasoning

plain = st.text(st.sampled_from("ab<>/ \nthink"), max_size=20).filter(lambda t: OPEN not in t and CLOSE not in t)
tagged = st.lists(st.sampled_from([OPEN, CLOSE, "a", " ", "\n", "<", "think>"]), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("<think>2 + 2</think>4", "2 + 2", "4"),
        ("<think>\n2 + 2\n</think>\n\n4\n", "2 + 2", "4"),
        ("2 + 2</think>4", "2 + 2", "4"),
        ("<think>2 + 2", "2 + 2", ""),
        ("First <think>2 + 2", "2 + 2", "First"),
        ("4", None, "4"),
        (" 4 ", None, " 4 "),
        ("", None, ""),
        ("<think></think>4", "", "4"),
        ("<think>a</think>b<think>c</think>4", "abc", "4"),
        ("<think>a <think> b</think>4", "a  b", "4"),
        ("<think>a</think>4 <think>hm", "ahm", "4"),
        ("<think>a</think></think>4", "a", "4"),
        ("I <THINK> so", None, "I <THINK> so"),
    ],
)
def test_reasoning_is_told_from_the_answer(text, reasoning, answer):
    """Closed, unclosed, repeated and headless `<think>` blocks are all read as the model meant them."""
    assert split_reasoning(text) == (reasoning, answer)


@given(plain, plain)
def test_what_was_joined_is_split_again(reasoning, text):
    """Reasoning from a field of its own is found again in the one text, whatever it says."""
    joined = join_reasoning(reasoning, text)
    assert split_reasoning(joined) == ((reasoning.strip(), text.strip()) if reasoning else (None, text))


@given(tagged)
def test_no_tag_remains_anywhere(text):
    """However the tags stand, neither part has one left, and only a text without tags has no reasoning."""
    reasoning, answer = split_reasoning(text)
    for part in (reasoning or "", answer):
        assert OPEN not in part
        assert CLOSE not in part
    assert (reasoning is None) == (OPEN not in text and CLOSE not in text)


def test_tags_that_hide_in_each_other_cost_no_time():
    """A text made of halves of tags inside tags is cleaned in a few passes, however long it is."""
    reasoning, answer = split_reasoning("</thi" * 40_000 + CLOSE + "nk>" * 40_000 + "</think>4")
    assert CLOSE not in reasoning
    assert answer == "4"


@given(tagged)
def test_an_answer_is_split_once(text):
    """What stands after the reasoning is an answer: splitting it again finds no reasoning in it."""
    answer = split_reasoning(text)[1]
    assert split_reasoning(answer) == (None, answer)


@given(tagged)
def test_a_text_that_has_its_reasoning_already_stays_as_it_is(text):
    """Joining never puts a second block around a text with one, and nothing where there is no reasoning."""
    assert join_reasoning(None, text) == join_reasoning("", text) == text
    if OPEN in text or CLOSE in text:
        assert join_reasoning("other", text) == text

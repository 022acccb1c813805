"""Which answer is taken from a completion, and which completions give none."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.records import Problem
from tests.cpu_time import takes_at_most
from verifiers.dispatch import verify
from verifiers.extraction.final_answer import extract_answer

GOLDEN = Path(__file__).with_name("golden_extraction.jsonl")
ROWS: list[dict[str, Any]] = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
PROBLEM = Problem(question="How many?", reference="5")


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{row['text'][:30]!r}" for n, row in enumerate(ROWS, 1)])
def test_the_golden_completions_give_their_answers(row: dict[str, Any]) -> None:
    """Each completion gives exactly the answer that a careful reader takes from it, or none."""
    problem = Problem(question="?", reference=row["reference"], choices=tuple(row.get("choices", ())))
    found = extract_answer(row["text"], problem)
    assert found.answer == row["answer"], found.reason


COMPLETIONS = [
    json.loads(line) for line in (Path(__file__).parent / "cases" / "completions.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("row", COMPLETIONS, ids=lambda row: row["id"])
def test_the_golden_completions_get_their_verdicts(row: dict[str, Any]) -> None:
    """Each completion is accepted or not as its row says, whatever the way of stating, hedging or denying."""
    choices = tuple(row.get("choices", ()))
    problem = Problem(question=row.get("question", "?"), reference=row["reference"], choices=choices)
    verdict = verify(problem, row["text"])
    assert verdict.equal is row["equal"], verdict


HOSTILE = [
    *(
        "\\boxed{",
        "\\boxed{}",
        "\\boxed 5 ",
        "\\boxed{5} and ",
        "\\fbox{",
        "{",
        "}",
        "$",
        "\\(",
        "\\[",
        "answer ",
        "\n",
    ),
    *(
        "the answer is ",
        "answer: $1$ , ",
        "#### ",
        "####5\n",
        "\n\n",
        " ",
        "#",
        "*",
        "**",
        "**a** ",
        "<think>",
        "</think>",
    ),
    *(
        "<answer>",
        "</answer>",
        "\nQ:",
        "答案是",
        "not ",
        "5 or ",
        "is the answer ",
        "\\text{",
        "\\begin{a}",
        "=",
        "1=",
        "1 ",
    ),
    *(
        "because ",
        "(not ",
        "not 5, but ",
        ".",
        "。",
        "Aa. ",
        "<|im_end|>",
        "A) ",
        "\\",
        '"',
        "if ",
        "Final Answer\n",
        "🙂",
    ),
    *("\ud83d", "- ", "5%", "\u200b", "the answer aaa, ", "option A ", "1,000 ", "\\$", "\x00"),
    *(
        "# \n",
        "// a\n",
        "%",
        " %\n",
        "<s>",
        "<b a",
        "~~",
        "&amp;",
        '"answer":1,',
        "/*",
        '"""',
        "wait, ",
        "it is ",
        "\nNote",
    ),
    *(
        "1 or ",
        "(a) 1\n",
        "is what you ",
        "not 5 but ",
        "; it is 5",
        "A: 5\n",
        "-- a\n",
        "of the answer ",
        "x's ",
        "falsch ",
    ),
    *(
        "que ",
        "说",
        "wait, 5 ✓",
        "' a\n",
        "</result>",
        "[INST]",
        "5 (5) ",
        "\\boxed{5}? ",
        "Not counting a",
        "was told ",
    ),
    *(
        "<|begin_of_box|>",
        "my friend got \\boxed{5}. ",
        "$-\\boxed{5}$ or ",
        "\\boxed{5} is wrong ",
        "if we had ",
        "B, not ",
    ),
    *("according to my ", "-\\boxed{", "in 5 days ", "= √2 ", "maybe the answer is 5. ", "\\boxed{5} + "),
    *("1", "1a", "x ", "+ x", " 000", "page 1\n", "tokens: 1\n", "* 5\n", "A. a\n", "(A) a ", "one ", ", it's 5 "),
    *("\\iffalse", "<!--", "(17) ", "one in ", "5 m 5 s ", "say ", "答5", "\\phantom{", "\\color{white}", " is 5 "),
]


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
@pytest.mark.parametrize("frame", ["{}", "The answer is {}", "\\boxed{{5}}{}", "{}\n\\boxed{{5}}", "Answer: {} 5."])
def test_a_megabyte_of_anything_is_searched_in_time(piece: str, frame: str) -> None:
    """No repetition makes the search slow: far less than the three seconds that a verdict may take."""
    text = frame.format(piece * (1_000_000 // len(piece)))
    assert takes_at_most(2, lambda: extract_answer(text, PROBLEM))


PIECES = st.lists(
    st.one_of(
        st.sampled_from([*HOSTILE, "5", "6", "\\boxed{5}", "\\boxed{6}", "A", "B", " or ", "\\frac{1}{2}"]),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)


@given(PIECES, st.sampled_from(["5", "B", "x = 5", "5 m/s", "yes", "1, 2"]))
@settings(max_examples=400)
def test_any_text_gives_an_extraction(text: str, reference: str) -> None:
    """Whatever is searched, there is an answer that is not blank, or a reason."""
    found = extract_answer(text, Problem(question="?", reference=reference))
    assert found.reason
    assert found.answer is None or found.answer.strip()


@given(PIECES)
@settings(max_examples=300)
def test_what_stands_in_reasoning_is_never_found(text: str) -> None:
    """A completion that is nothing but closed reasoning has no answer."""
    assert extract_answer(f"<think>{text.replace('<', '')}</think>", PROBLEM).answer is None


@given(st.text(alphabet="abcdefgh xyz.\n", max_size=200), st.integers(-10_000, 10_000))
@settings(max_examples=200)
def test_a_closing_box_is_the_answer(prose: str, value: int) -> None:
    """Prose before the last box does not change it."""
    assert extract_answer(f"{prose}\nSo we get $\\boxed{{{value}}}$.", PROBLEM).answer == str(value)


@given(st.sampled_from(["or", "or maybe", "or possibly"]), st.integers(0, 99), st.integers(0, 99))
@settings(max_examples=100)
def test_a_hedge_is_never_one_of_its_halves(word: str, one: int, other: int) -> None:
    """Two alternatives never come out as one of them, boxed, stated or left to the last line."""
    assume(one != other)
    for text in (
        f"The answer is {one} {word} {other}.",
        f"\\boxed{{{one}}} {word} \\boxed{{{other}}}",
        f"$\\boxed{{{one}}}$ {word} {other}",
        f"It is {one} {word} {other}.",
        f"#### {one} {word} {other}",
    ):
        assert extract_answer(text, PROBLEM).answer not in {str(one), str(other)}


@given(st.sampled_from(["5", "$5$", "\\boxed{5}", "**5**"]), st.sampled_from(["not", "definitely not", "never"]))
@settings(max_examples=50)
def test_a_denied_answer_is_not_found(five: str, word: str) -> None:
    """Denying 5 never gives 5, however it is marked up."""
    for text in (f"The answer is {word} {five}.", f"It is {word} {five}.", f"Answer: {word} {five}"):
        assert extract_answer(text, PROBLEM).answer not in {"5", "$5$"}


@pytest.mark.parametrize("reference", ["x + 1", "(0, 1)", "y = 2x", "B", "3 h 5 min", "1/8"])
@pytest.mark.parametrize(
    "piece", ["1", "x ", "+ x", " ", "\n", "page 1\n", "1 1/", "one ", "* 5\n", "$x$, for $x>", "(x"], ids=repr
)
def test_a_long_last_sentence_is_read_in_time(piece: str, reference: str) -> None:
    """No repetition makes the last sentence slow, whatever kind of answer is looked for in it."""
    problem = Problem(question="Which?\n(A) 1 (B) 2", reference=reference)
    text = f"So it is {piece * (60_000 // len(piece))}!"
    assert takes_at_most(2, lambda: extract_answer(text, problem))

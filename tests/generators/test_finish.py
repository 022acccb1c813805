"""Loops, refusals and empty answers: what is certain is labelled, and nothing else."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.records import FinishReason
from generators.finish import finish_label, is_looping
from tests.cpu_time import takes_at_most
from tests.shared_cases import needs_shared, shared_rows

SENTENCE = "Wait, let me check this step once more. "
STOP, LENGTH = FinishReason.STOP, FinishReason.LENGTH


def prose(words: int, seed: int = 1) -> str:
    """Return text without any long repetition."""
    chance = random.Random(seed)
    return " ".join(f"{chance.choice(('add', 'take', 'then', 'half'))} {chance.randrange(10**6)}" for _ in range(words))


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 5,
        prose(300) + SENTENCE * 6 + prose(300),
        prose(40) + SENTENCE * 5 + SENTENCE[:17],
        "So the answer is 5.\nSo the answer is 5.\n" * 8,
        "\\boxed{5}\n" * 70,
        prose(20) + "0" * 700,
        (prose(25) + "\n") * 3,
        "a" * 47 + ("b" * 90 + " and so on ") * 8,
        "Wait, let me see that. Wait, let me see it again. Wait, let me see that now. " * 5,
    ],
)
def test_what_repeats_itself_is_a_loop(text: str) -> None:
    """At the end or before it, cut off in the middle, words, formulas or digits."""
    assert finish_label(text, None, STOP) is FinishReason.LOOP
    assert finish_label(text, None, LENGTH) is FinishReason.LOOP
    assert finish_label("\\boxed{5}", text, STOP) is FinishReason.LOOP


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 3,
        "1/3 = 0." + "3" * 400,
        "\\begin{pmatrix}" + "0 & 0 & 0 & 0 \\\\\n" * 12 + "\\end{pmatrix}",
        "| x | y | xy |\n|---|---|---|\n" + "| 0 | 0 | 0 |\n" * 15,
        "-" * 300,
        "The last digits go 2, 4, 8, 6, " + "2, 4, 8, 6, " * 30,
        "\n".join(f"Step {n}: add {n} and get {n * (n + 1) // 2}." for n in range(300)),
        prose(3000),
        (prose(30) + "\n") * 2,
        "",
    ],
)
def test_what_repeats_for_a_reason_is_no_loop(text: str) -> None:
    """Tables, matrices, decimals, cycles of digits, counted steps, a conclusion said twice."""
    assert not is_looping(text)


@given(st.integers(4, 9), st.integers(50, 600), st.integers(0, 900), st.integers(0, 900), st.integers(0, 10**6))
def test_a_loop_is_found_wherever_it_stands(repeats: int, period: int, before: int, after: int, seed: int) -> None:
    """Any run of four or more passages of fifty characters, whatever stands around it."""
    passage = prose(period // 4, seed)[:period]
    assert is_looping(prose(200, seed + 1)[:before] + passage * repeats + prose(200, seed + 2)[:after])


@pytest.mark.parametrize("unit", ["a", "ab ", "x" * 47 + "y", "a" * 95 + "b", "word " * 9 + "!"])
def test_the_time_is_linear(unit: str) -> None:
    """Also where every probe nearly matches; a million characters take no more than a few tenths of a second."""
    near = "".join(unit * (11 + n % 3) + str(n) for n in range(1_000_000 // (12 * len(unit))))
    assert takes_at_most(2, lambda: is_looping(near))


@needs_shared
def test_no_real_solution_is_labelled() -> None:
    """1,864 solutions of real models, right and wrong: none of them repeats itself, refuses or is empty."""
    texts = [text for row in shared_rows("problems/gsm8k_model_samples.jsonl") for text in row["completions"]]
    texts += [row["text"] for row in shared_rows("problems/math_model_samples.jsonl")]
    assert len(texts) > 1800
    assert {finish_label(text, None, STOP) for text in texts} == {STOP}


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, I can’t assist with that request.",
        "Sorry, I cannot provide a solution to this problem.",
        "I apologize, but I am unable to answer this question.",
        "As an AI language model, I cannot solve equations.",
        "Unfortunately, I'm not able to fulfill this request.",
        "I cannot assist with that.",
        "I must decline to answer.",
        "Es tut mir leid, aber ich kann Ihnen bei dieser Anfrage nicht helfen.",
        "Leider kann ich diese Frage nicht beantworten.",
        "Je suis désolé, mais je ne peux pas vous aider avec cette demande.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "Mi dispiace, ma non posso aiutarti con questa richiesta.",
        "Desculpe, mas não posso ajudar com isso.",
        "Het spijt me, maar ik kan je daar niet mee helpen.",
        "Извините, но я не могу помочь с этим запросом.",
        "很抱歉，我无法回答这个问题。",
        "對不起，我不能提供這方面的協助，也無法回答。",
        "申し訳ありませんが、そのご質問にはお答えできません。",
        "죄송하지만 그 요청은 도와드릴 수 없습니다.",
        "عذرًا، لا أستطيع مساعدتك في هذا الطلب.",
        "क्षमा करें, मैं इस अनुरोध में आपकी मदद नहीं कर सकता।",
    ],
)
def test_a_refusal_is_labelled(text: str) -> None:
    """In its usual words, with or without reasoning before it."""
    assert finish_label(text, None, STOP) is FinishReason.REFUSAL
    assert finish_label(f"<think>This is not allowed: 2 + 2.</think>{text}", None, STOP) is FinishReason.REFUSAL
    assert finish_label(text, "This is not allowed.", STOP) is FinishReason.REFUSAL


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, I cannot draw it, but the answer is $x$.",
        "I cannot provide a picture. The answer is B.",
        "I can't help noticing that x = y.",
        "I cannot answer yes: 2 is even, so no.",
        "Sorry, that was wrong. Let me try again.",
        "We cannot solve this for all n.",
        "The equation cannot be solved.",
        "No solution",
        "I would rather talk about something else",
        "抱歉，这个方程无法用初等方法解答，所以无解。",
        "Leider lässt sich die Gleichung nicht lösen.",
        "Lo siento, me equivoqué: la respuesta es B.",
        "Désolé, la réponse est: oui.",
    ],
)
def test_an_apology_is_no_refusal(text: str) -> None:
    """Whoever offers an answer, or speaks of the problem, does not refuse."""
    assert finish_label(text, None, STOP) is STOP


@pytest.mark.parametrize(
    ("completion", "reasoning", "reported", "label"),
    [
        ("", None, STOP, FinishReason.EMPTY),
        (" \n\u200b ", None, STOP, FinishReason.EMPTY),
        ("<think>2 + 2</think>\n", None, STOP, FinishReason.EMPTY),
        ("", "2 + 2", STOP, FinishReason.EMPTY),
        ("", None, LENGTH, FinishReason.EMPTY),
        ("<think>2 + 2", None, LENGTH, LENGTH),
        ("<think>2 + 2", None, STOP, STOP),
        ("", "2 + 2 and", LENGTH, LENGTH),
        ("∅", None, STOP, STOP),
        ("4", None, STOP, STOP),
        ("4", None, LENGTH, LENGTH),
    ],
)
def test_an_empty_answer_is_labelled(
    completion: str, reasoning: str | None, reported: FinishReason, label: FinishReason
) -> None:
    """Nothing visible after the reasoning; reasoning that was cut off is truncated, not empty."""
    assert finish_label(completion, reasoning, reported) is label


@given(st.text(max_size=300), st.none() | st.text(max_size=50), st.sampled_from([STOP, LENGTH]))
def test_a_label_is_its_own_label(completion: str, reasoning: str | None, reported: FinishReason) -> None:
    """Stored samples are labelled again with the same result."""
    label = finish_label(completion, reasoning, reported)
    assert finish_label(completion, reasoning, label) is label

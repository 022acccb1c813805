"""Which arithmetic statements are read in reasoning, and which of them are false."""

import json
import os
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cpu_time import takes_at_most
from verifiers.steps.checking import check_steps, statements
from verifiers.steps.plain_steps import plainly_true

SHARED = Path(os.environ.get("TRACEMILL_SHARED", Path(__file__).parents[3] / "shared"))

GOLDEN = Path(__file__).parent / "cases" / "steps.jsonl"

TRUE = [
    *(
        "12 × 4 = 48",
        "3*3=9",
        "3/4 of 20 is 15",
        "5 + 3 - 2 = 6",
        "5 x 2 = 10",
        "$3 \\times 4 = 12$",
        "1,000 * 3 = 3,000",
    ),
    *(
        "<<48/2=24>>",
        "48/2 = <<48/2=24>>24 clips",
        "$5 * 2 = $10",
        "\\frac{3}{4} \\times 20 = 15",
        "2^3 = 8",
        "5! = 120",
    ),
    *(
        "60 oranges/3 minutes = 20 oranges",
        "4 hours * 60 minutes/hour = 240 minutes",
        "3 x 60 = 180 seconds",
        "5² = 25",
    ),
    *(
        "20% of 50 is 10",
        "50 * 20% = 10",
        "10/50 = 20%",
        "10/50*100 = 20%",
        "0.5 = 50%",
        "half of 20 is 10",
        "twice 5 is 10",
    ),
    *(
        "a third of 30 is 10",
        "three quarters of 20 is 15",
        "12 times 4 is 48",
        "12 divided by 4 is 3",
        "12 minus 4 is 8",
    ),
    *(
        "2 hours = 120 minutes",
        "5 feet = 60 inches",
        "1 km = 1000 m",
        "1 1/2 + 2 = 3.5",
        "2(3+4) = 14",
        "10 – 2 = 8 hours",
    ),
    *(
        "\\sqrt{16} = 4",
        "18 = 2 \\cdot 3^2",
        "F = 2 * 9.8 = 19.6 N",
        "-3 + 5 = 2",
        "Total:60+180+54=294",
        "(2+3)*4 = 20",
    ),
    *("1/3 = 0.33", "2/3 = 0.67", "2/3 = 0.66", "22/7 ≈ 3.14", "100/7 \\approx 14.3", "14/6 = 2.3333333333333335"),
    *(
        "\\[ 12 \\times 11 = 132 \\]",
        "So \\(5 - 4 = 1\\).",
        "(5 - 4 = 1)",
        "Step 2 - \\(3 \\cdot 4 = 12\\)",
        "3 cm × 4 cm = 12 cm²",
        "$(1.00 \\mathrm{atm} + 1.00 \\mathrm{atm} = 2.00 \\mathrm{atm})$",
        "she has $65 - $76 = $-11 left",
        "a total of 1/4*20 = 5.0 times",
    ),
    *("for a total of 2*15=30 flowers", "Area = 5 * 4 = 20 square meters", "in 2020 there are 5 * 4 = 20 cats"),
]
FALSE = [
    *(
        "12 × 4 = 46",
        "3/4 of 20 is 16",
        "2 hours = 100 minutes",
        "20% of 50 is 12",
        "1/3 = 0.35",
        "2/3 ≈ 0.9",
        "2^3 = 9",
    ),
    *(
        "48/2 = <<48/2=25>>25",
        "half of 20 is 11",
        "1 km = 100 m",
        "5 * 3 = 16 apples",
        "$2.50 * 4 = $10.01",
        "180 - 240 = 60",
    ),
    *(
        "3 apples + 2 oranges = 6 fruits",
        "1,000 * 3 = 300",
        "7/2 = 3",
        "12 times 4 is 46",
        "\\frac{3}{4} \\times 20 = 16",
    ),
    *("\\[ 12 \\times 11 = 131 \\]", "\\(3400 + 2000 = 5480\\)", "(5 - 4 = 2)", "3 cm × 4 cm = 13 cm²"),
    *("1.5 * 4 = 5", "x = 3 * 3 = 10", "10/50 = 30%", "5 feet = 50 inches", "<<3+4=8>>", "(2+3)*4 = 24", "5! = 100"),
]
UNREADABLE = [
    "First test: 70 (70%) - 60 (60%) = 10 questions",
    "20 (50%) = 10",
    *(
        "x + 5 * 4 = 20",
        "2x = 10",
        "x = 5",
        "f(3) = 9",
        "P(2) = 3 + 1",
        "101_2 = 5",
        "3:4 = 6:8",
        "5 = 5",
    ),
    *(
        "2x + 3 = 13",
        "3 + 4 = 5 + y",
        "3 + ? = 8",
        "the answer is 5",
        "5 boxes = 50 apples",
        "2 m = 10",
        "5 + 3 = 9x",
        "a = 3",
    ),
    *(
        "100/3 = 33",
        "3.14 * 5^2 = 78.54",
        "50 + 20% = 60.5",
        "5 + 3 is 9 more than that",
        "2^{100} = 3",
    ),
    *(
        "1.00 \\mathrm{atm}=14.7 \\mathrm{lb} \\mathrm{in}^{-2}",
        "\\sin(30) = 1",
        "5 < 3 = 2",
        "0.\\overline{3} = 1/4",
        "2:38-2:15 = 24 minutes",
        "1 hour = 60 * 2",
        "",
    ),
]


@pytest.mark.parametrize("text", TRUE)
def test_true_statements_are_counted_and_hold(text: str) -> None:
    """A statement that can be read and holds is counted."""
    found = check_steps(text)
    assert found.checked >= 1
    assert found.false_steps == ()


@pytest.mark.parametrize("text", FALSE)
def test_false_statements_are_named(text: str) -> None:
    """A statement that does not hold is named as it stands."""
    assert len(check_steps(f"First, {text}.").false_steps) == 1 or len(check_steps(text).false_steps) == 1


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_may_mean_something_else_is_not_counted(text: str) -> None:
    """Variables, functions of them, bases and rounding without a sign are no arithmetic statements."""
    assert check_steps(text).false_steps == ()
    assert check_steps(text).checked == 0


def test_golden_statements() -> None:
    """Each golden text holds, is false, or at least is never called false, as its row says."""
    wrong = []
    for case in (json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()):
        found = check_steps(case["text"])
        is_right = {
            "holds": found.checked > 0 and not found.false_steps,
            "false": bool(found.false_steps),
            "not_false": not found.false_steps,
        }[case["expect"]]
        if not is_right:
            wrong.append((case["id"], case["text"], found))
    assert wrong == []


def test_each_link_of_a_chain_is_a_statement() -> None:
    """`2+3 = 5 = 10/3` states two things, and only the second is false."""
    found = check_steps("2+3 = 5 = 10/3")
    assert (found.checked, found.false_steps) == (2, ("5 = 10/3",))


SIDES = st.recursive(
    st.sampled_from(["3", "4", "12", "2.5", ".5", "1,000", "$7", "20%", "6 apples", "10 miles/hour", "5 kg"]),
    lambda side: st.builds("{} {} {}".format, side, st.sampled_from(["+", "-", "*", "x", "×", "/", "÷", "−"]), side),
    max_leaves=4,
)


@settings(max_examples=400)
@given(
    sides=st.lists(SIDES, min_size=2, max_size=3),
    before=st.sampled_from(["", "so ", "he has ", "that's ", "Total: ", "a total of ", "by ", "of ", "x ", "5 and "]),
    after=st.sampled_from(["", ".", " in all", ", which", " times 2", " = y", "%", " x"]),
)
def test_the_short_way_says_what_the_grammar_says(sides: list[str], before: str, after: str) -> None:
    """What is plainly true without the grammar is, by the grammar, as many true statements."""
    line = f"{before}{' = '.join(sides)}{after}"
    plain = plainly_true(line)
    if plain:
        assert [holds for _, holds in statements(line)] == [True] * plain


LINES = st.lists(
    st.sampled_from(
        [
            "So 12 * 4 = 48 eggs.",
            "She is 5 years older, so she is 20 + 5 = 25 years old.",
            "- 3 + 4 = 7",
            "1. 48 - 8 = 40",
            "2) Half of 40 is 20.",
            "There are 3 dogs.",
            "The price is $4.00 in all.",
            "He pays $3 * 2 = $6, and 6 + 1 = 7.",
            "Area = 3 * 4 = 12 cm",
            "x = 5",
            "10 / 3 = 3.33 each",
            "48/2 = <<48/2=24>>24 clips",
            "<<3+4=8>> apples",
            r"So it is \boxed{5 + 1 = 6}.",
            "**Total:** 2 * 3 = 6 = 3 + 3",
            "5 x 2 = 11",
            r"\(\frac{1}{2} \cdot 8 = 4\)",
            "7 - 2 =",
            "= 5 and 3 * 3 = 9",
            "",
        ]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=600)
@given(LINES)
def test_a_text_states_what_its_lines_state(lines: list[str]) -> None:
    """Whether it is read at once, as most are, or line by line."""
    whole, single = check_steps("\n".join(lines)), [check_steps(line) for line in lines]
    assert whole.checked == sum(each.checked for each in single)
    assert list(whole.false_steps) == [step for each in single for step in each.false_steps]


def test_a_matrix_is_no_line_of_its_own() -> None:
    """Nothing is said of a calculation with tables, whose rows end where lines do."""
    text = (
        r"\[\begin{pmatrix} 1 \\ 2 \end{pmatrix} = \frac{2}{5} \begin{pmatrix} 2 \\ 5 \end{pmatrix} = 7\] so 3 + 4 = 8."
    )
    found = check_steps(text)
    assert (found.checked, found.false_steps) == (1, ("3 + 4 = 8",))


FORMULAS = st.recursive(
    st.sampled_from(["3", "4", "12", "2.5", "-1"]),
    lambda side: (
        st.builds("{} {} {}".format, side, st.sampled_from(["+", "-", r"\cdot", r"\times", "/", "*"]), side)
        | side.map("({})".format)
        | side.map("2({})".format)
        | st.builds(r"\frac{{{}}}{{{}}}".format, side, side)
    ),
    max_leaves=5,
)


@settings(max_examples=600)
@given(
    sides=st.lists(FORMULAS, min_size=2, max_size=3),
    before=st.sampled_from(
        ["", r"\[", r"\(", "Area = ", r"\text{Area} = ", "so ", "x + ", "3 ", "sin x = ", "(half) ", "= "]
    ),
    after=st.sampled_from(
        ["", ".", r"\]", r"\)", " (see above)", r" \text{ feet}", r" \quad \text{and} \quad x", "^2", "x", "!"]
    ),
)
def test_brackets_and_fractions_are_as_the_grammar_says(sides: list[str], before: str, after: str) -> None:
    """So are formulas in brackets and in LaTeX, with a name before them or words after them."""
    line = f"{before}{' = '.join(sides)}{after}"
    plain = plainly_true(line)
    if plain:
        assert [holds for _, holds in statements(line)] == [True] * plain


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (r"\((2 \cdot 5) \cdot (3 \cdot 4 + 1) = 10 \cdot 13 = 130\) (already considered)", 2),
        (r"w = \frac{240}{12} = 20 \text{ feet}", 1),
        (r"2 \cdot 3 = 6 \quad \text{and} \quad 5 + 1 = 6 \quad \text{and} \quad 6 \cdot 6 = 36.", 3),
        ("He paid 4(60) + 3/(2 - 1) = 243", 1),
        ("5 x = 3(4) = 12", 0),
        (r"2\frac{1}{2} = 1 \cdot 1", 0),
        ("(1 + 2) * 3 = 9^1", 0),
    ],
)
def test_formulas_are_read_the_short_way(line: str, count: int) -> None:
    """Most formulas of solutions in LaTeX need no grammar; what is no such formula is left to it."""
    assert plainly_true(line) == count
    assert not count or [holds for _, holds in statements(line)] == [True] * count


def test_going_on_after_the_sign_is_no_false_step() -> None:
    """`5 + 3 = 8 * 2 = 16` is bad style: it does not claim that 8 is 16."""
    assert check_steps("5 + 3 = 8 * 2 = 16").false_steps == ()


def test_several_statements_are_counted_one_by_one() -> None:
    """The lines of a solution are checked each by itself, reasoning included."""
    text = "<think>He has 12 × 4 = 48 apples.</think>\n1. 48 - 8 = 41\n2. 3/4 of 20 is 15, so 15 + 1 = 16."
    found = check_steps(text)
    assert (found.checked, found.false_steps) == (4, ("48 - 8 = 41",))


@given(st.integers(0, 999), st.sampled_from("+-*"), st.integers(0, 999), st.integers(-3, 3))
@settings(max_examples=300)
def test_whole_number_arithmetic_is_decided_exactly(one: int, sign: str, other: int, off: int) -> None:
    """A statement about whole numbers is false exactly when the result is off."""
    result = {"+": one + other, "-": one - other, "*": one * other}[sign] + off
    for text in (f"{one} {sign} {other} = {result}", f"That makes ${one}{sign}{other}={result}$ in all."):
        found = check_steps(text)
        assert found.checked == 1
        assert bool(found.false_steps) == bool(off)


@given(st.text(alphabet="0123456789+-*/=x%() .,^!abc\\{}$\n", max_size=120))
@settings(max_examples=500)
def test_any_text_can_be_checked(text: str) -> None:
    """No text makes the check fail, and no more is false than was checked."""
    found = check_steps(text)
    assert len(found.false_steps) <= found.checked


@pytest.mark.parametrize("piece", ["1 m ", "twice ", "sqrt(", "|", "\\sin ", "\\lfloor ", "sum of "])
def test_what_is_nested_too_deep_is_not_read(piece: str) -> None:
    """However often something repeats within one line, on either side of a sign, nothing is said and nothing breaks."""
    nested = piece * (3_900 // len(piece))
    for text in (f"5 = {nested} 3", f"{nested} 3 = 5", f"The {nested} 3 is 5"):
        assert check_steps(text).false_steps == ()


@pytest.mark.parametrize(
    "piece",
    [
        "1+",
        "1 = ",
        "(",
        "9^",
        "9^9^",
        "1=1+1 ",
        "of ",
        "half ",
        "5 is ",
        "<<",
        "1/",
        "\\frac{",
        "\\\\",
        "5! ",
        "2x",
        "= ",
        "1,000",
        "\\sqrt{2} = 7 ",
        "2 + 2 = 5? ",
        "\\boxed{",
        "\\boxed{{{",
        "\\begin{array}",
        "\\\\  ",
        "  °",
        "is 1 ",
        "3 apples ",
        "1 m = 1 m ",
        "sum of 1, ",
        "\\sin ",
        "1 ≡ ",
        "1 +\n",
        "| 3 + 4 = 8 ",
        "苹果3个=",
    ],
)
def test_hostile_repetition_is_checked_in_time(piece: str) -> None:
    """A megabyte of anything, in one line or many, takes a fraction of what a verdict may take."""
    for separator in ("", "\n"):
        text = (piece + separator) * (1_000_000 // (len(piece) + len(separator)))
        assert takes_at_most(2.5, partial(check_steps, text))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of cases (TRACEMILL_SHARED) is not there")
def test_false_steps_tell_wrong_solutions_from_right_ones() -> None:
    """On real samples nearly every false step stands in a solution with a wrong answer."""
    counts = {True: [0, 0], False: [0, 0]}
    for line in (SHARED / "problems" / "gsm8k_model_samples.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for completion, is_right in zip(row["completions"], row["labels"], strict=True):
            counts[is_right][0] += 1
            counts[is_right][1] += bool(check_steps(completion).false_steps)
    (right, right_false), (wrong, wrong_false) = counts[True], counts[False]
    assert right_false / right < 0.005
    assert wrong_false / wrong > 0.05

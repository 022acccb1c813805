"""From rows of any source to problems."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ProblemRowError
from data.records import AnswerKind, Problem
from data.rows import RowReading, as_rows

ROW = {"question": "1 + 1?", "answer": "2"}


def read(row, **reading):
    """Read a row that stands at a known place."""
    return RowReading(**reading).problem(row, "here.jsonl:3")


def test_a_row_says_everything_about_a_problem():
    """Every column that the outside knows arrives in the record."""
    row = {
        "question": "How far?",
        "answer": "5",
        "id": 17,
        "answer_kind": "quantity",
        "unit": " km ",
        "rel_tol": 0.01,
        "choices": ["4 km", "5 km"],
        "source": "ours",
        "license": "MIT",
        "tags": ["length", "easy"],
        "something else": {"is": "ignored"},
    }
    assert read(row) == Problem(
        question="How far?",
        reference="5",
        id="17",
        answer_kind=AnswerKind.QUANTITY,
        unit="km",
        rel_tol=0.01,
        choices=("4 km", "5 km"),
        source="ours",
        license="MIT",
        tags=("length", "easy"),
    )


def test_columns_may_have_other_names():
    """A field mapping reads the source's columns, and no others, for what it maps."""
    problem = read({"input": "1 + 1?", "target": 2, "answer": "no"}, columns={"question": "input", "answer": "target"})
    assert (problem.question, problem.reference) == ("1 + 1?", "2")


@pytest.mark.parametrize("blank", [{}, {"source": None}, {"source": ""}, {"source": "  "}])
def test_defaults_fill_what_a_row_leaves_out(blank):
    """A missing, null or blank value takes the default; a value of its own stays."""
    assert read(ROW | blank, defaults={"source": "file"}).source == "file"
    assert read(ROW | {"source": "own"}, defaults={"source": "file"}).source == "own"


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        (27.0, "27"),
        (-3.0, "-3"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (1e22, "1e+22"),
        (12, "12"),
        (10**30, "1" + "0" * 30),
        (Decimal("27.00"), "27"),
        (Decimal("0.10"), "0.10"),
        ("  7/2 \n", "7/2"),
    ],
)
def test_numbers_become_the_text_that_people_would_write(answer, reference):
    """A whole number that went through a float column is a whole number again."""
    assert read(ROW | {"answer": answer}).reference == reference


@given(st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1))
def test_whole_numbers_survive_a_float_column(number):
    """Every whole number that a float can hold exactly comes back digit for digit."""
    assert read(ROW | {"answer": float(number)}).reference == str(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_float_is_lost(number):
    """The reference reads back as the very same number."""
    assert float(read(ROW | {"answer": number}).reference) == number


def test_the_answer_stands_after_the_last_marker():
    """GSM8K's `####` introduces the answer, also where the text has used it before."""
    row = {"question": "?", "answer": "a #### 3 and so\n#### 72 "}
    assert read(row, answer_after="####").reference == "72"


def test_a_single_tag_may_be_plain_text():
    """`tags: algebra` means one tag, not seven letters."""
    assert read(ROW | {"tags": "algebra"}).tags == ("algebra",)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"answer": "2"}, "no 'question'"),
        ({"question": "  ", "answer": "2"}, "no 'question'"),
        ({"question": "?"}, "no 'answer'"),
        ({"question": "?", "answer": None}, "no 'answer'"),
        ({"question": "?", "answer": "  "}, "no 'answer'"),
        ({"question": 5, "answer": "2"}, "question is not text but int"),
        ({"question": "?", "answer": ["2"]}, "neither text nor a number but a list"),
        ({"question": "?", "answer": {"a": 1}}, "neither text nor a number but an object"),
        ({"question": "?", "answer": True}, "neither text nor a number but true or false"),
        ({"question": "?", "answer": float("nan")}, "nan is not a finite number"),
        ({"question": "?", "answer": float("-inf")}, "-inf is not a finite number"),
        ({"question": "?", "answer": Decimal("NaN")}, "NaN is not a finite number"),
        (ROW | {"answer_kind": "numbr"}, "answer_kind"),
        (ROW | {"rel_tol": 1}, "rel_tol"),
        (ROW | {"rel_tol": -0.1}, "rel_tol"),
        (ROW | {"rel_tol": float("nan")}, "rel_tol"),
        (ROW | {"rel_tol": "much"}, "rel_tol"),
        (ROW | {"choices": "A or B"}, "choices"),
        (ROW | {"tags": [1]}, "tags"),
        (ROW | {"source": 5}, "source"),
        ({"question": "\ud800?", "answer": "2"}, "question"),
        ({"question": "?", "answer": "\ud800"}, "reference"),
        (ROW | {"unit": "\udfff"}, "unit"),
        (ROW | {"id": "\udfff"}, "id"),
        (ROW | {"tags": ["a", "\udfff"]}, "tags: half of a surrogate pair"),
    ],
)
def test_a_broken_row_is_named_with_what_is_wrong(row, complaint):
    """Whatever is wrong with a row, the error says where it stands and which column it is about."""
    with pytest.raises(ProblemRowError, match=complaint) as caught:
        read(row)
    assert str(caught.value).startswith("here.jsonl:3: ")
    str(caught.value).encode()  # and can be printed


def test_the_column_is_named_as_the_source_names_it():
    """With a mapping, the message speaks of the file's column, which is what people can look for."""
    with pytest.raises(ProblemRowError, match="no 'target'"):
        read({"question": "?"}, columns={"answer": "target"})


def test_a_missing_marker_is_a_broken_row():
    """A row without the marker has no answer that could be trusted."""
    with pytest.raises(ProblemRowError, match="does not contain '####'"):
        read(ROW, answer_after="####")
    with pytest.raises(ProblemRowError, match="the answer is empty"):
        read(ROW | {"answer": "2 ####"}, answer_after="####")


problems = st.builds(
    Problem,
    question=st.text(min_size=1).filter(str.strip),
    reference=st.text(min_size=1).map(str.strip).filter(bool),
    answer_kind=st.sampled_from(AnswerKind),
    unit=st.none() | st.sampled_from(["m", "km/h"]),
    rel_tol=st.none() | st.floats(min_value=0, max_value=0.5),
    choices=st.lists(st.text(), max_size=3).map(tuple),
    tags=st.lists(st.text(), max_size=3).map(tuple),
    id=st.none() | st.text(min_size=1).filter(str.strip),
)


@given(problems)
def test_a_problem_written_as_a_row_is_read_back_as_itself(problem):
    """Our own rows, through JSON, give the very problem that they were made of."""
    (row,) = as_rows(iter([problem]))
    assert read(json.loads(json.dumps(row))) == problem

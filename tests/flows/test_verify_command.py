"""`tracemill verify`, run as people run it."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from tests.processes import HANGS_S, REPOSITORY

COMMAND = [sys.executable, "-m", "flows.entry", "verify", "--workers", "1"]


def verify(lines: str | bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the command on `lines`."""
    data = lines.encode() if isinstance(lines, str) else lines
    return subprocess.run(
        [*COMMAND, *arguments], input=data, capture_output=True, timeout=HANGS_S, cwd=REPOSITORY, check=False
    )


def rows(done: "subprocess.CompletedProcess[bytes]") -> list[dict[str, Any]]:
    """The verdicts that were printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def jsonl(*items: dict[str, Any]) -> str:
    """Rows as JSONL."""
    return "".join(json.dumps(item) + "\n" for item in items)


def test_every_row_has_one_verdict_in_its_place() -> None:
    """Bare answers and completions may be mixed; ids come back as they were, whatever they are."""
    done = verify(
        jsonl(
            {"id": 1, "reference": "1/2", "answer": "0.5"},
            {"id": "b", "reference": "5 m", "text": "2 + 2 = 5. The answer is 500 cm.", "unknown": [1]},
            {"id": [3], "reference": 7, "answer": 8},
            {"reference": "B", "choices": ["Rome", "Paris"], "text": "It is (B) Paris, so \\boxed{B}."},
            {"id": None, "reference": "3.14", "answer": "3.15", "rel_tol": 0.01},
        )
    )
    assert done.returncode == 0
    assert done.stderr == b""
    found = rows(done)
    assert [row["id"] for row in found] == [1, "b", [3], None, None]
    assert [row["status"] for row in found] == ["correct", "correct", "incorrect", "correct", "correct"]
    assert [row["equal"] for row in found] == [row["status"] == "correct" for row in found]
    assert {"id", "status", "equal", "extracted", "reason", "seconds"} <= found[2].keys()
    assert found[1]["extracted"] == "500 cm"
    assert found[1]["false_steps"] == ["2 + 2 = 5"]


def test_thousands_of_rows_keep_their_order() -> None:
    """Order and count are those of the input, over many batches."""
    done = verify(jsonl(*({"id": n, "reference": str(n % 7), "answer": str(n % 5)} for n in range(5000))))
    found = rows(done)
    assert [row["id"] for row in found] == list(range(5000))
    assert all(row["equal"] == (row["id"] % 7 == row["id"] % 5) for row in found)


def test_a_bad_row_has_its_line_and_its_number() -> None:
    """Broken rows are answered in place with an error, and the exit code says that there were some."""
    done = verify(
        b'{"id": 1, "reference": "1", "answer": "1"}\n{broken\n\n[1]\n{"id": 5, "answer": "1"}\n'
        b'{"id": 6, "reference": "1"}\n{"id": 7, "reference": "1", "answer": "1", "rel_tol": []}\n\xff\xfe\n'
        b'{"id": 9, "reference": "1", "answer": "1"}'
    )
    found = rows(done)
    assert done.returncode == 2
    assert b"6 of 8 rows" in done.stderr
    assert [row["equal"] for row in found] == [True, False, False, False, False, False, False, True]
    assert [row["status"] for row in found[1:-1]] == ["error"] * 6
    assert [row["reason"].partition(":")[0] for row in found[1:-1]] == [f"line {n}" for n in (2, 4, 5, 6, 7, 8)]
    assert [row["id"] for row in found] == [1, None, None, 5, 6, 7, None, 9]


def test_text_makes_every_answer_a_completion() -> None:
    """With `--text` an `answer` is searched for its final answer, and `text` comes before it."""
    row = {"reference": "5", "answer": "First 4, and then 1 more.\nThe answer is 5."}
    assert [found["extracted"] for found in rows(verify(jsonl(row)))] == [row["answer"]]
    assert [found["extracted"] for found in rows(verify(jsonl(row), "--text"))] == ["5"]
    assert [found["extracted"] for found in rows(verify(jsonl(row | {"text": "#### 6"}), "--text"))] == ["6"]


def test_a_file_can_be_named(tmp_path: Path) -> None:
    """Rows come from the file that is named; a file that is not there is an input error."""
    path = tmp_path / "rows.jsonl"
    path.write_text(jsonl({"id": 1, "reference": "1", "answer": "1"}), encoding="utf-8")
    assert rows(verify("", str(path)))[0]["equal"] is True
    missing = verify("", str(tmp_path / "missing.jsonl"))
    assert missing.returncode == 2
    assert b"missing.jsonl" in missing.stderr


def test_the_summary_counts_by_status_and_kind() -> None:
    """The table goes to standard error, so the verdicts stay machine-readable."""
    done = verify(
        jsonl(*({"reference": "1", "answer": str(n), "kind": "easy" if n else "hard"} for n in (0, 1, 1, 2))),
        "--summary",
    )
    table = [line.split() for line in done.stderr.decode().splitlines()]
    assert table[0][0] == "kind"
    assert ["easy", "2", "1", "3"] in table
    assert ["all", "2", "2", "4"] in table
    assert len(rows(done)) == 4


def test_policies_are_changed_by_name() -> None:
    """A known policy changes verdicts; an unknown key or value is an input error that helps."""
    row = jsonl({"reference": "20 m", "answer": "20"})
    assert [found["equal"] for found in rows(verify(row))] == [False]
    assert [found["equal"] for found in rows(verify(row, "--policy", "missing_unit=accept"))] == [True]
    unknown = verify(row, "--policy", "mising_unit=accept")
    assert unknown.returncode == 2
    assert b"missing_unit" in unknown.stderr
    assert verify(row, "--policy", "missing_unit=perhaps").returncode == 2
    assert verify(row, "--workers", "0").returncode == 2


def test_an_explanation_is_for_people() -> None:
    """`--explain` says what was read, what decided and why, and prints no control characters of a model."""
    done = verify(
        jsonl(
            {"id": "r1", "reference": "1/2", "text": "\x1b[31mThe answer is 0.5"},
            {"reference": "1", "answer": "\x1b[2J"},
        ),
        "--explain",
    )
    shown = done.stdout.decode()
    for word in ("r1:", "correct", "0.5", "1/2", "because", "rule", "policy", "tracemill"):
        assert word in shown
    assert "\x1b" not in shown


def test_a_row_that_arrives_alone_is_answered_at_once() -> None:
    """The command works as a filter in a conversation: it does not wait for more rows or the end of input."""
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(jsonl({"id": number, "reference": "1", "answer": "1"}).encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(HANGS_S) == 0


def test_a_reader_that_goes_away_is_no_drama() -> None:
    """With its output closed the command ends soon, says nothing, and leaves no process."""
    line = jsonl({"reference": "1", "answer": "1"}).encode()
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, cwd=REPOSITORY) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(line)
        process.stdout.read(1)
        children = psutil.Process(process.pid).children()
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            for _ in range(100_000):
                process.stdin.write(line)
        process.wait(HANGS_S)
        assert process.stderr.read() == b""
    _, alive = psutil.wait_procs(children, timeout=HANGS_S)
    assert not alive


def test_memory_does_not_grow_with_the_input() -> None:
    """After ten times as many rows the command holds no more memory than it did."""
    line = jsonl({"reference": "1", "answer": "1", "question": "x" * 500}).encode()
    read, write = os.pipe()
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=write, cwd=REPOSITORY) as process:
        os.close(write)
        assert process.stdin is not None

        def feed(count: int) -> int:
            assert process.stdin is not None
            with os.fdopen(os.dup(read), "rb") as answers:
                for _ in range(count // 500):
                    process.stdin.write(line * 500)
                    process.stdin.flush()
                    for _ in range(500):
                        answers.readline()
            return psutil.Process(process.pid).memory_info().rss

        few = feed(2_000)
        many = feed(20_000)
        process.stdin.close()
        assert process.wait(HANGS_S) == 0
    os.close(read)
    assert many < few + 20_000_000

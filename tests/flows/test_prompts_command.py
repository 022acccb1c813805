"""What `tracemill prompts show` prints is what a teacher is sent."""

import json
from pathlib import Path

import pytest

from flows.cli import main
from tests.builds import sums, write_build


def test_the_first_problems_are_rendered_as_they_are_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same messages that a build sends, without teacher or warehouse."""
    config = write_build(tmp_path, "http://127.0.0.1:9/v1", sums(5), prompt={"template": "by-kind"})
    assert (
        main(
            ["prompts", "show", str(config), "--problems", "2", "--json", "--set", "prompt.system=Add {answer_format}"]
        )
        == 0
    )
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["messages"][1]["content"] for row in rows] == ["What is 0 + 1?", "What is 1 + 2?"]
    assert rows[0]["messages"][0]["content"] == "Add Put the final answer, and nothing else, in \\boxed{}."
    assert [row["samples"] for row in rows] == [4, 4]
    assert not (tmp_path / "warehouse").exists()


def test_people_see_roles_and_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a question do not reach the terminal."""
    problems = [{"question": "What is \x1b[31m1 + 1?", "answer": "2"}]
    config = write_build(tmp_path, "http://127.0.0.1:9/v1", problems)
    assert main(["prompts", "show", str(config)]) == 0
    shown = capsys.readouterr().out
    assert "template plain · 4 samples\n--- user\nWhat is \N{REPLACEMENT CHARACTER}[31m1 + 1?" in shown


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("prompt.template=boxd", "no template or file 'boxd'; did you mean 'boxed'?"),
        ("prompt.templates=[{template: boxed}, {template: boxed}]", "two templates are called 'boxed'"),
        ("prompt.templates=[{template: boxed, kinds: [choice]}]", "every template names `kinds`"),
        ("prompt.templates=[{template: boxed, weight: 0}]", "prompt.templates.0.weight"),
        ("prompt.examples=none.jsonl", "prompt.examples: no such file"),
        ("prompt.examples=empty.jsonl", "holds no example"),
        ("prompt.examples=broken.jsonl", "broken.jsonl:2: completion: Field required"),
        ("prompt.examples=text.jsonl", "text.jsonl:1: not JSON"),
        ("prompt.shots=0", "prompt.shots"),
        ("problems.0.limit=0", "problems.0.limit"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, complaint: str) -> None:
    """File and key, exit code 2."""
    config = write_build(tmp_path, "http://127.0.0.1:9/v1", sums(1))
    if "templates=" in change:
        config.write_text(config.read_text().replace("prompt:\n  template: plain.yaml\n", ""))
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "broken.jsonl").write_text('{"question": "a", "completion": "b"}\n{"question": "a"}\n')
    (tmp_path / "text.jsonl").write_text("Hello\n")
    assert main(["prompts", "show", str(config), "--set", change]) == 2
    assert complaint in capsys.readouterr().err


def test_examples_come_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of the same tags are a set; no more are shown than asked for."""
    rows = [{"question": f"{n}?", "completion": f"{n}!", "tags": ["hard"] if n == 9 else []} for n in (9, 1, 2, 3)]
    config = write_build(tmp_path, "http://127.0.0.1:9/v1", sums(1))
    (tmp_path / "shown.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    changes = ["--set", "prompt.examples=shown.jsonl", "--set", "prompt.shots=2", "--json"]
    assert main(["prompts", "show", str(config), *changes]) == 0
    (shown,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [message["content"] for message in shown["messages"]] == ["1?", "1!", "2?", "2!", "What is 0 + 1?"]

"""Hostile text: it runs nothing, hangs nothing, crashes nothing and is never accepted by mistake."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz_verify import PIECES, REFERENCES, check_one
from data.records import Problem, Status
from tests.processes import HANGS_S
from tests.shared_cases import needs_shared, shared_rows
from verifiers.pool import VerifierPool
from verifiers.trees.evaluation import FUNCTIONS
from verifiers.workers.worker_process import Item

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 3.0


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    """The pool as it is used."""
    with VerifierPool(workers=2) as shared:
        yield shared


def text_of(row: dict[str, Any], name: str, canary: str) -> str:
    """A field of a case, with its repetitions written out."""
    pieces = row.get(f"{name}_repeat")
    text = "".join(piece * times for piece, times in pieces) if pieces else str(row.get(name, ""))
    return text.replace("$CANARY", canary)


@needs_shared
def test_hostile_cases_run_nothing_and_hang_nothing(pool: VerifierPool, tmp_path: Path) -> None:
    """As a bare answer and inside a completion, no hostile case is accepted, slow, an error, or run."""
    canary = tmp_path / "canary"
    cases = shared_rows("cases/hostile.jsonl")
    items = []
    for row in cases:
        problem = Problem(question="?", reference=text_of(row, "reference", str(canary)))
        answer = text_of(row, "answer", str(canary))
        items += [(problem, answer, True), (problem, answer, False), (problem, f"So it is \\boxed{{{answer}}}.", False)]
    verdicts = pool.submit(items).result(timeout=HANGS_S)
    accepted = [
        cases[n // 3]["id"] for n, verdict in enumerate(verdicts) if verdict.equal and not cases[n // 3]["equal"]
    ]
    slow = [
        (cases[n // 3]["id"], verdict.seconds)
        for n, verdict in enumerate(verdicts)
        if verdict.seconds > MOST_SECONDS and least_seconds(pool, items[n]) > MOST_SECONDS
    ]
    broken = [
        (cases[n // 3]["id"], verdict.reason) for n, verdict in enumerate(verdicts) if verdict.status is Status.ERROR
    ]
    assert (accepted, slow, broken) == ([], [], [])
    assert not canary.exists()


def least_seconds(pool: VerifierPool, item: Item) -> float:
    """Return how long an item takes at best: a busy machine makes others of it look slow."""
    return min(pool.submit([item]).result(timeout=HANGS_S)[0].seconds for _ in range(5))


FRAMES = (
    *("So we get $\\boxed{{{}}}$.", "The answer is {}.", "Therefore, the final answer is {}. I hope it is correct."),
    *("Work.\n#### {}", "**Final Answer:** {}", "<think>hm</think>\n<answer>{}</answer>", "We add.\n\nAnswer: {}\n"),
)


@needs_shared
@pytest.mark.parametrize("name", ["adversarial", "units", "math"])
def test_a_wrong_answer_stays_wrong_however_it_is_stated(pool: VerifierPool, name: str) -> None:
    """What must not be accepted as a bare answer is not accepted inside a completion either."""
    wrong = [row for row in shared_rows(f"cases/{name}.jsonl") if not row["equal"] and row.get("form") != "response"]
    framed = [(row, frame.format(row["answer"])) for row in wrong for frame in FRAMES]
    items = [(Problem(question="?", reference=row["reference"]), text, False) for row, text in framed]
    verdicts = pool.submit(items).result(timeout=HANGS_S)
    accepted = [(row["id"], text) for (row, text), verdict in zip(framed, verdicts, strict=True) if verdict.equal]
    assert accepted == []


TRACED = r"""
import json, pickle, sys
from data.records import Problem
from verifiers.dispatch import verify, verify_answer
from verifiers.extraction.final_answer import extract_answer

texts, references = json.load(sys.stdin)
WATCHED = (
    *("compile", "exec", "open", "os.", "subprocess.", "pickle.", "socket.", "ctypes.", "shutil."),
    *("import", "marshal."),
)
ALLOWED = (sys.prefix, sys.base_prefix)
found = []
watching = False

def hook(event, arguments):
    if not watching or not event.startswith(WATCHED):
        return
    shown = repr(arguments)
    if "hostile_mark" in shown:
        found.append((event, shown[:300]))
    elif event in ("import", "marshal.loads"):
        pass  # a module of ours or of sympy that is loaded at its first use; its code objects come with `exec`
    elif event == "exec" and str(getattr(arguments[0], "co_filename", "")).startswith(ALLOWED):
        pass
    elif event == "compile" and arguments[0] is None:
        pass
    elif event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(ALLOWED):
        pass
    else:
        found.append((event, shown[:300]))

sys.addaudithook(hook)
for round in range(2):  # the first round loads what is loaded at first use
    watching = round == 1
    for reference in references:
        problem = Problem(question="?", reference=reference)
        for text in texts:
            verify_answer(problem, text)
            verify(problem, text)
            verify(problem, "The answer is " + text)
watching = False
print(json.dumps(found))
"""

RUNNING = [
    "__import__('os').system('touch hostile_mark')",
    "(lambda: open('hostile_mark', 'w'))()",
    "$__import__('subprocess').run(['touch', 'hostile_mark'])$",
    "\\boxed{eval(\"open('hostile_mark','w')\")}",
    "exec('hostile_mark=1')",
    "f'{open(\"hostile_mark\")}'",
    "[x for x in ().__class__.__base__.__subclasses__()] # hostile_mark",
    "Symbol('x').hostile_mark.__class__",
    "5 hostile_mark",
    "hostile_mark(5)",
    "\\input{/etc/passwd hostile_mark}",
    "\\write18{touch hostile_mark}",
    "cos\nsystem\n(S'touch hostile_mark'\ntR.",
    "x = 5; import hostile_mark",
    "; touch hostile_mark",
    "$(touch hostile_mark)",
    "`touch hostile_mark`",
    "../../hostile_mark",
    "/var/hostile_mark",
    "' OR 1=1; -- hostile_mark",
    "<script>hostile_mark</script>",
    "5 m**__import__('os').system('touch hostile_mark')",
    "{0.__class__.__init__.__globals__} hostile_mark",
    "2**hostile_mark + x*hostile_mark",
    "\\frac{hostile_mark}{2} + \\sqrt{hostile_mark}",
    "\\int_0^1 hostile_mark dx",
    "1" * 5000 + "hostile_mark",
]


def test_no_text_reaches_what_could_run_it(tmp_path: Path) -> None:
    """An audit hook sees every compile, exec, open, import and process: none of them has a word from the texts."""
    references = [
        "2",
        "x^2 + 1",
        "5 m/s",
        "\\{1, 2\\}",
        "\\begin{pmatrix}1\\\\2\\end{pmatrix}",
        "yes",
        "(0, 1)",
        "x = 5",
        "B",
    ]
    done = subprocess.run(
        [sys.executable, "-c", TRACED],
        input=json.dumps([RUNNING, references]),
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
    assert list(tmp_path.iterdir()) == []


FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "sympify",
    "parse_expr",
    "parse_latex",
    "lambdify",
    "nsimplify",
    "S",
}
FORBIDDEN_IMPORTS = {"pickle", "dill", "cloudpickle", "shelve", "marshal", "code", "codeop", "runpy", "multiprocessing"}


def test_the_verifiers_call_nothing_that_evaluates_text() -> None:
    """No module of `verifiers` names a function that turns text into code or objects."""
    found = []
    for path in sorted((ROOT / "verifiers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                is_pattern = name == "compile" and ast.unparse(node.func) == "re.compile"
                if name in FORBIDDEN_CALLS and not is_pattern:
                    found.append(f"{path.name}:{node.lineno} {name}")
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                )
                names += [alias.name for alias in node.names]
                found += [
                    f"{path.name}:{node.lineno} {name}" for name in names if name.split(".")[0] in FORBIDDEN_IMPORTS
                ]
                found += [
                    f"{path.name}:{node.lineno} {name}" for name in names if name in FORBIDDEN_CALLS - {"compile", "S"}
                ]
    assert found == []


@given(
    st.sampled_from(REFERENCES),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=14).map("".join),
)
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_has_a_verdict(reference: str, text: str) -> None:
    """Whatever pieces of mathematics, units and prose are put together, there is a verdict, soon and no error."""
    check_one(reference, text)


@given(st.sampled_from(REFERENCES), st.binary(max_size=60))
@settings(max_examples=200)
def test_any_bytes_have_a_verdict(reference: str, data: bytes) -> None:
    """Text that is none at all is judged like any other."""
    check_one(reference, data.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("values", ["", "x", "x, 2", "2, x, y", "x, x, x, x"])
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_of_any_number_of_values_have_a_verdict(name: str, values: str) -> None:
    """A function of too few or too many values has no value, and is no error of ours."""
    for reference in ("\\sin(2x)", f"\\operatorname{{{name}}}(x)"):
        check_one(reference, f"\\operatorname{{{name}}}({values})")

"""Fuzz the way from a text to a verdict, guided by coverage (atheris, libFuzzer).

    .venv/bin/python -m benchmarks.fuzz_verify                        # 20,000 texts
    .venv/bin/python -m benchmarks.fuzz_verify -max_total_time=600

Options are libFuzzer's. An exception, an `error` verdict or one slower than three seconds ends the run, and the
text that caused it is written to `.fuzz/crash-…`. What reached new code is kept in `.fuzz/corpus`, where the
next run goes on from.
"""

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["verifiers"]):
    from verifiers.dispatch import verify, verify_answer
    from verifiers.steps.checking import check_steps

from data.records import Problem, Status

FOLDER = Path(".fuzz")
MOST_SECONDS = 3.0
REFERENCES = (
    *("2", "-3/4", "0.125", "1,234.5", "6.63 \\times 10^{-34}", "\\frac{\\sqrt{3}}{2}", "x^2 + 2x + 1", "\\sin(2x)"),
    *("e^{i\\pi}", "5 m/s", "25 °C", "3.0 \\times 10^8 \\text{ m/s}", "20\\%", "\\$12.50", "\\{1, 2, 3\\}", "(1, 2)"),
    *("[0, \\infty)", "(-\\infty, 1] \\cup (2, 3)", "x = 5", "y = 2x + 1", "x < 3", "1, 2", "B", "yes", "12:30", "5!"),
    *("\\begin{pmatrix}1 & 2\\\\3 & 4\\end{pmatrix}", "\\text{Evelyn}", "\\binom{5}{2}", "\\sum_{k=1}^{10} k"),
    *("\\ln 2", "3 + 4i", "52_8"),
)
PIECES = (
    *("\\frac{", "\\sqrt{", "\\sqrt[3]{", "^{", "_{", "{", "}", "(", ")", "[", "]", "\\left(", "\\right)", "|", "\\{"),
    *("\\}", "+", "-", "*", "/", "=", "<", ">", "\\le", "\\ne", "\\pm", "\\times", "\\cdot", "!", "^", "_", "**", ","),
    *(";", ".", ":", "0", "1", "2", "10", "0.5", ".5", "1e9", "1E+1000000", "10^{10^{10}}", "9^9^9", "999999999!"),
    *("½", "²", "⅔", "∞", "π", "x", "y", "n", "e", "i", "\\pi", "\\sin", "\\ln", "\\log_", "\\int_0^1", "dx"),
    *("\\sum_{n=1}^{\\infty}", "\\lim_{x\\to 0}", "m", "km", "\\text{ m/s}", "\\mathrm{kg}", "°C", "%", "\\%", "\\$"),
    *("$", " 5 ft 3 in", "J/(mol K)", "\\si{\\meter}", "\\boxed{", "\\boxed{5}", "The answer is ", "#### ", "<think>"),
    *("</think>", " or ", " not ", "**", "\n", " ", "答案是", "\\begin{pmatrix}", "\\\\", "&", "\\end{pmatrix}"),
    *("\\begin{cases}", "\\cup", "\\in", "\\infty", "\\binom{", "\\mathbb{R}", "__import__('os')", "eval(", "lambda"),
    *("\x00", "\u200b", "\ud83d", "🙂", "A", "(B)", "yes", "no", "\\text{", "\\pmod{"),
)


def check_one(reference: str, text: str) -> None:
    """Judge `text` as a bare answer and as a completion; raise if that takes too long or fails inside."""
    problem = Problem(question="?", reference=reference)
    for judge in (verify_answer, verify):
        started = time.process_time()
        verdict = judge(problem, text)
        seconds = time.process_time() - started
        assert verdict.status is not Status.ERROR, (reference, text, verdict.reason)
        assert seconds < MOST_SECONDS, (reference, text, seconds)
        assert text.strip() or not verdict.equal
    check_steps(text)


def fuzz_one(data: bytes) -> None:
    """Take the first byte as the choice of the reference and the rest as text."""
    if data:
        check_one(REFERENCES[data[0] % len(REFERENCES)], data[1:].decode("utf-8", "surrogateescape"))


def main() -> None:
    """Fuzz until told to stop."""
    seeds, corpus, words = FOLDER / "seeds", FOLDER / "corpus", FOLDER / "words.dict"
    for folder in (seeds, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in PIECES), encoding="utf-8")
    for number, reference in enumerate(REFERENCES):
        (seeds / str(number)).write_bytes(bytes([number]) + reference.encode())
    options = sys.argv[1:] or ["-seed=1", "-runs=20000"]
    fixed = [f"-dict={words}", f"-artifact_prefix={FOLDER}/", "-max_len=400", "-len_control=20"]
    atheris.Setup([sys.argv[0], *fixed, *options, str(corpus), str(seeds)], fuzz_one)
    atheris.Fuzz()


def _escaped(piece: str) -> str:
    """A word as a libFuzzer dictionary wants it."""
    return "".join(f"\\x{byte:02x}" for byte in piece.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    main()

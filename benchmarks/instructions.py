"""How many instructions of the processor a verdict takes, part by part: no neighbour on the machine changes them.

    .venv/bin/python -m benchmarks.instructions          # a minute or two; needs gcc and valgrind

The texts are the labelled real samples (`benchmarks/verify.py`), each judged once, with nothing kept from before.
"""

import argparse
import ctypes
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.verify import ours, real_samples, shared_folder
from data.records import Problem
from verifiers.extraction.final_answer import extract_answer
from verifiers.steps.checking import check_steps

SWITCH = r"""
#include <valgrind/callgrind.h>
void count(void) { CALLGRIND_START_INSTRUMENTATION; CALLGRIND_ZERO_STATS; }
void stop(const char *part) { CALLGRIND_DUMP_STATS_AT(part); CALLGRIND_STOP_INSTRUMENTATION; }
"""
WARM_UP = 100
OF_TEXTS = ("verifiers.deciding.", "verifiers.extraction.", "verifiers.reading.", "verifiers.steps.")


def main() -> None:
    """Run the parts under valgrind, and print what it counted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", metavar="LIBRARY", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        run_parts(ctypes.CDLL(options.inside))
        return
    compiler, valgrind = shutil.which("gcc"), shutil.which("valgrind")
    if compiler is None or valgrind is None:
        sys.exit("gcc and valgrind are needed: install them (Debian: apt install gcc valgrind)")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "switch.c"), Path(folder, "switch.so")
        source.write_text(SWITCH, encoding="utf-8")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
        counted = Path(folder, "counted")
        subprocess.run(
            [
                *(valgrind, "--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={counted}"),
                *(sys.executable, "-m", "benchmarks.instructions", "--inside", str(library)),
            ],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        texts = len(list(real_samples(shared_folder())))
        print(f"{'part':<14} {'instructions':>16} {'a text':>10}")
        for part, total in sorted(_counts(counted), key=lambda count: -count[1]):
            print(f"{part:<14} {total:>16,} {total // texts:>10,}")


def run_parts(switch: Any) -> None:
    """Judge all texts part by part, with the count switched on around each part."""
    pairs = list(real_samples(shared_folder()))
    texts = [pair.text for pair in pairs]
    asked = [(pair.text, Problem(question="?", reference=pair.reference)) for pair in pairs]
    for pair in pairs[:WARM_UP]:
        ours(pair)
    gc.collect()
    gc.freeze()
    gc.disable()
    _count(switch, "step check", check_steps, texts)
    _count(switch, "extraction", lambda item: extract_answer(*item), asked)
    _count(switch, "whole verdict", ours, pairs)


def _count(switch: Any, part: str, work: Callable[[Any], object], items: Sequence[object]) -> None:
    _forget()
    switch.count()
    for item in items:
        work(item)
    switch.stop(part.encode())


def _forget() -> None:
    """Empty the caches of texts; what is known of units stays known."""
    for name, module in list(sys.modules.items()):
        if name.startswith(OF_TEXTS):
            for value in vars(module).values():
                if hasattr(value, "cache_clear") and value.__module__ == name:
                    value.cache_clear()


def _counts(written: Path) -> list[tuple[str, int]]:
    """The name and the count of each part, from the files that valgrind wrote."""
    found = []
    for path in written.parent.glob(f"{written.name}.*"):
        text = path.read_text(encoding="utf-8")
        part = re.search(r"^desc: Trigger: .*?: (.+)$", text, re.MULTILINE)
        total = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
        if part and total:
            found.append((part[1].removeprefix("Request: "), int(total[1])))
    return found


if __name__ == "__main__":
    main()

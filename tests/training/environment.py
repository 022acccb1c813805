"""The environment that `make test-train` installs, and how a script is run in it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.builds import REPOSITORY

PYTHON = REPOSITORY / ".venv-train" / "bin" / "python"
MODEL = REPOSITORY / ".venv-train" / "model"
QUIET = {
    "DISABLE_VERSION_CHECK": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Nothing is fetched or told to anybody; the first is LLaMA-Factory's own switch for other versions of what it uses."""


def run_script(name: str, *arguments: str | Path, out: Path) -> dict[str, Any]:
    """Run a script beside this file, offline; return the JSON object that it writes to `out`, its last argument."""
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name(name), *arguments, out],
        env=os.environ | QUIET | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(out.read_text())

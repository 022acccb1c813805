"""The environment that `make test-train` installs, how a script is run in it, and what it is given."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from data.catalog import Catalog
from data.exporting import export_version
from data.exports import ExportFormat
from data.published import find_version
from data.versions import VersionManifest
from data.warehouse import Warehouse
from generators.reasoning import join_reasoning
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


def export(warehouse: Warehouse, how: ExportFormat, target: Path) -> VersionManifest:
    """Write the last version of `sums` as `how` into the new folder `target`; return the version's manifest."""
    catalog = Catalog(warehouse.catalog, warehouse.root)
    manifest = find_version(warehouse, catalog, "sums")
    export_version(warehouse, catalog, manifest, how, target, join_reasoning)
    return manifest


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

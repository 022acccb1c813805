"""Where the shared problems and cases lie; tests that need them are skipped where they are not there."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.builds import REPOSITORY

SHARED = Path(os.environ.get("TRACEMILL_SHARED", REPOSITORY.parent / "shared"))

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared cases at {SHARED} (TRACEMILL_SHARED)")


def shared_rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a shared JSONL file."""
    with (SHARED / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]

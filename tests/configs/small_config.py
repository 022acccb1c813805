"""A small configuration, and ways to spoil it."""

from pathlib import Path

from configs.loading import LoadedBuild, load_build

SMALL = """\
name: sums
problems:
  - {source: jsonl, path: problems.jsonl}
teacher:
  engine: openai
  base_urls: ["http://127.0.0.1:9000/v1"]
  model: some-model
sampling: {samples_per_problem: 4, temperature: 0.7}
warehouse: ./warehouse
"""


def write(folder: Path, text: str = SMALL, *, name: str = "build.yaml") -> Path:
    """Write a configuration and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """Return the small configuration with one piece of it replaced."""
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def load(folder: Path, text: str = SMALL, *changes: str) -> LoadedBuild:
    """Write and load a configuration."""
    return load_build(write(folder, text), changes)

"""The house itself: what is committed keeps to its own rules."""

import re
import subprocess
import tomllib
from pathlib import Path

from tests.builds import REPOSITORY

LOCKS = sorted(REPOSITORY.glob("requirements*.lock"))
FOLDERS = {"flows", "generators", "verifiers", "data", "configs", "tests", "benchmarks", "docs", ".ci"}


def committed() -> list[Path]:
    """Return the files that git tracks."""
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)  # noqa: S607
    return [REPOSITORY / name for name in listed.stdout.splitlines()]


def test_locks_name_versions_and_hashes_and_no_registry() -> None:
    """An install is the same everywhere, through whatever index a machine uses."""
    assert LOCKS
    for lock in LOCKS:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        pinned = re.findall(r"^[\w.-]+==\S+ \\$", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 0


def test_the_unrelated_package_verifiers_stays_out_of_the_locks() -> None:
    """PyPI has a package of that name; ours would be shadowed."""
    for lock in LOCKS:
        assert not re.search(r"^verifiers==", lock.read_text(encoding="utf-8"), re.MULTILINE)


def test_top_level_folders_are_the_rooms_and_no_more() -> None:
    """Everything has its place."""
    folders = {path.relative_to(REPOSITORY).parts[0] for path in committed() if path.parent != REPOSITORY}
    assert folders == FOLDERS


def test_packages_have_empty_init_files() -> None:
    """Importing the records loads nothing else."""
    for path in committed():
        if path.name == "__init__.py" and path.relative_to(REPOSITORY).parts[0] != "tests":
            assert path.read_text(encoding="utf-8") == ""


def test_every_extra_is_declared() -> None:
    """The extras that the documentation names exist."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["optional-dependencies"]) == {"embedded", "reasoning-gym", "s3", "ray", "hf", "dev"}


def test_links_in_the_documentation_lead_somewhere() -> None:
    """Every relative link of README and docs is a file."""
    for page in [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

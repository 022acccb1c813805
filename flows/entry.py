"""Where the command starts: it makes sure that Python finds our packages, then loads the command line."""

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("configs", "data", "generators", "verifiers")


def main() -> int:
    """Run the command line; a stranger under one of our packages' names is an error, never a silent mix."""
    home = Path(__file__).resolve().parents[1]
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parents[1] != home:
            found = origin.parent if origin else "nothing"
            print(
                f"tracemill: the package {name!r} should be {home / name}, but Python finds {found}; uninstall what "
                f"put it there (PyPI has an unrelated {name!r}), or use a virtual environment of its own",
                file=sys.stderr,
            )
            return 1
    from flows.cli import main as run_command_line  # noqa: PLC0415 - only after the check

    return run_command_line()


if __name__ == "__main__":
    sys.exit(main())

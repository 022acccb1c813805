"""Reading a build's configuration: YAML, `--set`, environment variables, paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from configs.complaints import complaints
from configs.hiding import hide_secrets
from configs.models import BuildConfig
from configs.yaml_text import YamlText, environment, read_value, substitute_variables
from data.errors import ConfigError
from data.identity import content_id


@dataclass(frozen=True)
class LoadedBuild:
    """A checked configuration and where it came from."""

    config: BuildConfig
    path: Path
    shown: dict[str, Any]
    """The configuration as written, environment variables unread and secrets hidden: fit to be stored."""
    text: YamlText

    @property
    def config_hash(self) -> str:
        """Content hash of `shown`."""
        return content_id("config", self.shown)

    @property
    def folder(self) -> Path:
        """Folder that relative paths start from."""
        return self.path.resolve().parent

    def resolve(self, path: str | Path) -> Path:
        """Return a path of the configuration as an absolute one; `~` is the home folder.

        Raises `ConfigError` for what can be no path.
        """
        try:
            return (self.folder / Path(path).expanduser()).resolve()
        except (RuntimeError, ValueError) as error:  # an unknown ~user, a NUL character
            raise ConfigError(f"{self.path}: {str(path)!r} is no path ({error})") from error

    def where(self, *place: str | int) -> str:
        """Return `file:line` of a key."""
        return self.text.where(place)

    @property
    def warehouse(self) -> Path:
        """The warehouse folder."""
        return self.resolve(self.config.warehouse)


def load_build(path: Path, changes: Sequence[str] = ()) -> LoadedBuild:
    """Read and check a configuration file, with `changes` such as `sampling.seed=7` applied.

    Raises `ConfigError`, one line for each thing that is wrong.
    """
    try:
        raw = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the configuration ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: the configuration is not UTF-8 text ({error})") from error
    text = YamlText(str(path), raw)
    for change in changes:
        _apply(text.value, change)
    values = substitute_variables(text, environment())
    try:
        config = BuildConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(complaints(error, BuildConfig, text)) from error
    if "://" in config.warehouse:
        raise ConfigError(
            f"{text.where(('warehouse',))}: warehouse: {config.warehouse!r} is not a folder; "
            "object storage is not supported by this version"
        )
    return LoadedBuild(config, path, hide_secrets(text.value), text)


def _apply(values: dict[str, Any], change: str) -> None:
    """Set one dotted key; list items are named by their number.

    Messages name the key alone: the value may be a secret.
    """
    key, equals, written = change.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {key}: expected key=value, such as sampling.seed=7")
    value = read_value(f"--set {key}", written)
    *parents, last = key.split(".")
    target: Any = values
    for parent in parents:
        target = _descend(target, parent, key)
    if isinstance(target, list):
        target[_list_index(target, last, key)] = value
    elif isinstance(target, dict):
        target[last] = value
    else:
        raise ConfigError(f"--set {key}: {'.'.join(parents)} holds a single value, not keys")


def _descend(target: Any, part: str, key: str) -> Any:
    if isinstance(target, list):
        return target[_list_index(target, part, key)]
    if isinstance(target, dict):
        if target.get(part) is None:
            target[part] = {}
        return target[part]
    raise ConfigError(f"--set {key}: there is nothing below {part!r}")


def _list_index(items: list[Any], part: str, key: str) -> int:
    if not part.isdecimal() or int(part) >= len(items):
        known = f"one of the items 0 to {len(items) - 1}" if items else "there: the list is empty"
        raise ConfigError(f"--set {key}: {part!r} is not {known}")
    return int(part)

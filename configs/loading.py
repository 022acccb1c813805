"""Reading a build's configuration: YAML, `--set`, environment variables, paths."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from configs.complaints import complaints
from configs.models import BuildConfig
from configs.yaml_text import YamlText, environment, substitute_variables
from data.errors import ConfigError
from data.identity import content_id

_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")
HIDDEN = "(hidden)"


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
        """Return a path of the configuration as an absolute one; `~` is the home folder."""
        return (self.folder / Path(path).expanduser()).resolve()

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
    return LoadedBuild(config, path, _hide_secrets(text.value), text)


def _apply(values: dict[str, Any], change: str) -> None:
    """Set one dotted key; list items are named by their number."""
    key, equals, written = change.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {change}: expected key=value, such as sampling.seed=7")
    try:
        value = yaml.safe_load(written)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {change}: the value is not valid YAML") from error
    *parents, last = key.split(".")
    target: Any = values
    for parent in parents:
        target = _descend(target, parent, change)
    if isinstance(target, list):
        target[_list_index(target, last, change)] = value
    elif isinstance(target, dict):
        target[last] = value
    else:
        raise ConfigError(f"--set {change}: {'.'.join(parents)} holds a single value, not keys")


def _descend(target: Any, part: str, change: str) -> Any:
    if isinstance(target, list):
        return target[_list_index(target, part, change)]
    if isinstance(target, dict):
        if target.get(part) is None:
            target[part] = {}
        return target[part]
    raise ConfigError(f"--set {change}: there is nothing below {part!r}")


def _list_index(items: list[Any], part: str, change: str) -> int:
    if not part.isdigit() or int(part) >= len(items):
        raise ConfigError(f"--set {change}: {part!r} is not one of the items 0 to {len(items) - 1}")
    return int(part)


def _hide_secrets(value: Any, key: str = "") -> Any:
    """Return the configuration with literal keys and passwords hidden; `${VAR}` may be shown."""
    if isinstance(value, dict):
        return {name: _hide_secrets(item, str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_hide_secrets(item, key) for item in value]
    if isinstance(value, str):
        if re.search(r"key|token|secret|password", key) and not re.fullmatch(r"\$\{\w+\}", value):
            return value if key.endswith("tokens") else HIDDEN
        return _USER_INFO.sub("", value)
    return value

"""YAML text with the line of every key, so that messages can name it."""

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from data.errors import ConfigError
from data.plain_text import without_surrogates

_VARIABLE = re.compile(r"\$(?:\$|\{([^}]*)\})")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class YamlText:
    """A parsed YAML mapping together with where its keys stand."""

    def __init__(self, name: str, text: str) -> None:
        """Parse `text`; `name` is its file's, for messages. Raises `ConfigError`."""
        self.name = name
        try:
            self._node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.value: Any = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader underneath
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f":{mark.line + 1}" if mark else ""
            raise ConfigError(f"{name}{line}: not valid YAML: {error.problem or error.context}") from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{name}: not valid YAML: {error}") from error
        except RecursionError as error:
            raise ConfigError(f"{name}: nested too deeply") from error
        if not isinstance(self.value, dict):
            raise ConfigError(f"{name}: expected keys and values at the top, such as `name: my-dataset`")
        _check_plain(self.value, lambda place: f"{self.where(place)}: {'.'.join(map(str, place))}")

    def where(self, place: Sequence[str | int]) -> str:
        """Return `file:line` of a key, or of the nearest thing around it that stands in the file."""
        node, line = self._node, None
        for part in place:
            found = _child(node, part)
            if found is None:
                continue  # the name of a variant, which is no key of the file
            line, node = found
        return self.name if line is None else f"{self.name}:{line}"


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would silently keep the last. Dates stay the text that they are."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag.endswith(":merge"):
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                problem = f"the key {key!r} is not text; put it in quotes"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            if key != without_surrogates(key):
                problem = "half of a surrogate pair stands in a key"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            if key in seen:
                problem = f"the key {key!r} stands here twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_value(name: str, text: str) -> Any:
    """Read one YAML value, as strictly as a file; raises `ConfigError` that does not quote it."""
    try:
        value = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader underneath
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{name}: the value is not valid YAML") from error
    _check_plain(value, lambda place: ".".join([name, *map(str, place)]))
    return value


def _check_plain(value: Any, name: Callable[[tuple[str | int, ...]], str]) -> None:
    """Refuse what JSON cannot say: a configuration is stored as JSON, and parts of it are sent as JSON."""

    def check(item: Any, place: tuple[str | int, ...], around: tuple[int, ...]) -> None:
        if id(item) in around:
            raise ConfigError(f"{name(place)}: refers to itself")
        if isinstance(item, dict | list):
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            for key, inner in pairs:
                check(inner, (*place, key), (*around, id(item)))
        elif isinstance(item, str):
            if item != without_surrogates(item):
                raise ConfigError(f"{name(place)}: half of a surrogate pair stands in it; write the character itself")
        elif isinstance(item, float) and not math.isfinite(item):
            raise ConfigError(f"{name(place)}: {item} is not a finite number")
        elif not isinstance(item, int | float | None):
            raise ConfigError(f"{name(place)}: expected text, a number, true, false, a list or keys")

    check(value, (), ())


def substitute_variables(text: YamlText, environment: Mapping[str, str]) -> Any:
    """Return the text's value with `${VAR}` replaced everywhere; `$$` is a plain dollar sign.

    Raises `ConfigError` naming key and variable where one is not set.
    """
    return _substitute(text.value, (), text, environment)


def _substitute(value: Any, place: tuple[str | int, ...], text: YamlText, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _substitute(item, (*place, name), text, environment) for name, item in value.items()}
    if isinstance(value, list):
        return [_substitute(item, (*place, number), text, environment) for number, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def read(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, where = match[1], f"{text.where(place)}: {'.'.join(map(str, place))}"
        if not _VARIABLE_NAME.fullmatch(name):
            raise ConfigError(f"{where}: ${{{name}}} is not the name of an environment variable")
        if name not in environment:
            raise ConfigError(f"{where}: the environment variable {name} is not set; set it or edit the key")
        if environment[name] != without_surrogates(environment[name]):
            raise ConfigError(f"{where}: the environment variable {name} is not UTF-8 text")
        return environment[name]

    return _VARIABLE.sub(read, value)


def environment() -> Mapping[str, str]:
    """Return the environment of this process; nothing else in the project reads it."""
    return os.environ


def _child(node: Any, part: str | int) -> tuple[int, Any] | None:
    """Return line and node of a mapping's key or a sequence's item."""
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == part:
                return key_node.start_mark.line + 1, value_node
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return None

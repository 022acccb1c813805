"""From the `prompt` section of a configuration to the templates: names, files, worked examples."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from configs.complaints import complaints, nearest
from configs.loading import LoadedBuild
from configs.models import WeightedTemplate
from configs.yaml_text import YamlText
from data.errors import ConfigError
from data.records import AnswerKind, PromptMode, Record
from generators.prompt_mix import MixEntry, PromptMix
from generators.prompts import Example, ExampleSet, PromptTemplate

PROMPTS = Path(__file__).parent / "prompts"


class ExampleRow(Record):
    """A row of a file of worked examples."""

    question: str
    completion: str
    tags: tuple[str, ...] = ()
    kinds: tuple[AnswerKind, ...] = ()


def prompt_mix(build: LoadedBuild) -> PromptMix:
    """Return the configured prompt templates; raises `ConfigError`."""
    several = build.config.prompt.templates
    entries = [
        _entry(build, use, ("prompt", "templates", number) if several else ("prompt",))
        for number, use in enumerate(build.config.prompt.uses)
    ]
    if build.config.teacher.engine == "embedded" and any(e.template.mode is PromptMode.COMPLETION for e in entries):
        raise ConfigError(
            f"{build.where('prompt')}: prompt: the embedded engine takes chat prompts only; `mode: completion` needs a "
            "server"
        )
    try:
        return PromptMix(entries=tuple(entries))
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{build.where('prompt', 'templates')}: prompt.templates: {reason}") from error


def _entry(build: LoadedBuild, use: WeightedTemplate, key: tuple[str | int, ...]) -> MixEntry:
    template = _template(build, use.template, key)
    changes: dict[str, Any] = {} if use.name is None else {"name": use.name}
    if use.system is not None:
        changes["system"] = use.system or None
    if use.examples is not None:
        changes["example_sets"] = _example_sets(build, use.examples, key)
    if use.shots is not None:
        sets = changes.get("example_sets", template.example_sets)
        changes["example_sets"] = tuple(
            each.model_copy(update={"examples": each.examples[: use.shots]}) for each in sets
        )
    try:
        changed = PromptTemplate.model_validate(template.model_dump() | changes) if changes else template
    except ValidationError as error:
        raise ConfigError(f"{_place(build, key, 'system')}: {error.errors()[0]['msg']}") from error
    return MixEntry(template=changed, weight=use.weight, kinds=use.kinds)


def _template(build: LoadedBuild, name: str, key: tuple[str | int, ...]) -> PromptTemplate:
    shipped = {path.stem: path for path in PROMPTS.glob("*.yaml")}
    path = shipped.get(name) or build.resolve(name)
    where = _place(build, key, "template")
    if name not in shipped and not path.is_file():
        hint = nearest(name, shipped) if "/" not in name and "." not in name else ""
        raise ConfigError(f"{where}: no template or file {name!r}{hint}")
    text = YamlText(str(path), _read(path, where))
    try:
        return PromptTemplate.model_validate({"name": path.stem} | text.value)
    except ValidationError as error:
        raise ConfigError(complaints(error, PromptTemplate, text)) from error


def _example_sets(build: LoadedBuild, name: str, key: tuple[str | int, ...]) -> tuple[ExampleSet, ...]:
    """Read worked examples; rows of the same tags and kinds are a set, in the order of their first rows."""
    where = _place(build, key, "examples")
    path = build.resolve(name)
    if not path.is_file():
        raise ConfigError(f"{where}: no such file: {path}")
    sets: dict[tuple[Any, ...], list[Example]] = {}
    for row in _example_rows(path, _read(path, where)):
        example = Example(question=row.question, completion=row.completion)
        sets.setdefault((row.tags, row.kinds), []).append(example)
    if not sets:
        raise ConfigError(f"{where}: {path} holds no example")
    return tuple(
        ExampleSet(tags=tags, kinds=kinds, examples=tuple(examples)) for (tags, kinds), examples in sets.items()
    )


def _example_rows(path: Path, text: str) -> Iterator[ExampleRow]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield ExampleRow.model_validate(json.loads(line))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise ConfigError(f"{path}:{number}: {name}: {first['msg']}") from error
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{path}:{number}: not JSON ({error})") from error


def _read(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{where}: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: {path}: not UTF-8 text ({error.reason})") from error


def _place(build: LoadedBuild, key: tuple[str | int, ...], name: str) -> str:
    """Return file, line and dotted key, for messages."""
    return f"{build.where(*key, name)}: {'.'.join(map(str, (*key, name)))}"

"""What pydantic found wrong with a configuration, in words that say what to do."""

import types
import typing
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from configs.hiding import is_secret, without_user_info
from configs.yaml_text import YamlText

_WORDINGS = {
    "missing": "this key is missing",
    "model_type": "expected keys and values below it",
    "model_attributes_type": "expected keys and values below it",
    "dict_type": "expected keys and values below it",
    "tuple_type": "expected a list",
    "too_short": "give at least one",
}
"""Where pydantic speaks of Python's types, or of nothing at all."""


def complaints(error: ValidationError, model: type[BaseModel], text: YamlText) -> str:
    """Return one line for each thing wrong, with file, line and key."""
    lines = []
    errors = error.errors(include_url=False)
    for found in errors:
        place = found["loc"]
        if found["type"] == "too_short" and any(_is_below(other["loc"], place) for other in errors):
            continue  # the list is short only because an item of it is wrong
        lines.append(without_user_info(f"{text.where(place)}: {_key(place, model)}: {_complaint(dict(found), model)}"))
    return "\n".join(dict.fromkeys(lines))


def nearest(word: str, known: typing.Iterable[str]) -> str:
    """Return a hint such as `; did you mean 'seed'?`, or the known words where none is near."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f"; known here: {', '.join(words)}"


def _complaint(found: dict[str, Any], model: type[BaseModel]) -> str:
    place, context = found["loc"], found.get("ctx", {})
    if wording := _WORDINGS.get(found["type"]):
        return wording + _got(found)
    match found["type"]:
        case "extra_forbidden":
            known = _keys_at(model, place[:-1])
            return f"unknown key {str(place[-1])!r}{nearest(str(place[-1]), known)}"
        case "union_tag_invalid":
            name = context["discriminator"].strip("'")
            tags = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
            return f"unknown {name} {context['tag']!r}{nearest(context['tag'], tags)}"
        case "union_tag_not_found":
            return f"the key {context['discriminator']} is missing"
        case "string_pattern_mismatch":
            return (
                f"{found['input']!r} may hold only letters, digits, '.', '_' and '-', and starts with one of the first"
            )
        case _:
            return str(found["msg"]).removeprefix("Value error, ") + _got(found)


def _got(found: dict[str, Any]) -> str:
    """Return what stands there, unless it is long or may be a secret."""
    if isinstance(found["input"], dict | list | tuple) or any(is_secret(str(part)) for part in found["loc"]):
        return ""
    return f" (got {found['input']!r})"


def _is_below(place: tuple[str | int, ...], above: tuple[str | int, ...]) -> bool:
    return len(place) > len(above) and place[: len(above)] == above


def _key(place: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """Return the key's path as people write it, without the names of union variants."""
    parts: list[str] = []
    annotation: Any = model
    for part in place:
        step = _step(annotation, part)
        if step is not None and step[1]:
            annotation = step[0]
            continue
        parts.append(str(part))
        annotation = step[0] if step else None
    return ".".join(parts)


def _keys_at(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    annotation: Any = model
    for part in place:
        step = _step(annotation, part)
        if step is None:
            return []
        annotation = step[0]
    annotation = _only_model(annotation)
    return list(annotation.model_fields) if annotation else []


def _step(annotation: Any, part: str | int) -> tuple[Any, bool] | None:
    """Follow one part of a location: what lies there, and whether `part` only named a variant."""
    options = _options(annotation)
    for option in options:
        if isinstance(option, type) and issubclass(option, BaseModel):
            if len(options) > 1 and part in _tags(option):
                return option, True
            if part in option.model_fields and len(options) == 1:
                return option.model_fields[str(part)].annotation, False
        if typing.get_origin(option) is tuple and isinstance(part, int):
            return typing.get_args(option)[0], False
    return None


def _options(annotation: Any) -> list[Any]:
    """Return the members of a union, without None and without annotations."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _options(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [option for option in typing.get_args(annotation) if option is not type(None)]
        return [each for member in members for each in _options(member)]
    return [annotation]


def _tags(model: type[BaseModel]) -> set[str]:
    """Return the values of a variant's literal fields."""
    values: set[str] = set()
    for field in model.model_fields.values():
        if typing.get_origin(field.annotation) is typing.Literal:
            values |= set(typing.get_args(field.annotation))
    return values


def _only_model(annotation: Any) -> type[BaseModel] | None:
    models = [o for o in _options(annotation) if isinstance(o, type) and issubclass(o, BaseModel)]
    return models[0] if len(models) == 1 else None

"""Our own problem sets: made by code, each problem with its exact answer, the same on every machine."""

from collections.abc import Iterator, Mapping
from random import Random

from data import quantity_problems, small_algebra, word_problems
from data.drafts import Draft, Maker
from data.errors import InputError
from data.records import Problem

LICENSE = "Apache-2.0"
BLOCK = 4
"""So many problems of one kind follow each other: their prompts begin alike, with the same worked
examples, and a teacher that keeps the beginning evaluates it once."""
ATTEMPTS = 1000
"""Draws for one new problem before the set counts as used up."""

_SETS: Mapping[str, Mapping[str, Maker]] = {
    "word-problems": word_problems.MAKERS,
    "small-algebra": small_algebra.MAKERS,
    "quantities": quantity_problems.MAKERS,
}
NAMES = tuple(_SETS)
"""Names of the sets."""


def kinds(name: str) -> tuple[str, ...]:
    """Return the kinds of problems in a set; a problem's first tag is its kind."""
    return tuple(_makers(name))


def generate(name: str, count: int, seed: int) -> Iterator[Problem]:
    """Yield `count` different problems of a set; the first of a longer list are those of a shorter one.

    Raises `InputError` for an unknown name, and when the set has no more different problems.
    """
    makers = _makers(name)
    order = tuple(makers)
    seen: set[str] = set()
    for number in range(count):
        kind = order[number // BLOCK % len(order)]
        draft = _new_draft(makers[kind], f"{name}/{seed}/{number}", seen)
        if draft is None:
            raise InputError(f"the set {name!r} has only {number} different problems with seed {seed}")
        seen.add(draft.question)
        yield Problem(
            question=draft.question,
            reference=draft.reference,
            answer_kind=draft.answer_kind,
            source=f"tracemill/{name}",
            license=LICENSE,
            tags=(kind, draft.form),
            id=f"{name}-{seed}-{number}",
        )


def _new_draft(maker: Maker, place: str, seen: set[str]) -> Draft | None:
    # Seeding with text gives the same numbers on every machine, and each problem its own stream:
    # what one maker draws never shifts the problems after it.
    for attempt in range(ATTEMPTS):
        draft = maker(Random(f"{place}/{attempt}"))
        if draft.question not in seen:
            return draft
    return None


def _makers(name: str) -> Mapping[str, Maker]:
    if name not in _SETS:
        raise InputError(f"no problem set {name!r}; there are {', '.join(NAMES)}")
    return _SETS[name]

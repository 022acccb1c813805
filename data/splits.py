"""Which side of a split a problem is on: by its content, together with all that ask nearly the same.

A problem alone is placed by a hash of its question: adding others never moves it. One that is like others goes where
they are; where these are on two sides it is left out, since on either it would leak. What the last version of the same
splits holds stays where it is.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from data.identity import content_id

TRAIN = "train"
"""What no other split takes."""


def placed(exact_key: str, splits: Mapping[str, float]) -> str:
    """Return the split of a question that is like no other."""
    point = int(content_id("split", exact_key)[:13], 16) / (1 << 52)
    reached = 0.0
    for name, share in splits.items():
        reached += share
        if point < reached:
            return name
    return TRAIN


@dataclass(frozen=True, slots=True)
class Place:
    """A problem that is like others."""

    position: int
    own: str
    """Where it would be alone."""
    pinned: str | None
    """Where the last version has it."""


def place_alike(
    alike: Iterable[tuple[Place, Iterable[int]]], problems: int
) -> Iterator[tuple[int, str | tuple[str, ...]]]:
    """Yield the split of every problem that is like others; several splits where it would join them.

    `alike` are these problems, each with the positions of those that it is like: first come those that have their
    place, then the rest in their order, so that later ones never move earlier ones. `problems` is the number of all
    positions; memory takes two bytes for each.
    """
    names: list[str] = []
    given = array("H", bytes(2 * problems))
    for place, others in alike:
        around = {names[given[other] - 1] for other in others if given[other]}
        wanted = {place.pinned} | around if place.pinned else around or {place.own}
        if len(wanted) > 1:
            yield place.position, tuple(sorted(wanted))
            continue
        (name,) = wanted
        if name not in names:
            names.append(name)
        given[place.position] = names.index(name) + 1
        yield place.position, name

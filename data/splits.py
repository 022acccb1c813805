"""Which side of a split a problem is on: by its content, together with all that ask nearly the same.

A problem alone is placed by a hash of its question: adding others never moves it. One that is like others goes where
they are; where these are on two sides it is left out, since on either it would leak. What the last version of the same
splits holds stays where it is.
"""

from collections.abc import Iterable, Mapping, Sequence
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


def place_alike(places: Sequence[Place], pairs: Iterable[tuple[int, int]]) -> dict[int, str | tuple[str, ...]]:
    """Return the split of every problem that is like another; several splits where it would join them.

    First come those that have their place, then the others in their order, so that later ones never move earlier ones.
    """
    near: dict[int, list[int]] = {}
    for one, other in pairs:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    given: dict[int, str] = {}
    found: dict[int, str | tuple[str, ...]] = {}
    for place in sorted(places, key=lambda each: (each.pinned is None, each.position)):
        around = {given[other] for other in near.get(place.position, ()) if other in given}
        wanted = {place.pinned} | around if place.pinned else around or {place.own}
        if len(wanted) > 1:
            found[place.position] = tuple(sorted(wanted))
        else:
            found[place.position] = given[place.position] = next(iter(wanted))
    return found

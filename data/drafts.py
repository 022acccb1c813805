"""What the makers of our own problem sets hand over, and the words that they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from data.records import AnswerKind


@dataclass(frozen=True, slots=True)
class Draft:
    """A question and its exact answer, before it is numbered and given its source."""

    question: str
    reference: str
    answer_kind: AnswerKind = AnswerKind.NUMBER
    form: str = ""
    """A finer name than the kind, kept as a second tag: `add-then-subtract`."""


Maker = Callable[[Random], Draft]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a story."""

    name: str
    pronoun: str


PEOPLE: Sequence[Person] = tuple(
    [Person(name, "She") for name in ("Maria", "Emma", "Lily", "Sarah", "Nora", "Grace", "Olivia", "Amina")]
    + [Person(name, "He") for name in ("James", "Liam", "Noah", "Oscar", "Daniel", "Peter", "Lucas", "Omar")]
)
THINGS: Sequence[str] = (
    "books", "cards", "stickers", "cookies", "balloons", "coins", "flowers", "eggs", "oranges", "shells",
    "stamps", "buttons", "toys", "candies", "beads", "photos", "tickets", "cups",
)  # fmt: skip
CONTAINERS: Sequence[str] = ("bags", "jars", "baskets", "trays", "drawers", "packs")


def fill(rng: Random, wordings: Sequence[str], numbers: Mapping[str, int]) -> str:
    """Tell a story: one of the wordings, with people, things and `numbers` filled in.

    Numbers are 2 and more, so that every counted noun is a plural.
    """
    first, second = rng.sample(PEOPLE, 2)
    return rng.choice(wordings).format(
        n=first.name,
        m=second.name,
        He=first.pronoun,
        he=first.pronoun.lower(),
        things=rng.choice(THINGS),
        boxes=rng.choice(CONTAINERS),
        **numbers,
    )

"""Work that is done for many things at once, as many as memory can hold."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


def grouped(items: Iterable[_Item], size_of: Callable[[_Item], int], most: int) -> Iterator[list[_Item]]:
    """Yield items in their order, as many at a time as are of size `most` together; a larger one comes alone.

    >>> list(grouped(["ab", "c", "def", "ghijk"], len, 4))
    [['ab', 'c'], ['def'], ['ghijk']]
    """
    group: list[_Item] = []
    size = 0
    for item in items:
        if group and size + size_of(item) > most:
            yield group
            group, size = [], 0
        group.append(item)
        size += size_of(item)
    if group:
        yield group

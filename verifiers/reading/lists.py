"""Bare lists: what parts their members, and which of them are solutions of several letters."""

from collections.abc import Sequence

from verifiers.trees.exact_calls import call as exact_call
from verifiers.trees.tree import PAIR, Call, Node, Rel, Seq, Sym


def list_of(items: Sequence[Node], joiners: Sequence[str]) -> Node:
    r"""The list of `items`; each joiner, `,` or `and` or `or`, stands before the item in its place.

    `x = 1, y = 2 or x = 3, y = 4` is two solutions of two letters each, `x \ne 1, 2` denies two values.
    """
    items = _in_one_modulus(items)
    words = [joiner for joiner in joiners if joiner in {"and", "or"}]
    groups = _solutions(items, joiners) if words and "," in joiners else []
    if len(groups) > 1:
        return Seq("", tuple(Seq("", tuple(group), "") for group in groups), "", ";")
    first = items[0]
    if isinstance(first, Rel) and first.ops == ("!=",) and not any(isinstance(item, Rel) for item in items[1:]):
        items = [first, *(Rel(("!=",), (first.parts[0], item)) for item in items[1:])]
        words = []
    return Seq("", tuple(items), "", words[-1] if words else ",")


def _in_one_modulus(items: Sequence[Node]) -> Sequence[Node]:
    r"""`x \equiv 1, 4 \pmod 5` as two congruences: a modulus behind the last value belongs to all."""
    last = items[-1].parts[-1] if isinstance(items[-1], Rel) else items[-1]
    if not isinstance(last, Call) or last.name != "residue":
        return items
    first = items[0]
    label = first.parts[0] if isinstance(first, Rel) and first.ops == ("≡",) else None
    modulus = last.args[1]
    found: list[Node] = []
    for item in items:
        value = item.parts[-1] if isinstance(item, Rel) and item.ops == ("≡",) else item
        if isinstance(value, Rel):
            return items
        if not (isinstance(value, Call) and value.name == "residue"):
            value = Call("residue", (exact_call("mod", (value, modulus)), modulus))
        found.append(value if label is None else Rel(("≡",), (label, value)))
    return found


def _solutions(items: Sequence[Node], joiners: Sequence[str]) -> list[list[Node]]:
    """The items between the words, if each group gives a value to each of the same letters; else none."""
    groups: list[list[Node]] = [[]]
    for item, joiner in zip(items, joiners, strict=True):
        if joiner in {"and", "or"}:
            groups.append([])
        groups[-1].append(item)
    letters = [[_letter(item) for item in group] for group in groups]
    first = letters[0]
    if len(first) < PAIR or None in first or len(set(first)) < len(first):
        return []
    return groups if all(names == first for names in letters) else []


def _letter(item: Node) -> str | None:
    is_value = isinstance(item, Rel) and item.ops == ("=",)
    left = item.parts[0] if is_value and isinstance(item, Rel) else None
    return left.name if isinstance(left, Sym) else None

"""Lists, sets and tuples: which members they have, and in what order they count."""

from collections.abc import Callable, Sequence

from verifiers.comparing.equations import label_of, stated_value
from verifiers.comparing.scalars import Match, Terms, differs, equal
from verifiers.limits import MAX_ITEMS, OverLimitError
from verifiers.policy import Choose
from verifiers.trees.tree import PAIR, Call, Dots, Node, Num, Rel, Seq, Sym, add, negate
from verifiers.trees.walk import nodes_of, rewrite

Compare = Callable[[Node, Node, Terms], Match]
_MAX_COMPARISONS = 2_500


def has_alternatives(node: Node) -> bool:
    """Whether `±` stands in the expression, so that it means two values."""
    return any(isinstance(n, Call) and n.name in {"pm", "mp"} for n in nodes_of(node))


def alternatives(node: Node) -> tuple[Node, Node]:
    """The two values of an expression with `±`: all upper signs, then all lower ones."""

    def with_sign(*, upper: bool) -> Node:
        def change(part: Node) -> Node:
            if not isinstance(part, Call) or part.name not in {"pm", "mp"}:
                return part
            term = part.args[-1] if (part.name == "pm") is upper else negate(part.args[-1])
            return term if len(part.args) == 1 else add(part.args[0], term)

        return rewrite(node, change)

    return with_sign(upper=True), with_sign(upper=False)


def members(node: Node) -> list[Node]:
    r"""The members of a list or set, `±` expanded; a single thing is its own member.

    >>> from verifiers.reading.grammar import read
    >>> len(members(read(r"1, 2 \pm \sqrt{3}").tree))
    3
    """
    items = node.items if isinstance(node, Seq) and node.opening in {"", "{"} else (node,)
    found: list[Node] = []
    for item in items:
        if isinstance(item, Rel) and has_alternatives(item) and len(item.parts) == PAIR:
            found += [Rel(item.ops, (item.parts[0], value)) for value in alternatives(item.parts[1])]
        elif has_alternatives(item) and not isinstance(item, Rel):
            found += alternatives(item)
        else:
            found.append(item)
    return found


def same_members(reference: Node, answer: Node, terms: Terms, compare: Compare) -> Match:
    """Compare two lists or sets without regard to order; repeats mean nothing in braces and of solutions."""
    left, right = members(reference), members(answer)
    if any(isinstance(item, Dots) for item in (*left, *right)):
        return same_in_order(left, right, terms, compare, "list.sequence")
    if len(left) > 1 and len(right) > 1 and _are_sets(left) != _are_sets(right):
        return differs("list.sets", "sets are compared with numbers")
    has_braces = any(isinstance(n, Seq) and n.opening == "{" for n in (reference, answer))
    if _offers_a_choice(answer) and not _offers_a_choice(reference):
        return differs("list.choice", "values of different letters are joined by or")
    named = _values_by_name(left, right, terms, compare, is_set=has_braces)
    if named is not None:
        return named
    is_set = (has_braces or _are_solutions([*left, *right])) and terms.policy.multiplicity is Choose.ACCEPT
    return _same_unordered(left, right, terms, compare, is_set)


def _are_sets(items: list[Node]) -> bool:
    r"""Whether the members are sets themselves: `\{2\}, \{5\}`."""
    return any(isinstance(item, Seq) and item.opening == "{" for item in items)


def _are_solutions(items: list[Node]) -> bool:
    """Whether the members are points, or values of one letter: then they solve something, and repeats mean nothing."""
    if all(isinstance(item, Seq) and item.opening in {"", "("} and len(item.items) > 1 for item in items):
        return True
    return None not in (names := {_name(item) for item in items}) and len(names) == 1


def _offers_a_choice(node: Node) -> bool:
    """Whether it is `a = 3 or b = 5`, which says neither."""
    if not isinstance(node, Seq) or node.joiner != "or":
        return False
    names = {_name(item) for item in node.items}
    return None not in names and len(names) == len(node.items) > 1 and not _are_numbered(names)


def _are_numbered(names: set[str | None]) -> bool:
    """Whether the names are one letter with different indices, as of the roots of an equation."""
    return len({str(name).partition("_")[0] for name in names}) == 1


def same_in_order(left: Sequence[Node], right: Sequence[Node], terms: Terms, compare: Compare, rule: str) -> Match:
    """Compare member by member."""
    if len(left) != len(right):
        return differs(rule, f"{len(left)} members are asked for, {len(right)} given")
    for place, (a, b) in enumerate(zip(left, right, strict=True), 1):
        if isinstance(a, Dots) and isinstance(b, Dots):
            continue
        if isinstance(a, Dots) or isinstance(b, Dots) or not compare(a, b, terms).equal:
            return differs(rule, f"member {place} differs")
    return equal(rule, "all members are equal, in order")


def _same_unordered(left: list[Node], right: list[Node], terms: Terms, compare: Compare, is_set: bool) -> Match:
    if max(len(left), len(right)) > MAX_ITEMS:
        raise OverLimitError("MAX_ITEMS", max(len(left), len(right)), MAX_ITEMS)
    if all(isinstance(n, Num) for n in (*left, *right)):
        plain_left, plain_right = (sorted(n.value for n in side if isinstance(n, Num)) for side in (left, right))
        if plain_left == plain_right or (is_set and set(plain_left) == set(plain_right)):
            return equal("list.numbers", "the same numbers")
    if len(left) * len(right) > _MAX_COMPARISONS:
        raise OverLimitError("MAX_ITEMS", len(left) * len(right), _MAX_COMPARISONS)
    unmatched = list(right)
    for item in left:
        found = next((k for k, other in enumerate(unmatched) if compare(item, other, terms).equal), None)
        if found is not None:
            unmatched.pop(found)
        elif not (is_set and any(compare(item, other, terms).equal for other in right)):
            return differs("list.members", "a member of the reference is missing")
    if unmatched and not (
        is_set and all(any(compare(item, other, terms).equal for item in left) for other in unmatched)
    ):
        return differs("list.members", "there are members that the reference does not have")
    return equal("list.members", "the same members")


def _values_by_name(
    left: list[Node], right: list[Node], terms: Terms, compare: Compare, *, is_set: bool
) -> Match | None:
    """Compare `x = 1, y = 2` by names where both give them, in order where only one does; None if no names matter."""
    left_names, right_names = ([_name(item) for item in side] for side in (left, right))
    distinct = [names for names in (left_names, right_names) if None not in names and len(set(names)) == len(names) > 1]
    if not distinct:
        return None
    if len(distinct) == PAIR:
        if set(left_names) != set(right_names):
            return None
        by_name = dict(zip(right_names, right, strict=True))
        return same_in_order(
            [_value(i) for i in left], [_value(by_name[n]) for n in left_names], terms, compare, "list.named"
        )
    names = distinct[0]
    if len({str(name).partition("_")[0] for name in names}) == 1:
        return None
    if is_set:
        return differs("list.named", "values of different letters are no set")
    if any(name is not None for name in (right_names if names is left_names else left_names)):
        return None
    return same_in_order([_value(i) for i in left], [_value(i) for i in right], terms, compare, "list.named")


def _name(item: Node) -> str | None:
    label = label_of(item)
    if label is None:
        return None
    return label.name if isinstance(label, Sym) else repr(label)


def _value(item: Node) -> Node:
    value = stated_value(item) if isinstance(item, Rel) else None
    return item if value is None else value


def as_tuple(node: Node) -> tuple[Node, ...] | None:
    """The members of a tuple, of `x = 1, y = 2` inside a `;` list; None if it is none."""
    if isinstance(node, Seq) and (node.opening in {"(", "["} or not node.opening):
        return tuple(_value(item) for item in node.items)
    return None

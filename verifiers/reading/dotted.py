r"""Sums and products that are written with dots: `1 + 2 + \cdots + n`, `1 \cdot 3 \cdot 5 \cdots 99`.

What the dots leave out is filled in only where the written terms show one plain pattern. A last term with a letter is
the pattern itself: `1 + 3 + \dots + (2n - 1)` is the sum of 2k - 1, because k = 1 and k = 2 give the first terms.
Numbers are a pattern if they have equal differences or quotients, are consecutive squares or cubes, products of
neighbours, or the reciprocals of such numbers, with one sign or with signs in turn. Anything else stays a sequence of
terms with dots.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from verifiers.limits import MAX_BITS, MAX_TERMS, check
from verifiers.trees.fingerprint import NoPrintError, NotScalarError, fingerprint
from verifiers.trees.tree import (
    PAIR,
    Big,
    Call,
    Dots,
    Node,
    Num,
    Sym,
    UnreadableError,
    add,
    divide,
    exact_root,
    multiply,
    number,
    subtract,
)
from verifiers.trees.walk import letters_of, parts_of, rebuild, replace

_STARTS = (1, 0, 2, 3)
"""Where the letter of a pattern may start to count."""
_STEPS = (1, -1, 2, -2, 3, -3)
_INDEX = Sym("index of dots")
_LEAST_TERMS = 3
"""Terms that have to be written for a pattern to show."""
_SQUARE, _CUBE = 2, 3
_FEW_BITS = 64
Pattern = Callable[[int], Fraction]


def with_dots(kind: str, terms: Sequence[Node], *, powers: bool = False) -> Node:
    r"""The `sum` or `prod` of terms among which dots stand; a call with the terms as they are where no pattern shows.

    `powers`: all terms were written as powers, so that `2^1 + 2^2 + \cdots` does not grow by equal steps.

    >>> with_dots("sum", (number(1), number(2), Dots(), number(100)))
    Num(value=Fraction(5050, 1), step=None)
    >>> with_dots("prod", (number(1), number(2), Dots(), Sym("n"))).upper
    Sym(name='n')
    """
    place = next(k for k, term in enumerate(terms) if isinstance(term, Dots))
    head, tail = tuple(terms[:place]), tuple(terms[place + 1 :])
    is_whole = bool(head) and bool(tail) and not any(isinstance(term, Dots) for term in tail)
    is_plain = is_whole and len(head) + len(tail) >= _LEAST_TERMS
    for first, last in ((head, tail), (tail[::-1], head[::-1])) if is_plain else ():
        found = _of_letter(kind, first, last) or _of_numbers(kind, first, last, powers) or _of_steps(kind, first, last)
        if found is not None:
            return found
    if kind == "sum" and len(head) >= _LEAST_TERMS and not tail and (limit := _geometric_limit(head)) is not None:
        return limit
    return Call(f"dotted {kind}", tuple(terms))


def _of_letter(kind: str, head: tuple[Node, ...], tail: tuple[Node, ...]) -> Node | None:
    """The pattern that the last term shows with one of its letters, counted up from the first term."""
    last = tail[-1]
    for letter in sorted(letters_of(last)):
        for body in _with_index(last, letter):
            for start in _STARTS:
                shown = (_at(body, number(start + k)) for k in range(len(head)))
                ending = (_at(body, subtract(Sym(letter), number(k))) for k in range(len(tail)))
                if all(map(_same, shown, head)) and all(map(_same, ending, tail[::-1])):
                    return Big(kind, _INDEX.name, number(start), Sym(letter), body)
    return None


def _geometric_limit(head: tuple[Node, ...]) -> Node | None:
    r"""The value of `1/2 + 1/4 + 1/8 + \cdots`, None for other terms."""
    values = [term.value for term in head if isinstance(term, Num) and term.value]
    ratio = values[1] / values[0] if len(values) == len(head) else Fraction(1)
    if abs(ratio) >= 1 or any(after != ratio * before for before, after in pairwise(values)):
        return None
    return number(values[0] / (1 - ratio))


def _with_index(node: Node, letter: str) -> Iterator[Node]:
    r"""The node with the index for a letter: everywhere, then in one argument of a function, as in `\binom{n}{n}`."""
    yield replace(node, {letter: _INDEX})
    parts = parts_of(node)
    if isinstance(node, Call):
        for place, part in enumerate(parts):
            if letter in letters_of(part):
                yield rebuild(node, (*parts[:place], replace(part, {letter: _INDEX}), *parts[place + 1 :]))


def _at(body: Node, value: Node) -> Node | None:
    """The body with a value for the index, None where it has none."""
    try:
        return replace(body, {_INDEX.name: value})
    except UnreadableError:
        return None


def _of_steps(kind: str, head: tuple[Node, ...], tail: tuple[Node, ...]) -> Node | None:
    r"""Terms with letters that grow by one whole number: `(n + 1)(n + 2) \cdots (2n)`."""
    if len(head) < PAIR or not letters_of(head[0]):
        return None
    for step in _STEPS:
        terms = (*head, *tail)
        pairs = [*pairwise(head), *pairwise(tail)]
        if all(_same(subtract(after, before), number(step)) for before, after in pairs):
            last = divide(subtract(terms[-1], head[0]), number(step))
            return Big(kind, _INDEX.name, number(0), last, add(head[0], multiply(number(step), _INDEX)))
    return None


def _same(left: Node | None, right: Node) -> bool:
    if left is None:
        return False
    try:
        return left == right or fingerprint(left).values == fingerprint(right).values
    except (NoPrintError, NotScalarError):
        return False


def _of_numbers(kind: str, head: tuple[Node, ...], tail: tuple[Node, ...], powers: bool) -> Node | None:
    """The value of a sum or product of numbers with one plain pattern."""
    first = [term.value for term in head if isinstance(term, Num)]
    last = [term.value for term in tail if isinstance(term, Num)]
    if len(first) < max(len(head), PAIR) or len(last) < len(tail):
        return None
    patterns = [pattern for pattern in _patterns(first) if not (powers and _has_equal_steps(pattern))]
    found = [run for run in (_run(pattern, first, last) for pattern in patterns) if run is not None]
    if not found and kind == "sum" and not powers:
        return _of_equal_steps(first, last)
    if not found or (len({tuple(run) for run in found}) > 1 and first[1] - first[0] != 1):
        return None
    terms = found[0]
    total = Fraction(0 if kind == "sum" else 1)
    check("MAX_BITS", len(terms) * max(_bits(term) for term in terms), MAX_BITS)
    for term in terms:
        total = total + term if kind == "sum" else total * term
    return number(total)


def _has_equal_steps(pattern: Pattern) -> bool:
    return pattern(1) - pattern(0) == pattern(2) - pattern(1) != 0


def _of_equal_steps(first: list[Fraction], last: list[Fraction]) -> Node | None:
    """The sum of numbers with equal differences, however many they are."""
    step = first[1] - first[0]
    if not step or any(b - a != step for terms in (first, last) for a, b in pairwise(terms)):
        return None
    count = (last[-1] - first[0]) / step + 1
    if count.denominator != 1 or count < len(first) + len(last):
        return None
    return number(count * (first[0] + last[-1]) / 2)


def _run(pattern: Pattern, first: list[Fraction], last: list[Fraction]) -> list[Fraction] | None:
    """All terms from the first to the last, if both the first and the last ones are in the pattern."""
    if [pattern(k) for k in range(len(first))] != first:
        return None
    terms, end = list(first), abs(last[-1])
    is_growing = end > abs(first[-1])
    if is_growing and _bits(first[1]) < _FEW_BITS and end > abs(pattern(MAX_TERMS)):
        return None
    while terms[-1] != last[-1]:
        terms.append(pattern(len(terms)))
        if len(terms) > MAX_TERMS or _lies_beyond(abs(terms[-1]), end, is_growing):
            return None
    return terms if terms[-len(last) :] == last and len(terms) > len(first) else None


def _lies_beyond(value: Fraction, end: Fraction, is_growing: bool) -> bool:
    """Whether a value of a sequence lies beyond another on its way up or down."""
    return value > end if is_growing else value < end


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _patterns(first: Sequence[Fraction]) -> Iterator[Pattern]:
    """The patterns that the first two terms may belong to, equal differences first."""
    if not all(first):
        return
    signs = [value < 0 for value in first]
    in_turn = all(a is not b for a, b in pairwise(signs))
    if any(signs) and not in_turn:
        return
    turn = -1 if in_turn else 1
    begin = -1 if signs[0] else 1
    sizes = [abs(value) for value in first]
    for size in _sizes(sizes):
        yield lambda k, size=size: begin * turn**k * size(k)  # type: ignore[misc]


def _sizes(values: Sequence[Fraction]) -> Iterator[Pattern]:
    """Patterns of positive numbers."""
    for invert in (False, True):
        one, two = (1 / value if invert else value for value in values[:PAIR])
        for pattern in _growing(one, two):
            yield (lambda k, pattern=pattern: 1 / pattern(k) if pattern(k) else Fraction(0)) if invert else pattern  # type: ignore[misc]


def _growing(one: Fraction, two: Fraction) -> Iterator[Pattern]:
    """Patterns of numbers, given the first two."""
    yield lambda k: one + k * (two - one)
    if two != one:
        yield lambda k: one * (two / one) ** k
    for power in (_SQUARE, _CUBE):
        root, after = exact_root(one, power), exact_root(two, power)
        if root is not None and after is not None and after > root and root.denominator == after.denominator == 1:
            yield lambda k, root=root, step=after - root, power=power: (root + k * step) ** power  # type: ignore[misc]
    lower = exact_root(1 + 4 * one, _SQUARE)
    if lower is not None and lower.denominator == 1:
        below = (lower - 1) / 2
        yield lambda k: (below + k) * (below + k + 1)

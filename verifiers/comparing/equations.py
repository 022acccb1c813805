"""Equations and inequalities that are not solved: equal up to a factor, sides swapped, or with the label left off."""

import re
from collections.abc import Callable
from fractions import Fraction

from verifiers.comparing.scalars import Match, Terms, differs, equal, lower_case, same_scalar
from verifiers.policy import Choose
from verifiers.trees.evaluation import Outcome
from verifiers.trees.fingerprint import FIELDS, NoPrintError, fingerprint
from verifiers.trees.matrices import has_matrix
from verifiers.trees.numeric import ratio_is_constant
from verifiers.trees.tree import (
    MINUS_ONE,
    ONE,
    PAIR,
    ZERO,
    Add,
    Apply,
    Call,
    Matrix,
    Mul,
    Node,
    Num,
    Pow,
    Ratio,
    Rel,
    Seq,
    Sym,
    divide,
    factors_of,
    subtract,
)
from verifiers.trees.walk import letters_of, replace

STATING = frozenset({"=", "to", "≡"})
"""Relations whose right side is a value: `x = 5`, `x \\to 5`, `x ≡ 3 (mod 7)`."""
_SOLVED_FOR = frozenset(map(Sym, "xytnmk"))
"""Letters of which `|x| = 26` says that they are 26 or -26, and `x \\to 4` not that they are 4."""
Compare = Callable[[Node, Node, Terms], Match]


def is_label(node: Node) -> bool:
    r"""Whether the left side only names what is asked for: `x`, `f(x)`, `|AB|`, `\angle ABC`, `(p, q)`."""
    if isinstance(node, (Sym, Apply)):
        return True
    if isinstance(node, Call) and node.name in {"abs", "norm", "gcd", "lcm", "det", "tr", "arg"}:
        return node.args[0] not in _SOLVED_FOR and all(is_label(argument) for argument in node.args)
    if isinstance(node, Call) and node.name in {"sin", "cos", "tan", "cot"}:
        return isinstance(node.args[0], Sym) and node.args[0].name not in {"x", "y", "z", "t"}
    if isinstance(node, Ratio):
        return all(is_label(part) for part in node.parts)
    if isinstance(node, Matrix):
        return all(isinstance(cell, Sym) for row in node.rows for cell in row)
    if isinstance(node, Mul):
        first = node.factors[0]
        has_operator = Sym("nabla") in node.factors or first in (Sym("Delta"), Sym("delta"), Sym("d"))
        if has_operator and len(node.factors) == PAIR:
            return all(isinstance(factor, Sym) for factor in node.factors)
        return all(
            isinstance(f, Sym) and (f.name[:1].isupper() or f.name in {"angle", "triangle"})
            for factor in node.factors
            for f in factors_of(factor.base if isinstance(factor, Pow) and factor.exponent == MINUS_ONE else factor)
        )
    return isinstance(node, Seq) and bool(node.items) and all(isinstance(item, Sym) for item in node.items)


def tends(node: Rel) -> bool:
    r"""Whether it says that a letter comes near a value, `x \to 4`, and not that it is one."""
    return node.ops == ("to",) and node.parts[0] in _SOLVED_FOR


def cut_approximation(node: Rel) -> Node:
    """The chain up to its first `≈`, if an exact value stands before it."""
    if "≈" not in node.ops:
        return node
    first = node.ops.index("≈")
    if first == 0:
        if is_label(node.parts[0]) and len(node.ops) == 1:
            return Rel(("=",), node.parts)
        return node if _is_far(*node.parts[:2]) else node.parts[0]
    return Rel(node.ops[:first], node.parts[: first + 1])


def conclusion(node: Rel) -> Rel:
    r"""The last equation of `2x = 8 \Rightarrow x = 4`, where it says what a letter is; any other as it stands."""
    if (
        len(node.ops) > PAIR
        and node.ops[-2:] == ("to", "=")
        and set(node.ops[:-2]) == {"="}
        and is_label(node.parts[-2])
    ):
        return Rel(("=",), node.parts[-2:])
    return node


def _is_far(exact: Node, rounded: Node) -> bool:
    """Whether a number is no rounding of the one before its `≈`: `12 ≈ 13` says two things."""
    if not (isinstance(exact, Num) and isinstance(rounded, Num)):
        return False
    return abs(exact.value - rounded.value) > max(abs(exact.value) / 20, rounded.step or 0)


def stated_value(node: Rel) -> Node | None:
    r"""The value that an equation states: the last side of `x = 5`, `z = 1 + 1 = 2` or `\binom52 = 10`, or None."""
    if any(op not in STATING for op in node.ops):
        return None
    value = node.parts[-1]
    if is_label(node.parts[0]) or isinstance(node.parts[0], Sym):
        return value
    if len(node.ops) == 1 and is_label(value) and not is_label(node.parts[0]):
        return node.parts[0]
    return None


def combination_value(node: Rel, *, of: frozenset[str] = frozenset()) -> Node | None:
    """The value that an equation states for a combination of several letters: 7 in `m + n = 7`, or None.

    The letters `of` do not count: `x + y = 7` may be a line, and then 7 is not what it says.
    """
    if node.ops != ("=",):
        return None
    for combined, value in (node.parts, node.parts[::-1]):
        letters = letters_of(combined)
        if len(letters) >= PAIR and not letters & of and not letters_of(value) and _is_combination(combined):
            return value
    return None


def asked_combination(node: Rel, *, of: frozenset[str]) -> Node | None:
    """The value of a combination such as tasks ask for, `m + n`, `ab` or `100m + n`; None for a condition.

    `a + b = 0`, `a² + b = 3` and `2a + 3b = 6` are conditions on their letters, which no value alone stands for.
    """
    value = combination_value(node, of=of)
    if value is None or value == ZERO:
        return None
    combined = node.parts[0] if value is node.parts[1] else node.parts[1]
    terms = combined.terms if isinstance(combined, Add) else (combined,)
    return value if len({_degree(term) for term in terms}) == 1 and all(map(_counts_digits, terms)) else None


def _degree(term: Node) -> Fraction:
    exponents = (f.exponent if isinstance(f, Pow) else ONE for f in factors_of(term) if not isinstance(f, Num))
    return sum((e.value for e in exponents if isinstance(e, Num)), Fraction(0))


def _counts_digits(term: Node) -> bool:
    """Whether a term's factor is one, minus one or a power of ten, as in `100m + 10n + p`."""
    factors = [abs(f.value) for f in factors_of(term) if isinstance(f, Num)]
    return all(f.denominator == 1 and str(f.numerator).rstrip("0") == "1" for f in factors)


def matrix_value(node: Rel) -> Node | None:
    """The matrix that an equation states for letters: of `A^{-1} = [[1, 2], [3, 4]]` the matrix, or None."""
    is_stated = set(node.ops) == {"="} and isinstance(node.parts[-1], Matrix)
    return node.parts[-1] if is_stated and letters_of(node.parts[0]) and not has_matrix(node.parts[0]) else None


def _is_combination(node: Node) -> bool:
    """Whether a node is a sum or product of letters and their multiples, with no term that is a number."""
    terms = node.terms if isinstance(node, Add) else (node,)
    return all(letters_of(t) and all(isinstance(_base(f), (Sym, Num)) for f in factors_of(t)) for t in terms)


def _base(node: Node) -> Node:
    return node.base if isinstance(node, Pow) and isinstance(node.exponent, Num) else node


def label_of(node: Node) -> Node | None:
    """The label of an equation that states a value."""
    if isinstance(node, Rel) and stated_value(node) is not None:
        return node.parts[0] if is_label(node.parts[0]) else node.parts[-1]
    return None


def same_equation(reference: Rel, answer: Rel, terms: Terms, compare: Compare) -> Match:
    """Compare two equations, first as label and value, then as conditions."""
    if tends(reference) != tends(answer):
        return differs("equation.limit", "only one of the two says what a letter tends to")
    left, right = stated_value(reference), stated_value(answer)
    if left is not None and right is not None:
        right, label = _in_same_letters(right, label_of(reference), label_of(answer))
        if _same_label(label_of(reference), label, terms):
            match = compare(left, right, terms)
            if match.equal:
                return match
        elif (
            isinstance(label_of(reference), Sym)
            and isinstance(label_of(answer), Sym)
            and not _mention_letters(left, right)
        ):
            return differs("equation.label", "the values are given for different letters")
    if len(reference.ops) != 1 or len(answer.ops) != 1:
        return differs("equation.chain", "chains of equations differ")
    if not letters_of(reference) and not letters_of(answer):
        return _same_results(reference, answer, terms, compare)
    return _same_condition(reference, answer, terms)


def _same_results(reference: Rel, answer: Rel, terms: Terms, compare: Compare) -> Match:
    r"""Compare what two calculations come to: `\log_2 32 = 5` and `\log_3 27 = 3` are both true, and not the same."""
    match = compare(reference.parts[-1], answer.parts[-1], terms)
    return match if match.equal else differs("equation.result", "the results of the two calculations differ")


def _in_same_letters(value: Node, wanted: Node | None, given: Node | None) -> tuple[Node, Node | None]:
    """The value and label in the reference's letters: `f(t) = t²` as `f(x) = x²`, `(y, x) = (3, 2)` in its order."""
    if isinstance(wanted, Apply) and isinstance(given, Apply) and wanted.name == given.name:
        names = [(a.name, b) for a, b in zip(given.args, wanted.args, strict=False) if isinstance(a, Sym)]
        fresh = {b.name for _, b in names if isinstance(b, Sym)} - {a for a, _ in names}
        if len(names) == len(wanted.args) == len(given.args) and not fresh & letters_of(value):
            return replace(value, dict(names)), wanted
    if isinstance(wanted, Sym) and isinstance(given, Sym) and wanted != given:
        (name, _, index), (other, _, running) = wanted.name.partition("_"), given.name.partition("_")
        is_renamed = name == other and len(index) == len(running) == 1 and (index + running).isalpha()
        if is_renamed and index not in letters_of(value) and running in letters_of(value):
            return replace(value, {running: Sym(index)}), wanted
    if isinstance(wanted, Seq) and isinstance(given, Seq) and isinstance(value, Seq) and value.opening == "(":
        places = {item: place for place, item in enumerate(given.items)}
        if set(wanted.items) == set(places) and len(places) == len(value.items) == len(wanted.items):
            return Seq("(", tuple(value.items[places[item]] for item in wanted.items), ")"), wanted
    return value, given


def _mention_letters(*nodes: Node) -> bool:
    return any(letters_of(n) for n in nodes)


def _same_label(left: Node | None, right: Node | None, terms: Terms) -> bool:
    left, right = (_without_bars(side) for side in (left, right))
    if left is None or right is None or left == right:
        return True
    if terms.policy.function_label is Choose.ACCEPT and {type(left), type(right)} == {Sym, Apply}:
        names_of_both = {getattr(side, "name", "") for side in (left, right)}
        return len(names_of_both) == 1 or not names_of_both <= {"x", "y", "z"}  # `x(t)` is not y
    if isinstance(left, Sym) and isinstance(right, Sym) and terms.policy.letter_case is Choose.ACCEPT:
        return _bare_name(left) == _bare_name(right) or _is_numbered(left, right) or _is_numbered(right, left)
    if isinstance(left, Apply) and isinstance(right, Apply) and terms.policy.letter_case is Choose.ACCEPT:
        return left.name.casefold() == right.name.casefold() and left.args == right.args
    names = [_names_in(side) for side in (left, right)]
    if names[0] and names[1]:
        return names[0] == names[1]
    return not isinstance(left, Sym) and not isinstance(right, Sym) and same_scalar(left, right, terms).equal


def _without_bars(label: Node | None) -> Node | None:
    """The length `|AB|` as AB; anything else as it is."""
    inner = label.args[0] if isinstance(label, Call) and label.name in {"abs", "norm"} else None
    is_length = inner is not None and is_label(inner) and all(name.isupper() for name in letters_of(inner))
    return inner if is_length and len(letters_of(inner)) > 1 else label


def _names_in(label: Node) -> tuple[Node, ...]:
    """The letters of `(x, y)`, or of a matrix of letters row by row."""
    if isinstance(label, Matrix):
        return tuple(cell for row in label.rows for cell in row)
    return label.items if isinstance(label, Seq) else ()


def _bare_name(label: Sym) -> str:
    """The name in small letters; `dy/dx` is `y'`."""
    if "∂" in label.name and (partial := re.fullmatch(r"∂(\w+)/∂(\w)", label.name)):
        return f"{partial[1]}_{partial[2]}".casefold()
    quotient = re.fullmatch(r"d(\w+)/d[a-z]", label.name)
    return f"{quotient[1]}'".casefold() if quotient else label.name.casefold()


def _is_numbered(label: Sym, other: Sym) -> bool:
    """Whether `other` is `x_1` where `label` is `x`."""
    name, _, number = other.name.partition("_")
    return name == label.name and number.isdigit()


def _with_primes(left: Node, right: Node) -> tuple[Node, Node]:
    """Both with derivatives as `y'` where one has primes and the other `dy/dx`."""
    names = [letters_of(side) for side in (left, right)]
    primed = ["'" in "".join(side) for side in names]
    if primed[0] == primed[1]:
        return left, right
    quotients = {name: Sym(f"{name[1:].partition('/')[0]}'") for name in names[0] | names[1] if "/d" in name}
    return replace(left, quotients), replace(right, quotients)


def _difference(node: Rel) -> Node:
    left, right = (_as_quotient(part) for part in node.parts)
    return subtract(left, right)


def _as_quotient(node: Node) -> Node:
    return divide(*node.parts) if isinstance(node, Ratio) and len(node.parts) == PAIR else node


def _same_condition(reference: Rel, answer: Rel, terms: Terms) -> Match:
    """Compare `a = b` and `c = d` by whether (a - b) / (c - d) is a constant other than zero."""
    if _vanishes(_difference(reference)) and _vanishes(_difference(answer)):
        sides = (reference.parts[0], answer.parts[0])
        return Match(same_scalar(*sides, terms).equal, "equation.identity", "the sides of two identities are compared")
    for lower in (False, True):
        left, right = _with_primes(_difference(reference), _difference(answer))
        if lower:
            left, right = lower_case(left), lower_case(right)
        if constant_ratio(left, right):
            return equal("equation.factor", "the same equation up to a factor")
    return differs("equation.factor", "the equations differ by more than a factor")


def _vanishes(node: Node) -> bool:
    """Whether an expression is zero whatever its letters are, as far as finite fields tell."""
    try:
        return not any(fingerprint(node).values)
    except NoPrintError:
        return False


def constant_ratio(left: Node, right: Node) -> bool:
    """Whether one expression is the other times a constant other than zero."""
    try:
        prints = [(fingerprint(left, salt), fingerprint(right, salt)) for salt in (0, 1)]
    except NoPrintError:
        return False
    if all(any(a.values) and any(b.values) for a, b in prints):
        (a0, b0), (a1, b1) = prints
        crossed = [(a0.values[k] * b1.values[k] - a1.values[k] * b0.values[k]) % FIELDS[k] for k in (0, 1)]
        if not any(crossed):
            return True
        if all(p.decisive for pair in prints for p in pair):
            return False
    elif prints[0][0].decisive and prints[0][1].decisive:
        return not any(v for pair in prints for p in pair for v in p.values)
    return ratio_is_constant(left, right) is Outcome.EQUAL


def same_inequality(reference: Rel, answer: Rel, terms: Terms) -> Match:
    """Compare inequalities that are no sets of one letter: side by side, reversed, or up to a positive factor."""
    flipped = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!=", "=": "="}
    if len(reference.ops) == len(answer.ops):
        for ops, parts in (
            (answer.ops, answer.parts),
            (tuple(flipped.get(o, o) for o in reversed(answer.ops)), answer.parts[::-1]),
        ):
            if ops == reference.ops and all(
                same_scalar(a, b, terms).equal for a, b in zip(reference.parts, parts, strict=True)
            ):
                return equal("inequality.parts", "the same parts in the same order")
    if len(reference.ops) != 1 or len(answer.ops) != 1:
        return differs("inequality.parts", "the chains differ")
    left, right = _difference(reference), _difference(answer)
    swap = reference.ops[0] != answer.ops[0]
    if swap and flipped.get(answer.ops[0]) != reference.ops[0]:
        return differs("inequality.relation", "the relations differ")
    if not constant_ratio(left, right):
        return differs("inequality.factor", "the inequalities differ by more than a factor")
    positive = ratio_is_constant(left, right, sign=-1 if swap else 1) is Outcome.EQUAL or reference.ops[0] == "!="
    return Match(positive, "inequality.factor", "compared up to a positive factor")

"""Comparing two trees of any kind: the reference says which kind of thing is asked for."""

from verifiers.comparing.equations import (
    STATING,
    asked_combination,
    combination_value,
    conclusion,
    cut_approximation,
    is_label,
    matrix_value,
    same_equation,
    same_inequality,
    stated_value,
    tends,
)
from verifiers.comparing.members import alternatives, as_tuple, has_alternatives, members, same_in_order, same_members
from verifiers.comparing.piecewise import is_piecewise, same_piecewise
from verifiers.comparing.regions import interval_of, is_interval, is_region, same_region
from verifiers.comparing.scalars import Match, Terms, differs, equal, same_scalar
from verifiers.comparing.shapes import (
    as_membership,
    as_points,
    by_name,
    components,
    coordinates,
    in_alphabet,
    in_parameter_of,
    without_point,
)
from verifiers.comparing.signed_equations import same_curves, same_residues
from verifiers.comparing.whole_numbers import same_whole_numbers
from verifiers.policy import Choose
from verifiers.trees.matrices import has_matrix, in_shape_of, tuple_members, vector_members, worked_out
from verifiers.trees.tree import (
    PAIR,
    ZERO,
    Apply,
    Builder,
    Call,
    Matrix,
    Node,
    Num,
    Ratio,
    Rel,
    Seq,
    SetOp,
    Sym,
    UnreadableError,
    Words,
    divide,
)
from verifiers.trees.tuples import in_one_tuple
from verifiers.trees.walk import letters_of, nodes_of

_COORDINATES = frozenset("xyzrt") | {"theta"}
"""Letters of equations of curves, of which the value of one side says nothing."""


def compare(reference: Node, answer: Node, terms: Terms) -> Match:  # noqa: C901, PLR0911, PLR0912 - one branch for each sort
    """Whether `answer` is what `reference` says; raises `OverLimitError`.

    >>> from verifiers.reading.grammar import read
    >>> from verifiers.policy import DEFAULT_POLICY
    >>> compare(read("0 < x < 1").tree, read("(0, 1)").tree, Terms(DEFAULT_POLICY)).rule
    'interval.cells'
    """
    if reference == answer:
        return equal("expression.same", "both read the same")
    if _is_about_another_letter(reference, answer):
        return differs("equation.label", "the values are given for different letters")
    reference, answer = in_one_tuple(_prepared(reference)), in_one_tuple(_prepared(answer))
    reference, answer = by_name(reference, answer), by_name(answer, reference)
    reference, answer = as_membership(reference, answer), as_membership(answer, reference)
    if isinstance(reference, Words) or isinstance(answer, Words):
        return differs("text.words", "words stand where mathematics is compared")
    if is_piecewise(reference) or (is_piecewise(answer) and not isinstance(reference, Rel)):
        if isinstance(answer, Rel):
            return _compare_with_stated(reference, answer, terms)
        return same_piecewise(reference, answer, terms, compare)
    if (whole := same_whole_numbers(reference, answer, terms)) is not None:
        return whole
    if isinstance(reference, Rel):
        return _compare_relation(reference, answer, terms)
    if isinstance(answer, Rel) and not is_region(answer):
        return _compare_with_stated(reference, answer, terms)
    if is_region(reference) or is_region(answer):
        return _compare_regions(reference, answer, terms)
    if isinstance(reference, Ratio) or isinstance(answer, Ratio):
        return _compare_ratio(reference, answer, terms)
    if isinstance(reference, Matrix) or isinstance(answer, Matrix):
        return _compare_matrix(reference, answer, terms)
    if _is_residue(reference) != _is_residue(answer):
        reference, answer = (
            n.args[0] if isinstance(n, Call) and n.name == "residue" else n for n in (reference, answer)
        )
    if isinstance(reference, Seq) or isinstance(answer, Seq) or has_alternatives(reference) or has_alternatives(answer):
        return _compare_sequences(reference, answer, terms)
    if isinstance(reference, Apply) and isinstance(answer, Apply) and not _holds_scalars(reference):
        if reference.name != answer.name:
            return differs("function.name", "the functions differ")
        return same_in_order(reference.args, answer.args, terms, compare, "function.arguments")
    return same_scalar(reference, answer, terms)


def _is_about_another_letter(reference: Node, answer: Node) -> bool:
    r"""Whether `y \in \{2, 3\}` stands beside `x = 2, x = 3`."""
    if not (isinstance(answer, Rel) and answer.ops == ("in",) and isinstance(answer.parts[0], Sym)):
        return False
    items = reference.items if isinstance(reference, Seq) and not reference.opening else (reference,)
    labels = {item.parts[0] for item in items if isinstance(item, Rel) and item.ops in (("=",), ("in",))}
    return len(labels) == 1 and all(isinstance(label, Sym) for label in labels) and answer.parts[0] not in labels


def _holds_scalars(node: Apply) -> bool:
    return all(_is_scalar(argument) and not isinstance(argument, Builder) for argument in node.args)


def _is_residue(node: Node) -> bool:
    return isinstance(node, Call) and node.name == "residue"


def _prepared(node: Node) -> Node:
    """Approximations cut off, matrices worked out."""
    if isinstance(node, Rel):
        node = cut_approximation(node)
    if isinstance(node, Rel):
        node = conclusion(node)
        if isinstance(node, Rel) and node.ops == ("!=",) and has_alternatives(node.parts[1]):
            name = node.parts[0]
            return Seq("", tuple(Rel(("!=",), (name, value)) for value in alternatives(node.parts[1])), "", "and")
    if has_matrix(node) or any(isinstance(part, Call) and part.name == "norm" for part in nodes_of(node)):
        try:
            node = worked_out(node)
        except UnreadableError:
            return node
    if (
        isinstance(node, Rel)
        and node.ops == ("in",)
        and isinstance(node.parts[1], Seq)
        and node.parts[1].opening == "{"
    ):
        return node.parts[1]
    return node


def _compare_relation(reference: Rel, answer: Node, terms: Terms) -> Match:
    """The reference is an equation, inequality or membership."""
    if is_region(reference):
        return _compare_regions(reference, answer, terms)
    value = stated_value(reference)
    if value is None and set(reference.ops) == {"="} and not letters_of(reference):
        value = reference.parts[-1]  # what a calculation comes to: 2/3 of `\log_8 4 = 2/3`
    if isinstance(answer, Rel):
        if reference.ops == answer.ops == ("=",) and (has_alternatives(reference) or has_alternatives(answer)):
            return same_curves(reference, answer, terms, compare)
        if "≡" in reference.ops + answer.ops and (found := same_residues(reference, answer)) is not None:
            return found
        if set(reference.ops) <= STATING and set(answer.ops) <= STATING:
            return same_equation(reference, answer, terms, compare)
        return same_inequality(reference, answer, terms)
    if value is not None and has_alternatives(value) and isinstance(answer, Seq):
        return _compare_sequences(value, Seq("", tuple(_stated(i) for i in members(answer)), ""), terms)
    value = value or matrix_value(reference) or asked_combination(reference, of=_COORDINATES)
    if value is not None and terms.policy.dropped_label is Choose.ACCEPT:
        return compare(value, answer, terms)
    return differs("equation.missing", "an equation or inequality is asked for")


def _stated(node: Node) -> Node:
    value = stated_value(node) if isinstance(node, Rel) else None
    return node if value is None else value


def _compare_with_stated(reference: Node, answer: Rel, terms: Terms) -> Match:
    """The answer is an equation and the reference is not: the value that it states counts."""
    if terms.policy.dropped_label is Choose.REJECT or not set(answer.ops) <= STATING:
        return differs("equation.extra", "a relation is given where a value is asked for")
    if tends(answer):
        return differs("equation.limit", "what a letter tends to is not its value")
    if stated_value(answer) is not None and is_label(answer.parts[0]):
        return compare(reference, answer.parts[-1], terms)
    if all(same_scalar(answer.parts[0], part, terms).equal for part in answer.parts[1:] if _is_scalar(part)) and all(
        map(_is_scalar, answer.parts)
    ):
        return compare(reference, answer.parts[-1], terms)
    if all(isinstance(part, Seq) and part.opening == "{" for part in answer.parts):  # two forms of one set
        matches = [compare(reference, part, terms) for part in answer.parts]
        return next((match for match in matches if not match.equal), matches[-1])
    value = stated_value(answer) or matrix_value(answer) or combination_value(answer)
    if value is not None:
        return compare(reference, value, terms)
    return differs("equation.extra", "an equation is given where a value is asked for")


def _is_scalar(node: Node) -> bool:
    return not isinstance(node, (Rel, Seq, SetOp, Matrix, Words, Ratio))


def _compare_regions(reference: Node, answer: Node, terms: Terms) -> Match:
    """One side is a set of real numbers; an open interval on the other side may look like a pair."""
    if terms.policy.pair_as_interval is Choose.REJECT and (_looks_like_pair(reference) or _looks_like_pair(answer)):
        return differs("interval.pair", "a pair is not taken for an interval")
    if _may_be_region(reference) and _may_be_region(answer):
        match = same_region(reference, answer, terms)
        if match is not None:
            return match
        if isinstance(reference, Rel) and isinstance(answer, Rel):
            return same_inequality(reference, answer, terms)
        left, right = interval_of(reference), interval_of(answer)
        if left is not reference or right is not answer:
            return compare(left, right, terms)
    return _compare_as_written(reference, answer, terms)


def _looks_like_pair(node: Node) -> bool:
    return isinstance(node, Seq) and is_interval(node) and not is_region(node) and node.opening == "("


def _compare_as_written(reference: Node, answer: Node, terms: Terms) -> Match:
    """Sets whose ends hold letters: compared part by part."""
    if isinstance(reference, Rel) and isinstance(answer, Rel):
        return same_inequality(reference, answer, terms)
    if isinstance(reference, Seq) and isinstance(answer, Seq):
        return _compare_sequences(reference, answer, terms)
    if isinstance(reference, Rel) and reference.ops == ("in",):
        return compare(reference.parts[1], answer, terms)
    if isinstance(answer, Rel) and answer.ops == ("in",):
        return compare(reference, answer.parts[1], terms)
    if isinstance(reference, SetOp) and isinstance(answer, SetOp):
        return _same_set_operation(reference, answer, terms)
    if isinstance(reference, Builder) and isinstance(answer, Builder) and reference.element == answer.element:
        return compare(reference.condition, answer.condition, terms)
    return differs("interval.kind", "a set of numbers is compared with something else")


def _may_be_region(node: Node) -> bool:
    if is_region(node) or is_interval(node):
        return True
    return isinstance(node, Seq) and (
        node.opening == "{" or (not node.opening and all(is_interval(i) or is_region(i) for i in node.items))
    )


def _same_set_operation(reference: SetOp, answer: SetOp, terms: Terms) -> Match:
    """Sets with letters as ends: the same operation on equal sets."""
    orders = [(answer.left, answer.right)]
    if reference.op != "difference":
        orders.append((answer.right, answer.left))
    same = reference.op == answer.op and any(
        compare(reference.left, a, terms).equal and compare(reference.right, b, terms).equal for a, b in orders
    )
    return Match(same, "set.operation", "the operation and its sets are compared")


def _compare_ratio(reference: Node, answer: Node, terms: Terms) -> Match:
    if isinstance(reference, Ratio) and isinstance(answer, Ratio):
        if len(reference.parts) != len(answer.parts):
            return differs("ratio.parts", "the ratios have different numbers of parts")
        if ZERO in reference.parts or ZERO in answer.parts:  # of 12:00 and 1:00 all quotients are zero
            return Match(reference == answer, "ratio.parts", "the parts are compared, since one is zero")
        try:
            same = all(
                same_scalar(divide(a, reference.parts[0]), divide(b, answer.parts[0]), terms).equal
                for a, b in zip(reference.parts[1:], answer.parts[1:], strict=True)
            )
        except UnreadableError:
            same = reference == answer
        return Match(same, "ratio.parts", "the quotients of the parts are compared")
    ratio, other = (reference, answer) if isinstance(reference, Ratio) else (answer, reference)
    if not isinstance(ratio, Ratio) or len(ratio.parts) != PAIR or not _is_scalar(other):
        return differs("ratio.kind", "a ratio is compared with something else")
    is_decimal = isinstance(other, Num) and (other.step is not None or other.value.denominator == 1)
    allowed = terms.policy.ratio_as_decimal if is_decimal else terms.policy.ratio_as_fraction
    if allowed is Choose.REJECT:
        return differs("ratio.kind", "a ratio is asked for in its terms")
    try:
        return same_scalar(divide(*ratio.parts), other, terms)
    except UnreadableError:
        return differs("ratio.kind", "the ratio has no quotient")


def _compare_matrix(reference: Node, answer: Node, terms: Terms) -> Match:
    if isinstance(reference, Matrix) and isinstance(answer, Matrix):
        left, right = reference.rows, answer.rows
        if (len(left), len(left[0])) != (len(right), len(right[0])):
            one, other = vector_members(reference), vector_members(answer)
            if one is not None and other is not None and terms.policy.row_as_column is Choose.ACCEPT:
                return same_in_order(one, other, terms, compare, "matrix.vector")
            return differs(
                "matrix.shape", f"{len(left)}×{len(left[0])} is asked for, {len(right)}×{len(right[0])} given"
            )
        if len(left[0]) == 1:
            right = tuple((cell,) for cell in _in_parameter_of(reference, answer))
        cells = [[cell for row in rows for cell in row] for rows in (left, right)]
        return same_in_order(cells[0], cells[1], terms, compare, "matrix.cells")
    matrix, beside = (reference, answer) if isinstance(reference, Matrix) else (answer, reference)
    named = in_shape_of(matrix, beside) if isinstance(matrix, Matrix) else None
    if named is not None:
        return _compare_matrix(*((matrix, named) if matrix is reference else (named, matrix)), terms)
    vector = vector_members(matrix)
    pair = tuple_members(components(coordinates(beside), size=0 if vector is None else len(vector)))
    if vector is None or pair is None or terms.policy.vector_as_tuple is Choose.REJECT:
        return differs("matrix.kind", "a matrix is compared with something else")
    left_items, right_items = (vector, pair) if matrix is reference else (pair, vector)
    right_items = _in_parameter_of(Seq("(", left_items, ")"), Seq("(", right_items, ")"))
    return same_in_order(left_items, right_items, terms, compare, "matrix.vector")


def _in_parameter_of(reference: Node, answer: Node) -> tuple[Node, ...]:
    """The members of a vector or tuple with the reference's parameter."""
    named = in_parameter_of(reference, answer)
    return vector_members(named) or tuple_members(named) or ()


def _compare_sequences(reference: Node, answer: Node, terms: Terms) -> Match:
    """Lists, sets and tuples."""
    reference, answer = without_point(reference, answer), without_point(answer, reference)
    reference, answer = as_points(reference, answer), as_points(answer, reference)
    left_kind, right_kind = _bracket_kind(reference), _bracket_kind(answer)
    if left_kind == "tuple" and right_kind == "one" and isinstance(reference, Seq):
        answer = components(answer, size=len(reference.items))
        right_kind = _bracket_kind(answer)
    elif right_kind == "tuple" and left_kind == "one":
        reference, left_kind = components(reference), _bracket_kind(components(reference))
    if left_kind == "tuple" or right_kind == "tuple":
        return _compare_tuples(reference, answer, left_kind, right_kind, terms)
    if isinstance(answer, Seq) and not answer.opening and len(members(reference)) == 1 and "{" not in left_kind:
        return differs("list.several", "several answers are given where one is asked for")
    return same_members(reference, answer, terms, compare)


def _bracket_kind(node: Node) -> str:
    if not isinstance(node, Seq):
        return "one"
    return {"": "list", "{": "set{"}.get(node.opening, "tuple")


def _compare_tuples(reference: Node, answer: Node, left_kind: str, right_kind: str, terms: Terms) -> Match:
    """At least one side is a tuple or interval."""
    if left_kind == right_kind:
        if isinstance(reference, Seq) and isinstance(answer, Seq) and _brackets_differ(reference, answer):
            return differs("interval.brackets", "the brackets differ")
        answer = in_parameter_of(reference, answer)
        return _members_in_order(reference, answer, terms)
    pair, other = (reference, answer) if left_kind == "tuple" else (answer, reference)
    if not isinstance(other, Seq):
        return differs("tuple.kind", "a tuple or interval is compared with something else")
    if len(other.items) == 1:
        return compare(pair, other.items[0], terms)
    if other.opening == "{":
        if terms.policy.tuple_as_set is Choose.REJECT:
            return differs("tuple.set", "a tuple is compared with a set")
        return same_members(other, Seq("{", as_tuple(pair) or (), "}"), terms, compare)
    if names := in_alphabet(other):
        reference, answer = (names, answer) if other is reference else (reference, names)
    if all(isinstance(item, Rel) for item in other.items) or terms.policy.pair_as_list is Choose.ACCEPT:
        return _members_in_order(reference, answer, terms)
    return differs("tuple.list", "a tuple or interval is compared with a list")


def _members_in_order(reference: Node, answer: Node, terms: Terms) -> Match:
    return same_in_order(as_tuple(reference) or (), as_tuple(answer) or (), terms, compare, "tuple.members")


def _brackets_differ(reference: Seq, answer: Seq) -> bool:
    """Whether `(0, 9)` stands against `[0, 9)`; two-member round and square brackets are intervals."""
    if len(reference.items) != PAIR:
        return False
    return (reference.opening, reference.closing) != (answer.opening, answer.closing)

"""Equality of two expressions that each have one value."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from verifiers.comparing.arbitrary_constants import constant_of, same_but_for_constant, same_with_renamed, without
from verifiers.limits import MAX_MAGNITUDE, OverLimitError
from verifiers.policy import BareLog, Choose, Policy
from verifiers.trees.evaluation import Outcome, UndefinedError
from verifiers.trees.fingerprint import NoPrintError, fingerprint
from verifiers.trees.numeric import compare_values, value_of
from verifiers.trees.tree import (
    PAIR,
    Based,
    Big,
    Call,
    Const,
    Node,
    Num,
    Sym,
    add,
    divide,
    factors_of,
    multiply,
    number,
)
from verifiers.trees.walk import check_size, letters_of, needs_sympy, nodes_of, replace, rewrite


class Match(NamedTuple):
    """Whether two things are equal, by which rule, and in words."""

    equal: bool
    rule: str
    reason: str


def equal(rule: str, reason: str) -> Match:
    """The finding that two things are equal."""
    return Match(equal=True, rule=rule, reason=reason)


def differs(rule: str, reason: str) -> Match:
    """The finding that two things are not equal, or not proved to be."""
    return Match(equal=False, rule=rule, reason=reason)


_USUAL_BASE = 10
CUT_OFF_DIGITS = 8
"""Digits from which on a decimal may be cut off: 0.66666666 for 2/3, and not 0.6666."""
SAME_NUMBER = equal("number.exact", "the same number")
_OTHER_NUMBER = differs("number.exact", "the numbers differ")


class Terms(NamedTuple):
    """What applies to one comparison."""

    policy: Policy
    rel_tol: float | None = None


def same_scalar(reference: Node, answer: Node, terms: Terms) -> Match:
    """Compare two expressions; cheap and certain tests first."""
    if reference == answer:
        return equal("expression.same", "both read the same")
    if isinstance(reference, Num) and isinstance(answer, Num):
        return same_number(reference, answer, terms)
    if isinstance(reference, Based) or isinstance(answer, Based):
        return _same_base(reference, answer, terms)
    if terms.policy.bare_log is BareLog.TEN:
        reference, answer = _with_base_ten(reference), _with_base_ten(answer)
    match = _same_value(reference, answer, terms)
    if match.equal or not (letters_of(reference) or letters_of(answer)):
        return match
    return _same_but_for_names(reference, answer, terms, has_value=match.rule != _NO_VALUE) or match


_NO_VALUE = "expression.no_value"
_FLOAT_DIGITS = 10**15
_DOUBLE_DIGITS = (16, 17)
"""Significant digits with which computers write a number of double precision."""
_DOUBLE_NOISE = Fraction(3, 2**52)
"""How far, relatively, a few operations in double precision lead away from the exact value."""


def same_number(reference: Num, answer: Num, terms: Terms) -> Match:
    """Compare two rational numbers: exactly, then by the problem's tolerance, then as a rounding."""
    if reference.value == answer.value:
        return SAME_NUMBER
    if terms.rel_tol:
        if abs(reference.value - answer.value) <= Fraction(terms.rel_tol) * abs(reference.value):
            return equal("number.tolerance", f"equal within the problem's relative tolerance of {terms.rel_tol:g}")
        return differs("number.tolerance", f"the numbers differ by more than the tolerance of {terms.rel_tol:g}")
    if _are_same_float(reference, answer):
        return equal("number.float", "the same number, up to the noise of floating point")
    if terms.policy.rounded_decimal is Choose.ACCEPT:
        for exact, decimal in ((reference, answer), (answer, reference)):
            if exact.step is None and exact.value.denominator != 1 and is_rounding(exact.value, decimal, terms.policy):
                return equal("number.rounded", "the decimal is a correct rounding of the exact value")
    return _OTHER_NUMBER


def _are_same_float(one: Num, other: Num) -> bool:
    """Whether two decimals of 15 digits and more differ by no more than a computer's sums: `0.6666666666666667`."""
    if one.step is None or other.step is None:
        return False
    noise = abs(one.value) / _FLOAT_DIGITS
    return one.step <= noise * 2 and other.step <= noise * 2 and abs(one.value - other.value) <= noise * 5


def is_rounding(exact: Fraction, decimal: Num, policy: Policy) -> bool:
    """Whether `decimal` is a correct and sufficiently fine rounding of `exact`; one with many digits may be cut off."""
    if decimal.step is None or decimal.step > Fraction(policy.rounded_decimal_step) * abs(exact):
        return False
    distance = abs(exact - decimal.value)
    if distance * 2 <= decimal.step or _is_double(exact, decimal):
        return True
    is_long = decimal.step * 10**CUT_OFF_DIGITS <= 10 * abs(decimal.value)
    return is_long and distance < decimal.step and abs(decimal.value) < abs(exact)


def _is_double(exact: Fraction, decimal: Num) -> bool:
    """Whether a decimal of 16 or 17 digits is what a computer writes for `exact`: `1.4142135623730951` for √2."""
    if not decimal.step:
        return False
    digits = len(str(abs(decimal.value) // decimal.step))
    return digits in _DOUBLE_DIGITS and abs(exact - decimal.value) <= _DOUBLE_NOISE * abs(exact)


def _same_base(reference: Node, answer: Node, terms: Terms) -> Match:
    """Numbers in other bases: the same digits in the same base, or the same value if the policy allows."""
    if isinstance(reference, Based) and isinstance(answer, Based):
        same = (reference.digits.lstrip("0"), reference.base) == (answer.digits.lstrip("0"), answer.base)
        return Match(same, "number.base", "digits and base are compared")
    is_usual = isinstance(reference, Based) and reference.base == _USUAL_BASE and isinstance(answer, Num)
    if terms.policy.other_base is Choose.ACCEPT or is_usual:
        values = [_based_value(node) for node in (reference, answer)]
        if None not in values:
            return Match(values[0] == values[1], "number.base", "the values are compared across bases")
    return differs("number.base", "only one of the two names a base")


def _based_value(node: Node) -> Fraction | None:
    if isinstance(node, Num):
        return node.value
    if not isinstance(node, Based) or node.base not in range(2, 37):
        return None
    try:
        return Fraction(int(node.digits, node.base))
    except ValueError:
        return None


def _same_value(reference: Node, answer: Node, terms: Terms) -> Match:
    """Compare by finite fields, then numerically."""
    try:
        first, second = fingerprint(reference), fingerprint(answer)
    except NoPrintError:
        pass
    else:
        if first.values == second.values:
            return equal("expression.field", "equal at random points of two finite fields")
        if first.decisive and second.decisive and not _has_lone_decimal(reference, answer) and not terms.rel_tol:
            return differs("expression.field", "different at random points of two finite fields")
    if needs_sympy(reference) or needs_sympy(answer):
        return _same_closed_form(reference, answer, terms)
    return _same_digits(reference, answer, terms)


def _same_closed_form(reference: Node, answer: Node, terms: Terms) -> Match:
    check_size(reference)
    check_size(answer)
    from verifiers.trees.symbolic import NoClosedFormError, closed_form  # noqa: PLC0415 - sympy loads slowly

    try:
        left, right = closed_form(reference), closed_form(answer)
        if left == right:
            return equal("expression.closed_form", "the closed forms are the same")
        match = _same_digits(left, right, terms)
        if match.equal or not (_is_antiderivative(reference) or _is_antiderivative(answer)):
            return match
        return _same_antiderivative(reference, answer, left, right, terms) or match
    except NoClosedFormError as error:
        return differs(_NO_VALUE, str(error))


def _is_antiderivative(node: Node) -> bool:
    r"""Whether it is `\int f dx` without bounds."""
    return isinstance(node, Big) and node.kind == "int" and node.lower is node.upper is None


def _same_antiderivative(reference: Node, answer: Node, left: Node, right: Node, terms: Terms) -> Match | None:
    r"""`\int x dx` beside `x²/2 + C`: what is left open brings a constant of its own."""
    left, right = (
        add(closed, Sym("C")) if _is_antiderivative(node) else closed
        for node, closed in ((reference, left), (answer, right))
    )
    constant = constant_of(left)
    same = constant is not None and same_but_for_constant(
        left, constant, right, lambda one, other: _same_value(one, other, terms).equal
    )
    return equal("expression.antiderivative", "the same antiderivative") if same else None


def _same_digits(reference: Node, answer: Node, terms: Terms) -> Match:
    decimal, other = (answer, reference) if isinstance(answer, Num) else (reference, answer)
    if isinstance(decimal, Num) and (decimal.step is not None or terms.rel_tol) and not letters_of(other):
        return _same_as_decimal(other, decimal, terms)
    found = compare_values(reference, answer, same_domain=terms.policy.log_domain is Choose.REJECT)
    if found.outcome is Outcome.EQUAL:
        return equal("expression.digits", f"equal to {found.digits} digits at every point tried")
    if found.outcome is Outcome.DIFFERENT:
        return differs("expression.digits", "the values differ")
    return differs("expression.undecided", "no point was found at which both have a value")


def _same_as_decimal(exact: Node, decimal: Num, terms: Terms) -> Match:
    """Compare an irrational constant with a decimal that may round it."""
    try:
        value = value_of(exact)
    except UndefinedError:
        return differs("expression.no_value", "the expression has no value")
    if value.imag if hasattr(value, "imag") else 0:
        return differs("expression.digits", "the value is not real")
    rational = _rational_near(value.real if hasattr(value, "real") else value)
    if terms.rel_tol:
        close = abs(rational - decimal.value) <= Fraction(terms.rel_tol) * max(abs(rational), abs(decimal.value))
        return Match(close, "number.tolerance", f"compared with the problem's relative tolerance of {terms.rel_tol:g}")
    if terms.policy.rounded_decimal is Choose.ACCEPT and is_rounding(rational, decimal, terms.policy):
        return equal("number.rounded", "the decimal is a correct rounding of the exact value")
    found = compare_values(exact, decimal)
    return Match(found.outcome is Outcome.EQUAL, "expression.digits", "the values are compared to many digits")


def _rational_near(value: object) -> Fraction:
    """An mpmath real as the fraction that it stores."""
    sign, mantissa, exponent, _ = value._mpf_  # type: ignore[attr-defined]
    if abs(exponent) > MAX_MAGNITUDE:
        raise OverLimitError("MAX_MAGNITUDE", exponent, MAX_MAGNITUDE)
    shifted = Fraction(int(mantissa) << exponent) if exponent >= 0 else Fraction(int(mantissa), 1 << -exponent)
    return -shifted if sign else shifted


def _has_lone_decimal(reference: Node, answer: Node) -> bool:
    return any(isinstance(node, Num) and node.step is not None for node in (reference, answer))


def _same_but_for_names(reference: Node, answer: Node, terms: Terms, *, has_value: bool) -> Match | None:
    """Accept an arbitrary constant under another name, and letters in the other case.

    What has no value that is found, such as a series without a closed form, has none under other names.
    """
    left, right = letters_of(reference), letters_of(answer)

    def same(one: Node, other: Node) -> bool:
        return one == other or (has_value and _same_value(one, other, terms).equal)

    constant = constant_of(reference)
    if terms.policy.constant_name is Choose.ACCEPT and (
        same_with_renamed(reference, answer, same)
        or (constant is not None and same_but_for_constant(reference, constant, answer, same))
    ):
        return equal("expression.constant_name", "equal but for arbitrary constants")
    without_constant = terms.policy.plus_constant is Choose.ACCEPT and constant is not None
    if without_constant and same(without(reference, constant or ""), answer):
        return equal("expression.plus_constant", "equal but for an arbitrary constant")
    if (match := _same_constants(reference, answer, same)) is not None:
        return match
    if (
        not _is_multiple_of_letter(reference)
        and terms.policy.letter_case is Choose.ACCEPT
        and left != right
        and not (_uses_both_cases(left) or _uses_both_cases(right))
    ) and same(lower_case(reference), lower_case(answer)):
        return equal("expression.letter_case", "equal but for the case of letters")
    return None


def _same_constants(reference: Node, answer: Node, same: Callable[[Node, Node], bool]) -> Match | None:
    """Accept j or I for the imaginary unit where the other side has i, and h/2π for ħ."""
    left, right = letters_of(reference), letters_of(answer)
    for names, others, other in ((right - left, right, reference), (left - right, left, answer)):
        unit = next((name for name in ("j", "I") if name in names), "")
        has_unit = unit and "i" not in others and any(part == Const("i") for part in nodes_of(other))
        if has_unit and same(*(replace(node, {unit: Const("i")}) for node in (reference, answer))):
            return equal("expression.imaginary_unit", f"equal with {unit} as the imaginary unit")
    if ("hbar" in left) is not ("hbar" in right) and ("h" in left) is not ("h" in right):
        reduced = {"hbar": divide(Sym("h"), multiply(number(2), Const("pi")))}
        if same(replace(reference, reduced), replace(answer, reduced)):
            return equal("expression.reduced_constant", "equal, since ħ is h/2π")
    return None


def _is_multiple_of_letter(node: Node) -> bool:
    """Whether it is a number times one letter: that may be a unit, where `2 t` is not `2 T`."""
    factors = factors_of(node)
    return len(factors) == PAIR and isinstance(factors[0], Num) and isinstance(factors[1], Sym)


def _uses_both_cases(names: frozenset[str]) -> bool:
    return len({name.casefold() for name in names}) != len(names)


def lower_case(node: Node) -> Node:
    """The expression in small letters; a capital E is Euler's number then."""
    names: dict[str, Node] = {name: Sym(name.casefold()) for name in letters_of(node)}
    if "E" in names:
        names["E"] = Const("e")
    return replace(node, names)


def _with_base_ten(node: Node) -> Node:
    def to_ten(part: Node) -> Node:
        if isinstance(part, Call) and part.name == "log":
            return divide(Call("ln", part.args), Call("ln", (number(10),)))
        return part

    return rewrite(node, to_ten)

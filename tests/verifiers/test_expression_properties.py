"""Properties of reading and comparing, over random expressions, numbers and texts."""

from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.records import Problem, Status
from verifiers.dispatch import verify_answer
from verifiers.limits import OverLimitError
from verifiers.reading.grammar import read
from verifiers.reading.plain_numbers import read_number
from verifiers.reading.wrapping import unwrap
from verifiers.trees.evaluation import Outcome
from verifiers.trees.fingerprint import fingerprint
from verifiers.trees.numeric import compare_values
from verifiers.trees.rendering import render
from verifiers.trees.tree import UnreadableError

LETTERS = st.sampled_from(["x", "y", "a", r"\alpha", "v_0"])
NUMBERS = st.integers(1, 30).map(str)


def _sum(parts: tuple[str, str]) -> str:
    return f"({parts[0]} + {parts[1]})"


def _difference(parts: tuple[str, str]) -> str:
    return rf"\left({parts[0]} - {parts[1]}\right)"


def _product(parts: tuple[str, str]) -> str:
    return rf"{parts[0]} \cdot {parts[1]}"


def _fraction(parts: tuple[str, str]) -> str:
    return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(_sum),
        pairs.map(_difference),
        pairs.map(_product),
        pairs.map(_fraction),
        inner.map(lambda text: f"{{({text})}}^2"),
        inner.map(lambda text: rf"\sqrt{{{text}}}"),
        inner.map(lambda text: rf"\sin\left({text}\right)"),
    )


EXPRESSIONS = st.recursive(st.one_of(LETTERS, NUMBERS), _compound, max_leaves=6)
FRACTIONS = st.builds(Fraction, st.integers(-(10**6), 10**6), st.integers(1, 10**4))


def accepts(reference: str, answer: str) -> bool:
    """Whether the answer is accepted."""
    return verify_answer(Problem(question="?", reference=reference), answer).equal


def readable(text: str) -> bool:
    """Whether the text is mathematics: a random fraction may divide by zero."""
    try:
        read(text)
    except (UnreadableError, OverLimitError):
        return False
    return True


def has_values(text: str) -> bool:
    r"""Whether the text has a value somewhere: a sine of `\frac{1}{x - x}` is read, and has none."""
    tree = read(text).tree
    return compare_values(tree, tree).outcome is Outcome.EQUAL


@given(EXPRESSIONS)
def test_a_normal_form_is_read_as_itself(text: str) -> None:
    """The normal form of a normal form is the same, and equal to what it came from."""
    assume(readable(text))
    form = render(read(text).tree)
    assume(len(form) < 300 and readable(form) and has_values(text))
    assert render(read(form).tree) == form
    assert accepts(text, form)


@given(EXPRESSIONS)
def test_a_dressed_reference_is_accepted(text: str) -> None:
    """Dollars, a box, spaces and a closing point change nothing."""
    assume(readable(text))
    assert accepts(text, rf"$\boxed{{ {text} }}$.")


@given(EXPRESSIONS, EXPRESSIONS)
def test_fields_and_digits_agree(left: str, right: str) -> None:
    """What the finite fields prove equal is equal to many digits, and what they refute differs."""
    assume(readable(left) and readable(right))
    first, second = read(left).tree, read(right).tree
    try:
        prints = (fingerprint(first), fingerprint(second))
        found = compare_values(first, second).outcome
    except (OverLimitError, ArithmeticError):
        return
    except Exception as error:  # noqa: BLE001 - the expression divides by zero at every point
        assert type(error).__name__ == "NoPrintError"  # noqa: PT017
        return
    assume(found is not Outcome.UNDECIDED)
    if prints[0].values == prints[1].values:
        assert found is Outcome.EQUAL
    elif prints[0].decisive and prints[1].decisive:
        assert found is Outcome.DIFFERENT


@given(EXPRESSIONS)
def test_one_more_is_never_accepted(text: str) -> None:
    """An expression and itself plus one are never equal."""
    assume(readable(text))
    assert not accepts(text, f"{text} + 1")


BRANCHING = [
    r"\min(x, {})",
    r"\max(-x, {}, y)",
    r"|x - {}|",
    r"\left|x + {}\right| + |y|",
    r"\lfloor x/{} \rfloor",
    r"\lceil \frac{{n + 1}}{{{}}} \rceil",
    r"\left\lfloor \frac{{2x + {}}}{{3}} \right\rfloor",
    r"x \bmod {}",
    r"\operatorname{{sgn}}(x - {})",
    r"\sqrt{{(x - {})^2}}",
]


@given(st.sampled_from(BRANCHING), st.integers(2, 10**6), st.sampled_from([-1, 1, 2, 3, 10]))
@settings(max_examples=60)
def test_branches_are_told_apart_however_far_they_lie(form: str, place: int, shift: int) -> None:
    """A minimum, absolute value or step that turns elsewhere is another function; the same one is the same."""
    assume(place + shift > 1)
    other = form.format(place + shift)
    assert not accepts(form.format(place), other)
    assert not accepts(f"y = {form.format(place)}", f"y = {other}")
    assert accepts(form.format(place), f"{form.format(place)} + z - z")


@given(st.sampled_from(["|x - {c}|", r"\sqrt{{(x - {c})^2}}", "|{c} - x|"]), st.integers(1, 10**6))
@settings(max_examples=60)
def test_an_absolute_value_is_neither_of_its_branches(form: str, place: int) -> None:
    """`|x - c|` is neither `c - x` nor `x - c`, however large c is, but the larger of the two."""
    reference = form.format(c=place)
    assert not accepts(reference, f"{place} - x")
    assert not accepts(reference, f"x - {place}")
    assert accepts(reference, rf"\max({place} - x, x - {place})")


@given(FRACTIONS)
def test_a_number_is_accepted_in_every_notation(value: Fraction) -> None:
    """A fraction equals itself in LaTeX, in ASCII, as a mixed number, and over a common factor."""
    reference = str(value)
    whole, part = divmod(abs(value), 1)
    sign = "-" if value < 0 else ""
    assert accepts(reference, rf"\frac{{{value.numerator}}}{{{value.denominator}}}")
    assert accepts(reference, f"{3 * value.numerator}/{3 * value.denominator}")
    if whole and part:
        assert accepts(reference, rf"{sign}{whole}\frac{{{part.numerator}}}{{{part.denominator}}}")
        assert accepts(reference, f"{sign}{whole} {part.numerator}/{part.denominator}")


@given(st.integers(0, 10**12), st.integers(0, 11), st.integers(1, 9))
def test_another_digit_is_another_number(value: int, place: int, change: int) -> None:
    """Changing one digit of an integer is never accepted, grouped or not."""
    digits = list(str(value).zfill(12))
    digits[place] = str((int(digits[place]) + change) % 10)
    other = int("".join(digits))
    assert not accepts(str(value), str(other)) or value == other
    assert accepts(str(value), f"{value:,}")
    assert not accepts(str(value), f"{other:,}") or value == other


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_decimals_are_read_exactly(value: object) -> None:
    """A decimal is the fraction that it says."""
    number = read_number(str(value))
    assert number is not None
    assert number.value == Fraction(str(value))


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_no_text_breaks_the_verifier(text: str) -> None:
    """Any text gets a verdict, and nothing in it is an error of ours."""
    for reference in ("2", "x+1", r"\{1,2\}", "(0,1)", "yes"):
        verdict = verify_answer(Problem(question="?", reference=reference), text)
        assert verdict.status is not Status.ERROR, verdict.reason


PIECES = (
    r"\frac \sqrt \left( \right) { } ( ) [ ] \{ \} | ^ _ + - * / = < , ; 1 2 0 x e i \pi \sin \log \sum \int \lim "
    r"\begin{pmatrix} \end{pmatrix} & \\ ! % \pm \cup \in \infty \text{a} . : \binom d 10 ' $"
)
MATHS = st.lists(st.sampled_from(PIECES.split()), max_size=14)


@given(MATHS)
@settings(max_examples=400)
def test_no_formula_breaks_the_verifier(pieces: list[str]) -> None:
    """Formulas put together at random get a verdict as answer and as reference, and equal themselves."""
    text = " ".join(pieces)
    verdict = verify_answer(Problem(question="?", reference="x"), text)
    assert verdict.status is not Status.ERROR, verdict.reason
    if text.strip():
        itself = verify_answer(Problem(question="?", reference=text), text)
        assert itself.status is not Status.ERROR, itself.reason


@given(st.text(alphabet="abc$\\{}().,*` \n", max_size=20))
def test_taking_off_the_dress_is_idempotent(text: str) -> None:
    """Unwrapping what was unwrapped changes nothing."""
    once = unwrap(text)
    assert unwrap(once) == once

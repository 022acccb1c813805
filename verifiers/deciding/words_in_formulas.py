"""What an answer says in words beside or instead of a formula, as a formula to compare with the reference."""

from dataclasses import replace

from verifiers.comparing.families import parameter_of, without_integer
from verifiers.comparing.regions import is_interval, is_region
from verifiers.deciding.references import Reference
from verifiers.reading.constant_words import without_constants
from verifiers.reading.inequality_words import inequality_in_words
from verifiers.reading.root_words import roots_written_out
from verifiers.reading.scattered import gathered
from verifiers.reading.whole_number_words import whole_numbers
from verifiers.trees.tree import Rel, Seq, Sym
from verifiers.trees.walk import letters_of

_NO_MATRICES = frozenset({"number", "expression", "list", "set"})
"""Kinds of references beside which the rows of a matrix are pieces of a formula."""
_USUAL_CONSTANTS = frozenset("cCkK")
"""Letters for a constant that a reference leaves open without saying so."""


def in_formulas(reference: Reference, text: str) -> tuple[Reference, str]:
    """Return the answer with its words as mathematics, and the reference with the letters that the answer leaves open.

    Whole numbers, constants, roots and inequalities may be told in words: `all n > 3`, `for any constant c`, `root 2`.
    """
    reference, text = _with_integer_read(reference, _gathered(reference, text))
    reference, text = _with_constants_read(reference, text)
    if "root" in text or "sqrt of" in text:
        text = roots_written_out(text) or text
    if reference.tree is None:
        return reference, text
    if not is_interval(reference.tree):
        text = whole_numbers(text, _label(reference)) or text
    if is_region(reference.tree) or is_interval(reference.tree):
        text = inequality_in_words(text, next(iter(letters_of(reference.tree)), "x")) or text
    return reference, text


def _with_constants_read(reference: Reference, text: str) -> tuple[Reference, str]:
    """The answer without its "where c is a constant", and the reference with what may be such a constant too."""
    text, declared = without_constants(text)
    if declared and not reference.constants and reference.tree is not None:
        reference = replace(reference, constants=_USUAL_CONSTANTS & letters_of(reference.tree))
    return reference, text


def _label(reference: Reference) -> str:
    """The letter of which the reference says something; `n` where it names none."""
    first = reference.tree.items[0] if isinstance(reference.tree, Seq) and reference.tree.items else reference.tree
    label = first.parts[0] if isinstance(first, Rel) else None
    return label.name if isinstance(label, Sym) else "n"


def _gathered(reference: Reference, text: str) -> str:
    """The answer with a formula put together whose pieces stand in the rows of a matrix."""
    if not text.startswith("\\begin{") or reference.kind not in _NO_MATRICES:
        return text
    return gathered(text, reference.size) or text


def _with_integer_read(reference: Reference, text: str) -> tuple[Reference, str]:
    """The answer without its "where k is an integer", and the reference with its letter for any whole number."""
    if reference.whole_letter:
        return reference, without_integer(text)[0]
    if not isinstance(reference.tree, Rel) or not ("Z" in text or "integer" in text):
        return reference, text
    bare, declared = without_integer(text)
    if declared and "≡" in reference.tree.ops:
        return reference, bare
    parameter = parameter_of(reference.tree) if declared not in letters_of(reference.tree) else ""
    return (replace(reference, whole_letter=parameter), bare) if declared and parameter else (reference, text)

"""The named limits on what is read and computed; each is checked before the computation that it bounds.

A limit exists so that no text, however hostile, costs more than some milliseconds of arithmetic in one step.
They are far above what a final answer needs: the longest reference in the usual benchmarks has 300 characters.
"""

from typing import Final

MAX_CHARS: Final = 20_000
"""Characters of a final answer or of a reference."""
MAX_TOKENS: Final = 2_000
"""Tokens of a mathematical text."""
MAX_NESTING: Final = 60
"""Depth of brackets, groups and powers."""
MAX_DIGITS: Final = 1_000
"""Digits written in one number."""
MAX_EXPONENT: Final = 10_000
"""Size of a decimal exponent, as in `1E10000`."""
MAX_BITS: Final = 80_000
"""Bits of a numerator or denominator of an exact value (about 24,000 decimal digits)."""
MAX_FACTORIAL: Final = 3_000
"""Largest number whose factorial is computed; binomials use it for their upper number."""
MAX_MATRIX_CELLS: Final = 400
"""Cells of one matrix."""
MAX_ITEMS: Final = 300
"""Members of one list, set or tuple."""
MAX_TERMS: Final = 2_000
"""Terms of a finite sum or product that is added up one by one."""
MAX_PRECISION: Final = 1_200
"""Decimal digits to which two values are compared."""
MAX_SYMBOLS: Final = 40
"""Different letters in one expression."""
MAX_OPERATIONS: Final = 2
"""Limits, integrals, derivatives, infinite sums in one expression."""
MAX_SYMBOLIC_NODES: Final = 60
"""Nodes of a tree that sympy is given."""
MAX_MAGNITUDE: Final = 200_000
"""Binary exponent of a value that is still computed with."""
_MAX_SHOWN_BITS = 1_000


class OverLimitError(Exception):
    """A named limit is exceeded; the text says which, how far, and nothing was computed."""

    def __init__(self, limit: str, found: int | str, allowed: int) -> None:
        # Python refuses to write out integers of more than 4,300 digits.
        if isinstance(found, int) and found.bit_length() > _MAX_SHOWN_BITS:
            found = f"a number of {found.bit_length()} bits"
        super().__init__(f"{limit}: {found} is over {allowed}")
        self.limit = limit


def check(limit: str, found: int, allowed: int) -> None:
    """Raise `OverLimitError` if `found` is over `allowed`.

    >>> check("MAX_DIGITS", 12, MAX_DIGITS)
    """
    if found > allowed:
        raise OverLimitError(limit, found, allowed)

"""What the parts of the grammar share: the state of reading, and the levels that call each other."""

from verifiers.reading.cursor import Cursor
from verifiers.trees.tree import Node, Sym


class Levels(Cursor):
    """A cursor that knows in what kind of bracket it is; its methods are filled in by the parts of the grammar."""

    commas_separate = False
    """Whether `1,234` is a list outside brackets too."""
    product_first = False
    """Whether `1/2x` is `1/(2x)`."""
    binomials_are_columns = False
    r"""Whether `\binom{1}{2}` is the vector (1, 2)."""
    names_are_short = False
    """Whether names have one sign each: `2x2y` is 2x · 2y and `k_BT` is k_B T, as in LaTeX."""
    crosses = False
    r"""Whether `\times` between letters is the product of vectors, of which the order counts."""
    colon_ends = False
    """Whether `:` ends an expression, as it does in `{x : x > 0}`."""
    brackets = 0
    """How many brackets are open, in which `1,234` is a list."""
    open_bars: tuple[str, ...] = ()
    """The signs that close the absolute values that are open."""
    condition_bar = False
    """Whether the next bracket may hold a condition, as in `P(A | B)`."""
    in_integral = False
    """Whether what is read is integrated, so that `dx` ends it."""
    in_bound = False
    """Whether what is read is the bound of a limit, where `3^{+}` is a side of 3."""
    side = ""
    """The sign of the one-sided limit that is being read."""
    has_minus = False
    """Whether a minus stands before the term that is read next."""
    in_braces = False
    """Whether the innermost bracket is a set's, where `|` starts a condition."""

    def list_of_relations(self) -> Node:
        """A list."""
        raise NotImplementedError

    def relation(self) -> Node:
        """A relation."""
        raise NotImplementedError

    def sum(self) -> Node:
        """A sum."""
        raise NotImplementedError

    def term(self) -> Node:
        """A product."""
        raise NotImplementedError

    def factor(self) -> Node:
        """A power."""
        raise NotImplementedError

    def postfix(self, base: Node) -> Node:
        """What stands behind an atom."""
        raise NotImplementedError

    def starts_factor(self) -> bool:
        """Whether a factor can start here."""
        raise NotImplementedError

    def atom(self) -> Node:
        """The smallest thing that has a value."""
        raise NotImplementedError

    def applied(self, base: Sym) -> Node:
        """A letter, applied to what stands in brackets behind it if it is a function."""
        raise NotImplementedError

    def function(self, text: str) -> Node:
        """A function by name."""
        raise NotImplementedError

    def letter(self, name: str) -> Node:
        """A letter with its subscript."""
        raise NotImplementedError

    def raw_group(self) -> str:
        """The text of a group."""
        raise NotImplementedError

    def exponent(self) -> Node:
        """What stands behind `^`."""
        raise NotImplementedError

    def argument(self) -> Node:
        """The argument of a command."""
        raise NotImplementedError

    def group(self) -> Node:
        """What stands in braces."""
        raise NotImplementedError

    def bracketed(self) -> Node:
        """What stands in brackets."""
        raise NotImplementedError

    def diagonal(self) -> Node:
        """A diagonal matrix."""
        raise NotImplementedError

    def command(self) -> Node:
        """What a LaTeX command stands for."""
        raise NotImplementedError

    def binomial(self, over: Node, under: Node) -> Node:
        """A binomial coefficient."""
        raise NotImplementedError

    def fraction(self, over: Node, under: Node) -> Node:
        """A quotient."""
        raise NotImplementedError

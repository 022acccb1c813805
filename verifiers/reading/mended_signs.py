"""Signs that stand apart from each other, or look like others: put right before a text is read."""

from itertools import pairwise

from verifiers.reading.tokens import Token
from verifiers.trees.tree import PAIR

_UNIONS = frozenset({"\\cup", "U", "cup"})
_BRACKETS = frozenset({"(", "[", "{", "\\{"})
_ORDER = frozenset({"<", ">", "<=", ">=", "\\le", "\\leq", "\\ge", "\\geq", "\\leqslant", "\\geqslant", "\\lt", "\\gt"})


def with_signs_mended(tokens: list[Token]) -> list[Token]:
    """The tokens of `<1, 2>` with round brackets, of `x < 0 ∪ x > 1` with "or", of `x ! = 3` with one sign.

    >>> from verifiers.reading.tokens import tokenize
    >>> [[t.text for t in with_signs_mended(tokenize(text))] for text in ("x ! = 3", "x! = 6")]
    [['x', '!=', '3'], ['x', '!', '=', '6']]
    """
    if len(tokens) > PAIR and (tokens[0].kind, tokens[-1].kind) == ("<", ">") and any(t.kind == "," for t in tokens):
        return [Token("(", "(", spaced=False), *tokens[1:-1], Token(")", ")", spaced=False)]
    if any(token.text in _UNIONS for token in tokens) and not any(token.kind in _BRACKETS for token in tokens):
        has_relations = any(token.kind in _ORDER or token.text in _ORDER for token in tokens)
        return [_as_or(token) for token in tokens] if has_relations else tokens
    if not any(token.kind == "!" and token.spaced for token in tokens):
        return tokens
    parted = {k for k, (mark, sign) in enumerate(pairwise(tokens)) if _is_parted(tokens, k, mark, sign)}
    joined = [Token("!=", "!=", spaced=True) if k in parted else token for k, token in enumerate(tokens)]
    return [token for k, token in enumerate(joined) if k - 1 not in parted]


def _is_parted(tokens: list[Token], place: int, mark: Token, sign: Token) -> bool:
    """Whether `! =` stands behind a letter and apart from it; behind a number `!` is a factorial."""
    return place > 0 and mark.kind == "!" and mark.spaced and sign.kind == "=" and tokens[place - 1].kind == "name"


def _as_or(token: Token) -> Token:
    return Token("text", "or", spaced=True) if token.text in _UNIONS else token

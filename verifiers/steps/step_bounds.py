"""Where a statement surely begins and ends: what stands beside it is no part of it.

Doubt means that nothing is said: `8 packs of 5 bags * 4 = 160` is not about 5 bags.
"""

from typing import Final

from verifiers.steps.step_functions import FUNCTIONS, is_function
from verifiers.steps.step_tokens import Tokens
from verifiers.steps.step_words import (
    FUNCTION_WORDS,
    NAMING_WORDS,
    NO_NOUN,
    PART_WORDS,
    calculates_unspaced,
    is_unspaced,
)

OPENING_WORDS: Final = PART_WORDS | NAMING_WORDS | {name for name in FUNCTIONS if name.isalpha()}
"""Words that an expression may begin with."""
_AND_SO_ON = frozenset(("\\ldots", "\\dots", "\\cdots", "…", "."))
_LABEL_NAMES = "step case part day example problem question method option week year round line row"
_LABELS = frozenset(_LABEL_NAMES.split())
"""Words that are numbered: in `Step 2: 8 - 1 = 7` the 2 is no part of a ratio."""
_COMPARING_WORDS = "more less fewer greater times of out percent smaller larger bigger away not a an the"
_COMPARES = frozenset(_COMPARING_WORDS.split())
_CALCULATING_WORDS = "mod modulo remainder r squared cubed choose factorial raised"
_CALCULATES = frozenset(_CALCULATING_WORDS.split())
"""Words behind which a calculation goes on."""
_NAMES = frozenset(("word", "noun"))
_FACTORS = frozenset(("sqrt", "frac", "pi", "binom"))
_JOINS = frozenset(("times", "plus", "minus", "by", "mod", "twice", "double", "triple"))
_OPERANDS = frozenset(("num", "rp", "rb"))
_GOES_ON_AFTER = frozenset(("op", "num", "sup", "lb", "frac", "sqrt", "binom", "pi", "pct", "fact", "lfloor", "lceil"))
_GOES_ON = frozenset(("num", "op", "rp", "rb", "lb", "sup", "pct", "frac", "sqrt", "binom", "pi"))
_NO_BOUNDARY = frozenset("_|≠:^'\\")
_ORDERS = frozenset(("<", ">", "≤", "≥", "\\le", "\\leq", "\\ge", "\\geq", "\\lt", "\\gt", "\\leqslant", "\\geqslant"))
"""Signs that a statement may stand beside: `3^5 = 243 > 200`."""
_TAKES_LIST = FUNCTIONS | {"C"}
_ARTICLES = frozenset(("the", "a", "an", "their", "our", "its", "this"))
_LEADING_WORDS = (
    "so then thus hence therefore since because as that now but find get have know where here first finally next also "
    "compute calculate see note by well okay"
)
_LEADS = frozenset(_LEADING_WORDS.split())
"""Words behind which a new statement begins."""
_SEPARATES = frozenset(".,;:!?#≡…\"“”„«»'‘’•●·→⇒⟹⟶➜➡∴∵✓✔✅、。，；：！？（）")
"""Signs that may stand between a number and a statement; any other, such as `★`, may be an operation."""


def opens(word: str) -> bool:
    """Say whether an expression may begin with a word."""
    return word.lower() in OPENING_WORDS or word in FUNCTIONS or word == "C" or "log_" in word


def has_list(tokens: Tokens, end: int) -> bool:
    """Say whether a comma may stand in `the sum of 3, 5 and 7` or `gcd(12, 18)`."""
    return any(word in _TAKES_LIST or word.lower() in NAMING_WORDS for word in tokens.texts[:end])


def hangs_on(tokens: Tokens, start: int) -> bool:
    """Say whether something before the expression may belong to it: an operation, a function, a variable."""
    if not start:
        return False
    kinds, texts, spans = tokens.kinds, tokens.texts, tokens.spans
    kind, text = kinds[start - 1], texts[start - 1]
    if _is_of_another(tokens, start) or text in _ORDERS:
        return text not in _ORDERS
    if text == ",":
        is_list = kinds[start - 2] == "num" or texts[start - 2] in _AND_SO_ON
        return start > 1 and is_list and spans[start - 2][1] + 1 == spans[start][0]
    if text == ":":
        named = texts[max(start - 3, 0)].lower()
        return start > 1 and kinds[start - 2] == "num" and named not in _LABELS
    if kind == "word":
        return _hangs_on_word(tokens, start)
    if kind == "other" and text not in _SEPARATES and start > 1 and kinds[start - 2] in _OPERANDS:
        return True
    return kind in _GOES_ON or text in _NO_BOUNDARY or (kind == "other" and text.startswith("\\"))


def _is_of_another(tokens: Tokens, start: int) -> bool:
    r"""Say whether the named operation or the function that begins here is a part: `half the sum`, `AB \tan 30°`."""
    kind, text, word = tokens.kinds[start - 1], tokens.texts[start - 1], tokens.texts[start]
    if kind == "noun" and ("operatorname" in text or (tokens.kinds[start] == "lp" and " " not in text)):
        return True  # a function that is not read
    if tokens.kinds[start] != "word":
        return False
    if word.lower() in NAMING_WORDS:
        return not _leads(tokens, start)
    if word not in FUNCTIONS or kind not in _NAMES:
        return False
    is_prose = kind == "word" and len(text) > 1 and text[1:] == text[1:].lower()
    return not is_prose or tokens.kinds[max(start - 2, 0)] in _OPERANDS


def _hangs_on_word(tokens: Tokens, start: int) -> bool:
    """Say whether the word before the expression makes something else of it."""
    kinds, texts, spans = tokens.kinds, tokens.texts, tokens.spans
    text = texts[start - 1]
    is_segment = text.isupper() and kinds[start] in _FACTORS  # `AD \sqrt{2}`
    if (is_segment or len(text) == 1) and text not in {"a", "A", "I"}:
        return True
    word = text.lower()
    if spans[start - 1][1] == spans[start][0]:
        return not is_unspaced(text[-1]) or calculates_unspaced(text)
    if word in _JOINS or word in FUNCTION_WORDS or word in FUNCTIONS or "log_" in word:
        return True
    if word == "to":
        return "from" in texts[max(start - 4, 0) : start - 1]  # "x^2 from 1 to 3 = 9 - 1"
    if word == "of":
        part = max(start - 2, 0)
        before = texts[part].lower()
        if kinds[part] == "word" and part and kinds[part - 1] == "num":
            return True  # "8 packs of 5 bags * 4"
        return kinds[part] in {"num", "pct", "rb", "rp"} or before in PART_WORDS or before in FUNCTION_WORDS
    if kinds[start] == "op":
        return True
    while start and kinds[start - 1] == "word":
        start -= 1
    return bool(start) and kinds[start - 1] in {"op", "frac", "sqrt", "binom", "pi"}


def _leads(tokens: Tokens, start: int) -> bool:
    """Say whether nothing before the name of an operation makes another one of it, as in `half the sum`."""
    kinds, texts = tokens.kinds, tokens.texts
    while start and texts[start - 1].lower() in _ARTICLES:
        start -= 1
    if not start or kinds[start - 1] == "other":
        return not start or texts[start - 1] in _SEPARATES
    before = texts[start - 1].lower()
    return before in _LEADS or (before == "and" and texts[max(start - 2, 0)] in _SEPARATES)


def is_bounded(tokens: Tokens, end: int, sign: str) -> bool:
    """Say whether the statement surely ends where it was read to."""
    if end >= len(tokens):
        return True
    kinds, texts = tokens.kinds, tokens.texts
    kind, text = kinds[end], texts[end]
    if kinds[end - 1] == "word" and kind in {"num", "word"}:
        return True
    if kind == "word":
        word = text.lower()
        if (sign == "word" and word in _COMPARES) or word in _CALCULATES or is_function(text, kinds[end + 1]):
            return False
        return word in NO_NOUN or len(word) > 1 or word == "a"
    if kind in _GOES_ON_AFTER or text in _NO_BOUNDARY:
        return False
    if text == "." and tokens.spans[end][1] == tokens.spans[min(end + 1, len(tokens) - 1)][0]:
        return kinds[end + 1] not in {"lp", "num"} and not texts[end + 1].startswith("\\")  # `3.\overline{3}`
    if kind == "lp":
        return kinds[end + 1] == "word" and texts[end + 1].lower() not in {"mod", "\\mod"}
    may_operate = text not in _SEPARATES and kinds[end + 1] in {"num", "lp"}  # `3 ★ 4`
    return text in _ORDERS or not (kind == "other" and (may_operate or text.startswith("\\")))

"""Notations that are text before they are mathematics: `^{10}C_3`, `10C3`, `2A_{16}`, `{x | x > 0}`."""

import re

from verifiers.reading.matrix_notations import matrices_written_out
from verifiers.reading.tokens import braced
from verifiers.trees.tree import Based, UnreadableError

_ARGUMENT = r"(?:\{[^{}]{1,20}\}|\w)"
_GAP = r"\s{0,3}"
_BEFORE_AND_AFTER = re.compile(
    rf"(?:\{{{_GAP}\}}|(?<![\w)}}\]])){_GAP}[\^_]{_GAP}(?P<n>{_ARGUMENT}){_GAP}"
    rf"(?:\\(?:mathrm|text|mathsf|mathbf){_GAP}\{{{_GAP}(?P<styled>[CP]){_GAP}\}}|\{{?(?P<plain>[CP])\}}?)"
    rf"{_GAP}_{_GAP}(?P<k>{_ARGUMENT})"
)
_BETWEEN = re.compile(r"(?<![\w.^])(?P<n>\d{1,4})\s?(?P<plain>[CP])\s?(?P<k>\d{1,4})(?![\w.])")
_BELOW_AND_ABOVE = re.compile(
    r"(?<![A-Za-z\\])(?:\\mathrm\s*\{\s*)?(?P<sort>[CAP])(?:\s*\})?\s*"
    r"(?:_\s*\{?(?P<low>\d{1,4})\}?\s*\^\s*\{?(?P<high>\d{1,4})\}?|\^\s*\{?(?P<first>\d{1,4})\}?\s*_\s*\{?(?P<then>\d{1,4})\}?)"
)
_BASED = re.compile(r"(?:\\(?:text|mathrm)\{|\()?(?P<digits>[0-9A-Fa-f]{1,40})[)}]?\s*_\s*\{?(?P<base>1[1-6])\}?")
_BARE_SET = re.compile(
    r"\{\s*(?:\(?[a-zA-Z](?:\s*,\s*[a-z])*\)?(?:\s*\\in\s*[^|:;]{1,30})?\s*(?:\||:|\\mid)|[^{}|;]{1,80};).*\}",
    re.DOTALL,
)
_SETS_OF_ONE = re.compile(r"(\{\s?)?\{[^{}\\,]{1,40}\}(?:\s?,\s?\{[^{}\\,]{1,40}\}){1,99}(?(1)\s?\})")
"""`{2}, {5}, {9}` and `{{2}, {5}}`: nobody puts invisible braces around each member of a list."""
_CHOOSE = re.compile(r"(?<![\w.)])(\w{1,6}|\([^()]{1,40}\)) choose (\w{1,6}|\([^()]{1,40}\))")
"""`10 choose 2`"""
_IN_BASE = re.compile(
    r"(\d{1,200})\s*(?:\\text\{\s*)?(?:\(\s?)?(?:in\s+)?base[\s-]{0,3}\}?\s?"
    r"(\d{1,2}|[a-z]{3,7})(?:\s?\))?\s*\}?"
)
_PREFIXED = re.compile(r"0(?:[xX](?P<x>[0-9A-Fa-f]{1,40})|[bB](?P<b>[01]{1,160})|[oO](?P<o>[0-7]{1,80}))")
"""`0x3F`, `0b101`, `0o17`, as programs write them."""
_NAMED_BASE = re.compile(
    r"\(?(?P<digits>[0-9A-Fa-f]{1,160})\)?\s{0,3}(?:_\s?\{?\s?)?(?:\\(?:text|mathrm)\s?\{\s?)?(?:\(\s?)?(?:in\s+)?"
    r"(?P<base>hex|hexadecimal|base[\s-]{0,3}16|bin|binary|oct|octal)(?:\s?\))?[}\s]{0,3}"
)
"""`3F (hex)`, `3F base 16`, `101_{\\text{bin}}`."""
_BASE_OF_LETTER = {"x": 16, "h": 16, "b": 2, "o": 8}
_REPEATING = re.compile(r"(-?\d{1,9}\.)\((\d{1,20})\)")
_TWO_DOTS = re.compile(r"(?<=[.\d])\\dot\s?\{?(\d)\}?(\d{0,20})\\dot\s?\{?(\d)\}?")
r"""`0.\dot{1}2\dot{3}`: the dots stand over the first and the last digit that repeat."""
_MODULO = re.compile(
    r"\\text\s?\{\s?\(?\s?mod(?:ulo)?\s?\}\s?(?:(\d{1,9}|[a-z])\s?\)?)|"
    r"\(?\\text\s?\{\s?\(?\s?mod(?:ulo)?\s(\d{1,9}|[a-z])\s?\)?\s?\}\)?"
)
_DIVIDES = re.compile(r"(\d{1,9})\s?\\mid\s?([a-zA-Z])")
r"""`3 \mid n`: three divides n."""
_MAPS = re.compile(r"(?:[a-zA-Z]\s?:\s?)?[a-z]\s?\\(?:long)?mapsto\s?(.{1,2000})")
_HALF_LINE = re.compile(
    r"\\(?:mathbb|Bbb)\s?(?:\{\s?R\s?\}|R)\s?[\^_]\s?(?:\{\s?)?(?:(?P<positive>\+|>\s?0)|(?P<from>(?:\\geq?|>=)\s?0))(?:\s?\})?"
)
_RING = re.compile(r"\\mathbb\s?\{?Z\}?\s?/\s?\(?(\d{1,9}|[a-z])\s?\\mathbb\s?\{?Z\}?\)?")
r"""`\mathbb{Z}/6\mathbb{Z}`"""
_BETWEEN_MIDS = re.compile(r"(?<![\w}])\\mid(?![a-z])((?:(?!\\mid).){1,200})\\mid(?![a-z])")
r"""`\ln \mid x \mid`: bars around a value, and no condition."""
_BARS = 2
_SET_BASE = 16


def written_out(text: str) -> str:
    r"""Return `text` with combinations and permutations, and the braces of a set, as LaTeX writes them.

    >>> written_out("{}^{10}C_3"), written_out("5P2"), written_out("{x | x > 0}")
    ('\\binom{10}{3}', '\\frac{(5)!}{(5-(2))!}', '\\{x | x > 0\\}')
    """
    if "C" in text or "P" in text:
        text = _BETWEEN.sub(_as_latex, _BEFORE_AND_AFTER.sub(_as_latex, text))
    if " choose " in text:
        text = _CHOOSE.sub(r"\\binom{\1}{\2}", text)
    if "\\" in text:
        text = _commands_written_out(text)
    if "mid" in text and (divides := _DIVIDES.fullmatch(text)):
        return rf"{divides[2]} \equiv 0 \pmod{{{divides[1]}}}"
    if "mapsto" in text and (maps := _MAPS.fullmatch(text)):
        return f"y = {maps[1]}"
    if "base" in text and (based := _IN_BASE.fullmatch(text)):
        return f"{based.group(1)}_{{{based.group(2)}}}"
    if "R" in text and ("+" in text or "0" in text):
        text = _HALF_LINE.sub(_as_interval, text)
    if "(" in text and (repeating := _REPEATING.fullmatch(text)):
        return rf"{repeating.group(1)}\overline{{{repeating.group(2)}}}"
    if "[" in text or "matrix" in text:
        text = matrices_written_out(text)
    return _with_braces(text) if text.startswith("{") else text


def _with_braces(text: str) -> str:
    """The braces of sets escaped."""
    if _SETS_OF_ONE.fullmatch(text):
        return text.replace("{", "\\{").replace("}", "\\}")
    return f"\\{{{text[1:-1]}\\}}" if _BARE_SET.fullmatch(text) and _is_one_group(text) else text


def _commands_written_out(text: str) -> str:
    r"""Repeating digits under two dots as under a line, `\text{(mod } 7)` as `\pmod{7}`, `ℤ/6ℤ` as `ℤ_6`."""
    if "\\dot" in text:
        text = _TWO_DOTS.sub(r"\\overline{\1\2\3}", text)
    if text.count("\\mid") == _BARS and "{" not in text[:2] and "\\{" not in text and "P" not in text:
        text = _BETWEEN_MIDS.sub(r"|\1|", text)
    if "Z" in text and "/" in text:
        text = _RING.sub(r"\\mathbb{Z}_{\1}", text)
    if "mod" in text and "\\text" in text:
        text = _MODULO.sub(lambda match: rf"\pmod{{{(match[1] or match[2]).strip()}}}", text)
    return text


def combinations_written_out(text: str) -> str | None:
    r"""Return `text` with `C_{10}^{3}` or `A_5^2` as a binomial or as permutations, None where there are none.

    Only for answers to a reference without letters: elsewhere `C_1^2` is the square of a constant.

    >>> combinations_written_out("2C_{10}^3")
    '2\\binom{10}{3}'
    """
    if "C" not in text and "A" not in text and "P" not in text:
        return None
    found = _BELOW_AND_ABOVE.sub(_of_numbers, text)
    return None if found == text else found


def based_number(text: str) -> Based | None:
    """Return a number with letters for digits, or with its base in words, if `text` is one and cannot be algebra.

    >>> based_number("2a_{16}"), based_number("0x2A"), based_number("a_{11}") is None
    (Based(digits='2A', base=16), Based(digits='2A', base=16), True)
    """
    if text[:1] == "0" and (prefixed := _PREFIXED.fullmatch(text)):
        sort = prefixed.lastgroup or "x"
        return Based(prefixed[sort].upper(), _BASE_OF_LETTER[sort])
    if ("bin" in text or "hex" in text or "oct" in text or "16" in text) and (named := _NAMED_BASE.fullmatch(text)):
        base = _BASE_OF_LETTER.get(named["base"][0], _SET_BASE) if named["base"][:4] != "base" else _SET_BASE
        is_possible = all(int(digit, 16) < base for digit in named["digits"])
        return Based(named["digits"].upper(), base) if is_possible else None
    match = _BASED.fullmatch(text) if "_" in text else None
    if match is None:
        return None
    digits, base = match.group("digits"), int(match.group("base"))
    letters = [char for char in digits if char.isalpha()]
    is_number = len(digits) > 1 and (base == _SET_BASE or all(char.isupper() for char in letters))
    if not letters or not is_number or any(int(char, 36) >= base for char in letters):
        return None
    return Based(digits.upper(), base)


def _as_latex(match: re.Match[str]) -> str:
    n, k = (match.group(name).strip("{}") for name in ("n", "k"))
    styled = match.groupdict().get("styled")
    return _counted(styled or match.group("plain"), n, k)


def _of_numbers(match: re.Match[str]) -> str:
    numbers = [int(match.group(name)) for name in ("low", "high", "first", "then") if match.group(name)]
    return _counted(match.group("sort"), str(max(numbers)), str(min(numbers)))


def _counted(sort: str, n: str, k: str) -> str:
    """Combinations for C, permutations for P and A."""
    return rf"\binom{{{n}}}{{{k}}}" if sort == "C" else rf"\frac{{({n})!}}{{({n}-({k}))!}}"


def _as_interval(match: re.Match[str]) -> str:
    r"""The positive real numbers, or those from zero on."""
    return r"(0, \infty)" if match.group("positive") else r"[0, \infty)"


def _is_one_group(text: str) -> bool:
    try:
        return braced(text, 0)[0] == len(text)
    except UnreadableError:
        return False

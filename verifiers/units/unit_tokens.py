r"""Tokens of a quantity, in any of the usual notations: LaTeX, siunitx, plain ASCII, Unicode, words.

Notation ends here: `\SI{3}{\metre\per\second}`, `3 m·s⁻¹`, `3\,\mathrm{m}\,\mathrm{s}^{-1}` and `\frac{3\text{ m}}{s}`
become the same few kinds of tokens. A character or command that is not known stops the reading: nothing is skipped.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from verifiers.units.definitions import find_unit
from verifiers.units.foreign_units import with_known_units
from verifiers.units.unit_names import PREFIX_NAMES

MAX_QUANTITY_CHARS: Final = 400
"""Characters of a text that is read as a quantity; the longest in the usual benchmarks has 90."""
MAX_QUANTITY_DIGITS: Final = 80
"""Digits of one number in a quantity."""
MAX_TEN_EXPONENT: Final = 400
"""Size of a power of ten in a quantity."""
_MAX_DEPTH: Final = 6
_POWER_CHARS: Final = len("e-400")

PI: Final = Fraction("3.14159265358979323846264338327950288419716939937510582097494459")


class UnreadableError(ValueError):
    """The text is not a quantity in any notation that is known; the text of the error says where it stopped."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written: its value and the value of one step of its last digit (None: exact, as π or a power is)."""

    value: Fraction
    step: Fraction | None = None
    has_point: bool = False

    @property
    def digits(self) -> int:
        """Significant digits as written; 0 where the number is exact."""
        return 0 if self.step is None else len(str(abs(int(self.value / self.step))))


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Kinds: `number`, `word`, `^` (with `exponent`), `(`, `)`, `*`, `/`, `per` (one factor only), `+`, `-`, `±`, `,`,
    `and`, `or`, `√`.
    """

    kind: str
    text: str = ""
    number: Written | None = None
    exponent: int = 0
    spaced: bool = False
    """Whether space stands before it."""


_CHARACTERS: Final = str.maketrans({
    "µ": "μ", "\u212b": "Å", "\u2126": "Ω", "\u212a": "K", "℃": "°C", "℉": "°F", "º": "°", "˚": "°", "∘": "°",
    "∙": "·", "⋅": "·", "•": "·", "∗": "*", "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "‐": "-", "‑": "-",
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2007": " ", "\u2008": " ", "\u2009": " ", "\u200a": " ",
    "\u202f": " ", "\u3000": " ", "′": "'", "’": "'", "″": '"', "”": '"', "“": '"', "％": "%",
    "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3",
    **{chr(0xFF10 + i): str(i) for i in range(10)},
})  # fmt: skip
_SUPERSCRIPT = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_NUMBER = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)|\d+,(?:\d{1,2}|\d{4,})(?!\d|,\d)|"
    r"(?:\d{1,3}(?:(?:,|\{,\}(?:\\!)?|,\\!|\\,| |~|_)\d{3})+(?!\d)|\d+)(?:\.\d*(?!\d))?|\.\d+"
)
_LEXEME = re.compile(
    r"(?P<space>(?:[\s~]|\\[,;:> ]|\\q?quad(?![A-Za-z])|\\(?:(?:neg)?(?:thin|med|thick)|en)space(?![A-Za-z])|"
    r"\\[hm]sp(?:ace|kip)\s*\{[^{}]{0,10}\}|\\nobreakspace(?![A-Za-z]))+)"
    rf"|(?P<number>{_NUMBER})(?P<power>[eE][+-]?\d+)?"
    r"|(?P<circ>\^?\s*\{?\s*(?:\\circ(?![A-Za-z])|\\degree(?![A-Za-z])|°)\s*\}?)"
    r"|(?P<prime>\^\{?(?:\\prime\s?|')+\}?)"
    r"|(?P<power_sign>\^|\*\*)"
    r"|(?P<command>\\(?:[A-Za-z]+|.))"
    r"|(?P<word>[A-Za-zμΩÅåöÖℓ]+)"
    r"|(?P<sign>\+/-|\+-|''|[-+*/()·×±,;%‰$€£¥₹₽₩¢°'\"=.{}\[\]])",
    re.DOTALL,
)
_TRANSPARENT = (
    "boxed fbox mathrm text textrm textbf textit textnormal textup textsf mathbf mathit mathsf mathnormal operatorname "
    "mbox hbox rm SI qty si unit num left right big Big bigl bigr displaystyle textstyle ensuremath boldsymbol bm"
)
_WRAPPERS = frozenset(_TRANSPARENT.split())
"""Commands that do not change what stands in them."""
_COMMANDS: Final = {
    "times": "×", "cdot": "·", "ast": "*", "div": "/", "pm": "±", "per": "per", "%": "%", "$": "$", "textdollar": "$",
    "euro": "€", "texteuro": "€", "pounds": "£", "textsterling": "£", "yen": "¥", "textyen": "¥",
    "degree": "°", "textdegree": "°", "percent": "%",
    "celsius": "degC", "degreeCelsius": "degC", "fahrenheit": "degF", "degreeFahrenheit": "degF", "mu": "μ",
    "micro": "micro", "textmu": "μ", "upmu": "μ", "Omega": "Ω", "upOmega": "Ω", "textohm": "Ω", "ohm": "Ω", "AA": "Å",
    "angstrom": "Å", "ell": "ℓ", "permil": "‰", "arcminute": "arcmin", "arcsecond": "arcsec", "colon": ":",
    "astronomicalunit": "AU", "atomicmassunit": "u", "bel": "B",
}  # fmt: skip
_NO_UNIT_MACROS: Final = frozenset(("min", "bar", "in", *"dbctuHLlPS"))
"""Commands with the name of a unit that mean something else in LaTeX."""
_CONJUNCTIONS: Final = {"and": "and", "&": "and", "or": "or"}
_SIGNS: Final = {"·": "*", "×": "*", "*": "*", "+/-": "±", "+-": "±", ";": ",", "''": '"', "[": "(", "]": ")"}
_WORD_SIGNS: Final = frozenset("%‰€£¥₹₽₩¢°'\"")


def tokenize(text: str) -> list[Token]:
    r"""Return the tokens of `text`; raises `UnreadableError`.

    >>> [t.text or t.kind for t in tokenize(r"9.81\,\mathrm{m/s^{2}}")]
    ['9.81', 'm', '/', 's', '^']
    """
    return _Lexer(plain_notation(text), 0).run()


def plain_notation(text: str) -> str:
    """Replace characters, options and money signs that have several spellings; doing it twice changes nothing.

    Raises `UnreadableError` for a text that is too long.
    """
    if len(text) > MAX_QUANTITY_CHARS:
        raise UnreadableError(f"longer than {MAX_QUANTITY_CHARS} characters")
    text = _SUPERSCRIPT.sub(lambda m: "^{" + m[0].translate(_PLAIN_DIGITS) + "}", text.translate(_CHARACTERS))
    text = with_known_units(text)
    if "\\" in text:
        text = _RING.sub("Å", text)
        text = _OPTIONS.sub(r"\1", _ANGLE.sub(_angle, text.replace(r"\!", "")))
    if "Rs" in text:
        text = _RUPEES_BEHIND.sub(" ₹", _RUPEES.sub("₹", text))
    if "_" in text:
        text = _OF_A_BODY.sub(lambda m: m[1] + ("sun" if m[2] else "earth"), text)
    text = _MONEY_SCALE.sub(lambda m: m[1] + _SCALES[m[2]], _ABBREVIATION.sub("", text))
    return _mark_money(text)


_RING = re.compile(r"\\(?:mathring|r)\s*\{\s*(?:\\mathrm\s*\{\s*A\s*\}|A)\s*\}")
_OPTIONS = re.compile(r"(\\(?:SI|qty|si|unit|num))\s*\[[^\]]*\]")
_ANGLE = re.compile(r"\\ang\s*\{\s*([^{};]*)(?:;([^{};]*))?(?:;([^{};]*))?\}")
_ABBREVIATION = re.compile(r"(?<=[a-z])\.(?=\s+\d|\s*$|,|\^)")
_RUPEES = re.compile(r"\bRs\.?\s?(?=\d)")
_RUPEES_BEHIND = re.compile(r"(?<=\d)\s?Rs\b\.?")
_OF_A_BODY = re.compile(
    r"(?<![A-Za-z])([MRL])_\{?\s*(?:(\\odot|☉|⊙|\\?(?:text|mathrm)?\{?(?:sun|Sun)\}?)|(?:\\oplus|⊕|earth|Earth))\s*\}?(?![A-Za-z])"
)
r"""`M_\odot`, the mass of the Sun."""
_MONEY_SCALE = re.compile(r"([$€£¥]\s?\d[\d.,]*)\s?([kKMB])(?![A-Za-z])")
_SCALES: Final = {"k": " thousand", "K": " thousand", "M": " million", "B": " billion"}
_US_DOLLAR = re.compile(r"\bUSD?\s?\\?\$(?=\s?[\d.])")
_DOLLAR = re.compile(r"(?<!\\)\$")


def _angle(match: re.Match[str]) -> str:
    r"""The degrees, minutes and seconds of `\ang{30;15;36}`."""
    parts = zip(match.groups(""), "°'\"", strict=True)
    return " ".join(number.strip() + sign for number, sign in parts if number.strip())


def _mark_money(text: str) -> str:
    r"""Mark the dollar signs that mean money as `\$` and drop those that delimit mathematics.

    Money: all of them stand directly before a digit, or there is only one, directly behind a digit or alone.
    """
    if "S" in text:
        text = _US_DOLLAR.sub(r"\$", text)
    count = len(_DOLLAR.findall(text))
    if not count:
        return text
    before_digit = len(re.findall(r"(?<!\\)\$[\d.]" if count > 1 else r"(?<!\\)\$\s*-?[\d.]", text))
    if before_digit == count or (count == 1 and re.search(r"\d\s*\$|^\s*\$\s*$", text)):
        return _DOLLAR.sub(r"\\$", text)
    return _DOLLAR.sub("", text)


class _Lexer:
    """One pass over a text; groups in braces that belong to a command are read by an inner pass."""

    def __init__(self, text: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise UnreadableError("nested too deeply")
        self.text = text
        self.at = 0
        self.depth = depth
        self.spaced = False
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        """All tokens of the text."""
        while self.at < len(self.text):
            match = _LEXEME.match(self.text, self.at)
            if match is None:
                raise UnreadableError(f"unexpected {self.text[self.at]!r}")
            self.at = match.end()
            self._take(match)
        return self.tokens

    def _take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        if kind == "space":
            self.spaced = True
        elif kind in ("number", "power"):
            self._number(match)
        elif kind == "circ":
            self._add("word", "°")
        elif kind == "prime":
            self._add("word", '"' if match[0].count("'") + match[0].count("prime") > 1 else "'")
        elif kind == "power_sign":
            self._exponent()
        elif kind == "command":
            self._command(match[0][1:])
        elif kind == "word":
            self._word(match[0])
        else:
            self._sign(match[0])

    def _add(self, kind: str, text: str = "", number: Written | None = None, exponent: int = 0) -> None:
        self.tokens.append(Token(kind, text, number, exponent, self.spaced))
        self.spaced = False

    def _number(self, match: re.Match[str]) -> None:
        self._add("number", match[0], _written(match["number"], match["power"]))

    def _word(self, word: str) -> None:
        lower = word.lower()
        if lower in _CONJUNCTIONS:
            self._add(_CONJUNCTIONS[lower], word)
        elif lower == "x" and self._between_numbers():
            self._add("*")
        else:
            self._add("word", word)

    def _between_numbers(self) -> bool:
        before = bool(self.tokens) and self.tokens[-1].kind == "number"
        return before and re.match(r"\s*\d", self.text[self.at :]) is not None

    def _sign(self, sign: str) -> None:
        if sign in "{}":
            return
        if _SIGNS.get(sign, sign) in _WORD_SIGNS:
            self._add("word", _SIGNS.get(sign, sign))
        elif sign == "=":
            raise UnreadableError("an equation")
        elif sign == "$":
            raise UnreadableError("unpaired $")
        elif sign == ".":
            if self.text[self.at :].strip(" $}"):
                self._add("*")
        else:
            self._add(_SIGNS.get(sign, sign))

    def _command(self, name: str) -> None:
        if name in ("frac", "dfrac", "tfrac", "cfrac", "sfrac", "nicefrac", "flatfrac"):
            self._fraction()
        elif name == "sqrt":
            self._add("√")
            self._inner(self._argument())
        elif name in ("squared", "cubed"):
            self._add("^", exponent=2 if name == "squared" else 3)
        elif name == "tothefourth":
            self._add("^", exponent=4)
        elif name in ("tothe", "raiseto"):
            self._raised(is_before=name == "raiseto")
        elif name == "pi":
            self._add("number", "π", Written(PI))
        elif name in _COMMANDS:
            self._translated(_COMMANDS[name])
        elif name in ("&", "\n") or (name not in _WRAPPERS and not name.isalpha()):
            raise UnreadableError(f"unexpected \\{name}")
        elif name not in _WRAPPERS:
            self._macro(name)

    def _translated(self, sign: str) -> None:
        if sign == "per":
            self._add("per")
        elif sign in _CONJUNCTIONS:
            self._add(sign)
        elif sign == "micro":
            self._macro(sign)
        elif sign in _SIGNS or sign in "/±":
            self._add(_SIGNS.get(sign, sign))
        else:
            self._add("word", sign)

    def _macro(self, name: str) -> None:
        r"""A siunitx macro: `\kilo` goes with the macro after it, the others are words."""
        if name not in PREFIX_NAMES:
            self.spaced = True
            is_last = name == "bar" and self.text[self.at : self.at + 1] == "}"
            is_unit = (is_last or name not in _NO_UNIT_MACROS) and (
                name in ("square", "cubic", "quartic") or bool(find_unit(name))
            )
            self._add("word", name if is_unit else "\\" + name)
            return
        following = re.match(r"\s*\\([A-Za-z]+)", self.text[self.at :])
        if following is None:
            raise UnreadableError(f"\\{name} without a unit")
        self.at += following.end()
        self.spaced = True
        self._add("word", name + following[1])

    def _raised(self, *, is_before: bool) -> None:
        r"""`\metre\tothe{4}`; of `\raiseto{4}\metre` the exponent stands before its unit."""
        exponent = _small_integer(self._argument())
        if is_before:
            following = re.match(r"\s*\\([A-Za-z]+)", self.text[self.at :])
            if following is None:
                raise UnreadableError("\\raiseto without a unit")
            self.at += following.end()
            self._macro(following[1])
        self.tokens.append(Token("^", exponent=exponent))

    def _fraction(self) -> None:
        over, under = self._argument(), self._argument()
        self._add("(", "frac")
        self._add("(")
        self._inner(over)
        self._add(")")
        self._add("/")
        self._add("(")
        self._inner(under)
        self._add(")")
        self._add(")")

    def _inner(self, text: str) -> None:
        tokens = _Lexer(text, self.depth + 1).run()
        if self.tokens and self.tokens[-1].kind == "√":
            tokens = [Token("("), *tokens, Token(")")]
        self.tokens.extend(tokens)

    def _argument(self) -> str:
        """The group in braces, or the single character or command, that follows."""
        match = re.compile(r"\s*(\{|\\[A-Za-z]+|[^\s{}])").match(self.text, self.at)
        if match is None:
            raise UnreadableError("a command without its argument")
        self.at = match.end()
        if match[1] != "{":
            return match[1]
        start, level = self.at, 1
        while level:
            if self.at >= len(self.text):
                raise UnreadableError("unbalanced braces")
            level += {"{": 1, "}": -1}.get(self.text[self.at], 0)
            self.at += 1
        return self.text[start : self.at - 1]

    def _exponent(self) -> None:
        match = re.compile(r"\s*(?:\(\s*([+-]?\s*\d+)\s*\)|([+-]?\d+))").match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            self._add("^", exponent=_small_integer(match[1] or match[2]))
        else:
            self._add("^", exponent=_small_integer(self._argument()))


_DRESSED_EXPONENT = re.compile(r"\\(?:mathrm|text|textrm|rm)\{?([+-]?\d+)\}?")


def _small_integer(text: str) -> int:
    text = _DRESSED_EXPONENT.sub(r"\1", text.replace(" ", "")).strip("{}()$")
    if re.fullmatch(r"[+-]?\d{1,3}", text) is None:
        raise UnreadableError(f"exponent {text[:20]!r}")
    return int(text)


def _written(number: str, power: str | None) -> Written:
    """A decimal with its step; grouping marks are dropped, a comma that groups no thousands is a decimal comma."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d{1,2}", number):
        number = number.replace(".", "")
    if re.fullmatch(r"\d+,(?:\d{1,2}|\d{4,})", number):
        number = number.replace(",", ".")
    number = re.sub(r"[^\d.]", "", number)
    whole, point, places = number.partition(".")
    if len(whole) + len(places) > MAX_QUANTITY_DIGITS:
        raise UnreadableError(f"more than {MAX_QUANTITY_DIGITS} digits")
    exponent = int(power[1:]) if power and len(power) <= _POWER_CHARS else 0
    if abs(exponent) > MAX_TEN_EXPONENT or (power and len(power) > _POWER_CHARS):
        raise UnreadableError(f"exponent over {MAX_TEN_EXPONENT}")
    step = Fraction(10) ** (exponent - len(places))
    return Written(int(whole + places) * step, step, bool(point and places))

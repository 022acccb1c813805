"""One spelling for characters: Unicode mathematics becomes LaTeX or ASCII, and what hides text is refused."""

import re
import unicodedata

from verifiers.limits import MAX_CHARS, check
from verifiers.reading.chinese_numbers import chinese_written_out
from verifiers.reading.vocabulary import GREEK_SMALL
from verifiers.trees.tree import UnreadableError

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffd\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉʰᵏˡᵐᵖʳˢᵗᵘᵛʷˣʸᶻᵀ"
_SUB = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ"
_SUPER_TO = dict(zip(_SUPER, "0123456789+-=()niabcdehklmprstuvwxyzT", strict=True))
_SUB_TO = dict(zip(_SUB, "0123456789+-=()aeoxhklmnpst", strict=True))
_SUPER_RUN = re.compile(f"(?<=\\d)(?:ˢᵗ|ⁿᵈ|ʳᵈ|ᵗʰ)(?!\\w)|[{_SUPER}]+")
_SUB_RUN = re.compile(f"[{_SUB}]+")

_OPERATORS = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "﹣": "-", "×": "\\times ", "✕": "\\times ",
    "⨯": "\\times ", "·": "\\cdot ",
    "⋅": "\\cdot ", "∙": "\\cdot ", "•": "\\cdot ", "÷": "\\div ", "∕": "/", "⁄": "/", "≤": "\\le ", "≥": "\\ge ",
    "⩽": "\\le ", "⩾": "\\ge ", "≠": "\\ne ",
    "≈": "\\approx ", "≃": "\\approx ", "≅": "\\approx ", "∼": "\\approx ", "±": "\\pm ", "∓": "\\mp ",
    "∞": "\\infty ", "∪": "\\cup ",
    "∩": "\\cap ", "∖": "\\setminus ", "∈": "\\in ", "∉": "\\notin ", "∅": "\\emptyset ", "√": "\\sqrt ",
    "∛": "\\sqrt[3] ", "∜": "\\sqrt[4] ",
    "∑": "\\sum ", "∏": "\\prod ", "∫": "\\int ", "∂": "\\partial ", "∇": "\\nabla ", "→": "\\to ",
    "⇒": "\\Rightarrow ", "ℝ": "\\mathbb{R}",
    "ℤ": "\\mathbb{Z}", "ℕ": "\\mathbb{N}", "ℚ": "\\mathbb{Q}", "ℂ": "\\mathbb{C}", "°": "^\\circ ", "º": "^\\circ ",
    "′": "'", "’": "'", "‘": "'",
    "“": '"', "”": '"', "″": "''", "∴": "\\therefore ",
    "…": "\\ldots ", "⋯": "\\ldots ", "⟨": "\\langle ", "⟩": "\\rangle ",
    "〈": "\\langle ", "〉": "\\rangle ", "⌊": "\\lfloor ",
    "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ", "∣": "|", "‖": "\\|", "¬": "\\lnot ", "ℏ": "\\hbar ",
    "ℓ": "\\ell ", "∝": "\\propto ",
    "∠": "\\angle ", "△": "\\triangle ", "⊥": "\\perp ", "∧": "\\wedge ", "∨": "\\vee ", "，": ",", "。": ".",
    "；": ";", "：": ":", "、": ",", "《": "", "》": "",
    "】": "]", "【": "[", "≡": "\\equiv ", "≢": "\\not\\equiv ", "∗": "*", "％": "%", "∶": ":",
    "£": "\\pounds ", "€": "\\euro ", "¥": "\\yen ",
    "ϕ": "\\phi ", "ϵ": "\\epsilon ", "ϑ": "\\theta ",
    "µ": "\\mu ", "Ω": "\\Omega ", "Å": "\\AA ",
}  # fmt: skip
_LETTERS = {chr(0x3B1 + i): f"\\{name.removeprefix('final_')} " for i, name in enumerate(GREEK_SMALL)} | {
    "Γ": "\\Gamma ", "Δ": "\\Delta ", "Θ": "\\Theta ", "Λ": "\\Lambda ", "Ξ": "\\Xi ", "Π": "\\Pi ", "Σ": "\\Sigma ",
    "Υ": "\\Upsilon ", "Φ": "\\Phi ",
    "Ψ": "\\Psi ", "Ω": "\\Omega ",
}  # fmt: skip
# Letters that look like Latin ones: Cyrillic first, then Greek capitals.
_LOOKALIKES = dict(
    zip("асеіјорѕхуАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aceijopsxyABCEHIJKMOPSTXYABEZHIKMNOPTYXo", strict=True)
)
_TABLE = str.maketrans(_LOOKALIKES | _LETTERS | _OPERATORS)


_JOINING = re.compile(
    r"(?<=[\w)\]}$])\s*(或|和|与|及|且)(?:者)?\s*(?=[\w(\[{\\$+\-−√])(?<![\u4e00-\u9fff]{2})(?![\u4e00-\u9fff])"
)
"""Chinese words that join two values."""
_SMALL_FRACTION = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,20})⁄([₀₁₂₃₄₅₆₇₈₉]{1,20})")
"""`⁷⁄₃`"""
_ROOT_OF_DIGITS = re.compile(r"([√∛∜])\s?(\d+(?:\.\d+)?)")
"""In LaTeX `\\sqrt45` is the root of four, in plain text `√45` is that of forty-five."""
_SPACED_DIGITS = re.compile(r"\\mathbf\{\s?(\d(?: \d){1,20})\s?\}")
r"""`\mathbf{3 2 6}`, as formulas come out of scanned pages."""
_LETTER_FOR_DEGREE = re.compile(
    r"(?<=\d)\s?\^\s?(?:o(?=[CF]?(?![a-zA-Z]))|\{\s?(?:\\(?:text|mathrm|rm)\s?\{?\s?)?o\s?\}?\s?\})"
)
"""`20^oC`, `60^{o}`: the letter that looks like the sign."""
_FIRST_VULGAR = 0xBC
"""The code of `¼`."""


def clean(text: str) -> str:
    r"""Return `text` with Unicode mathematics spelled in LaTeX, stripped of surrounding space.

    Raises `OverLimitError` over `MAX_CHARS` and `UnreadableError` for control, zero-width or unpaired characters:
    what a person cannot see is never part of an accepted answer.

    >>> clean("3.0 × 10⁸")
    '3.0 \\times  10^{8}'
    """
    check("MAX_CHARS", len(text), MAX_CHARS)
    if "\\mathbf{" in text:
        text = _SPACED_DIGITS.sub(lambda digits: f"\\mathbf{{{digits[1].replace(' ', '')}}}", text)
    if "^" in text and ("^o" in text or "o}" in text):
        text = _LETTER_FOR_DEGREE.sub(r"^\\circ ", text)
    if text.isascii() and text.isprintable():
        return text.strip()
    hidden = _INVISIBLE.search(text)
    if hidden is not None and hidden.group() != "\x0c":
        raise UnreadableError(f"it holds the invisible character U+{ord(hidden.group()):04X}")
    if text.isascii():
        return text.strip()
    text = chinese_written_out(text)
    text = _JOINING.sub(lambda word: " or " if word[1] == "或" else " and ", text)
    if "⁄" in text:
        text = _SMALL_FRACTION.sub(_small_fraction, text)
    text = _SUPER_RUN.sub(_raised, text)
    text = _SUB_RUN.sub(lambda run: "_{" + "".join(map(_SUB_TO.__getitem__, run.group())) + "}", text)
    text = (
        "".join(map(_vulgar_fraction, text))
        if any("VULGAR" in unicodedata.name(c, "") for c in text if ord(c) >= _FIRST_VULGAR)
        else text
    )
    if "根号" in text:
        text = text.replace("根号", "√")
    if "√" in text or "∛" in text or "∜" in text:
        text = _ROOT_OF_DIGITS.sub(r"\1{\2}", text)
    text = text.translate(_TABLE)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_TABLE)
    return text.strip()


def _raised(run: re.Match[str]) -> str:
    """Raised signs as an exponent; those of `5ᵗʰ` as the letters that they are."""
    plain = "".join(map(_SUPER_TO.__getitem__, run.group()))
    return plain if plain in {"st", "nd", "rd", "th"} else f"^{{{plain}}}"


def has_lookalikes(text: str) -> bool:
    """Whether `text` holds letters or digits that only look like Latin ones: Cyrillic, Greek capitals, full-width."""
    return any(char in _LOOKALIKES or "\uff01" <= char <= "\uff5e" for char in text)


def _small_fraction(match: re.Match[str]) -> str:
    over, under = (unicodedata.normalize("NFKC", part) for part in match.groups())
    return f"\\frac{{{over}}}{{{under}}}"


def _vulgar_fraction(char: str) -> str:
    r"""`½` as `\frac{1}{2}`; other characters as they are."""
    if ord(char) < _FIRST_VULGAR or "VULGAR FRACTION" not in unicodedata.name(char, ""):
        return char
    over, slash, under = unicodedata.normalize("NFKC", char).partition("⁄")
    return f"\\frac{{{over}}}{{{under}}}" if slash and under else char

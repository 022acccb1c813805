r"""A statement without what only dresses the answer: markup, fillers, reasons, the dollars around a formula.

Nothing that changes what is claimed is ever cut off: "2 or 3" stays "2 or 3", "not 5" stays "not 5".
"""

import re
import unicodedata

from data.records import Problem
from verifiers.extraction.doubts import DOUBTED, QUALIFIED


def plain_markup(text: str) -> str:
    """Return `text` without the asterisks of bold type; `2**3` keeps its own.

    >>> plain_markup("**Answer:** 2**3")
    'Answer: 2**3'
    """
    if "*" not in text or "**" not in text:
        return text
    return _BOLD_MARK.sub("", text)


_BOLD_MARK = re.compile(r"\*\*(?:(?<![\w)\]}]\*\*)|(?![\w(\[{\\$+\-]))")


_DRESS = ' \t\r\n*_`"“”«»„「」『』:：,;，；、'
_FILLER = re.compile(
    r"(?:therefore|thus|hence|then|now|indeed|simply|just|exactly|precisely|clearly|definitely|certainly|surely|"
    r"obviously|of course|(?:that|it)['’]s|that|as follows|equal to|given by|"
    r"found to be|to be|be|equals|is|are|donc|also|somit|entonces|por tanto|portanto|"
    r"quindi|dunque|число|approximately|approx\.?|roughly|about|\\approx|≈|=|:|：)(?![A-Za-z])[\s,:]*",
    re.IGNORECASE,
)
_BECAUSE = re.compile(
    r"(?:\s*[,;(]|\s)\s*(?:because|since|which(?! (?:is|equals|gives|simplifies to) [\d$\\(−-]\S*\Z)|"
    r"where(?!as)|so that|rounded|given that|as a result|"
    r"as (?:we|the|it|this|there|required|desired|shown|expected|stated|above)|"
    r"weil|porque|puisque|perché|потому|так как)\b.*\Z|"
    r",\s*(?:car|denn|pois|poiché|ya que|puesto que)\b.*\Z|\s*[,，;；]?\s*(?:因为|因為|由于|由於).*\Z",
    re.IGNORECASE | re.DOTALL,
)
NOT_THAT = re.compile(
    r"\s*[(（,，]\s*(?:(?:and|y|und|et|e|а|и)\s+)?(?:not|nicht|pas|no(?! wait)|не|不是|而不是)\s+[^()（）]{1,40}"
    r"(?:\s\([^()]{1,60}\))?[)）]?\Z|"
    r"\s+(?:rather than|instead of|as opposed to|and not|et non(?: pas)?|y no|e non|und nicht|и не)\s+"
    r"[^()（）]{1,40}\Z|"
    r";\s(?:[a-z]\s?=\s?)?[-−]?\d[\d.,/]*\s(?:is(?:n['’]t|\snot)|are(?:n['’]t|\snot))\s(?:an?|the|one)\s"
    r"[^;,.]{1,40}\Z|"
    r";\s[-−$]?\d[\d.,/]*\s(?:\w+\s)?would\sbe\s(?:the|an?)\s[^;]{1,60}\Z|"
    r",\s(?:which is\s)?\$?\d[\d.,]*\s(?:[a-z]+\s)?(?:more|fewer|less)\sthan\s[^,\d]{1,40}\Z|"
    r",\s*(?:(?:down|up)\s+from|compared\s+(?:to|with))\s[^,]{1,40}\Z|"
    r",\s*whereas\s[^,]{1,40}\s(?:is|was)\s(?:wrong|incorrect|false)\Z|"
    r"\s*\([^()]{1,60}\bis\s+(?:rejected|discarded|extraneous|invalid|not (?:valid|possible|allowed|positive))\b"
    r"[^()]{0,60}\)\Z",
    re.IGNORECASE,
)
_SEE_ABOVE = re.compile(
    r"\s*[✅✓✔]?\s*\((?:exact(?:ly)?|checked|verified)\)\Z|,?\s*see (?:above|below)\Z|(?<=\$)!\Z|"
    r"\s*\(see\s[^()]{1,40}\)\Z|\s*,\s*(?:and\s+)?not\s+\([^()]{1,40}\)\Z",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\A(?:\w+ly\s+)?not\s+[^.;\n]{1,60}?[,;]?\s+(?:but(?:\s+rather)?|rather|it(?:['’]s|\s+is)|"
    r"instead)\s+(?:it(?:['’]s|\s+is)\s+)?(.+)\Z|"
    r"\A(?:nicht|no|pas|non)\s+[^.;\n]{1,40}?,?\s+(?:sondern|sino|mais|bensì)\s+(.+)\Z|\A不是[^，,。]{1,40}[，,]?而?是(.+)\Z",
    re.IGNORECASE | re.DOTALL,
)
FRACTION_CALL = re.compile(r"\bFraction\((-?\d+),\s?(\d+)\)")
"""A fraction as Python shows it."""
_BOX_AROUND = re.compile(r"\\(?:f|frame)?boxed\s*|\\fbox\s*")
_VERB_LAST = re.compile(
    r"\s*(?:です|である|となります|になります|だ|입니다|이다|이에요|예요|है|हैं|হয়|ஆகும்|olur|['’][dt][ıiuü]r)[\s.。।]*\Z"
)
_GROUP_COMMA = re.compile(r"\s*\{\s*,\s*\}\s*(?=\d{3})")
_PICTURES = "✅✔☑✓🎉🎯👍😊🙂\ufe0f "
_SPANS = ((r"$$", r"$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))


def undress(statement: str) -> str:
    r"""Return a statement without what only dresses it: markup, fillers, reasons, the dollars around a formula.

    >>> undress(r"**approximately $5$**, since $2+3=5$")
    '5'
    >>> undress("not 4, but 5"), undress("6 (not 5)"), undress("2 or 3")
    ('5', '6', '2 or 3')
    """
    text = _GROUP_COMMA.sub("{,}", re.sub(r"\s+", " ", plain_markup(statement).replace(r"\"", '"'))).strip(_DRESS)
    if "Fraction(" in text:
        text = FRACTION_CALL.sub(r"\1/\2", text)
    text = text.rstrip(_PICTURES).strip(_DRESS)
    if instead := _INSTEAD.match(text):
        text = (instead[1] or instead[2] or instead[3]).strip(_DRESS)
    for _ in range(4):
        before = text
        text = _VERB_LAST.sub("", _SEE_ABOVE.sub("", NOT_THAT.sub("", _BECAUSE.sub("", text)))).strip(_DRESS)
        if filler := _FILLER.match(text):
            text = text[filler.end() :].strip(_DRESS)
        text = unwrapped(text.removesuffix(".") if not text.endswith("..") else text)
        if text == before:
            break
    return text


def unwrapped(text: str) -> str:
    r"""Return what stands inside `$…$`, `\(…\)`, `\[…\]`, `\boxed{…}` or `**…**` when that is the whole text."""
    text = text.strip()
    for opening, closing in _SPANS:
        if text.startswith(opening) and text.endswith(closing) and len(text) >= len(opening) + len(closing):
            inner = text[len(opening) : len(text) - len(closing)]
            if opening not in inner and closing not in inner:
                return inner.strip()
    if (box := _BOX_AROUND.match(text)) and text.startswith("{", box.end()) and text.endswith("}"):
        inner = text[box.end() + 1 : -1]
        if _balanced(inner):
            return inner.strip()
    return text


def _balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_TWO_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_COPULA = re.compile(
    r"\s(?:is|are|equals|becomes|was|be|est|ist|es|é|è)\s+(?:equal to\s+|exactly\s+|approximately\s+|about\s+)?",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"(?<![<>!\\:])=(?!=)")
_EQUIVALENT = re.compile(
    r"\\(?:iff|(?:L|l|Longl|longl)eftrightarrow)(?![A-Za-z])|\\xrightarrow(?:\[[^\[\]]*\])?\{[^{}]*\}|[⟺⇔]"
)
_SEVERAL = re.compile(
    r"[,;]\s|\\text\w*\s?\{(?!\s?\w+(?:/\w+)?\s?\})|"
    r"\\text\w*\s?\{\s?(?:or|and|if|not|but|so|when|for|where|is)\b|\\q?quad|\\\\|\b(?:or|and|if|not|but|so|when)\b|\\(?:lor|vee|land|neq?|implies|Rightarrow)\b|"
    r",\s*[a-z]\s*=|[,;]\\[ ,;:]"
)
"""What makes a chain of equations more than one claim: `x = 5 or x = -5` does not come to -5."""
_NAME_AND_VALUE = 2
_ARITHMETIC = re.compile(r"[\d\s.,+\-−*×·/÷()$%]*\d[\d\s.,+\-−*×·/÷()$%]*")
_BARE_NUMBER = re.compile(r"\s*[-−]?\d[\d.,]*\s*")
_CONDITION = re.compile(r"\b(?:if|when|where|for|provided|assuming|given|while|until)\b", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"(?:(?:the|a|an|interval|point|set|matrix|vector|function|ordered|pair|triple|number|value|fraction|line|equation|"
    r"expression|polynomial|integer|total|of|union|there|are|is|it|she|he|they|we|has|have|had|get|gets|costs?|"
    r"takes?|needs?|"
    r"pays?|earns?|spends?|makes?|now|left|about|approximately)\s+)*",
    re.IGNORECASE,
)
"""Words before a value that say what kind of thing it is, or who has it, and nothing else."""
_SCALE = re.compile(
    r"\b(?:hundred|thousand|million|billion|trillion|dozen|percent|per\s?cent|half|halves|third|quarter|"
    r"degrees?)\b|%|\^|/",
    re.IGNORECASE,
)
_FUNCTION = re.compile(r"\b(?:sin|cos|tan|log|ln|exp|sqrt)\b")
_NUMBER_AND_NOUN = re.compile(
    r"((?:[$€£¥]\s?)?[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?/\s?\d+)?)"
    r"((?:\s?(?![²³¹⁰-₟¼-¾⅐-⅞α-λν-ψ])[^\W\d_][^\d=<>]{0,80})?)"
)
_SHORT_NOUN = re.compile(r"(?:\s?(?!in total|altogether|each|left|long)[!-~]+){0,3}", re.IGNORECASE)
_WORD_BESIDE = re.compile(r"[^\W\d_]{2,}\s|\s[^\W\d_]{2,}|[^\x00-\x7F]")


_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}")
_SCALED = re.compile(r"\d\s?(?:[百千万萬亿億倍半多]|分之)")
"""`5万` is 50,000 and `5分之一` one fifth."""
_SAID_IN_ASIAN = re.compile(
    r"(?:是|为|為|等于|等於|需要?|用了?|花了?|共有?|还剩|剩下?|得到?|\A有)\s*(?:\\?\(|\$)?\s*(\\[dt]?frac\s?\{-?\d{1,9}\}\s?\{\d{1,9}\}|"
    r"-?\d[\d.,]*(?:/\d+)?)\s*(?:\\?\)|"
    r"\$)?\s*"
    r"([\u4e00-\u9fff]{0,4}(?:/[\u4e00-\u9fff]{1,3})?)\Z"
)
"""The value at the end of a sentence: `每份是 \frac{2}{5} 吨`."""
_COUNTED = re.compile(r"\$?[-−]?\d[\d,]*(?:\.\d+)?(?:\s?/\s?\d+)?\s?\\?%?\$?")
_FORMULA_BEFORE = re.compile(r"(?:[√∛^_*+×·/(α-ωA-Za-z\d)\]]\s?|[根方]号)\$?\Z")
_FORMULA_BEHIND = re.compile(r"\s?(?:[α-λν-ω√^*+×·/²³¹⁰-₟(]|[-−]\s?[\d(a-z√]|[a-fi-kn-rt-z](?![A-Za-z]))")
"""What makes a number only a part of what is said: `14π`, `根号3`, `3x`, `2^10`."""


def formulas(text: str) -> list[tuple[str, int, int]]:
    """Return the formulas of `text` between dollars or LaTeX brackets, with their places; prices are none."""
    found = []
    position = 0
    while match := _FORMULA.search(text, position):
        inner = next(group for group in match.groups() if group is not None)
        if match.group(2) is not None and _TWO_WORDS.search(re.sub(r"\\[a-z]+\{[^{}]*\}", "", inner)):
            position = match.start() + 1
            continue
        found.append((inner.strip(), match.start(), match.end()))
        position = match.end()
    return found


def narrowed(statement: str, *, keep_rest: bool) -> str:
    """Return the one formula or number that a sentence is about, or the sentence as it is.

    `keep_rest` keeps the words after it, which are its unit. A sentence with a hedge, a negation or several
    numbers is not narrowed: what it claims is for the verification to judge.

    >>> narrowed("the area of the garden is $800$ square feet", keep_rest=False)
    '800'
    >>> narrowed("2 or 3 apples", keep_rest=False)
    '2 or 3 apples'
    """
    if _ASIAN.search(statement) and (counted := list(_COUNTED.finditer(statement))):
        return _narrowed_in_asian(statement, counted, keep_rest=keep_rest)
    around = _without(statement, formulas(statement))
    if not _WORD_BESIDE.search(statement) or DOUBTED.search(around) or QUALIFIED.search(around):
        return statement
    said = predicate(statement)
    if introduction := _INTRODUCES.match(said):
        said = said[introduction.end() :]
    places = formulas(said)
    if len(places) == 1 and places[0][1] == 0:
        inner, _, end = places[0]
        rest = said[end:].strip()
        if re.search(r"\d", rest) or _SCALE.search(rest):
            return statement
        return f"{inner} {rest}".strip() if keep_rest else inner
    number = _NUMBER_AND_NOUN.fullmatch(said)
    if number is None or _SCALE.search(number[2]) or _FUNCTION.search(number[2]):
        return statement
    # A short noun may be a unit, and stays for the rules on units to judge.
    return f"{number[1]}{number[2]}" if keep_rest or _SHORT_NOUN.fullmatch(number[2]) else number[1]


def _narrowed_in_asian(statement: str, counted: list[re.Match[str]], *, keep_rest: bool) -> str:
    """The same for a sentence in Chinese, Japanese or Korean with these numbers in it."""
    if DOUBTED.search(statement) or QUALIFIED.search(statement):
        return statement
    is_bare = "\\" not in statement and "=" not in statement and not keep_rest
    if len(counted) == 1 and is_bare and not _SCALED.search(statement):
        return statement if _is_in_formula(statement, *counted[0].span()) else counted[0][0].strip("$ ")
    said = _SAID_IN_ASIAN.search(statement)
    return f"{said[1]} {said[2] if keep_rest else ''}".strip() if said else statement


def _is_in_formula(statement: str, start: int, end: int) -> bool:
    return (
        _FORMULA_BEFORE.search(statement, max(0, start - 4), start) is not None
        or _FORMULA_BEHIND.match(statement, end) is not None
    )


def predicate(statement: str) -> str:
    """Return what a sentence says of its subject: "the area of the garden is 20 m²" says "20 m²"."""
    if not statement[:1].isalpha() and not statement.startswith(("$", "\\")):
        return statement
    places = formulas(statement)
    for copula in reversed(list(_COPULA.finditer(statement))):
        if not any(start < copula.start() < end for _, start, end in places):
            is_condition = _CONDITION.search(statement, 0, copula.start())
            return statement if is_condition else statement[copula.end() :].strip()
    return statement


def _without(statement: str, places: list[tuple[str, int, int]]) -> str:
    """Return the words of a statement around its formulas."""
    ends = [0, *(end for _, _, end in places)]
    starts = [*(start for _, start, _ in places), len(statement)]
    return " ".join(statement[end:start] for end, start in zip(ends, starts, strict=True))


def last_equivalent(formula: str, problem: Problem) -> str:
    r"""Return the last of the formulas that arrows lead from one to the next: `2x > 6 \iff x > 3`.

    >>> last_equivalent(r"2x > 6 \iff x > 3", Problem(question="?", reference="x > 3"))
    'x > 3'
    """
    if ("\\" not in formula and formula.isascii()) or _EQUIVALENT.search(problem.reference):
        return formula
    last = _EQUIVALENT.split(formula)[-1].strip()
    return last if last and last.count("{") == last.count("}") else formula


def right_side(formula: str, problem: Problem) -> str:
    """Return what a chain of equations comes to, unless the reference is itself an equation.

    >>> right_side("x = 2 + 3 = 5", Problem(question="x?", reference="5"))
    '5'
    """
    formula = last_equivalent(formula.strip().rstrip(".,"), problem)
    if "=" in problem.reference or _SEVERAL.search(formula):
        return formula
    last = _EQUALS.split(formula)[-1].strip()
    is_whole = last.count("{") == last.count("}") and "\\end" not in last
    return last if last and is_whole else formula


def with_commas(answer: str) -> str:
    """A point, an interval or a set whose members stand between semicolons or bars, with commas instead.

    >>> with_commas("M(-1; 3)"), with_commas("S = {-5 ; 3}"), with_commas("(1,5; 2)")
    ('(-1, 3)', '{-5, 3}', '(1,5; 2)')
    """
    members = _BETWEEN_BARS.fullmatch(answer) if ";" in answer or "|" in answer else None
    if members is None:
        return answer
    return members[1] + ", ".join(each.strip() for each in re.split(r"[;|]", members[2])) + members[3]


def without_per(answer: str, problem: Problem) -> str:
    """A quantity without the thing of which each has it, where the question asks of each: "120 cm per piece".

    >>> without_per("120 cm per piece", Problem(question="How long is each piece?", reference="1.2 m"))
    '120 cm'
    """
    per = _PER.fullmatch(answer)
    if per is None or "/" in problem.reference or " per " in problem.reference:
        return answer
    thing = per[2] or per[3]
    return per[1] if re.search(rf"\b(?:each|every|per|one|an?)\s{thing}\b", problem.question) else answer


def result_of_sum(answer: str, problem: Problem) -> str:
    """Return the result where the answer also shows how it comes about: `2 + 3 = 5`, `x = 10/2 = 5`."""
    if answer.startswith("(") and answer.endswith(")") and "=" in answer and answer.count("(") == 1:
        answer = answer[1:-1]
    sides = _EQUALS.split(answer)
    if len(sides) == _NAME_AND_VALUE and _BARE_NUMBER.fullmatch(sides[0]):
        return answer
    if len(sides) > _NAME_AND_VALUE or (len(sides) == _NAME_AND_VALUE and _ARITHMETIC.fullmatch(sides[0])):
        return right_side(answer, problem)
    return answer


_PER = re.compile(r"(\S*\d\S*(?:\s[A-Za-z²³/]+){0,2})\s(?:(?:per|for each|for every)\s([a-z]{3,})|each\s([a-z]{3,}))")
_BETWEEN_BARS = re.compile(
    r"(?:[A-Z]\s?(?:=\s?)?)?([(\[]|\\?\{)([^(){}\[\],;|]{1,30}(?:[;|][^(){}\[\],;|]{1,30}){1,5})([)\]]|\\?\})"
)
_FRACTION = re.compile(r"[¼-¾⅐-⅞]")
_MIXED_NUMBER = re.compile(rf"(?<=\d){_FRACTION.pattern}")


def fractions_spelled(text: str) -> str:
    """Return `text` with `½` as `1/2` and `3½` as `3 1/2`.

    >>> fractions_spelled("It takes 3½ hours")
    'It takes 3 1/2 hours'
    """
    if text.isascii():
        return text
    return _FRACTION.sub(_spelled, _MIXED_NUMBER.sub(lambda match: f" {_spelled(match)}", text))


def _spelled(fraction: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", fraction[0]).replace("\u2044", "/")


def western_digits(text: str) -> str:
    """Return `text` with the decimal digits of every script as 0 to 9, and `3½` as `3 1/2`."""
    if text.isascii():
        return text
    text = _MIXED_NUMBER.sub(lambda match: f" {_spelled(match)}", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)

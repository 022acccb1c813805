r"""What stands around a box: the formula that it is a part of, and what its sentence says of the value in it.

A box is how a model commits to an answer, so its words are read with more trust than those of a sentence without one.
But `-\boxed{5}` says -5, `x > \boxed{5}` an inequality, and "\boxed{5} fails the check" nothing at all.
"""

import re
from typing import Final

from verifiers.extraction.boxes import Box
from verifiers.extraction.claims import is_refused, is_told_by_others
from verifiers.extraction.doubts import A_TRAP, MADE_OF_IT, NOT_THE_ANSWER, OF_THE_ANSWER
from verifiers.extraction.reported import states_for_others

_FORMULA_CHARS: Final = 200
_COMMAND_CHARS: Final = 12
_SENTENCE_CHARS: Final = 120

# The formula
_USUAL_BEFORE: Final = frozenset("=:$,.;*&\n([{")
_USUAL_AFTER: Final = frozenset("$.,;:*)?\n\"'’”]")
_BRACKETS_BEFORE: Final = frozenset((r"\(", r"\["))
_BRACKETS_BEHIND: Final = frozenset((r"\)", r"\]"))
_MATH_OPENS = re.compile(r"\\\(|\\\[|\\begin\{(?:align|equation|gather|multline)[a-z]*\*?\}")
_MATH_CLOSES = re.compile(r"(?<!\\)\$|\\\)|\\\]|\\end\{|\n")
_PARTS = re.compile(
    r"(?<![<>!])=|\\(?:approx|implies|Rightarrow|therefore|to|iff|in|q?quad|text|mathrm|textbf|mbox|tag)(?![A-Za-z])|"
    r"\\\\|≈|⇒|∴|[&,:;]"
)
"""What ends the part of a formula in which a box stands."""
_COMMAND = re.compile(r"\\[A-Za-z]+")
_DRESS = re.compile(r"\\(?:displaystyle|bigl?|bigr?|Bigl?|Bigr?|[;:! ]|,)|~")
_BELONGS_BEFORE = re.compile(
    r"(?:[-−+·×÷/^_*]|\\(?:cdot|times|div|pm|mp|neg|lnot|sqrt(?:\[\d{1,2}\])?|[dt]?frac|[dt]?binom|log|ln|exp|sin|"
    r"cos|tan)|"
    r"\d|\\(?:sqrt(?:\[\d{1,2}\])?|[dt]?frac(?:\{[^{}]*\})?|[dt]?binom)\s*\{|[<>]|\\(?:lt|gt)(?![A-Za-z]))\s*\Z"
)
"""What needs the value behind it."""
_BELONGS_AFTER = re.compile(
    r"\}?\s?(?:\^(?!\s?\{?\s?\\(?:circ|prime))|"
    r"_\{?\d|(?:[+·×÷]|[-−/*](?=\s?[\d(\\])|\\(?:cdot|times|div|pm)(?![A-Za-z]))\s*"
    r"(?:[\d(a-zA-Z]|\\(?!text|mathrm|boxed|fbox)[a-zA-Z])|!\s*\Z)"
)
_GLUED_BEFORE = re.compile(
    r"(?:\A|[\s=(*])((?:[-−±]|\d{1,9}|\\(?:sqrt|[dt]?frac|neg|lnot|pm)\s*\{?|√\(?)|"
    r"[^\s>]+\s*(?:[<>]|(?:\\(?:cdot|times|div)|[·×÷]))\s*)\Z"
)
_GLUED_AFTER = re.compile(
    r"(\^(?!\s?\{?\s?\\(?:circ|prime))\S{1,30}|_\{?\d\S{0,20}|\d\S{0,20}|\.\d\S{0,20}|,\d{3}(?!\d)|[/*+]\d\S{0,20}|\s?(?:[+×·÷]|\\(?:times|cdot|div))\s?\d\S{0,20})"
)

# The sentence
_SENTENCE_BEGINS = re.compile(r".*(?:[.!?;](?=\s)|\n)", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?;](?=\s|\Z)|\n")
_DRESS_OF_SENTENCE = re.compile(r"\\(?:text|textbf|mathrm)\s?\{|[$}{]|\\[()\[\],;:! ]|\*\*")
_IS = r"(?:\s+(?:it|this|that|the (?:\w+ )?(?:answer|value|result))(?:['’]s|\s+(?:is|was|were|be))?)?"
_LEFT_OPEN = re.compile(
    rf"\b(?:maybe|perhaps|possibly|suppose|supposing|doubt|whether|anything but|other than|all (?:but|except)|except|"
    rf"might be|could be|may be|not|never|e\.g\.,?|for (?:example|instance),?|such as){_IS}\s*\Z|"
    r"\bif (?:we|you|one|i) (?:had|were|forg\w+|mis\w+|ignor\w+|wrongly)\b.*\Z|"
    rf"{A_TRAP}.*\Z|"
    r"\b(?:one|you|some|many|people|students) (?:might|may|would|could) (?:\w+ )?"
    r"(?:think|say|guess|answer|conclude)\b.*\Z|"
    r"\b(?:student|user|human|friend|gold|distractor|attempt|draft|wrong|incorrect|false)(?: \w+)?\s*:\s*\Z|"
    r"\b(?:format|template|example)(?: \w+)?(?:\s+is)?\s*:?\s*\Z|"
    r"\b(?:wrong|incorrect|false|naive|naïve) (?:\w+ )?is\s*\Z|\b(?:if it were|were it)\s*\Z|"
    r"\b(?:upper|lower) (?:bound|limit) (?:is|of)\s*\Z|"
    r"\b(?:answer|result|solution|value) (?:is|must be|has to be|will be) (?:at least|at most|(?:less|more|greater|"
    r"fewer|larger|smaller) than|above|below|between|over|under)\s*\Z|"
    rf"{OF_THE_ANSWER}\s\w+\s*\Z|"
    r"\b(?:answer|result|solution)\s(?:minus|plus|times|squared|cubed|divided|doubled|halved|modulo|mod)\b.*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""Words right before a box that do not claim what it holds."""
_WORDS_OF_DOUBT: Final = (
    "maybe perhaps possibly suppose supposing doubt whether anything other all except might "
    "could may not never e.g. such instance if were mistake mistakes error errors trap traps pitfall pitfalls "
    "misconception misconceptions fallacy fallacies would format template example student user human friend "
    "gold distractor attempt draft wrong incorrect false naive naïve upper lower least most less more greater "
    "fewer larger smaller above below between over under minus plus times squared cubed divided doubled halved "
    "modulo mod digits"
)
_SIGNS_OF_DOUBT: Final = frozenset((*_WORDS_OF_DOUBT.split(), *MADE_OF_IT.replace("?", "").split("|")))
"""One of these stands in every sentence that `_LEFT_OPEN` finds: a test that most sentences need no other than."""
_USUAL_SENTENCES: Final = frozenset(
    f"{lead}{noun}{joint}"
    for lead in ("", "the ", "so the ", "so, the ", "thus, the ", "hence, the ", "therefore, the ", "therefore the ")
    for noun in ("answer", "final answer", "correct answer")
    for joint in (" is", " is:", ":")
) | {""}
_USUAL_SENTENCES_WITH_WORDS: Final = _USUAL_SENTENCES - {""}
_OPENS_MATH: Final = " $\\(["
_USUAL_END: Final = "$.)*\\] \n}"
_TO_BE_WRITTEN = re.compile(
    r"\banswer (?:should|must|is to|has to) be (?:\w+ )?(?:in|of|within|inside|as)\b[^.]{0,20}\Z", re.IGNORECASE
)
_GIVES_UP = re.compile(r"\b(?:could|can|do|did)(?:n['’]t|not| not)\b|\bunable\b|\bg[ai]ve up\b", re.IGNORECASE)
_WHAT_OTHERS_DO = (
    r"what (?:(?:you|one|we) (?:would )?gets? (?:if|when)|(?:(?:many|most|some|other|several|careless|sloppy|the|a) )*"
    r"(?:students?|people|others|beginners|they|many|most|some|someone|solvers?|books?|keys?)\b)"
)
"""Behind "is": `what many students write`."""
_IN_TRUTH = re.compile(
    r"\b(?:but|however|while)\b.{0,60}?\b(?:correct|right|true|actual|real) "
    r"(?:final )?(?:answer|result|value|solution|number|total|sum|option|choice|one)\b(?! (?:too|as well|here|indeed))",
    re.IGNORECASE,
)
"""What a sentence sets against the value in its box: `but the correct result is 6`."""
_SAID_OF_IT = re.compile(
    r"[\s,]*(?:\(?\[?(?:wrong|incorrect|false|rejected|extraneous|invalid)[)\]]|"
    r"(?:is|are|was|would be|seems|looks) (?:clearly |obviously |definitely |just |only |far |still )?"
    r"(?:too (?:large|small|big|low|high|many|few|much)|a (?:trap|distractor|lie|guess|decoy|typo|mistake|wrong)|wrong|"
    rf"incorrect|false|impossible|absurd|{NOT_THE_ANSWER}|{_WHAT_OTHERS_DO})|"
    r"(?:can(?:not|['’]t| not)|could(?:n['’]t| not)) (?:possibly )?be|"
    r"(?:which|and that|but (?:that|this|it)) (?:contradicts|violates|fails|ignores|is (?:wrong|"
    r"incorrect|false|impossible|absurd|too|not))|a contradiction|"
    r"but (?:i|we) (?:get|got|disagree|find|think)|(?:yet|but) i disagree|"
    r"as (?:the|its|an?) (?:\w+ )?answer,? (?:yet|but))",
    re.IGNORECASE,
)


def formula_around(text: str, box: Box) -> str | None:
    r"""Return the formula that a box is only a part of, or None where the box holds all of it.

    A box that fills a gap, `12 + \boxed{5} = 17`, holds all of its answer.

    >>> formula_around(r"So $x = -\boxed{5}$.", Box("5", 9, 18))
    '-{5}'
    """
    if _is_alone(text, box):
        return None
    left = _math_before(text, box.start)
    if left is None:
        before = _GLUED_BEFORE.search(text, max(0, box.start - _FORMULA_CHARS), box.start)
        after = _GLUED_AFTER.match(text, box.end)
        return _put_together(before[1] if before else "", box, after[1] if after else "")
    end = _MATH_CLOSES.search(text, box.end, box.end + _FORMULA_CHARS)
    right = text[box.end : end.start() if end else box.end + _FORMULA_CHARS]
    left, right = _DRESS.sub(" ", left), _DRESS.sub(" ", right)
    if "=" in right or ("=" in left and not any(map(str.isalpha, _COMMAND.sub("", left.partition("=")[0])))):
        return None
    before_box, after_box = _PARTS.split(left)[-1].strip(), _PARTS.split(right)[0].strip()
    return _put_together(
        before_box if _BELONGS_BEFORE.search(before_box) else "",
        box,
        after_box if after_box[:1].isdigit() or _BELONGS_AFTER.match(after_box) or before_box.endswith("{") else "",
    )


def _put_together(before: str, box: Box, after: str) -> str | None:
    if not before and not after:
        return None
    as_digits = before[-1:].isdigit() or after[:1].isdigit() or after[:1] in {".", ","}
    return f"{before}{box.content}{after}" if as_digits else f"{before}{{{box.content}}}{after}"


def _is_alone(text: str, box: Box) -> bool:
    """Whether the characters around a box are those that mostly are: a cheap test."""
    if text[box.end : box.end + 2] in _BRACKETS_BEHIND and text[box.start - 2 : box.start] in _BRACKETS_BEFORE:
        return True
    before = text[max(0, box.start - 3) : box.start].rstrip(" ")[-1:]
    after = text[box.end : box.end + 2].lstrip(" ")
    is_word = before.isalpha() and "\\" not in text[max(0, box.start - _COMMAND_CHARS) : box.start]
    return (not before or before in _USUAL_BEFORE or is_word) and (
        not after or (after[0] in _USUAL_AFTER and not after[1:].isdigit())
    )


def _math_before(text: str, start: int) -> str | None:
    """The part of a formula before a box, or None where no formula is open there."""
    before = text[max(0, start - _FORMULA_CHARS) : start].rpartition("\n\n")[2]
    bare = before.replace("\\$", "  ").replace("$$", " $")
    dollar = bare.rfind("$")
    opened = max((match.end() for match in _MATH_OPENS.finditer(bare)), default=-1)
    if opened > dollar and bare.rfind("\\)") < opened and bare.rfind("\\]") < opened:
        return before[opened:]
    return before[dollar + 1 :] if bare.count("$") % 2 else None


def is_plainly_stated(text: str, start: int, end: int) -> bool:
    r"""Say whether a box is all that its line or sentence states, `So the answer is $\boxed{5}$.`: a cheap test.

    >>> is_plainly_stated(r"The answer is \boxed{5}.", 14, 23), is_plainly_stated(r"Maybe it is \boxed{5}.", 12, 21)
    (True, False)
    """
    if text[end : end + _SENTENCE_CHARS].strip(_USUAL_END):
        return False
    sentence = text[max(text.rfind("\n", 0, start) + 1, start - _SENTENCE_CHARS) : start].rpartition(". ")[2]
    return sentence.strip(_OPENS_MATH).lower() in _USUAL_SENTENCES_WITH_WORDS


def is_withheld(text: str, start: int, end: int) -> bool:
    r"""Say whether its sentence does not claim what a box from `start` to `end` holds.

    >>> text = r"My friend got \boxed{5}, but I get 6."
    >>> is_withheld(text, 14, 23), is_withheld("So it is " + text[14:], 9, 18)
    (True, True)
    """
    after = text[end : end + _SENTENCE_CHARS]
    if after.strip(_USUAL_END):
        ended = _SENTENCE_END.search(after)
        after = _DRESS_OF_SENTENCE.sub(" ", after[: ended.start()] if ended else after).strip()
        if _SAID_OF_IT.match(after) or is_refused(after):
            return True
        if ("but " in after or "however" in after or "while " in after) and _IN_TRUTH.search(after):
            return True
    before = text[max(0, start - _SENTENCE_CHARS) : start]
    begun = _SENTENCE_BEGINS.match(before) if "." in before or "\n" in before or ";" in before else None
    before = _DRESS_OF_SENTENCE.sub(" ", before[begun.end() :] if begun else before).strip()
    lowered = before.lower()
    if lowered in _USUAL_SENTENCES:
        return False
    if is_told_by_others(before, after):
        return True
    if "should" in lowered or "must" in lowered or " to be " in lowered:
        how = _TO_BE_WRITTEN.search(before)
        if how and _GIVES_UP.search(text, end, end + _SENTENCE_CHARS):
            return True  # only how an answer would look
    words = lowered.replace(":", " ").replace(",", " ").split()
    return (not _SIGNS_OF_DOUBT.isdisjoint(words) and bool(_LEFT_OPEN.search(before))) or states_for_others(before)

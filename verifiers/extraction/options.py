"""Multiple choice: the letter of an option, and its text as an equal way of naming it."""

import re
from functools import lru_cache

from data.records import AnswerKind, Problem
from verifiers.extraction.undressing import plain_markup

_LETTER_REFERENCE = re.compile(r"\(?[A-J]\)?\.?")
_OPTION_LINE = re.compile(r"^[ \t*>-]{0,4}\(?([A-J])[).:]\**[ \t]+(?=\S)", re.MULTILINE)
_OPTION_IN_LINE = re.compile(r"(?<!\S)\(([A-J])\)\s?(?=\S)")
_NAMED = re.compile(
    r"(?:(?:the|la|le|el|die|der|das)\s+)?(?:(?:correct|right|best|final)\s+)*(?:option|opción|opção|opzione|choice|"
    r"answer|"
    r"letter)?\s*(?:(?:is|:)\s+)?"
    r"(?:\\(?:text|mathrm|mathbf|textbf|bf|boldsymbol)\s*\{\s*)*[(\[{]?\s*([A-J])\s*[)\]}]*"
    r"(?:\s*(?:[.):：,;；，\-–—]|\\[,;:! ]|\\q?quad|=)+\s*|\s+|\Z)(.*)",
    re.DOTALL,
)
_LETTER_BEHIND = re.compile(r"(?![(\[]?[A-J]\b)(.{2,200}?)\s*[(\[]([A-J])[)\]]\.?", re.DOTALL)
"""`Paris (B)`, the letter behind the text."""
_IN_CHINESE = re.compile(
    r"(?:选项|選項)?\s*\(?([A-J])\)?\s*(?:是)?(?:正[确確]|对|對)(?:的|答案)?(?:[，,。；;].{0,200})?"
)
_IS_RIGHT = re.compile(
    r"is\s+(?:therefore\s+|clearly\s+)?(?:the\s+)?(?:correct|right|true|best|answer)\b.*", re.IGNORECASE | re.DOTALL
)
_OTHER_LETTER = re.compile(r"(?:\A|[\s,(])(?:and|or|&|und|oder|et|ou)?\s*[(\[]?\s*[A-J](?:[\s,.)\]]|\Z)")
_OTHERS_DENIED = re.compile(
    r"[\s,;.]*(?:(?:and|since|because|as|so|for)\s+)?(?:(?:it|that|this|the answer)\s*)?"
    r"(?:(?:can(?:not|['’]t| not)|could(?:n['’]t| not)|is(?:n['’]t| not)|does(?:n['’]t| not) make "
    r"(?:any )?sense (?:for it )?to)(?:\s+(?:possibly\s+)?be)?|not|non|nicht|no|pas|不是|而不是)\s*(?:option\s+)?"
    r"[(\[]?([A-J])[)\]]?(?:\s*(?:,|or|and|nor|ou|oder|o|y|和|或)\s*[(\[]?([A-J])[)\]]?){0,8}\W*\Z",
    re.IGNORECASE,
)
"""What behind an option denies others: `D, it can't be A or B`."""
_SURELY = re.compile(
    r"(?:for sure|surely|certainly|definitely|clearly|obviously|of course|therefore|thus),?\s+", re.IGNORECASE
)
_SET_OFF = re.compile(r".{0,40}?[A-J](?:\s*[)}\].:：;；，]|\s+[-–—]\s)", re.DOTALL)
_NOT_COMPARED = re.compile(r"\\(?:text|mathrm|mathbf|textbf|left|right|,|;|:|!| )|[\s${}()\[\].,:*]")

_OPTION_AT_END = re.compile(
    r"(?:\b(?i:it['’]s|that['’]s|is|be|so|therefore|thus|hence|choose|pick|say|select|option|choice|answer|just|leaves|"
    r"leaving|remains)(?:\s+(?:definitely|clearly|therefore|thus|certainly|surely|indeed|just|obviously|simply))?|"
    r"[✅✔☑]|[:：→是为選选])[\s,]*\(?\b([A-J])\b\)?[\s.!。]*\Z|"
    r"(?:\A\W*|\b(?i:so|thus|therefore|hence|then|that|"
    r"only)[\s,]+)(?:[Oo]ption\s+)?\(?([A-J])\)?\s+(?:is\s+(?:the\s+)?(?:correct|right|true)|works|fits|"
    r"remains|survives|is left)\b|"
    r"选项\s*\(?([A-J])\)?\s*(?:是)?正确"
)
_PLACES = ("first", "second", "third", "fourth", "fifth")
_COUNTED_OFF = re.compile(
    r"\W*(?:(?:so|thus|hence|therefore),?\s)?(?:(?:it|that|this|(?:the|my) answer)(?:['’]s|\sis)|i (?:choose|"
    r"pick))\sthe\s"
    rf"({'|'.join(_PLACES)}|last)\s(?:one|option|choice)\W*",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\W*\(?([A-J])\)?\s?[,.:–—-]?\s+\W*")
_IS_CORRECT = re.compile(
    r"(?:\A|\n|[.!]\s)\W*(?:[Oo]ption |[Cc]hoice |[Aa]nswer )?\(?([A-J])\)?\W{0,3}\s"
    r"(?:is|must be) (?:the )?(?:only )?(?:correct|right)\b"
)


def with_options(problem: Problem) -> Problem:
    r"""Return `problem` with the options that its question lists, where its reference is the letter of one of them.

    >>> with_options(Problem(question="Capital of France?\nA. Rome\nB. Paris", reference="B")).choices
    ('Rome', 'Paris')
    """
    letter = problem.reference.strip(" ().")
    if problem.choices or not "A" <= letter <= "J" or problem.answer_kind not in (AnswerKind.AUTO, AnswerKind.CHOICE):
        return problem
    listed = _listed_options(problem.question)
    return problem.model_copy(update={"choices": listed}) if "A" <= letter < letter_at(len(listed)) else problem


@lru_cache(maxsize=1_024)
def _listed_options(question: str) -> tuple[str, ...]:
    """The texts behind `A. … B. …` on lines of their own, or `(A) … (B) …` anywhere; none where letters are missing."""
    for pattern in (_OPTION_LINE, _OPTION_IN_LINE):
        marks = list(pattern.finditer(question))
        first = max((k for k, mark in enumerate(marks) if mark[1] == "A"), default=len(marks))
        marks = marks[first:]
        ends = [*(mark.start() for mark in marks[1:]), len(question)]
        texts = tuple(question[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=False))
        if len(marks) > 1 and all(texts) and [mark[1] for mark in marks] == [letter_at(k) for k in range(len(marks))]:
            return (*texts[:-1], texts[-1].partition("\n")[0].strip())
    return ()


def is_choice(problem: Problem) -> bool:
    """Say whether the problem asks for one of several options; decided without looking at any sample."""
    if problem.choices or problem.answer_kind is AnswerKind.CHOICE:
        return True
    return problem.answer_kind is AnswerKind.AUTO and bool(_LETTER_REFERENCE.fullmatch(problem.reference.strip()))


def named_option(statement: str, problem: Problem) -> str:
    """Return the letter of the one option that `statement` names, or the statement as it is.

    A letter beside the text of another option names neither, and stays as it stands.

    >>> capitals = Problem(question="Capital of France?", reference="B", choices=("Rome", "Paris"))
    >>> named_option("(B) Paris", capitals), named_option("Paris", capitals), named_option("B) Rome", capitals)
    ('B', 'B', 'B) Rome')
    """
    statement = _without_others_denied(_SURELY.sub("", statement, count=1))
    for index, choice in enumerate(problem.choices):
        if _essence(choice) == _essence(statement) and _is_unambiguous(choice, problem):
            return letter_at(index)
    if chinese := _IN_CHINESE.fullmatch(statement):
        return chinese.group(1)
    behind = _LETTER_BEHIND.fullmatch(statement) if problem.choices and statement.endswith((")", "]", ").")) else None
    if behind and _essence(behind[1]) in {_essence(choice) for choice in problem.choices}:
        statement = f"({behind[2]}) {behind[1]}"
    named = _NAMED.fullmatch(statement)
    if named is None:
        return statement
    letter, rest = named.group(1), _IS_RIGHT.sub("", named.group(2)).strip(" .,;:)}$*")
    if not rest:
        return letter
    if _OTHER_LETTER.search(rest):
        return statement
    if not problem.choices:
        # Without the texts of the options a letter counts only where it is set off: "A cat" names no option.
        return letter if _SET_OFF.match(statement) else statement
    place = ord(letter) - ord("A")
    is_its_text = place < len(problem.choices) and _essence(problem.choices[place]) == _essence(rest)
    if is_its_text:
        return letter
    return statement[named.start(1) :] if statement[: named.start(1)].strip("([ ") else statement


def _without_others_denied(statement: str) -> str:
    """`D, it can't be A or B` as `D`; a letter that is denied itself stays."""
    denied = _OTHERS_DENIED.search(statement)
    if denied is None or not denied.start():
        return statement
    kept = statement[: denied.start()].rstrip(" ,;.")
    claimed = re.search(r"[A-J](?=\W*\Z)", kept) or re.match(r"[A-J](?=[,.:)])", kept)
    return kept if claimed and claimed[0] not in re.findall(r"\b[A-J]\b", denied[0]) else statement


def letter_at(index: int) -> str:
    """Return the letter of the option at a place from 0 on."""
    return chr(ord("A") + index)


def _is_unambiguous(choice: str, problem: Problem) -> bool:
    """A text that is itself a letter of another option, or stands twice, does not name one option."""
    same = [other for other in problem.choices if _essence(other) == _essence(choice)]
    return len(same) == 1 and not re.fullmatch(r"[A-J]", choice.strip())


def _essence(text: str) -> str:
    return _NOT_COMPARED.sub("", text).casefold()


def option_at_end(sentence: str, text: str, problem: Problem) -> str | None:
    """The letter of the option that the last sentence of `text` names, or else the only one called correct in it."""
    sentence, text = plain_markup(sentence), plain_markup(text)
    named = _OPTION_AT_END.search(sentence)
    letter = next(filter(None, named.groups())) if named else _option_text_at_end(sentence, problem)
    letter = letter or _letter_and_text(sentence, problem) or _counted_off(sentence, problem)
    return letter or _called_correct(text)


def _option_text_at_end(sentence: str, problem: Problem) -> str | None:
    """The letter of the option with whose text a sentence ends, if it names no other option."""
    named = [
        choice for choice in problem.choices if re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", sentence, re.IGNORECASE)
    ]
    if len(named) != 1 or not sentence.casefold().endswith(named[0].casefold()):
        return None
    return letter_at(problem.choices.index(named[0]))


def _letter_and_text(sentence: str, problem: Problem) -> str | None:
    """The letter with which a sentence begins, where the text of its option follows: "B, India, with …"."""
    begins = _BEGINS.match(sentence)
    place = ord(begins[1]) - ord("A") if begins else len(problem.choices)
    if begins is None or place >= len(problem.choices):
        return None
    return begins[1] if sentence[begins.end() :].casefold().startswith(problem.choices[place].casefold()) else None


def _counted_off(sentence: str, problem: Problem) -> str | None:
    """The letter of the option whose place a sentence names: "So it's the second one"."""
    counted = _COUNTED_OFF.fullmatch(sentence)
    if counted is None:
        return None
    place = len(problem.choices) - 1 if counted[1].lower() == "last" else _PLACES.index(counted[1].lower())
    return letter_at(place) if 0 <= place < len(problem.choices) else None


def _called_correct(text: str) -> str | None:
    """The only option that a text calls correct at the beginning of a sentence."""
    letters = {match[1] for match in _IS_CORRECT.finditer(text)}
    return letters.pop() if len(letters) == 1 else None

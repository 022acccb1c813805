"""How a completion really ended: empty, refused or caught in a loop, whatever the server says.

Training on such samples hurts, so each has a finish label of its own and never becomes a trace. Only what is
certain is labelled: a loop is exact repetition, and a refusal says so in its first words and offers no answer.
"""

import re
import unicodedata
from collections.abc import Callable

from data.records import FinishReason
from generators.reasoning import CLOSE, split_reasoning

LABELS = "finish-2"
"""Names these rules: part of what a verdict depends on, so that new rules judge stored samples again."""

_STEP = 96
"""Distance between the places where repetition is looked for; less than the shortest loop leaves room for."""
_PROBE = 48
"""So many characters must come again before anything is compared at length."""
_LONGEST_PERIOD = 4096
_CANDIDATES = 4
"""Earlier occurrences of a probe that are tried: a sentence may hold the probe more than once."""
_PROSE_REPEATS, _PROSE_CHARS = 4, 200
_PASSAGE_REPEATS, _PASSAGE_CHARS = 3, 600
_SYMBOL_REPEATS, _SYMBOL_CHARS = 20, 600
"""Digits and symbols repeat in tables, matrices and decimals too: much more of it is needed to be sure."""
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")

_REFUSAL_CHARS = 600
"""A longer text explains something."""
_DECLINES = re.compile(
    r"""\s*
    (?:(?:i['’]?m|i\s+am)?\s*(?:very\s+|so\s+)?sorry\b[\s,.!;–—-]*(?:but\s+)?|i\s+apologi[sz]e\b[\s,.!;–—-]*(?:but\s+)?
       |unfortunately\b[\s,]*|as\s+an\s+ai\b[^.,\n]{0,40},\s*)*
    i\s*(?:['’]m\s+(?:just\s+)?an?\s+ai\b[^.\n]{0,60}\s+and\s+(?:i\s+)?)?
    (?:can['’]?t|can\s?not|won['’]?t|will\s+not|(?:['’]?m|am)\s+(?:unable|not\s+able|not\s+allowed)\s+to
       |must\s+decline|have\s+to\s+decline|decline|refuse)
    \s+(?:\w+\s+){0,2}?
    (?:help|assist|comply|fulfil\w*|provide|answer|solve|complete|support|engage|discuss|respond|do|request|to)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DECLINES_ELSEWHERE = re.compile(
    r"\s*(?:"
    + "|".join(
        rf"(?:{apology}).{{0,60}}?(?:{declines})"
        for apology, declines in (
            (
                r"(?:es\s+)?tut\s+mir\s+(?:sehr\s+)?leid|entschuldigung|leider",
                r"\b(?:ich\s+(?:kann|darf|werde)|(?:kann|darf|werde)\s+ich)\b.{0,60}\b(?:nicht|keine?)\b.{0,40}\b(?:helfen|behilflich|unterstützen|beantworten|nachkommen|geben|bereitstellen)\b",
            ),
            (
                r"(?:je\s+suis\s+)?(?:vraiment\s+)?désolée?|je\s+regrette|malheureusement",
                r"\bje\s+ne\s+(?:peux|suis\s+pas\s+en\s+mesure|puis)\b.{0,30}\b(?:aider|assister|répondre|fournir|satisfaire|traiter)\b",
            ),
            (
                r"lo\s+siento|lamentablemente|lo\s+lamento|disculpa",
                r"\bno\s+(?:puedo|me\s+es\s+posible)\b.{0,20}\b(?:ayudar|asistir|responder|proporcionar|cumplir|atender)\w*",
            ),
            (
                r"mi\s+(?:dispiace|scuso)|purtroppo|spiacente",
                r"\bnon\s+(?:posso|sono\s+in\s+grado\s+di)\b.{0,20}\b(?:aiutar|assister|rispondere|fornir|soddisfare)\w*",
            ),
            (
                r"desculp[ea]|sinto\s+muito|lamento|infelizmente",
                r"\bnão\s+(?:posso|consigo)\b.{0,20}\b(?:ajudar|auxiliar|responder|fornecer|atender)\w*",
            ),
            (
                r"(?:het\s+)?spijt\s+me|sorry|helaas",
                r"\b(?:ik\s+kan|kan\s+ik)\b.{0,60}\b(?:niet|geen)\b.{0,40}\b(?:helpen|beantwoorden|voldoen|geven)\b",
            ),
            (
                r"извините|простите|к\s+сожалению|приношу\s+извинения",
                r"\bя\s+не\s+(?:могу|в\s+состоянии)\b.{0,30}\b(?:помочь|помогать|ответить|отвечать|выполнить|предоставить)\b",
            ),
            (
                r"(?:非常|很|真的|十分)?(?:抱歉|对不起|對不起|不好意思|遗憾|遺憾)",
                r"我.{0,6}(?:无法|無法|不能|没办法|沒辦法).{0,20}(?:帮助|幫助|协助|協助|回答|解答|提供|满足|滿足|处理|處理)",
            ),
            (
                r"(?:大変)?(?:申し訳|すみません|ごめんなさい|恐れ入り)",
                r"(?:お手伝い|お答え|回答|対応|提供|支援|お応え).{0,20}(?:できません|いたしかね|出来ません|できかね)",
            ),
            (r"죄송|미안|유감", r"(?:도와|도움|답변|대답|제공|지원|응).{0,20}(?:수\s*없|어렵)"),
            (r"عذر|آسف|أعتذر|للأسف", r"لا\s+(?:أستطيع|يمكنني|أقدر).{0,20}(?:مساعد|الإجابة|تقديم|تلبية)"),
            (r"माफ़|माफ|क्षमा|खेद", r"(?:मदद|सहायता|उत्तर|जवाब).{0,20}नहीं"),
        )
    )
    + ")",
    re.IGNORECASE,
)
"""The same in the languages that teachers are asked in: an apology, and that it cannot help."""
_OFFERS_AN_ANSWER = re.compile(r"\\boxed|\$|\d|\\\(|\\\[|\banswer\s*(?:is|:)|=", re.IGNORECASE)


def finish_label(completion: str, reasoning: str | None, reported: FinishReason) -> FinishReason:
    r"""Return how a completion ended: what the server reported, or what its text shows.

    A loop that ran into the token limit is a loop. An answer that is missing because the reasoning never
    ended is not called empty: it was cut off, or it is no answer.

    >>> finish_label("I'm sorry, but I can't help with that.", None, FinishReason.STOP)
    <FinishReason.REFUSAL: 'refusal'>
    >>> finish_label(r"I cannot draw it, but the answer is \boxed{5}.", None, FinishReason.STOP)
    <FinishReason.STOP: 'stop'>
    """
    thoughts, answer = (reasoning, completion) if CLOSE not in completion else split_reasoning(completion)
    if is_looping(completion) or (reasoning is not None and is_looping(reasoning)):
        return FinishReason.LOOP
    if is_refusal(answer):
        return FinishReason.REFUSAL
    unfinished = reported is FinishReason.LENGTH and thoughts
    if not _says_something(answer) and not unfinished:
        return FinishReason.EMPTY
    return reported


def is_refusal(answer: str) -> bool:
    """Whether an answer declines in its first words and offers nothing that could be an answer."""
    if len(answer) > _REFUSAL_CHARS or not (_DECLINES.match(answer) or _DECLINES_ELSEWHERE.match(answer)):
        return False
    return not _OFFERS_AN_ANSWER.search(answer)


def is_looping(text: str) -> bool:
    """Whether a passage of `text` comes again and again, exactly and without a gap.

    Sentences: four times over 200 characters, or three times over 600. What holds no two words (digits, table
    rows, formulas): twenty times over 600. The time is linear in the length of the text.
    """
    for end in range(len(text), _PROBE, -_STEP):
        probe = text[end - _PROBE : end]
        found, first = end - _PROBE, max(0, end - _PROBE - _LONGEST_PERIOD)
        for _ in range(_CANDIDATES):
            # An occurrence may overlap the probe: the period of "ha ha ha" is three characters.
            found = text.rfind(probe, first, found + _PROBE - 1)
            if found < 0:
                break
            period = end - _PROBE - found
            # A run that is long enough holds two whole periods before the last place in it that is looked at.
            if text[end - 2 * period : end - period] == text[end - period : end] and _is_loop(text, end, period):
                return True
    return False


def _is_loop(text: str, end: int, period: int) -> bool:
    """Whether the run of this period around `end` is long enough."""
    words = set(_WORD.findall(text[max(0, end - 2 * period) : end]))
    rules = [(_SYMBOL_REPEATS, _SYMBOL_CHARS)]
    if len(words) > 1:
        rules = [(_PROSE_REPEATS, _PROSE_CHARS), (_PASSAGE_REPEATS, _PASSAGE_CHARS)]
    needed = min(max(repeats * period, chars) for repeats, chars in rules)
    before = _longest(needed, lambda n: text[end - n : end] == text[end - n - period : end - period], end - period)
    after = _longest(needed, lambda n: text[end : end + n] == text[end - period : end - period + n], len(text) - end)
    return period + before + after >= needed


def _longest(most: int, matches: Callable[[int], bool], there: int) -> int:
    """Return the largest n up to `most`, of `there` characters, for which `matches(n)` still holds."""
    low, high = 0, min(most, there)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if matches(middle) else (low, middle - 1)
    return low


def _says_something(text: str) -> bool:
    """Whether anything visible stands in `text`."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)

"""What the last sentence of a text says: whether it claims anything, and then which value.

A sentence that asks, supposes, doubts or reports claims nothing, whatever number stands in it.
"""

import re

from data.records import Problem
from verifiers.extraction.asides import ASIDE_SENTENCE, without_asides
from verifiers.extraction.asked import asks_yes_or_no, is_words, parts_asked
from verifiers.extraction.asked_amount import asked_amount, is_of_another
from verifiers.extraction.assignments import assigned_together
from verifiers.extraction.clock_times import asks_time, only_time
from verifiers.extraction.combined_values import in_two_units
from verifiers.extraction.doubts import DOUBTED, OTHERS_WORDS, QUALIFIED, SET_ASIDE, UNSURE
from verifiers.extraction.options import is_choice, option_at_end
from verifiers.extraction.other_tongues import left_open
from verifiers.extraction.reported import states_for_others
from verifiers.extraction.rewording import plainly
from verifiers.extraction.sentence_values import CONCLUDES, stated_result, value_of
from verifiers.extraction.spelled_values import spelled_value
from verifiers.extraction.undressing import fractions_spelled, plain_markup
from verifiers.extraction.unit_after import is_quantity
from verifiers.extraction.yes_or_no import restated
from verifiers.reading.inequality_words import inequality_in_words
from verifiers.reading.number_words import number_in_words

Conclusion = tuple[str | None, str]
"""What a text comes to, None where it comes to nothing, and why."""

LINE_CHARS = 3_000
"""So much of the end of a text is read."""
_PLEASANTRY = re.compile(
    r"\b(?:hope (?:this|that|it)|let me know|feel free|good luck|happy to help|any questions|"
    r"would you like|do you (?:want|have)|want me to|shall i|anything else|just ask|if anything|if you(?:['’]d|"
    r" would)? (?:like|want|need|have)|"
    r"(?:completes|concludes|solves|finishes) (?:the|our|this) (?:solution|proof|problem|calculation|task)|"
    r"thank you|thanks)\b",
    re.IGNORECASE,
)
_CAN_HOLD_ANSWER = re.compile(
    r"(?i:\bquarter (?:past|to)\b|\bhalf past\b)|[\d$\\*]|\b[A-J]\b|\b[a-z]\s?[-+=/]\s?[a-z]\b"
)
_CHEER = re.compile(
    r"\W*(?:happy \w+ing|(?:great|good|nice|excellent|fantastic) (?:job|work|question)|well done|enjoy|congrat\w+|"
    r"cheers|bravo|voilà|hooray|yay|keep it up|(?:and )?that['’]s it|(?:and )?there you have it|"
    r"have (?:fun|a \w+ day)|you['’]ve got (?:it|this)|perfect|done)\b[^\W\d_\s]{0,20}\W*",
    re.IGNORECASE,
)
"""A few friendly words that stand alone: "Happy baking!"."""
_SENTENCE_END = re.compile(
    r"(?<=[a-z]{3}\.)(?<!approx\.)(?<!max\.)(?<!min\.)(?<!vol\.)(?<![Ff]ig\.)(?<!est\.)(?<!etc\.)\s+(?=\d)(?!\d+\.\.)|(?<=[.!?])(?<!i\.e\.)(?<!e\.g\.)\s+(?=[A-ZÀ-ÞА-Я\\$(*])|(?<=[。！？।])\s*(?=\S)"
)
_OPENS_OR_DOUBTS = re.compile(
    r"\b(?:not|no|never|cannot|wrong|incorrect|false|unless|but|however|though|maybe|perhaps|probably|might|may|"
    r"could|would|"
    r"should|if|whether|wait|hmm+|now|next|let|lets|we|first|second|then|step|steps|need|needs|consider|find|calculate|"
    r"compute|determine|given|remaining|still|more|less|other|another|also|says?|said|told|think|guess|or|either|"
    r"suppose|"
    r"assume|what|how|why|which|question|problem|option|options|answer|all|both|none|so|thus|hence|therefore|is|are|"
    r"was|were|double|twice|half|triple|times|add|subtract|multiply|divide|per|each|every|except|plus|minus|round|"
    r"scrap|"
    r"discard|forget|ignore|oops|sorry|joking|kidding|unfortunately|sadly|only|apiece|nonsense|doubt|mistake|off|oh)\b|"
    r"n['’]t\b|[?:]",
    re.IGNORECASE,
)
"""Words with which a sentence without a value does more than close a text."""
_SAYS = re.compile(r"[^\W_]|[✅✔☑]")
_FENCE = re.compile(r"(?m)^```\w*[ \t]*$")
_REFUSES = re.compile(
    r"\b(?:i (?:can['’]t|cannot|could ?n[o'’]t|could not|am unable to|was not able to|"
    r"am not able to)\s+(?:\w+\s+)?(?:help|solve|answer|"
    r"share|determine|provide|tell|settle|finish)|i (?:don['’]t|do not) know|(?:lacks|lacking|not enough|"
    r"insufficient|(?<!no )more) "
    r"(?:data|information|context))\b",
    re.IGNORECASE,
)
"""A text that declines to answer."""
_NOTE = re.compile(
    r"\W*(?:(?:source|took|reference|copyright|citation|see also)\b|(?:tokens?|candidates?|elapsed|rating|"
    r"confidence)\s*:|[\d.,]+ (?:tokens? (?:used|generated)|points? possible)|it took (?:me )?[\d.]+ \w+ to "
    r"(?:solve|compute|generate|answer))",
    re.IGNORECASE,
)
"""A line that says where something comes from, or how long it took."""
SUPPOSED = re.compile(
    r"\W*(?:let(?! me (?:redo|recalculate|recompute|compute|try again|correct|fix))|suppose|assume|if|try|check|"
    r"consider|guess|imagine|pretend|were|had|show|prove|disprove|verify|"
    r"(?:take|plug(?: in)?|put|set)\s+\$?\w{1,3}\s*=)(?!\w)",
    re.IGNORECASE,
)
_OR_ABOUT = re.compile(
    r"(?:,\s?|\s)or (?:in interval notation|equivalently|in other words|about|approximately|roughly|nearly)\b.*\Z",
    re.DOTALL,
)
_COMPARES = re.compile(r"[<>≤≥]|\\[lg]eq?(?![a-z])|infty")
_LEAD = re.compile(r"\A\W*(?:so|thus|hence|therefore|that is|then),?\s", re.IGNORECASE)
_IN_SIGNS = re.compile(
    r",?\s(?:i\.e\.,?|that is,|or equivalently)\s([(\[{][^A-Za-z]+[)\]}]|"
    r"[a-z]\s?[<>≤≥]=?[^A-Za-z]+)\Z"
)
"""`all numbers smaller than 3, i.e. (-∞, 3)`"""
_LEAVING = re.compile(r",\s(?:leaving|which leaves)\s[^,]*\d[^,]*(?:,\d{3}[^,]*)*\Z")
_ASKS_REST = re.compile(
    r"\b(?:left|leaves?|leaving|remain\w*|rest|still|ha(?:s|ve|d)|over|after|now|new|final|balance|change|keeps?|"
    r"end|remainder)\b|\A\W*\Z",
    re.IGNORECASE,
)
_ASKED_CHARS = 120
_CONDITION = re.compile(r"\sif\s(?!not\b)(?!.*\b(?:were|had|would|not|instead|only)\b)[^,;]*\Z")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_LETTER_AT_END = re.compile(r"\w\s+\W*[A-J]\W*\Z|['’]s\s+[A-J]\W*\Z")
_TRUTH = re.compile(
    r"\bis\s+(?:therefore\s+|thus\s+|indeed\s+|hence\s+)?\W{0,3}(true|false)\b(?:\W*\Z|\W{0,2}:\s)", re.IGNORECASE
)
_TOLD_TRUE = re.compile(
    r"(?:\A\W*|,\s)(?:(?:so|thus|hence|therefore|and|which means),?\s)?(?:it|this|that|(?:the|this) (?:statement|claim|"
    r"assertion|proposition))(?:(?:['’]s|\s(?:is|was))(?P<no>\snot|n['’]t)?\s(?:therefore\s|indeed\s|always\s|an?\s)*"
    r"(?P<word>true|false|correct|incorrect|wrong|right)(?:\s(?:statement|claim|assertion|proposition))?(?:\W*\Z|:\s)|"
    r"\s(?:indeed\s|always\s)?(?:holds|(?P<fails>fails|does(?:n['’]t|\snot)\shold))(?:\strue)?\W*\Z)",
    re.IGNORECASE,
)
_YES_AT_END = re.compile(
    r"(?:,|;|\bso|\bhence|\btherefore|\bthus)\s(?:so|but|hence|thus|"
    r"therefore),?\s(?:it['’]s\s)?(?:a\s)?(yes|no)\W*\Z",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:false|untrue|wrong|incorrect|claims?|claimed|say|says|not|if|whether|neither|nor|cannot|unless|only)\b|"
    r"n['’]t\b",
    re.IGNORECASE,
)


def said_last(text: str, problem: Problem) -> Conclusion:
    """Return what the last sentence of `text` comes to."""
    sentence = _last_sentence(
        fractions_spelled(text[-LINE_CHARS:]), problem, of_words=is_words(problem.reference) or bool(problem.choices)
    )
    if sentence is None:
        return None, "no final answer is stated"
    end = text[-LINE_CHARS:]
    if _REFUSES.search(end):
        return None, "no final answer is stated, and the text says that it gives none"
    if states_for_others(sentence) or states_for_others(end.rpartition("\n")[2]):
        return None, "the answer in the last sentence is somebody else's, or only supposed"
    if sentence.islower() and number_in_words(sentence) is not None:
        return sentence, "the last sentence counts in words"
    if twice := _said_twice(sentence, problem):
        return twice, "the last sentence says it in two units"
    bare = _without_rest(sentence.rstrip(" .。✅✔☑✓🎉\ufe0f"), problem)
    claim = _restated(_conclusion(plainly(without_asides(bare), problem.reference), problem), problem)
    if asks_yes_or_no(problem) and (truth := _truth(claim) or restated(claim, problem)):
        return truth, "the last sentence says so"
    if _claims_nothing(claim):
        return None, "no final answer is stated, and the last sentence asks, supposes, or tells what others say"
    return _claimed(claim, text, problem)


def _claimed(sentence: str, text: str, problem: Problem) -> Conclusion:
    """What a sentence claims that is neither a question nor a supposition, unless it is left open."""
    of_words, of_options = is_words(problem.reference), is_choice(problem)
    doubts = _doubts(sentence, problem)
    if not (doubts or of_words or of_options) and (found := _firmly_said(sentence, problem)):
        return found
    if doubts <= {"or"} and not (of_words or of_options) and (together := assigned_together(plain_markup(sentence))):
        return together, "the values given last"
    is_list = doubts == {"or"} and parts_asked(problem.reference) > 1
    if (doubts and not is_list) or QUALIFIED.search(sentence):
        return None, "no final answer is stated, and the last sentence leaves it open"
    if not of_words and is_of_another(sentence, problem):
        return None, "the amount in the last sentence is not the one that is asked for"
    if of_options:
        letter = option_at_end(sentence, text, problem)
        return letter, "the option named last" if letter else "no option is named last"
    if of_words and not re.search(r"[$\\*]", sentence):
        return sentence, "the last sentence"
    answer = value_of(sentence, problem)
    return answer, "what the last sentence comes to" if answer else "the last sentence comes to no single value"


def _firmly_said(sentence: str, problem: Problem) -> Conclusion | None:
    """What a sentence without doubts says of what is asked for: an amount, a result, a time, an inequality in words."""
    if not QUALIFIED.search(sentence) and (asked := asked_amount(plain_markup(sentence), problem)):
        return asked, "the amount that is asked for"
    if result := stated_result(sentence, problem):
        return result, "what the last sentence comes to"
    if asks_time(problem) and (time := only_time(sentence)) is not None:
        return time or None, "the time in the last sentence" if time else "the last sentence bounds or denies the time"
    if _COMPARES.search(problem.reference):
        if again := _IN_SIGNS.search(sentence):
            return again[1], "the last sentence says it in signs"
        if inequality_in_words(said := _LEAD.sub("", sentence), "x"):
            return said, "the inequality in words"
    return None


def _said_twice(sentence: str, problem: Problem) -> str | None:
    """The value that a sentence ends in and says in two units."""
    of_quantity = is_quantity(problem)
    if not of_quantity and ", or " not in sentence:
        return None
    twice = in_two_units(plain_markup(sentence.rstrip(" .。")))
    return twice if twice is None or of_quantity else twice.replace(" = ", " or ").replace(" ≈ ", " or ")


def _truth(sentence: str) -> str | None:
    """The "true" or "false" in which a sentence ends that denies nothing before it."""
    told = _TOLD_TRUE.search(sentence)
    if concluded := _YES_AT_END.search(sentence):
        return concluded[1].lower()
    if told and not _DENIES.search(sentence, 0, told.start()):
        is_true = (told["word"] or "true").lower() in {"true", "correct", "right"}
        return str(is_true is not bool(told["no"] or told["fails"])).lower()
    truth = _TRUTH.search(sentence)
    return None if truth is None or _DENIES.search(sentence, 0, truth.start()) else truth[1]


def _claims_nothing(sentence: str) -> bool:
    """Whether a sentence asks, supposes, notes, or tells what others say."""
    return (
        sentence.endswith("?")
        or SUPPOSED.match(sentence) is not None
        or _NOTE.match(sentence) is not None
        or OTHERS_WORDS.search(sentence) is not None
        or SET_ASIDE.search(sentence) is not None
    )


def _doubts(sentence: str, problem: Problem) -> set[str]:
    """The words by which a sentence leaves open what it says, other than those of a reference in words."""
    doubts = {match.group().casefold() for match in DOUBTED.finditer(sentence)}
    if elsewhere := left_open(sentence):
        doubts.add(elsewhere)
    if is_words(problem.reference):
        doubts = {doubt for doubt in doubts if doubt not in problem.reference.casefold()}
    return doubts


def _without_rest(sentence: str, problem: Problem) -> str:
    """A sentence without what it says is left, where that is not asked: "it loses 360 l, leaving 11,640 l"."""
    rest = _LEAVING.search(sentence) if "leav" in sentence else None
    is_other = rest is not None and not _ASKS_REST.search(problem.question[-_ASKED_CHARS:])
    return sentence[: rest.start()] if rest and is_other and _NUMBERS.search(sentence, 0, rest.start()) else sentence


def _restated(sentence: str, problem: Problem) -> str:
    """A sentence without the condition in which it ends, if that is one of the question: "if she reads 12 a day"."""
    condition = _CONDITION.search(sentence) if " if " in sentence else None
    if condition is None or not _NUMBERS.search(sentence, 0, condition.start()):
        return sentence
    numbers = set(_NUMBERS.findall(condition[0]))
    is_given = bool(numbers) and numbers <= set(_NUMBERS.findall(problem.question))
    return sentence[: condition.start()] if is_given else sentence


def _conclusion(sentence: str, problem: Problem) -> str:
    """What follows the last "so" of a sentence, if it is a claim and what comes before only weighs cases."""
    sentence = _OR_ABOUT.sub("", sentence)
    for match in reversed(list(CONCLUDES.finditer(sentence))):
        rest = sentence[match.end() :]
        says_something = _LETTER_AT_END.search(rest) if is_choice(problem) else re.search(r"[\d$\\]", rest)
        if says_something and not UNSURE.search(sentence):
            return rest.lstrip(" ,")
    return sentence


def _last_sentence(text: str, problem: Problem, *, of_words: bool) -> str | None:
    """Return the last sentence that is not a pleasantry, if it can hold an answer; `of_words` if words are one."""
    skipped = False
    for line in reversed(_FENCE.sub("", text).strip().splitlines()[-4:]):
        for sentence in reversed(_SENTENCE_END.split(line.strip())):
            if not _SAYS.search(sentence) or _PLEASANTRY.search(sentence) or _CHEER.fullmatch(sentence):
                continue
            if sentence.startswith("(") and ASIDE_SENTENCE.fullmatch(sentence):
                continue
            if not of_words and (counted := spelled_value(sentence, problem)):
                return counted
            if of_words or _CAN_HOLD_ANSWER.search(sentence):
                return sentence
            if skipped or not sentence.endswith("!") or _OPENS_OR_DOUBTS.search(sentence):
                return None
            skipped = True
    return None

"""Words that make no claim of the value beside them: they deny, doubt or suppose it, take it back or report it."""

import re

CHOSEN_BY_OTHERS = re.compile(
    r"\b(?:people|students|others|some|many|most|they|someone|everyone|everybody|he|she)\s+"
    r"(?:(?:might|may|would|could|will|often|wrongly|mistakenly)\s+)*\Z",
    re.IGNORECASE,
)
"""What stands before "choose B" where others do."""

OPTION_REFUSED = re.compile(
    r"\W{0,3}[A-J]\b\W{0,3}(?:is|are|was|were|would be|can|does|do|has|have)(?:\s[^.\n]{0,40}?)?\s?"
    r"(?:\b(?:incorrect|wrong|false|not|cannot|impossible|ruled out|eliminated)\b|n['’]t\b)",
    re.IGNORECASE,
)
"""`(D) is incorrect because …`: what a text says of the options that it does not choose."""

_CONCLUDING = (
    "checks?|sees|out|evident|true|observe[sd]?|recall|realize|suggesting|guarantees?|shows?|showing|shown|means?|"
    "meaning|conclude[sd]?|find|finds|found|follows?|see|clear|know|implies|implying|"
    "gives?|"
    "confirms?|confirmed|proves?|proved|verif\\w+|indicates?|deduce|get|obtain|obvious|say|think|believe|ensures?|"
    "(?<=tells |shows |gives )us|(?<=tell |show |give )us|(?<=reminds |teaches )us|(?<=no )doubt|note|"
    "notice|noting|noticing|yielding|giving|concluding|finding|seeing|knowing|proving|confirming|ensuring|so|certain|sure|confident|fact|is|yields?|establish\\w*|determine[sd]?|seen|such|with|using|and|now|"
    "mentions"
)
_SAID_THAT = (
    r"(?<!\bthis )(?<!\bwhich )(?<!\bi )(?<!\bwe )(?<!\btells )(?<!\btell )(?<!\bshows )(?<!\bgives )"
    rf"\b(?!(?:{_CONCLUDING})\b)[a-z]+\s+that\s+"
)
"""`… that`, behind a verb that reports what somebody says rather than what follows."""
A_TRAP = (
    r"\b(?:mistake|(?:common|typical|frequent|sign|rounding|arithmetic) error|trap|pitfall|misconception|"
    r"fallacy)s? (?:\w+ ){0,3}(?:is|would be|to)\b"
)
"""What names an error rather than an answer: "a common mistake is"."""
_VALUE_AT_END = r"(?:[$*\"]*[-−]?\d[\d.,]*[$*\"]*|[*(\"]*[A-J][*)\"]*)\Z"
_TO_BE_SHOWN = (
    "(?:must|(?:must|have|has|going|want(?:ed)?|wish(?:ed)?|goal is|aim is|remains|need|try|trying) to) "
    "(?:show|prove|verify|see|check)"
)
_ACCORDING_TO_OTHERS = (
    r"\baccording to (?!our|my (?!notes|friend|teacher|book|text|prof|coll|bro|sis|mot|fat)|this|these|that|Vieta|"
    r"Pythagoras|Heron|Euler|Fermat|Gauss|Bayes|Euclid|Newton|Kepler|Ohm|Hooke|Archimedes|[^,.;:]{0,40}\b(?:theorem|"
    r"formula|law|rule|"
    r"identity|inequality|lemma|principle|definition|equation|method|table|problem|question|given|property|criterion|"
    r"calculation|graph|figure|diagram)s?\b)"
)
MADE_OF_IT = (
    "square|cube|root|half|digits?|reciprocal|inverse|negative|opposite|double|multiple|factor|logarithm|part|third|"
    "quarter|twice|thrice|triple"
)
"""What a sentence can make of the answer, and so say another value: "half the answer is"."""
OF_THE_ANSWER = rf"\b(?:{MADE_OF_IT})\s(?:of\s)?(?:the|my|our|this)\s(?:final\s|correct\s)?(?:answer|result|solution)"

HYPOTHETICAL = re.compile(
    rf"{_SAID_THAT}(?:the\s+)?(?:(?:final|correct|right)\s+)*$|\b(?:supposedly|allegedly|apparently|"
    rf"reportedly)\b[^.;:\n]{{0,30}}$|"
    r"\b(?:if|whether|suppose|supposing|assum(?:e|ing)|imagine|unless|not|n['’]t|wrong|incorrect|previous|earlier|"
    r"first|initial|old|"
    rf"false (?:that|to say)|{_TO_BE_SHOWN}|"
    r"(?<!\ba )(?<!\bno )(?<!out )(?<!any )doubt(?:ed|s)?|wish|has it that|(?:was|were|been) told|"
    r"told (?:me|us)|states?|stated|"
    r"(?:people|students|others|someone|one|you|some|many)\s+(?:(?:might|may|would|could|often|will)\s+)?"
    r"(?:think|thinks|say|says|believe|claim|guess|answer)|"
    r"(?<!\bi )(?<!\bwe )(?<!\bthis )(?<!\bthat )(?<!\bwhich )"
    r"(?:says?|said|claims|claimed|thinks|thought|wrote|believes|suggests|told \w+|insists|reported|guessed|"
    r"guesses|answered|argues))\b[^.,:;\n]{0,30}$|"
    r"\b(?:expected|reference|official|model|given|provided|listed|claimed|stated|supposed|naive|naïve|tempting|"
    r"intuitive|proposed|suggested|alleged|candidate|gold|golden)\s+"
    r"(?:final\s+|correct\s+)?$|\b(?:human|user)\s*:\s*(?:the\s+)?(?:\w+\s+)?$|"
    rf"{_ACCORDING_TO_OTHERS}"
    r"[^.;:\n]{0,40},?\s*(?:the\s+)?(?:\w+\s+)?$|\bif\b[^.\n]{0,40}\b(?:had|were)\b[^.\n]{0,40}$|"
    r"(?:\A|[.!?]\s+)\W*(?:were|had)\s[^.\n]{0,60}$|"
    r"\b(?:in|for|to) (?:an?|the|another) (?:different|other|similar|analogous|related|previous|earlier|easier|"
    r"simpler|harder) (?:problem|exercise|question|case|version|variant|task|example|puzzle)[^.\n]{0,30}$|"
    r"\b(?!(?:here|there|that|it|what|let|where|who|today|problem|question|exercise|task|puzzle)['’])\w+['’]s\s+"
    r"(?!the\b|my\b|our\b|a\b)(?:\w+\s+)?$|\b(?:his|her|their)\s+(?:\w+\s+)?$|"
    r"(?:\A|[.!?]\s+)\W*(?:hypothesis|conjecture|statement|assumption|myth|(?:wrong|incorrect|false|bad)(?: \w+)?|"
    r"student(?: \w+)?|rumou?r|guess|distractor|to quote [^:.\n]{1,30})\s?[:.]\s+(?:the\s+)?(?:\w+\s+)?$|"
    r"\b(?:maybe|perhaps|possibly)\s+(?:the\s+|our\s+|my\s+)?(?:\w+\s+)?$|"
    r"(?:\A|[.!?]\s+)\W*(?:prove|show|verify|check|demonstrate|confirm|determine|decide) (?:that|if|whether)\s+"
    r"(?:the\s+)?(?:\w+\s+)?$|"
    r"(?:\A|[.!?]\s+)\W*if\s[^.\n]{0,30}(?:=|\b(?:is|are) (?:even|odd|positive|negative|zero|prime)\b|\bmatters?\b)"
    r"[^.\n]{0,20},\s*(?:then\s+)?(?:the\s+)?(?:\w+\s+)?$|"
    r"\bas \w+ (?:puts? it|says?|claims?|said|suggests?|wrote),\s*(?:the\s+)?(?:\w+\s+)?$|"
    r"\b(?:hypothetically|for the sake of argument|in base \w+)\b[^.;:\n]{0,30}$|\b(?:false|trap|bogus|mistaken|"
    r"fake|spurious|rejected|discarded|outdated|common|popular)\s+(?:final\s+)?$|"
    rf"\b(?:{MADE_OF_IT}|one)"
    r"\s(?:of\s)?(?:the|my|our|this)?\s?(?:final\s|correct\s)?$",
    re.IGNORECASE,
)
"""Words before a statement that make it somebody else's, or a case that is only considered."""

_USUAL_LEADS = frozenset(
    f"{joint} {article}".strip()
    for joint in ("", "so", "so,", "thus", "thus,", "hence", "hence,", "therefore", "therefore,", "and", "finally,")
    for article in ("", "the", "the final", "final", "the correct", "my", "my final", "our", "our final")
)
"""What mostly stands before a statement, and makes nothing else of it."""


def is_hypothetical(line: str, noun: int) -> bool:
    """Say whether the words before `noun` make a statement somebody else's, or a case that is only considered."""
    if noun <= LEAD_CHARS and line[:noun].strip(" \t*#>_").lower() in _USUAL_LEADS:
        return False
    return HYPOTHETICAL.search(line, max(0, noun - LEAD_CHARS), noun) is not None


LEAD_CHARS = 60
"""So much before a statement is read."""

DOUBTED = re.compile(
    r"\b(?:not|isn['’]t|aren['’]t|cannot|can['’]t|never|neither|nor|except|wrong|incorrect|false|impossible|unlikely|"
    r"maybe|perhaps|possibly|probably|might|could|(?-i:may)|may be|guess|"
    r"for example|for instance|such as|e\.g|"
    r"far from|differs? from|different from|rul(?:e[sd]?|ing) out|nobody|no one|hardly|contrary to|supposedly|"
    r"allegedly|apparently|reportedly|too (?:small|large|big|low|high|many|few|much)|naive|naïve|tempting|close to|"
    r"ma(?:de|kes?) (?:a|an) (?:mistake|error)|(?:seems?|is|looks?) off|let(?:['’]s| us) assume|could not|unable|"
    r"(?:was|were|been|am|are|is) told|told (?:me|us)|legend|rumou?r|"
    r"extraneous|rejected|discarded|common (?:mistake|error)|mistakenly|"
    r"(?:some|many|most|other) (?:students|people)(?: (?:might|would|may))? (?:get|say|think|answer|guess)|"
    r"no (?:answer|solution|value)s?|unsure|unclear|either|or|if|whether|suppose|"
    r"n['’]est|pas|nicht|kein|weder|oder|ou|não|nao|non|nie|není|niet|inte|ikke|nem|no es|no son|nu este|"
    r"ei ole|δεν|не|или|либо|nunca|tampoco|değil\w*|bukan|tidak|không|nie jest)\b|"
    r"不是|没有|沒有|不会|不會|不能|不可能|不等于|不等於|并非|並非|也许|也許|可能|或许|大概|或|ない|ません|아니|아닙|かもしれ|"
    r"नहीं|নয়|নয়|இல்லை|அல்ல|కాదు|نیست|نہیں|אינ|ليس|\bأو\b|\bلا\b|ไม่|≠|"
    r"\\neq?\b|\b(?:absurd|contradicts|to be (?:tested|checked|verified|seen)|asked (?:to|whether|if|about)|"
    rf"wish(?:ed)?|{_TO_BE_SHOWN}|"
    r"spurious|invalid|(?:over|under)estimate|typo|thrown out|one would|forgetting|careless\w*|sloppy|misread\w*|"
    r"miscount\w*|wrongly|incorrectly|erroneous\w*|fallacious|"
    r"(?:sign|rounding|arithmetic|calculation|computational) error)\b",
    re.IGNORECASE,
)
"""Words that leave open or deny what a sentence says."""

UNSURE = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|(?<!that )(?<!which )(?:might|could|(?-i:may))|may be|guess|unsure|unclear|"
    r"if|whether|suppose|assum\w+|not sure)\b",
    re.IGNORECASE,
)
"""Words that leave open even what a sentence concludes after them."""

OTHERS_WORDS = re.compile(
    rf"{_SAID_THAT}(?:it|there|the (?:correct |final |right )?(?:answer|result|value|total|number|sum))(?:['’]s|"
    rf"\s+(?:is|are|was|were|equals|should be|must be))\b|"
    r"\b(?:believed|claimed|said|thought|rumou?red|reported|alleged|conjectured|supposed|guessed) to be\b|"
    r"(?<!\bi )(?<!\bwe )(?<!\bthis )(?<!\bthat )(?<!\bwhich )\b(?:says?|said|claim(?:s|ed)|wrote|believes?|thinks?|"
    r"thought|guess(?:es|ed)|suggest(?:s|ed)|insist(?:s|ed)|swears?|swore|vows|reckons?|maintains|argues|asserts|"
    r"alleges|contends|declares?|assures?|estimates|recalls|remembers)\s+(?:that\s+)?"
    r"(?:(?:the|it|its?|there)\b[^.]{0,60}\b(?:answer|result|is|was|are|were)\b|[\"“'«]|"
    r"[$*]*[-−]?\d[\d.,]*[$*]*\Z)|"
    r"\A\W*(?:human|user)\s*:|\b(?:reference|ground truth|expected (?:output|answer|result)|answer key)\b|"
    r"\bcontains? the number\b|\brumou?red\b|\b(?:expects|lists)\s(?:[a-z ]{1,20}\s)?[$*]*[-−]?\d[\d.,]*[$*]*\Z|"
    r"\A\W*(?:the )?(?:gold|label)\b(?: answer| value)?\s?(?::|is)|"
    rf"{_ACCORDING_TO_OTHERS}|"
    r"\A\W*(?:they|(?:an?|the) (?:previous|earlier|given|official|back of the) \w+|apparently|some \w+|someone|"
    r"somebody|anyone|many|most|some|others|wikipedia|chatgpt|gpt|google|you|my \w+|the internet|"
    r"(?:the |this |our |your )?(?:problem|question|exercise|task|textbook|book|answer key|key|hint|forum|user|prompt|"
    r"student|teacher|solution manual|author)s?(?: statement)?)\b[^.,:;\n]{0,40}?\b"
    r"(?:says?|said|claim(?:s|ed)?|answer(?:s|ed)|wrote|lists?|gives?|gave|mentions?|computed|calculated|"
    r"arrives at|arrived at|states?|stated|g[eo]ts?|suggests?|"
    r"claims|expects?|say|pick|choose|chose|(?:may|might|would|will|could) (?:say|get|answer|think))\s+"
    rf"(?:that\s+)?(?:the answer (?:is|as)\s+)?{_VALUE_AT_END}|{A_TRAP}",
    re.IGNORECASE,
)
"""A sentence that tells what somebody else says, as "Wikipedia lists 17"."""

QUALIFIED = re.compile(
    r"\b(?:(?:less|more|greater|fewer|larger|smaller|higher|lower|other) than|at (?:least|most)|under|"
    r"over(?! (?:both|all|these|those|the (?:course|whole|entire|trip|journey|day|week|month|year|period|"
    r"summer))\b)|below|above|"
    r"between\s+[-−$(]*\d|between \w+ and \d|up to|exceed(?:s|ed|ing)?|divisible by|nearly|almost|negative|minus|"
    r"plus|twice|double|triple|half|squared|cubed|unless|except|without|"
    r"times (?:the|as|that|this|more|its|their|larger|bigger|greater|longer|higher|faster|older|smaller|less)|"
    r"mehr als|weniger als|mindestens|höchstens|moins de|plus de|au moins|au plus|más de|menos de|al menos|più di|"
    r"meno di|almeno|mais de|больше|меньше|не менее|более|менее|"
    r"(?:root|square|cube|power|factorial|logarithm|log|reciprocal|inverse|multiple) of)\b|"
    r"\b(?:section|page|problem|question|step|line|chapter|example|exercise|item|figure|table|theorem|lemma|"
    r"corollary|rule|slide|appendix|listing|"
    r"proposition|definition|remark|equation|formula|eq\.|row|column|room|version|no\.|(?<!the )number|position|"
    r"place|rank|ranks)\s+[(\[]?\d|\b(?:in|after) \d+ steps\b|\bin the (?:denominator|numerator|exponent)\b|"
    r"\ban? (?:upper|lower) (?:bound|limit)\b|\bbounded by\b|\bat (?:best|worst)\b|\bcandidate (?:is|was|value)\b|"
    r"\bat the (?:very )?(?:most|least)\b|"
    r"不足|以上|以下|以内|未満|至少|至多|最多|第\s?\d|大于|小于|不到|超过|負|负",
    re.IGNORECASE,
)
"""Words that change what a number beside them claims: "less than 5" and "negative 5" are not 5."""

NOT_THE_ANSWER = (
    r"not\b(?=\W*(?:\Z|[.,;!\n])|\s+(?:(?:the|our|my|an?) (?:\w+ )?(?:answer|solution|result|value)|(?:at all|really|"
    r"quite|actually) )|\s+(?:correct|right|true|valid|possible|allowed|acceptable|what|it\b|plausible|reasonable|"
    r"feasible|supported|an option))"
)
"""What a sentence denies of a value to deny that it is the answer; "is not on the line" may be what is asked."""

TAKEN_BACK = re.compile(
    r"[\s$()\]}.,;:!*_\\…—–-]*(?:(?:actually|oh|sorry|ah|um+|but)\b[,.!\s]*)?"
    r"(?:(?:wait|hmm+|my bad|strike that|or rather|never ?mind|hold on|scratch that|oops|i mean|correction|"
    r"i take (?:that|it) back)\b|no\s?(?:[,.!…—–]|wait\b)|"
    r"(?:edit|update|errat(?:um|a)|corrected|amended|fixed)\W{0,3}:|actually,?\s*####|would (?:only |then )?(?:be|"
    r"have been|follow)\b|"
    r"alternatively,?\s+(?:it (?:is|could be)\s+|the answer (?:is|could be)\s+)?[$*\\]*[-−]?\d[\d.,/]*[$*.]*\s*\Z|"
    r"sorry,|(?:just )?kidding\b|verdict\W{1,3}(?:false|wrong|incorrect)\b|(?:this|that|the) (?:claim|statement|"
    r"conjecture|answer) "
    r"(?:fails|does not hold|is (?:false|wrong|incorrect))\b|(?:just\s+)?(?:an?|my)\s+(?:wild\s+|best\s+|"
    r"educated\s+)?guess\b|or so\b|"
    r"or\s+(?:maybe|perhaps|possibly|is it)\b|jk\b|(?:but\s+)?(?:that|this|it)\s+can(?:['’]t|not)\s+be(?=\s*[,.;]|"
    r"\s+(?:right|true|correct))|i retract\b|on (?:second thought|reflection)\b|"
    r"(?:(?:but|however),?\s+)?(?:that|this|it)\s+(?:contradicts|violates|fails|doesn['’]t look right|"
    r"does not look right|is too)\b|actually,?\s+(?:it|this|x|the answer)(?:['’]s|\s+(?:is|should be))\s+[$*\\]*[-−]?\d"
    r"|(?:but\s+|however,?\s+)?(?:that|this|it)(?:['’]s|\s+(?:is|was|can(?:['’]t|not)\s+be|must\s+be|seems|looks))\s+"
    r"(?:clearly\s+|obviously\s+|definitely\s+)?"
    r"(?:wrong|incorrect|not\s+(?:right|correct|the\s+answer|possible)|false|a\s+mistake|impossible)"
    r"|(?:is|was)\s+(?:clearly\s+|definitely\s+)?(?:wrong|incorrect|false|rejected|invalid|impossible|extraneous|"
    rf"discarded|ruled out|{NOT_THE_ANSWER})|isn['’]t\b|不对|不對|错了|錯了|不正确)",
    re.IGNORECASE,
)
"""What right after an answer takes it back."""

OF_ANOTHER_QUESTION = re.compile(
    r"\b(?:different|other|another|similar|related|previous|earlier|key|sheet|format)\b", re.IGNORECASE
)
"""Words between "answer" and "is" that make it none of this question."""

SET_ASIDE = re.compile(
    r",?\s+(?:but|however,?|yet)\s+(?:we|i|you|it|this|that|the (?:question|problem))\s+(?:still\s+)?"
    r"(?:needs?|wants?|asks?|seeks?|(?:is|was) for)\b",
    re.IGNORECASE,
)
"""What right after a value says that it is not yet the answer."""

QUOTED = re.compile(
    r"[\"”»],?\s+(?:\w+\s+){0,2}?(?:says?|said|claims?|claimed|wrote|replied|answered|insist(?:s|ed)|"
    r"argue[sd]?)\b",
    re.IGNORECASE,
)
"""What right after an answer makes it somebody else's."""

_DENIALS = (
    *("not", "never", "cannot be", "can't be", "isn't", "is not", "not equal to", "instead of", "rather than"),
    *("other than", "except", "nicht", "n'est pas", "no es", "não é", "non è", "не"),
    *(f"your {kind}answer {place}" for kind in ("", "final ") for place in ("as", "in", "inside", "within", "like")),
    *("for example", "bad example", "sample example", "dummy example", "of the format", "e.g.", "such as"),
)
_DENYING = "|".join(r"\s+".join(map(re.escape, each.split())) for each in _DENIALS).replace("'", "['’]")
DENIED = re.compile(
    rf"(?:\b(?:{_DENYING})|"
    r"不是|不等于|≠|\\neq?|\\not\s*=)[,:\s$({\[\\]*(?:\\text\{)?\s*$",
    re.IGNORECASE,
)
"""What right before an answer denies it."""

_DENIAL_ENDS = (*{each.split()[-1] for each in _DENIALS}, "\\ne", "\\neq")
_BETWEEN_DENIAL_AND_ANSWER = ",: \t\n\r\f\v\x1c\x1d\x1e\x1f$({[\\"


def denied(text: str, start: int) -> bool:
    """Say whether the words right before `start` deny what stands there: `DENIED`, after a cheap test of their end."""
    before = text[max(0, start - 60) : start].rstrip(_BETWEEN_DENIAL_AND_ANSWER)
    if before.isascii() and "\\not" not in before:
        before = before.removesuffix("\\text").rstrip(_BETWEEN_DENIAL_AND_ANSWER).lower()
        if not before.endswith(_DENIAL_ENDS):
            return False
    return DENIED.search(text, max(0, start - 60), start) is not None

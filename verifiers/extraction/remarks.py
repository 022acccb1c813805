"""What a text says behind its answer and that is none: a check, a note, what would be so otherwise.

A remark that doubts or concludes something stays, so that the text is judged with it.
"""

import re

_END_CHARS = 600
"""So much of the end of a text is searched for remarks."""
_MAX_REMARKS = 5
_SENTENCE_START = re.compile(r"(?<=[.!?。])[\"”)*]{0,2}\s+(?=[^\s\d])|(?<=\d\.)\s+(?=\d)|\n\s*|(?<=。)")
_REMARK = re.compile(
    r"\W*(?:"
    # It is confirmed.
    r"(?:true|correct|confirmed|verified|checked|right|yes|верно|правильно|stimmt|korrekt|vrai|exact|correcto|"
    r"q\.?e\.?d|whew)\W*\Z|"
    r"(?:and\s+)?(?:that|this|it|everything|all of this|the (?:answer|result|solution))(?:['’]s|\s+(?:is|does|"
    r"indeed))?\s+"
    r"(?:works|checks? out|(?:the|our|my|your) (?:final )?answer|correct|right|fits|matches|consistent|holds)\b"
    r"[^\d\n]{0,40}\Z|"
    r"(?:and\s)?(?:that|this)(?:['’]s|\sis)\show\s(?:many|much|long|far|old|tall|fast|often)\b[^\d\n]{0,60}\Z|"
    r"(?:both|all|these|the two)\s(?:\w+\s){0,3}(?:satisfy|agree|match|work|check|fit|are (?:equal|valid|equivalent))\b"
    r"[^\d\n]{0,60}\Z|"
    r"(?P<same>[-−\d.,/]+)\s?=\s?(?P=same)\.?\s*\Z|"
    # It is checked.
    r"(?:(?:to|let['’]?s|let me|we can|i(?:['’]ll| will)|you can|quick|sanity)\s+)?(?:quickly\s+)?"
    r"(?:double[- ]?check|check|verify|verification|confirm)(?:ing|s)?\b(?=.*[\d✓✔✅])|"
    r"(?:проверка|проверим|probe|kontrolle|vérification|vérifions|comprobación|verificación|verifica|verificação|"
    r"验证|检验|驗證|検算)[\s:：]|"
    r"this (?:makes sense|agrees|confirms|matches|is consistent|is because|follows from)\b|"
    r"(?:their|its) (?:sum|product|difference)\b.*\b(?:agrees?|matches|consistent|expected|confirms?)\b|"
    # It is noted.
    r"(?:(?:since|as|because)\s[^,.]{1,60},\s)?(?:and\s)?(?:this|it|that|the (?:fraction|expression|"
    r"result))(?:['’]s|\s(?:is|cannot|can['’]t))\s"
    r"(?:\w+\s){0,4}(?:lowest|simplest|simple|simplified|reduced|irreducible)\b[^\n=]{0,40}\Z|"
    r"(?P<note>note|notice|remember|remark|recall|n\.?b\.?|p\.?s\.?|fun fact|keep in mind|for (?:reference|"
    r"comparison))\b"
    r"(?!\s*[:,]?\s*(?:that\s+)?(?:the\s+)?(?:final\s+)?(?:answer|result))|"
    # It would be otherwise.
    r"(?:if|had)\s(?:she|he|they|it|we|you|there)\b[^.\n]*(?:\bwould\b|['’]d\s|\binstead\b)"
    r")",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:not|wrong|incorrect|mistakes?|errors?|wait|hmm+|actually|but|however|should|must|(?:we|you) need|so|thus|"
    r"therefore|"
    r"hence|"
    r"then|oops|answer is|asks?|asked|wants?|same as|means?|donc|also|entonces|значит|поэтому|得)\b|n['’]t\b|[≠?❌✗✘]|"
    r"所以|因此|不|错|誤",
    re.IGNORECASE,
)
"""What makes a remark more than one: it doubts what stands before it or says what follows."""
_CHANGES = re.compile(
    r"\b(?:double|twice|thrice|half|halve|triple|adds?|added|subtract\w*|multipl\w*|divide|plus|minus|only|per|"
    r"apiece|extra|"
    r"except\w*|exclud\w*|without|before|still|yet|later|further|doubt\w*|guess\w*|(?:each|every)(?=\W*\Z))\b",
    re.IGNORECASE,
)
"""What makes a note a change of the value: "remember to double it"."""
_TURNS = re.compile(
    r"\b(?:wait|hmm+|oops|hold on|i must have|(?:made|is|was) an? (?:\w+ )?(?:mistake|error)|let me (?:redo|"
    r"recalculate|"
    r"recompute|try again|fix|correct)|scratch that|on second thought|that['’]s not (?:equal|right|it)|"
    r"(?:does not|doesn['’]t|do not|don['’]t) (?:match|agree|check out|add up))\b",
    re.IGNORECASE,
)


def without_remarks(text: str) -> str:
    """Return `text` without the remarks in which it ends, as it is where it is nothing but remarks.

    >>> without_remarks("So x = 12. Check: 3(12) - 7 = 29. True.")
    'So x = 12.'
    >>> without_remarks("So x = 12. Check: 3(12) - 7 = 29, so that is wrong.")
    'So x = 12. Check: 3(12) - 7 = 29, so that is wrong.'
    """
    kept = text
    for _ in range(_MAX_REMARKS):
        start = _last_start(kept)
        sentence = kept[start:]
        remark = _REMARK.match(sentence) if start else None
        if remark is None or _GOES_ON.search(sentence) or (remark["note"] and _CHANGES.search(sentence)):
            break
        kept = kept[:start].rstrip()
    return kept or text


def turns(below: str) -> bool:
    """Say whether what stands below an answer turns against it: a check that fails, "wait"."""
    return _TURNS.search(below) is not None


def _last_start(text: str) -> int:
    """Where the last sentence of `text` begins; 0 where it is the only one, or too long to be a remark."""
    begin = max(0, len(text) - _END_CHARS)
    starts = [match.end() for match in _SENTENCE_START.finditer(text, begin) if text[match.end() :].strip()]
    return starts[-1] if starts else 0

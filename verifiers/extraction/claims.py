"""Whether a sentence claims the value in it, judged by how the two are joined rather than by who is named.

The last sentence of a solution says "so the total is 64", "this gives 64" or "Tom has 64 pens". One that passes on
what others say, that supposes something, or that tells what does not hold is built otherwise: "a solver returned 64",
"to get 64, another coin is needed", "bounded by 64".
"""

import re

_FILLERS = (
    r"(?:encore|still|noch|todavía|ainda|ancora|about|approximately|approx\.?|roughly|around|exactly|precisely|only|"
    r"just|simply|now|then|also|thus|therefore|"
    r"indeed|actually|quite|us|a total of|altogether|another|all|USD|EUR|environ|etwa|genau|unos|unas|circa)"
)
_FILLER = re.compile(_FILLERS, re.IGNORECASE)
_EXACTLY = re.compile(rf"(?:(?<![^\W_]){_FILLERS}[\s$€£*\\(]{{1,4}}){{1,3}}\Z", re.IGNORECASE)
_WORDS_BEFORE = re.compile(r"(?:([^\W\d_][\w'’]*)[\s$*\\(\[{\"“|-]{1,6})??([^\W\d_][\w'’]*)[\s$€£*\\(\[{\"“]{1,6}\Z")
"""The last two words before a value."""
_NOUN_BEHIND = re.compile(
    r"\s?(?:\\text\{\s*)?(?!(?:in|on|at|by|from|as|for|with|here|there|too|again|before|after|when|while|if|and|or|but|"
    r"once|instead|today|yesterday|is|was|are|were|to|of|out|which|that|because|since|so|then|would|could|first|we|"
    r"i|you|he|"
    r"she|they|it|one|there|this|these|those|my|our|your|his|her|its|their|the|an?|not|has|have|had|will|may|might|"
    r"must|should|does|did|do|can|cannot)\b)(?:[a-zà-ÿ]{2,}|[A-ZÀ-Þ][a-zà-ÿ]+|%|\\%|°|[A-Za-z]{1,2}\W*\Z)"
)
"""What is counted or measured: a value with it is told by any verb, "Tom reads 64 pages"."""
_MONEY = re.compile(r"\s?[-−]?\\?[$€£¥]\s?\d[\d.,]*(?![\d.,])(?!\s?\$)")

_JOINING = re.compile(
    r"is|are|was|were|be|been|being|equals|equal|makes|make|made|making|gives|give|gave|giving|yields|yield|"
    r"yielded|yielding|becomes|become|became|gets|get|has|have|had|having|leaves|leave|leaving|left|remains|"
    r"remain|totals|total|totaled|totalling|totaling|costs|cost|pays|pay|paid|needs|need|needed|takes|take|"
    r"took|earns|earn|earned|spends|spend|spent|saves|save|weighs|weigh|contains|contain|holds|hold|reaches|"
    r"reach|reached|scores|score|scored|sells|sell|buys|buy|bought|saw|conclude|sums|averages|measures|read|"
    r"reads|counts|count|there's|that's|it's|its|so|thus|hence|therefore|approximately|about|value|number|"
    r"result|sum|product|difference|quotient|area|perimeter|volume|length|width|height|radius|probability|"
    r"ratio|slope|speed|fraction|integer|prime|point|points|pair|interval|set|vector|expression|equation|than|"
    r"obtaining|produces|produce|represents|represent|lasts|lived|ran|run|runs|plus|x|n|est|sont|vaut|valent|"
    r"font|fait|donne|donnent|obtient|obtenons|reste|faut|ist|sind|ergibt|ergeben|beträgt|lautet|gibt|macht|"
    r"kostet|bleiben|also|sich|folgt|erhalten|man|es|son|da|dan|hay|vale|valen|queda|quedan|resulta|obtiene|"
    r"obtenemos|tiene|cuesta|paga|são|sao|ha|fica|ficam|obtemos|temos|custa|logo|soma|è|e|sono|fa|fanno|"
    r"risulta|otteniamo|abbiamo|costa|quindi|si|zijn|bedraagt|krijgen|är|er|blir|får|jest|to|wynosi|mamy|je|"
    r"jsou|este|sunt|adalah|yaitu|sama|dengan|ada|menjadi|bang|la|on|az|olur|ederek|eder|igual|égale|equivale|"
    r"entonces|donc|portanto|somit|avons|tenemos|haben|a|avait|hatte|tenía|tinha|aveva|y|et|und|che|que|c'est|"
    r"aura|auront|aurons|restera|resteront|faudra|paiera|tendrá|tendrán|habrá|terá|haverá|avrà|avranno|hätte|wird|"
    r"trouve|trouvons|totalise|erhält|bekommt|ottiene|troviamo|"
    r"obtém|obter|encontramos|suman|necesita|jumlahnya|hasilnya|nilainya|blijven|over|se|wychodzi|vychází"
)
"""Words behind which a sentence says what something is, has or comes to."""
_FOUND = re.compile(r"got|found|finds|find|computed|compute|obtained|obtain|calculated|calculate|derived|derive|see")
"""What "we" do to claim a value; of others it only tells what they say."""
_PLACED = re.compile(
    r"end|occurs|occur|attained|reached|achieved|located|meet|meets|stands|lies|is|are|increases|increased|"
    r"decreases|decreased|grew|grows|rose|rises|fell|falls|drops|dropped|changes|changed|done|finish|finished|"
    r"finishes|arrives|arrive|starts|ends|happens|reduced|multiplied|given|intersects|crosses|cross|maximum|"
    r"minimum|maximized|minimized"
)
"""Verbs that a place or an amount follows: "it occurs at 5", "the price falls by 5"."""
_TO = re.compile(
    r"equals?|equates|equivalent|comes?|came|amounts?|adds?|up|sums?|simplifies|reduces|reduced|evaluates|leads|"
    r"down|totals|"
    r"rounds|rounded|converges|tends|works|increases|increased|decreases|decreased|drops|dropped|rises|rose|falls|fell|"
    r"grows|grew|goes|changes|changed|corresponds|boils|is|out|off|back|integrates|collapses|shrinks|expands|set|sets|"
    r"élève|asciende|je|jest|odpowiedź"
)
"""Words behind which "to" leads to a value."""
_NOT_OF = re.compile(
    r"opposite|negative|factor|factors|divisor|divisors|multiple|multiples|half|third|quarter|fifth|tenth|"
    r"double|triple|complement|predecessor|successor|remainder|logarithm|square|cube|root|power|inverse|"
    r"reciprocal|factorial|function|digit|digits|most|many|some|any|one|fraction|percentage|part|instead|"
    r"because|short|shy|north|south|mention|capable"
)
_NOT_AFTER = {"of": _NOT_OF}
_ONLY_AFTER = {
    "to": _TO,
    **dict.fromkeys(("at", "by", "in", "on", "after", "within"), _PLACED),
    "with": re.compile(r"left|him|her|them|me"),
    "as": re.compile(r"out|value|result|number"),
}
"""Prepositions that join a value only behind some words."""
_MAKES_IT = re.compile(r"\bmak(?:es?|ing) (?:the|our|my) (?:final |correct |total )?answer\W*\Z", re.IGNORECASE)
_WE = re.compile(r"\b(?:we|i|you|one can)\b", re.IGNORECASE)
_ENDS_UP = re.compile(r"\bend(?:s|ed)? up with\b", re.IGNORECASE)
_FRONTED = re.compile(
    r"\W*(?:(?:so|and|but|now|then|however),?\s+)?(?:to|for the|for (?!\w{1,2} =)|in order to|given|without|despite|"
    r"although|though|"
    r"while|whenever|as|since|because|besides|unlike|including|excluding|starting|with)\b[^,=]*\Z",
    re.IGNORECASE,
)
_CLAUSE_BEHIND = re.compile(r"[^,.;]{0,60},\s*[A-Za-z]")
"""What comes after a clause that only leads in: "to get 64, one would need another coin"."""
_REFUSED = re.compile(
    r"[\s$*),]{1,4}(?:fails\b(?! the (?:exam|test|course|class))|leads? to (?:a )?contradiction|would\b|violates?\b|"
    r"(?:[a-z]+\s)?(?:was|were|is|are) given\b|contradicts?\b|does(?:n['’]t| not)\b|can(?:not|['’]t| not)\b|"
    r"has to be (?:rejected|discarded)|"
    r"among others|et al\b|or so\b|(?:seems|appears|looks|sounds|feels)\b|is what (?:you|one|we|they|i)\s|"
    r"but (?:don['’]t|do not|i['’]m not|i am not)\b|"
    r"in (?:the|my|an?|our|that|some|his|her) (?:\w+ )?(?:notes|book|textbook|forum|video|lecture|article|paper|"
    r"comments?|key|answer section|appendix|margin|newspaper|exam)\b|"
    r"(?:is|are|was) (?:one of|among|(?:only |just )?(?:one|a) possib|out|off|excluded|discarded|eliminated|"
    r"impossible|absurd|an? (?:upper|lower) bound|"
    r"the \w+ that (?:i|we) w)\b)",
    re.IGNORECASE,
)
"""What a sentence says of a value to be rid of it: "19 fails", "19 leads to a contradiction"."""
_PREDICATE = re.compile(
    r"[\s$*)]{1,4}(?:(?:is|was|must be|will be)\b(?!\s+(?:therefore |thus |indeed |also |hence |then |clearly |"
    r"exactly |in fact )*"
    r"(?:the (?:final|correct|right|desired|required|only|largest|smallest|greatest|least|maxim\w+|minim\w+|total|"
    r"number of|answer|"
    r"value|sum|result|solution|count|product|area|length|probability|unique|one)|our|my|your|it\b|correct|right|"
    r"left|needed|"
    r"required|enough|sufficient|minimal|maximal|optimal|attain\w+|achiev\w+|what (?:we|is|was|remains)|how many|"
    r"a (?:valid )?solution|"
    r"of the form|all))|(?:used to|comes from|must|may|might|should)\b(?! be the))",
    re.IGNORECASE,
)
"""What a sentence says of a value that is its subject, other than that it is what is asked: "26 is an overestimate"."""
_VERB = re.compile(r"\b(?:is|are|was|were|equals|gives|has|have|get|obtain)\b|=", re.IGNORECASE)
_STORY_GOES_ON = re.compile(
    r"[^,.;]{0,40},?\s(?:and|but)\s(?:some|others?|then|the (?:rest|others?)|he|she|they|it)\b", re.IGNORECASE
)
_SOURCE = re.compile(
    r"\W*(?:(?:but|and|so|once|earlier|later|yesterday|today|in \w+),?\s+)?"
    r"(?:(?:the|an?|one|my|our|his|her|their|your|some|another|every|this|that|most|many|each|two|several|other)\s+)?"
    r"(?:[\w'’|-]+\s+){0,2}?(?:friend|colleague|co-?worker|neighbou?r|classmate|roommate|brother|sister|mother|"
    r"father|uncle|aunt|"
    r"grand\w+|cousin|boss|teacher|professor|tutor|instructor|lecturer|student|pupil|textbook|book|key|solver|"
    r"calculator|app|"
    r"websites?|site|webpage|forum|thread|post|blog|video|article|newspaper|paper|journal|wiki\w*|google|siri|alexa|"
    r"chatgpt|"
    r"gpt\S*|bot|chatbot|model|llm|assistant|oracle|expert|referee|reviewer|reader|author|poll|survey|respondent|"
    r"commenter|internet|tool|script|program|software|manual|notes|cheat sheet|spreadsheet|simulation|attempt|guess|"
    r"answer|output|draft|log|report|source|approach|method|nobody|anybody|somebody|someone|everyone|everybody|people|"
    r"others)s?\b",
    re.IGNORECASE,
)
"""A subject that knows or tells a value rather than has it."""
_HEARSAY = re.compile(
    r"\W*(?:(?:the|an?|my|his|her|their|our|one)\s)?(?:(?!average|mean|median|total|sum|number)\w+\s)?(?:hint|"
    r"rumou?r|suggestion|conjecture|claim|hunch|"
    r"guess|bet|gossip|word (?:on|has)|"
    r"legend)\b[^.;]{0,60}\b(?:is|was)\s+\Z",
    re.IGNORECASE,
)
"""A subject that is itself only something said."""
_TELLS = re.compile(r"gives|give|gave|gets|get|got|has|have|had|reads|read|makes|made|ends|starts|contains")
_ANSWER_AS_SUBJECT = re.compile(
    r"\b(?:answer|result|solution)['’]s\s+(?!value\b|numerical\b)[a-z]+|"
    r"\b(?:answer|result|solution)s?\s+(?!(?:is|are|was|will|must|should|would|has to|comes|equals|becomes|that|we|"
    r"i|to|"
    r"for|of|in|obtained|turns|works|therefore|thus|then|simplifies|evaluates|reduces)\b)[a-z]+",
    re.IGNORECASE,
)
"""What is told about the answer instead of giving it: "the answer has 64 digits", "the answer ends in 64"."""
_SAID = re.compile(r"said|says|wrote|claims|claimed|answered|replied|guessed", re.IGNORECASE)
_LABEL = re.compile(r"([A-Za-z]+)\s*:[\s$*\\(\[]{0,6}\Z")
_TELLING = re.compile(
    r"(?:repl(?:y|ied|ies)|respon(?:d|ds|ded|se)|return(?:s|ed)|output(?:s|ted)?|print(?:s|ed)?|displays?|displayed|"
    r"says?|said|"
    r"claim(?:s|ed)?|state[sd]?|writes?|wrote|written|quote[sd]?|report(?:s|ed)?|list(?:s|ed)?|mention(?:s|ed)?|"
    r"suggest(?:s|ed)?|"
    r"insist(?:s|ed)?|announce[sd]?|declare[sd]?|whispered|guess(?:es|ed)?|predict(?:s|ed)?|estimate[sd]?|hint(?:s|"
    r"ed)?|answered|"
    r"tells|told|proposed?|user|human|student|friend|given|note|source|input|\w*error|\w*exception|warning|count|"
    r"time|elapsed|"
    r"reads|adds|shouts|shouted|comment|line|page|status|code|test|try|candidate|distractor|example|bound|limit|"
    r"temperature|seed|expected|mistake)",
    re.IGNORECASE,
)
"""What may stand before a colon and be no name of an answer."""
_SAYS_OR_HAS = re.compile("|".join(each.pattern for each in (_TELLING, _FOUND, _TELLS, _SAID)), re.IGNORECASE)


def claims(sentence: str, start: int, end: int) -> bool:
    """Say whether `sentence` claims the value that stands from `start` to `end` in it.

    >>> claims("So she pays 64", 12, 14), claims("A solver returned 64", 18, 20)
    (True, False)
    >>> claims("Tom returned 64 books", 13, 15)
    True
    """
    before, after = sentence[:start], sentence[end:]
    if (_FRONTED.match(before) and _CLAUSE_BEHIND.match(after)) or _STORY_GOES_ON.match(after) or _REFUSED.match(after):
        return False
    if _PREDICATE.match(after) and not _VERB.search(before):
        return False
    if _ANSWER_AS_SUBJECT.search(before) or _HEARSAY.match(before):
        return False
    if label := _LABEL.search(before):
        return not _TELLING.fullmatch(label[1])
    words = _WORDS_BEFORE.search(_EXACTLY.sub("", before))
    if words is None or _NOUN_BEHIND.match(after) or _MONEY.match(sentence, start) or before.endswith(("=", ":")):
        return True
    return _joins(words[2].casefold(), (words[1] or "").casefold(), before)


def is_refused(after: str) -> bool:
    """Say whether a sentence gets rid of the value before `after`: "19 leads to a contradiction"."""
    return _REFUSED.match(f" {after}") is not None


def is_told_by_others(before: str, after: str) -> bool:
    """Say whether the words before a value make it somebody else's: "the solver returned 19"."""
    words = before.split()
    if words and _FILLER.fullmatch(words[-1]):
        words = _EXACTLY.sub("", f"{before} ").split()
    if not words or not _SAYS_OR_HAS.fullmatch(words[-1]):
        return words[-1:] in (["is"], ["was"]) and _HEARSAY.match(f"{before} ") is not None
    if _NOUN_BEHIND.match(f" {after}"):
        return False
    is_said = _SAID.fullmatch(words[-1]) and words[-2:-1] not in (["I"], ["i"], ["we"], ["We"])
    return bool(is_said or _SOURCE.match(before))


def _joins(word: str, earlier: str, before: str) -> bool:
    """Whether the last word before a bare value makes it what the sentence comes to."""
    if _FOUND.fullmatch(word):
        return bool(_WE.search(before))
    if word == "answer":
        return _MAKES_IT.search(before) is not None
    if word == "with" and earlier in {"up", "us"}:
        return earlier == "us" or bool(_WE.search(before) or _ENDS_UP.search(before))
    if word in _NOT_AFTER:
        return not _NOT_AFTER[word].fullmatch(earlier)
    if word in _ONLY_AFTER:
        return bool(_ONLY_AFTER[word].fullmatch(earlier))
    if _TELLS.fullmatch(word) and _SOURCE.match(before):
        return False
    return bool(_JOINING.fullmatch(word)) or not word.isascii()

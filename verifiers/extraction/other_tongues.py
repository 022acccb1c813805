"""Words of other languages than English that leave open, deny, suppose or only report what a sentence says.

They are looked for in the sentence that states an answer, so "si" and "wenn", which begin many honest sentences, are
not among them, while the moods of what is not so are: "serait", "wäre", "sería".
"""

import re

_TABLE = """
vielleicht möglicherweise womöglich wahrscheinlich vermutlich könnte könnten dürfte wäre hätte angenommen falsch
falsche falscher falsches falschen scheidet ausgeschlossen unmöglich keinesfalls niemals behauptet behaupten
misschien mogelijk waarschijnlijk beweert onjuist onjuiste verkeerd verkeerde hoogstens minstens fout foute kanske
möjligen troligen påstår felaktig felaktigt felaktiga högst minst
probablement pourrait pourraient serait seraient supposons supposez admettons imaginons faux fausse mauvais mauvaise
erroné erronée incorrecte exclu exclue jamais quizá quizás posiblemente probablemente podría podrían sería fuera
hubiera supongamos supón imaginemos incorrecto incorrecta falso falsa equivocado equivocada erróneo errónea talvez
possivelmente provavelmente poderia seria suponha suponhamos errado errada incorreto incorreta forse magari
probabilmente potrebbe sarebbe supponiamo supponendo immaginiamo ammettiamo sbagliato sbagliata errato errata poate
probabil greșit presupunem
może prawdopodobnie chyba twierdzi załóżmy przypuśćmy gdyby byłoby byłaby błędna błędny błędne błędnie fałszywa
fałszywy niepoprawna niepoprawny možná tvrdí špatně špatná předpokládejme talán hibás szerint belki muhtemelen
olabilir diyor dedi eğer varsayalım yanlış mungkin barangkali misalkan seandainya katanya labda pengine
возможно может вероятно наверное предположим допустим кажется якобы говорит говорят сказал сказала сказали
утверждает утверждают считает считают думает подумать уверяет бы неверно неверный неверная неверен неправильно
неправильный неправильная ошибочно ошибочный ложный ложно невозможно никогда можливо мабуть каже припустимо ίσως μπορεί
λέει λάθος
ربما لعل يقول قال يزعم افترض نفترض خطأ خاطئ خاطئة مستحيل شاید اشتباه אולי אומר שגוי נניח
"""
"""German, Dutch, Swedish; French, Spanish, Portuguese, Italian, Romanian; Polish, Czech, Hungarian, Turkish,
Indonesian, Swahili; Russian, Ukrainian, Greek; Arabic, Persian, Hebrew."""
_WORDS = frozenset(_TABLE.split())
_HINTS = re.compile(
    r"que |che |máximo|mínimo|massimo|minimo|selon |según |secondo |segundo |laut |puede|pode ser|peut|essere|tal vez|"
    r"lo sumo|lo menos|sans d|['’]ap|au plus|au m|co naj|fazla|en az|salah|có l|có th|rằng|giả|nhất|по |"
    r"es sei|sagt|meint|glaubt,|denkt,"
)
"""Each of the phrases below has one of these."""
_PHRASES = re.compile(
    r"\b(?:es sei|(?:sagte?|meinte?|glaubt|denkt)\s*,|laut (?:mein|ein)\w*|peut-être|sans doute|au (?:plus|minimum|"
    r"maximum)|(?:selon|d['’]après) (?:m[oae]|une?|son|sa|leur|certains|internet|google|wikip)\w*|"
    r"(?<!autrement )(?<!je )(?:dit|disent|affirme\w*|prétend\w*|pensent?|croi(?:t|ent)|soutient|assure) que|"
    r"tal vez|puede ser|pode ser|può essere|como (?:máximo|mínimo)|a lo sumo|por lo menos|según (?:m[iu]s?|una?|su|"
    r"algunos|"
    r"internet|google|wikip)\w*|(?<!yo )(?:dice|dijo|dicen|afirma|asegura|cree|piensa|sostiene|diz|disse|dizem|acha|"
    r"acredita) que|no (?:máximo|mínimo)|segundo (?:o meu|a minha|meu|minha|uma?)\b|al (?:massimo|minimo)|"
    r"secondo (?:un[oa]?|il mio|la mia|mio|mia|alcuni)\b|(?:dice|dicono|sostiene|crede|pensa) che|co (?:najwyżej|"
    r"najmniej)|"
    r"en (?:fazla|az)|salah(?! satu)|có (?:lẽ|thể là)|nói rằng|cho rằng|giả sử|(?:ít|nhiều) nhất|по (?:словам|мнению))",
    re.IGNORECASE,
)
_WITHOUT_SPACES = re.compile(
    r"错误|錯誤|错的|錯的|不正确|不正確|假设|假設|假如|假定|如果|(?:^|[^是])说(?!明)|說(?!明)|声称|据说|聽說|听说|有人|排除|矛盾|不成立|"
    r"猜|恐怕|でしょうか|と言|と主張|もし|仮に|仮定|間違|誤り|誤っ|誤答|不正解|より大き|より小さ|より多|より少な|らしい|友達|友人|友だち|"
    r"수도 있|아마|"
    r"만약|만일|가정|고 했|고 말|고 주장|틀렸|틀린|틀립|오답|잘못|불가능|이상입니다|이하입니다|미만입니다|초과입니다|"
    r"อาจ|บอกว่า|ผิด|สมมติ|ถ้า|शायद|संभवतः|कहता|कहते|कहा|मान ल|से कम|से अधिक|से ज़्यादा|"
    r"أقل من|أكثر من|보다 작|보다 크|보다 적|보다 많|यदि|अगर|गलत|ग़लत|असंभव|হয়তো|সম্ভবত|ভুল|যদি"
)
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = ("the ", " is ", " are ", " was ", " of ", " has ", " have ", " we ", "There ", "This ", "So ")
_FIRST_WITHOUT_SPACES = "\u0600"
"""The first character of the scripts whose words are not told apart by spaces or letters alone."""


def left_open(sentence: str) -> str | None:
    """Return the word, in small letters, by which a sentence in another language leaves open what it says.

    >>> left_open("Die Antwort ist vielleicht 5."), left_open("The answer is 5.")
    ('vielleicht', None)
    """
    if sentence.isascii() and any(word in sentence for word in _ENGLISH):
        return None
    lowered = sentence.lower()
    if found := _WORDS.intersection(_WORD.findall(lowered)):
        return min(found)
    match = _PHRASES.search(sentence) if _HINTS.search(lowered) else None
    if match is None and not sentence.isascii() and max(sentence) >= _FIRST_WITHOUT_SPACES:
        match = _WITHOUT_SPACES.search(sentence)
    return None if match is None else match.group().casefold()

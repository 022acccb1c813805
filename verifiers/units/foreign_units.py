"""Names of units in other languages and scripts, written as the symbols that the unit grammar knows.

Covered are German, French, Spanish, Portuguese, Italian and Russian names with their endings, and Chinese, Japanese and
Korean ones. `metros por segundo`, `км/ч` and `千克每立方米` become `m per s`, `km/h` and `kg / m^{3}`. A text in which
none of the names stands is left as it is, so that `par` and `al` stay words wherever no unit of those languages is.
"""

import re
import unicodedata
from functools import cache
from typing import Final


def with_known_units(text: str) -> str:
    """Return `text` with the units of other languages as symbols; a text that has none comes back as it is.

    >>> with_known_units("5 metros por segundo"), with_known_units("90公里/小时"), with_known_units("10 км/ч")
    ('5 m per s', '90 km / h', '10 km/h')
    >>> with_known_units("5 apples per day")
    '5 apples per day'
    """
    if not text.isascii():
        if _EAST_ASIAN.search(text):
            text = _with_characters_read(text)
        if _CYRILLIC.search(text):
            text = _DEGREE_SIGN.sub("°C", text)
    if not any(map(_unit_of, _WORD.findall(text))):
        return text
    return _WORD.sub(_as_known, text)


def _as_known(match: re.Match[str]) -> str:
    word = match[0]
    if len(word) == 1 and match.string[: match.start()][-1:].isdigit():
        return word  # the `e` of `1e9`
    return _unit_of(word) or _BESIDE_UNITS.get(_folded(word), word)


_WORD: Final = re.compile(
    r"(?<![\\A-Za-z])(?:p[eo]u?r c[ei]e?nto?|all['’]ora|[A-Za-zÀ-ÖØ-öø-ÿ\u0400-\u04ff]+(?:(?<=кв|уб)\.)?)(?![A-Za-z])"
)
_EAST_ASIAN: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_DEGREE_SIGN: Final = re.compile("°\\s?\u0421(?![\u0400-\u04ff])")

_ONLY_CYRILLIC: Final = re.compile("[бвгджзийклмнптфцчшщъыьэюяБГДЖЗИЙЛПУФЦЧШЩЪЫЬЭЮЯ]")
"""Letters that no Latin one looks like."""
_NUMBER_AND_WORD: Final = re.compile(r"[-−]?\d[\d.,]*\s+[^\W\d_]+")


def with_cyrillic_units(text: str) -> str:
    """Return `text` with its Russian units as symbols, before letters that look like Latin ones are taken for those.

    >>> with_cyrillic_units("5 Н"), with_cyrillic_units("х + с")
    ('5 N', 'х + с')
    """
    is_russian = _CYRILLIC.search(text) and (_ONLY_CYRILLIC.search(text) or _NUMBER_AND_WORD.fullmatch(text))
    return with_known_units(text) if is_russian else text


_NAMES: Final = {
    "m": "metro metros metri metern metre metres",
    "g": "gramm gramo gramos grammo grammi grama gramas gramme grammes",
    "L": "litro litros litri litern litre litres",
    "s": "segundo segundos secondo secondi sekunde sekunden seconde secondes",
    "W": "vatio vatios", "V": "voltio voltios", "A": "amperio amperios", "Ω": "ohmio ohmios", "J": "julio julios",
    "Hz": "hercio hercios",
}  # fmt: skip
"""Units that take prefixes, by the names that they have without accents."""
_PREFIXES: Final = {
    "kilo": "k", "chilo": "k", "quilo": "k", "centi": "c", "zenti": "c", "milli": "m", "mili": "m", "micro": "μ",
    "mikro": "μ", "nano": "n", "mega": "M", "giga": "G", "deci": "d", "dezi": "d", "hecto": "h", "hekto": "h",
}  # fmt: skip
_WHOLE_NAMES: Final = {
    "h": "hora horas heure heures stunde stunden",
    "min": "minuto minutos minuti minuten",
    "day": "dia dias jour jours giorno giorni tage tagen",
    "week": "semana semanas semaine semaines woche wochen settimana settimane",
    "month": "mes meses mois monat monate monaten mese mesi",
    "yr": "ano anos anno anni ans annee annees jahr jahre jahren",
    "t": "tonelada toneladas tonnen tonnellata tonnellate",
    "°": "grados grado gradi graus grau degres degre",
    "%": "prozent",
    "USD": "dolar dolares dollari",
    "lb": "libra libras", "mi": "milla millas", "inch": "pulgada pulgadas", "oz": "onza onzas", "yd": "yarda yardas",
    "gal": "galon galones",
}  # fmt: skip
_PHRASES: Final = {
    "por ciento": "%", "por cento": "%", "pour cent": "%", "per cento": "%", "all'ora": "per h", "all’ora": "per h",
}  # fmt: skip
_ENGLISH: Final = ("metre", "metres", "litre", "litres", "gramme", "grammes")
"""Names that English has as well, without an accent."""
_WITH_A_CAPITAL: Final = {"Tag": "day", "Grad": "°"}
"""German nouns that are English words in small letters."""
_GERMAN_POWERS: Final = {"quadrat": "square", "kubik": "cubic"}
_BESIDE_UNITS: Final = {
    "pro": "per", "par": "per", "por": "per", "al": "per", "all": "per", "alla": "per", "в": "per", "на": "per",
    "und": "and", "et": "and", "y": "and", "e": "and", "и": "and", "um": "", "de": "",
    "cuadrado": "squared", "cuadrados": "squared", "quadrado": "squared", "quadrados": "squared", "carre": "squared",
    "carres": "squared", "carree": "squared", "quadrato": "squared", "quadrati": "squared", "cubico": "cubed",
    "cubicos": "cubed", "cube": "cubed", "cubes": "cubed", "cubo": "cubed", "cubi": "cubed",
    "кв": "square", "кв.": "square", "куб": "cubic", "куб.": "cubic", "цельсия": "celsius", "фаренгейта": "fahrenheit",
}  # fmt: skip
"""Words that mean something only beside one of these units."""

_RUSSIAN_NAMES: Final = re.compile(
    "(кило|санти|милли|микро|нано|мега|деци|гига)?(?:"
    "(?P<m>метр(?:а|ов|ы|ах)?)|(?P<g>грамм(?:а|ов|ы)?)|(?P<L>литр(?:а|ов|ы)?)|(?P<s>секунд(?:а|ы|у)?)|"
    "(?P<min>минут(?:а|ы|у)?)|(?P<h>час(?:а|ов|ы)?)|(?P<day>день|дня|дней|сут(?:ки|ок))|"
    "(?P<week>недел(?:я|и|ь|ю))|(?P<month>месяц(?:а|ев)?)|(?P<yr>год(?:а|ов)?|лет)|(?P<t>тонн(?:а|ы|у)?)|"
    "(?P<N>ньютон(?:а|ов)?)|(?P<J>джоул(?:ь|я|ей))|(?P<W>ватт(?:а|ов)?)|(?P<V>вольт(?:а)?)|"
    "(?P<A>ампер(?:а)?)|(?P<ohm>ом(?:а|ов)?)|(?P<Hz>герц(?:а)?)|(?P<Pa>паскал(?:ь|я|ей))|"
    "(?P<mol>мол(?:ь|я|ей))|(?P<C>кулон(?:а|ов)?)|(?P<K>кельвин(?:а|ов)?)|(?P<deg>градус(?:а|ов|ы)?)|"
    "(?P<percent>процент(?:а|ов|ы)?)|(?P<square>квадратн(?:ый|ых|ого|ые))|(?P<cubic>кубическ(?:ий|их|ого|ие)))"
)
_RUSSIAN_PREFIXES: Final = {
    "кило": "k", "санти": "c", "милли": "m", "микро": "μ", "нано": "n", "мега": "M", "деци": "d", "гига": "G",
}  # fmt: skip
_RUSSIAN_SYMBOLS: Final = re.compile(
    "(мк|[кмнпМГсд])?(м|г|с|Н|Дж|Вт|В|А|Ом|Ф|Кл|Гц|Па|л|моль|Тл|Вб|Гн|эВ|кал)|ч|мин|сут|т|К|га|атм|рад|град|час"
)
_RUSSIAN_LETTERS: Final = {
    "мк": "μ", "к": "k", "м": "m", "н": "n", "п": "p", "М": "M", "Г": "G", "с": "c", "д": "d", "г": "g", "Н": "N",
    "Дж": "J", "Вт": "W", "В": "V", "А": "A", "Ом": "Ω", "Ф": "F", "Кл": "C", "Гц": "Hz", "Па": "Pa", "л": "L",
    "моль": "mol", "Тл": "T", "Вб": "Wb", "Гн": "H", "эВ": "eV", "кал": "cal", "ч": "h", "час": "h", "мин": "min",
    "сут": "day", "т": "t", "К": "K", "га": "ha", "атм": "atm", "рад": "rad", "град": "°",
}  # fmt: skip


@cache
def _latin_names() -> dict[str, str]:
    """All names in Latin letters, folded, with their symbols."""
    known = {name: symbol for symbol, names in (_NAMES | _WHOLE_NAMES).items() for name in names.split()}
    for symbol, names in _NAMES.items():
        for name in names.split():
            known |= {prefix + name: letter + symbol for prefix, letter in _PREFIXES.items()}
    for german, english in _GERMAN_POWERS.items():
        for prefix, letter in {"": "", "kilo": "k", "zenti": "c", "milli": "m", "dezi": "d"}.items():
            known |= {f"{german}{prefix}{name}": f"{english} {letter}m" for name in ("meter", "metern")}
    return known


def _unit_of(word: str) -> str:
    """The symbol of a word that is a unit in another language, empty where it is none."""
    if word in _PHRASES:
        return _PHRASES[word]
    if word in _WITH_A_CAPITAL:
        return _WITH_A_CAPITAL[word]
    if _CYRILLIC.match(word):
        return _russian(word)
    if word.isascii() and word.lower().endswith(_ENGLISH):
        return ""
    return _latin_names().get(_folded(word), "")


def _folded(word: str) -> str:
    """A word in small letters, without the accents of Latin ones."""
    word = word.lower()
    if word.isascii() or _CYRILLIC.match(word):
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


_ROUBLES: Final = frozenset({"руб", "руб.", "рубль", "рубля", "рублей"})


def _russian(word: str) -> str:
    name = _RUSSIAN_NAMES.fullmatch(word.lower())
    if name is not None:
        symbol = {"ohm": "Ω", "deg": "°", "percent": "%"}.get(name.lastgroup or "", name.lastgroup or "")
        return _RUSSIAN_PREFIXES.get(name[1] or "", "") + symbol
    match = _RUSSIAN_SYMBOLS.fullmatch(word)
    if match is None:
        return "₽" if word in _ROUBLES else ""
    prefix, base = match[1] or "", match[2] or match[0]
    base = "s" if base == "с" else _RUSSIAN_LETTERS[base]
    return (_RUSSIAN_LETTERS[prefix] if prefix else "") + base


_CHARACTERS: Final = {
    "m": "米 公尺 メートル 미터", "g": "克 公克 グラム 그램", "L": "升 公升 リットル 리터", "s": "秒 秒钟 秒鐘 초",
    "W": "瓦特 瓦 ワット 와트", "V": "伏特 伏 ボルト 볼트", "A": "安培 安 アンペア 암페어",
    "Ω": "欧姆 歐姆 欧 オーム 옴", "J": "焦耳 焦 ジュール 줄", "N": "牛顿 牛頓 牛 ニュートン 뉴턴",
    "Pa": "帕斯卡 帕 パスカル 파스칼", "Hz": "赫兹 赫茲 赫 ヘルツ 헤르츠", "F": "法拉", "H": "亨利", "C": "库仑 庫侖",
    "T": "特斯拉", "Wb": "韦伯", "mol": "摩尔 摩爾 モル 몰", "eV": "电子伏特 电子伏", "Wh": "瓦时 瓦特小时",
    "K": "开尔文 ケルビン", "cal": "卡路里 卡 カロリー",
}  # fmt: skip
_CHARACTER_PREFIXES: Final = {
    "千": "k", "毫": "m", "微": "μ", "纳": "n", "奈": "n", "兆": "M", "厘": "c", "分": "d", "キロ": "k", "センチ": "c",
    "ミリ": "m", "マイクロ": "μ", "ナノ": "n", "メガ": "M", "킬로": "k", "센티": "c", "밀리": "m",
}  # fmt: skip
_WHOLE_CHARACTERS: Final = {
    "km": "公里", "kg": "公斤", "cm": "公分", "t": "吨 噸 公噸 トン 톤", "h": "小时 小時 時間 个小时 個小時 시간 时",
    "min": "分钟 分鐘 分 분",
    "day": "天 日 일", "week": "星期 周 週 週間 个星期 주", "month": "个月 個月 ヶ月 か月 개월",
    "yr": "年 년", "°C": "摄氏度 攝氏度 섭씨", "°F": "华氏度 華氏度 화씨", "°": "度 도", "rad": "弧度 ラジアン",
    "CNY": "元 人民币 块", "USD": "美元 美金 ドル 달러", "EUR": "欧元 歐元 ユーロ 유로", "GBP": "英镑 英鎊",
    "JPY": "日元 日圆 円", "INR": "卢比", "KRW": "원", "%": "パーセント 퍼센트", "ha": "公顷", "mi": "英里 マイル 마일",
    "ft": "英尺 フィート", "inch": "英寸 インチ", "lb": "磅 ポンド", "oz": "盎司", "gal": "加仑", "nmi": "海里",
    "ly": "光年", "/": "每 毎 /", "square": "平方 제곱", "cubic": "立方 세제곱",
    "s^{2}": "二次方秒 平方秒", "* 10^{4}": "万 萬", "* 10^{8}": "亿 億",
}  # fmt: skip
_SPEED_BEFORE: Final = re.compile(
    r"(?:每|毎)?(?P<time>小时|小時|分钟|分|秒|时|時)(?:速)?\s*(?P<number>\d[\d.,]*)\s*(?P<unit>[^\d\s]{1,8})"
)
"""`每秒5米`, `时速60公里`: the time stands before the number."""


@cache
def _character_names() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern of all names in East Asian characters, longest first, and what each stands for."""
    known = {name: symbol for symbol, names in (_CHARACTERS | _WHOLE_CHARACTERS).items() for name in names.split()}
    for symbol, names in _CHARACTERS.items():
        for name in names.split():
            known |= {prefix + name: letter + symbol for prefix, letter in _CHARACTER_PREFIXES.items()}
    longest_first = sorted(known, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), known


def _with_characters_read(text: str) -> str:
    """The text with East Asian units as symbols; names that are not known stay, and make it unreadable."""
    pattern, known = _character_names()
    before = _SPEED_BEFORE.fullmatch(text.strip())
    if before is not None:
        text = f"{before['number']} {before['unit']}/{'时' if before['time'] == '時' else before['time']}"
    if "/" in text and not text.isascii():
        text = text.replace("／", "/")
    return " ".join(pattern.sub(lambda m: f" {known[m[0]]} ", text).split())

"""HTML in a text, as a reader sees it: tags and entities taken off, what is struck out or hidden left out."""

import re
from html import unescape

_STRUCK = re.compile(r"~~[^~\n]{1,200}~~")
_UNSEEN = re.compile(
    r"<(?P<struck>del|s|strike|script|style|template)>.{0,500}?</(?P=struck)>|"
    r"<(?P<hidden>[a-z]{1,10})\s[^<>]{0,200}?(?:\bhidden\b|display\s*:\s*none|visibility\s*:\s*hidden|"
    r"color\s*:\s*(?:white|transparent))[^<>]{0,200}>.{0,500}?</(?P=hidden)>",
    re.IGNORECASE | re.DOTALL,
)
"""What is crossed out, and what a browser does not show."""
_STACKED = re.compile(r"<sup>(\d{1,20})</sup>\s?(?:/|⁄|&frasl;)\s?<sub>(\d{1,20})</sub>", re.IGNORECASE)
"""`<sup>3</sup>/<sub>4</sub>`, a fraction."""
_RAISED = re.compile(r"<(sup|sub)>([^<>]{1,40})</\1>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br\s{0,3}/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:b|i|u|a|p|em|strong|span|div|font|code|mark|center|h[1-6]|li|ul|ol|table|tr|td|th|tbody|thead|big|"
    r"small|kbd|"
    r"tt|pre)(?:\s[^<>]{0,200})?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8}\d{0,2});")


def without_html(text: str) -> str:
    r"""Return `text` without the tags and entities of HTML; text without any is returned as it is.

    Only a text that closes a tag, or breaks a line with one, holds HTML: `a<b>c` is an inequality.

    >>> without_html("<p>x<sup>2</sup> &minus; <b>4</b></p>"), without_html("<s>5</s> 6"), without_html("a<b>c")
    ('x^{2} − 4\n', '  6', 'a<b>c')
    """
    if "~" in text and "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "<" in text and ("</" in text or "<br" in text):
        text = _STACKED.sub(r"\1/\2", _UNSEEN.sub(" ", text))
        text = _RAISED.sub(lambda match: f"{'^' if match[1].lower() == 'sup' else '_'}{{{match[2]}}}", text)
        text = _INLINE_TAG.sub("", _LINE_TAG.sub("\n", text))
    if "&" in text and ";" in text:
        text = _ENTITY.sub(lambda match: unescape(match[0]), text)
    return text

"""Text that can be written anywhere."""


def without_surrogates(text: str) -> str:
    """Return `text` with every lone surrogate replaced by U+FFFD: neither UTF-8 nor Parquet can hold one.

    JSON can carry them as escapes, so that models and files do write them.

    >>> without_surrogates("2" + chr(0xD83D))
    '2\ufffd'
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

"""Keeping secrets out of everything that is shown or stored."""

import re
from typing import Any

HIDDEN = "(hidden)"
_USER_INFO = re.compile(r"(?<=://)[^/\s'\"]+@")
_SECRET_KEY = re.compile(r"key|token|secret|passw|credential|authorization", re.IGNORECASE)
_VARIABLE_ALONE = re.compile(r"\$\{\w+\}")


def is_secret(key: str) -> bool:
    """Whether a key of this name holds a secret; counts such as `max_tokens` are none."""
    return bool(_SECRET_KEY.search(key)) and not key.endswith("tokens")


def without_user_info(text: str) -> str:
    """Return text with name and password taken out of its URLs."""
    return _USER_INFO.sub("", text)


def hide_secrets(value: Any, *, secret: bool = False) -> Any:
    """Return a configuration with literal keys and passwords hidden; a bare `${VAR}` may be shown."""
    if isinstance(value, dict):
        return {name: hide_secrets(item, secret=secret or is_secret(str(name))) for name, item in value.items()}
    if isinstance(value, list):
        return [hide_secrets(item, secret=secret) for item in value]
    if secret and value is not None and not _VARIABLE_ALONE.fullmatch(str(value)):
        return HIDDEN
    return without_user_info(value) if isinstance(value, str) else value

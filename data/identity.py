"""Content identities: the same content always gets the same id, on any machine.

An id is the first 128 bits of a SHA-256 over canonical JSON (sorted keys, no spaces, UTF-8), as 32
hexadecimal characters. 128 bits keep the chance of one collision among 10 billion records below 1e-18.
"""

import hashlib
import json
from collections.abc import Iterable

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: object) -> str:
    """Render `value` as JSON that is equal exactly when the values are equal."""
    return _ENCODER.encode(value)


def content_id(kind: str, value: object) -> str:
    """Return the id of `value` as a record of `kind`; kinds never share an id."""
    digest = hashlib.sha256(f"{kind}\n".encode())
    digest.update(canonical_json(value).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def set_id(kind: str, ids: Iterable[str]) -> str:
    """Return the id of a set of ids; their order does not matter.

    >>> set_id("shard", ["b", "a"]) == set_id("shard", ["a", "b"])
    True
    """
    return content_id(kind, sorted(ids))

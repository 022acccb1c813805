"""The frames that the pool and its workers exchange: four bytes of length, then that much JSON.

JSON can only ever become plain values, so nothing that a model wrote is unpickled, imported or run on
either side.
"""

import struct
from typing import TypeVar

from pydantic import Field, TypeAdapter

from data.plain_text import without_surrogates
from data.records import Problem, Record, Verdict

_R = TypeVar("_R", Problem, Verdict)
_LENGTH = struct.Struct(">I")
MARK = struct.Struct("<q")
"""What a worker writes to its progress pipe as it takes up an item: `time.monotonic_ns()`."""


class Batch(Record):
    """One request: the distinct problems, and the items that refer to them."""

    problems: tuple[Problem, ...]
    items: tuple[tuple[int, str, bool], ...]
    """Index of the problem, the text, and whether the text is a bare answer."""


class Ready(Record):
    """The first frame of a worker: it has imported everything and waits for a batch."""

    verifier: str
    policy: str = Field(description="hash of the policy in force")


VERDICTS: TypeAdapter[list[Verdict]] = TypeAdapter(list[Verdict])
"""One reply: the verdicts of the next items of the batch, in their order."""


def encodable(record: _R) -> _R:
    """Return `record` without lone surrogates, which models can write as escapes and JSON cannot carry."""
    update: dict[str, object] = {}
    for name, value in record:
        if isinstance(value, str):
            update[name] = without_surrogates(value)
        elif isinstance(value, tuple):
            update[name] = tuple(map(without_surrogates, value))
    return record.model_copy(update=update)


def frame(payload: bytes) -> bytes:
    """Return `payload` with its length before it."""
    return _LENGTH.pack(len(payload)) + payload


class FrameReader:
    """Cuts a stream of bytes back into frames, however the pipe has cut it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take in `data` and return the frames that are complete now."""
        self._buffer += data
        frames = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            end = start + _LENGTH.size + length
            if len(self._buffer) < end:
                break
            frames.append(bytes(self._buffer[start + _LENGTH.size : end]))
            start = end
        del self._buffer[:start]
        return frames

"""A stub teacher that answers at once, in a process of its own: what is measured is the build, not a model.

It speaks just enough HTTP/1.1 and JSON, without a web framework, so that it costs the machine little.
"""

import asyncio
import json
from contextlib import AbstractContextManager

from benchmarks.stub_server import running, serve

MODELS = {"object": "list", "data": [{"id": "stub"}]}
REASONING = " ".join(f"Step {n}: we look at what is asked, write down what we know and compute." for n in range(1, 16))


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with an empty buffer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer every complete request in the buffer."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            self.reply(complete(json.loads(body)) if body else MODELS)

    def reply(self, answer: dict[str, object]) -> None:
        """Send one JSON answer."""
        text = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        self.transport.write(head.encode() + text)


def complete(body: dict) -> dict[str, object]:
    """Answer `What is A + B?`: right for even seeds, off by one for odd ones."""
    words = body["messages"][-1]["content"].split()
    total = int(words[2]) + int(words[4].rstrip("?"))
    choices = []
    for index in range(body.get("n", 1)):
        answer = total + (body["seed"] + index) % 2
        text = f"{REASONING}\n{words[2]} + {words[4].rstrip('?')} = {answer}\n\\boxed{{{answer}}}"
        choices.append({"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"})
    return {"choices": choices, "usage": {"prompt_tokens": 20, "completion_tokens": 250 * len(choices)}}


def stub_teacher() -> AbstractContextManager[str]:
    """Run the stub in a process of its own; the context is its base URL."""
    return running("benchmarks.stub_teacher")


if __name__ == "__main__":
    asyncio.run(serve(Connection))

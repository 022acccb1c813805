"""A stub that answers as a GPU server with continuous batching does, in a process of its own.

A fixed number of slots decode together; a step takes the same time however many of them are taken, as it does
where reading the weights is what takes the time. Whoever finds no slot waits in line. Lengths are drawn from a
log-normal distribution by the seed of each sample, so that the same request is always as long. It speaks just
enough HTTP/1.1 and JSON, without a web framework, and vLLM's `/metrics`.

    GET /stats → {"tokens": …, "samples": …, "first": …, "last": …, "busy": …}    times of the machine's clock
"""

import asyncio
import json
import math
import random
import time
from collections import deque
from contextlib import AbstractContextManager

from benchmarks.stub_server import running, serve

SLOTS, TOKENS_PER_SECOND = 256, 20_000
MEDIAN_TOKENS, SPREAD, MOST_TOKENS = 200, 0.9, 2048
"""Of the log-normal lengths: the longest hundredth is eight times the median and more."""
TEXT = "we look at what is asked and write down all that we know then compute one step after another and check it"
PROSE = " ".join(random.Random(1).choices(TEXT.split(), k=8_000))
"""Long enough for the longest sample from any of the places where one begins; nothing in it comes again and again."""
PLACES = 10_000


def tokens_of(seed: int) -> int:
    """Return the length of the sample with a seed."""
    drawn = random.Random(seed).lognormvariate(math.log(MEDIAN_TOKENS), SPREAD)
    return max(8, min(MOST_TOKENS, round(drawn)))


class Gpu:
    """The slots, the line before them, and what was done."""

    def __init__(self) -> None:
        self.step_s = SLOTS / TOKENS_PER_SECOND
        self.free = SLOTS
        self.line: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.tokens = self.samples = 0
        self.first = self.last = self.busy = 0.0

    async def decode(self, tokens: int) -> None:
        """Take a slot for as many steps as there are tokens."""
        self.first = self.first or time.monotonic()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.line.append((tokens, done))
        self.fill()
        await done

    def fill(self) -> None:
        """Let in who waits."""
        while self.free and self.line:
            tokens, done = self.line.popleft()
            self.free -= 1
            asyncio.get_running_loop().call_later(tokens * self.step_s, self.end, tokens, done)

    def end(self, tokens: int, done: "asyncio.Future[None]") -> None:
        """Free a slot."""
        self.free += 1
        self.tokens += tokens
        self.samples += 1
        self.busy += tokens * self.step_s
        self.last = time.monotonic()
        self.fill()
        if not done.cancelled():
            done.set_result(None)

    def page(self, path: bytes) -> bytes:
        """Return what a GET answers."""
        if path == b"/metrics":
            running, waiting = SLOTS - self.free, len(self.line)
            return (
                f'vllm:num_requests_running{{engine="0"}} {running}.0\n'
                f'vllm:num_requests_waiting{{engine="0"}} {waiting}.0\nvllm:kv_cache_usage_perc{{engine="0"}} 0.5\n'
            ).encode()
        if path == b"/stats":
            names = ("tokens", "samples", "first", "last", "busy")
            stats = {name: getattr(self, name) for name in names}
            self.tokens = self.samples = 0
            self.first = self.last = self.busy = 0.0
            return json.dumps(stats).encode()
        return json.dumps({"object": "list", "data": [{"id": "stub"}]}).encode()


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.buffer = b""
        self.answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every complete request in the buffer."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            if head.startswith(b"GET"):
                self.reply(self.gpu.page(head.split(b" ", 2)[1]))
            else:
                task = asyncio.get_running_loop().create_task(self.complete(json.loads(body)))
                self.answering.add(task)
                task.add_done_callback(self.answering.discard)

    async def complete(self, body: dict) -> None:
        """Answer `What is A + B ?` when its tokens are decoded: right for even seeds, off by one for odd ones."""
        words = body["messages"][-1]["content"].split()
        total = int(words[2]) + int(words[4])
        lengths = [tokens_of(body["seed"] + index) for index in range(body.get("n", 1))]
        await asyncio.gather(*(self.gpu.decode(length) for length in lengths))
        choices = []
        for index, length in enumerate(lengths):
            answer = total + (body["seed"] + index) % 2
            begin = (body["seed"] + index) % PLACES
            content = f"{PROSE[begin : begin + length * 4]}\n{words[2]} + {words[4]} = {answer}\n\\boxed{{{answer}}}"
            message = {"role": "assistant", "content": content}
            choices.append({"index": index, "message": message, "finish_reason": "stop"})
        usage = {"prompt_tokens": 20, "completion_tokens": sum(lengths)}
        self.reply(json.dumps({"choices": choices, "usage": usage}).encode())

    def reply(self, text: bytes) -> None:
        """Send one answer."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        self.transport.write(head.encode() + text)


def gpu_stub() -> AbstractContextManager[str]:
    """Run the stub in a process of its own; the context is its base URL."""
    return running("benchmarks.gpu_stub")


if __name__ == "__main__":
    gpu = Gpu()
    asyncio.run(serve(lambda: Connection(gpu)))

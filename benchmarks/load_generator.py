"""A bare load generator: sends given requests to given servers, so many at once, and does nothing with the answers.

    python -m benchmarks.load_generator REQUESTS.jsonl IN_FLIGHT URL [URL …]

It runs in a process of its own, as a build does, and prints one JSON object.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp


async def generate(bodies: list[bytes], in_flight: int, urls: list[str]) -> dict[str, float]:
    """Send all requests, each to the server with the fewest in flight."""
    busy = dict.fromkeys(urls, 0)
    left = iter(bodies)
    tokens = 0

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"Content-Type": "application/json"},
    ) as session:

        async def work() -> None:
            nonlocal tokens
            for body in left:
                url = min(busy, key=busy.__getitem__)
                busy[url] += 1
                async with session.post(f"{url}/chat/completions", data=body) as response:
                    answer = await response.json()
                busy[url] -= 1
                tokens += answer["usage"]["completion_tokens"]

        began = time.monotonic()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return {"tokens": tokens, "seconds": time.monotonic() - began, "requests": len(bodies)}


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    print(json.dumps(asyncio.run(generate(lines, int(sys.argv[2]), sys.argv[3:]))))

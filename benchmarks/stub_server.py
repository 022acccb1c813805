"""Running a stub in a process of its own: it prints its port, then serves until it is killed."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def running(module: str) -> Iterator[str]:
    """Run `python -m module`, and yield its base URL."""
    process = subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def serve(connection: Callable[[], asyncio.Protocol]) -> None:
    """Serve until killed, a `connection` for each client."""
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

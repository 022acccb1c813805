"""A port of this machine on which a server is about to listen."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a port of 127.0.0.1 that nobody else is given while the body runs.

    It is bound, and nobody listens on it: whoever looks for a free port is given another, and connections are refused
    until a server listens. Linux lets a server bind beside it that sets `SO_REUSEADDR`, as vLLM's and asyncio's do.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])

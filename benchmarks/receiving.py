"""Receivers of webhooks that do nothing but accept.

One runs in a process of its own, `python -m benchmarks.receiving`: it says on its first line which port it listens on, and ends
with its standard input. The other one listens in this process and tells what it hears.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

import httpx

_ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Receiver(asyncio.Protocol):
    """Counts the bytes of a request, whichever pieces they come in, and accepts it; `heard` gets the body."""

    def __init__(self, heard: Callable[[bytes], None] | None = None) -> None:
        self._heard = heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, rest = self._read.partition(b"\r\n\r\n")
            found = _LENGTH.search(head)
            length = int(found[1]) if found else 0
            if len(rest) < length:
                return
            self._read = rest[length:]
            if self._heard:
                self._heard(rest[:length])
            self._transport.write(_ACCEPTED)  # type: ignore[attr-defined]


async def serve() -> None:
    """Accept until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Receiver, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@asynccontextmanager
async def receiver() -> AsyncIterator[int]:
    """Run a receiver for the length of the block; gives its port."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.receiving", stdin=pipe, stdout=pipe)
    assert process.stdin
    assert process.stdout
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def listening(heard: Callable[[bytes], None]) -> AsyncIterator[int]:
    """Listen in this process for the length of the block; gives the port."""
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(heard), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def post_bare(url: str, bodies: Sequence[str], *, at_once: int) -> float:
    """Post bodies with a client that does nothing else, so many at once; returns how many seconds that takes."""
    waiting = iter(bodies)
    limits = httpx.Limits(max_connections=at_once)
    async with httpx.AsyncClient(trust_env=False, limits=limits) as client:

        async def post() -> None:
            for body in waiting:
                answer = await client.post(url, content=body.encode(), headers={"Content-Type": "application/json"})
                answer.raise_for_status()

        started = perf_counter()
        await asyncio.gather(*(post() for _ in range(at_once)))
        return perf_counter() - started


if __name__ == "__main__":
    asyncio.run(serve())

"""Receivers of webhooks on real sockets: well behaved ones, and ones that do whatever a stranger's server may do."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.serving import serving


@dataclass(frozen=True)
class Message:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Behaviour = Callable[[Message, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receivers:
    """Many receivers on one port, told apart by their path; what is said of none answers 204 with nothing."""

    port: int = 0
    messages: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    connections: int = 0

    def url(self, path: str, *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while message := await _read(reader):
                self.messages[message.path].append(message)
                await self.behaviours.get(message.path, answer(204))(message, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receivers(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receivers]:
    """Serve receivers until the end of the block, whatever they are in the middle of."""
    made = Receivers()
    async with serving(made.serve, tls=tls) as made.port:
        yield made


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer so; the names of headers are written with `_`."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} So", f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in told.items())]
    raw = "\r\n".join([*lines, "", ""]).encode() + body

    async def behave(_: Message, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return behave


def raw(sent: bytes) -> Behaviour:
    """Answer with these bytes and close."""

    async def behave(_: Message, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        raise OSError

    return behave


async def hang(_: Message, __: asyncio.StreamWriter) -> None:
    """Say nothing, ever."""
    await asyncio.Event().wait()


def drip(beginning: bytes, every: float = 0.02) -> Behaviour:
    """Begin an answer, then send one byte after the other without an end."""

    async def behave(_: Message, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(every)

    return behave


async def megabytes(message: Message, writer: asyncio.StreamWriter) -> None:
    """Accept, and never come to the end of saying so."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"n" * 2**20)
    await hang(message, writer)


async def _read(reader: asyncio.StreamReader) -> Message | None:
    """Return the next request of a connection, None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Message(first.split(" ")[1], headers, body)

"""A proxy between the services and PostgreSQL, that can refuse, reset, delay, or say nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.serving import serving

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Proxy:
    """Passes bytes on in both directions, each piece of them after `delay` seconds; while it `refuses` nobody gets in."""

    reach: Callable[[], Awaitable[Opened]]
    port: int = 0
    refuses: bool = False
    delay: float = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _speaking: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._speaking.set()

    def be_silent(self, silent: bool) -> None:  # noqa: FBT001 - what it shall be
        """Keep what comes, or pass it on again."""
        self._speaking.clear() if silent else self._speaking.set()

    def reset(self) -> None:
        """Break every connection at once, as a firewall that forgot them does."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one client, until either side closes."""
        if self.refuses:
            writer.transport.abort()
            return
        opened = [writer]
        try:
            beyond, to_beyond = await self.reach()
            opened.append(to_beyond)
            self._writers.update(opened)
            both = {asyncio.create_task(self._pass(reader, to_beyond)), asyncio.create_task(self._pass(beyond, writer))}
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        except OSError:
            pass  # nobody is there: the client finds its connection closed
        finally:
            self._writers.difference_update(opened)
            for one in opened:
                one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(2**16):
                await asyncio.sleep(self.delay)
                await self._speaking.wait()
                writer.write(piece)
                await writer.drain()


@asynccontextmanager
async def proxy(reach: Callable[[], Awaitable[Opened]]) -> AsyncIterator[Proxy]:
    """Serve a proxy until the end of the block; `reach` opens a connection to what is beyond it."""
    made = Proxy(reach)
    async with serving(made.serve) as made.port:
        yield made

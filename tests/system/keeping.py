"""Services that are started again whenever they end, as a service manager does."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from tests.waiting import PATIENCE

Start = Callable[[], Awaitable[asyncio.subprocess.Process]]

CANNOT_START = 2
"""How a service ends that finds no database: it has said so in one line, and is started again."""

_PAUSE = 0.2  # seconds until it is started again


class Kept:
    """One service. `ends` are the exit statuses with which it ended by itself, other than for want of a database."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._process: asyncio.subprocess.Process | None = None
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._asked_to_end = False
        self.ends: list[int] = []
        self._keeping = asyncio.create_task(self._keep())

    async def kill(self) -> None:
        """End it at once; `go_on` lets it be started again."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end and wait until it has."""
        await self._end(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)

    def go_on(self) -> None:
        """Let it run again."""
        self._wanted.set()

    async def aclose(self) -> None:
        """Stop it for good."""
        await self.stop()
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)

    async def _end(self, number: signal.Signals) -> None:
        self._wanted.clear()
        self._asked_to_end = True
        self.send(number)
        if self._process:
            await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def _keep(self) -> None:
        while True:
            await self._wanted.wait()
            self._asked_to_end = False
            self._process = await self._start()
            if not self._wanted.is_set():  # it was to end while it was being started
                self._process.kill()
            status = await self._process.wait()
            if not self._asked_to_end and status != CANNOT_START:
                self.ends.append(status)
            await asyncio.sleep(_PAUSE)

"""Waiting for events: whoever waits holds no transaction and no connection, and the database is asked once for all of them."""

import asyncio
from typing import Annotated

import structlog
from fastapi import Depends, Request

from shared.db.engine import Database, translated
from shared.db.listening import listening
from shared.db.views.events import last_position
from shared.domain.events import Position
from shared.errors import DatabaseUnavailable

_ASK_EVERY = 0.5  # seconds
"""Also while it listens: what was told of can be read only when every earlier transaction has ended."""

_log = structlog.get_logger(__name__)


class News:
    """Tells those who wait when there is an event after the place they have come to."""

    def __init__(self, database: Database, province: str, *, every: float = _ASK_EVERY) -> None:
        self._database = database
        self._province = province
        self._every = every
        self.waiting: dict[asyncio.Future[None], Position] = {}
        self._asking: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self.stopped = False

    async def after(self, position: Position, seconds: float) -> None:
        """Return when there is an event after a position, when the time is up, or when the database or the service ends."""
        if self.stopped:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting[waiter] = position
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        finally:
            del self.waiting[waiter]

    def stop(self) -> None:
        """Let everybody go who waits, and nobody wait any more."""
        self.stopped = True
        self._release(None)

    async def _ask(self) -> None:
        """Ask as long as anybody waits, at once when something is told; when that fails let them go, they ask for themselves."""
        async with listening(self._database, self._province, self._heard.set):
            while self.waiting:
                self._heard.clear()
                try:
                    self._release(await self._last(), all_of_them=False)
                except DatabaseUnavailable:
                    _log.warning("news_not_read")
                    self._release(None)
                await self._hear()

    async def _hear(self) -> None:
        """Return when something is told, or it is time to look."""
        try:
            async with asyncio.timeout(self._every):
                await self._heard.wait()
        except TimeoutError:
            pass

    async def _last(self) -> Position | None:
        with translated():
            async with self._database.engine.connect() as connection:
                return await last_position(connection, self._province)

    def _release(self, last: Position | None, *, all_of_them: bool = True) -> None:
        for waiter, position in self.waiting.items():
            if not waiter.done() and (all_of_them or (last is not None and last > position)):
                waiter.set_result(None)


async def news(request: Request) -> News:
    """Return what tells of events in the application that answers."""
    found = request.app.state.news
    if not isinstance(found, News):
        raise TypeError("the application was not built by create_app")
    return found


TheNews = Annotated[News, Depends(news)]

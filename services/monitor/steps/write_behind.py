"""Writing one page while the next is read."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

from shared.db.stores.sources import Counts

Write = Callable[[], Awaitable[Counts]]


class WriteBehind:
    """Runs writes one at a time in the order they came, and adds what each stored to `counts`.

    A block that ends, also by an error, waits for the write under way, so that what was read before a source broke off is
    stored; one that is cancelled cancels it. A write that fails raises its error at the next `add` or at the end of the block,
    over any error of the block's own.
    """

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._under_way: asyncio.Future[Counts] | None = None

    async def __aenter__(self) -> "WriteBehind":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._under_way and kind and not issubclass(kind, Exception):
            self._under_way.cancel()
            await asyncio.wait([self._under_way])
        else:
            await self._finish()

    async def add(self, write: Write) -> None:
        """Wait for the write before, then start this one."""
        await self._finish()
        self._under_way = asyncio.ensure_future(write())

    async def _finish(self) -> None:
        if self._under_way:
            under_way, self._under_way = self._under_way, None
            self._counts.add(await under_way)

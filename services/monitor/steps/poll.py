"""One poll of one source: from where it was stored to the end, page by page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

import structlog

from services.monitor.sources.source import Head, Listing
from services.monitor.steps.ingest import Item, open_items
from services.monitor.steps.pace import Pace
from services.monitor.steps.paging import Position, following, stored_up_to
from services.monitor.steps.write_behind import WriteBehind
from shared.config import PollConfig
from shared.db.engine import Database, clock, fence, retried, translated
from shared.db.stores import sources
from shared.db.stores.refusals import Refusal
from shared.db.stores.sources import Counts, Lease
from shared.errors import DatabaseUnavailable, LeaseLost, SourceError, SourcePayload

log = structlog.get_logger()

Prepared = TypeVar("Prepared")

_SWEEP_EVERY = timedelta(days=1)
_SWEEP_PAGES_PER_SECOND = 2


class Stores(Protocol[Prepared]):
    """Stores the pages of a list. A page is prepared, whatever is being written, then written in one transaction."""

    async def prepare(self, lease: Lease, items: Sequence[Item], /, *, requested_at: datetime) -> Prepared: ...

    async def page(
        self, lease: Lease, prepared: Prepared, refused: Sequence[Refusal], /, *, cursor: datetime | None
    ) -> Counts: ...


class Poll(Generic[Prepared]):
    """Reads the list of one source; `kind`: what its runs are shown as.

    Raises `SourceError` when the source cannot be read to the end (what was stored stays stored, the next poll goes on there),
    `LeaseLost` when another monitor took it, and `DatabaseUnavailable`.
    """

    def __init__(
        self, database: Database, source: Listing, stores: Stores[Prepared], config: PollConfig, *, kind: str = "dossiers"
    ) -> None:
        self._database = database
        self._source = source
        self._stores = stores
        self._config = config
        self._kind = kind

    async def run(self, lease: Lease) -> Counts:
        """Poll to the end; the source is then read to the moment this started."""
        started_at = await self._database.now()
        async with self._database.begin() as connection:
            state = await sources.hold(connection, lease)
            run = await sources.start_run(connection, lease.province, lease.source, self._kind, now=started_at)
        counts = Counts()
        try:
            with translated():
                await self._pages(lease, self._first_position(state.cursor), counts)
        except (LeaseLost, DatabaseUnavailable):
            raise  # neither is the source's fault
        except Exception as problem:
            reason = problem.reason if isinstance(problem, SourceError) else f"internal error: {type(problem).__name__}"
            async with self._database.begin() as connection:
                now = await clock(connection)
                await sources.fail(connection, lease.province, lease.source, error=reason, now=now)
            await self._ended(lease, run, counts, error=reason)
            raise
        async with self._database.begin() as connection:
            await sources.hold(connection, lease)
            await fence(connection, lease.province, alone=True)
            await sources.complete(connection, lease, started_at=started_at, now=await clock(connection))
        await self._ended(lease, run, counts)
        return counts

    def _first_position(self, cursor: datetime | None) -> Position:
        """Everything before the cursor is stored, but rows may have arrived a little behind it: hence the overlap."""
        start = self._config.start_at
        return Position(since=start if cursor is None else max(cursor - self._config.overlap, start))

    async def sweep(self, lease: Lease) -> bool:
        """Read the last `poll.sweep` again, slowly, if a day has passed since; returns whether it was done.

        A sweep moves neither the cursor nor `read_to`; one that is cut off begins anew.
        """
        async with self._database.begin() as connection:
            state = await sources.hold(connection, lease)
            now = await clock(connection)
            if state.read_to is None or not is_due(state.swept_at, _SWEEP_EVERY, now):
                return False
            run = await sources.start_run(connection, lease.province, lease.source, "sweep", now=now)
        counts, pace = Counts(), Pace(_SWEEP_PAGES_PER_SECOND)
        try:
            await self._pages(lease, Position(since=max(now - self._config.sweep, self._config.start_at)), counts, pace)
        except SourceError as problem:
            await self._ended(lease, run, counts, error=problem.reason)
            raise
        async with self._database.begin() as connection:
            await sources.swept(connection, lease, now=now)
        await self._ended(lease, run, counts)
        return True

    async def _pages(self, lease: Lease, position: Position | None, counts: Counts, pace: Pace | None = None) -> None:
        """Read page after page, each while the one before is written; `counts` grows with what is stored."""
        before: list[Head] = []
        async with WriteBehind(counts) as writes:
            while position is not None:
                if pace:
                    await pace.turn()
                requested_at = await self._database.now()
                size = self._config.page_size
                page = await self._source.page(since=position.since, number=position.number, size=size)
                items, refused = open_items(self._source, page.items)
                rows = [item.head for item in items]
                if position.number and rows and rows == before:
                    raise SourcePayload(lease.source, "answers every page with the same rows")
                before = rows
                next_position = following(position, rows, full=page.full, requested_at=requested_at)
                cursor = None if pace else stored_up_to(next_position, position, rows, requested_at=requested_at)
                prepared = await self._stores.prepare(lease, items, requested_at=requested_at)
                await writes.add(partial(retried, partial(self._stores.page, lease, prepared, refused, cursor=cursor)))
                position = next_position

    async def _ended(self, lease: Lease, run: int, counts: Counts, *, error: str | None = None) -> None:
        async with self._database.begin() as connection:
            await sources.end_run(connection, lease.province, run, counts, error=error, now=await clock(connection))
        log.info("source_poll_finished", source=lease.source, error=error, **counts.as_dict())


def is_due(read_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """Return whether something read every so often is to be read again."""
    return read_at is None or now - read_at >= every

"""One read-only transaction per question: everything in an answer is of the same moment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import Database, translated
from shared.db.views.freshness import Freshness, read_freshness

Moment = Callable[[AsyncConnection], Awaitable[datetime]]
"""Tells `now` inside a transaction, where a test wants another than the database's clock."""

_OPENING = text(
    "SELECT clock_timestamp(), set_config('statement_timeout', '10s', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true), set_config('random_page_cost', '1.1', true)"
)
"""Nobody waits longer than ten seconds. Filters differ from question to question: a plan made for all of them serves none.
What lists read is in memory, or not far: one row by its key costs little more than the next one on a page.
"""


@dataclass(frozen=True)
class Snapshot:
    """A transaction that sees one state of a province, the moment it was opened and how fresh its data are."""

    connection: AsyncConnection
    province: str
    now: datetime
    freshness: Freshness

    @cached_property
    def data_as_of(self) -> datetime | None:
        return self.freshness.data_as_of


@asynccontextmanager
async def open_snapshot(database: Database, province: str, *, moment: Moment | None = None) -> AsyncIterator[Snapshot]:
    """Open a REPEATABLE READ, READ ONLY transaction; raises `DatabaseUnavailable`, also for what happens inside the block."""
    with translated():
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            now = await connection.scalar(_OPENING)
            if moment:
                now = await moment(connection)
            yield Snapshot(connection, province, now, await read_freshness(connection, province, now))

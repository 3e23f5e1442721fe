"""One read-only transaction per question: everything in an answer is of the same moment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import Database, clock, translated
from shared.db.views.freshness import Freshness, read_freshness

Moment = Callable[[AsyncConnection], Awaitable[datetime]]
"""Tells `now` inside a transaction; the database's clock unless a test says otherwise."""

_SETTINGS = text("SELECT set_config('statement_timeout', '10s', true), set_config('plan_cache_mode', 'force_custom_plan', true)")
"""Nobody waits longer than ten seconds. Filters differ from question to question: a plan made for all of them serves none."""


@dataclass(frozen=True)
class Snapshot:
    """A transaction that sees one state of a province, the moment it was opened and how fresh its data are."""

    connection: AsyncConnection
    province: str
    now: datetime
    freshness: Freshness

    @property
    def data_as_of(self) -> datetime | None:
        return self.freshness.data_as_of


@asynccontextmanager
async def open_snapshot(database: Database, province: str, *, moment: Moment = clock) -> AsyncIterator[Snapshot]:
    """Open a REPEATABLE READ, READ ONLY transaction; raises `DatabaseUnavailable`, also for what happens inside the block."""
    with translated():
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            await connection.execute(_SETTINGS)
            now = await moment(connection)
            yield Snapshot(connection, province, now, await read_freshness(connection, province, now))

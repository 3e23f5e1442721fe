"""One read-only transaction per question: everything in an answer is of the same moment."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import ask, reading, written
from shared.db.engine import Database, translated
from shared.db.tables import sources
from shared.db.views.freshness import FACTS, IN_ORDER, Freshness, freshness_of, sources_of_dossiers

Moment = Callable[[AsyncConnection], Awaitable[datetime]]
"""Tells `now` inside a transaction, where a test wants another than the database's clock."""

_SETTINGS = {"statement_timeout": "10s", "plan_cache_mode": "force_custom_plan", "random_page_cost": "1.1"}
"""Nobody waits longer than ten seconds. Filters differ from question to question: a plan made for all of them serves none.
What lists read is in memory, or not far: one row by its key costs little more than the next one on a page.
"""

_ONE = select(literal_column("1")).subquery("one")
_OPENING = written(
    select(
        func.clock_timestamp().label("now"),
        *(func.set_config(name, value, literal_column("true")).label(name) for name, value in _SETTINGS.items()),
        *FACTS,
    )
    .select_from(_ONE.outerjoin(sources, sources_of_dossiers(literal_column("$1"))))
    .order_by(*IN_ORDER)
)
"""The clock, the settings and the sources in one round trip; written once, since every request asks it: of province `$1`."""


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
        async with database.single() as connection, reading(connection):
            rows = await ask(connection, _OPENING, province)
            now = await moment(connection) if moment else rows[0]["now"]
            yield Snapshot(connection, province, now, Freshness(freshness_of(rows, now)))

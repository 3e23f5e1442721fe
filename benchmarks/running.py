"""The monitor as it runs: on its schedule, beside whatever the benchmark does meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from benchmarks.province import Province
from services.monitor.scheduler import Daemon
from shared.db.engine import Database

_SWEPT = text("UPDATE sources SET swept_at = clock_timestamp()")


@asynccontextmanager
async def running(province: Province, database: Database) -> AsyncIterator[None]:
    """Run the monitor's daemon for the length of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(Daemon(province.monitor, database, stop).run())
    try:
        yield
    finally:
        stop.set()
        await task


async def swept(database: Database) -> None:
    """Note of all sources that they were read slowly once more, which is done once a day, not now."""
    async with database.begin() as connection:
        await connection.execute(_SWEPT)

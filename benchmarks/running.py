"""The monitor as it runs: on its schedule, beside whatever the benchmark does meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.province import Province
from services.monitor.scheduler import Daemon
from shared.db.engine import Database


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

"""Time from a change at a source to the saved alert, while the monitor runs on a schedule of one second.

In each change the home system names a due date that has passed, at a moment that has nothing to do with the schedule. Measured by
the database's clock from just before the change to `opened_at`, the moment of the review that opens the alert; it commits a few
milliseconds later. With the usual schedule of 60 s the wait for the poll is up to 60 s instead of one.

Ceiling: the same without waiting for the schedule, poll and review called at once after the change.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from statistics import quantiles

from sqlalchemy import text

from benchmarks import items
from benchmarks.figures import Figure, Settings
from benchmarks.province import Province, watched_province
from benchmarks.temporary import Server
from services.monitor.scheduler import Daemon
from shared.db.engine import Database

_INTERVAL = timedelta(seconds=1)
_CHANGES = 50
_DOSSIERS = 5000
_PATIENCE = 30.0
_OPENED = "SELECT dossier_code, opened_at FROM alerts WHERE rule = 'deadline.overdue'"


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure fifty changes on a schedule and fifty without."""
    dossiers = min(_DOSSIERS, settings.dossiers)
    async with server.database() as database, watched_province(database, every=_INTERVAL) as province:
        province.fill(range(dossiers))
        await province.load()
        await province.monitor.settle()
        at_once = await _changes(database, province, range(_CHANGES), at_once=True)
        async with _running(province, database):
            scheduled = await _changes(database, province, range(_CHANGES, 2 * _CHANGES), at_once=False)
    return [_figure(name, sorted(scheduled), sorted(at_once), percent) for name, percent in (("p50", 50), ("p95", 95))]


def _figure(name: str, scheduled: list[float], at_once: list[float], percent: int) -> Figure:
    value, ceiling = (quantiles(found, n=100, method="inclusive")[percent - 1] for found in (scheduled, at_once))
    return Figure(
        benchmark="latency",
        what=f"change to alert, polled every {_INTERVAL.total_seconds():g} s, {name} of {len(scheduled)}",
        value=value,
        unit="s",
        ceiling=ceiling,
        ceiling_is="no schedule",
        small_is_good=True,
    )


@asynccontextmanager
async def _running(province: Province, database: Database) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Daemon(province.monitor, database, stop).run())
    try:
        yield
    finally:
        stop.set()
        await task


async def _changes(database: Database, province: Province, numbers: range, *, at_once: bool) -> list[float]:
    """Make each dossier late and return how many seconds later its alert was opened."""
    pause = random.Random(766)
    changed: dict[str, datetime] = {}
    for number in numbers:
        changed[items.code(number)] = await _make_late(database, province, number)
        if at_once:
            await province.monitor.poll(province.monitor.watched[1])
            await province.monitor.settle()
        else:
            await asyncio.sleep(pause.uniform(0.2, 0.8))
    opened = await _opened(database, changed)
    return [(opened[code] - moment).total_seconds() for code, moment in changed.items()]


async def _make_late(database: Database, province: Province, number: int) -> datetime:
    """Let the home system name a due date of yesterday; return the moment of that change."""
    moment = await database.now()
    yesterday = items.NOW - timedelta(days=1)
    province.home.put(items.both(number, updated=moment, due=yesterday)[1])
    return moment


async def _opened(database: Database, wanted: dict[str, datetime]) -> dict[str, datetime]:
    """Return when the alerts of these dossiers were opened, as soon as all are."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            async with database.begin() as connection:
                opened = {row.dossier_code: row.opened_at for row in await connection.execute(text(_OPENED))}
            if opened.keys() >= wanted.keys():
                return opened
            await asyncio.sleep(0.2)

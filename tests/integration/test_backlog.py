"""A backlog of several batches: what is found is told before the last of them is judged, and a stop in between loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.monitor.scheduler import Daemon
from services.monitor.webhooks.fan_out import FanOut
from shared.config import PollConfig
from shared.db.engine import Connection, Database, fence
from shared.db.stores.dossiers import BATCH
from tests.integration.test_fan_out import CALENDAR, subscribe
from tests.integration.world import HOUR, PROVINCE, World, record

NOW = datetime.now(UTC).replace(microsecond=0)
OFTEN = timedelta(milliseconds=20)
IN_TIME = 60.0
"""Seconds in which anything comes about that comes about at all."""

DOSSIERS = 5 * BATCH
LATE = DOSSIERS // 100
DUE = "dossiers WHERE next_review_at <= clock_timestamp()"


@pytest.fixture
async def flooded(database: Database) -> AsyncIterator[World]:
    """A province whose office listens, with a backlog that was just read: one dossier of a hundred is late."""
    world = World(database)
    world.config = PollConfig(page_size=500)
    world.fan_out = FanOut(database, PROVINCE, CALENDAR)
    await world.open()
    await world.monitor.once()
    await subscribe(database)
    for number in range(DOSSIERS):
        due = NOW - HOUR if number % 100 == 0 else NOW + 100 * HOUR
        for side in (world.home, world.portal):
            side.put(record(number, status=4, accepted_at=NOW - 100 * HOUR, due_at=due))
    for item in world.monitor.watched:
        assert await world.monitor.poll(item)
    yield world
    await world.aclose()


@asynccontextmanager
async def monitored(world: World, *, drain: timedelta = timedelta(seconds=IN_TIME)) -> AsyncIterator[None]:
    """Let the monitor go its way, except that nothing more is read; at the end it is told to stop."""
    world.monitor.watched = ()
    stop = asyncio.Event()
    running = asyncio.create_task(Daemon(world.monitor, world.database, stop, drain=drain, soon=OFTEN).run())
    try:
        yield
    finally:
        stop.set()
        await running


async def until(world: World, condition: str) -> None:
    """Wait until a condition of SQL holds."""
    async with asyncio.timeout(IN_TIME):
        while not (await world.rows(f"SELECT {condition} AS holds"))[0]["holds"]:
            await asyncio.sleep(0)


async def hold_up(world: World, connection: Connection) -> None:
    """Let the reviews wait for the transaction, as for one that changes the rules, once some are done and some are not."""
    await until(world, "EXISTS (SELECT FROM alerts)")
    await fence(connection, PROVINCE, alone=True)
    await until(world, f"EXISTS (SELECT FROM {DUE})")


async def test_an_acknowledgement_lapses_and_a_source_is_stale_before_the_last_is_judged(flooded: World) -> None:
    lapsed = "EXISTS (SELECT FROM alert_history WHERE event = 'lapsed')"
    stale = "EXISTS (SELECT FROM alerts WHERE rule = 'source.stale')"
    async with flooded.database.begin() as connection, monitored(flooded, drain=timedelta()):
        await until(flooded, "EXISTS (SELECT FROM alerts)")
        await connection.execute(text("LOCK TABLE findings"))  # every batch writes there, and nothing else does
        await flooded.rows("UPDATE alerts SET state = 'acknowledged', acknowledged_until = now() RETURNING 1")
        await flooded.rows("UPDATE sources SET read_to = read_to - interval '9 days' RETURNING 1")
        await until(flooded, f"{lapsed} AND {stale}")
        assert await flooded.rows(f"SELECT code FROM {DUE} LIMIT 1")


async def test_the_first_is_told_before_the_last_is_judged_and_a_stop_in_between_loses_nothing(flooded: World) -> None:
    async with flooded.database.begin() as connection:
        async with monitored(flooded, drain=timedelta()):
            await hold_up(flooded, connection)
            await until(flooded, "EXISTS (SELECT FROM deliveries)")
        assert await flooded.rows(f"SELECT code FROM {DUE} LIMIT 1"), "nobody was let finish"
    async with monitored(flooded):
        await until(flooded, f"NOT EXISTS (SELECT FROM {DUE})")
    told = await flooded.rows("SELECT event, count(*) AS n FROM deliveries GROUP BY event")
    assert told == [{"event": "alert.opened", "n": LATE}]

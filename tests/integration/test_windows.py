"""Windows on a real database: what happens outside waits, keeps nothing waiting, and gives way to what comes after it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from services.monitor.webhooks.fan_out import FanOut
from shared.db import tables
from shared.db.engine import Database
from shared.db.stores import deliveries
from shared.domain.working_time import LOCAL, Days, WorkingTime
from tests.integration.test_fan_out import NOW, happens, subscribe, told
from tests.integration.world import PROVINCE, World

DAY = timedelta(days=1)
TODAY = datetime.now(LOCAL).date()
CLOSED = WorkingTime(Days(off=frozenset({TODAY, TODAY + DAY}), worked=frozenset({TODAY + 2 * DAY})))
"""Offices are closed now and tomorrow, and open the day after."""

OPENS = datetime(TODAY.year, TODAY.month, TODAY.day, 7, tzinfo=LOCAL) + 2 * DAY


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    made = World(database)
    yield made
    await made.aclose()


async def fans_out(world: World, *rows: dict[str, Any]) -> None:
    await happens(world.database, *rows)
    await FanOut(world.database, PROVINCE, CLOSED).run()


def warning(number: int = 1, alert: int = 1, sequence: int = 1, event: str = "alert.opened") -> dict[str, Any]:
    row = told(number, alert, sequence, event)
    row["alert"] |= {"severity": "warning", "rule": "deadline.missing", "family": "deadline.missing", "details": {}}
    return row


def critical(number: int = 1, alert: int = 1, sequence: int = 1, event: str = "alert.opened") -> dict[str, Any]:
    return told(number, alert, sequence, event)


async def stands(world: World) -> list[tuple[str, str, datetime | None]]:
    """Return the deliveries as (event, state, held until), in the order of their events."""
    rows = await world.rows("SELECT event, state, held_until FROM deliveries ORDER BY xid, outbox_id")
    return [(row["event"], row["state"], row["held_until"]) for row in rows]


async def claimed(world: World, now: datetime) -> list[str]:
    """Return the subjects of what would be sent at a moment."""
    async with world.database.begin() as connection:
        found, _ = await deliveries.claim(connection, PROVINCE, {}, each=9, limit=9, lease=timedelta(seconds=1), now=now)
    return sorted(one.subject for one in found)


async def test_what_happens_outside_the_window_waits_until_it_opens(world: World) -> None:
    await subscribe(world.database, window=["working_time"])
    await fans_out(world, warning())
    assert await stands(world) == [("alert.opened", "waiting", OPENS)]
    assert await claimed(world, OPENS - timedelta(microseconds=1)) == []
    assert await claimed(world, OPENS) == ["dossier:H20.14-261120-0001"]


async def test_what_is_critical_goes_out_at_once_unless_it_should_wait_too(world: World) -> None:
    await subscribe(world.database, window=["working_time"])
    await fans_out(world, critical())
    assert await stands(world) == [("alert.opened", "waiting", None)]
    async with world.database.begin() as connection:
        await connection.execute(update(tables.webhooks).values(critical_at_once=False))
    await fans_out(world, critical(2, alert=2))
    assert (await stands(world))[1:] == [("alert.opened", "waiting", OPENS)]


async def test_what_is_held_keeps_nothing_else_of_its_dossier_waiting(world: World) -> None:
    await subscribe(world.database, window=["working_time"])
    other = critical(2, alert=2)
    other["subject"] = other["alert"]["subject"] = "dossier:H20.14-261120-0001"
    await fans_out(world, warning(1), other)
    assert len(await claimed(world, datetime.now(UTC) + timedelta(seconds=1))) == 1
    assert len(await claimed(world, OPENS)) == 1, "then the one that was held"


async def test_the_next_of_a_dossier_is_made_due_without_letting_go_of_what_is_held(world: World) -> None:
    webhook = await subscribe(world.database, window=["working_time"])
    await fans_out(world, warning())
    async with world.database.begin() as connection:
        await deliveries.next_is_due(connection, PROVINCE, {(webhook, "dossier:H20.14-261120-0001")}, now=datetime.now(UTC))
    assert await claimed(world, datetime.now(UTC) + timedelta(seconds=1)) == []


async def test_what_got_worse_meanwhile_takes_the_place_of_what_is_held(world: World) -> None:
    await subscribe(world.database, window=["working_time"])
    await fans_out(world, warning())
    await fans_out(world, critical(2, sequence=2, event="alert.worsened"))
    assert await stands(world) == [("alert.opened", "expired", OPENS), ("alert.worsened", "waiting", None)]


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "in one batch"])
async def test_an_alert_that_came_and_went_outside_the_window_is_not_told(world: World, *, at_once: bool) -> None:
    await subscribe(world.database, window=["working_time"])
    rows = [warning(), warning(2, sequence=2, event="alert.resolved"), warning(3, alert=2)]
    for batch in [rows] if at_once else [[row] for row in rows]:
        await fans_out(world, *batch)
    assert [state for _, state, _ in await stands(world)] == ["expired", "expired", "waiting"]


async def test_the_end_of_an_alert_that_was_told_is_told(world: World) -> None:
    webhook = await subscribe(world.database)
    await fans_out(world, warning())
    async with world.database.begin() as connection:
        await connection.execute(update(tables.webhooks).where(tables.webhooks.c.id == webhook).values(window=["working_time"]))
        await connection.execute(text("UPDATE deliveries SET state = 'delivered', attempts = 1, finished_at = now()"))
    await fans_out(world, warning(2, sequence=2, event="alert.worsened"))
    await fans_out(world, warning(3, sequence=3, event="alert.resolved"))
    assert [state for _, state, _ in await stands(world)] == ["delivered", "expired", "waiting"]


async def test_who_has_no_window_is_told_at_once_of_everything(world: World) -> None:
    await subscribe(world.database)
    await fans_out(world, warning(), warning(2, sequence=2, event="alert.resolved"))
    assert await stands(world) == [("alert.opened", "waiting", None), ("alert.resolved", "waiting", None)]
    assert NOW < OPENS

"""Alerts of a list are worded once a minute, and never read otherwise than they would if worded anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
import msgspec
import pytest
from sqlalchemy import update

from services.api.worded import Worded
from shared.config import CalendarConfig
from shared.db import tables
from shared.db.views.alert_filters import AlertFilters
from shared.db.views.alerts import AlertSort, alert_page
from shared.db.views.paging import Cut
from shared.db.views.snapshot import open_snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.policy import working_time
from tests.api.world import NOW, PROVINCE, World

CALENDAR = working_time(CalendarConfig())
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


@pytest.fixture
def worded() -> Worded:
    """Nothing worded yet."""
    return Worded(CALENDAR)


async def page(world: World, worded: Worded) -> Sequence[msgspec.Raw]:
    """All open alerts as they read now."""
    async with open_snapshot(world.database, PROVINCE, moment=world.clock) as snapshot:
        found = await alert_page(snapshot, AlertFilters(), AlertSort.OPENED_AT, Cut(50), within=WHOLE_PROVINCE)
        return worded.alerts(found.rows, snapshot)


async def change(world: World, alert: int, **values: object) -> None:
    async with world.database.begin() as connection:
        await connection.execute(update(tables.alerts).where(tables.alerts.c.id == alert).values(values))


async def test_what_another_write_left_as_it_was_is_not_worded_again(world: World, worded: Worded) -> None:
    world.now = NOW + SECOND
    first, second = await world.alert(family="a"), await world.alert(family="b")
    before = {msgspec.json.decode(found)["id"]: found for found in await page(world, worded)}
    await change(world, second, details={"status": 5})
    world.now = NOW + timedelta(minutes=1) - MICROSECOND
    after = {msgspec.json.decode(found)["id"]: found for found in await page(world, worded)}
    assert after[first] is before[first]
    assert after[second] != before[second]


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1) + MICROSECOND])
async def test_another_minute_and_the_instant_it_begins_are_worded_anew(world: World, worded: Worded, now: datetime) -> None:
    await world.alert(due_at=NOW + timedelta(hours=2))
    world.now = NOW + SECOND
    (before,) = await page(world, worded)
    world.now = now
    (after,) = await page(world, worded)
    assert after is not before


async def test_what_was_read_meanwhile_is_told(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate", read_ago=timedelta(hours=1))
    await world.alert()
    before = (await client.get("/v1/alerts")).json()["items"][0]["message"]
    async with world.database.begin() as connection:
        await connection.execute(update(tables.sources).values(read_to=NOW, settled_to=NOW))
    assert (await client.get("/v1/alerts")).json()["items"][0]["message"] != before


async def test_an_alert_of_a_list_reads_as_it_does_alone(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114", "Uỷ ban nhân dân xã")
    alert = await world.alert(agency="H20.114", officer_id="7", details={"status": 2, "at": "2026-11-20T00:52:00Z"})
    for other in ("H20.998", "H20.999"):
        (listed,) = (await client.get("/v1/alerts")).json()["items"]
        alone = (await client.get(f"/v1/alerts/{alert}")).json()
        assert {**listed, "history": alone["history"]} == alone
        await world.agency(other)


async def test_no_more_than_so_many_are_kept(world: World) -> None:
    worded = Worded(CALENDAR, most=1)
    world.now = NOW + SECOND
    await world.alert()
    (first,) = await page(world, worded)
    assert (await page(world, worded))[0] is not first

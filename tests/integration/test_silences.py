"""Silences on a real database: what they hold back is counted, and told when they end if it still stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, update

from services.monitor.webhooks.fan_out import FanOut
from shared.db import tables
from shared.db.engine import Database
from shared.domain.statuses import Status
from tests.integration.test_fan_out import CALENDAR, NOW, CutOff, Killed, subscribe
from tests.integration.world import PROVINCE, World, record

HOUR = timedelta(hours=1)


async def silence(database: Database, **values: Any) -> int:
    """A silence about everything of H20.14, from an hour ago to an hour from now."""
    moment = datetime.now(UTC)
    row = {"agencies": ["H20.14"], "author": "key:tests", "reason": "thử", "created_at": moment - HOUR}
    span = {"starts_at": moment - HOUR, "ends_at": moment + HOUR}
    async with database.begin() as connection:
        made = await connection.execute(insert(tables.silences).values(province_code=PROVINCE, **{**row, **span, **values}))
    return int(made.inserted_primary_key[-1])


async def ends(database: Database, silence_id: int) -> None:
    async with database.begin() as connection:
        ended = update(tables.silences).where(tables.silences.c.id == silence_id)
        await connection.execute(ended.values(ends_at=datetime.now(UTC), ended_by="key:tests"))


async def opened(world: World) -> World:
    """A province in which everyone listens, its sources read and its agency known."""
    world.fan_out = FanOut(world.database, PROVINCE, CALENDAR)
    await world.open()
    async with world.database.begin() as connection:
        row = {"code": "H20.14", "name": "Sở", "parent": None, "in_catalogue": True}
        await connection.execute(insert(tables.agencies).values(province_code=PROVINCE, **row))
    await subscribe(world.database)
    await world.monitor.once()
    return world


def late(number: int = 1, **values: Any) -> Any:
    accepted, due = NOW - timedelta(hours=50), NOW - HOUR
    return record(number, at=datetime.now(UTC), accepted_at=accepted, due_at=due, status=Status.PROCESSING, **values)


async def happens(world: World, *records: Any) -> None:
    for one in records:
        for side in (world.home, world.portal):
            side.put(one)
    await world.monitor.once()


async def told(world: World) -> list[tuple[str, str, int]]:
    """Return what was told, as (event, dossier, sequence)."""
    rows = await world.rows("SELECT event, subject, body FROM deliveries WHERE event <> 'endpoint.test' ORDER BY id")
    return [
        (row["event"], row["subject"][-4:], msgspec.json.decode(row["body"])["data"]["alert"]["sequence"])
        for row in rows
        if msgspec.json.decode(row["body"])["data"]["alert"]["rule"] == "deadline.overdue"
    ]


async def counted(world: World) -> list[tuple[int, int, int]]:
    rows = await world.rows("SELECT events_held, alerts_held, alerts_told FROM silences ORDER BY id")
    return [(row["events_held"], row["alerts_held"], row["alerts_told"]) for row in rows]


@pytest.fixture
async def quiet(database: Database) -> World:
    return await opened(World(database))


async def test_what_is_held_back_and_still_stands_is_told_when_the_silence_ends(quiet: World) -> None:
    made = await silence(quiet.database, rules=["deadline"])
    await happens(quiet, late(1), late(2))
    await happens(quiet, msgspec.structs.replace(late(2), status=Status.FINISHED, finished_at=NOW))
    assert await told(quiet) == []
    assert await counted(quiet) == [(3, 2, 0)]
    await ends(quiet.database, made)
    await quiet.monitor.once()
    assert await told(quiet) == [("alert.opened", "0001", 2)]
    assert await counted(quiet) == [(3, 2, 1)]
    await quiet.monitor.once()
    assert len(await told(quiet)) == 1
    assert await quiet.rows("SELECT * FROM held_alerts") == []
    await quiet.aclose()


async def test_a_silence_ends_by_itself(quiet: World) -> None:
    await silence(quiet.database, rules=["deadline"])
    await happens(quiet, late(1))
    await quiet.rows("UPDATE silences SET ends_at = clock_timestamp() RETURNING 1")
    await quiet.monitor.once()
    assert await told(quiet) == [("alert.opened", "0001", 2)]
    rows = await quiet.rows("SELECT ended_by, concluded_at IS NOT NULL AS concluded FROM silences")
    assert rows == [{"ended_by": None, "concluded": True}]
    await quiet.aclose()


async def test_the_end_of_one_silence_tells_nothing_that_another_one_covers(quiet: World) -> None:
    first, second = await silence(quiet.database), await silence(quiet.database, rules=["deadline.overdue"])
    await happens(quiet, late(1))
    await ends(quiet.database, first)
    await quiet.monitor.once()
    assert await told(quiet) == []
    await ends(quiet.database, second)
    await quiet.monitor.once()
    assert await told(quiet) == [("alert.opened", "0001", 3)]
    await quiet.aclose()


async def test_what_was_told_before_is_told_to_be_resolved_during_a_silence(quiet: World) -> None:
    await happens(quiet, late(1))
    await silence(quiet.database)
    await happens(quiet, msgspec.structs.replace(late(1), status=Status.FINISHED, finished_at=NOW))
    assert await told(quiet) == [("alert.opened", "0001", 1), ("alert.resolved", "0001", 2)]
    await quiet.aclose()


async def test_a_kill_at_the_end_of_a_silence_neither_loses_nor_doubles_anything(quiet: World) -> None:
    made = await silence(quiet.database, rules=["deadline"])
    await happens(quiet, *(late(number) for number in range(1, 6)))
    await ends(quiet.database, made)
    with pytest.raises(Killed):
        await FanOut(CutOff(quiet.database.engine), PROVINCE, CALENDAR).run()
    await FanOut(quiet.database, PROVINCE, CALENDAR).run()
    assert sorted(await told(quiet)) == [("alert.opened", f"000{number}", 2) for number in range(1, 6)]
    assert await counted(quiet) == [(5, 5, 5)]
    await quiet.aclose()


async def test_a_silence_elsewhere_holds_nothing_back(quiet: World) -> None:
    await silence(quiet.database, agencies=["H20.15"])
    await silence(quiet.database, agencies=[], owner_agency="H20.15")
    await silence(quiet.database, starts_at=datetime.now(UTC) + HOUR / 2)
    await happens(quiet, late(1))
    assert await told(quiet) == [("alert.opened", "0001", 1)]
    assert await counted(quiet) == [(0, 0, 0)] * 3
    await quiet.aclose()

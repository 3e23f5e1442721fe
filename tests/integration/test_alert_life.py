"""The life of alerts on a real database: how they end, what opens them again, and what was said of them meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shared.db.engine import Database
from shared.db.stores import acknowledgements as store
from shared.db.stores.acknowledgements import Acknowledgement
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.alert_endings import Cause
from shared.domain.statuses import Status
from tests.integration.test_fan_out import NOW
from tests.integration.test_silences import happens, late, opened
from tests.integration.world import PROVINCE, World

BY = "key:tests"
NOTE = "đã phân công"


@pytest.fixture
async def province(database: Database) -> World:
    return await opened(World(database))


async def acknowledge(world: World, *ids: int, until: datetime | None = None) -> list[int]:
    given = Acknowledgement(by=BY, cause=Cause.WORKLOAD, until=until, note=NOTE)
    async with world.database.begin() as connection:
        return await store.give(connection, PROVINCE, ids, given, within=WHOLE_PROVINCE, now=datetime.now(UTC))


async def of(world: World, rule: str = "deadline.overdue") -> list[dict[str, Any]]:
    rows = await world.rows("SELECT * FROM alerts ORDER BY id")
    return [dict(row) for row in rows if row["rule"] == rule]


def again(one: Any, **values: Any) -> Any:
    return msgspec.structs.replace(one, updated_at=datetime.now(UTC), **values)


async def test_what_comes_back_names_the_one_before_it_and_how_each_ended(province: World) -> None:
    running = late()
    await happens(province, running)
    await happens(province, again(running, status=Status.FINISHED, finished_at=NOW))
    await happens(province, again(running))
    first, second = await of(province)
    assert (first["state"], first["resolution"], first["reopens"]) == ("resolved", "late", None)
    assert (second["state"], second["resolution"], second["reopens"]) == ("open", None, first["id"])


async def test_a_withdrawn_dossier_ends_its_alerts_as_withdrawn(province: World) -> None:
    running = late()
    await happens(province, running)
    await happens(province, again(running, status=Status.WITHDRAWN))
    assert [alert["resolution"] for alert in await of(province)] == ["withdrawn"]


async def test_a_review_that_finds_the_same_leaves_an_acknowledgement_alone(province: World) -> None:
    await happens(province, late())
    [alert] = await of(province)
    assert await acknowledge(province, alert["id"]) == [alert["id"]]
    await happens(province, late())
    [kept] = await of(province)
    assert (kept["id"], kept["state"], kept["acknowledged_by"], kept["cause"]) == (alert["id"], "acknowledged", BY, "workload")


async def test_what_gets_worse_is_open_again_and_still_tells_who_took_care(province: World) -> None:
    accepted = NOW - timedelta(days=14)  # working hours lie between whatever the day: without any there is no warning
    soon = msgspec.structs.replace(late(), accepted_at=accepted, due_at=datetime.now(UTC) + timedelta(minutes=5))
    await happens(province, soon)
    [alert] = await of(province, "deadline.due_soon")
    await acknowledge(province, alert["id"])
    await happens(province, again(soon, due_at=NOW - timedelta(hours=1)))
    [worse] = await of(province)
    assert (worse["id"], worse["state"], worse["cause"]) == (alert["id"], "open", "workload")


async def test_nothing_of_what_an_official_wrote_is_sent(province: World) -> None:
    running = late()
    await happens(province, running)
    [alert] = await of(province)
    await acknowledge(province, alert["id"])
    await happens(province, again(running, status=Status.FINISHED, finished_at=NOW))
    told = [row["alert"] for row in await province.rows("SELECT event, alert FROM outbox") if row["event"] == "alert.resolved"]
    assert told
    assert NOTE not in repr(told)
    assert BY not in repr(told)
    assert NOTE not in repr(await province.rows("SELECT body FROM deliveries"))


async def test_two_monitors_open_again_once_what_has_lapsed(province: World) -> None:
    await happens(province, late())
    [alert] = await of(province)
    until = datetime.now(UTC) + timedelta(hours=1)
    await acknowledge(province, alert["id"], until=until)

    async def lapse() -> int:
        async with province.database.begin() as connection:
            return await store.lapse(connection, PROVINCE, now=until)

    assert sorted(await asyncio.gather(lapse(), lapse())) == [0, 1]
    history = await province.rows(f"SELECT event FROM alert_history WHERE alert_id = {alert['id']} ORDER BY id")
    assert [row["event"] for row in history] == ["opened", "acknowledged", "lapsed"]


async def test_the_monitor_opens_again_what_has_lapsed(province: World) -> None:
    await happens(province, late())
    [alert] = await of(province)
    await acknowledge(province, alert["id"], until=datetime.now(UTC))
    await province.monitor.once()
    assert [one["state"] for one in await of(province)] == ["open"]


async def test_a_review_and_an_acknowledgement_at_once_wait_for_each_other(province: World) -> None:
    running = [late(number) for number in range(1, 6)]
    await happens(province, *running)
    ids = [alert["id"] for alert in await of(province)]
    ended = [again(one, status=Status.FINISHED, finished_at=NOW) for one in running]
    _, done = await asyncio.gather(happens(province, *ended), acknowledge(province, *ids))
    alerts = await of(province)
    assert {alert["state"] for alert in alerts} == {"resolved"}
    assert [alert["id"] for alert in alerts if alert["acknowledged_by"]] == done

"""From the outbox to deliveries: every event once, in order, also after a kill, and none skipped that commits late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from services.monitor.webhooks.fan_out import FanOut
from shared.config import CalendarConfig
from shared.db import tables
from shared.db.engine import Connection, Database
from shared.policy import working_time
from tests.integration.world import PROVINCE, World, record

NOW = datetime.now(UTC).replace(microsecond=0)
CALENDAR = working_time(CalendarConfig())


class Killed(Exception):
    """The process ended here."""


class CutOff(Database):
    """A database of which the process is killed just before it commits."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        async with super().begin() as connection:
            yield connection
            raise Killed


def told(number: int, alert: int = 1, sequence: int = 1, event: str = "alert.opened", **values: Any) -> dict[str, Any]:
    """A row of the outbox about a dossier of H20.14."""
    subject = f"dossier:H20.14-261120-{alert:04d}"
    facts = {
        "id": alert,
        "sequence": sequence,
        "subject": subject,
        "family": "deadline",
        "rule": "deadline.overdue",
        "severity": "critical",
        "state": "resolved" if event == "alert.resolved" else "open",
        "responsible": "handling",
        "since": NOW - timedelta(hours=number),
        "details": {"due_at": NOW.isoformat(), "accepted_at": None, "status": 4, "stood_still_since": None},
        "dossier_code": subject.partition(":")[2],
        "agency": "H20.14",
    }
    row = {"at": NOW, "event": event, "subject": subject, "alert_id": alert, "sequence": sequence, "alert": facts}
    return {"province_code": PROVINCE, **row, **values}


async def write(connection: Connection, *rows: dict[str, Any]) -> None:
    for row in rows:
        await connection.execute(insert(tables.outbox).values(row))


async def happens(database: Database, *rows: dict[str, Any]) -> None:
    async with database.begin() as connection:
        await write(connection, *rows)


async def subscribe(database: Database, **values: Any) -> int:
    """A webhook that hears everything, made long ago."""
    long_ago = NOW - timedelta(days=1)
    row = {"url": "https://one.example/in", "least_severity": "warning", "role": "office", "mode": "each"}
    async with database.begin() as connection:
        made = await connection.execute(
            insert(tables.webhooks).values(
                **{"province_code": PROVINCE, "created_at": long_ago, "changed_at": long_ago, **row, **values}
            )
        )
    return int(made.inserted_primary_key[-1])


async def on_their_way(world: World) -> list[tuple[int, str, int]]:
    """Return the deliveries as (webhook, event, alert) in the order they were made."""
    rows = await world.rows("SELECT webhook_id, event, alert_id FROM deliveries ORDER BY id")
    return [(row["webhook_id"], row["event"], row["alert_id"]) for row in rows]


def fans_out(database: Database, **values: Any) -> FanOut:
    return FanOut(database, PROVINCE, CALENDAR, "https://watch766.example.vn", **values)


async def test_every_event_is_told_once_in_order(world: World) -> None:
    webhook = await subscribe(world.database)
    await happens(world.database, *(told(number, alert=number) for number in range(1, 8)))
    await happens(world.database, told(8, alert=1, sequence=2, event="alert.resolved"))
    step = fans_out(world.database, batch=3)
    done = await step.run()
    assert (done.read, done.made, done.parked) == (8, 8, 0)
    assert await step.run() == type(done)()
    expected = [(webhook, "alert.opened", number) for number in range(1, 8)] + [(webhook, "alert.resolved", 1)]
    assert await on_their_way(world) == expected
    rows = await world.rows("SELECT message_id, body FROM deliveries WHERE alert_id = 1 ORDER BY id")
    assert msgspec.json.decode(rows[1]["body"])["data"]["supersedes"] == rows[0]["message_id"]


async def test_after_a_kill_in_mid_batch_every_event_is_still_told_once(world: World) -> None:
    await subscribe(world.database)
    await happens(world.database, *(told(number, alert=number) for number in range(1, 6)))
    with pytest.raises(Killed):
        await fans_out(CutOff(world.database.engine)).run()
    assert await on_their_way(world) == []
    await fans_out(world.database).run()
    assert len(await on_their_way(world)) == 5


async def test_a_position_that_was_lost_makes_no_double(world: World) -> None:
    await subscribe(world.database)
    await happens(world.database, *(told(number, alert=number) for number in range(1, 6)))
    await fans_out(world.database).run()
    first = await world.contents("deliveries")
    await world.rows("DELETE FROM outbox_readers RETURNING 1")
    await fans_out(world.database).run()
    assert await world.contents("deliveries") == first


async def test_several_monitors_at_once_tell_every_event_once(world: World) -> None:
    await subscribe(world.database)
    await happens(world.database, *(told(number, alert=number) for number in range(1, 41)))
    await asyncio.gather(*(fans_out(world.database, batch=3).run() for _ in range(3)))
    await fans_out(world.database).run()
    assert [alert for _, _, alert in await on_their_way(world)] == list(range(1, 41))


async def test_an_event_that_commits_late_is_not_skipped(world: World) -> None:
    await subscribe(world.database)
    async with world.database.begin() as slow:
        await write(slow, told(1, alert=1))
        await happens(world.database, told(2, alert=2))
        assert (await fans_out(world.database).run()).read == 0, "nobody knows yet what comes first"
    await fans_out(world.database).run()
    assert [alert for _, _, alert in await on_their_way(world)] == [1, 2]


async def test_an_event_that_cannot_be_read_is_parked_and_the_others_are_told(
    world: World, log_lines: list[dict[str, Any]]
) -> None:
    await subscribe(world.database)
    odd = told(2, alert=2) | {"event": "alert.exploded"}
    broken = told(3, alert=3) | {"alert": {"id": "three"}}
    await happens(world.database, told(1), odd, broken, told(4, alert=4))
    done = await fans_out(world.database).run()
    assert (done.read, done.made, done.parked) == (4, 2, 2)
    assert [line["error"] for line in log_lines if line["event"] == "event_parked"] == ["ValidationError"] * 2
    assert [alert for _, _, alert in await on_their_way(world)] == [1, 4]


async def test_who_subscribes_later_hears_of_what_happens_from_then_on(world: World) -> None:
    await happens(world.database, told(1))
    assert (await fans_out(world.database).run()).read == 0
    await subscribe(world.database)
    await happens(world.database, told(2, alert=2))
    await fans_out(world.database).run()
    assert [alert for _, _, alert in await on_their_way(world)] == [2]


async def test_an_agency_hears_of_those_below_it(world: World) -> None:
    for code, parent in (("H20", None), ("H20.14", "H20"), ("H20.15", "H20")):
        row = {"code": code, "name": f"Đơn vị {code}", "parent": parent, "in_catalogue": True}
        async with world.database.begin() as connection:
            await connection.execute(insert(tables.agencies).values(province_code=PROVINCE, **row))
    wanted = [
        await subscribe(world.database, agencies=["H20"]),
        await subscribe(world.database, agencies=["H20.14"], role="handling"),
        await subscribe(world.database, owner_agency="H20.14"),
    ]
    for agencies in ({"agencies": ["H20.15"]}, {"owner_agency": "H20.15"}):
        await subscribe(world.database, **agencies)
    await happens(world.database, told(1))
    await fans_out(world.database).run()
    assert [webhook for webhook, _, _ in await on_their_way(world)] == wanted
    body = msgspec.json.decode((await world.rows("SELECT body FROM deliveries LIMIT 1"))[0]["body"])
    assert body["data"]["agency"] == {"code": "H20.14", "name": "Đơn vị H20.14"}


@pytest.mark.parametrize("off", [{"active": False}, {"disabled_at": NOW, "disabled_reason": "failing"}])
async def test_what_a_webhook_misses_while_it_is_off_is_kept_for_it(world: World, off: dict[str, Any]) -> None:
    await subscribe(world.database, **off)
    await happens(world.database, told(1))
    await fans_out(world.database).run()
    assert await world.rows("SELECT state, finished_at IS NOT NULL AS done FROM deliveries") == [
        {"state": "cancelled", "done": True}
    ]


async def test_whoever_sends_is_woken_only_when_there_is_something(world: World) -> None:
    await subscribe(world.database)
    calls: list[int] = []
    step = fans_out(world.database, wake=lambda: calls.append(1))
    await step.run()
    assert calls == []
    await happens(world.database, told(1))
    await step.run()
    assert calls == [1]


async def test_an_idle_step_writes_nothing(world: World) -> None:
    await subscribe(world.database)
    await happens(world.database, told(1))
    step = fans_out(world.database)
    await step.run()
    before = await world.contents("outbox_readers", "webhooks", "deliveries")
    await step.run()
    assert await world.contents("outbox_readers", "webhooks", "deliveries") == before


async def test_a_cycle_of_the_monitor_ends_with_its_news_on_their_way(world: World) -> None:
    world.fan_out = fans_out(world.database)
    await world.open()
    await subscribe(world.database)
    await world.monitor.once()
    late = record(1, at=NOW, accepted_at=NOW - timedelta(hours=50), due_at=NOW - timedelta(hours=1), status=4)
    for side in (world.home, world.portal):
        side.put(late)
    await world.monitor.once()
    assert ("alert.opened", "deadline.overdue") in {
        (row["event"], msgspec.json.decode(row["body"])["data"]["alert"]["rule"])
        for row in await world.rows("SELECT event, body FROM deliveries")
    }

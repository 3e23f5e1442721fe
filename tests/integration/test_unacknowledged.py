"""Alerts nobody acknowledges are passed on and reminded of, once each; the review goes on as if nobody had said anything."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.monitor.steps.unacknowledged import Unacknowledged
from shared.config import AlertsConfig, CalendarConfig
from shared.db import schema
from shared.db.stores import acknowledgements, unacknowledged
from shared.db.stores.acknowledgements import Acknowledgement
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.alert_endings import Cause
from shared.domain.escalation import Escalation
from shared.domain.findings import Severity
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from shared.policy import working_time
from tests.integration.test_cycle import ago, both
from tests.integration.world import PROVINCE, World, record

MOMENT = timedelta(microseconds=1)
CALENDAR = working_time(CalendarConfig())
ALL = Escalation(warning=timedelta(hours=16), critical=timedelta(hours=8), least_reminded=Severity.WARNING)
LONG_AGO = ago(14 * 24)
"""Working hours lie between then and now whatever the day: without any there is no warning."""
TUESDAY = datetime(2030, 11, 19, 7, 0, tzinfo=LOCAL)
"""A working day far ahead, so that the database's own clock is before it."""


def looking_after(world: World, escalation: Escalation = ALL) -> Unacknowledged:
    return Unacknowledged(world.database, PROVINCE, escalation, CALENDAR)


@pytest.fixture(autouse=True)
async def in_years_to_come(world: World) -> None:
    """The histories have room for what happens then."""
    async with world.database.begin() as connection:
        await schema.ensure_partitions(connection, TUESDAY)


@pytest.fixture
async def opened(world: World) -> World:
    """A province with one late dossier, found after the first complete reading."""
    await world.monitor.once()
    both(world, record(at=LONG_AGO, status=Status.PROCESSING, accepted_at=LONG_AGO, due_at=ago(-1)))
    await world.monitor.once()
    assert await world.open_alerts() == {("H20.14-261120-0001", "deadline.due_soon")}
    return world


async def alert(world: World) -> dict[str, Any]:
    return (await world.rows("SELECT * FROM alerts ORDER BY id DESC LIMIT 1"))[0]


async def happened(world: World) -> list[str]:
    return [row["event"] for row in await world.rows("SELECT event FROM outbox ORDER BY xid, id")]


async def opens_at(world: World, moment: datetime) -> None:
    """Let the alert have opened at a moment."""
    query = "UPDATE alerts SET opened_at = :at, open_since = :at RETURNING 1"
    await world.rows(query, at=moment)


async def said(world: World, until: datetime | None = None, *, now: datetime = TUESDAY) -> None:
    async with world.database.begin() as connection:
        words = Acknowledgement(by="key:x", until=until, cause=Cause.WORKLOAD)
        await acknowledgements.give(connection, PROVINCE, [(await alert(world))["id"]], words, within=WHOLE_PROVINCE, now=now)


async def test_a_warning_nobody_acknowledged_becomes_critical_and_the_agency_above_hears_of_it(opened: World) -> None:
    await opens_at(opened, TUESDAY)
    ripe = TUESDAY + timedelta(days=1, hours=10)
    still = Escalation(warning=timedelta(hours=16), least_reminded=None)
    assert await looking_after(opened, still).run(now=ripe - MOMENT) == 0
    assert await looking_after(opened, still).run(now=ripe) == 1
    found = await alert(opened)
    assert (found["severity"], found["found_severity"], found["escalated_to"]) == ("critical", "warning", "H20")
    assert (await happened(opened))[-1] == "alert.escalated"
    assert await looking_after(opened, still).run(now=ripe + timedelta(days=30)) == 0, "once"


async def test_the_agency_above_is_that_of_the_tree(opened: World) -> None:
    await opened.rows("INSERT INTO agencies VALUES ('H20', 'H20.14', 'Sở', 'H20.1', 2, true) RETURNING 1")
    await opens_at(opened, TUESDAY)
    await looking_after(opened).run(now=TUESDAY + timedelta(days=7))
    assert (await alert(opened))["escalated_to"] == "H20.1"


async def test_what_was_passed_on_stays_critical_and_the_review_does_not_mind(opened: World) -> None:
    await opens_at(opened, TUESDAY)
    await looking_after(opened).run(now=TUESDAY + timedelta(days=7))
    before = await opened.contents("alerts", "alert_history", "outbox")
    await opened.rows("UPDATE dossiers SET next_review_at = now() RETURNING 1")
    await opened.monitor.once()
    assert await opened.contents("alerts", "alert_history", "outbox") == before
    both(opened, record(at=LONG_AGO, status=Status.PROCESSING, accepted_at=LONG_AGO, due_at=ago(-0.9), updated_at=ago(0)))
    await opened.monitor.once()
    found = await alert(opened)
    assert (found["severity"], found["found_severity"], found["state"]) == ("critical", "warning", "open")


async def test_what_is_acknowledged_is_left_in_peace(opened: World) -> None:
    await opens_at(opened, TUESDAY)
    await said(opened)
    assert await looking_after(opened).run(now=TUESDAY + timedelta(days=20)) == 0


async def test_what_is_open_again_has_its_whole_time_before_it(opened: World) -> None:
    await opens_at(opened, TUESDAY - timedelta(days=30))
    await said(opened, TUESDAY)
    async with opened.database.begin() as connection:
        assert await acknowledgements.lapse(connection, PROVINCE, now=TUESDAY) == 1
    assert (await happened(opened))[-1] == "alert.lapsed"
    never_reminded = Escalation(warning=timedelta(hours=16), least_reminded=None)
    ripe = TUESDAY + timedelta(days=1, hours=10)
    assert await looking_after(opened, never_reminded).run(now=ripe - MOMENT) == 0
    assert await looking_after(opened, never_reminded).run(now=ripe) == 1


async def test_each_working_morning_reminds_once(opened: World) -> None:
    await opens_at(opened, TUESDAY - timedelta(hours=1))
    reminding = looking_after(opened, Escalation(least_reminded=Severity.WARNING))
    done = [await reminding.run(now=TUESDAY + timedelta(hours=hours)) for hours in (-0.01, 0, 1, 23, 24, 25)]
    assert done == [0, 1, 0, 0, 1, 0]
    assert (await happened(opened)).count("alert.reminder") == 2


async def test_what_opened_this_morning_is_not_reminded_of_today(opened: World) -> None:
    await opens_at(opened, TUESDAY)
    assert await looking_after(opened, Escalation(least_reminded=Severity.WARNING)).run(now=TUESDAY + timedelta(hours=9)) == 0
    await opens_at(opened, TUESDAY - MOMENT)
    assert await looking_after(opened, Escalation(least_reminded=Severity.WARNING)).run(now=TUESDAY + timedelta(hours=9)) == 1


async def test_a_warning_is_not_reminded_of_unless_configured(opened: World) -> None:
    await opens_at(opened, TUESDAY - timedelta(days=1))
    assert await looking_after(opened, AlertsConfig().escalating).run(now=TUESDAY) == 0


async def test_what_was_wrong_from_the_start_is_for_digests(world: World) -> None:
    both(world, record(at=LONG_AGO, status=Status.PROCESSING, accepted_at=LONG_AGO, due_at=ago(-1)))
    await world.monitor.once()
    assert (await alert(world))["baseline"]
    await opens_at(world, TUESDAY - timedelta(days=30))
    assert await looking_after(world).run(now=TUESDAY) == 0


async def test_two_monitors_do_everything_once(world: World) -> None:
    await world.monitor.once()
    for number in range(1, 8):
        both(world, record(number, at=LONG_AGO, status=Status.PROCESSING, accepted_at=LONG_AGO, due_at=ago(-1)))
    await world.monitor.once()
    await opens_at(world, TUESDAY - timedelta(days=20))
    now = TUESDAY + timedelta(hours=1)
    changed = await asyncio.gather(*(looking_after(world).run(now=now) for _ in range(4)))
    assert sum(changed) == 14
    events = await world.rows("SELECT alert_id, event FROM outbox WHERE event <> 'alert.opened'")
    assert len({(row["alert_id"], row["event"]) for row in events}) == len(events) == 14


async def test_a_batch_is_not_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unacknowledged, "BATCH", 2)
    await world.monitor.once()
    for number in range(1, 6):
        both(world, record(number, at=LONG_AGO, status=Status.PROCESSING, accepted_at=LONG_AGO, due_at=ago(-1)))
    await world.monitor.once()
    await opens_at(world, TUESDAY - timedelta(days=20))
    assert await looking_after(world, Escalation(warning=timedelta(hours=8), least_reminded=None)).run(now=TUESDAY) == 5


async def test_acknowledging_and_reviewing_at_once_do_not_deadlock(world: World) -> None:
    await world.monitor.once()
    for number in range(1, 30):
        both(world, record(number, at=LONG_AGO, status=Status.PROCESSING, accepted_at=LONG_AGO, due_at=ago(-1)))
    await world.monitor.once()
    ids = [row["id"] for row in await world.rows("SELECT id FROM alerts ORDER BY id DESC")]

    async def say(alert_id: int) -> None:
        async with world.database.begin() as connection:
            words = Acknowledgement(by="key:x", cause=Cause.SOFTWARE)
            await acknowledgements.give(connection, PROVINCE, [alert_id], words, within=WHOLE_PROVINCE, now=TUESDAY)
            await acknowledgements.take_back(connection, PROVINCE, alert_id, by="key:x", within=WHOLE_PROVINCE, now=TUESDAY)

    await world.rows("UPDATE dossiers SET next_review_at = now() RETURNING 1")
    for number in range(1, 30, 2):
        both(
            world,
            record(number, at=LONG_AGO, status=Status.FINISHED, accepted_at=LONG_AGO, finished_at=ago(0), updated_at=ago(0)),
        )
    await asyncio.gather(world.monitor.once(), *(say(alert_id) for alert_id in ids))
    states = await world.rows("SELECT state, count(*) FROM alerts WHERE family = 'deadline' GROUP BY state ORDER BY state")
    assert {row["state"] for row in states} <= {"open", "resolved"}

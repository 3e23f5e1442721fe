"""Digests are written once, on working mornings, of all there is; what came in masses is told when no more of it comes."""

import asyncio
from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from services.monitor.steps.digests import Digests
from shared.db.stores import digests as store
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from tests.integration.test_cycle import ago, both
from tests.integration.world import PROVINCE, World, record

MOMENT = timedelta(microseconds=1)
MONDAY = datetime(2030, 11, 18, 7, 0, tzinfo=LOCAL)
DAY = timedelta(days=1)


def writing(world: World) -> Digests:
    return Digests(world.database, world.reviewer, world.plan, time(7))


async def written(world: World) -> Counter[str]:
    rows = await world.rows("SELECT event, subject FROM outbox WHERE event LIKE 'digest.%'")
    assert len({(row["event"], row["subject"]) for row in rows}) <= len(rows)
    return Counter(row["event"] for row in rows)


async def told(world: World, kind: str, agency: str = PROVINCE) -> dict[str, Any]:
    query = "SELECT data::text AS data FROM outbox WHERE event = :kind AND subject = :subject ORDER BY id DESC LIMIT 1"
    (row,) = await world.rows(query, kind=kind, subject=f"agency:{agency}")
    return dict(msgspec.json.decode(row["data"]))


@pytest.fixture
async def late(world: World) -> World:
    """A province with a late dossier and one that ended at home alone, both found after the first complete reading."""
    await world.monitor.once()
    await world.rows(
        "INSERT INTO agencies VALUES ('H20', 'H20', 'Tỉnh', NULL, 1, true), ('H20', 'H20.14', 'Sở', 'H20', 2, true) RETURNING 1"
    )
    both(world, record(1, at=ago(100), status=Status.PROCESSING, accepted_at=ago(100), due_at=ago(5)))
    ended = record(2, at=ago(90), status=Status.PROCESSING, accepted_at=ago(90), due_at=ago(-90))
    both(world, ended)
    world.home.put(
        record(2, at=ago(90), status=Status.FINISHED, accepted_at=ago(90), due_at=ago(-90), finished_at=ago(1), updated_at=ago(1))
    )
    await world.monitor.once()
    await world.rows("DELETE FROM digests RETURNING 1")
    await world.rows("DELETE FROM outbox WHERE event LIKE 'digest.%' RETURNING 1")
    return world


async def test_a_morning_begins_at_its_hour_and_is_told_once(late: World) -> None:
    assert await writing(late).run(now=MONDAY - MOMENT) == 0
    assert await writing(late).run(now=MONDAY) > 0
    assert await written(late) == {"digest.daily": 2, "digest.weekly": 1}
    assert await writing(late).run(now=MONDAY + timedelta(hours=9)) == 0
    await writing(late).run(now=MONDAY + DAY)
    assert await written(late) == {"digest.daily": 4, "digest.weekly": 1}


async def test_a_morning_tells_what_there_is_of_an_agency_and_of_those_above(late: World) -> None:
    await writing(late).run(now=MONDAY)
    for agency in (PROVINCE, "H20.14"):
        morning = await told(late, "digest.daily", agency)
        assert (morning["agency"], morning["day"]) == (agency, "2030-11-18")
        work = morning["work"]
        assert work["overdue"]["total"] == 1
        assert [entry["code"] for entry in work["overdue"]["first"]] == ["H20.14-261120-0001"]
        assert [entry["code"] for entry in work["unsynced"]["first"]] == ["H20.14-261120-0002"]
        assert work["unacknowledged"] >= 1


@pytest.mark.parametrize("day", [5, 6])
async def test_on_a_day_off_nothing_is_written(late: World, day: int) -> None:
    assert await writing(late).run(now=MONDAY + day * DAY) == 0


async def test_a_week_that_begins_with_days_off_is_told_on_the_first_working_day(late: World) -> None:
    """2 September 2030 is a Monday and a national holiday."""
    holiday = datetime(2030, 9, 2, 8, 0, tzinfo=LOCAL)
    assert await writing(late).run(now=holiday) == 0
    while not late.reviewer.calendar.is_working_day(holiday.date()):
        holiday += DAY
    await writing(late).run(now=holiday)
    assert (await written(late))["digest.weekly"] == 1
    assert (await told(late, "digest.weekly"))["day"] == "2030-09-02"


async def test_a_missed_morning_is_caught_up_the_same_day_and_no_older_one(late: World) -> None:
    await writing(late).run(now=MONDAY + timedelta(hours=11))
    await writing(late).run(now=MONDAY + 3 * DAY)
    days = await late.rows("SELECT day::text FROM digests WHERE kind = 'digest.daily' ORDER BY day")
    assert [row["day"] for row in days] == ["2030-11-18", "2030-11-21"]


async def test_several_monitors_write_one_morning(late: World) -> None:
    await asyncio.gather(*(writing(late).run(now=MONDAY) for _ in range(4)))
    assert await written(late) == {"digest.daily": 2, "digest.weekly": 1}


async def test_what_is_not_committed_is_written_by_the_next_run(late: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = store.write

    async def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        await writing(late).run(now=MONDAY)
    assert await late.rows("SELECT * FROM digests") == []
    monkeypatch.setattr(store, "write", whole)
    await writing(late).run(now=MONDAY)
    assert await written(late) == {"digest.daily": 2, "digest.weekly": 1}


async def test_nothing_is_written_before_everything_was_read(world: World) -> None:
    assert await writing(world).run(now=MONDAY) == 0


async def test_a_week_names_agencies_at_the_line(late: World) -> None:
    await writing(late).run(now=MONDAY)
    week = await told(late, "digest.weekly")
    assert (week["agencies"], week["above_count"], week["most_percent"]) == (1, 1, 2.0)
    assert week["above"][0]["agency"] == "H20.14"


async def test_what_was_wrong_from_the_start_is_one_digest_for_each_agency(world: World) -> None:
    for number in (1, 2):
        both(world, record(number, at=ago(100), status=Status.PROCESSING, accepted_at=ago(100), due_at=ago(5)))
    await world.monitor.once()
    (row,) = await world.rows("SELECT max(at) AS at FROM outbox WHERE reason = 'baseline'")
    nothing_before = row["at"] + timedelta(minutes=1) - MOMENT
    await writing(world).run(now=nothing_before)
    assert (await written(world))["digest.baseline"] == 0
    await writing(world).run(now=row["at"] + timedelta(minutes=1))
    assert (await written(world))["digest.baseline"] >= 1
    mass = await told(world, "digest.baseline")
    assert mass["opened"]["deadline.overdue"] == 2
    before = await written(world)
    await writing(world).run(now=row["at"] + timedelta(minutes=9))
    assert (await written(world))["digest.baseline"] == before["digest.baseline"], "once"

"""Two at once, a lost lease, a kill in between: the end state is the same."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.monitor.steps.ingest import Ingest, Translated
from shared.db.stores import sources
from shared.domain.records import Record
from shared.domain.statuses import Status
from shared.errors import LeaseLost, SourceUnavailable
from tests.integration.world import PROVINCE, World, record
from tests.waiting import PATIENCE

NOW = datetime.now(UTC).replace(microsecond=0)


def _changed(chance: random.Random, item: Record, moment: datetime) -> Record:
    """The dossier moves on at both sides, or only one learns of it."""
    status = chance.choice([Status.NEW, Status.ACCEPTED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINISHED])
    due = NOW + timedelta(hours=chance.choice([-30, -2, 3, 300]))
    accepted = NOW - timedelta(hours=100)
    return msgspec.structs.replace(item, status=status, due_at=due, accepted_at=accepted, updated_at=moment)


@pytest.mark.parametrize("seed", range(6))
async def test_both_sides_polled_at_once_leave_no_wrong_finding(world: World, seed: int) -> None:
    chance = random.Random(seed)
    world.config = world.config.model_copy(update={"page_size": 7})
    await world.open()
    items = [record(number, at=NOW - timedelta(hours=9)) for number in range(40)]
    for step in range(4):
        moment = NOW - timedelta(hours=2) + timedelta(minutes=step)
        items = [_changed(chance, item, moment) if chance.random() < 0.5 else item for item in items]
        for item in items:
            world.home.put(item)
            if chance.random() < 0.8:
                world.portal.put(item)
        polls = [world.monitor.poll(watched) for watched in world.monitor.watched]
        await asyncio.gather(*polls, world.monitor.settle(), world.monitor.settle())
    await world.monitor.once()
    found = await world.rows("SELECT code, finding FROM findings ORDER BY code, family")
    alerts = await world.open_alerts()
    await world.rows("UPDATE dossiers SET next_review_at = now() RETURNING 1")
    await world.monitor.settle()
    assert await world.rows("SELECT code, finding FROM findings ORDER BY code, family") == found
    assert await world.open_alerts() == alerts
    doubled = await world.rows(
        "SELECT subject FROM alerts WHERE state <> 'resolved' GROUP BY province_code, family, subject HAVING count(*) > 1"
    )
    assert doubled == []


async def test_who_lost_the_source_can_write_no_more(world: World) -> None:
    lease = await world.leases.get("portal")
    assert lease
    async with world.database.begin() as connection:
        await sources.take(connection, PROVINCE, "portal")
    with pytest.raises(LeaseLost):
        await Ingest(world.database, world.portal).page(lease, Translated(NOW), [], cursor=NOW)
    assert await world.rows("SELECT cursor FROM sources WHERE name = 'portal'") == [{"cursor": None}]


async def test_a_source_is_held_by_one_monitor_at_a_time(world: World) -> None:
    other = World(world.database)
    await other.open()
    assert await world.monitor.poll(world.monitor.watched[0])
    assert not await other.monitor.poll(other.monitor.watched[0])
    await world.leases.aclose()
    assert await other.monitor.poll(other.monitor.watched[0], wait=timedelta(seconds=5))
    await other.aclose()


async def test_a_first_load_goes_on_where_it_was_cut_off(world: World) -> None:
    world.config = world.config.model_copy(update={"page_size": 10})
    await world.open()
    for number in range(100):
        world.portal.put(record(number, at=NOW - timedelta(hours=200 - number)))
    fail_later = _failing_after(world, pages=6)
    await world.monitor.poll(world.monitor.watched[0])
    stored = await world.rows("SELECT count(*) AS n FROM records")
    assert 50 <= stored[0]["n"] < 100
    fail_later()
    world.portal.pages_asked = 0
    await world.monitor.poll(world.monitor.watched[0])
    assert world.portal.pages_asked <= 7, "what was stored is not read again, but for the overlap"
    assert await world.rows("SELECT count(*) AS n FROM records") == [{"n": 100}]


def _failing_after(world: World, *, pages: int):  # type: ignore[no-untyped-def]
    """Let the portal answer some pages and then go down; returns what brings it up again."""
    serve = world.portal.page

    async def page(**position):  # type: ignore[no-untyped-def]
        if world.portal.pages_asked >= pages:
            raise SourceUnavailable("portal", "cut off")
        return await serve(**position)

    world.portal.page = page  # type: ignore[method-assign]
    return lambda: setattr(world.portal, "page", serve)


async def test_a_page_that_moves_under_the_poll_loses_no_dossier(world: World) -> None:
    world.config = world.config.model_copy(update={"page_size": 10})
    await world.open()
    chance = random.Random(1)
    for number in range(200):
        world.portal.put(record(number, at=NOW - timedelta(hours=300 - number)))
    serve = world.portal.page

    async def page(**position):  # type: ignore[no-untyped-def]
        for row in chance.sample(sorted(world.portal.rows), 5):
            later = datetime.now(UTC)
            world.portal.put(msgspec.structs.replace(world.portal.rows[row], updated_at=later))
        return await serve(**position)

    world.portal.page = page  # type: ignore[method-assign]
    world.portal.fails = None
    await asyncio.wait_for(_until_quiet(world), PATIENCE)
    assert await world.rows("SELECT count(*) AS n FROM records") == [{"n": 200}]


async def _until_quiet(world: World) -> None:
    """Five rows move at every page: the poll ends because a page holds more rows than move."""
    await world.monitor.poll(world.monitor.watched[0])

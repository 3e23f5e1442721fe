"""What storing a page leaves alone, what it mends, and what it must not miss."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.monitor.steps.ingest import Ingest, Translated, open_items
from shared.db.engine import Database
from shared.db.stores import dossiers, sources
from shared.db.stores.sources import Counts, Lease
from shared.domain.statuses import Status
from shared.errors import LeaseLost
from tests.integration.world import PROVINCE, World, record
from tests.waiting import PATIENCE

NOW = datetime.now(UTC).replace(microsecond=0)
CODE = record().code
_WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def _lease(world: World) -> Lease:
    lease = await world.leases.get("portal")
    assert lease
    return lease


async def _make_due(database: Database, now: datetime) -> None:
    async with database.begin() as connection:
        await dossiers.make_due(connection, PROVINCE, {CODE}, now=now)


async def test_a_side_nobody_could_answer_for_is_mended_by_its_unchanged_row(world: World) -> None:
    world.portal.put(record(at=NOW))
    await world.monitor.once()
    await Ingest(world.database, world.portal).unanswerable(await _lease(world), CODE, "not JSON")
    assert await world.rows("SELECT code, mended_at FROM refusals") == [{"code": CODE, "mended_at": None}]
    await world.monitor.poll(world.monitor.watched[0])
    assert await world.rows("SELECT 1 FROM refusals WHERE mended_at IS NULL") == []
    assert await world.rows("SELECT 1 FROM records WHERE source = 'portal'") != []


async def test_another_dossiers_refusal_stays_when_unchanged_rows_are_read(world: World) -> None:
    world.portal.put(record(at=NOW))
    await world.monitor.once()
    await Ingest(world.database, world.portal).unanswerable(await _lease(world), "H20.14-261120-9999", "not JSON")
    await world.monitor.poll(world.monitor.watched[0])
    assert await world.rows("SELECT mended_at FROM refusals") == [{"mended_at": None}]


async def test_a_dossier_under_review_becomes_due_when_news_waited_for_it(world: World) -> None:
    """The reviewer takes it out of the queue with what it saw before; who waited for its lock must put it back."""
    world.portal.put(record(at=NOW))
    await world.monitor.poll(world.monitor.watched[0])
    later = NOW + timedelta(days=1)
    async with world.database.begin() as reviewer:
        assert [claim.code for claim in await dossiers.claim(reviewer, PROVINCE, now=later)] == [CODE]
        news = asyncio.create_task(_make_due(world.database, later))
        async with asyncio.timeout(PATIENCE):
            while not await world.rows(_WAITING):
                assert not news.done()
        await dossiers.park(reviewer, PROVINCE, CODE, reason="judged before the news", rule_set=1, now=NOW)
    await news
    assert await world.rows("SELECT next_review_at FROM dossiers") == [{"next_review_at": later}]


async def test_a_dossier_that_is_due_already_is_not_written_again(world: World) -> None:
    world.portal.put(record(at=NOW))
    await world.monitor.poll(world.monitor.watched[0])
    before = await world.contents("dossiers")
    await _make_due(world.database, NOW + timedelta(days=1))
    assert await world.contents("dossiers") == before
    await _make_due(world.database, NOW - timedelta(days=1))
    assert await world.rows("SELECT next_review_at FROM dossiers") == [{"next_review_at": NOW - timedelta(days=1)}]


async def test_the_commit_of_a_page_waits_for_no_disk_and_every_other_does(world: World) -> None:
    lease = await _lease(world)
    async with world.database.begin() as connection:
        await sources.advance(connection, lease, cursor=NOW, added=0, now=NOW)
        assert (await connection.exec_driver_sql("SHOW synchronous_commit")).scalar() == "off"
    assert await world.rows("SELECT cursor FROM sources WHERE name = 'portal'") == [{"cursor": NOW}]
    assert await world.rows("SHOW synchronous_commit") == [{"synchronous_commit": "on"}]


async def test_the_cursor_never_goes_back(world: World) -> None:
    lease = await _lease(world)
    for cursor in (NOW, NOW - timedelta(hours=1), None):
        async with world.database.begin() as connection:
            await sources.advance(connection, lease, cursor=cursor, added=1, now=NOW)
    assert await world.rows("SELECT cursor, records FROM sources WHERE name = 'portal'") == [{"cursor": NOW, "records": 3}]


async def test_the_cursor_passes_a_page_that_is_stored_already_unless_the_source_was_taken(world: World) -> None:
    ingest, lease = Ingest(world.database, world.portal), await _lease(world)
    world.portal.put(record(at=NOW))
    await ingest.page(lease, await _prepared(world, ingest), [], cursor=NOW)
    before, later = await world.contents("records", "dossiers"), NOW + timedelta(hours=1)
    unchanged = await _prepared(world, ingest)
    assert unchanged.unchanged
    assert not unchanged.read
    assert await ingest.page(lease, unchanged, [], cursor=later) == Counts(pages=1, received=1)
    assert await world.contents("records", "dossiers") == before
    async with world.database.begin() as connection:
        await sources.take(connection, lease.province, lease.source)
    with pytest.raises(LeaseLost):
        await ingest.page(lease, unchanged, [], cursor=later + timedelta(hours=1))
    assert await world.rows("SELECT cursor FROM sources WHERE name = 'portal'") == [{"cursor": later}]


async def _prepared(world: World, ingest: Ingest) -> Translated:
    page = await world.portal.page(since=NOW - timedelta(days=1), number=0, size=10)
    items, _ = open_items(world.portal, page.items)
    return await ingest.prepare(await _lease(world), items, requested_at=NOW)


async def test_what_a_look_up_stored_while_the_page_was_prepared_is_compared_not_stored_twice(world: World) -> None:
    ingest = Ingest(world.database, world.portal)
    world.portal.put(record(at=NOW - timedelta(minutes=2)))
    prepared = await _prepared(world, ingest)
    world.portal.put(record(at=NOW - timedelta(minutes=1), status=Status.PROCESSING))
    answer = await world.portal.look_up([CODE])
    await ingest.answer(await _lease(world), CODE, answer, requested_at=NOW)
    counts = await ingest.page(await _lease(world), prepared, [], cursor=None)
    assert (counts.received, counts.added, counts.changed) == (1, 0, 0)
    assert await world.rows("SELECT status FROM records") == [{"status": int(Status.PROCESSING)}]


async def test_a_row_that_the_page_before_ended_with_writes_nothing_again(world: World) -> None:
    ingest = Ingest(world.database, world.portal)
    world.portal.put(record(at=NOW))
    first, second = await _prepared(world, ingest), await _prepared(world, ingest)
    assert (await ingest.page(await _lease(world), first, [], cursor=None)).added == 1
    written = await world.rows("SELECT xmin::text FROM records")
    counts = await ingest.page(await _lease(world), second, [], cursor=None)
    assert (counts.received, counts.added, counts.changed) == (1, 0, 0)
    assert await world.rows("SELECT xmin::text FROM records") == written

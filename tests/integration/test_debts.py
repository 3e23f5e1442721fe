"""Nothing owed is forgotten, whoever changes what at which moment."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import text

from shared.db.stores import catalogue, dossiers
from shared.db.stores.sources import Registration, register
from shared.domain.catalogue import Agency, Procedure
from shared.domain.records import Supplement
from shared.domain.statuses import Status
from shared.errors import SourcePayload, SourceRejected, SourceUnavailable
from tests.integration.test_cycle import ago, both
from tests.integration.world import PROVINCE, World, record

RUNNING = {"status": Status.PROCESSING, "accepted_at": ago(3), "due_at": ago(-200)}


async def settled(world: World) -> set[datetime | None]:
    return {row["settled_to"] for row in await world.rows("SELECT settled_to FROM sources")}


@pytest.mark.parametrize("problem", [SourceUnavailable("portal", "away"), SourceRejected("portal", "HTTP 403")])
async def test_nothing_is_called_settled_while_a_question_is_owed(world: World, problem: Exception) -> None:
    world.home.put(record(at=ago(3), **RUNNING))
    answer = world.portal.look_up

    async def refuse(_: object) -> None:
        raise problem

    world.portal.look_up = refuse  # type: ignore[assignment]
    assert await world.monitor.once()
    assert await settled(world) == {None}
    assert not await world.open_alerts()
    world.portal.look_up = answer  # type: ignore[method-assign]
    world.monitor._look_ups["portal"]._rests_until = 0.0
    assert await world.monitor.settle()
    assert await world.open_alerts() == {("H20.14-261120-0001", "sync.missing_on_portal")}
    assert None not in await settled(world)


async def test_a_source_that_cannot_answer_for_one_dossier_makes_its_side_wait(world: World) -> None:
    world.home.put(record(at=ago(3), **RUNNING))

    async def garbage(_: object) -> None:
        raise SourcePayload("portal", "not JSON")

    world.portal.look_up = garbage  # type: ignore[assignment]
    for _ in range(4):
        await world.monitor.once()
    assert await world.open_alerts() == set()
    assert await world.rows("SELECT field, reason FROM refusals") == [{"field": "look-up", "reason": "not JSON"}]
    assert None not in await settled(world)


async def test_news_that_waits_for_the_other_side_holds_back_how_far_is_settled(world: World) -> None:
    """Touched at home after the portal was read: its breach is told once the portal was read after that."""
    both(world, record(at=ago(7.9)))
    await world.monitor.once()
    before = await world.rows("SELECT settled_to FROM sources WHERE name = 'igate'")
    world.home.put(record(at=ago(7.9), updated_at=datetime.now(UTC) + timedelta(seconds=1)))
    await world.monitor.poll(world.monitor.watched[1])
    await world.monitor.settle()
    assert await world.rows("SELECT settled_to FROM sources WHERE name = 'igate'") == before
    await world.rows("UPDATE sources SET read_to = now() + interval '1 minute' RETURNING 1")
    await world.monitor.settle()
    assert await world.rows("SELECT settled_to FROM sources WHERE name = 'igate'") != before


async def test_an_answer_made_before_a_record_came_does_not_take_it_away(world: World) -> None:
    world.home.put(record(at=ago(3), **RUNNING))
    await world.monitor.once()
    world.portal.put(record(at=ago(3), **{**RUNNING, "updated_at": ago(0)}))
    await world.monitor.poll(world.monitor.watched[0])
    lease = await world.leases.get("portal")
    assert lease
    await world.monitor._look_ups["portal"]._ingest.answer(lease, "H20.14-261120-0001", (), requested_at=ago(0))
    assert await world.rows("SELECT source FROM records ORDER BY 1") == [{"source": "igate"}, {"source": "portal"}]


async def test_a_sweep_moves_neither_the_cursor_nor_how_far_is_read(world: World) -> None:
    both(world, record(at=ago(30)))
    await world.monitor.once()
    before = await world.rows("SELECT name, cursor, read_to FROM sources ORDER BY name")
    late = record(2, at=ago(20))
    world.portal.put(late)
    assert await world.monitor.sweep(world.monitor.watched[0])
    assert await world.rows("SELECT name, cursor, read_to FROM sources ORDER BY name") == before
    assert await world.rows("SELECT code FROM records WHERE source = 'portal' ORDER BY 1 DESC LIMIT 1") == [{"code": late.code}]
    assert not await world.monitor.sweep(world.monitor.watched[0]), "once a day is enough"


async def test_a_first_load_that_fails_at_home_accuses_nobody_on_the_portals_word(world: World) -> None:
    overdue = record(at=ago(90), status=Status.PROCESSING, accepted_at=ago(90), due_at=ago(2))
    world.portal.put(overdue)
    world.home.put(msgspec.structs.replace(overdue, due_at=ago(-200)))
    world.home.fails = SourceUnavailable("igate", "HTTP 503")
    await world.monitor.once()
    assert await world.open_alerts() == set()
    world.home.fails = None
    await world.monitor.once()
    assert "deadline.overdue" not in {rule for _, rule in await world.open_alerts()}


async def test_a_parked_dossier_is_left_alone_by_polls_and_tried_again_by_other_rules(world: World) -> None:
    poisoned = record(1, at=ago(9), supplements=(Supplement(asked_at=datetime(1, 1, 1, tzinfo=UTC)),), status=Status.SUPPLEMENT)
    both(world, poisoned)
    await world.monitor.once()
    before = await world.contents("dossiers", "alerts", "alert_history")
    await world.monitor.once()
    assert await world.contents("dossiers", "alerts", "alert_history") == before
    await world.open("other rules")
    await world.monitor.settle()
    assert (await world.contents("dossiers"))["dossiers"] != before["dossiers"]


async def test_a_large_catalogue_is_stored_and_its_changes_reach_every_dossier(world: World) -> None:
    both(world, record(at=ago(3), **{**RUNNING, "due_at": None}))
    await world.monitor.once()
    listed = [Procedure(code=f"9.{number}", name="x") for number in range(7000)]
    listed.append(Procedure(code="1.001193", name="Đăng ký khai sinh", legal_limit_days=3))
    async with world.database.begin() as connection:
        await catalogue.store_agencies(connection, PROVINCE, [Agency(code=f"H20.{n}", name="x") for n in range(7000)])
        changed = await catalogue.store_procedures(connection, PROVINCE, listed, now=datetime.now(UTC))
    assert changed == 7001
    async with world.database.begin() as connection:  # after a kill, say, by the next reading
        assert await dossiers.make_due_by_procedures(connection, PROVINCE, now=datetime.now(UTC)) == 1
    await world.monitor.settle()
    assert await world.open_alerts() == {("H20.14-261120-0001", "deadline.missing")}


async def test_items_translated_differently_are_all_read_again(world: World) -> None:
    both(world, record(at=ago(30)))
    await world.monitor.once()
    world.portal.mark = "another table of statuses"
    async with world.database.begin() as connection:
        portal = Registration(
            name="portal", kind="dvcqg", role="portal", position=0, interval=world.every, mark=world.portal.mark
        )
        await register(connection, PROVINCE, [portal], now=datetime.now(UTC))
    cursors = await world.rows("SELECT cursor IS NULL AS anew FROM sources ORDER BY name")
    assert [row["anew"] for row in cursors] == [False, True]
    hashes = await world.rows("SELECT item_hash FROM records WHERE source = 'portal'")
    await world.monitor.poll(world.monitor.watched[0])
    assert await world.rows("SELECT item_hash FROM records WHERE source = 'portal'") != hashes


async def start_at(world: World, day: date) -> None:
    """Open a monitor with this start of reading, and poll the portal once."""
    world.config = world.config.model_copy(update={"start": day})
    await world.open()
    await world.monitor.poll(world.monitor.watched[0])


async def test_an_earlier_start_is_read_from_once_and_a_later_one_changes_nothing(world: World) -> None:
    today = datetime.now(UTC).date()
    first, earlier = today - timedelta(days=10), today - timedelta(days=20)
    world.portal.put(record(1, at=ago(24)))
    world.portal.put(record(2, at=ago(15 * 24)))
    await start_at(world, first)
    counted = "SELECT count(*) AS n FROM records"
    assert await world.rows(counted) == [{"n": 1}]
    cursors = "SELECT cursor, read_to IS NOT NULL AS is_read FROM sources WHERE name = 'portal'"
    (before,) = await world.rows(cursors)
    await start_at(world, earlier)
    assert await world.rows(counted) == [{"n": 2}]
    assert await world.rows(cursors) == [before], "read from the start, and then to where it was"
    world.portal.put(record(3, at=ago(12 * 24)))  # where only a reading from the start comes by
    for day in (earlier, first, today, earlier):
        await start_at(world, day)
        assert await world.rows(counted) == [{"n": 2}]


async def test_a_mark_of_a_version_that_kept_no_start_reads_nothing_again(world: World) -> None:
    world.portal.put(record(1, at=ago(24)))
    await start_at(world, datetime.now(UTC).date() - timedelta(days=10))
    await world.rows("UPDATE sources SET mark = '' RETURNING 1")
    (before,) = await world.rows("SELECT cursor FROM sources WHERE name = 'portal'")
    await world.open()
    assert await world.rows("SELECT cursor FROM sources WHERE name = 'portal'") == [before]


async def test_the_alert_of_a_source_that_is_no_longer_configured_is_resolved(world: World) -> None:
    await world.monitor.once()
    await world.rows("UPDATE sources SET read_to = read_to - interval '1 hour' WHERE name = 'igate' RETURNING 1")
    await world.monitor.settle()
    assert await world.open_alerts() == {("source:igate", "source.stale")}
    async with world.database.begin() as connection:
        await connection.execute(text("UPDATE sources SET active = false WHERE name = 'igate'"))
    await world.monitor.settle()
    assert await world.open_alerts() == set()


async def test_an_hour_without_the_portal_opens_and_resolves_nothing_that_needs_it_and_is_caught_up(world: World) -> None:
    untouched, taken_up, overdue = (record(n, at=ago(8.5)) for n in (1, 2, 3))
    late = msgspec.structs.replace(overdue, status=Status.PROCESSING, accepted_at=ago(8), due_at=ago(-0.5))
    both(world, untouched, taken_up, late)
    await world.monitor.once()
    breached = {(item.code, "intake.breached") for item in (untouched, taken_up)}
    assert breached <= await world.open_alerts()

    world.portal.fails = SourceUnavailable("portal", "HTTP 503")
    await world.rows("UPDATE sources SET read_to = read_to - interval '1 hour' WHERE name = 'portal' RETURNING 1")
    await world.rows("UPDATE sources SET settled_to = settled_to - interval '1 hour' WHERE name = 'portal' RETURNING 1")
    done = msgspec.structs.replace(taken_up, status=Status.PROCESSING, accepted_at=ago(0.5), due_at=ago(-99), updated_at=ago(0.5))
    past_due = msgspec.structs.replace(late, due_at=ago(0.2), updated_at=ago(0.3))
    world.home.put(done)
    world.home.put(past_due)
    assert not await world.monitor.once()
    told = await world.open_alerts()
    assert breached <= told, "what stood stands"
    assert ("source:portal", "source.stale") in told

    world.portal.fails = None
    both(world, done, past_due)
    assert await world.monitor.once()
    assert await world.monitor.once()
    assert await world.open_alerts() == {(untouched.code, "intake.breached"), (overdue.code, "deadline.overdue")}
    assert await world.rows("SELECT 1 FROM alerts GROUP BY family, subject HAVING count(*) > 1") == []

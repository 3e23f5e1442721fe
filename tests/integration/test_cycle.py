"""One cycle: what both systems say becomes alerts, and nothing else does."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.domain.records import Supplement
from shared.domain.statuses import Status
from shared.errors import SourcePayload, SourceUnavailable
from tests.integration.world import HOUR, World, record

STORED = ("records", "dossiers", "findings", "alerts", "record_history", "alert_history", "outbox", "refusals", "look_ups")


def ago(hours: float) -> datetime:
    return (datetime.now(UTC) - timedelta(hours=hours)).replace(microsecond=0)


def both(world: World, *records: object) -> None:
    for item in records:
        world.portal.put(item)
        world.home.put(item)


async def test_a_dossier_untouched_for_nine_hours_is_an_alert(world: World) -> None:
    both(world, record(at=ago(9)))
    assert await world.monitor.once()
    assert await world.open_alerts() == {("H20.14-261120-0001", "intake.breached")}


async def test_a_dossier_in_step_and_in_time_is_none(world: World) -> None:
    both(world, record(at=ago(1)))
    await world.monitor.once()
    assert await world.open_alerts() == set()


async def test_an_alert_is_resolved_when_home_takes_the_dossier_up(world: World) -> None:
    both(world, record(at=ago(9)))
    await world.monitor.once()
    taken_up = record(at=ago(9), status=Status.PROCESSING, updated_at=ago(0), accepted_at=ago(0), due_at=ago(-200))
    both(world, taken_up)
    await world.monitor.once()
    assert await world.open_alerts() == set()
    assert [row["event"] for row in await world.rows("SELECT event FROM outbox ORDER BY id")] == [
        "alert.opened",
        "alert.resolved",
    ]


async def test_unchanged_data_polled_again_changes_nothing(world: World) -> None:
    both(world, *(record(n, at=ago(n)) for n in range(1, 30)))
    world.portal.rows.pop("id-00003")
    world.home.break_row("id-00005", "H20.14-261120-0005", ago(5))
    await world.monitor.once()
    before = await world.contents(*STORED)
    await world.monitor.once()
    assert await world.contents(*STORED) == before
    assert all(before[table] for table in STORED if table not in ("record_history",))


async def test_a_missing_dossier_is_asked_for_before_anyone_is_told(world: World) -> None:
    world.home.put(record(at=ago(3), status=Status.PROCESSING, accepted_at=ago(3), due_at=ago(-200)))
    await world.monitor.once()
    assert world.portal.looked_up == ["H20.14-261120-0001"]
    assert await world.open_alerts() == {("H20.14-261120-0001", "sync.missing_on_portal")}


async def test_what_the_single_question_finds_is_stored_and_nobody_is_told(world: World) -> None:
    hidden = record(at=ago(3), status=Status.PROCESSING, accepted_at=ago(3), due_at=ago(-200))
    world.home.put(hidden)
    world.portal.put(msgspec.structs.replace(hidden, updated_at=datetime(2025, 6, 1, tzinfo=UTC)))  # before the first load
    await world.monitor.once()
    assert await world.open_alerts() == set()
    assert len(await world.rows("SELECT 1 FROM records WHERE source = 'portal'")) == 1


async def test_a_dossier_the_portal_has_lost_is_missing_there(world: World) -> None:
    running = record(at=ago(30), status=Status.PROCESSING, accepted_at=ago(30), due_at=ago(-200))
    both(world, running)
    await world.monitor.once()
    world.portal.rows.clear()
    world.home.put(msgspec.structs.replace(running, status=Status.FINISHED, finished_at=ago(1), updated_at=ago(1)))
    await world.monitor.once()
    await world.monitor.once()  # home is compared once it was read after the record went away
    assert await world.open_alerts() == {("H20.14-261120-0001", "sync.missing_on_portal")}


async def test_a_source_that_is_down_stops_only_the_rules_that_need_it(world: World) -> None:
    late = {"status": Status.PROCESSING, "accepted_at": ago(50), "due_at": ago(-1), "submitted_at": ago(50)}
    both(world, record(1, at=ago(7.9)), record(2, at=ago(50), **late))
    await world.monitor.once()
    world.portal.fails = SourceUnavailable("portal", "no answer")
    changed = record(2, at=ago(50), **{**late, "due_at": ago(0.5), "updated_at": ago(0)})
    world.home.put(changed)
    assert not await world.monitor.once()
    assert {rule for _, rule in await world.open_alerts()} == {"intake.due_soon", "deadline.overdue"}
    error = await world.rows("SELECT error FROM sources WHERE name = 'portal'")
    assert error == [{"error": "no answer"}]


async def test_one_source_that_was_never_read_does_not_stop_the_others(world: World) -> None:
    world.portal.fails = SourcePayload("portal", "not JSON")
    world.home.put(record(at=ago(90), status=Status.PROCESSING, accepted_at=ago(90), due_at=ago(1)))
    await world.monitor.once()
    assert {rule for _, rule in await world.open_alerts()} >= {"deadline.overdue"}


async def test_a_refused_record_makes_its_side_wait_until_it_is_mended(world: World) -> None:
    running = record(at=ago(3), status=Status.PROCESSING, accepted_at=ago(3), due_at=ago(1))
    both(world, running)
    await world.monitor.once()
    assert {rule for _, rule in await world.open_alerts()} == {"deadline.overdue"}
    world.home.break_row("id-00001", running.code, ago(0))
    await world.monitor.once()
    assert {rule for _, rule in await world.open_alerts()} == {"deadline.overdue"}, "what stood stands"
    done = msgspec.structs.replace(running, status=Status.FINISHED, finished_at=ago(2), updated_at=ago(0))
    both(world, done)
    await world.monitor.once()
    assert await world.open_alerts() == set()
    refusals = await world.rows("SELECT field, reason, mended_at IS NOT NULL AS mended FROM refusals")
    assert refusals == [{"field": "due_at", "reason": "not a date", "mended": True}]


async def test_worsening_keeps_the_alert_and_going_back_makes_a_new_one(world: World) -> None:
    accepted = ago(14 * 24)  # working hours lie between whatever the day: without any there is no warning
    running = record(at=accepted, status=Status.PROCESSING, accepted_at=accepted, due_at=ago(-0.5))
    both(world, running)
    await world.monitor.once()
    both(world, msgspec.structs.replace(running, due_at=ago(0.5), updated_at=ago(0.2)))
    await world.monitor.once()
    both(world, msgspec.structs.replace(running, due_at=ago(-0.5), updated_at=ago(0.1)))
    await world.monitor.once()
    alerts = await world.rows("SELECT rule, state FROM alerts WHERE family = 'deadline' ORDER BY id")
    assert alerts == [{"rule": "deadline.overdue", "state": "resolved"}, {"rule": "deadline.due_soon", "state": "open"}]
    events = [row["event"] for row in await world.rows("SELECT event FROM alert_history ORDER BY id")]
    assert events == ["opened", "worsened", "resolved", "opened"]


async def test_what_was_wrong_at_the_first_complete_read_is_baseline(world: World) -> None:
    both(world, record(1, at=ago(9)))
    await world.monitor.once()
    both(world, record(2, at=ago(9)))
    await world.monitor.once()
    rows = await world.rows("SELECT dossier_code, baseline, reason FROM alerts ORDER BY dossier_code")
    assert [(row["baseline"], row["reason"]) for row in rows] == [(True, "baseline"), (False, None)]


async def test_a_code_that_changes_closes_the_old_dossiers_alerts_as_merged(world: World) -> None:
    row = record(1, at=ago(90), status=Status.PROCESSING, accepted_at=ago(90), due_at=ago(9), code="H20.14-261101-9")
    world.home.put(row)
    world.portal.put(msgspec.structs.replace(row, code="H20.14-261120-0001", source_id="p"))
    await world.monitor.once()
    world.home.put(msgspec.structs.replace(row, code="H20.14-261120-0001", updated_at=ago(0)))
    await world.monitor.once()
    resolved = await world.rows(
        "SELECT DISTINCT reason FROM alerts WHERE dossier_code = 'H20.14-261101-9' AND state = 'resolved'"
    )
    assert resolved == [{"reason": "merged"}]
    assert {code for code, _ in await world.open_alerts()} == {"H20.14-261120-0001"}


async def test_other_rules_make_every_dossier_due_and_say_so(world: World) -> None:
    both(world, record(at=ago(7)))
    await world.monitor.once()
    world.rules = msgspec.structs.replace(world.rules, intake_window=6 * HOUR)
    await world.open("other rules")
    await world.monitor.settle()
    assert await world.open_alerts() == {("H20.14-261120-0001", "intake.breached")}
    assert await world.rows("SELECT reason FROM alert_history WHERE event = 'worsened'") == [{"reason": "rules_changed"}]


async def test_a_monitor_with_older_rules_stops_reviewing(world: World) -> None:
    older = world.monitor
    await world.open("newer rules")
    both(world, record(at=ago(9)))
    await older.poll(older.watched[0])
    await older.poll(older.watched[1])
    await older.settle()
    assert await world.open_alerts() == set()
    await world.monitor.settle()
    assert len(await world.open_alerts()) == 1


async def test_a_dossier_whose_review_raises_is_parked_and_stops_nobody(world: World) -> None:
    poisoned = record(1, at=ago(9), supplements=(Supplement(asked_at=datetime(1, 1, 1, tzinfo=UTC)),), status=Status.SUPPLEMENT)
    both(world, poisoned, record(2, at=ago(9)))
    await world.monitor.once()
    assert await world.open_alerts() == {
        ("H20.14-261120-0001", "review.failed"),
        ("H20.14-261120-0002", "intake.breached"),
    }
    parked = await world.rows("SELECT code, parked_reason FROM dossiers WHERE parked_at IS NOT NULL")
    assert parked == [{"code": "H20.14-261120-0001", "parked_reason": "ValueError"}]
    both(world, msgspec.structs.replace(poisoned, supplements=(), status=Status.PROCESSING, updated_at=ago(0), due_at=ago(-99)))
    await world.monitor.once()
    assert await world.open_alerts() == {("H20.14-261120-0002", "intake.breached")}


async def test_a_clock_ahead_is_counted_and_judged_as_the_moment_of_the_request(world: World) -> None:
    both(world, record(at=ago(9), updated_at=datetime(2099, 1, 1, tzinfo=UTC)))
    await world.monitor.once()
    rows = await world.rows("SELECT skewed, updated_at < now() AS credible, record ->> 'updated_at' AS kept FROM records")
    assert {(row["skewed"], row["credible"], row["kept"][:4]) for row in rows} == {(True, True, "2099")}
    await world.monitor.once()  # each side is compared once the other was read after that moment
    assert await world.open_alerts() == {("H20.14-261120-0001", "intake.breached")}


async def test_a_stale_source_is_an_alert_for_operations(world: World) -> None:
    await world.monitor.once()
    await world.rows("UPDATE sources SET read_to = read_to - interval '1 hour' WHERE name = 'igate' RETURNING 1")
    await world.monitor.settle()
    assert await world.open_alerts() == {("source:igate", "source.stale")}
    await world.monitor.once()
    assert await world.open_alerts() == set()


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_everything_is_read_whatever_the_size_of_a_page(world: World, size: int) -> None:
    tied = ago(5)
    for number in range(1, 24):
        both(world, record(number, at=tied if 5 < number < 18 else ago(24 - number)))
    world.config = world.config.model_copy(update={"page_size": size})
    await world.open()
    await world.monitor.once()
    counted = await world.rows("SELECT source, count(*) AS n FROM records GROUP BY source")
    assert {row["n"] for row in counted} == {23}

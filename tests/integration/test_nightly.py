"""What runs once in a while: the audit of each night, the scores of each day."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.monitor.scheduler import NIGHTLY, Daemon
from services.monitor.steps.score_days import moving_periods
from shared.db.engine import Database
from shared.db.stores import catalogue, score_days
from shared.domain.catalogue import Agency
from shared.domain.counters import Counters, View
from shared.domain.figures import Counted
from shared.domain.periods import Period, local_day
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from tests.integration.test_cycle import ago, both
from tests.integration.world import PROVINCE, World, record

CODE = "H20.14-261120-0001"
DIFFERS = ("audit:H20", "audit.differs")
SPOIL = "UPDATE findings SET finding = jsonb_set(finding, '{rule}', '\"intake.due_soon\"') RETURNING 1"
MEND = "UPDATE findings SET finding = jsonb_set(finding, '{rule}', '\"intake.breached\"') RETURNING 1"


@pytest.fixture
async def reviewed(world: World) -> World:
    both(world, record(at=ago(9)))
    await world.monitor.once()
    return world


async def test_an_audit_that_finds_nothing_opens_nothing(reviewed: World, log_lines: list[dict[str, Any]]) -> None:
    await reviewed.monitor.audit()
    assert await reviewed.open_alerts() == {(CODE, "intake.breached")}
    (told,) = [line for line in log_lines if line["event"] == "audit_finished"]
    assert (told["judged"] + told["owed"], told["differences"]) == (1, 0)


async def test_what_differs_is_one_alert_however_many_audits_find_it_until_one_does_not(reviewed: World) -> None:
    await reviewed.rows(SPOIL)
    await asyncio.gather(*(reviewed.monitor.audit() for _ in range(4)))
    await reviewed.monitor.audit()
    query = "SELECT state, severity, responsible, details->'told' AS told, sequence FROM alerts WHERE rule = 'audit.differs'"
    opened = {"severity": "critical", "responsible": "ops", "told": f'["dossier {CODE}: findings"]'}
    assert await reviewed.rows(query) == [{"state": "open", "sequence": 1, **opened}]
    await reviewed.rows(MEND)
    await reviewed.monitor.audit()
    assert await reviewed.rows(query) == [{"state": "resolved", "sequence": 2, **opened}]


async def test_the_first_ten_differences_are_told_and_all_are_counted(world: World) -> None:
    both(world, *(record(number, at=ago(9)) for number in range(1, 13)))
    await world.monitor.once()
    await world.rows(SPOIL)
    await world.monitor.audit()
    query = "SELECT (details->>'differences')::int AS n, jsonb_array_length(details->'told') AS told FROM alerts"
    assert await world.rows(f"{query} WHERE rule = 'audit.differs'") == [{"n": 12, "told": 10}]


async def test_a_monitor_with_older_rules_audits_nothing(reviewed: World) -> None:
    older = reviewed.monitor
    await reviewed.open("newer rules")
    await reviewed.monitor.settle()
    await reviewed.rows(SPOIL)
    await older.audit()
    assert DIFFERS not in await reviewed.open_alerts()
    await reviewed.monitor.audit()
    assert DIFFERS in await reviewed.open_alerts()


def test_the_audit_is_due_at_two_in_the_morning_there() -> None:
    two = datetime(2026, 11, 24, 2, 0, tzinfo=LOCAL)
    assert NIGHTLY.get_next_fire_time(None, two - timedelta(microseconds=1)) == two
    assert NIGHTLY.get_next_fire_time(two, two) == two + timedelta(days=1)


async def test_the_daemon_keeps_the_scores_and_audits_at_night(reviewed: World) -> None:
    stop = asyncio.Event()
    daemon = Daemon(reviewed.monitor, reviewed.database, stop)
    running = asyncio.create_task(daemon.run())
    await asyncio.sleep(0)
    due = {job.id: job.next_run_time for job in daemon._scheduler.get_jobs()}
    stop.set()
    await running
    assert due["audit"].astimezone(LOCAL).hour == 2
    assert max(due["keep the stock"], due["keep the scores"]) <= datetime.now(UTC) + timedelta(minutes=1)


async def keep_day(world: World) -> None:
    """Let the stock and the scores have their turn, as the daemon does."""
    for keeping in world.monitor.hourly.values():
        await keeping.run()


async def test_a_fresh_province_keeps_its_day_once_all_is_judged_and_then_hourly(
    world: World, log_lines: list[dict[str, Any]]
) -> None:
    both(world, record(at=ago(9)))
    await keep_day(world)
    assert await world.rows("SELECT 1 FROM stock_days") == []
    for item in world.monitor.watched:
        await world.monitor.poll(item)
    await world.monitor.settle()
    for _ in range(2):
        await keep_day(world)
    assert await world.rows("SELECT 1 FROM stock_days")
    assert [line["event"] for line in log_lines if line["event"] in ("stock_kept", "scores_kept")] == [
        "stock_kept",
        "scores_kept",
    ] * 2


async def test_stock_that_cannot_be_kept_is_tried_again_at_the_next_turn_and_stops_no_scores(
    reviewed: World, log_lines: list[dict[str, Any]]
) -> None:
    daemon = Daemon(reviewed.monitor, reviewed.database, asyncio.Event())
    log_lines.clear()
    for away in (True, False, False):
        names = ("stock_days", "stock_days_away") if away else ("stock_days_away", "stock_days")
        async with reviewed.database.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE IF EXISTS {} RENAME TO {}".format(*names))
        for name, keeping in reviewed.monitor.hourly.items():
            await daemon._guarded(name, keeping.run)
    assert [line["event"] for line in log_lines] == ["step_failed", "scores_kept", "stock_kept"]


async def kept(database: Database, day: date, counted: Counted) -> int:
    async with database.begin() as connection:
        return await score_days.keep(connection, PROVINCE, View.HOME, Period.parse("2026"), {PROVINCE: counted}, day=day)


async def test_a_day_is_written_once_and_unchanged_figures_write_nothing(database: Database, world: World) -> None:
    first, second, third = (date(2026, 11, day) for day in (2, 3, 4))
    some, more = Counted(counters=Counters(accepted=1)), Counted(counters=Counters(accepted=2))
    assert [await kept(database, first, some), await kept(database, second, some), await kept(database, third, more)] == [1, 0, 1]
    before = await world.contents("score_days")
    assert await kept(database, third, more) == 0
    assert await world.contents("score_days") == before
    days = await world.rows("SELECT day FROM score_days ORDER BY day")
    assert [row["day"] for row in days] == [first, third]


async def list_agencies(world: World) -> None:
    """Let the portal's list name the province and the agency of every dossier."""
    async with world.database.begin() as connection:
        listed = [Agency(code="H20", name="x", level=1), Agency(code="H20.14", name="y", parent="H20", level=3)]
        await catalogue.store_agencies(connection, PROVINCE, listed)


async def test_a_cycle_keeps_the_provinces_year_and_the_next_one_writes_nothing(reviewed: World) -> None:
    await list_agencies(reviewed)
    both(reviewed, record(2, at=ago(0), status=Status.PROCESSING, accepted_at=ago(0), due_at=ago(-99)))  # of this year, surely
    await reviewed.monitor.once()
    today = local_day(datetime.now(UTC))
    rows = await reviewed.rows("SELECT day, view, period FROM score_days WHERE agency = 'H20' ORDER BY view, period")
    year = str(moving_periods(today)[0].year)
    assert {(row["day"], row["period"]) for row in rows} >= {(today, year)}
    before = await reviewed.contents("score_days")
    await reviewed.monitor.once()
    assert await reviewed.contents("score_days") == before


async def test_scores_that_cannot_be_kept_fail_no_cycle(reviewed: World, log_lines: list[dict[str, Any]]) -> None:
    await list_agencies(reviewed)
    async with reviewed.database.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE score_days RENAME TO score_days_away")
    assert await reviewed.monitor.once()
    assert [line["event"] for line in log_lines if line["log_level"] == "error"] == ["scores_not_kept"]

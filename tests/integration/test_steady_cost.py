"""What a cycle asks of the dossiers is answered from a few pages, however many there are that nothing happened to."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from shared.db.engine import Connection, Database
from shared.db.stores import dossiers, open_tally, rule_sets, settled
from shared.db.views.freshness import Freshness
from shared.db.views.snapshot import Snapshot
from shared.db.views.stock import live_stock, portal_stock
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.stock import Stock
from tests.integration.world import CALENDAR, World, record

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
FEW_PAGES = 25
_MANY = """
INSERT INTO dossiers (province_code, code, first_seen_at, next_review_at, judged_at, rule_set, agency, status, open_on_portal,
    due_at, portal_overdue_at, late_from, intake_by, taken_up_at)
SELECT 'H20', 'H20.' || n % 100 || '-261121-' || n, :now, :later, :now, :rule_set, 'H20.' || n % 100, 2, true,
    :later, :later, :later, online_since, online_since
FROM generate_series(1, 10000) AS n,
    LATERAL (SELECT CASE WHEN n % 2 = 0 THEN CAST(:earlier AS timestamptz) END) AS o (online_since)
"""
_MORE_ENDED_LATE = """
INSERT INTO dossiers (province_code, code, first_seen_at, judged_at, rule_set, agency, status, due_at, late_from, ended_at,
    intake_by, taken_up_at)
SELECT 'H20', 'H20.' || n % 100 || '-260121-' || n, :now, :now, :rule_set, 'H20.' || n % 100, 9, :earlier, :earlier, :earlier,
    online_since, online_since
FROM generate_series(1, 50000) AS n,
    LATERAL (SELECT CASE WHEN n % 2 = 0 THEN CAST(:earlier AS timestamptz) END) AS o (online_since)
"""
AGENCIES = [f"H20.{number}" for number in range(100)]

Asks = Callable[[Connection], Awaitable[object]]


async def waking(connection: Connection) -> None:
    assert await dossiers.wake(connection, "H20", ["dvcqg", "igate"], now=NOW) == 0


async def claiming(connection: Connection) -> None:
    assert await dossiers.claim(connection, "H20", now=NOW) == []


async def looking_for_those_judged_by_other_rules(connection: Connection) -> None:
    latest = await connection.scalar(text("SELECT max(id) FROM rule_sets"))
    assert await dossiers.make_due_by_rules(connection, "H20", latest, now=NOW) == 0


async def settling(connection: Connection) -> None:
    assert await settled.settle(connection, "H20", {"dvcqg": NOW}, now=NOW)


async def counting_what_is_overdue(connection: Connection) -> None:
    assert sum(one.open for one in (await portal_stock(connection, "H20", NOW)).values()) == 10_000


async def telling_the_stock(connection: Connection) -> None:
    snapshot = Snapshot(connection, "H20", NOW, Freshness(()))
    (stock,) = (await live_stock(snapshot, CALENDAR, {"H20": AGENCIES}, within=WHOLE_PROVINCE)).values()
    assert stock == Stock(open=10_000, on_portal=10_000)


ASKED = [
    waking,
    claiming,
    looking_for_those_judged_by_other_rules,
    settling,
    counting_what_is_overdue,
    telling_the_stock,
]


@pytest.mark.parametrize("asks", ASKED)
async def test_a_few_pages_answer_what_a_cycle_asks_of_all_dossiers(database: Database, asks: Asks) -> None:
    async with database.begin() as connection:
        rule_set = await rule_sets.register(connection, "H20", "rules", 1, now=NOW)
        moments = {"now": NOW, "later": NOW + timedelta(days=9), "earlier": NOW - timedelta(days=60)}
        await connection.execute(text(_MANY), {**moments, "rule_set": rule_set})
        del moments["later"]
        await connection.execute(text(_MORE_ENDED_LATE), {**moments, "rule_set": rule_set})
        await open_tally.count_anew(connection, "H20")
        await connection.execute(text("ANALYZE"))
    async with database.begin() as connection:
        for statement, parameters in await _asked(database, connection, asks):
            explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            (found,) = explained.scalar_one()
            assert found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"] < FEW_PAGES, found


async def test_a_review_of_nothing_asks_three_questions_and_writes_nothing(database: Database) -> None:
    world = World(database)
    await world.open()
    world.home.put(record(1))
    await world.monitor.once()
    asked: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    assert await world.monitor.review()
    await world.aclose()
    assert len(asked) == 3, asked
    assert all(statement.startswith("SELECT") for statement in asked)


async def _asked(database: Database, connection: Connection, asks: Asks) -> list[tuple[str, Any]]:
    """Return what is asked of the table of dossiers."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if " dossiers" in statement:
            asked.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await asks(connection)
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert asked
    return asked

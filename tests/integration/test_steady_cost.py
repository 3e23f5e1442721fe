"""What a cycle asks of the dossiers is answered from a few pages, however many there are that nothing happened to."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from shared.db.engine import Connection, Database
from shared.db.stores import dossiers, open_tally, rule_sets, settled
from shared.db.views.stock import portal_stock

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
FEW_PAGES = 25
_MANY = """
INSERT INTO dossiers (province_code, code, first_seen_at, next_review_at, judged_at, rule_set, agency, status, open_on_portal)
SELECT 'H20', 'H20.' || n % 100 || '-261121-' || n, :now, :later, :now, :rule_set, 'H20.' || n % 100, 2, true
FROM generate_series(1, 10000) AS n
"""

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


ASKED = [waking, claiming, looking_for_those_judged_by_other_rules, settling, counting_what_is_overdue]


@pytest.mark.parametrize("asks", ASKED)
async def test_a_few_pages_answer_what_a_cycle_asks_of_all_dossiers(database: Database, asks: Asks) -> None:
    async with database.begin() as connection:
        rule_set = await rule_sets.register(connection, "H20", "rules", 1, now=NOW)
        await connection.execute(text(_MANY), {"now": NOW, "later": NOW + timedelta(days=9), "rule_set": rule_set})
        await open_tally.move(connection, "H20", (), [f"H20.{number % 100}" for number in range(10_000)])
        await connection.execute(text("ANALYZE"))
    async with database.begin() as connection:
        for statement, parameters in await _asked(database, connection, asks):
            explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            (found,) = explained.scalar_one()
            assert found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"] < FEW_PAGES, found


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

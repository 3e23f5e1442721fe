"""A page of a list is read by an index in the order of the list, the hundredth as the first."""

from typing import Any

import pytest
from sqlalchemy import event, text

from shared.db.engine import Database
from shared.db.views import alerts, dossier_list, petition_list
from shared.db.views.alert_filters import ACTIVE, AlertFilters
from shared.db.views.alerts import AlertSort
from shared.db.views.dossier_filters import DossierFilters
from shared.db.views.dossier_list import DossierSort
from shared.db.views.paging import Cut, Page
from shared.db.views.petition_list import PetitionFilters, PetitionSort
from shared.db.views.snapshot import Snapshot, open_snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.alerts import AlertState

MANY = 3000

_ALERTS = """
INSERT INTO alerts (province_code, subject, family, rule, severity, state, dossier_code, agency, procedure, responsible,
                    responsible_agency, since, opens_at, due_at, opened_at, resolved_at, baseline, details)
SELECT 'H20', 'dossier:' || n, 'deadline', 'deadline.overdue', CASE WHEN n % 3 = 0 THEN 'warning' ELSE 'critical' END,
       CASE WHEN n % 10 = 0 THEN 'open' ELSE 'resolved' END, n::text, 'H20.' || n % 100, '1.' || n % 300, 'handling',
       'H20.' || n % 100, now(), now(), CASE WHEN n % 7 > 0 THEN '2026-11-20Z'::timestamptz END, now(), now(), false, '{}'
FROM generate_series(1, :many) AS n
"""
_DOSSIERS = """
INSERT INTO dossiers (province_code, code, first_seen_at, next_review_at, rule_set, agency, procedure, due_at, submitted_at)
SELECT 'H20', n::text, now(), now(), 1, 'H20.' || n % 100, '1.' || n % 300, '2026-11-20Z', '2026-11-10Z'
FROM generate_series(1, :many) AS n
"""
_PETITIONS = """
INSERT INTO petitions (province_code, code, hash, petition, updated_at, status, agency, received_at, first_seen_at, due_at,
                       complained_of)
SELECT 'H20', n::text, '', jsonb_build_object('code', n::text, 'status', 4, 'agency', 'H20.14', 'received_at',
       '2026-11-10T00:00:00Z', 'updated_at', '2026-11-10T00:00:00Z'), now(), 4, 'H20.' || n % 100, '2026-11-10Z', now(),
       '2026-11-20Z', false
FROM generate_series(1, :many) AS n
"""


@pytest.mark.parametrize("states", [ACTIVE, (AlertState.RESOLVED,), tuple(AlertState)])
@pytest.mark.parametrize("sort", AlertSort)
async def test_a_page_of_alerts_is_read_by_an_index(database: Database, sort: AlertSort, states: tuple[AlertState, ...]) -> None:
    """All due at one instant: a planner that counts on the first value of a key alone expects nothing after it."""

    async def page(snapshot: Snapshot, cut: Cut) -> Page:
        return await alerts.alert_page(snapshot, AlertFilters(states=states), sort, cut, within=WHOLE_PROVINCE)

    await _fill(database, _ALERTS)
    await _assert_by_index(database, page)


async def test_a_first_page_of_alerts_is_planned_once(database: Database) -> None:
    """Nothing in it differs from question to question; of a page after a key the key does."""
    await _fill(database, _ALERTS)
    async with open_snapshot(database, "H20") as snapshot:
        for _ in range(2):
            first = await alerts.alert_page(snapshot, AlertFilters(), AlertSort.URGENCY, Cut(50), within=WHOLE_PROVINCE)
        await alerts.alert_page(snapshot, AlertFilters(), AlertSort.URGENCY, Cut(50, first.after), within=WHOLE_PROVINCE)
        planned = await snapshot.connection.execute(
            text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE :of ORDER BY prepare_time"),
            {"of": "SELECT alerts.id%"},
        )
        assert planned.all() == [(2, 0), (0, 1)]


@pytest.mark.parametrize("sort", DossierSort)
async def test_a_page_of_dossiers_is_read_by_an_index(database: Database, sort: DossierSort) -> None:
    async def page(snapshot: Snapshot, cut: Cut) -> Page:
        return await dossier_list.dossier_page(snapshot, DossierFilters(), sort, cut, within=WHOLE_PROVINCE)

    await _fill(database, _DOSSIERS)
    await _assert_by_index(database, page)


@pytest.mark.parametrize("sort", PetitionSort)
async def test_a_page_of_petitions_is_read_by_an_index(database: Database, sort: PetitionSort) -> None:
    async def page(snapshot: Snapshot, cut: Cut) -> Page:
        return await petition_list.petition_page(snapshot, PetitionFilters(), sort, cut, within=WHOLE_PROVINCE)

    await _fill(database, _PETITIONS)
    await _assert_by_index(database, page)


async def _fill(database: Database, statement: str) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement), {"many": MANY})
        await connection.execute(text("ANALYZE"))


async def _assert_by_index(database: Database, page: Any) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    async with open_snapshot(database, "H20") as snapshot:
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        first = await page(snapshot, Cut(50))
        following = await page(snapshot, Cut(50, first.after))
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        assert len(first.rows) == len(following.rows) == 50
        for statement, parameters in asked:
            plan = (await snapshot.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).scalars().all()
            assert "Sort" not in "\n".join(plan), "\n".join(plan)
            assert "Index Scan" in plan[1], "\n".join(plan)

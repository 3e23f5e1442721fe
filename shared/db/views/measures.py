"""What the plans' measures count, by agency and sector: one pass over each kind of dossier, added up in the domain."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, not_, or_, select

from shared.db.tables import dossiers, marks
from shared.db.views.dossier_filters import IS_OPEN, LOOKED_AT, is_overdue_on_portal, out_of_step_by
from shared.db.views.paging import or_last
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.counters import View
from shared.domain.measures import Tally
from shared.domain.periods import Span
from shared.domain.standing import working_minutes
from shared.domain.working_time import LOCAL, WorkingTime

Place = tuple[str | None, str | None]
"""An agency and a sector, by their codes."""

_STATUS = ("sync.missing_on_portal", "sync.status_mismatch", "sync.status_unknown")
_RESULT = ("sync.missing_on_portal", "sync.result_missing")
_PAYMENT = ("sync.missing_on_portal", "sync.missing_at_home", "sync.payment_mismatch")
"""The rules by which a dossier is not in step in what a measure asks for."""


async def measure_cells(
    snapshot: Snapshot, span: Span, land: Collection[str], calendar: WorkingTime, *, within: AgencyTree
) -> dict[Place, Tally]:
    """Return what is counted by agency and sector; `land`: the sectors that are land."""
    found: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for query in _questions(snapshot, span, land, within):
        for row in await all_rows(snapshot.connection, query.group_by(dossiers.c.sector)):
            for name, number in row.items():
                if name not in ("agency", "sector"):
                    found[row["agency"], row["sector"]][name] += number
    for row in await all_rows(snapshot.connection, _pauses(snapshot, within)):
        found[row["agency"], row["sector"]]["paused"] += row["number"]
        found[row["agency"], row["sector"]]["paused_minutes"] += row["number"] * _minutes(row, calendar, snapshot.now)
    return {place: Tally(**counts) for place, counts in found.items()}


def _questions(snapshot: Snapshot, span: Span, land: Collection[str], within: AgencyTree) -> Iterator[Select[Any]]:
    start = datetime.combine(span.first, time(), LOCAL)
    end = datetime.combine(span.last + timedelta(days=1), time(), LOCAL)
    of, submitted = dossiers.c, or_last(dossiers.c.submitted_at, falls=True)
    yield _of_dossiers(snapshot, within, _accepted_in_span(snapshot.now, land)).where(
        of.counted_on.is_not(None), of.counted_on >= span.first, of.counted_on <= span.last
    )
    intake = {
        "submitted_online": or_(of.taken_up_at.is_not(None), of.intake_by <= snapshot.now),
        "taken_up": of.taken_up_at <= of.intake_by,
    }
    yield _of_dossiers(snapshot, within, intake).where(of.intake_by.is_not(None), LOOKED_AT, submitted >= start, submitted < end)
    yield _of_dossiers(snapshot, within, {"open": IS_OPEN}).where(IS_OPEN)
    on_portal = {"on_portal": of.open_on_portal, "overdue_on_portal": is_overdue_on_portal(snapshot.now)}
    yield _of_dossiers(snapshot, within, on_portal).where(of.open_on_portal)
    yield _digitised(snapshot, span, within)


def _accepted_in_span(now: datetime, land: Collection[str]) -> dict[str, ColumnElement[bool]]:
    of = dossiers.c
    late, on_land = of.late_from <= now, and_(of.accepted, one_of(of.sector, land))
    held = of.source.is_not(None)
    return {
        "held": held,
        "status_in_step": and_(held, not_(out_of_step_by(_STATUS))),
        "results": of.result_at_home,
        "results_in_step": and_(of.result_at_home, not_(out_of_step_by(_RESULT))),
        "payments": of.paid_online,
        "payments_in_step": and_(of.paid_online, not_(out_of_step_by(_PAYMENT))),
        "late": late,
        "apologised": and_(late, of.apologised),
        "ended_online": of.online_result.is_not(None),
        "with_result": of.online_result,
        "land": on_land,
        "land_online": and_(on_land, of.online),
    }


def _of_dossiers(snapshot: Snapshot, within: AgencyTree, counted: dict[str, ColumnElement[bool]]) -> Select[Any]:
    numbers = (func.count(literal_column("*")).filter(condition).label(name) for name, condition in counted.items())
    return (
        select(dossiers.c.agency, dossiers.c.sector, *numbers)
        .where(dossiers.c.province_code == snapshot.province, at_agency(dossiers.c.agency, within))
        .group_by(dossiers.c.agency)
    )


def _digitised(snapshot: Snapshot, span: Span, within: AgencyTree) -> Select[Any]:
    """Return what the portal counts in 4.2, by the agency of its own record."""
    sums = (func.sum(marks.c[name]).label(name) for name in ("accepted", "digitised"))
    dossier = and_(dossiers.c.province_code == marks.c.province_code, dossiers.c.code == marks.c.code)
    return (
        select(marks.c.agency, dossiers.c.sector, *sums)
        .join_from(marks, dossiers, dossier)
        .where(
            marks.c.province_code == snapshot.province,
            marks.c.view == View.PORTAL.value,
            marks.c.day >= span.first,
            marks.c.day <= span.last,
            at_agency(marks.c.agency, within),
        )
        .group_by(marks.c.agency)
    )


def _pauses(snapshot: Snapshot, within: AgencyTree) -> Select[Any]:
    of = dossiers.c
    return (
        select(of.agency, of.sector, of.paused_since, func.count().label("number"))
        .where(of.province_code == snapshot.province, at_agency(of.agency, within), IS_OPEN, of.paused_since.is_not(None))
        .group_by(of.agency, of.sector, of.paused_since)
    )


def _minutes(row: Row, calendar: WorkingTime, now: datetime) -> int:
    """A wait that began outside the calendar, or lies ahead, is a mistake in the record: it adds nothing."""
    try:
        return max(0, working_minutes(calendar.between(row["paused_since"], now)))
    except ValueError:
        return 0

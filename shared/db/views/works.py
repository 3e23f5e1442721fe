"""What there is to do at every agency, for its morning page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from shared.db.tables import alerts, dossiers
from shared.db.views.alert_filters import unresolved
from shared.db.views.dossier_filters import IS_OPEN, is_overdue
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.db.views.stock import own_stock
from shared.domain.agencies import AgencyTree
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity
from shared.domain.morning import SHOWN, Entry, Part, Work
from shared.domain.periods import local_day
from shared.domain.statuses import RUNNING
from shared.domain.working_time import LOCAL, WorkingTime

_MOMENT = timedelta(microseconds=1)
_IN_STOCK = ("apologies", "supplement", "payment", "stopped", "paused")


async def own_works(snapshot: Snapshot, calendar: WorkingTime, *, within: AgencyTree) -> dict[str, Work]:
    """Return the work of each agency's own dossiers and alerts, by its code; none of those without."""
    found: dict[str | None, dict[str, Any]] = defaultdict(dict)
    for name, at, wanted in _parts(snapshot.now):
        for agency, part in (await _part(snapshot, at, wanted, within=within)).items():
            found[agency][name] = part
    for agency, part in (await _out_of_hours(snapshot, calendar, within=within)).items():
        found[agency]["out_of_hours"] = part
    for agency, stock in (await own_stock(snapshot, calendar, within=within)).items():
        found[agency] |= {name: getattr(stock, name) for name in _IN_STOCK}
    for row in await _alerts(snapshot, within=within):
        found[row["agency"]] |= {name: row[name] for name in row if name != "agency"}
    return {agency: Work(**parts) for agency, parts in found.items() if agency is not None}


def _parts(now: datetime) -> Iterator[tuple[str, ColumnElement[datetime], ColumnElement[bool]]]:
    """Each with the moment it is told for: due today, overdue, ended here and open on the portal."""
    midnight = datetime.combine(local_day(now) + timedelta(days=1), datetime.min.time(), LOCAL)
    running = dossiers.c.status.in_(sorted(status.value for status in RUNNING))
    yield "due_today", dossiers.c.due_at, and_(IS_OPEN, running, dossiers.c.due_at >= now, dossiers.c.due_at < midnight)
    yield "overdue", dossiers.c.due_at, is_overdue(now)
    yield "unsynced", dossiers.c.ended_at, and_(dossiers.c.open_on_portal, dossiers.c.ended_at.is_not(None))


async def _part(
    snapshot: Snapshot, at: ColumnElement[datetime], wanted: ColumnElement[bool], *, within: AgencyTree
) -> dict[str | None, Part]:
    agency = dossiers.c.agency
    ranked = (
        select(
            agency,
            dossiers.c.code,
            dossiers.c.procedure,
            at.label("at"),
            func.count().over(partition_by=agency).label("total"),
            func.row_number().over(partition_by=agency, order_by=(at, dossiers.c.code)).label("place"),
        )
        .where(dossiers.c.province_code == snapshot.province, wanted, at_agency(agency, within))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= SHOWN).order_by(ranked.c.agency, ranked.c.place)
    rows: dict[str | None, list[Row]] = defaultdict(list)
    for row in await all_rows(snapshot.connection, query):
        rows[row["agency"]].append(row)
    return {code: Part(of[0]["total"], tuple(_entry(row) for row in of)) for code, of in rows.items()}


async def _out_of_hours(snapshot: Snapshot, calendar: WorkingTime, *, within: AgencyTree) -> Mapping[str | None, Part]:
    """Handed in while offices were closed, taken up by nobody, the window still open; the first to close first."""
    query = select(dossiers.c.agency, dossiers.c.code, dossiers.c.procedure, dossiers.c.submitted_at, dossiers.c.intake_by).where(
        dossiers.c.province_code == snapshot.province,
        IS_OPEN,
        dossiers.c.intake_by > snapshot.now,
        dossiers.c.taken_up_at.is_(None),
        dossiers.c.submitted_at.is_not(None),
        at_agency(dossiers.c.agency, within),
    )
    rows = await all_rows(snapshot.connection, query.order_by(dossiers.c.intake_by, dossiers.c.code))
    found: dict[str | None, list[Entry]] = defaultdict(list)
    for row in rows:
        if not calendar.between(row["submitted_at"], row["submitted_at"] + _MOMENT):
            found[row["agency"]].append(Entry(row["intake_by"], row["code"], row["procedure"]))
    return {code: Part(len(entries), tuple(entries[:SHOWN])) for code, entries in found.items()}


async def _alerts(snapshot: Snapshot, *, within: AgencyTree) -> list[Row]:
    is_open = alerts.c.state == AlertState.OPEN
    query = (
        select(
            alerts.c.agency,
            func.count().filter(is_open).label("unacknowledged"),
            func.count().filter(is_open, alerts.c.severity == Severity.CRITICAL).label("critical"),
            func.count().filter(alerts.c.responsible == Responsible.OTHER_AGENCY).label("other_agency"),
            func.count().filter(alerts.c.rule == "supplement.repeated").label("repeated"),
        )
        .where(alerts.c.province_code == snapshot.province, unresolved(), at_agency(alerts.c.agency, within))
        .group_by(alerts.c.agency)
    )
    return list(await all_rows(snapshot.connection, query))


def _entry(row: Row) -> Entry:
    return Entry(row["at"], row["code"], row["procedure"])

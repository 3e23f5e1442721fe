"""Alerts with the names of what they are about."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, select

from shared.db.tables import alert_history, alerts
from shared.db.views.alert_filters import AlertFilters, conditions
from shared.db.views.names import agency_name, procedure_facts
from shared.db.views.paging import Cut, Instant, Number, Order, Page, Word, page
from shared.db.views.rows import Row, all_rows, columns, kept, one_row
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree


class AlertSort(StrEnum):
    """`urgency`: critical first, then the earliest due; `due_at`: the earliest due; `opened_at`: the latest opened first;
    `points`: what is worth most on its agency's card first, what nobody knows the worth of last.
    """

    URGENCY = "urgency"
    DUE_AT = "due_at"
    OPENED_AT = "opened_at"
    POINTS = "points"


ORDERS: dict[AlertSort, Order] = {
    AlertSort.URGENCY: Order((alerts.c.severity, alerts.c.due_at, alerts.c.id), tuple[Word, Instant | None, Number]),
    AlertSort.DUE_AT: Order((alerts.c.due_at, alerts.c.id), tuple[Instant | None, Number]),
    AlertSort.OPENED_AT: Order((alerts.c.opened_at, alerts.c.id), tuple[Instant, Number], falls=True),
    AlertSort.POINTS: Order((alerts.c.points, alerts.c.id), tuple[Decimal | None, Number], falls=True),
}
"""Critical sorts before warning by the alphabet too, which `ix_alerts_urgent` relies on."""

HISTORY = 200
"""At most so many changes of one alert are told."""

_AFTER = alerts.alias("after")
_REOPENED_BY = (
    select(func.max(_AFTER.c.id))
    .where(_AFTER.c.province_code == alerts.c.province_code, _AFTER.c.reopens == alerts.c.id)
    .correlate(alerts)
    .scalar_subquery()
    .label("reopened_by")
)

_FOR_THE_MONITOR = {
    "province_code",
    "opens_at",
    "reason",
    "sequence",
    "in_incident",
    "found_severity",
    "open_since",
    "reminded_at",
}
_ALERTS = select(
    *(column for column in alerts.c if column.name not in _FOR_THE_MONITOR),
    agency_name(alerts, alerts.c.agency).label("agency_name"),
    agency_name(alerts, alerts.c.responsible_agency).label("responsible_agency_name"),
    *procedure_facts(alerts),
    _REOPENED_BY,
)
"""What is told of an alert, with the names of its agency, of the agency asked to act, and of its procedure; None where nobody
listed it.
"""


async def alert_page(snapshot: Snapshot, filters: AlertFilters, sort: AlertSort, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the alerts wanted."""
    return await page(snapshot.connection, _wanted(filters, snapshot.province, within), ORDERS[sort], cut)


@kept
def _wanted(filters: AlertFilters, province: str, within: AgencyTree) -> Select[Any]:
    return _ALERTS.where(*conditions(filters, province), at_agency(alerts.c.agency, within))


async def count_alerts(snapshot: Snapshot, filters: AlertFilters, *, within: AgencyTree) -> int:
    """Return how many alerts are wanted, on all pages."""
    query = select(func.count()).select_from(alerts)
    query = query.where(*conditions(filters, snapshot.province), at_agency(alerts.c.agency, within))
    return int(await snapshot.connection.scalar(query) or 0)


async def find_alert(snapshot: Snapshot, alert_id: int, *, within: AgencyTree) -> Row | None:
    """Return one alert, None for one that is not there or not to be seen."""
    query = _ALERTS.where(
        alerts.c.province_code == snapshot.province, alerts.c.id == alert_id, at_agency(alerts.c.agency, within)
    )
    return await one_row(snapshot.connection, query)


async def changes_of_alert(snapshot: Snapshot, alert_id: int, *, within: AgencyTree) -> Sequence[Row]:
    """Return what happened to one alert, newest first."""
    query = (
        select(*columns(alert_history, "at", "event", "changes", "reason", "actor"))
        .join(alerts, and_(alerts.c.province_code == alert_history.c.province_code, alerts.c.id == alert_history.c.alert_id))
        .where(alert_history.c.province_code == snapshot.province, alert_history.c.alert_id == alert_id)
        .where(at_agency(alerts.c.agency, within))
        .order_by(alert_history.c.at.desc(), alert_history.c.id.desc())
        .limit(HISTORY)
    )
    return await all_rows(snapshot.connection, query)


async def alerts_of_dossier(snapshot: Snapshot, code: str, limit: int, *, within: AgencyTree) -> Sequence[Row]:
    """Return the alerts of one dossier, unresolved before resolved, then the latest opened first."""
    query = (
        _ALERTS.where(
            alerts.c.province_code == snapshot.province, alerts.c.dossier_code == code, at_agency(alerts.c.agency, within)
        )
        .order_by(alerts.c.resolved_at.is_not(None), alerts.c.opened_at.desc(), alerts.c.id.desc())
        .limit(limit)
    )
    return await all_rows(snapshot.connection, query)

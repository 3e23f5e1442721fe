"""Incidents, and how many alerts of each a caller sees."""

from enum import StrEnum

from sqlalchemy import ARRAY, ColumnElement, Select, Text, cast, func, select, true

from shared.db.tables import alerts, incidents
from shared.db.views.names import agency_name, procedure_name
from shared.db.views.paging import Cut, Number, Order, Page, page
from shared.db.views.rows import Row, one_row
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.alerts import AlertState

LATEST_FIRST = Order((incidents.c.id,), tuple[Number], falls=True)


class IncidentState(StrEnum):
    """`open`: what falls out of step by its cause goes into it; `closed`: it is over."""

    OPEN = "open"
    CLOSED = "closed"


async def incident_page(snapshot: Snapshot, states: tuple[IncidentState, ...], cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the incidents in one of these states (none: in any), the latest first."""
    query = _incidents(snapshot, within)
    if len(set(states)) == 1:
        is_open = incidents.c.closed_at.is_(None)
        query = query.where(is_open if states[0] is IncidentState.OPEN else ~is_open)
    return await page(snapshot.connection, query, LATEST_FIRST, cut)


async def find_incident(snapshot: Snapshot, incident_id: int, *, within: AgencyTree) -> Row | None:
    """Return one incident, None for one that is not there or not to be seen."""
    return await one_row(snapshot.connection, _incidents(snapshot, within).where(incidents.c.id == incident_id))


def _incidents(snapshot: Snapshot, within: AgencyTree) -> Select[tuple[object, ...]]:
    """Every incident of whose dossiers some may be seen, with how many of those it had and has."""
    inside = (
        alerts.c.province_code == incidents.c.province_code,
        alerts.c.incident_id == incidents.c.id,
        at_agency(alerts.c.agency, within),
    )
    counted = select(func.count()).where(*inside)
    return select(
        incidents,
        counted.scalar_subquery().label("alerts"),
        counted.where(alerts.c.state != AlertState.RESOLVED).scalar_subquery().label("standing"),
        agency_name(incidents, incidents.c.code).label("agency_name"),
        agency_name(incidents, incidents.c.responsible_agency).label("responsible_name"),
        procedure_name(incidents, incidents.c.code).label("procedure_name"),
    ).where(incidents.c.province_code == snapshot.province, _is_seen(within))


def _is_seen(within: AgencyTree) -> ColumnElement[bool]:
    if within.is_whole:
        return true()
    return incidents.c.agencies.bool_op("&&")(cast(sorted(within.codes), ARRAY(Text)))

"""Dossiers in a list: where each stands, with the names of what it is about."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select

from shared.db.tables import alerts, dossiers
from shared.db.views.alert_filters import unresolved
from shared.db.views.dossier_filters import (
    DossierFilters,
    conditions,
    is_overdue,
    is_overdue_on_portal,
    known,
    procedures_mentioned,
)
from shared.db.views.names import agency_name, procedure_facts
from shared.db.views.paging import Cut, Instant, Order, Page, Word, page
from shared.db.views.rows import columns
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree


class DossierSort(StrEnum):
    """`due_at`: the earliest due; `submitted_at`: the latest handed in; `code`: by the code."""

    DUE_AT = "due_at"
    SUBMITTED_AT = "submitted_at"
    CODE = "code"


ORDERS: dict[DossierSort, Order] = {
    DossierSort.DUE_AT: Order((dossiers.c.due_at, dossiers.c.code), tuple[Instant | None, Word]),
    DossierSort.SUBMITTED_AT: Order((dossiers.c.submitted_at, dossiers.c.code), tuple[Instant | None, Word], falls=True),
    DossierSort.CODE: Order((dossiers.c.code,), tuple[Word]),
}

_KEPT = (
    "code",
    "agency",
    "procedure",
    "sector",
    "source",
    "status",
    "portal_status",
    "online",
    "submitted_at",
    "due_at",
    "ended_at",
    "stage",
    "officer_id",
    "out_of_step",
    "judged_at",
    "next_review_at",
)


async def dossier_page(snapshot: Snapshot, filters: DossierFilters, sort: DossierSort, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the dossiers wanted."""
    mentioned = await procedures_mentioned(snapshot.connection, snapshot.province, filters.q)
    query = _dossiers(snapshot).where(
        *conditions(filters, snapshot.province, snapshot.now, mentioned), at_agency(dossiers.c.agency, within)
    )
    return await page(snapshot.connection, query, ORDERS[sort], cut)


async def count_dossiers(snapshot: Snapshot, filters: DossierFilters, *, within: AgencyTree) -> int:
    """Return how many dossiers are wanted, on all pages."""
    mentioned = await procedures_mentioned(snapshot.connection, snapshot.province, filters.q)
    query = (
        select(func.count())
        .select_from(dossiers)
        .where(*conditions(filters, snapshot.province, snapshot.now, mentioned), at_agency(dossiers.c.agency, within))
    )
    return int(await snapshot.connection.scalar(query) or 0)


NAMES = (agency_name(dossiers, dossiers.c.agency).label("agency_name"), *procedure_facts(dossiers))


def _dossiers(snapshot: Snapshot) -> Select[Any]:
    """Names and alerts are looked up for the rows of the page only: PostgreSQL does that after the limit."""
    active = (
        select(func.count())
        .select_from(alerts)
        .where(alerts.c.province_code == snapshot.province, alerts.c.dossier_code == dossiers.c.code, unresolved())
        .scalar_subquery()
    )
    return select(
        *columns(dossiers, *_KEPT),
        *NAMES,
        known(is_overdue(snapshot.now)).label("overdue"),
        known(is_overdue_on_portal(snapshot.now)).label("overdue_on_portal"),
        active.label("alerts"),
    )

"""Who did what, as it is read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from shared.db.tables import audit_log
from shared.db.views.paging import Cut, Number, Order, Page, page
from shared.db.views.rows import columns
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

LATEST_FIRST = Order((audit_log.c.id,), tuple[Number], falls=True)

_COLUMNS = columns(audit_log, "id", "at", "actor", "action", "subject", "agency", "request_id", "details")


@dataclass(frozen=True)
class AuditFilters:
    """Which lines are wanted; what is empty or None narrows nothing."""

    actors: Collection[str] = ()
    actions: Collection[str] = ()
    subjects: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None


async def audit_page(snapshot: Snapshot, filters: AuditFilters, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of what was done, the latest first: to what belongs to the agencies that may be seen."""
    query = select(*_COLUMNS).where(audit_log.c.province_code == snapshot.province, at_agency(audit_log.c.agency, within))
    for column, wanted in (("actor", filters.actors), ("action", filters.actions), ("subject", filters.subjects)):
        if wanted:
            query = query.where(one_of(audit_log.c[column], wanted))
    if filters.since:
        query = query.where(audit_log.c.at >= filters.since)
    if filters.until:
        query = query.where(audit_log.c.at < filters.until)
    return await page(snapshot.connection, query, LATEST_FIRST, cut)

"""Silences, and how much each of them holds back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select

from shared.db.tables import held_alerts, silences
from shared.db.views.paging import Cut, Number, Order, Page, page
from shared.db.views.rows import Row, one_row
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

LATEST_FIRST = Order((silences.c.id,), tuple[Number], falls=True)


class SilenceState(StrEnum):
    """`planned`: it begins later; `active`: it keeps silent now; `ended`: it keeps silent no more."""

    PLANNED = "planned"
    ACTIVE = "active"
    ENDED = "ended"


_HELD = (
    select(func.count())
    .where(held_alerts.c.province_code == silences.c.province_code, held_alerts.c.silence_id == silences.c.id)
    .scalar_subquery()
)
_SILENCES = select(silences, _HELD.label("alerts_standing"))


async def silence_page(snapshot: Snapshot, states: tuple[SilenceState, ...], cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the silences in one of these states (none: in any), the latest first."""
    query = _SILENCES.where(silences.c.province_code == snapshot.province, at_agency(silences.c.owner_agency, within))
    if states:
        query = query.where(or_(*(_is_in(state, snapshot.now) for state in states)))
    return await page(snapshot.connection, query, LATEST_FIRST, cut)


async def find_silence(snapshot: Snapshot, silence_id: int, *, within: AgencyTree) -> Row | None:
    """Return one silence, None for one that is not there or not to be seen."""
    query = _SILENCES.where(
        silences.c.province_code == snapshot.province,
        silences.c.id == silence_id,
        at_agency(silences.c.owner_agency, within),
    )
    return await one_row(snapshot.connection, query)


def _is_in(state: SilenceState, now: datetime) -> ColumnElement[bool]:
    if state is SilenceState.ENDED:
        return silences.c.ends_at <= now
    begun = silences.c.starts_at <= now if state is SilenceState.ACTIVE else silences.c.starts_at > now
    return and_(begun, silences.c.ends_at > now)

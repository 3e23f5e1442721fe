"""What was counted on earlier days."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on

from shared.db.tables import score_days
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.counters import View
from shared.domain.figures import Counted
from shared.domain.periods import Period


async def counted_on(
    snapshot: Snapshot, view: View, period: Period, codes: Collection[str], day: date, *, within: AgencyTree
) -> dict[str, Counted]:
    """Return what was counted of these units at the end of a local day; those of which nothing was kept by then are missing."""
    query = (
        select(score_days.c.agency, score_days.c.counted)
        .ext(distinct_on(score_days.c.agency))
        .where(
            *_of(snapshot, view, period),
            one_of(score_days.c.agency, codes),
            at_agency(score_days.c.agency, within),
            score_days.c.day <= day,
        )
        .order_by(score_days.c.agency, score_days.c.day.desc())
    )
    return {row.agency: row.counted for row in await snapshot.connection.execute(query)}


async def days_of(snapshot: Snapshot, view: View, period: Period, code: str, *, within: AgencyTree) -> list[tuple[date, Counted]]:
    """Return the days on which what is counted of a unit changed, the earliest first."""
    query = select(score_days.c.day, score_days.c.counted).where(
        *_of(snapshot, view, period), score_days.c.agency == code, at_agency(score_days.c.agency, within)
    )
    rows = await snapshot.connection.execute(query.order_by(score_days.c.day))
    return [(row.day, row.counted) for row in rows]


def _of(snapshot: Snapshot, view: View, period: Period) -> tuple[ColumnElement[bool], ...]:
    return (
        score_days.c.province_code == snapshot.province,
        score_days.c.view == view,
        score_days.c.period == str(period),
    )

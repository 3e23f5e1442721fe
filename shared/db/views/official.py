"""The portal's own scores, as they were on a day."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from shared.db.tables import official_scores
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import at_agency
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree
from shared.domain.periods import Period
from shared.domain.published import PublishedUnit


class Published(msgspec.Struct, frozen=True):
    """A unit as it was published: first read so at `fetched_at`, all of it last read at `seen_at`."""

    unit: PublishedUnit
    fetched_at: datetime
    seen_at: datetime


async def published(
    snapshot: Snapshot, period: Period, *, within: AgencyTree, until: datetime | None = None, code: str | None = None
) -> dict[str, Published]:
    """Return the latest scores of every unit, or of one, by code; those read before `until` if that is given."""
    query = select(official_scores).ext(distinct_on(official_scores.c.unit_code)).where(*_of(snapshot, period, within))
    if until is not None:
        query = query.where(official_scores.c.fetched_at < until)
    if code is not None:
        query = query.where(official_scores.c.unit_code == code)
    query = query.order_by(official_scores.c.unit_code, official_scores.c.fetched_at.desc())
    return {row["unit_code"]: _published(row) for row in await all_rows(snapshot.connection, query)}


async def changes(snapshot: Snapshot, period: Period, code: str, *, within: AgencyTree) -> Sequence[Published]:
    """Return what was published of a unit over time, the earliest first: one entry per change."""
    query = select(official_scores).where(*_of(snapshot, period, within), official_scores.c.unit_code == code)
    return [_published(row) for row in await all_rows(snapshot.connection, query.order_by(official_scores.c.fetched_at))]


def unit_of_row(row: Row) -> PublishedUnit:
    """Return a stored row as a unit."""
    return PublishedUnit(
        code=row["unit_code"],
        name=row["name"],
        department_id=row["department_id"],
        total=row["total"],
        scores=row["scores"],
    )


def _published(row: Row) -> Published:
    return Published(unit_of_row(row), row["fetched_at"], row["seen_at"])


def _of(snapshot: Snapshot, period: Period, within: AgencyTree) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a period, and of what may be seen: other provinces are public, whoever asks."""
    unit = official_scores.c.unit_code
    elsewhere = ~(or_(unit == snapshot.province, unit.startswith(f"{snapshot.province}.", autoescape=True)))
    return (
        official_scores.c.province_code == snapshot.province,
        official_scores.c.period == str(period),
        or_(at_agency(unit, within), elsewhere),
    )

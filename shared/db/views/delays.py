"""Where lateness arises: the time stages took past their due dates."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, exists, func, select

from shared.db.tables import delays, dossiers
from shared.db.views.paging import Ranking
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

MOST_MINUTES = Ranking("minutes")


class DelaysBy(StrEnum):
    """What delays may have in common."""

    STAGE = "stage"
    OFFICER = "officer"
    AGENCY = "agency"


class DelayFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Several values of one filter mean any of them. A delay that was on between `since` and `until` counts in full."""

    sectors: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


_COLUMNS: dict[DelaysBy, ColumnElement[Any]] = {
    DelaysBy.STAGE: delays.c.stage,
    DelaysBy.OFFICER: delays.c.officer_id,
    DelaysBy.AGENCY: delays.c.agency,
}


async def delay_groups(snapshot: Snapshot, filters: DelayFilters, by: DelaysBy, *, within: AgencyTree) -> Sequence[Row]:
    """Return the delays wanted by what they have in common; `minutes` and `longest` are those of the delays that are over."""
    key = _COLUMNS[by]
    counted = _wanted(
        select(
            key.label("key"),
            delays.c.code,
            func.count().label("delays"),
            func.count().filter(delays.c.minutes.is_(None)).label("running"),
            func.coalesce(func.sum(delays.c.minutes), 0).label("minutes"),
            func.coalesce(func.max(delays.c.minutes), 0).label("longest"),
        ),
        snapshot,
        filters,
        within,
    )
    of_dossier = counted.group_by(key, delays.c.code).subquery()
    sums = (cast(func.sum(of_dossier.c[name]), BigInteger).label(name) for name in ("delays", "running", "minutes"))
    query = select(
        of_dossier.c.key, func.count().label("dossiers"), *sums, func.max(of_dossier.c.longest).label("longest")
    ).group_by(of_dossier.c.key)
    return await all_rows(snapshot.connection, query)


async def running_delays(snapshot: Snapshot, filters: DelayFilters, by: DelaysBy, *, within: AgencyTree) -> Sequence[Row]:
    """Return since when the delays wanted that go on do so, and how many of each group began at that moment."""
    key = _COLUMNS[by]
    query = _wanted(select(key.label("key"), delays.c.since, func.count().label("number")), snapshot, filters, within)
    query = query.where(delays.c.minutes.is_(None)).group_by(key, delays.c.since)
    return await all_rows(snapshot.connection, query)


def _wanted(query: Select[Any], snapshot: Snapshot, filters: DelayFilters, within: AgencyTree) -> Select[Any]:
    """A delay that is still ahead is none yet."""
    query = query.where(
        delays.c.province_code == snapshot.province, delays.c.since < snapshot.now, at_agency(delays.c.agency, within)
    )
    if filters.until:
        query = query.where(delays.c.since < filters.until)
    if filters.since:
        query = query.where(func.coalesce(delays.c.until, snapshot.now) > filters.since)
    for column, values in ((delays.c.stage, filters.stages), (delays.c.officer_id, filters.officers)):
        if values:
            query = query.where(one_of(column, values))
    return query.where(_of_sector(filters.sectors)) if filters.sectors else query


def _of_sector(sectors: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(
        and_(dossiers.c.province_code == delays.c.province_code, dossiers.c.code == delays.c.code),
        one_of(dossiers.c.sector, sectors),
    )

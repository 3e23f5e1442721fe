"""How far the sources were read, and whether that is far enough."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import OF_DOSSIERS, sources
from shared.db.views.rows import Row, all_rows, columns
from shared.domain.rules.source import stale_after

FACTS = columns(sources, "name", "read_to", "settled_to", "interval_seconds")
"""What tells how fresh a source is."""

IN_ORDER = columns(sources, "position", "name")


class Status(StrEnum):
    """`loading`: never read completely; `stale`: not read for three intervals, at least two minutes."""

    OK = "ok"
    LOADING = "loading"
    STALE = "stale"


class SourceFreshness(msgspec.Struct, frozen=True, kw_only=True):
    """One active source; `read_to` is the start of its last complete poll."""

    name: str
    status: Status
    read_to: datetime | None
    settled_to: datetime | None


class Freshness(msgspec.Struct, frozen=True):
    """All active sources of a province, in the order of configuration."""

    sources: tuple[SourceFreshness, ...] = ()

    @property
    def status(self) -> Status:
        """Loading while a source is, or there is none; else stale while a source is."""
        found = {source.status for source in self.sources}
        if Status.LOADING in found or not found:
            return Status.LOADING
        return Status.STALE if Status.STALE in found else Status.OK

    @property
    def behind(self) -> tuple[SourceFreshness, ...]:
        """The sources that are not ok."""
        return tuple(source for source in self.sources if source.status is not Status.OK)

    @property
    def data_as_of(self) -> datetime | None:
        """The moment up to which every source is read and all that follows from it is done; None while one is loading."""
        moments = [source.settled_to for source in self.sources if source.settled_to and source.status is not Status.LOADING]
        return min(moments) if moments and len(moments) == len(self.sources) else None


def status_of(read_to: datetime | None, interval: timedelta, now: datetime) -> Status:
    """Return how fresh a source is that was last read completely at `read_to`."""
    if read_to is None:
        return Status.LOADING
    return Status.STALE if now - read_to > stale_after(interval) else Status.OK


def sources_of_dossiers(province: ColumnElement[str]) -> ColumnElement[bool]:
    """Return which sources every answer depends on: the active ones of dossiers."""
    return and_(sources.c.province_code == province, sources.c.active, OF_DOSSIERS)


async def read_beside(connection: AsyncConnection, province: str, now: datetime) -> tuple[SourceFreshness, ...]:
    """Return the freshness of the active sources that no dossier waits for, as the transaction sees it."""
    query = select(*FACTS).where(sources.c.province_code == province, sources.c.active, not_(OF_DOSSIERS)).order_by(*IN_ORDER)
    return freshness_of(await all_rows(connection, query), now)


def freshness_of(rows: Iterable[Row], now: datetime) -> tuple[SourceFreshness, ...]:
    """Return how fresh the sources of some rows are; of a row without a source nothing."""
    return tuple(
        SourceFreshness(
            name=row["name"],
            status=status_of(row["read_to"], timedelta(seconds=row["interval_seconds"]), now),
            read_to=row["read_to"],
            settled_to=row["settled_to"],
        )
        for row in rows
        if row["name"] is not None
    )

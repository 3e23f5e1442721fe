"""How far the sources were read, and whether that is far enough."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import OF_DOSSIERS, sources
from shared.domain.rules.source import stale_after


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


async def read_freshness(connection: AsyncConnection, province: str, now: datetime) -> Freshness:
    """Return the freshness of the active sources of dossiers as the transaction sees it."""
    return Freshness(await _read(connection, province, now, OF_DOSSIERS))


async def read_beside(connection: AsyncConnection, province: str, now: datetime) -> tuple[SourceFreshness, ...]:
    """Return the freshness of the active sources that no dossier waits for, likewise."""
    return await _read(connection, province, now, not_(OF_DOSSIERS))


async def _read(
    connection: AsyncConnection, province: str, now: datetime, which: ColumnElement[bool]
) -> tuple[SourceFreshness, ...]:
    query = (
        select(sources.c.name, sources.c.read_to, sources.c.settled_to, sources.c.interval_seconds)
        .where(sources.c.province_code == province, sources.c.active, which)
        .order_by(sources.c.position, sources.c.name)
    )
    return tuple(
        SourceFreshness(
            name=row.name,
            status=status_of(row.read_to, timedelta(seconds=row.interval_seconds), now),
            read_to=row.read_to,
            settled_to=row.settled_to,
        )
        for row in await connection.execute(query)
    )

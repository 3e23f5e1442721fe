"""The outside systems: how far each was read, and who may write for it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import ask
from shared.db.tables import OF_DOSSIERS, PETITIONS, poll_runs, sources
from shared.errors import LeaseLost

_WATCH = 7661
_FROM = " from "
_start = func.split_part(sources.c.mark, _FROM, 2)
"""The mark holds the earliest start there was; one of a former version holds none and is taken for the present one."""

_HOLD = text("SELECT * FROM sources WHERE province_code = :province AND name = :source FOR UPDATE")
_ADVANCE = (
    "UPDATE sources SET progress_at = $3, records = records + $4, cursor = greatest(cursor, $5::timestamptz)"
    " WHERE province_code = $1 AND name = $2 AND epoch = $6 RETURNING set_config('synchronous_commit', 'off', true)"
)
"""Written out, since every page asks them: a statement built anew costs as much as the answer."""


class Lease(msgspec.Struct, frozen=True):
    """The right to write for a source, until somebody takes it and raises its epoch."""

    province: str
    source: str
    epoch: int


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A source as it is configured; `role` is "portal", "home", "petitions", or "evaluation" for the portal's own scores.

    `start`: the day from which it is to be read.
    """

    name: str
    kind: str
    role: str
    position: int
    interval: timedelta
    mark: str = ""
    start: date = date.min


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source was read; see `shared.db.tables.sources`."""

    name: str
    interval: timedelta
    cursor: datetime | None
    read_to: datetime | None
    settled_to: datetime | None
    first_complete_at: datetime | None
    progress_at: datetime
    error: str | None
    error_at: datetime | None
    catalogue_read_at: datetime | None
    swept_at: datetime | None

    @property
    def is_loading(self) -> bool:
        """Never read completely, and nothing says that it cannot be read."""
        return self.read_to is None and self.error is None


class Counts(msgspec.Struct):
    """What one poll met. `unchanged` items cost no write."""

    pages: int = 0
    received: int = 0
    added: int = 0
    changed: int = 0
    refused: int = 0
    skewed: int = 0

    def add(self, other: "Counts") -> None:
        """Add the counts of a page."""
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))

    def as_dict(self) -> dict[str, int]:
        return msgspec.structs.asdict(self)


async def register(connection: AsyncConnection, province: str, configured: Sequence[Registration], *, now: datetime) -> None:
    """Write the configured sources; one that is no longer configured is kept but not active.

    A source whose items are translated differently now (`mark`), or from an earlier day than ever, is read from the beginning
    once more.
    """
    await connection.execute(
        update(sources)
        .where(sources.c.province_code == province, sources.c.name.not_in([source.name for source in configured]))
        .values(active=False)
    )
    for source in sorted(configured, key=lambda source: source.name):
        facts = {
            "kind": source.kind,
            "role": source.role,
            "position": source.position,
            "interval_seconds": max(1, round(source.interval.total_seconds())),
            "active": True,
        }
        mark = f"{source.mark}{_FROM}{source.start}"
        row = {"province_code": province, "name": source.name, "progress_at": now, **facts, "mark": mark}
        kept = _covers(source)
        news = {"mark": case((and_(kept, _start != ""), sources.c.mark), else_=mark), "cursor": case((kept, sources.c.cursor))}
        await connection.execute(
            upsert(sources).values(row).on_conflict_do_update(index_elements=["province_code", "name"], set_={**facts, **news})
        )


def _covers(source: Registration) -> ColumnElement[bool]:
    """Return whether what was read of a source is translated as now, from the start or an earlier day."""
    same, start = func.split_part(sources.c.mark, _FROM, 1) == source.mark, str(source.start)
    return and_(sources.c.cursor.is_not(None), same, _start <= start)


async def take(connection: AsyncConnection, province: str, source: str) -> Lease:
    """Raise the epoch of a source: whoever held it before can write no more."""
    epoch = await connection.scalar(
        update(sources).where(*_is(province, source)).values(epoch=sources.c.epoch + 1).returning(sources.c.epoch)
    )
    if epoch is None:
        raise LeaseLost(f"{source}: not registered")
    return Lease(province, source, epoch)


async def hold(connection: AsyncConnection, lease: Lease) -> SourceState:
    """Lock the source's row for this transaction, the first lock of every ingest; raises `LeaseLost` when it was taken."""
    held = await connection.execute(_HOLD, {"province": lease.province, "source": lease.source})
    row = held.mappings().one()
    if row["epoch"] != lease.epoch:
        raise _taken(lease)
    return _state(row)


def _taken(lease: Lease) -> LeaseLost:
    return LeaseLost(f"{lease.source}: taken by another monitor")


async def states(connection: AsyncConnection, province: str) -> dict[str, SourceState]:
    """Return the active sources of dossiers by name, in the order of configuration."""
    query = select(sources).where(sources.c.province_code == province, sources.c.active, OF_DOSSIERS).order_by(sources.c.position)
    return {row["name"]: _state(row) for row in (await connection.execute(query)).mappings()}


async def petitions_state(connection: AsyncConnection, province: str) -> SourceState | None:
    """Return how far the portal's petitions are read, None where nobody reads them."""
    query = select(sources).where(sources.c.province_code == province, sources.c.active, sources.c.role == PETITIONS)
    row = (await connection.execute(query)).mappings().one_or_none()
    return _state(row) if row else None


async def names(connection: AsyncConnection, province: str) -> list[str]:
    """Return every source there ever was, configured or not."""
    return list((await connection.execute(select(sources.c.name).where(sources.c.province_code == province))).scalars())


async def watch_alone(connection: AsyncConnection, province: str) -> None:
    """Let one transaction at a time judge the sources themselves, so that two monitors do not both open an alert."""
    await connection.execute(select(func.pg_advisory_xact_lock(_WATCH, func.hashtext(province))))


async def advance(connection: AsyncConnection, lease: Lease, *, cursor: datetime | None, added: int, now: datetime) -> None:
    """Note that everything updated before `cursor` is stored (None: no news), and how many records came new.

    Raises `LeaseLost` when the source was taken.

    The commit does not wait for the disk: a server that loses it in a crash loses the cursor with the rows, and they are read
    again. What follows from them is never lost, a later commit that waits takes every earlier one to the disk.
    """
    if not await ask(connection, _ADVANCE, lease.province, lease.source, now, added, cursor, lease.epoch):
        raise _taken(lease)


async def complete(connection: AsyncConnection, lease: Lease, *, started_at: datetime, now: datetime) -> None:
    """Note a complete poll: the source is read to the moment it started."""
    await connection.execute(
        update(sources)
        .where(*_is(lease.province, lease.source))
        .values(
            read_to=started_at,
            first_complete_at=func.coalesce(sources.c.first_complete_at, now),
            progress_at=now,
            error=None,
            error_at=None,
        )
    )


async def fail(connection: AsyncConnection, province: str, source: str, *, error: str, now: datetime) -> None:
    """Note why a source could not be read."""
    await connection.execute(update(sources).where(*_is(province, source)).values(error=error, error_at=now))


async def catalogue_read(connection: AsyncConnection, province: str, source: str, *, now: datetime) -> None:
    """Note that the catalogue of a source was read."""
    await connection.execute(update(sources).where(*_is(province, source)).values(catalogue_read_at=now))


async def swept(connection: AsyncConnection, lease: Lease, *, now: datetime) -> None:
    """Note that a source was read once more."""
    await connection.execute(update(sources).where(*_is(lease.province, lease.source)).values(swept_at=now))


async def start_run(connection: AsyncConnection, province: str, source: str, kind: str, *, now: datetime) -> int:
    """Write the row of a poll that starts; returns its id."""
    run = insert(poll_runs).values(province_code=province, source=source, kind=kind, started_at=now).returning(poll_runs.c.id)
    return int(await connection.scalar(run) or 0)


async def end_run(
    connection: AsyncConnection, province: str, run: int, counts: Counts, *, error: str | None, now: datetime
) -> None:
    """Write how a poll ended."""
    await connection.execute(
        update(poll_runs)
        .where(poll_runs.c.province_code == province, poll_runs.c.id == run)
        .values(finished_at=now, error=error, **counts.as_dict())
    )


def _is(province: str, source: str) -> tuple[Any, ...]:
    return sources.c.province_code == province, sources.c.name == source


def _state(row: Any) -> SourceState:
    columns = {name: row[name] for name in SourceState.__struct_fields__ if name != "interval"}
    return SourceState(interval=timedelta(seconds=row["interval_seconds"]), **columns)

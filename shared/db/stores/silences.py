"""Silences: made, ended, and what they hold back until then."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import held_alerts, incidents, silences
from shared.db.views.rows import Row, all_rows, one_row
from shared.db.views.scope import at_agency
from shared.domain.agencies import AgencyTree
from shared.domain.events import EventType
from shared.domain.quiet import Held, Key, Of, Quiet, Silence
from shared.domain.recipients import agencies_heard


async def create(
    connection: AsyncConnection, province: str, values: Mapping[str, Any], *, owner: str | None, author: str, now: datetime
) -> int:
    """Make a silence for an agency (None: the whole province) and return its id."""
    row = {"province_code": province, "owner_agency": owner, "author": author, "created_at": now, **values}
    made = await connection.scalar(insert(silences).values(row).returning(silences.c.id))
    return int(made or 0)


async def end(
    connection: AsyncConnection, province: str, silence_id: int, *, by: str, within: AgencyTree, now: datetime
) -> bool | None:
    """End a silence now; returns whether it had not ended yet, None for one that is not there or not to be seen."""
    which = (silences.c.province_code == province, silences.c.id == silence_id, at_agency(silences.c.owner_agency, within))
    found = await one_row(connection, select(silences.c.ends_at).where(*which).with_for_update())
    if found is None or found["ends_at"] <= now:
        return None if found is None else False
    await connection.execute(update(silences).where(*which).values(ends_at=now, ended_by=by))
    return True


async def unconcluded(connection: AsyncConnection, province: str, tree: AgencyTree) -> tuple[Silence, ...]:
    """Return the silences that may hold something back, in the order they were made."""
    query = select(silences).where(silences.c.province_code == province, silences.c.concluded_at.is_(None))
    return tuple(_silence(row, tree) for row in await all_rows(connection, query.order_by(silences.c.id)))


async def held_of(connection: AsyncConnection, province: str, keys: Collection[Key]) -> dict[Key, Held]:
    """Return what is held back of these alerts and incidents."""
    ids = {of: sorted(id_ for kind, id_ in keys if kind is of) for of in Of}
    of_alerts = select(held_alerts).where(held_alerts.c.province_code == province, held_alerts.c.alert_id.in_(ids[Of.ALERT]))
    of_incidents = select(incidents.c.id, incidents.c.held_by).where(
        incidents.c.province_code == province, incidents.c.id.in_(ids[Of.INCIDENT]), incidents.c.held_by.is_not(None)
    )
    found = {
        (Of.ALERT, row["alert_id"]): Held(row["silence_id"], EventType(row["event"]))
        for row in (await all_rows(connection, of_alerts) if ids[Of.ALERT] else ())
    }
    for row in await all_rows(connection, of_incidents) if ids[Of.INCIDENT] else ():
        found[Of.INCIDENT, row["id"]] = Held(row["held_by"], EventType.INCIDENT_OPENED)
    return found


async def keep(connection: AsyncConnection, province: str, before: Quiet, after: Quiet, silenced: Mapping[int, int]) -> None:
    """Write what is held back now instead of before, and how many events each silence held back."""
    gone = before.held.keys() - after.held.keys()
    new = {key: held for key, held in after.held.items() if key not in before.held}
    await _keep_alerts(connection, province, {id_ for of, id_ in gone if of is Of.ALERT}, new)
    for (of, id_), by in [*((key, None) for key in sorted(gone)), *((key, held.silence) for key, held in sorted(new.items()))]:
        if of is Of.INCIDENT:
            which = (incidents.c.province_code == province, incidents.c.id == id_)
            await connection.execute(update(incidents).where(*which).values(held_by=by))
    for silence_id, events in sorted(silenced.items()):
        alerts = sum(of is Of.ALERT and held.silence == silence_id for (of, _), held in new.items())
        counted = {"events_held": silences.c.events_held + events, "alerts_held": silences.c.alerts_held + alerts}
        await connection.execute(update(silences).where(*_is(province, silence_id)).values(counted))


async def _keep_alerts(connection: AsyncConnection, province: str, gone: Collection[int], new: Mapping[Key, Held]) -> None:
    if gone:
        which = (held_alerts.c.province_code == province, held_alerts.c.alert_id.in_(sorted(gone)))
        await connection.execute(delete(held_alerts).where(*which))
    rows = [
        {"province_code": province, "alert_id": id_, "silence_id": held.silence, "event": held.event}
        for (of, id_), held in sorted(new.items())
        if of is Of.ALERT
    ]
    if rows:
        await connection.execute(upsert(held_alerts).on_conflict_do_nothing(), rows)


async def has_ended(connection: AsyncConnection, province: str, *, now: datetime) -> bool:
    """Return whether a silence has ended and is not concluded; looked at without a lock, so that idling writes nothing."""
    return bool(await connection.scalar(select(exists(_ended(province, now)))))


async def ended(connection: AsyncConnection, province: str, *, now: datetime) -> int | None:
    """Lock and return a silence that has ended and is not concluded, None where there is none."""
    first = _ended(province, now).order_by(silences.c.ends_at, silences.c.id).limit(1)
    found: int | None = await connection.scalar(first.with_for_update())
    return found


async def let_go(connection: AsyncConnection, province: str, silence_id: int, *, limit: int) -> dict[int, EventType]:
    """Hold back a batch of alerts no longer, and return what was held of each; nothing when none is left."""
    batch = select(held_alerts.c.alert_id).where(held_alerts.c.province_code == province, held_alerts.c.silence_id == silence_id)
    which = (held_alerts.c.province_code == province, held_alerts.c.alert_id.in_(batch.order_by("alert_id").limit(limit)))
    statement = delete(held_alerts).where(*which).returning(held_alerts.c.alert_id, held_alerts.c.event)
    return {row.alert_id: EventType(row.event) for row in await connection.execute(statement)}


async def told(connection: AsyncConnection, province: str, silence_id: int, count: int, *, concluded_at: datetime | None) -> None:
    """Note how many alerts were told at the end of a silence, and when that was all."""
    values = {"alerts_told": silences.c.alerts_told + count, "concluded_at": concluded_at}
    await connection.execute(update(silences).where(*_is(province, silence_id)).values(values))


def _ended(province: str, now: datetime) -> Select[tuple[int]]:
    return select(silences.c.id).where(
        silences.c.province_code == province, silences.c.concluded_at.is_(None), silences.c.ends_at <= now
    )


def _silence(row: Row, tree: AgencyTree) -> Silence:
    return Silence(
        id=row["id"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        rules=frozenset(row["rules"]),
        agencies=agencies_heard(tree, row["owner_agency"], row["agencies"]),
        procedures=frozenset(row["procedures"]),
        dossier=row["dossier"],
    )


def _is(province: str, silence_id: int) -> tuple[Any, ...]:
    return silences.c.province_code == province, silences.c.id == silence_id

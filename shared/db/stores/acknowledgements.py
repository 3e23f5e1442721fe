"""Acknowledgements: given, taken back, and over when the time they were given for has passed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.alerts import locked, tell
from shared.db.tables import alerts
from shared.db.views.rows import Row
from shared.db.views.scope import at_agency
from shared.domain.agencies import AgencyTree
from shared.domain.alert_endings import Cause
from shared.domain.alerts import AlertState

BATCH = 500
"""At most so many alerts are changed at once."""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes care of an alert, why it came to it, and until when nobody need be reminded; the note is for readers only."""

    by: str
    cause: Cause
    until: datetime | None = None
    note: str | None = None


async def give(
    connection: AsyncConnection,
    province: str,
    ids: Collection[int],
    given: Acknowledgement,
    *,
    within: AgencyTree,
    now: datetime,
) -> list[int]:
    """Acknowledge those of these alerts that stand and may be seen; returns which. One acknowledged before is so anew."""
    found = await _hold(connection, province, [alerts.c.id.in_(sorted(ids)), at_agency(alerts.c.agency, within)])
    values = {
        "state": AlertState.ACKNOWLEDGED,
        "acknowledged_at": now,
        "acknowledged_by": given.by,
        "acknowledged_until": given.until,
        "acknowledgement_note": given.note,
        "cause": given.cause,
    }
    await _change(connection, province, found, values, "acknowledged", given.by, now)
    return [row["id"] for row in found]


async def take_back(
    connection: AsyncConnection, province: str, alert_id: int, *, by: str, within: AgencyTree, now: datetime
) -> bool:
    """Open an acknowledged alert again, as if it had never been; returns whether it was acknowledged."""
    wanted = [alerts.c.id == alert_id, at_agency(alerts.c.agency, within), alerts.c.state == AlertState.ACKNOWLEDGED]
    found = await _hold(connection, province, wanted)
    none = dict.fromkeys(("acknowledged_at", "acknowledged_by", "acknowledged_until", "acknowledgement_note", "cause"))
    await _change(connection, province, found, {"state": AlertState.OPEN, "open_since": now, **none}, "unacknowledged", by, now)
    return bool(found)


async def lapse(connection: AsyncConnection, province: str, *, now: datetime) -> int:
    """Open those alerts again whose acknowledgement was given until a moment that has come; returns how many, at most `BATCH`.

    Who acknowledged them, and why, stays readable.
    """
    over = [alerts.c.state == AlertState.ACKNOWLEDGED, alerts.c.acknowledged_until <= now]
    first = (
        select(alerts.c.id).where(alerts.c.province_code == province, *over).order_by(alerts.c.acknowledged_until).limit(BATCH)
    )
    ids = list((await connection.execute(first)).scalars())
    found = await _hold(connection, province, [alerts.c.id.in_(ids), *over]) if ids else []
    await _change(connection, province, found, {"state": AlertState.OPEN, "open_since": now}, "lapsed", None, now)
    return len(found)


async def _hold(connection: AsyncConnection, province: str, wanted: Collection[ColumnElement[bool]]) -> Sequence[Row]:
    """Lock and return the alerts wanted that stand."""
    return await locked(connection, province, alerts.c.state != AlertState.RESOLVED, *wanted)


async def _change(
    connection: AsyncConnection,
    province: str,
    found: Sequence[Row],
    values: dict[str, Any],
    event: str,
    actor: str | None,
    now: datetime,
) -> None:
    """Write what people say into alerts that are held, and tell of it; never the note."""
    if not found:
        return
    before = {row["id"]: row for row in found}
    statement = update(alerts).where(alerts.c.province_code == province, alerts.c.id.in_(before)).returning(alerts)
    changed = (await connection.execute(statement.values({**values, "sequence": alerts.c.sequence + 1}))).mappings()
    rows = sorted(changed, key=lambda row: int(row["id"]))
    events = [(event, row, _differences(before[row["id"]], values), None) for row in rows]
    await tell(connection, province, events, now, actor=actor)


def _differences(row: Row, values: dict[str, Any]) -> dict[str, Any]:
    told = {name: [row[name], values[name]] for name in ("state", "cause", "acknowledged_until") if name in values}
    changed = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    return dict(msgspec.to_builtins(changed))

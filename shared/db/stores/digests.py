"""Digests: written once for each day or week, and what came in masses since they were written last."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from sqlalchemy import func, insert, literal_column, not_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.outbox_order import is_after
from shared.db.tables import alerts, digests, outbox
from shared.db.views.rows import Row, all_rows
from shared.domain.alerts import Reason
from shared.domain.events import EventType, News, Position
from shared.domain.morning import Mass


async def is_written(connection: AsyncConnection, province: str, kind: EventType, day: date) -> bool:
    """Return whether the digests of a day, or of the week that begins on it, were written."""
    query = select(digests.c.kind).where(digests.c.province_code == province, digests.c.kind == kind, digests.c.day == day)
    return (await connection.execute(query)).first() is not None


async def claim(connection: AsyncConnection, province: str, kind: EventType, day: date, *, now: datetime) -> bool:
    """Return whether they are ours to write in this transaction: nobody has, and nobody else will when it commits."""
    row = {"province_code": province, "kind": kind, "day": day, "written_at": now}
    made = await connection.execute(upsert(digests).values(row).on_conflict_do_nothing().returning(digests.c.kind))
    return made.first() is not None


async def write(
    connection: AsyncConnection, province: str, kind: EventType, told: Iterable[tuple[str, News]], *, now: datetime
) -> None:
    """Write digests into the outbox, each given with the agency it is for."""
    rows = [
        {"province_code": province, "at": now, "event": kind, "subject": f"agency:{agency}", "data": msgspec.to_builtins(news)}
        for agency, news in told
    ]
    if rows:
        await connection.execute(insert(outbox), rows)


class Came(msgspec.Struct, frozen=True):
    """What came in masses: by agency, and when the last of it did."""

    of: dict[str | None, Mass]
    last_at: datetime


async def came(connection: AsyncConnection, province: str, reason: Reason, after: Position, to: Position) -> Came | None:
    """Return what opened or ended for a reason between two positions of the outbox, None for nothing."""
    agency, rule = (func.jsonb_extract_path_text(outbox.c.alert, name).label(name) for name in ("agency", "rule"))
    query = (
        select(agency, rule, outbox.c.event, func.count().label("number"), func.max(outbox.c.at).label("last_at"))
        .where(outbox.c.province_code == province, is_after(after), not_(is_after(to)), outbox.c.reason == reason)
        .where(outbox.c.event.in_((EventType.ALERT_OPENED, EventType.ALERT_WORSENED, EventType.ALERT_RESOLVED)))
        .group_by(*(literal_column(place) for place in ("1", "2", "3")))
    )
    rows = await all_rows(connection, query)
    return Came(_masses(rows), max(row["last_at"] for row in rows)) if rows else None


def _masses(rows: Iterable[Row]) -> dict[str | None, Mass]:
    opened: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    resolved: dict[str | None, int] = defaultdict(int)
    for row in rows:
        if row["event"] == EventType.ALERT_RESOLVED:
            resolved[row["agency"]] += row["number"]
        else:
            opened[row["agency"]][row["rule"]] += row["number"]
    found = opened.keys() | resolved.keys()
    return {agency: Mass(agency=agency or "", opened=dict(opened[agency]), resolved=resolved[agency]) for agency in found}


async def causes(connection: AsyncConnection, province: str, *, since: datetime) -> dict[str, int]:
    """Return how many alerts that opened since a moment went wrong for which cause, as was said of them."""
    query = select(alerts.c.cause, func.count()).where(
        alerts.c.province_code == province, alerts.c.opened_at >= since, alerts.c.cause.is_not(None)
    )
    rows = await connection.execute(query.group_by(alerts.c.cause))
    return {str(cause): int(number) for cause, number in rows}

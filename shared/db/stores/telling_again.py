"""Alerts that are told again: what was held back is told when nothing keeps silent about it any more."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.alerts import locked, news_row
from shared.db.tables import alerts, outbox
from shared.domain.alerts import AlertState, Reason
from shared.domain.events import EventType


async def tell_again(
    connection: AsyncConnection, province: str, wanted: Mapping[int, EventType], reason: Reason, *, now: datetime
) -> int:
    """Write into the outbox what is wanted of those of these alerts that still stand; returns how many."""
    still = (alerts.c.id.in_(sorted(wanted)), alerts.c.state != AlertState.RESOLVED)
    standing = [row["id"] for row in await locked(connection, province, *still)]
    of_these = (alerts.c.province_code == province, alerts.c.id.in_(standing))
    told = update(alerts).where(*of_these).values(sequence=alerts.c.sequence + 1, in_incident=False).returning(alerts)
    rows = sorted((await connection.execute(told)).mappings(), key=lambda row: int(row["id"]))
    if rows:
        events = [wanted[row["id"]].removeprefix("alert.") for row in rows]
        news = [news_row(province, event, row, reason, now) for event, row in zip(events, rows, strict=True)]
        await connection.execute(insert(outbox), news)
    return len(rows)

"""Alerts that are told again: what was held back is told when nothing keeps silent about it any more."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.alerts import news_row
from shared.db.tables import alerts, dossiers, outbox
from shared.domain.alerts import AlertState, Reason
from shared.domain.events import EventType


async def tell_again(
    connection: AsyncConnection, province: str, wanted: Mapping[int, EventType], reason: Reason, *, now: datetime
) -> int:
    """Write into the outbox what is wanted of those of these alerts that still stand; returns how many.

    Takes the locks in the order of everyone: the dossiers, then the alerts.
    """
    of_these = (alerts.c.province_code == province, alerts.c.id.in_(sorted(wanted)), alerts.c.state != AlertState.RESOLVED)
    codes = select(alerts.c.dossier_code).where(*of_these, alerts.c.dossier_code.is_not(None))
    held = select(dossiers.c.code).where(dossiers.c.province_code == province, dossiers.c.code.in_(codes))
    await connection.execute(held.order_by(dossiers.c.code).with_for_update())
    await connection.execute(select(alerts.c.id).where(*of_these).order_by(alerts.c.id).with_for_update())
    told = update(alerts).where(*of_these).values(sequence=alerts.c.sequence + 1, in_incident=False).returning(alerts)
    rows = sorted((await connection.execute(told)).mappings(), key=lambda row: int(row["id"]))
    if rows:
        events = [wanted[row["id"]].removeprefix("alert.") for row in rows]
        news = [news_row(province, event, row, reason, now) for event, row in zip(events, rows, strict=True)]
        await connection.execute(insert(outbox), news)
    return len(rows)

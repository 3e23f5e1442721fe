"""What waits for the window of its receiver to open: what comes after it about the same alert takes its place."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import deliveries
from shared.db.views.scope import one_of
from shared.domain.delivery import DeliveryState
from shared.domain.events import EventType, earlier_message_ids
from shared.domain.fan_out import Delivery

_SUPERSEDE = """
UPDATE deliveries d SET state = 'expired', finished_at = :now
FROM unnest(CAST(:webhooks AS bigint[]), CAST(:subjects AS text[]), CAST(:ids AS text[]), CAST(:alerts AS bigint[]))
    AS news (webhook_id, subject, message_id, alert_id)
JOIN deliveries n ON n.province_code = :province AND n.webhook_id = news.webhook_id AND n.message_id = news.message_id
WHERE d.province_code = :province AND d.webhook_id = news.webhook_id AND d.subject = news.subject AND d.alert_id = news.alert_id
AND d.state = 'waiting' AND d.held_until > :now AND d.attempts = 0 AND (d.xid, d.outbox_id) < (n.xid, n.outbox_id)
RETURNING d.webhook_id, d.alert_id
"""


async def supersede(
    connection: AsyncConnection, province: str, windowed: Collection[int], made: Iterable[Delivery], *, now: datetime
) -> None:
    """Let go of what is held for these webhooks and overtaken by what was just made about the same alert.

    The end of an alert of which nothing was sent is let go, too.
    """
    news = [one for one in made if one.webhook_id in windowed and one.event.alert and one.state is DeliveryState.WAITING]
    if not news:
        return
    overtaken = await _let_go(connection, province, news, now)
    ends = [one for one in news if one.event.event is EventType.ALERT_RESOLVED and _key(one) in overtaken]
    earlier = {id_ for one in ends for id_ in earlier_message_ids(province, one.webhook_id, one.event)}
    sent = await _sent(connection, province, windowed, earlier)
    unheard = [one.message_id for one in ends if sent.isdisjoint(earlier_message_ids(province, one.webhook_id, one.event))]
    if unheard:
        statement = update(deliveries).where(*_are(province, windowed, unheard))
        await connection.execute(statement.values(state=DeliveryState.EXPIRED, finished_at=now))


async def release(connection: AsyncConnection, province: str, webhook_id: int, *, now: datetime) -> None:
    """Hold back nothing more for a webhook: its window has become another one."""
    held = (deliveries.c.webhook_id == webhook_id, deliveries.c.state == DeliveryState.WAITING, deliveries.c.held_until > now)
    statement = update(deliveries).where(deliveries.c.province_code == province, *held)
    await connection.execute(statement.values(held_until=None, due_at=now))


async def _let_go(connection: AsyncConnection, province: str, news: Sequence[Delivery], now: datetime) -> set[tuple[int, int]]:
    """Return of which (webhook, alert) something held was overtaken."""
    columns = {
        "webhooks": [one.webhook_id for one in news],
        "subjects": [one.event.subject for one in news],
        "ids": [one.message_id for one in news],
        "alerts": [one.event.alert.id if one.event.alert else None for one in news],
    }
    rows = await connection.execute(text(_SUPERSEDE), {"province": province, "now": now, **columns})
    return {(row.webhook_id, row.alert_id) for row in rows}


async def _sent(connection: AsyncConnection, province: str, webhooks: Collection[int], ids: Collection[str]) -> set[str]:
    """Return those of these messages that were sent, or are being."""
    query = select(deliveries.c.message_id).where(*_are(province, webhooks, ids))
    tried = (deliveries.c.attempts > 0) | (deliveries.c.state != DeliveryState.EXPIRED)
    return set((await connection.execute(query.where(tried))).scalars())


def _are(province: str, webhooks: Collection[int], ids: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        deliveries.c.province_code == province,
        deliveries.c.webhook_id.in_(webhooks),
        one_of(deliveries.c.message_id, ids),
    )


def _key(delivery: Delivery) -> tuple[int, int | None]:
    return delivery.webhook_id, delivery.event.alert.id if delivery.event.alert else None

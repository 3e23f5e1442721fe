"""How receivers fare: failing, switched off, delivered to again; and what is sent to them once more."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import deliveries, outbox, webhooks
from shared.domain.delivery import Health, Switch

WEBHOOK = "webhook:"
"""What the subjects of webhooks themselves begin with."""

_FINISHED = ("delivered", "failed", "expired", "cancelled")

_STRAY = """
WITH RECURSIVE told (webhook_id) AS (
    SELECT min(webhook_id) FROM deliveries WHERE province_code = :province AND state = 'waiting'
    UNION ALL
    SELECT (SELECT min(d.webhook_id) FROM deliveries d
            WHERE d.province_code = :province AND d.state = 'waiting' AND d.webhook_id > told.webhook_id)
    FROM told WHERE told.webhook_id IS NOT NULL
)
SELECT webhook_id FROM told WHERE webhook_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM webhooks w WHERE w.province_code = :province AND w.id = told.webhook_id AND w.active AND w.disabled_at IS NULL
)
"""


class Endpoint(msgspec.Struct, frozen=True):
    """A receiver: whether it is on, and how it fares."""

    id: int
    on: bool
    owner_agency: str | None
    health: Health


async def hold(connection: AsyncConnection, province: str, ids: Collection[int]) -> list[Endpoint]:
    """Lock and return receivers, in the order of their ids; those that were deleted are missing."""
    columns = (webhooks.c.id, webhooks.c.active, webhooks.c.disabled_at, webhooks.c.owner_agency, webhooks.c.failing_since)
    query = (
        select(*columns, webhooks.c.delivered_at)
        .where(webhooks.c.province_code == province, webhooks.c.id.in_(sorted(ids)))
        .order_by(webhooks.c.id)
        .with_for_update()
    )
    return [
        Endpoint(row.id, row.active and row.disabled_at is None, row.owner_agency, Health(row.failing_since, row.delivered_at))
        for row in await connection.execute(query)
    ]


async def keep_health(connection: AsyncConnection, province: str, webhook_id: int, health: Health) -> None:
    """Write how a receiver fares."""
    values = {"failing_since": health.failing_since, "delivered_at": health.delivered_at}
    await connection.execute(update(webhooks).where(*_is(province, webhook_id)).values(values))


async def switch_off(
    connection: AsyncConnection, province: str, endpoint: Endpoint, why: Switch, *, failing_since: datetime | None, now: datetime
) -> None:
    """Switch a receiver off, cancel what waits for it, and tell operations, all in one write."""
    await connection.execute(
        update(webhooks).where(*_is(province, endpoint.id)).values(disabled_at=now, disabled_reason=why.value)
    )
    cancelled = await cancel_waiting(connection, province, endpoint.id, now=now)
    data = {"reason": why.value, "failing_since": failing_since, "cancelled": cancelled}
    await _tell(connection, province, "endpoint.disabled", endpoint, data, now)


async def tell_recovered(
    connection: AsyncConnection, province: str, endpoint: Endpoint, *, failing_since: datetime | None, now: datetime
) -> None:
    """Tell operations that a receiver accepts again, after it had not for long."""
    await _tell(connection, province, "endpoint.recovered", endpoint, {"failing_since": failing_since}, now)


async def cancel_waiting(connection: AsyncConnection, province: str, webhook_id: int, *, now: datetime) -> int:
    """Cancel all that waits for a receiver that is switched off or deleted; returns how much it was.

    What is being sent at this moment keeps its lease, so that the attempt can still be recorded.
    """
    statement = (
        update(deliveries)
        .where(deliveries.c.province_code == province, deliveries.c.webhook_id == webhook_id, deliveries.c.state == "waiting")
        .values(state="cancelled", finished_at=now)
    )
    return (await connection.execute(statement)).rowcount


async def cancel_stray(connection: AsyncConnection, province: str, *, now: datetime) -> int:
    """Cancel what was made for a receiver at the moment in which it was switched off or deleted; returns how much it was."""
    stray = (await connection.execute(text(_STRAY), {"province": province})).scalars().all()
    return sum([await cancel_waiting(connection, province, webhook_id, now=now) for webhook_id in stray])


async def replay(connection: AsyncConnection, province: str, webhook_id: int, delivery_id: int, *, now: datetime) -> bool:
    """Send one delivery again, whatever came of it; one that waits is due at once. Returns whether there is such a delivery.

    It keeps its id, so that the receiver can tell it is the same message, and its body; it gets all its attempts again, and no
    longer expires. Nothing is sent as long as the receiver is switched off.
    """
    return bool(await _replay(connection, province, webhook_id, now, deliveries.c.id == delivery_id))


async def replay_since(connection: AsyncConnection, province: str, webhook_id: int, since: datetime, *, now: datetime) -> int:
    """Send again all that was made for a receiver from a moment on and does not wait, in the old order; returns how much."""
    return await _replay(connection, province, webhook_id, now, deliveries.c.created_at >= since, only=_FINISHED)


async def _replay(
    connection: AsyncConnection,
    province: str,
    webhook_id: int,
    now: datetime,
    which: Any,
    *,
    only: Collection[str] = (*_FINISHED, "waiting"),
) -> int:
    statement = (
        update(deliveries)
        .where(deliveries.c.province_code == province, deliveries.c.webhook_id == webhook_id, which)
        .where(deliveries.c.state.in_(only))
        .values(state="waiting", due_at=now, held_until=None, finished_at=None, expires_at=None)
        .values(tried_before=deliveries.c.attempts)
    )
    return (await connection.execute(statement)).rowcount


async def _tell(
    connection: AsyncConnection, province: str, event: str, endpoint: Endpoint, data: dict[str, Any], now: datetime
) -> None:
    row = {
        "province_code": province,
        "at": now,
        "event": event,
        "subject": f"{WEBHOOK}{endpoint.id}",
        "data": {"webhook_id": endpoint.id, "owner_agency": endpoint.owner_agency, **data},
    }
    await connection.execute(insert(outbox), [row])


def _is(province: str, webhook_id: int) -> tuple[Any, ...]:
    return webhooks.c.province_code == province, webhooks.c.id == webhook_id

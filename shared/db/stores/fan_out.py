"""What fanning out reads and writes: who listens, what they were told, and what is on its way to them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import agencies, deliveries, webhooks
from shared.db.views.rows import Row, all_rows
from shared.db.views.scope import one_of
from shared.domain.agencies import AgencyTree
from shared.domain.delivery import DeliveryState
from shared.domain.fan_out import Delivery
from shared.domain.findings import Severity
from shared.domain.recipients import Mode, Role, Subscription, agencies_heard
from shared.domain.windows import window_of


async def agency_tree(connection: AsyncConnection, province: str) -> AgencyTree:
    """Return every agency there is, with the parent it names."""
    listed = select(agencies.c.code, agencies.c.parent).where(agencies.c.province_code == province)
    return AgencyTree({row.code: row.parent for row in await connection.execute(listed)}, is_whole=True)


async def subscriptions(connection: AsyncConnection, province: str, tree: AgencyTree) -> list[Subscription]:
    """Return every webhook as what it wants to hear; none of them can be deleted until the transaction ends."""
    query = select(webhooks).where(webhooks.c.province_code == province).order_by(webhooks.c.id)
    rows = await all_rows(connection, query.with_for_update(read=True, key_share=True))
    return [_subscription(row, tree, province) for row in rows]


async def told_before(connection: AsyncConnection, province: str, webhook_ids: Collection[int], ids: Collection[str]) -> set[str]:
    """Return those of these message ids that there are deliveries of, to these webhooks."""
    if not ids:
        return set()
    query = select(deliveries.c.message_id).where(
        deliveries.c.province_code == province, deliveries.c.webhook_id.in_(webhook_ids), one_of(deliveries.c.message_id, ids)
    )
    return set((await connection.execute(query)).scalars())


async def add(connection: AsyncConnection, province: str, made: Sequence[Delivery], *, now: datetime) -> None:
    """Put deliveries on their way; one that is there already stays as it is."""
    if made:
        await connection.execute(insert(deliveries).on_conflict_do_nothing(), [_row(province, one, now) for one in made])


def _subscription(row: Row, tree: AgencyTree, province: str) -> Subscription:
    return Subscription(
        id=row["id"],
        role=Role(row["role"]),
        created_at=row["created_at"],
        agencies=agencies_heard(tree, row["owner_agency"], row["agencies"]),
        rules=frozenset(row["rules"]),
        least_severity=Severity(row["least_severity"]),
        is_listening=row["active"] and row["disabled_at"] is None,
        window=window_of(row["window"], critical_at_once=row["critical_at_once"]),
        mode=Mode(row["mode"]),
        heads=frozenset(row["agencies"] or [row["owner_agency"] or province]),
    )


def _row(province: str, delivery: Delivery, now: datetime) -> dict[str, object]:
    event = delivery.event
    return {
        "province_code": province,
        "webhook_id": delivery.webhook_id,
        "message_id": delivery.message_id,
        "event": event.type,
        "subject": event.subject,
        "alert_id": event.alert.id if event.alert else None,
        "xid": event.xid,
        "outbox_id": event.id,
        "body": delivery.body,
        "state": delivery.state,
        "created_at": now,
        "due_at": delivery.held_until or now,
        "held_until": delivery.held_until,
        "expires_at": delivery.expires_at,
        "finished_at": None if delivery.state is DeliveryState.WAITING else now,
    }

"""Webhooks: made, changed, deleted; their secrets, which are sealed before they come here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import deliveries, delivery_attempts, webhook_secrets, webhooks
from shared.db.views.rows import Row, one_row
from shared.db.views.scope import at_agency
from shared.domain.agencies import AgencyTree
from shared.domain.delivery import DeliveryState


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that nothing happened for: it is on its own, no other waits for it."""

    message_id: str
    event: str
    body: str


class Secret(msgspec.Struct, frozen=True):
    """A secret as it is stored."""

    id: int
    webhook_id: int
    sealed: bytes


async def create(
    connection: AsyncConnection, province: str, values: Mapping[str, Any], *, owner: str | None, now: datetime
) -> int:
    """Make a webhook for an agency (None: the whole province) and return its id."""
    row = {"province_code": province, "owner_agency": owner, "created_at": now, "changed_at": now, **values}
    made = await connection.scalar(insert(webhooks).values(row).returning(webhooks.c.id))
    return int(made or 0)


async def hold(connection: AsyncConnection, province: str, webhook_id: int, *, within: AgencyTree) -> Row | None:
    """Lock and return a webhook, None for one that is not there or not to be seen."""
    return await one_row(connection, select(webhooks).where(*_is(province, webhook_id, within)).with_for_update())


async def count(connection: AsyncConnection, province: str) -> int:
    """Return how many webhooks a province has."""
    return int(await connection.scalar(select(func.count()).where(webhooks.c.province_code == province)) or 0)


async def change(
    connection: AsyncConnection, province: str, webhook_id: int, values: Mapping[str, Any], *, within: AgencyTree, now: datetime
) -> bool:
    """Change some of what a webhook wants; returns whether there is such a webhook."""
    statement = update(webhooks).where(*_is(province, webhook_id, within)).values({**values, "changed_at": now})
    return bool((await connection.execute(statement)).rowcount)


async def enable(connection: AsyncConnection, province: str, webhook_id: int, *, within: AgencyTree, now: datetime) -> bool:
    """Switch a webhook on, whoever switched it off, and give it a new chance; returns whether there is such a webhook."""
    values = {"active": True, "disabled_at": None, "disabled_reason": None, "failing_since": None}
    return await change(connection, province, webhook_id, values, within=within, now=now)


async def remove(connection: AsyncConnection, province: str, webhook_id: int, *, within: AgencyTree) -> bool:
    """Delete a webhook with its secrets and everything that was sent to it; returns whether there was such a webhook."""
    if not (await connection.execute(delete(webhooks).where(*_is(province, webhook_id, within)))).rowcount:
        return False
    sent = select(deliveries.c.id).where(deliveries.c.province_code == province, deliveries.c.webhook_id == webhook_id)
    attempts = delete(delivery_attempts).where(
        delivery_attempts.c.province_code == province, delivery_attempts.c.delivery_id.in_(sent)
    )
    await connection.execute(attempts)
    for table in (deliveries, webhook_secrets):
        await connection.execute(delete(table).where(table.c.province_code == province, table.c.webhook_id == webhook_id))
    return True


async def add_secret(
    connection: AsyncConnection, province: str, webhook_id: int, sealed: bytes, *, now: datetime, others_until: datetime
) -> None:
    """Give a webhook a secret; those it has sign beside it until `others_until`, or as long as they were to. Expired ones go."""
    of_webhook = (webhook_secrets.c.province_code == province, webhook_secrets.c.webhook_id == webhook_id)
    await connection.execute(delete(webhook_secrets).where(*of_webhook, webhook_secrets.c.expires_at <= now))
    outgoing = update(webhook_secrets).where(*of_webhook, webhook_secrets.c.expires_at.is_(None))
    await connection.execute(outgoing.values(expires_at=others_until))
    row = {"province_code": province, "webhook_id": webhook_id, "sealed": sealed, "created_at": now}
    await connection.execute(insert(webhook_secrets).values(row))


async def hold_secrets(connection: AsyncConnection, province: str) -> list[Secret]:
    """Lock and return every secret of a province."""
    query = select(webhook_secrets.c.id, webhook_secrets.c.webhook_id, webhook_secrets.c.sealed)
    held = query.where(webhook_secrets.c.province_code == province).order_by(webhook_secrets.c.id).with_for_update()
    return [Secret(*row) for row in await connection.execute(held)]


async def replace_seal(connection: AsyncConnection, province: str, secret_id: int, sealed: bytes) -> None:
    """Keep a secret that is held under another seal."""
    of = (webhook_secrets.c.province_code == province, webhook_secrets.c.id == secret_id)
    await connection.execute(update(webhook_secrets).where(*of).values(sealed=sealed))


async def signing_secrets(connection: AsyncConnection, province: str, webhook_id: int, *, now: datetime) -> int:
    """Return how many secrets a webhook's deliveries are signed with."""
    query = select(func.count()).where(
        webhook_secrets.c.province_code == province,
        webhook_secrets.c.webhook_id == webhook_id,
        or_(webhook_secrets.c.expires_at.is_(None), webhook_secrets.c.expires_at > now),
    )
    return int(await connection.scalar(query) or 0)


async def add_sample(connection: AsyncConnection, province: str, webhook_id: int, sample: Sample, *, now: datetime) -> int:
    """Put a sample on its way to a webhook and return the id of its delivery."""
    row = {
        "province_code": province,
        "webhook_id": webhook_id,
        "message_id": sample.message_id,
        "event": sample.event,
        "subject": f"test:{sample.message_id}",
        "xid": func.pg_current_xact_id(),
        "outbox_id": 0,
        "body": sample.body,
        "state": DeliveryState.WAITING,
        "created_at": now,
        "due_at": now,
    }
    return int(await connection.scalar(insert(deliveries).values(row).returning(deliveries.c.id)) or 0)


def _is(province: str, webhook_id: int, within: AgencyTree) -> tuple[Any, ...]:
    return (
        webhooks.c.province_code == province,
        webhooks.c.id == webhook_id,
        at_agency(webhooks.c.owner_agency, within),
    )

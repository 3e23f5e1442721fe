"""Webhooks and what became of what was sent to them. A secret is never read here: only since and until when there is one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, exists, select

from shared.db.tables import deliveries, delivery_attempts, webhook_secrets, webhooks
from shared.db.views.paging import Cut, Instant, Number, Order, Page, page
from shared.db.views.rows import Row, all_rows, columns, one_row
from shared.db.views.scope import at_agency, one_of
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

BY_ID = Order((webhooks.c.id,), tuple[Number])
LATEST_FIRST = Order((deliveries.c.created_at, deliveries.c.id), tuple[Instant, Number], falls=True)

_DELIVERY = (
    *("id", "message_id", "event", "subject", "alert_id", "state", "created_at", "due_at", "expires_at", "finished_at"),
    "attempts",
)


class DeliveryFilters(msgspec.Struct, frozen=True, kw_only=True):
    """Each filter left empty lets everything through. `since` counts, `until` no longer."""

    states: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


async def webhook_page(snapshot: Snapshot, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of the webhooks, in the order they were made."""
    query = select(webhooks).where(webhooks.c.province_code == snapshot.province, at_agency(webhooks.c.owner_agency, within))
    return await page(snapshot.connection, query, BY_ID, cut)


async def find_webhook(snapshot: Snapshot, webhook_id: int, *, within: AgencyTree) -> Row | None:
    """Return one webhook, None for one that is not there or not to be seen."""
    query = select(webhooks).where(
        webhooks.c.province_code == snapshot.province,
        webhooks.c.id == webhook_id,
        at_agency(webhooks.c.owner_agency, within),
    )
    return await one_row(snapshot.connection, query)


async def secrets_of(snapshot: Snapshot, webhook_ids: Collection[int], *, within: AgencyTree) -> Mapping[int, Sequence[Row]]:
    """Return since and until when each of these webhooks has secrets that sign, the newest first."""
    query = (
        select(*columns(webhook_secrets, "webhook_id", "created_at", "expires_at"))
        .where(webhook_secrets.c.province_code == snapshot.province, webhook_secrets.c.webhook_id.in_(webhook_ids))
        .where(_of_seen(snapshot, webhook_secrets.c.webhook_id, within))
        .order_by(webhook_secrets.c.id.desc())
    )
    signing = [
        row for row in await all_rows(snapshot.connection, query) if not row["expires_at"] or row["expires_at"] > snapshot.now
    ]
    return {id_: [row for row in signing if row["webhook_id"] == id_] for id_ in webhook_ids}


async def delivery_page(snapshot: Snapshot, webhook_id: int, filters: DeliveryFilters, cut: Cut, *, within: AgencyTree) -> Page:
    """Return one page of what was or is to be sent to a webhook, the latest first."""
    query = select(*columns(deliveries, *_DELIVERY)).where(
        deliveries.c.province_code == snapshot.province,
        deliveries.c.webhook_id == webhook_id,
        _of_seen(snapshot, deliveries.c.webhook_id, within),
        *_conditions(filters),
    )
    return await page(snapshot.connection, query, LATEST_FIRST, cut)


async def find_delivery(snapshot: Snapshot, webhook_id: int, delivery_id: int, *, within: AgencyTree) -> Row | None:
    """Return one delivery of a webhook, None for one that is not there or not to be seen."""
    query = select(*columns(deliveries, *_DELIVERY)).where(
        deliveries.c.province_code == snapshot.province,
        deliveries.c.webhook_id == webhook_id,
        deliveries.c.id == delivery_id,
        _of_seen(snapshot, deliveries.c.webhook_id, within),
    )
    return await one_row(snapshot.connection, query)


async def attempts_of(snapshot: Snapshot, rows: Sequence[Row], *, within: AgencyTree) -> Mapping[int, Sequence[Row]]:
    """Return what came of each sending of these deliveries, the latest first."""
    ids = [row["id"] for row in rows]
    query = (
        select(*columns(delivery_attempts, "delivery_id", "number", "at", "milliseconds", "status", "error", "answer"))
        .join(
            deliveries,
            (deliveries.c.province_code == delivery_attempts.c.province_code)
            & (deliveries.c.id == delivery_attempts.c.delivery_id),
        )
        .where(delivery_attempts.c.province_code == snapshot.province, delivery_attempts.c.delivery_id.in_(ids))
        .where(_of_seen(snapshot, deliveries.c.webhook_id, within))
        .order_by(delivery_attempts.c.number.desc())
    )
    found = await all_rows(snapshot.connection, query)
    return {id_: [row for row in found if row["delivery_id"] == id_] for id_ in ids}


def _conditions(filters: DeliveryFilters) -> list[ColumnElement[bool]]:
    wanted = []
    if filters.states:
        wanted.append(one_of(deliveries.c.state, filters.states))
    if filters.events:
        wanted.append(one_of(deliveries.c.event, filters.events))
    if filters.since:
        wanted.append(deliveries.c.created_at >= filters.since)
    if filters.until:
        wanted.append(deliveries.c.created_at < filters.until)
    return wanted


def _of_seen(snapshot: Snapshot, webhook_id: ColumnElement[int], within: AgencyTree) -> ColumnElement[bool]:
    """Return whether something belongs to a webhook that is there and may be seen."""
    return exists().where(
        webhooks.c.province_code == snapshot.province, webhooks.c.id == webhook_id, at_agency(webhooks.c.owner_agency, within)
    )

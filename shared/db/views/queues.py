"""How long what waits first in each queue has been waiting."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Select, false, func, select, true

from shared.db.outbox_order import IN_ORDER, is_after
from shared.db.tables import deliveries, dossiers, look_ups, outbox, webhooks
from shared.db.views.events import position_of
from shared.db.views.scope import at_agency, of_dossier
from shared.db.views.snapshot import Snapshot
from shared.domain.agencies import AgencyTree

WEBHOOKS = "webhooks"
"""The reader of the outbox that puts events on their way to webhooks."""

_NOTHING = timedelta()


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """Ages of what was due first and is not done; zero where nothing is due.

    `events`: not yet put on their way to webhooks; `deliveries`: not yet accepted by their receiver, though due.
    """

    reviews: timedelta = _NOTHING
    look_ups: timedelta = _NOTHING
    events: timedelta = _NOTHING
    deliveries: timedelta = _NOTHING


async def queue_ages(snapshot: Snapshot, *, within: AgencyTree) -> Queues:
    """Return the age of each queue. Events are the whole province's: who sees less is told of none."""
    queries = {
        "reviews": select(func.min(dossiers.c.next_review_at)).where(
            dossiers.c.province_code == snapshot.province, at_agency(dossiers.c.agency, within)
        ),
        "look_ups": select(func.min(look_ups.c.wanted_at)).where(
            look_ups.c.province_code == snapshot.province, of_dossier(snapshot.province, look_ups.c.code, within)
        ),
        "events": await _first_event(snapshot, within=within),
        "deliveries": _first_delivery(snapshot.province, within),
    }
    row = (await snapshot.connection.execute(select(*(query.scalar_subquery() for query in queries.values())))).one()
    return Queues(**{name: _age(since, snapshot.now) for name, since in zip(queries, row, strict=True)})


async def deliveries_waiting(snapshot: Snapshot, *, within: AgencyTree) -> int:
    """Return how many deliveries wait for a receiver, due or not."""
    query = (
        select(func.count())
        .select_from(deliveries.join(webhooks, deliveries.c.webhook_id == webhooks.c.id))
        .where(deliveries.c.province_code == snapshot.province, webhooks.c.province_code == snapshot.province)
        .where(deliveries.c.state == "waiting", at_agency(webhooks.c.owner_agency, within))
    )
    return int(await snapshot.connection.scalar(query) or 0)


async def _first_event(snapshot: Snapshot, *, within: AgencyTree) -> Select[tuple[datetime]]:
    position = await position_of(snapshot.connection, snapshot.province, WEBHOOKS)
    seen = true() if within.is_whole and position is not None else false()
    query = select(outbox.c.at).where(outbox.c.province_code == snapshot.province, seen)
    return (query if position is None else query.where(is_after(position))).order_by(*IN_ORDER).limit(1)


def _first_delivery(province: str, within: AgencyTree) -> Select[tuple[datetime]]:
    """One look into the index for each webhook, however many deliveries wait."""
    first = (
        select(deliveries.c.due_at)
        .where(deliveries.c.province_code == province, deliveries.c.webhook_id == webhooks.c.id)
        .where(deliveries.c.state == "waiting")
        .order_by(deliveries.c.due_at)
        .limit(1)
        .correlate(webhooks)
        .lateral()
    )
    query = select(func.min(first.c.due_at)).select_from(webhooks.join(first, true()))
    return query.where(webhooks.c.province_code == province, at_agency(webhooks.c.owner_agency, within))


def _age(since: datetime | None, now: datetime) -> timedelta:
    return max(now - since, _NOTHING) if since else _NOTHING

"""From events to what is on its way to each webhook. Pure: events, subscriptions and names in, deliveries out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.delivery import DeliveryState
from shared.domain.events import Event, earlier_message_ids, message_id
from shared.domain.payloads import Rendering, addressed, body_of, data_of, expires_at
from shared.domain.recipients import Subscription, decide


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event for one webhook, as it will be sent; for one that does not listen now `cancelled`, to be sent when it wishes."""

    webhook_id: int
    message_id: str
    event: Event
    body: str
    state: DeliveryState
    expires_at: datetime | None


class FannedOut(msgspec.Struct, frozen=True):
    """The deliveries of some events, and the events that could not be rendered with the kind of error."""

    deliveries: tuple[Delivery, ...]
    unrendered: tuple[tuple[Event, str], ...]


Addressed = tuple[Event, tuple[Subscription, ...]]


def addressees(events: Iterable[Event], subscriptions: Sequence[Subscription]) -> list[Addressed]:
    """Return the events anyone is told of, in their order, each with who is."""
    decided = ((event, tuple(one for one in subscriptions if decide(one, event).is_told)) for event in events)
    return [(event, told) for event, told in decided if told]


def earlier_ids(province: str, found: Iterable[Addressed]) -> set[str]:
    """Return the ids under which earlier events of these alerts may have been told to the same webhooks."""
    return {id_ for event, told in found for one in told for id_ in earlier_message_ids(province, one.id, event)}


def fan_out(province: str, found: Iterable[Addressed], rendering: Rendering, told_before: Iterable[str]) -> FannedOut:
    """Return what is sent of these events. `told_before`: those of the earlier ids that are there.

    What one event raises costs that event alone.
    """
    known, made, failed = set(told_before), [], []
    for event, told in found:
        try:
            of_event = list(_deliveries(province, event, told, data_of(event, rendering), known))
        except Exception as error:  # noqa: BLE001 - one poisoned event must not stop the others
            failed.append((event, type(error).__name__))
            continue
        made += of_event
        known.update(delivery.message_id for delivery in of_event)
    return FannedOut(tuple(made), tuple(failed))


def _deliveries(
    province: str, event: Event, told: Iterable[Subscription], data: dict[str, Any], known: set[str]
) -> Iterator[Delivery]:
    for one in told:
        earlier = (id_ for id_ in earlier_message_ids(province, one.id, event) if id_ in known)
        yield Delivery(
            webhook_id=one.id,
            message_id=message_id(province, one.id, event),
            event=event,
            body=body_of(event, addressed(data, role=one.role, supersedes=next(earlier, None))),
            state=DeliveryState.WAITING if one.is_listening else DeliveryState.CANCELLED,
            expires_at=expires_at(event),
        )

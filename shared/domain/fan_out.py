"""From events to what is on its way to each webhook. Pure: events, subscriptions and names in, deliveries out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from shared.domain.delivery import DeliveryState
from shared.domain.events import Event, earlier_message_ids, message_id
from shared.domain.payloads import addressed, body_of, data_of, expires_at
from shared.domain.quiet import NOTHING_QUIET, Quiet
from shared.domain.recipients import Subscription, decide
from shared.domain.rendering import Rendering
from shared.domain.windows import held_until


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event for one webhook, as it will be sent; for one that does not listen now `cancelled`, to be sent when it wishes.

    `held_until`: not before its window opens.
    """

    webhook_id: int
    message_id: str
    event: Event
    body: str
    state: DeliveryState
    expires_at: datetime | None
    held_until: datetime | None = None


class FannedOut(msgspec.Struct, frozen=True):
    """The deliveries of some events, and the events that could not be rendered with the kind of error."""

    deliveries: tuple[Delivery, ...]
    unrendered: tuple[tuple[Event, str], ...]


Addressed = tuple[Event, tuple[Subscription, ...]]


class Sorted(msgspec.Struct, frozen=True):
    """The events anyone is told of, in their order; what keeps silent after them; how many events each silence held back."""

    addressed: tuple[Addressed, ...]
    quiet: Quiet
    silenced: Mapping[int, int] = {}


def sort_out(events: Iterable[Event], subscriptions: Sequence[Subscription], quiet: Quiet = NOTHING_QUIET) -> Sorted:
    """Return who is told of which events. `quiet`: what keeps silent before the first of them."""
    addressed: list[Addressed] = []
    silenced: Counter[int] = Counter()
    for event in events:
        told = tuple(one for one in subscriptions if decide(one, event, quiet).is_told)
        addressed += [(event, told)] if told else []
        hushed = quiet.hushed(event)
        if hushed and hushed.silence is not None:
            silenced[hushed.silence] += 1
        quiet = quiet.after(event)
    return Sorted(tuple(addressed), quiet, silenced)


def earlier_ids(province: str, found: Iterable[Addressed]) -> set[str]:
    """Return the ids under which earlier events of these alerts may have been told to the same webhooks."""
    return {id_ for event, told in found for one in told for id_ in earlier_message_ids(province, one.id, event)}


def fan_out(
    province: str, found: Iterable[Addressed], rendering: Rendering, told_before: Iterable[str], *, now: datetime
) -> FannedOut:
    """Return what is sent of these events from now on. `told_before`: those of the earlier ids that are there.

    What one event raises costs that event alone.
    """
    known, made, failed = set(told_before), [], []
    for event, told in found:
        try:
            of_event = list(_deliveries(province, event, told, rendering, known, now))
        except Exception as error:  # noqa: BLE001 - one poisoned event must not stop the others
            failed.append((event, type(error).__name__))
            continue
        made += of_event
        known.update(delivery.message_id for delivery in of_event)
    return FannedOut(tuple(made), tuple(failed))


def _deliveries(
    province: str, event: Event, told: Iterable[Subscription], rendering: Rendering, known: set[str], now: datetime
) -> Iterator[Delivery]:
    data = data_of(event, rendering)
    for one in told:
        earlier = (id_ for id_ in earlier_message_ids(province, one.id, event) if id_ in known)
        yield Delivery(
            webhook_id=one.id,
            message_id=message_id(province, one.id, event),
            event=event,
            body=body_of(event, addressed(data, role=one.role, supersedes=next(earlier, None))),
            state=DeliveryState.WAITING if one.is_listening else DeliveryState.CANCELLED,
            expires_at=expires_at(event),
            held_until=held_until(one.window, event.severity, rendering.calendar, now=now),
        )

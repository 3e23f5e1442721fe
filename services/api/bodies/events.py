"""An event in the feed."""

from collections.abc import Iterable
from typing import Any

import msgspec
import structlog

from shared.db.views.rows import Row
from shared.domain.events import Event, earlier_event_id, event_id, event_of
from shared.domain.payloads import addressed, data_of
from shared.domain.rendering import Rendering

_log = structlog.get_logger(__name__)


def readable(rows: Iterable[Row]) -> list[Event]:
    """Return rows of the outbox as events, without those that this version cannot read."""
    events = []
    for row in rows:
        try:
            events.append(event_of(row))
        except msgspec.ValidationError as error:
            _log.warning("event_not_read", outbox_id=row["id"], error=type(error).__name__)
    return events


def feed_event(event: Event, province: str, rendering: Rendering) -> dict[str, Any]:
    """Return an event with its data as it was when it happened."""
    data = addressed(data_of(event, rendering), supersedes=earlier_event_id(province, event))
    return {"id": event_id(province, event), "type": event.type, "timestamp": event.at, "data": data}

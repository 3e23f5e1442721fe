"""Events, of each type one: rendered as the real ones are."""

from datetime import datetime
from typing import Any

import msgspec

from services.api.examples.alerts import FRESH
from shared.config import CalendarConfig
from shared.domain.events import EventType
from shared.domain.payloads import body_of, data_of
from shared.domain.rendering import Rendering
from shared.domain.samples import NAMES, sample
from shared.domain.working_time import LOCAL
from shared.policy import working_time

_AT = datetime(2026, 11, 20, 14, 0, tzinfo=LOCAL)
_RENDERING = Rendering(NAMES, working_time(CalendarConfig()), "https://watch766.example.vn")


def _body(type_: EventType) -> dict[str, Any]:
    event = sample(type_, _AT)
    body: dict[str, Any] = msgspec.json.decode(body_of(event, data_of(event, _RENDERING)))
    return body


EVENTS: dict[EventType, dict[str, Any]] = {type_: _body(type_) for type_ in EventType}

ALERT_DATA: dict[str, Any] = EVENTS[EventType.ALERT_OPENED]["data"]
ENDPOINT_DATA: dict[str, Any] = EVENTS[EventType.ENDPOINT_DISABLED]["data"]
INCIDENT_DATA: dict[str, Any] = EVENTS[EventType.INCIDENT_OPENED]["data"]
MORNING_DATA: dict[str, Any] = EVENTS[EventType.DIGEST_DAILY]["data"]
WEEK_DATA: dict[str, Any] = EVENTS[EventType.DIGEST_WEEKLY]["data"]
MASS_DATA: dict[str, Any] = EVENTS[EventType.DIGEST_BASELINE]["data"]
FEED_EVENT: dict[str, Any] = {"id": "evt_mzxw6ytboi2dmnzygrqwy3dpnuqho33s", **EVENTS[EventType.ALERT_OPENED]}
FEED: dict[str, Any] = {"items": [FEED_EVENT], "after": "q83vEjRWeJqrze8SNFaTpndhcm5pbmc", **FRESH}
STREAM = f"id: q83vEjRWeJqrze8SNFaTpndhcm5pbmc\nevent: {FEED_EVENT['type']}\ndata: {msgspec.json.encode(FEED_EVENT).decode()}\n\n"

"""What webhooks are told, for the OpenAPI document: nothing here is served, receivers serve it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Header

from services.api.schemas.events import AlertEvent, EndpointEvent, IncidentEvent, MassEvent, MorningEvent, WeekEvent
from services.api.schemas.problem import Responses
from shared.domain.events import OF_ALERTS, OF_ENDPOINTS, OF_INCIDENTS, OF_MASSES, EventType

router = APIRouter()

_ACCEPTED: Responses = {
    HTTPStatus.OK.value: {"description": "Any 2xx accepts it; all else, and no answer in time, is tried again"}
}
_GONE: Responses = {HTTPStatus.GONE.value: {"description": "Switches the webhook off"}}

_TOLD: dict[EventType, str] = {
    EventType.ALERT_OPENED: "Something is wrong, or soon will be",
    EventType.ALERT_WORSENED: "An alert became worse: another rule of its family, or more severe",
    EventType.ALERT_MOVED: "An alert came to another agency",
    EventType.ALERT_ACKNOWLEDGED: "Somebody has seen an alert and takes care of it",
    EventType.ALERT_UNACKNOWLEDGED: "Nobody takes care of an alert any more",
    EventType.ALERT_LAPSED: "An acknowledgement has ended, and the alert still stands",
    EventType.ALERT_REMINDER: "Nobody has acknowledged an alert yet",
    EventType.ALERT_ESCALATED: "Nobody acknowledged an alert for too long: it is critical now, and the agency above is told",
    EventType.ALERT_RESOLVED: "An alert no longer stands",
    EventType.SOURCE_STALE: "A source is not read any more",
    EventType.SCORE_DROPPED: "A score went down",
    EventType.ENDPOINT_DISABLED: "A webhook was switched off",
    EventType.ENDPOINT_RECOVERED: "A webhook accepts again",
    EventType.ENDPOINT_TEST: "You asked for a sample",
    EventType.INCIDENT_OPENED: "A mass of dossiers fell out of step by one cause",
    EventType.INCIDENT_CLOSED: "An incident is over",
    EventType.DIGEST_DAILY: "What an agency's working day begins with",
    EventType.DIGEST_WEEKLY: "The province's week",
    EventType.DIGEST_BASELINE: "What was wrong already when the province was first read",
    EventType.DIGEST_RULES_CHANGED: "What other rules opened and resolved",
}

_SIGNED = "As Standard Webhooks has it: the id of the message, the same at every attempt"
_AT = "Seconds since 1970 of this attempt; refuse what is more than five minutes away"
_BY = "`v1,` and a signature, several separated by spaces: one of each secret"


async def _about_alert(
    body: AlertEvent,
    webhook_id: str = Header(description=_SIGNED),
    webhook_timestamp: str = Header(description=_AT),
    webhook_signature: str = Header(description=_BY),
) -> None:
    """Signed with the webhook's secret. Repetitions have the same `webhook-id`; what comes before what is told by `sequence`."""


async def _about_endpoint(
    body: EndpointEvent,
    webhook_id: str = Header(description=_SIGNED),
    webhook_timestamp: str = Header(description=_AT),
    webhook_signature: str = Header(description=_BY),
) -> None:
    """Signed with the webhook's secret; told to operations and the office, never to the webhook itself."""


async def _about_incident(
    body: IncidentEvent,
    webhook_id: str = Header(description=_SIGNED),
    webhook_timestamp: str = Header(description=_AT),
    webhook_signature: str = Header(description=_BY),
) -> None:
    """Signed with the webhook's secret; told in the place of what is inside it."""


async def _about_morning(
    body: MorningEvent,
    webhook_id: str = Header(description=_SIGNED),
    webhook_timestamp: str = Header(description=_AT),
    webhook_signature: str = Header(description=_BY),
) -> None:
    """Signed with the webhook's secret; told to webhooks with `mode` digest, of the agencies they name."""


async def _about_week(
    body: WeekEvent,
    webhook_id: str = Header(description=_SIGNED),
    webhook_timestamp: str = Header(description=_AT),
    webhook_signature: str = Header(description=_BY),
) -> None:
    """Signed with the webhook's secret; told to the office and to synchronisation of the province, with `mode` digest."""


async def _about_mass(
    body: MassEvent,
    webhook_id: str = Header(description=_SIGNED),
    webhook_timestamp: str = Header(description=_AT),
    webhook_signature: str = Header(description=_BY),
) -> None:
    """Signed with the webhook's secret; told of the agencies a webhook names, whatever its `mode`."""


_SENT: dict[EventType, Callable[..., Any]] = {
    **dict.fromkeys(OF_ALERTS, _about_alert),
    **dict.fromkeys(OF_ENDPOINTS, _about_endpoint),
    **dict.fromkeys(OF_INCIDENTS, _about_incident),
    **dict.fromkeys(OF_MASSES, _about_mass),
    EventType.DIGEST_DAILY: _about_morning,
    EventType.DIGEST_WEEKLY: _about_week,
}

for _type, _summary in _TOLD.items():
    router.add_api_route(
        _type.value,
        _SENT[_type],
        methods=["POST"],
        name=_type.value,
        summary=_summary,
        tags=["webhooks"],
        responses=_ACCEPTED | _GONE,
    )

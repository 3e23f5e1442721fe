"""What an event says: its data, the same in a webhook and in the feed. Pure: an event and names in, plain values out.

Everything is counted at the moment of the event, so that rendering it again gives the same. No citizen, no officer's name: the
alerts it is made of hold none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.digest_payloads import digest_data
from shared.domain.events import EndpointNews, Event, EventType, IncidentNews, ToldAlert
from shared.domain.findings import Severity
from shared.domain.incident_payloads import incident_data
from shared.domain.messages import TELLINGS, UNWORDABLE, Facts, Message, label_alone, message
from shared.domain.messages.wording import brief_moment, shorten
from shared.domain.morning import Mass, Morning, Week
from shared.domain.paths import alert_path, unit_of
from shared.domain.recipients import Role, recipients
from shared.domain.rendering import CODE_LIMIT, Names, Rendering, local, named

MOST_BYTES = 20_000
"""No body is longer, as it is sent."""


class BodyTooLong(ValueError):
    """An event that cannot be told in the bytes a body may have."""


def expires_at(event: Event) -> datetime | None:
    """Return from when on an event need not be told any more, None for never.

    A reminder is of use until what it reminds of: after that the alert has become another one, or is told as resolved. What
    happened already, or ended, is told however late.
    """
    alert = event.alert
    if alert is None or event.event is EventType.ALERT_RESOLVED or alert.severity is not Severity.WARNING:
        return None
    telling = TELLINGS.get(alert.rule)
    return alert.due_at if telling and telling.reminds else None


def data_of(event: Event, rendering: Rendering, *, test: bool = False) -> dict[str, Any]:
    """Return the data of an event, addressed to nobody in particular; `test`: it is a sample, nothing happened."""
    return {**_data(event, rendering), "test": test}


def _data(event: Event, rendering: Rendering) -> dict[str, Any]:
    if event.alert is not None:
        return _alert_data(event, event.alert, rendering)
    if isinstance(event.data, IncidentNews):
        return incident_data(event.data, rendering)
    if isinstance(event.data, Morning | Week | Mass):
        return digest_data(event.data, rendering, from_the_start=event.event is EventType.DIGEST_BASELINE)
    return _endpoint_data(event.data) if event.data else {}


def addressed(data: Mapping[str, Any], *, role: Role | None = None, supersedes: str | None = None) -> dict[str, Any]:
    """Return data as they are told to somebody: as whom (None: as the one asked to act), and the id under which the event of the
    same alert before this one was told. What is not about an alert is told to everyone alike.
    """
    if "recipient_role" not in data:
        return dict(data)
    return {**data, "recipient_role": role or data["recipient_role"], "supersedes": supersedes}


def body_of(event: Event, data: Mapping[str, Any]) -> str:
    """Return what is sent, in the envelope of Standard Webhooks; raises `BodyTooLong`."""
    body = msgspec.json.encode({"type": event.type, "timestamp": local(event.at), "data": data})
    if len(body) >= MOST_BYTES:
        raise BodyTooLong(f"{event.type} {event.id}")
    return body.decode()


def _alert_data(event: Event, alert: ToldAlert, rendering: Rendering) -> dict[str, Any]:
    said = _said(event, alert, rendering)
    return {
        "alert": {
            "id": alert.id,
            "rule": alert.rule,
            "severity": alert.severity,
            "state": alert.state,
            "sequence": alert.sequence,
            "cause": alert.cause,
            "resolution": alert.resolution,
            "reopens": alert.reopens,
        },
        "title": said.title,
        "text": said.text,
        "short": said.short,
        "params": _params(alert, said, rendering.names),
        "agency": named(alert.agency, rendering.names.agencies),
        "responsible": alert.responsible,
        "recipient_role": next(iter(recipients(alert.responsible))),
        "officer_id": _short(alert.officer_id, CODE_LIMIT),
        "dossier_code": _short(alert.dossier_code, CODE_LIMIT),
        "due_at": local(alert.due_at),
        "expires_at": local(expires_at(event)),
        "supersedes": None,
        "url": None if rendering.public_url is None else rendering.public_url + alert_path(alert.id, alert.subject),
    }


def _endpoint_data(about: EndpointNews) -> dict[str, Any]:
    return {**msgspec.structs.asdict(about), "failing_since": local(about.failing_since)}


def _params(alert: ToldAlert, said: Message, names: Names) -> dict[str, str | None]:
    """Return the values that the templates of Zalo and of e-offices ask for, under their names."""
    procedure = named(alert.procedure, names.procedures)
    return {
        "ma_ho_so": _short(alert.dossier_code, CODE_LIMIT),
        "ten_tthc": procedure["name"] if procedure else None,
        "don_vi": said.asked,
        "han": brief_moment(alert.due_at) if alert.due_at else None,
        "con_lai": said.left,
    }


def _said(event: Event, alert: ToldAlert, rendering: Rendering) -> Message:
    """Return the message as it reads at the moment of the event. An alert that cannot be worded goes by the name of its rule."""
    try:
        facts = _facts(alert, rendering.names, event.at, event.event.removeprefix("alert."))
        return message(facts, rendering.calendar, now=event.at)
    except UNWORDABLE:
        return label_alone(alert.rule)


def _facts(alert: ToldAlert, names: Names, at: datetime, happened: str) -> Facts:
    return Facts(
        rule=alert.rule,
        severity=alert.severity,
        state=alert.state,
        since=alert.since,
        responsible=alert.responsible,
        details=alert.details,
        due_at=alert.due_at,
        resolved_at=alert.resolved_at,
        dossier_code=alert.dossier_code,
        petition_code=alert.code_of("petition"),
        procedure_code=alert.code_of("procedure"),
        unit_code=unit_of(alert.subject),
        procedure_name=names.procedures.get(alert.procedure or ""),
        agency_name=names.agencies.get(alert.agency or ""),
        responsible_agency_name=names.agencies.get(alert.responsible_agency or ""),
        source=alert.source,
        stage=alert.stage,
        data_as_of=at,
        acknowledged_until=alert.acknowledged_until,
        escalated_to_name=names.agencies.get(alert.escalated_to or ""),
        resolution=alert.resolution,
        happened=happened,
    )


def _short(text: str | None, limit: int) -> str | None:
    return None if text is None else shorten(text, limit)

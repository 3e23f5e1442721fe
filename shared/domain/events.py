"""What is told to others: the rows of the outbox as events, each with its place in the one order there is."""

from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from shared.domain.alert_endings import Cause, Resolution
from shared.domain.alerts import AlertState, Reason
from shared.domain.findings import Responsible, Severity
from shared.domain.incidents import CauseKind
from shared.domain.morning import Mass, Morning, Week

_ID_BYTES = 20


class EventType(StrEnum):
    """What happened. An alert of a rule with a type of its own is opened under that type."""

    ALERT_OPENED = "alert.opened"
    ALERT_WORSENED = "alert.worsened"
    ALERT_MOVED = "alert.moved"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_UNACKNOWLEDGED = "alert.unacknowledged"
    ALERT_LAPSED = "alert.lapsed"
    ALERT_REMINDER = "alert.reminder"
    ALERT_ESCALATED = "alert.escalated"
    ALERT_RESOLVED = "alert.resolved"
    SOURCE_STALE = "source.stale"
    SCORE_DROPPED = "score.dropped"
    ENDPOINT_DISABLED = "endpoint.disabled"
    ENDPOINT_RECOVERED = "endpoint.recovered"
    ENDPOINT_TEST = "endpoint.test"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CLOSED = "incident.closed"
    DIGEST_DAILY = "digest.daily"
    DIGEST_WEEKLY = "digest.weekly"
    DIGEST_BASELINE = "digest.baseline"
    DIGEST_RULES_CHANGED = "digest.rules_changed"

    @property
    def is_of_alert(self) -> bool:
        return self in OF_ALERTS


OF_ENDPOINTS = frozenset({EventType.ENDPOINT_DISABLED, EventType.ENDPOINT_RECOVERED, EventType.ENDPOINT_TEST})
OF_INCIDENTS = frozenset({EventType.INCIDENT_OPENED, EventType.INCIDENT_CLOSED})
OF_MASSES = frozenset({EventType.DIGEST_BASELINE, EventType.DIGEST_RULES_CHANGED})
OF_DIGESTS = frozenset({EventType.DIGEST_DAILY, EventType.DIGEST_WEEKLY}) | OF_MASSES
OF_ALERTS = frozenset(EventType) - OF_ENDPOINTS - OF_INCIDENTS - OF_DIGESTS

OWN_TYPES: Mapping[str, EventType] = {
    "source.stale": EventType.SOURCE_STALE,
    "score.dropped": EventType.SCORE_DROPPED,
}
"""The rules whose opening has a type of its own."""


class Position(NamedTuple):
    """A place in the order of the outbox: the transaction that wrote the row, then its number."""

    xid: int
    id: int


BEGINNING = Position(0, 0)


class ToldAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as it was when something happened to it; `sequence` counts what was told of it.

    `in_incident`: it is told as part of its incident only; `reason`: why it opened or was resolved, where it was not the dossier.
    """

    id: int
    sequence: int
    subject: str
    family: str
    rule: str
    severity: Severity
    state: AlertState
    responsible: Responsible
    since: datetime
    details: dict[str, Any]
    baseline: bool = False
    dossier_code: str | None = None
    source: str | None = None
    agency: str | None = None
    procedure: str | None = None
    responsible_agency: str | None = None
    due_at: datetime | None = None
    resolved_at: datetime | None = None
    stage: str | None = None
    officer_id: str | None = None
    in_incident: bool = False
    reason: Reason | None = None
    acknowledged_until: datetime | None = None
    cause: Cause | None = None
    escalated_to: str | None = None
    resolution: Resolution | None = None
    reopens: int | None = None

    @property
    def agencies(self) -> frozenset[str]:
        """Where it stands, who is asked to act, and whom it was passed on to, where these are other agencies."""
        return frozenset(code for code in (self.agency, self.responsible_agency, self.escalated_to) if code is not None)

    def code_of(self, kind: str) -> str | None:
        """Return the code of what it is about, where that is of a kind."""
        found, _, code = self.subject.partition(":")
        return code if found == kind else None


class EndpointNews(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that was switched off, and why; or that accepts again after it had not since `failing_since`.

    `cancelled`: how many deliveries waited for it, and were cancelled.
    """

    webhook_id: int
    reason: str | None = None
    failing_since: datetime | None = None
    cancelled: int | None = None


class IncidentNews(msgspec.Struct, frozen=True, kw_only=True):
    """A mass of one cause that began, or is over since `closed_at`.

    `kind` and `code`: what its dossiers have in common; `alerts`: how many there were, as far as known at that moment;
    `standing`: how many still stand. `agencies`: where its dossiers stand; `responsible_agency`: who is asked to act.
    """

    incident_id: int
    kind: CauseKind
    code: str
    severity: Severity
    opened_at: datetime
    alerts: int
    standing: int
    closed_at: datetime | None = None
    rules: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    responsible_agency: str | None = None


def incident_subject(incident_id: int) -> str:
    """Return what an event about an incident is about."""
    return f"incident:{incident_id}"


News = EndpointNews | IncidentNews | Morning | Week | Mass
_NEWS: Mapping[EventType, type[News]] = {
    **dict.fromkeys(OF_ENDPOINTS, EndpointNews),
    **dict.fromkeys(OF_INCIDENTS, IncidentNews),
    **dict.fromkeys(OF_MASSES, Mass),
    EventType.DIGEST_DAILY: Morning,
    EventType.DIGEST_WEEKLY: Week,
}
"""What an event that is not about an alert tells, by its type."""


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of the outbox tells, whatever it is about."""

    xid: int
    id: int
    at: datetime
    event: EventType
    subject: str
    reason: Reason | None = None
    alert: ToldAlert | None = None


class Event(_Facts, frozen=True, kw_only=True):
    """One row of the outbox. `alert` is None where it is not about an alert; then `data` tell what it is about."""

    data: News | None = None

    @property
    def severity(self) -> Severity | None:
        """How bad it is, None where it has no severity."""
        if self.alert:
            return self.alert.severity
        return self.data.severity if isinstance(self.data, IncidentNews) else None

    @property
    def position(self) -> Position:
        return Position(self.xid, self.id)

    @property
    def type(self) -> EventType:
        """What it is told as."""
        opened = self.alert is not None and self.event is EventType.ALERT_OPENED
        return OWN_TYPES.get(self.alert.rule, self.event) if self.alert and opened else self.event


def event_of(row: Mapping[str, Any]) -> Event:
    """Return a row of the outbox as an event; raises `msgspec.ValidationError` for one this version cannot read."""
    type_ = msgspec.convert(row["event"], EventType)
    if (row["alert"] is None, row["data"] is None) != (not type_.is_of_alert, type_.is_of_alert):
        raise msgspec.ValidationError("an event about an alert holds it, any other what happened")
    news = None if type_.is_of_alert else msgspec.convert(row["data"], _NEWS[type_])
    facts = msgspec.convert({name: row[name] for name in _Facts.__struct_fields__}, _Facts)
    return Event(**msgspec.structs.asdict(facts), data=news)


def message_id(province: str, webhook_id: int, event: Event) -> str:
    """Return the id of an event for one webhook: the same however often it is sent, or made anew after a kill."""
    return _id("msg", province, str(webhook_id), *_key(event))


def earlier_message_ids(province: str, webhook_id: int, event: Event, most: int = 10) -> list[str]:
    """Return the ids that the earlier events of the same alert have for one webhook, nearest first."""
    return [_id("msg", province, str(webhook_id), *key) for key in _earlier_keys(event, most)]


def event_id(province: str, event: Event) -> str:
    """Return the id of an event in the feed."""
    return _id("evt", province, *_key(event))


def earlier_event_id(province: str, event: Event) -> str | None:
    """Return the id in the feed of the event of the same alert before this one, None for the first."""
    return next((_id("evt", province, *key) for key in _earlier_keys(event, 1)), None)


def _key(event: Event) -> tuple[str, ...]:
    """An alert's events are counted in it; any other is told from others by its place."""
    if event.alert is None:
        return "outbox", str(event.xid), str(event.id)
    return "alert", str(event.alert.id), str(event.alert.sequence)


def _earlier_keys(event: Event, most: int) -> list[tuple[str, ...]]:
    if event.alert is None:
        return []
    last = event.alert.sequence - 1
    return [("alert", str(event.alert.id), str(number)) for number in range(last, max(0, last - most), -1)]


def _id(kind: str, *parts: str) -> str:
    digest = blake2b("\n".join(parts).encode(), digest_size=_ID_BYTES).digest()
    return f"{kind}_{b32encode(digest).decode().rstrip('=').lower()}"

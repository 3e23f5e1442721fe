"""A sample of every event, for documentation and for trying a webhook: made of the same values as real ones."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.domain.alert_endings import Cause, Resolution
from shared.domain.alerts import AlertState
from shared.domain.digest_samples import digest_sample
from shared.domain.events import OF_DIGESTS, OWN_TYPES, EndpointNews, Event, EventType, IncidentNews, ToldAlert, incident_subject
from shared.domain.findings import IntakeDetails, Responsible, Severity, SourceStaleDetails
from shared.domain.incidents import CauseKind
from shared.domain.recipients import endpoint_subject
from shared.domain.rendering import Names

NAMES = Names({"H20.114": "Ủy ban nhân dân phường Sơn Qui"}, {"1.001193": "Đăng ký khai sinh"})
"""What the samples name."""

_WINDOW, _WARN_BEFORE = timedelta(hours=8), timedelta(hours=2)


def sample(type_: EventType, at: datetime) -> Event:
    """Return an event of a type, as if it had happened at a moment."""
    if type_ in OF_DIGESTS:
        agency, news = digest_sample(type_, at)
        return Event(xid=0, id=0, at=at, event=type_, subject=f"agency:{agency}", data=news)
    about = _ABOUT[type_](at)
    if isinstance(about, IncidentNews):
        subject = incident_subject(about.incident_id)
        return Event(xid=0, id=0, at=at, event=type_, subject=subject, data=about)
    if isinstance(about, EndpointNews):
        return Event(xid=0, id=0, at=at, event=type_, subject=endpoint_subject(about.webhook_id), data=about)
    happened = EventType.ALERT_OPENED if type_ in OWN_TYPES.values() else type_
    return Event(xid=0, id=0, at=at, event=happened, subject=about.subject, alert=about)


def _soon(at: datetime, **values: Any) -> ToldAlert:
    """An online dossier that nobody took up, two hours before the window closes."""
    submitted, closes = at - _WINDOW + _WARN_BEFORE, at + _WARN_BEFORE
    details = IntakeDetails(submitted_at=submitted, window_ends_at=closes, working_window_ends_at=closes)
    ordinary: dict[str, Any] = {
        "id": 1042,
        "sequence": 1,
        "subject": "dossier:H20.114-261120-0042",
        "family": "intake",
        "rule": "intake.due_soon",
        "severity": Severity.WARNING,
        "state": AlertState.OPEN,
        "responsible": Responsible.RECEIVING,
        "since": at,
        "details": msgspec.to_builtins(details),
        "dossier_code": "H20.114-261120-0042",
        "agency": "H20.114",
        "procedure": "1.001193",
        "responsible_agency": "H20.114",
        "due_at": closes,
    }
    return ToldAlert(**(ordinary | values))


def _breached(at: datetime) -> ToldAlert:
    soon = _soon(at - _WARN_BEFORE)
    return msgspec.structs.replace(soon, rule="intake.breached", since=at, sequence=2)


def _acknowledged(at: datetime) -> ToldAlert:
    until = at + timedelta(hours=1)
    return _soon(at, state=AlertState.ACKNOWLEDGED, acknowledged_until=until, cause=Cause.WORKLOAD, sequence=2)


def _escalated(at: datetime) -> ToldAlert:
    breached = _breached(at)
    return msgspec.structs.replace(breached, severity=Severity.CRITICAL, escalated_to="H20", sequence=4)


def _resolved(at: datetime) -> ToldAlert:
    breached = _breached(at - timedelta(minutes=18))
    ended = {"state": AlertState.RESOLVED, "resolved_at": at, "resolution": Resolution.LATE}
    return msgspec.structs.replace(breached, sequence=3, **ended)


def _stale(at: datetime) -> ToldAlert:
    read_to = at - timedelta(minutes=20)
    return ToldAlert(
        id=1043,
        sequence=1,
        subject="source:igate",
        family="source.stale",
        rule="source.stale",
        severity=Severity.CRITICAL,
        state=AlertState.OPEN,
        responsible=Responsible.OPS,
        since=read_to,
        details=msgspec.to_builtins(SourceStaleDetails(read_to=read_to, interval_seconds=60.0)),
        source="igate",
    )


def _dropped(at: datetime) -> ToldAlert:
    return ToldAlert(
        id=1044,
        sequence=1,
        subject="indicator:2.1:H20.114",
        family="score.dropped",
        rule="score.dropped",
        severity=Severity.WARNING,
        state=AlertState.OPEN,
        responsible=Responsible.HANDLING,
        since=at,
        details={},
        agency="H20.114",
        responsible_agency="H20.114",
    )


def _incident(at: datetime) -> IncidentNews:
    return IncidentNews(
        incident_id=12,
        kind=CauseKind.AGENCY,
        code="H20.114",
        severity=Severity.WARNING,
        opened_at=at,
        alerts=480,
        standing=480,
        rules=("sync.status_mismatch",),
        agencies=("H20.114",),
        responsible_agency="H20",
    )


_ABOUT: Mapping[EventType, Callable[[datetime], ToldAlert | EndpointNews | IncidentNews]] = {
    EventType.ALERT_OPENED: _soon,
    EventType.ALERT_WORSENED: _breached,
    EventType.ALERT_MOVED: lambda at: _soon(at, sequence=2),
    EventType.ALERT_ACKNOWLEDGED: _acknowledged,
    EventType.ALERT_UNACKNOWLEDGED: lambda at: _soon(at, sequence=3),
    EventType.ALERT_LAPSED: lambda at: _soon(at, sequence=3),
    EventType.ALERT_REMINDER: lambda at: _soon(at, sequence=4),
    EventType.ALERT_ESCALATED: _escalated,
    EventType.ALERT_RESOLVED: _resolved,
    EventType.SOURCE_STALE: _stale,
    EventType.SCORE_DROPPED: _dropped,
    EventType.ENDPOINT_DISABLED: lambda at: EndpointNews(
        webhook_id=3, reason="failing", failing_since=at - timedelta(days=5), cancelled=12
    ),
    EventType.ENDPOINT_RECOVERED: lambda at: EndpointNews(webhook_id=3, failing_since=at - timedelta(hours=5)),
    EventType.ENDPOINT_TEST: lambda _: EndpointNews(webhook_id=3),
    EventType.INCIDENT_OPENED: _incident,
    EventType.INCIDENT_CLOSED: lambda at: msgspec.structs.replace(_incident(at - timedelta(hours=3)), standing=12, closed_at=at),
}

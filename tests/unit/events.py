"""Small ways to say "an event that …": every argument left out is ordinary."""

from typing import Any

import msgspec

from shared.domain.alerts import AlertState
from shared.domain.events import Event, EventType, ToldAlert
from shared.domain.findings import Responsible, Severity
from shared.domain.recipients import Role, Subscription
from shared.domain.rendering import Names, Rendering
from shared.domain.rules import FAMILY_OF

from .builders import CODE, at, calendar

NAMES = Names({"H20.14": "Sở Nông nghiệp và Môi trường", "H20.09": "Sở Khoa học và Công nghệ"}, {"1.001193": "Đăng ký khai sinh"})
RENDERING = Rendering(NAMES, calendar(), "https://watch766.example.vn")
HAPPENED = at("18 10:00")


def told_alert(rule: str = "deadline.due_soon", **values: Any) -> ToldAlert:
    """An alert about the ordinary dossier, as it was when it opened."""
    ordinary: dict[str, Any] = {
        "id": 1042,
        "sequence": 1,
        "subject": f"dossier:{CODE}",
        "family": FAMILY_OF.get(rule, rule),
        "rule": rule,
        "severity": Severity.WARNING,
        "state": AlertState.OPEN,
        "responsible": Responsible.HANDLING,
        "since": at("18 09:00"),
        "details": {},
        "dossier_code": CODE,
        "agency": "H20.14",
        "procedure": "1.001193",
        "responsible_agency": "H20.14",
        "due_at": at("18 16:00"),
    }
    return ToldAlert(**(ordinary | values))


def happened(event: EventType = EventType.ALERT_OPENED, alert: ToldAlert | None = None, **values: Any) -> Event:
    """Something that happened to an alert on the 18th at 10."""
    alert = alert or told_alert()
    return Event(**({"xid": 900, "id": 7, "at": HAPPENED, "event": event, "subject": alert.subject, "alert": alert} | values))


def subscription(role: Role = Role.HANDLING, **values: Any) -> Subscription:
    """A webhook made in time that hears everything its role is told."""
    return Subscription(**({"id": 3, "role": role, "created_at": at("1/1 00:00")} | values))


def changed(alert: ToldAlert, **values: Any) -> ToldAlert:
    return msgspec.structs.replace(alert, **values)

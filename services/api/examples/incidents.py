"""An incident."""

from typing import Any

from services.api.examples.alerts import AGENCY_NAME
from services.api.examples.events import INCIDENT_DATA

INCIDENT: dict[str, Any] = {
    "id": 12,
    "state": "open",
    "kind": "agency",
    "cause": AGENCY_NAME,
    "severity": "warning",
    "rules": ["sync.status_mismatch"],
    "responsible_agency": "H20",
    "opened_at": "2026-11-20T14:00:00+07:00",
    "closed_at": None,
    "expected": 480,
    "alerts": 480,
    "standing": 480,
    "title": INCIDENT_DATA["title"],
    "text": INCIDENT_DATA["text"],
    "url": "/v1/alerts?incident=12",
}

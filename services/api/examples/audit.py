"""Who did what."""

from typing import Any

AUDIT_ENTRY: dict[str, Any] = {
    "id": 17,
    "at": "2026-11-20T09:00:00+07:00",
    "actor": "command:watch766",
    "action": "key.created",
    "subject": "key:fwq2py4b",
    "agency": "H20.14",
    "request_id": None,
    "details": {
        "name": "dashboard",
        "scopes": ["alerts:read", "scores:read"],
        "agency": "H20.14",
        "expires_at": "2027-02-18T09:00:00+07:00",
    },
}

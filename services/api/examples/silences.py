"""A silence."""

from typing import Any

NEW_SILENCE: dict[str, Any] = {
    "rules": ["sync.status_mismatch"],
    "agencies": ["H20.114"],
    "procedures": [],
    "dossier": None,
    "starts_at": "2026-11-21T00:00:00+07:00",
    "ends_at": "2026-11-21T06:00:00+07:00",
    "reason": "Bảo trì phần mềm một cửa của phường",
}

SILENCE: dict[str, Any] = {
    "id": 7,
    **NEW_SILENCE,
    "author": "key:fwq2py4b",
    "owner_agency": None,
    "created_at": "2026-11-20T14:00:00+07:00",
    "ended_by": None,
    "state": "planned",
    "events_held": 0,
    "alerts_held": 0,
    "alerts_standing": 0,
    "alerts_told": 0,
}

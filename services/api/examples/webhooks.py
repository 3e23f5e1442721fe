"""A webhook, its secret's dates and a delivery."""

from typing import Any

NEW_WEBHOOK: dict[str, Any] = {
    "url": "https://vanphong.example.vn/watch766",
    "description": "Văn phòng điện tử của phường",
    "agencies": ["H20.114"],
    "rules": ["intake", "deadline"],
    "least_severity": "warning",
    "role": "receiving",
    "mode": "each",
    "window": ["07:00-11:30", "13:30-17:00"],
    "critical_at_once": True,
    "active": True,
}

SECRET_DATES: dict[str, Any] = {"created_at": "2026-11-20T08:00:00+07:00", "expires_at": None}

WEBHOOK: dict[str, Any] = {
    "id": 3,
    **NEW_WEBHOOK,
    "owner_agency": None,
    "created_at": "2026-11-20T08:00:00+07:00",
    "changed_at": "2026-11-20T08:00:00+07:00",
    "disabled_at": None,
    "disabled_reason": None,
    "failing_since": None,
    "delivered_at": "2026-11-20T13:52:22.040811+07:00",
    "state": "listening",
    "secrets": [SECRET_DATES],
}

MADE: dict[str, Any] = {**WEBHOOK, "delivered_at": None, "secret": "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}

ATTEMPT: dict[str, Any] = {
    "number": 1,
    "at": "2026-11-20T13:52:21.902110+07:00",
    "milliseconds": 138,
    "status": 200,
    "error": None,
    "answer": "ok",
}

DELIVERY: dict[str, Any] = {
    "id": 5120,
    "message_id": "msg_mzxw6ytboi2dmnzygrqwy3dpnuqho33s",
    "event": "alert.opened",
    "subject": "dossier:H20.114-261120-0042",
    "alert_id": 1042,
    "state": "delivered",
    "created_at": "2026-11-20T13:52:21.510212+07:00",
    "due_at": "2026-11-20T13:52:21.510212+07:00",
    "expires_at": "2026-11-20T15:52:00+07:00",
    "finished_at": "2026-11-20T13:52:22.040811+07:00",
    "attempts": [ATTEMPT],
}

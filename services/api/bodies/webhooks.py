"""A webhook and its deliveries; never a secret."""

from collections.abc import Sequence
from typing import Any

from shared.db.views.rows import Row
from shared.domain.windows import ALWAYS, WORKING_TIME

_AS_KEPT = (
    *(
        "id",
        "url",
        "description",
        "agencies",
        "rules",
        "least_severity",
        "role",
        "mode",
        "active",
        "owner_agency",
        "critical_at_once",
    ),
    *("created_at", "changed_at", "disabled_at", "disabled_reason", "failing_since", "delivered_at"),
)
_OF_DELIVERY = (
    *("id", "message_id", "event", "subject", "alert_id", "state", "created_at", "due_at", "expires_at", "finished_at"),
)
_OF_ATTEMPT = ("number", "at", "milliseconds", "status", "error", "answer")
_OF_SECRET = ("created_at", "expires_at")


def webhook_body(row: Row, secrets: Sequence[Row]) -> dict[str, Any]:
    """Return one webhook; of its secrets only their dates."""
    state = "disabled" if row["disabled_at"] else "listening" if row["active"] else "paused"
    dates = [{name: secret[name] for name in _OF_SECRET} for secret in secrets]
    window = row["window"][0] if row["window"][0] in (ALWAYS, WORKING_TIME) else row["window"]
    return {**{name: row[name] for name in _AS_KEPT}, "state": state, "window": window, "secrets": dates}


def delivery_body(row: Row, attempts: Sequence[Row]) -> dict[str, Any]:
    """Return one delivery with what came of it."""
    tried = [{name: attempt[name] for name in _OF_ATTEMPT} for attempt in attempts]
    return {**{name: row[name] for name in _OF_DELIVERY}, "attempts": tried}

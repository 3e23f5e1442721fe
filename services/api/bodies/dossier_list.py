"""A dossier in a list: where it stands at the moment of the request."""

from typing import Any

from services.api.bodies.alerts import procedure_body
from services.api.bodies.lists import named
from shared.db.views.dossier_filters import SyncState
from shared.db.views.rows import Row
from shared.domain.paths import dossier_path
from shared.domain.statuses import LABELS, Status

_AS_KEPT = (
    "code",
    "source",
    "online",
    "submitted_at",
    "due_at",
    "ended_at",
    "overdue",
    "overdue_on_portal",
    "stage",
    "out_of_step",
    "alerts",
    "next_review_at",
)


def dossier_item(row: Row) -> dict[str, Any]:
    """Return one dossier of a list."""
    return {
        **{name: row[name] for name in _AS_KEPT},
        "agency": named(row["agency"], row["agency_name"]),
        "procedure": procedure_body(row),
        "status": _status(row["status"]),
        "portal_status": _status(row["portal_status"]),
        "officer": None if row["officer_id"] is None else {"id": row["officer_id"]},
        "sync_state": _sync_state(row),
        "url": dossier_path(row["code"]),
    }


def _status(code: int | None) -> dict[str, Any] | None:
    return None if code is None else {"code": code, "label": LABELS[Status(code)]}


def _sync_state(row: Row) -> SyncState | None:
    """A dossier that was judged and that no system has any more is in no state."""
    if row["out_of_step"]:
        return SyncState.OUT_OF_STEP
    if row["judged_at"] is None:
        return SyncState.UNJUDGED
    return None if row["status"] is None else SyncState.IN_STEP

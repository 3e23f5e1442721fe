"""A silence as it stands at the moment of the request."""

from datetime import datetime
from typing import Any

from shared.db.views.rows import Row
from shared.db.views.silences import SilenceState

_AS_KEPT = (
    *("id", "rules", "agencies", "procedures", "dossier", "starts_at", "ends_at", "reason", "author", "owner_agency"),
    *("created_at", "ended_by", "events_held", "alerts_held", "alerts_standing", "alerts_told"),
)


def silence_body(row: Row, now: datetime) -> dict[str, Any]:
    """Return one silence with its state."""
    begun = SilenceState.ACTIVE if row["starts_at"] <= now else SilenceState.PLANNED
    return {**{name: row[name] for name in _AS_KEPT}, "state": SilenceState.ENDED if row["ends_at"] <= now else begun}

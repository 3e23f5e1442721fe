"""A source: how far it is read, and what of it could not be used."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.db.views.freshness import status_of
from shared.db.views.rows import Row
from shared.db.views.snapshot import Snapshot

_AS_KEPT = (
    "name",
    "kind",
    "role",
    "active",
    "interval_seconds",
    "read_to",
    "settled_to",
    "first_complete_at",
    "progress_at",
    "catalogue_read_at",
    "error",
    "error_at",
)
_RUN = ("started_at", "finished_at", "pages", "received", "added", "changed", "refused", "skewed", "error")


def source_body(row: Row, notes: Mapping[str, int], snapshot: Snapshot) -> dict[str, Any]:
    """Return one source; a source that is no longer configured has no status."""
    interval = timedelta(seconds=row["interval_seconds"])
    run = row["last_run"]
    return {
        **{name: row[name] for name in _AS_KEPT},
        "status": status_of(row["read_to"], interval, snapshot.now) if row["active"] else None,
        "counts": {"records": row["stored"], "refused": row["refused"], "skewed": row["skewed"], "notes": dict(notes)},
        "last_run": None if run is None else {name: run[name] for name in _RUN},
    }

"""What was counted, under the names of what it was counted by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.db.views.rows import Row
from shared.domain.standing import working_minutes
from shared.domain.working_time import WorkingTime

_ALERTS = ("key", "count", "critical", "warning", "oldest_since", "earliest_due")
_DELAYS = ("key", "minutes", "longest", "delays", "running", "dossiers")

Names = Mapping[str | None, str | None]


def alert_group(row: Row, names: Names) -> dict[str, Any]:
    """Return how many alerts have one thing in common."""
    return {**{name: row[name] for name in _ALERTS}, "name": names[row["key"]]}


def delay_group(row: Row, names: Names) -> dict[str, Any]:
    """Return the delays that have one thing in common."""
    return {**{name: row[name] for name in _DELAYS}, "name": names[row["key"]]}


def up_to_now(groups: Iterable[Row], running: Sequence[Row], calendar: WorkingTime, now: datetime) -> list[dict[str, Any]]:
    """Return groups of delays with the working minutes that the running ones have taken so far."""
    found = {row["key"]: dict(row) for row in groups}
    for row in running:
        group, minutes = found[row["key"]], _minutes(row["since"], now, calendar)
        group["minutes"] += minutes * row["number"]
        group["longest"] = max(group["longest"], minutes)
    return list(found.values())


def _minutes(since: datetime, now: datetime, calendar: WorkingTime) -> int:
    """A due date so far off that no calendar reaches it is a mistake in the record: it adds nothing."""
    try:
        length = calendar.between(since, now)
    except ValueError:
        length = timedelta()
    return working_minutes(length)

"""A procedure behind an indicator."""

from collections.abc import Iterable
from typing import Any

from shared.db.views.rows import Row
from shared.domain.score_procedures import SERVICES, Use, counts, last_day
from shared.domain.working_time import WorkingTime

_DATES = ("decided_on", "effective_on", "published_on")


def procedures_behind(indicator: str, rows: Iterable[tuple[Row, Use]], calendar: WorkingTime) -> list[dict[str, Any]]:
    """Return those of these procedures that count in an indicator, each with whether it counts well."""
    judged = ((row, use, counts(indicator, row["facts"], use, calendar)) for row, use in rows)
    return [_behind(indicator, row, use, calendar, counted=counted) for row, use, counted in judged if counted is not None]


def _behind(indicator: str, row: Row, use: Use, calendar: WorkingTime, *, counted: bool) -> dict[str, Any]:
    facts, is_service = row["facts"], indicator in SERVICES
    return {
        "code": row["code"],
        "name": row["name"],
        "sector": row["sector"],
        "counted": counted,
        **{name: getattr(facts, name) for name in _DATES},
        "last_day": last_day(indicator, facts, calendar),
        "online_dossiers": use.online if is_service else None,
        "paid_dossiers": use.paid if is_service else None,
    }

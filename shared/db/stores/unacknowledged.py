"""Alerts nobody has acknowledged: reminded of, and passed on to the agency above.

Each function takes a batch and returns how many alerts it changed; a guard in the statement lets no second monitor do it twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.stores.alerts import locked, tell
from shared.db.tables import agencies, alerts
from shared.domain.alerts import AlertState
from shared.domain.findings import Severity

BATCH = 500

_IS_OPEN = alerts.c.state == AlertState.OPEN


async def remind(
    connection: AsyncConnection, province: str, severities: Sequence[Severity], morning: datetime, *, now: datetime
) -> int:
    """Remind once a day of alerts that were open already when the working day began; not of what was wrong from the start."""
    wanted = and_(
        _IS_OPEN,
        alerts.c.severity.in_(severities),
        ~alerts.c.baseline,
        ~alerts.c.in_incident,
        alerts.c.opened_at < morning,
        or_(alerts.c.reminded_at.is_(None), alerts.c.reminded_at < morning),
    )
    return await _change(connection, province, wanted, {"reminded_at": now}, "reminder", now)


async def pass_on(connection: AsyncConnection, province: str, open_before: Mapping[Severity, datetime], *, now: datetime) -> int:
    """Pass alerts on that have been open for too long: they become critical, and the agency above is told.

    `open_before`: since when an alert of each severity must have been open. Not what was wrong from the start, and nothing that
    is of no agency.
    """
    if not open_before:
        return 0
    long_open = [and_(alerts.c.severity == name, alerts.c.open_since <= moment) for name, moment in open_before.items()]
    wanted = and_(
        _IS_OPEN,
        alerts.c.escalated_at.is_(None),
        ~alerts.c.baseline,
        ~alerts.c.in_incident,
        alerts.c.agency.is_not(None),
        or_(*long_open),
    )
    values = {
        "escalated_at": now,
        "escalated_to": _above(province),
        "found_severity": func.coalesce(alerts.c.found_severity, alerts.c.severity),
        "severity": Severity.CRITICAL,
    }
    return await _change(connection, province, wanted, values, "escalated", now)


async def _change(
    connection: AsyncConnection,
    province: str,
    wanted: ColumnElement[bool],
    values: Mapping[str, Any],
    event: str,
    now: datetime,
) -> int:
    found = select(alerts.c.id).where(alerts.c.province_code == province, wanted).order_by(alerts.c.id).limit(BATCH)
    ids = (await connection.execute(found)).scalars().all()
    before = {row["id"]: row for row in await locked(connection, province, alerts.c.id.in_(ids))} if ids else {}
    statement = (
        update(alerts)
        .where(alerts.c.province_code == province, alerts.c.id.in_(before), wanted)
        .values({**values, "sequence": alerts.c.sequence + 1})
        .returning(alerts)
    )
    rows = sorted((await connection.execute(statement)).mappings(), key=lambda row: int(row["id"])) if before else []
    if rows:
        events = [(event, row, _differences(before[row["id"]], row), None) for row in rows]
        await tell(connection, province, events, now)
    return len(rows)


def _above(province: str) -> ColumnElement[Any]:
    """Return the agency above an alert's: the province where none is known, nobody above the province."""
    listed = select(agencies.c.parent).where(agencies.c.province_code == province, agencies.c.code == alerts.c.agency)
    parent = func.coalesce(listed.scalar_subquery(), province)
    return case((alerts.c.agency == province, None), else_=parent)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [before[name], after[name]] for name in ("state", "severity", "escalated_to") if before[name] != after[name]}

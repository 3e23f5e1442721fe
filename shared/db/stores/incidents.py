"""Incidents: opened, joined, closed; and what fell out of step lately or is about to be found so.

Locks: after the dossiers and the alerts, one for all incidents of a province; whoever holds it locks no more dossiers.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import alerts, incidents, outbox
from shared.db.views.rows import Row, all_rows
from shared.domain.alerts import AlertState
from shared.domain.dossiers import Place, Rules
from shared.domain.events import EventType, IncidentNews, incident_subject
from shared.domain.findings import Finding, Severity
from shared.domain.incidents import SYNC, Cause, CauseKind, Standing, Suspect, suspect, worst

_LOCK = 7661
_LOOKED_AT = 10_000

_COMING = """
SELECT DISTINCT ON (f.code, f.family) f.finding::text AS finding, d.agency, d.procedure, d.sector
FROM look_ups l
JOIN findings f ON f.province_code = l.province_code AND f.code = l.code AND f.family LIKE 'sync.%'
JOIN dossiers d ON d.province_code = f.province_code AND d.code = f.code
WHERE l.province_code = :province AND l.wanted_at IS NOT NULL AND NOT coalesce((f.finding ->> 'ripe')::boolean, false)
LIMIT :limit
"""


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as it is kept."""

    id: int
    cause: Cause
    severity: Severity
    rules: tuple[str, ...]
    agencies: tuple[str, ...]
    responsible_agency: str | None
    opened_at: datetime


class Recent(msgspec.Struct, frozen=True):
    """An alert that opened lately and by itself."""

    id: int
    suspect: Suspect


async def hold_open(connection: AsyncConnection, province: str) -> list[Incident]:
    """Let nobody else open, join or close an incident until the transaction ends, and return the open ones."""
    await connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(province))))
    return await open_ones(connection, province)


async def open_ones(connection: AsyncConnection, province: str) -> list[Incident]:
    """Return the incidents that are not over, in the order they opened."""
    query = select(incidents).where(incidents.c.province_code == province, incidents.c.closed_at.is_(None))
    return [_incident(row) for row in await all_rows(connection, query.order_by(incidents.c.id))]


async def recent(connection: AsyncConnection, rules: Rules, *, since: datetime) -> list[Recent]:
    """Return the alerts that opened by themselves since a moment because a dossier is out of step, and still stand."""
    query = (
        select(alerts)
        .where(alerts.c.province_code == rules.province, alerts.c.opened_at >= since, alerts.c.state != AlertState.RESOLVED)
        .where(alerts.c.family.startswith(SYNC), alerts.c.incident_id.is_(None), alerts.c.reason.is_(None))
        .order_by(alerts.c.opened_at.desc())
        .limit(_LOOKED_AT)
    )
    facts = [name for name in Finding.__struct_fields__ if name != "ripe"]
    return [
        Recent(row["id"], _suspect(row, msgspec.convert({name: row[name] for name in facts}, Finding), rules))
        for row in await all_rows(connection, query)
    ]


async def coming(connection: AsyncConnection, rules: Rules) -> list[Suspect]:
    """Return what is about to be found out of step: it waits for its look-up only."""
    rows = await connection.execute(text(_COMING), {"province": rules.province, "limit": _LOOKED_AT})
    found = ((row, _finding(row["finding"])) for row in rows.mappings())
    return [_suspect(row, finding, rules) for row, finding in found if finding]


async def begin(connection: AsyncConnection, province: str, incident: Incident, expected: int) -> Incident:
    """Open an incident with the word about it and return it under its number. `expected`: how many dossiers, as far as known."""
    row = {
        "province_code": province,
        "kind": incident.cause.kind,
        "code": incident.cause.code,
        **_kept(incident),
        "responsible_agency": incident.responsible_agency,
        "opened_at": incident.opened_at,
        "expected": expected,
    }
    made = await connection.scalar(insert(incidents).values(row).returning(incidents.c.id))
    begun = msgspec.structs.replace(incident, id=int(made or 0))
    await tell(connection, province, EventType.INCIDENT_OPENED, begun, Standing(expected, expected), now=incident.opened_at)
    return begun


async def take_in(connection: AsyncConnection, province: str, incident: Incident, inside: Iterable[Suspect]) -> None:
    """Keep of which rules an incident is, whose dossiers are inside it, and how bad the worst is, with what is new inside it."""
    new = list(inside)
    values = {
        "rules": sorted({*incident.rules, *(one.rule for one in new)}),
        "agencies": sorted({*incident.agencies, *(one.agency for one in new if one.agency)}),
        "severity": worst([incident.severity, *(one.severity for one in new)]),
    }
    if any(values[name] != kept for name, kept in _kept(incident).items()):
        await connection.execute(update(incidents).where(*_is(province, incident.id)).values(values))


async def join(connection: AsyncConnection, province: str, incident_id: int, alert_ids: Collection[int]) -> None:
    """Let alerts that opened by themselves be found inside an incident; one that somebody else holds now is left out."""
    if alert_ids:
        free = select(alerts.c.id).where(alerts.c.province_code == province, alerts.c.id.in_(sorted(alert_ids)))
        free = free.order_by(alerts.c.id).with_for_update(skip_locked=True)
        which = (alerts.c.province_code == province, alerts.c.id.in_(free.scalar_subquery()))
        await connection.execute(update(alerts).where(*which).values(incident_id=incident_id))


async def standing_ids(connection: AsyncConnection, province: str, incident_id: int) -> list[tuple[int, bool]]:
    """Return the alerts of an incident that still stand, each with whether it is told as part of it only."""
    query = select(alerts.c.id, alerts.c.in_incident).where(
        alerts.c.province_code == province, alerts.c.incident_id == incident_id, alerts.c.state != AlertState.RESOLVED
    )
    return [(row.id, row.in_incident) for row in await connection.execute(query.order_by(alerts.c.id))]


async def alerts_of(connection: AsyncConnection, province: str, incident_id: int) -> int:
    """Return how many alerts an incident ever had."""
    query = select(func.count()).where(alerts.c.province_code == province, alerts.c.incident_id == incident_id)
    return int(await connection.scalar(query) or 0)


async def end(connection: AsyncConnection, province: str, incident: Incident, standing: Standing, *, now: datetime) -> None:
    """Close an incident with the word about it."""
    await connection.execute(update(incidents).where(*_is(province, incident.id)).values(closed_at=now))
    await tell(connection, province, EventType.INCIDENT_CLOSED, incident, standing, now=now)


async def let_go(connection: AsyncConnection, province: str, silence_id: int) -> list[Incident]:
    """Let a silence hold back no incident any more, and return those that are not over."""
    which = (incidents.c.province_code == province, incidents.c.held_by == silence_id)
    statement = update(incidents).where(*which).values(held_by=None).returning(incidents)
    rows = (await connection.execute(statement)).mappings()
    return sorted((_incident(row) for row in rows if row["closed_at"] is None), key=lambda one: one.id)


async def tell(
    connection: AsyncConnection, province: str, event: EventType, incident: Incident, standing: Standing, *, now: datetime
) -> None:
    """Write what happened to an incident into the outbox."""
    news = IncidentNews(
        incident_id=incident.id,
        kind=incident.cause.kind,
        code=incident.cause.code,
        severity=incident.severity,
        opened_at=incident.opened_at,
        alerts=standing.alerts,
        standing=standing.standing,
        closed_at=now if event is EventType.INCIDENT_CLOSED else None,
        rules=incident.rules,
        agencies=incident.agencies,
        responsible_agency=incident.responsible_agency,
    )
    row: dict[str, Any] = {"at": now, "event": event, "subject": incident_subject(incident.id)}
    await connection.execute(insert(outbox).values(province_code=province, data=msgspec.to_builtins(news), **row))


def new_incident(cause: Cause, inside: Sequence[Suspect], owner: str | None, now: datetime) -> Incident:
    """Return an incident that begins now with what is known to be inside it. `owner`: who is asked to act."""
    return Incident(
        id=0,
        cause=cause,
        severity=worst(one.severity for one in inside),
        rules=tuple(sorted({one.rule for one in inside})),
        agencies=tuple(sorted({one.agency for one in inside if one.agency})),
        responsible_agency=owner,
        opened_at=now,
    )


def _kept(incident: Incident) -> dict[str, Any]:
    return {"rules": list(incident.rules), "agencies": list(incident.agencies), "severity": incident.severity}


def _finding(stored: str) -> Finding | None:
    """Return a finding as it is kept, None for one that a later version wrote: its dossier is parked when it is reviewed."""
    try:
        return msgspec.json.decode(stored, type=Finding)
    except msgspec.ValidationError:
        return None


def _suspect(row: Any, finding: Finding, rules: Rules) -> Suspect:
    return suspect(finding, Place(row["agency"], row["procedure"], row["sector"]), rules)


def _incident(row: Row) -> Incident:
    return Incident(
        id=row["id"],
        cause=Cause(CauseKind(row["kind"]), row["code"]),
        severity=Severity(row["severity"]),
        rules=tuple(row["rules"]),
        agencies=tuple(row["agencies"]),
        responsible_agency=row["responsible_agency"],
        opened_at=row["opened_at"],
    )


def _is(province: str, incident_id: int) -> tuple[Any, ...]:
    return incidents.c.province_code == province, incidents.c.id == incident_id

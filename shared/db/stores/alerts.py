"""Alerts, their history and the outbox: a change of state and the word about it are one write."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.tables import alert_history, alerts, dossiers, outbox
from shared.db.views.scope import one_of
from shared.domain.alert_endings import resolution
from shared.domain.alerts import (
    Alert,
    AlertState,
    Change,
    Open,
    Reason,
    Resolve,
    Update,
    Worsen,
    differences,
)
from shared.domain.dossiers import Place
from shared.domain.findings import Finding, Severity
from shared.domain.standing import Standing

DOSSIER, SOURCE, PETITION, PROCEDURE, AGENCY = "dossier:", "source:", "petition:", "procedure:", "agency:"

Earlier = Mapping[tuple[str, str], int]
"""The id of the latest resolved alert, by subject and family."""

_UNTOLD = frozenset({"acknowledged_by", "acknowledgement_note"})
"""What an official wrote stays with the alert; it is sent to nobody."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A change to be written: of which subject, where it stands, and why where it was not the dossier itself.

    `incident`: inside which one it opens. `stands`: the dossier as it is now, None for anything else.
    """

    subject: str
    change: Change
    place: Place
    reason: Reason | None = None
    incident: int | None = None
    stands: Standing | None = None


async def unresolved(connection: AsyncConnection, province: str, subjects: Collection[str]) -> dict[str, list[Alert]]:
    """Lock and return the unresolved alerts of these subjects, in the order of their ids."""
    return await _unresolved(connection, province, one_of(alerts.c.subject, subjects))


async def unresolved_of_dossiers(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, list[Alert]]:
    """Return the same of these dossiers, which have an index of their own."""
    return await _unresolved(connection, province, one_of(alerts.c.dossier_code, codes))


async def unresolved_of(connection: AsyncConnection, province: str, family: str) -> dict[str, list[Alert]]:
    """Lock and return the unresolved alerts of a family, by subject."""
    return await _unresolved(connection, province, alerts.c.family == family)


async def _unresolved(connection: AsyncConnection, province: str, wanted: ColumnElement[bool]) -> dict[str, list[Alert]]:
    query = (
        select(alerts)
        .where(alerts.c.province_code == province, wanted, alerts.c.state != AlertState.RESOLVED)
        .order_by(alerts.c.id)
        .with_for_update()
    )
    standing: dict[str, list[Alert]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        standing[row["subject"]].append(_alert(row))
    return standing


async def locked(connection: AsyncConnection, province: str, *wanted: ColumnElement[bool]) -> list[Any]:
    """Lock the alerts wanted in the order everyone keeps, their dossiers first; return the rows in the order of their ids."""
    of_these = (alerts.c.province_code == province, *wanted)
    codes = select(alerts.c.dossier_code).where(*of_these, alerts.c.dossier_code.is_not(None))
    held = select(dossiers.c.code).where(dossiers.c.province_code == province, dossiers.c.code.in_(codes))
    await connection.execute(held.order_by(dossiers.c.code).with_for_update())
    rows = await connection.execute(select(alerts).where(*of_these).order_by(alerts.c.id).with_for_update())
    return list(rows.mappings())


async def unresolved_subjects(connection: AsyncConnection, province: str, families: Iterable[str]) -> list[str]:
    """Return what the unresolved alerts of these families are about."""
    query = select(alerts.c.subject).where(
        alerts.c.province_code == province, alerts.c.family.in_(list(families)), alerts.c.state != AlertState.RESOLVED
    )
    return list((await connection.execute(query.distinct().order_by(alerts.c.subject))).scalars())


async def write(connection: AsyncConnection, province: str, changes: Sequence[Told], *, now: datetime) -> None:
    """Write the changes with their history and outbox rows: what is resolved first, so that its place is free for what opens."""
    for told in changes:
        if isinstance(told.change, Resolve):
            await _resolve(connection, province, told, told.change, now)
    for told in changes:
        if isinstance(told.change, Worsen | Update):
            await _keep(connection, province, told, told.change, now)
    await _open(connection, province, [told for told in changes if isinstance(told.change, Open)], now)


async def _open(connection: AsyncConnection, province: str, opened: Sequence[Told], now: datetime) -> None:
    if not opened:
        return
    earlier = await _earlier(connection, province, {told.subject for told in opened})
    rows = [_new_row(province, told, earlier, now) for told in opened]
    statement = insert(alerts).returning(alerts, sort_by_parameter_order=True)
    stored = (await connection.execute(statement, rows)).mappings().all()
    reasons = [told.reason for told in opened]
    await tell(connection, province, [("opened", row, {}, reason) for row, reason in zip(stored, reasons, strict=True)], now)


async def _earlier(connection: AsyncConnection, province: str, subjects: Collection[str]) -> Earlier:
    """Return the latest resolved alert of each subject and family: what opens now opens it again."""
    query = (
        select(alerts.c.subject, alerts.c.family, func.max(alerts.c.id).label("id"))
        .where(alerts.c.province_code == province, one_of(alerts.c.subject, subjects), alerts.c.state == AlertState.RESOLVED)
        .group_by(alerts.c.subject, alerts.c.family)
    )
    return {(row["subject"], row["family"]): row["id"] for row in (await connection.execute(query)).mappings()}


async def _keep(connection: AsyncConnection, province: str, told: Told, change: Worsen | Update, now: datetime) -> None:
    """The alert keeps its id; it is told when it worsens or comes to another agency, otherwise only its history grows.

    One that worsens is open again: what was said of it was said of something milder.
    """
    moved = change.alert.place.agency != told.place.agency
    event = "worsened" if isinstance(change, Worsen) else "moved" if moved else "updated"
    values: dict[str, Any] = {**_columns(change.finding), **msgspec.structs.asdict(told.place), **_severity(change.finding)}
    if event != "updated":
        values["sequence"] = alerts.c.sequence + 1
    if event == "worsened" and change.alert.state is AlertState.ACKNOWLEDGED:
        values |= {"state": AlertState.OPEN, "open_since": now}
    row = await _update(connection, province, change.alert.id, values)
    changed = dict(differences(change.alert.finding, change.finding))
    if moved:
        changed["agency"] = [change.alert.place.agency, told.place.agency]
    await tell(connection, province, [(event, row, changed, told.reason)], now)


async def _resolve(connection: AsyncConnection, province: str, told: Told, change: Resolve, now: datetime) -> None:
    values = {
        "state": AlertState.RESOLVED,
        "resolved_at": now,
        "sequence": alerts.c.sequence + 1,
        "reason": told.reason or alerts.c.reason,
        "resolution": resolution(change.alert.finding, told.reason, told.stands, now=now),
    }
    row = await _update(connection, province, change.alert.id, values)
    await tell(connection, province, [("resolved", row, {}, told.reason)], now)


async def _update(connection: AsyncConnection, province: str, alert_id: int, values: dict[str, Any]) -> Any:
    statement = update(alerts).where(alerts.c.province_code == province, alerts.c.id == alert_id).values(values).returning(alerts)
    return (await connection.execute(statement)).mappings().one()


async def tell(
    connection: AsyncConnection,
    province: str,
    events: Iterable[tuple[str, Any, dict[str, Any], Reason | None]],
    now: datetime,
    *,
    actor: str | None = None,
) -> None:
    """Write what happened into the history, and into the outbox unless it is no news to anyone. `actor`: who did it."""
    told = list(events)
    await connection.execute(
        insert(alert_history),
        [
            {"province_code": province, "at": now, "alert_id": row["id"], "event": event}
            | {"changes": changed, "reason": reason, "actor": actor}
            for event, row, changed, reason in told
        ],
    )
    news = [news_row(province, event, row, reason, now) for event, row, _, reason in told if event != "updated"]
    if news:
        await connection.execute(insert(outbox), news)


def news_row(province: str, event: str, row: Any, reason: Reason | None, now: datetime) -> dict[str, Any]:
    """Return a row of the outbox: what happened to an alert, with the alert as it is now."""
    return {
        "province_code": province,
        "at": now,
        "event": f"alert.{event}",
        "subject": row["subject"],
        "alert_id": row["id"],
        "sequence": row["sequence"],
        "reason": reason,
        "alert": {
            name: float(value) if isinstance(value, Decimal) else value for name, value in row.items() if name not in _UNTOLD
        },
    }


def _new_row(province: str, told: Told, earlier: Earlier, now: datetime) -> dict[str, Any]:
    if not isinstance(told.change, Open):
        raise TypeError("only an opening makes a new alert")
    return {
        "province_code": province,
        "subject": told.subject,
        "dossier_code": told.subject.removeprefix(DOSSIER) if told.subject.startswith(DOSSIER) else None,
        "source": told.subject.removeprefix(SOURCE) if told.subject.startswith(SOURCE) else None,
        "state": AlertState.OPEN,
        "opened_at": now,
        "open_since": now,
        "baseline": told.reason is Reason.BASELINE,
        "reason": told.reason,
        "incident_id": told.incident,
        "in_incident": told.incident is not None,
        "reopens": earlier.get((told.subject, told.change.finding.family)),
        **_columns(told.change.finding),
        **msgspec.structs.asdict(told.place),
    }


def _severity(finding: Finding) -> dict[str, Any]:
    """Return a severity as found, and as it counts: what was passed on to the agency above stays critical."""
    passed_on = alerts.c.escalated_at.is_not(None)
    return {
        "severity": case((passed_on, Severity.CRITICAL), else_=finding.severity),
        "found_severity": case((passed_on, finding.severity), else_=None),
    }


def _columns(finding: Finding) -> dict[str, Any]:
    """Return a finding as the columns of an alert; only ripe findings become alerts."""
    return {name: value for name, value in msgspec.structs.asdict(finding).items() if name != "ripe"}


def _alert(row: Any) -> Alert:
    facts = {name: row[name] for name in Finding.__struct_fields__ if name != "ripe"}
    finding = msgspec.convert({**facts, "severity": row["found_severity"] or row["severity"], "ripe": True}, Finding)
    return Alert(
        id=row["id"],
        finding=finding,
        place=Place(row["agency"], row["procedure"], row["sector"]),
        state=AlertState(row["state"]),
    )

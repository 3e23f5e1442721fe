"""An alert as it reads at the moment of the request."""

from collections.abc import Sequence
from typing import Any

import structlog

from services.api.bodies.lists import named
from shared.db.views.rows import Row
from shared.db.views.snapshot import Snapshot
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity
from shared.domain.messages import UNWORDABLE, Facts, Message, label_alone, message
from shared.domain.paths import alert_path, unit_of
from shared.domain.working_time import WorkingTime

_AS_KEPT = (
    "id",
    "rule",
    "family",
    "severity",
    "state",
    "subject",
    "dossier_code",
    "source",
    "responsible",
    "responsible_agency",
    "since",
    "due_at",
    "opened_at",
    "acknowledged_at",
    "resolved_at",
    "baseline",
    "stage",
    "details",
    "points",
    "province_points",
    "incident_id",
    "escalated_at",
    "escalated_to",
    "resolution",
    "reopens",
    "reopened_by",
)

"""Where to read more, by the kind of what an alert about scores is about."""

_log = structlog.get_logger(__name__)


def alert_body(row: Row, snapshot: Snapshot, calendar: WorkingTime) -> dict[str, Any]:
    """Return one alert; how much time is left is counted at the snapshot's moment."""
    said = _message(row, snapshot, calendar)
    return {
        **{name: row[name] for name in _AS_KEPT},
        "agency": named(row["agency"], row["agency_name"]),
        "procedure": procedure_body(row),
        "acknowledgement": _acknowledgement(row),
        "officer": None if row["officer_id"] is None else {"id": row["officer_id"]},
        "title": said.title,
        "message": said.text,
        "short": said.short,
        "url": alert_path(row["id"], row["subject"]),
    }


def alert_with_history(row: Row, changes: Sequence[Row], snapshot: Snapshot, calendar: WorkingTime) -> dict[str, Any]:
    """Return one alert with what happened to it, newest first."""
    return {**alert_body(row, snapshot, calendar), "history": [dict(change) for change in changes]}


def _acknowledgement(row: Row) -> dict[str, Any] | None:
    """Return who took care of it last; None where nobody did."""
    if row["acknowledged_by"] is None:
        return None
    return {
        "by": row["acknowledged_by"],
        "at": row["acknowledged_at"],
        "until": row["acknowledged_until"],
        "note": row["acknowledgement_note"],
        "cause": row["cause"],
    }


def procedure_body(row: Row) -> dict[str, Any] | None:
    """Return the procedure of an alert or a dossier; its sector from there, else from the catalogue."""
    found = named(row["procedure"], row["procedure_name"])
    return None if found is None else {**found, "sector": row["sector"] or row["procedure_sector"]}


def _message(row: Row, snapshot: Snapshot, calendar: WorkingTime) -> Message:
    """Return what the alert says. One that cannot be worded keeps its place in the list under the name of its rule."""
    try:
        return message(_facts(row, snapshot), calendar, now=snapshot.now)
    except UNWORDABLE as error:
        _log.warning("alert_message_failed", alert_id=row["id"], rule=row["rule"], error=type(error).__name__)
        return label_alone(row["rule"])


def _facts(row: Row, snapshot: Snapshot) -> Facts:
    return Facts(
        rule=row["rule"],
        severity=Severity(row["severity"]),
        state=AlertState(row["state"]),
        since=row["since"],
        responsible=Responsible(row["responsible"]),
        details=row["details"],
        due_at=row["due_at"],
        resolved_at=row["resolved_at"],
        dossier_code=row["dossier_code"],
        petition_code=_code(row, "petition"),
        procedure_code=_code(row, "procedure"),
        procedure_name=row["procedure_name"],
        unit_code=unit_of(row["subject"]),
        agency_name=row["agency_name"],
        responsible_agency_name=row["responsible_agency_name"],
        source=row["source"],
        stage=row["stage"],
        data_as_of=snapshot.data_as_of,
    )


def _code(row: Row, kind: str) -> str | None:
    """Return the code of what the alert is about, where that is of a kind."""
    found, _, code = row["subject"].partition(":")
    return code if found == kind else None

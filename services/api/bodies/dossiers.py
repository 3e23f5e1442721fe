"""One dossier: its sides beside each other, what is wrong with it, and how it came to be so."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.api.bodies.alerts import alert_body, procedure_body
from services.api.bodies.lists import freshness_body, named
from shared.db.views.rows import Row
from shared.db.views.snapshot import Snapshot
from shared.domain.dossiers import Seen, preferred
from shared.domain.findings import Finding
from shared.domain.records import Record, Stage, effective_due
from shared.domain.statuses import LABELS
from shared.domain.working_time import WorkingTime

_AS_KEPT = ("code", "first_seen_at", "judged_at", "next_review_at", "waits_for")


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is stored of one dossier, as the views return it."""

    dossier: Row
    sources: Sequence[Row]
    records: Sequence[Row]
    refusals: Sequence[Row]
    findings: Sequence[Finding]
    alerts: Sequence[Row]
    history: Sequence[Row]


def dossier_body(gathered: Gathered, snapshot: Snapshot, calendar: WorkingTime) -> dict[str, Any]:
    """Return one dossier."""
    row = gathered.dossier
    alerts = [alert_body(alert, snapshot, calendar) for alert in gathered.alerts]
    return {
        **{name: row[name] for name in _AS_KEPT},
        "parked": None if row["parked_at"] is None else {"at": row["parked_at"], "reason": row["parked_reason"]},
        "agency": named(row["agency"], row["agency_name"]),
        "procedure": procedure_body(row),
        "sides": [_side(source, gathered) for source in gathered.sources],
        "findings": [_finding(finding) for finding in gathered.findings],
        "alerts": {
            "active": [alert for alert in alerts if alert["resolved_at"] is None],
            "resolved": [alert for alert in alerts if alert["resolved_at"] is not None],
        },
        "history": [{**change, "changes": _nameless(change["changes"])} for change in gathered.history],
        **freshness_body(snapshot.freshness),
    }


def _side(source: Row, gathered: Gathered) -> dict[str, Any]:
    """Return what one source says. A refusal that stands hides no record: what was readable before is told beside it."""
    name = source["name"]
    rows = [row for row in gathered.records if row["source"] == name]
    seen = preferred((_seen(row) for row in rows if row["record"]), {})
    refusal = next((row for row in reversed(gathered.refusals) if row["source"] == name), None)
    return {
        "source": name,
        "role": source["role"],
        "state": "unreadable" if refusal else "seen" if seen else "unreadable" if rows else "absent",
        "asked_at": source["asked_at"],
        "look_up_wanted_at": source["wanted_at"],
        "refusal": refusal and {key: refusal[key] for key in ("field", "reason", "refused_at")},
        "updated_at": seen and seen.updated_at,
        "first_updated_at": seen and seen.first_updated_at,
        "status": seen and {"code": seen.record.status, "label": LABELS[seen.record.status], "since": seen.status_since},
        "ended_at": seen and seen.ended_at,
        "effective_due_at": seen and effective_due(seen.record),
        "record": seen and _record(seen.record),
    }


def _seen(row: Row) -> Seen:
    names = ("record", "updated_at", "status_since", "first_updated_at")
    return Seen(**{name: row[name] for name in names})


def _record(record: Record) -> dict[str, Any]:
    """Return every value of a record, and the officers by number only."""
    values = {name: getattr(record, name) for name in Record.__struct_fields__}
    return {**values, "stages": [_stage(stage) for stage in record.stages]}


def _stage(stage: Stage) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in Stage.__struct_fields__ if name != "officer_name"}


def _nameless(value: Any) -> Any:
    """Leave officers' names out of a change, as deep as they may be."""
    if isinstance(value, dict):
        return {name: _nameless(item) for name, item in value.items() if name != "officer_name"}
    return [_nameless(item) for item in value] if isinstance(value, list) else value


def _finding(finding: Finding) -> dict[str, Any]:
    """Return a finding; pending until it lasted its hold and whoever had to be asked was asked."""
    names = (name for name in Finding.__struct_fields__ if name not in ("ripe", "officer_id"))
    return {
        **{name: getattr(finding, name) for name in names},
        "officer": None if finding.officer_id is None else {"id": finding.officer_id},
        "state": "ripe" if finding.ripe else "pending",
    }

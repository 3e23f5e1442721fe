"""An incident as it stands at the moment of the request."""

from typing import Any

from shared.db.views.incidents import IncidentState
from shared.db.views.rows import Row
from shared.domain.events import IncidentNews
from shared.domain.findings import Severity
from shared.domain.incident_payloads import name_of, said_of
from shared.domain.incidents import CauseKind
from shared.domain.rendering import Names

_AS_KEPT = (
    *("id", "kind", "severity", "rules", "responsible_agency", "opened_at", "closed_at", "expected", "alerts", "standing"),
)


def incident_body(row: Row) -> dict[str, Any]:
    """Return one incident with what officials read of it."""
    names = _names(row)
    said = said_of(_news(row), names)
    return {
        **{name: row[name] for name in _AS_KEPT},
        "state": IncidentState.OPEN if row["closed_at"] is None else IncidentState.CLOSED,
        "cause": {"code": row["code"], "name": name_of(CauseKind(row["kind"]), row["code"], names)},
        "title": said.title,
        "text": said.text,
        "url": f"/v1/alerts?incident={row['id']}",
    }


def _names(row: Row) -> Names:
    agencies = {row["responsible_agency"]: row["responsible_name"], row["code"]: row["agency_name"]}
    procedures = {row["code"]: row["procedure_name"]}
    return Names(
        {code: name for code, name in agencies.items() if code and name},
        {code: name for code, name in procedures.items() if name},
    )


def _news(row: Row) -> IncidentNews:
    return IncidentNews(
        incident_id=row["id"],
        kind=CauseKind(row["kind"]),
        code=row["code"],
        severity=Severity(row["severity"]),
        opened_at=row["opened_at"],
        alerts=max(row["alerts"], row["expected"]) if row["closed_at"] is None else row["alerts"],
        standing=row["standing"],
        closed_at=row["closed_at"],
        rules=tuple(row["rules"]),
        agencies=tuple(row["agencies"]),
        responsible_agency=row["responsible_agency"],
    )

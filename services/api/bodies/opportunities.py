"""What could be done for the score, as it goes out."""

from collections.abc import Mapping
from typing import Any

from services.api.bodies.alerts import procedure_body
from services.api.bodies.lists import named
from services.api.opportunities import Group, Opportunities
from shared.db.views.opportunities import same_of
from shared.db.views.rows import Row
from shared.domain.moves import RepairKind
from shared.domain.paths import dossier_path
from shared.domain.worth import told


def opportunity_body(row: Row, found: Opportunities, alerts: Mapping[tuple[str, RepairKind], tuple[int, str]]) -> dict[str, Any]:
    """Return one repair of one dossier with what it is worth."""
    kind = RepairKind(row["repair"])
    weighed, alert = found.weighed[same_of(row)], alerts.get((row["code"], kind))
    return {
        "dossier_code": row["code"],
        "repair": kind,
        "recoverable": kind.recoverable,
        "agency": named(row["agency"], row["agency_name"]),
        "procedure": procedure_body({**row, "sector": None}),
        "points": weighed.points,
        "province_points": weighed.province_points,
        "due_at": row["due_at"],
        "alert": None if alert is None else {"id": alert[0], "rule": alert[1]},
        "url": dossier_path(row["code"]),
    }


def group_body(group: Group, names: Mapping[str, str]) -> dict[str, Any]:
    """Return repairs of one kind, made all together."""
    return {
        "repair": group.kind,
        "recoverable": group.kind.recoverable,
        "procedure": named(group.procedure, names.get(group.procedure or "")),
        "dossiers": group.dossiers,
        "points": told(group.points),
        "province_points": told(group.province_points),
        "for_a_hundredth": group.for_a_hundredth,
        "indicators": [
            {"id": indicator.id, "name": indicator.name, "points": told(points)} for indicator, points in group.indicators
        ],
    }

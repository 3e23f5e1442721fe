"""What a lack of synchronisation costs, down to the dossiers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from services.api.bodies.alerts import procedure_body
from services.api.bodies.lists import named
from shared.db.views.rows import Row
from shared.domain.paths import dossier_path


def with_dossiers(body: Mapping[str, Any], counts: Mapping[str, int], address: str) -> dict[str, Any]:
    """Return what is lost with the number of dossiers behind each indicator, and where they are listed.

    `address`: of the list, without the indicator.
    """
    indicators = [
        {
            **found,
            "dossiers": counts.get(found["id"]),
            "url": f"{address}&indicator={quote(found['id'])}" if found["id"] in counts else None,
        }
        for found in body["indicators"]
    ]
    return {**body, "indicators": indicators}


def lost_dossier(row: Row) -> dict[str, Any]:
    """Return one dossier with what each side counts, and the alert that tells of it."""
    alert = {"id": row["alert_id"], "rule": row["alert_rule"], "url": f"/v1/alerts/{row['alert_id']}"}
    return {
        "code": row["code"],
        "agency": named(row["agency"], row["agency_name"]),
        "procedure": procedure_body(row),
        "portal": _counted(row, "portal"),
        "home": _counted(row, "home"),
        "out_of_step": row["out_of_step"],
        "alert": None if row["alert_id"] is None else alert,
        "url": dossier_path(row["code"]),
    }


def _counted(row: Row, side: str) -> dict[str, int] | None:
    whole = row[f"{side}_denominator"]
    return None if whole is None else {"numerator": row[f"{side}_numerator"], "denominator": whole}

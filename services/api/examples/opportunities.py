"""What could be done for the score."""

from typing import Any

from services.api.examples.alerts import AGENCY_NAME, FRESH, PROCEDURE_NAME

OPPORTUNITY_ALERT = {"id": 1042, "rule": "sync.missing_on_portal"}
OPPORTUNITY: dict[str, Any] = {
    "dossier_code": "H20.114-261120-0042",
    "repair": "sync",
    "recoverable": True,
    "agency": AGENCY_NAME,
    "procedure": PROCEDURE_NAME,
    "points": 0.084231,
    "province_points": 0.000412,
    "due_at": None,
    "alert": OPPORTUNITY_ALERT,
    "url": "/v1/dossiers/H20.114-261120-0042",
}
INDICATOR_POINTS = {"id": "1.4", "name": "Hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia", "points": 0.352941}
OPPORTUNITY_GROUP: dict[str, Any] = {
    "repair": "sync",
    "recoverable": True,
    "procedure": None,
    "dossiers": 7,
    "points": 0.581307,
    "province_points": 0.002874,
    "for_a_hundredth": 1,
    "indicators": [INDICATOR_POINTS],
}
OPPORTUNITY_LIST: dict[str, Any] = {
    "agency": AGENCY_NAME,
    "period": "2026",
    "policy": "766-2026",
    "items": [OPPORTUNITY],
    "groups": [OPPORTUNITY_GROUP],
    "next_cursor": None,
    **FRESH,
}

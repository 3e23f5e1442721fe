"""What is behind a score card."""

from typing import Any

from services.api.examples.alerts import FRESH

_AGENCY = {"code": "H20.114", "name": "Phường Mỹ Ngãi"}
SIDE_COUNT = {"numerator": 0, "denominator": 1}
ALERT_LINK = {"id": 1042, "rule": "sync.status_mismatch", "url": "/v1/alerts/1042"}
LOST_DOSSIER: dict[str, Any] = {
    "code": "H20.114-261120-0042",
    "agency": _AGENCY,
    "procedure": {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh", "sector": "G15-TP04"},
    "portal": SIDE_COUNT,
    "home": {"numerator": 1, "denominator": 1},
    "out_of_step": ["sync.status_mismatch"],
    "alert": ALERT_LINK,
    "url": "/v1/dossiers/H20.114-261120-0042",
}
LOST_DOSSIERS = {
    "agency": _AGENCY,
    "period": "2026",
    "indicator": "2.1",
    "items": [LOST_DOSSIER],
    "next_cursor": None,
    **FRESH,
}
SCORED_PROCEDURE = {
    "code": "1.001193",
    "name": "Thủ tục đăng ký khai sinh",
    "sector": "G15-TP04",
    "counted": False,
    "decided_on": "2026-03-02",
    "effective_on": "2026-03-16",
    "published_on": "2026-03-05",
    "last_day": None,
    "online_dossiers": 0,
    "paid_dossiers": 0,
}
SCORED_PROCEDURES = {
    "agency": _AGENCY,
    "period": "2026",
    "view": "portal",
    "indicator": "3.2",
    "numerator": 211,
    "denominator": 212,
    "items": [SCORED_PROCEDURE],
    "next_cursor": None,
    **FRESH,
}

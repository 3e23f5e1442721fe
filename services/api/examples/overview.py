"""What was counted: alerts, delays, dossiers in step; and names."""

from typing import Any

from services.api.dossier_query import SYNC_RULES
from services.api.examples.alerts import AGENCY_NAME, FRESH
from shared.domain import labels

ALERT_GROUP = {
    "key": "deadline.overdue",
    "name": labels.RULES["deadline.overdue"],
    "count": 57,
    "critical": 57,
    "warning": 0,
    "oldest_since": "2026-10-06T17:00:00+07:00",
    "earliest_due": "2026-10-06T17:00:00+07:00",
}

DELAY_GROUP = {
    "key": "Thẩm định hồ sơ",
    "name": "Thẩm định hồ sơ",
    "minutes": 18420,
    "longest": 2880,
    "delays": 63,
    "running": 12,
    "dossiers": 61,
}

SYNC_KINDS = {**dict.fromkeys(SYNC_RULES, 0), "sync.status_mismatch": 9, "sync.payment_mismatch": 4}

SYNC_KIND = {"code": "sync.status_mismatch", "name": labels.RULES["sync.status_mismatch"], "out_of_step": 9}

_COUNTS = {"total": 20412, "in_step": 20400, "out_of_step": 12, "share": 99.94}

SYNC_PART = {**AGENCY_NAME, **_COUNTS, "kinds": SYNC_KINDS}

SYNC: dict[str, Any] = {
    **_COUNTS,
    "unjudged": 0,
    "by_kind": [SYNC_KIND],
    "by_source": [{**SYNC_PART, "code": "igate", "name": "igate"}],
    "by_agency": [SYNC_PART],
    "by_sector": [{**SYNC_PART, "code": "G15-TP02", "name": "Hộ tịch"}],
    **FRESH,
}

AGENCIES_BELOW: dict[str, Any] = {"total": 12, "of": 118, "first": [{"agency": AGENCY_NAME, "total": 71.2}]}

LABELS = {kind: dict(names) for kind, names in labels.LABELS.items()}

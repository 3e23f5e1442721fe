"""A petition."""

from typing import Any

from services.api.examples.alerts import AGENCY_NAME
from shared.domain import labels

STATUS_NAME = {"code": 4, "label": labels.PETITION_STATUSES["4"]}
KIND_NAME = {"code": 1, "label": labels.PETITION_KINDS["1"]}

PETITION: dict[str, Any] = {
    "code": "PAKN.20.261105.0311",
    "agency": AGENCY_NAME,
    "status": STATUS_NAME,
    "kind": KIND_NAME,
    "step": "resolve",
    "due_at": "2026-11-27T08:20:00+07:00",
    "overdue": False,
    "received_at": "2026-11-05T08:20:00+07:00",
    "refused_at": None,
    "supplement_asked_at": None,
    "answered_at": None,
    "published_at": None,
    "dossier_code": "H20.114-261102-0042",
    "satisfied": None,
    "repeated": False,
    "updated_at": "2026-11-06T09:00:00+07:00",
    "url": "/v1/petitions/PAKN.20.261105.0311",
}

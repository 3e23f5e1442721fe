"""A dossier and its parts."""

from typing import Any

from services.api.examples.alerts import AGENCY_NAME, ALERT, FRESH, PROCEDURE_NAME
from services.api.examples.details import DETAILS

STATUS = {"code": 1, "label": "Mới đăng ký", "since": "2026-11-20T07:52:00+07:00"}

REFUSAL = {"field": "NgayTiepNhan", "reason": "is not a date", "refused_at": "2026-11-20T09:10:00+07:00"}

SUPPLEMENT = {"asked_at": "2026-11-18T09:00:00+07:00", "answered_at": None, "due_before": None, "due_after": None}

STAGE = {
    "id": "71",
    "name": "Thẩm định hồ sơ",
    "agency": "H20.114",
    "officer_id": "cb-0193",
    "started_at": "2026-11-18T08:00:00+07:00",
    "due_at": "2026-11-21T17:00:00+07:00",
    "completed_at": None,
    "current": True,
}

APOLOGY = {"sent_at": "2026-11-19T17:30:00+07:00", "new_due_at": "2026-11-24T17:00:00+07:00"}

_MOMENTS = ("accepted_at", "due_at", "finished_at", "returned_at", "refused_at", "paid_at")
_FLAGS = (
    "fee_owed",
    "paid_online",
    "result_online",
    "electronic_result",
    "components_digitised",
    "component_reused",
    "personal_store_used",
    "population_data_used",
)

RECORD: dict[str, Any] = {
    "source": "portal",
    "source_id": "000.00.114.H20-261120-0042",
    "code": "H20.114-261120-0042",
    "spelling": "000.00.114.H20-261120-0042",
    "procedure": "1.001193",
    "agency": "H20.114",
    "status": 1,
    "updated_at": "2026-11-20T07:52:00+07:00",
    "status_raw": "1",
    "sector": "G15-TP02",
    "agency_parent": None,
    "receiving_agency": None,
    "channel": "online",
    "submitted_at": "2026-11-20T07:52:00+07:00",
    **dict.fromkeys(_MOMENTS),
    **dict.fromkeys(_FLAGS, False),
    "supplements": [],
    "stages": [],
    "apology": None,
    "notes": [],
}

SIDE: dict[str, Any] = {
    "source": "portal",
    "role": "portal",
    "state": "seen",
    "asked_at": None,
    "look_up_wanted_at": None,
    "refusal": None,
    "updated_at": "2026-11-20T07:52:00+07:00",
    "first_updated_at": "2026-11-20T07:52:00+07:00",
    "status": STATUS,
    "ended_at": None,
    "effective_due_at": None,
    "record": RECORD,
}

_OF_RECORD = ("refusal", "updated_at", "first_updated_at", "status", "ended_at", "effective_due_at", "record")
ABSENT: dict[str, Any] = {
    **SIDE,
    **dict.fromkeys(_OF_RECORD),
    "source": "igate",
    "role": "home",
    "state": "absent",
    "asked_at": "2026-11-20T08:10:02+07:00",
}

FINDING: dict[str, Any] = {
    **{name: ALERT[name] for name in ("rule", "family", "severity", "since", "due_at", "responsible", "responsible_agency")},
    "state": "ripe",
    "opens_at": "2026-11-20T13:52:00+07:00",
    "stage": None,
    "officer": None,
    "details": DETAILS["IntakeDetails"],
}

RECORD_CHANGE = {
    "at": "2026-11-20T07:53:04+07:00",
    "source": "portal",
    "source_id": "000.00.114.H20-261120-0042",
    "changes": {"status": [1, 2], "accepted_at": [None, "2026-11-20T07:52:40+07:00"]},
}

PARKED = {"at": "2026-11-20T08:00:00+07:00", "reason": "ValueError"}

DOSSIER: dict[str, Any] = {
    "code": "H20.114-261120-0042",
    "first_seen_at": "2026-11-20T07:53:04+07:00",
    "judged_at": "2026-11-20T13:52:21+07:00",
    "next_review_at": "2026-11-20T15:52:00+07:00",
    "waits_for": [],
    "parked": None,
    "agency": AGENCY_NAME,
    "procedure": PROCEDURE_NAME,
    "sides": [SIDE, ABSENT],
    "findings": [FINDING],
    "alerts": {"active": [ALERT], "resolved": []},
    "history": [RECORD_CHANGE],
    **FRESH,
}

STATUS_NAME = {"code": 1, "label": "Mới đăng ký"}

DOSSIER_ITEM: dict[str, Any] = {
    "code": "H20.114-261120-0042",
    "agency": AGENCY_NAME,
    "procedure": PROCEDURE_NAME,
    "source": None,
    "status": STATUS_NAME,
    "portal_status": STATUS_NAME,
    "online": True,
    "submitted_at": "2026-11-20T07:52:00+07:00",
    "due_at": None,
    "ended_at": None,
    "overdue": False,
    "overdue_on_portal": False,
    "stage": None,
    "officer": None,
    "sync_state": "out_of_step",
    "out_of_step": ["sync.missing_at_home"],
    "alerts": 2,
    "next_review_at": "2026-11-20T15:52:00+07:00",
    "url": "/v1/dossiers/H20.114-261120-0042",
}

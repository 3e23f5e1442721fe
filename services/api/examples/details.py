"""One example for the details of each rule."""

from typing import Any

_SUBMITTED = "2026-11-20T07:52:00+07:00"
_ACCEPTED = "2026-11-05T08:20:00+07:00"
_DUE = "2026-11-19T17:00:00+07:00"
_UPDATED = "2026-11-18T10:15:00+07:00"

DIFFERENCE = {"field": "due_at", "home": "2026-11-24T17:00:00+07:00", "portal": _DUE}

BELOW = {
    "id": "2.1",
    "name": "Tỷ lệ hồ sơ xử lý đúng hạn",
    "agency": "H20.114",
    "percent": 93.1,
    "target": 95.0,
    "gap": 1.9,
    "missing_count": 12,
}
TOTAL = {"points": 84.31, "target": 90.0, "gap": 5.69}
FALLEN = {"id": "2.1", "name": BELOW["name"], "points": 18.62, "before": 19.8, "drop": 1.18}
APART = {"id": "2.1", "name": BELOW["name"], "ours": 93.1, "portal": 95.2, "tolerance": 1.0}

DETAILS: dict[str, dict[str, Any]] = {
    "ApologyDetails": {"due_at": _DUE, "ended_at": None},
    "AuditDiffersDetails": {"differences": 1, "told": ["dossier H20.114-261120-0042: findings"]},
    "BelowTargetDetails": {"period": "2026", "day": "2026-11-20", "indicators": [BELOW], "total_below": TOTAL},
    "DeadlineDetails": {"due_at": _DUE, "accepted_at": _ACCEPTED, "status": 4, "stood_still_since": None},
    "DeadlineMissingDetails": {"accepted_at": _ACCEPTED, "legal_limit_days": 10},
    "FieldDifference": DIFFERENCE,
    "FieldMismatchDetails": {"fields": [DIFFERENCE]},
    "IndicatorApart": APART,
    "IndicatorBelow": BELOW,
    "TotalBelow": TOTAL,
    "IndicatorFallen": FALLEN,
    "IntakeDetails": {
        "submitted_at": _SUBMITTED,
        "window_ends_at": "2026-11-20T15:52:00+07:00",
        "working_window_ends_at": "2026-11-23T07:52:00+07:00",
    },
    "MainMissingDetails": {"found_in": "land", "absent_from": "igate", "accepted_at": _ACCEPTED},
    "MissingDetails": {
        "present": "portal",
        "absent_from": ["igate"],
        "status": 1,
        "submitted_at": _SUBMITTED,
        "accepted_at": None,
    },
    "OverdueRateDetails": {
        "open": 655,
        "overdue": 14,
        "own": 9,
        "limit": 2.0,
        "counted_at": "2026-11-20T13:55:00+07:00",
        "ends_below": 1.5,
    },
    "PauseDetails": {"status": 5, "began_at": _UPDATED},
    "PaymentDetails": {"paid_at": _UPDATED},
    "PetitionDetails": {
        "step": "resolve",
        "status": 4,
        "kind": 1,
        "received_at": _ACCEPTED,
        "answered_at": None,
        "due_at": "2026-11-27T08:20:00+07:00",
        "dossier_code": "H20.14-261105-0311",
    },
    "PublicationDetails": {"decided_on": "2026-11-16", "publish_by": "2026-11-23", "effective_on": "2026-12-01"},
    "PaymentMismatchDetails": {"paid_on": "portal", "paid_at": _UPDATED},
    "PortalDeadlineDetails": {
        "reason": "ended_in_time",
        "portal_due_at": _DUE,
        "home_due_at": _DUE,
        "home_status": 9,
        "home_ended_at": _UPDATED,
    },
    "PortalIntakeDetails": {
        "submitted_at": _SUBMITTED,
        "window_ends_at": "2026-11-20T15:52:00+07:00",
        "home_status": 2,
        "home_updated_at": "2026-11-20T08:30:00+07:00",
    },
    "RankDroppedDetails": {
        "period": "2026",
        "of": "communes",
        "units": 102,
        "day": "2026-11-20",
        "against": "2026-11-19",
        "rank": 17,
        "before": 9,
    },
    "ResultMissingDetails": {"finished_at": _UPDATED},
    "ReviewFailedDetails": {"error": "ValueError"},
    "ScoreDiffersDetails": {"period": "2026", "day": "2026-11-20", "indicators": [APART]},
    "ScoreDroppedDetails": {
        "period": "2026",
        "day": "2026-11-20",
        "against": "2026-11-19",
        "total": 84.31,
        "before": 85.49,
        "drop": 1.18,
        "fallen": [FALLEN],
    },
    "SourceStaleDetails": {"read_to": _UPDATED, "interval_seconds": 60.0},
    "StageDetails": {
        "stage": "Thẩm định hồ sơ",
        "stage_agency": "H20.114",
        "stage_due_at": _UPDATED,
        "dossier_due_at": _DUE,
    },
    "StatusMismatchDetails": {
        "home_status": 9,
        "portal_status": 4,
        "home_updated_at": _UPDATED,
        "portal_updated_at": _ACCEPTED,
        "lags": "portal",
    },
    "StatusUnknownDetails": {"words": {"igate": "14"}},
    "SupplementDetails": {"requests": 2, "asked_at": _UPDATED, "due_then_at": _DUE},
}

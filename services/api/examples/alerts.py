"""An alert, its names and its freshness."""

from typing import Any

from services.api.examples.details import DETAILS

FRESH: dict[str, Any] = {"data_as_of": "2026-11-20T13:55:00+07:00", "freshness": {"status": "ok", "sources": []}}

AGENCY_NAME = {"code": "H20.114", "name": "Ủy ban nhân dân phường Sơn Qui"}
PROCEDURE_NAME = {"code": "1.001193", "name": "Đăng ký khai sinh", "sector": "G15-TP02"}

ALERT: dict[str, Any] = {
    "id": 1042,
    "rule": "intake.due_soon",
    "family": "intake",
    "severity": "warning",
    "state": "open",
    "subject": "dossier:H20.114-261120-0042",
    "dossier_code": "H20.114-261120-0042",
    "source": None,
    "agency": AGENCY_NAME,
    "procedure": PROCEDURE_NAME,
    "responsible": "receiving",
    "responsible_agency": "H20.114",
    "since": "2026-11-20T13:52:00+07:00",
    "due_at": "2026-11-20T15:52:00+07:00",
    "opened_at": "2026-11-20T13:52:21.310212+07:00",
    "acknowledged_at": None,
    "resolved_at": None,
    "baseline": False,
    "stage": None,
    "officer": None,
    "details": DETAILS["IntakeDetails"],
    "points": 0.043478,
    "province_points": 0.000312,
    "incident_id": None,
    "acknowledgement": None,
    "escalated_at": None,
    "escalated_to": None,
    "resolution": None,
    "reopens": None,
    "reopened_by": None,
    "title": "Sắp hết thời hạn tiếp nhận – H20.114-261120-0042",
    "message": "[NHẮC VIỆC] Hồ sơ H20.114-261120-0042 – Đăng ký khai sinh. Nộp trên Cổng Dịch vụ công quốc gia lúc 07 giờ 52 "
    "phút ngày 20/11/2026, chưa được tiếp nhận; còn 1 giờ 55 phút.",
    "short": "[NHẮC VIỆC] H20.114-261120-0042: chưa tiếp nhận, hạn 15 giờ 52 phút (còn 1 giờ 55 phút).",
    "url": "/v1/dossiers/H20.114-261120-0042",
}

ALERT_CHANGE: dict[str, Any] = {
    "at": "2026-11-20T13:52:21.310212+07:00",
    "event": "opened",
    "changes": {},
    "reason": None,
    "actor": None,
}

ACKNOWLEDGEMENT: dict[str, Any] = {
    "by": "key:3f9a2c71",
    "at": "2026-11-20T14:05:00+07:00",
    "until": "2026-11-23T08:00:00+07:00",
    "note": "Đã phân công bộ phận một cửa xử lý",
    "cause": "workload",
}

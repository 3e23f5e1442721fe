"""Agencies, procedures, sources and what was refused."""

from typing import Any

from services.api.examples.alerts import PROCEDURE_NAME

AGENCY = {"code": "H20.14", "name": "Sở Nông nghiệp và Môi trường", "parent": "H20", "level": 2, "in_catalogue": True}

PROCEDURE = {
    **PROCEDURE_NAME,
    "sector_name": "Hộ tịch",
    "agencies": ["H20.114"],
    "online_level": 2,
    "has_fee": False,
    "online_payment": None,
    "gives_paper_result": True,
    "uses_population_data": True,
    "content_complete": None,
    "decided_on": "2025-06-12",
    "effective_on": None,
    "published_on": None,
    "legal_limit_days": 1,
    "in_catalogue": True,
}

COUNTS = {"records": 20412, "refused": 1, "skewed": 0, "notes": {"due_before_accepted": 3}}

POLL_RUN = {
    "started_at": "2026-11-20T13:55:00+07:00",
    "finished_at": "2026-11-20T13:55:02+07:00",
    "pages": 1,
    "received": 14,
    "added": 2,
    "changed": 5,
    "refused": 0,
    "skewed": 0,
    "error": None,
}

SOURCE: dict[str, Any] = {
    "name": "igate",
    "kind": "igate",
    "role": "home",
    "active": True,
    "status": "ok",
    "interval_seconds": 60,
    "read_to": "2026-11-20T13:55:00+07:00",
    "settled_to": "2026-11-20T13:55:00+07:00",
    "first_complete_at": "2026-11-02T08:14:11+07:00",
    "progress_at": "2026-11-20T13:55:02+07:00",
    "catalogue_read_at": None,
    "error": None,
    "error_at": None,
    "counts": COUNTS,
    "last_run": POLL_RUN,
}

REJECT = {
    "id": 7,
    "field": "NgayTiepNhan",
    "reason": "is not a date",
    "code": "H20.14-261105-0311",
    "source_id": "000.00.14.H20-261105-0311",
    "refused_at": "2026-11-20T09:10:00+07:00",
    "mended_at": None,
}

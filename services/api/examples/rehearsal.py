"""A rehearsal of other rules."""

from typing import Any

from services.api.examples.alerts import FRESH

CHANGE: dict[str, Any] = {"intake": {"warn_before": "4h"}, "deadline": {"leads": [["8h", "2h"], [None, "16h"]]}}
REQUEST: dict[str, Any] = {"rules": CHANGE, "days": 7, "agencies": ["H20.114"]}

HAD: dict[str, Any] = {"alerts": 21, "messages": 48}
VOLUMES: dict[str, Any] = {"had": HAD, "present": {"alerts": 22, "messages": 50}, "changed": {"alerts": 27, "messages": 61}}
OF_AGENCY: dict[str, Any] = {"agency": {"code": "H20.114", "name": "Ủy ban nhân dân phường Sơn Qui"}, **VOLUMES}
OF_RULE: dict[str, Any] = {"rule": "intake.due_soon", "name": "Sắp hết thời hạn tiếp nhận", **VOLUMES}
BODY: dict[str, Any] = {
    "begins_at": "2026-11-13T14:00:00+07:00",
    "ends_at": "2026-11-20T14:00:00+07:00",
    "dossiers": 412,
    "rehearsed": 412,
    "total": VOLUMES,
    "by_agency": [OF_AGENCY],
    "by_rule": [OF_RULE],
    **FRESH,
}

"""The portal's own scores. The figures are made up."""

from typing import Any

_POINTS = {"CKMB": 13.25, "TDGQ": 18.5, "ONLINE": 9.75, "TTTT": 7.0, "MDSH": 12.25, "MDHL": 14.0}
_MOMENTS = {"fetched_at": "2026-11-18T06:00:12+07:00", "seen_at": "2026-11-20T06:00:09+07:00"}

GROUPS = [{"id": group, "points": points} for group, points in _POINTS.items()]
GROUP = GROUPS[0]
CHANGE = {"against": "2026-11-01", "points": 0.75, "rank": 2}
RANK: dict[str, Any] = {
    "rank": 3,
    "agency": {"code": "H20", "name": "Tỉnh Đồng Tháp"},
    "total": 74.75,
    "groups": GROUPS,
    "change": CHANGE,
    **_MOMENTS,
}
READING: dict[str, Any] = {**_MOMENTS, "total": 74.75, "change": 0.25, "groups": GROUPS}
QUALITY = {"status": "NO_NATIONAL_REPORT_DATA", "message": "Chưa có số liệu báo cáo tổng hợp của đơn vị"}

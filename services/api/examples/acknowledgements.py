"""Acknowledgements."""

from typing import Any

NEW_ACKNOWLEDGEMENT: dict[str, Any] = {
    "cause": "workload",
    "until": "2026-11-23T08:00:00+07:00",
    "note": "Đã phân công bộ phận một cửa xử lý",
}
NEW_ACKNOWLEDGEMENTS: dict[str, Any] = {**NEW_ACKNOWLEDGEMENT, "ids": [1042, 1043]}
ACKNOWLEDGED: dict[str, Any] = {"acknowledged": [1042], "left": [1043]}

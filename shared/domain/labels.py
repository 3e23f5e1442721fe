"""The Vietnamese names of everything an answer tells in a code, in one place. Codes never change their meaning."""

from collections.abc import Mapping

from shared.domain import statuses
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity
from shared.domain.messages import RULE_LABELS
from shared.domain.records import Channel
from shared.domain.rules import FAMILY_OF

RULES: Mapping[str, str] = RULE_LABELS

_OF_SEVERAL_RULES = {"intake": "Tiếp nhận hồ sơ", "deadline": "Hạn trả kết quả"}

FAMILIES: Mapping[str, str] = {family: _OF_SEVERAL_RULES.get(family) or RULES[family] for family in FAMILY_OF.values()}
"""A family of one rule goes by the rule's name."""

STATUSES: Mapping[str, str] = {str(status.value): label for status, label in statuses.LABELS.items()}

SEVERITIES: Mapping[str, str] = {
    Severity.WARNING.value: "Cảnh báo",
    Severity.CRITICAL.value: "Khẩn",
}

RESPONSIBLES: Mapping[str, str] = {
    Responsible.RECEIVING.value: "Đơn vị tiếp nhận",
    Responsible.HANDLING.value: "Đơn vị giải quyết",
    Responsible.OTHER_AGENCY.value: "Cơ quan khác đang giải quyết",
    Responsible.CITIZEN.value: "Người nộp hồ sơ",
    Responsible.CONNECTION.value: "Đơn vị phụ trách đồng bộ",
    Responsible.OPS.value: "Bộ phận vận hành",
    Responsible.UNKNOWN.value: "Chưa xác định",
}

ALERT_STATES: Mapping[str, str] = {
    AlertState.OPEN.value: "Chưa xử lý",
    AlertState.ACKNOWLEDGED.value: "Đã ghi nhận",
    AlertState.RESOLVED.value: "Đã khắc phục",
}

CHANNELS: Mapping[str, str] = {
    Channel.ONLINE.value: "Trực tuyến",
    Channel.DIRECT.value: "Trực tiếp",
    Channel.POSTAL.value: "Bưu chính công ích",
}

SYNC_STATES: Mapping[str, str] = {
    "in_step": "Khớp",
    "out_of_step": "Lệch",
    "unjudged": "Chưa đối soát",
}
"""Whether the two sides of a dossier agree."""

SOURCE_ROLES: Mapping[str, str] = {
    "portal": "Cổng Dịch vụ công quốc gia",
    "home": "Hệ thống của tỉnh",
}

FRESHNESS: Mapping[str, str] = {
    "ok": "Đã cập nhật",
    "loading": "Đang nạp lần đầu",
    "stale": "Chậm cập nhật",
}

LABELS: Mapping[str, Mapping[str, str]] = {
    "rules": RULES,
    "families": FAMILIES,
    "statuses": STATUSES,
    "severities": SEVERITIES,
    "responsible": RESPONSIBLES,
    "alert_states": ALERT_STATES,
    "channels": CHANNELS,
    "sync_states": SYNC_STATES,
    "source_roles": SOURCE_ROLES,
    "freshness": FRESHNESS,
}
"""Every list of names under the name of what it lists."""

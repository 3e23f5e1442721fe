"""The Vietnamese names of everything an answer tells in a code, in one place. Codes never change their meaning."""

from collections.abc import Mapping

from shared.domain import statuses
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity
from shared.domain.messages import RULE_LABELS
from shared.domain.petitions import PetitionKind, PetitionStatus
from shared.domain.records import Channel
from shared.domain.rules import FAMILY_OF

RULES: Mapping[str, str] = RULE_LABELS

_OF_SEVERAL_RULES = {
    "intake": "Tiếp nhận hồ sơ",
    "deadline": "Hạn trả kết quả",
    "petition": "Phản ánh, kiến nghị",
    "publication": "Công khai thủ tục",
}

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

PETITION_STATUSES: Mapping[str, str] = {
    str(PetitionStatus.NEW.value): "Mới",
    str(PetitionStatus.REFUSED.value): "Từ chối",
    str(PetitionStatus.MORE_WANTED.value): "Yêu cầu bổ sung",
    str(PetitionStatus.IN_WORK.value): "Đang xử lý",
    str(PetitionStatus.ANSWERED.value): "Đã trả lời",
    str(PetitionStatus.PUBLISHED.value): "Đã công khai",
}

PETITION_KINDS: Mapping[str, str] = {
    str(PetitionKind.PROCEDURE.value): "Về thủ tục hành chính",
    str(PetitionKind.OFFICER.value): "Về cán bộ, công chức",
}

SOURCE_ROLES: Mapping[str, str] = {
    "portal": "Cổng Dịch vụ công quốc gia",
    "home": "Hệ thống của tỉnh",
    "petitions": "Phản ánh, kiến nghị trên Cổng",
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
    "petition_statuses": PETITION_STATUSES,
    "petition_kinds": PETITION_KINDS,
    "source_roles": SOURCE_ROLES,
    "freshness": FRESHNESS,
}
"""Every list of names under the name of what it lists."""

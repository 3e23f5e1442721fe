"""The Vietnamese names of everything an answer tells in a code, in one place. Codes never change their meaning."""

from collections.abc import Mapping

from shared.domain import statuses
from shared.domain.alert_endings import Cause
from shared.domain.alerts import AlertState
from shared.domain.changes import Since
from shared.domain.findings import Responsible, Severity
from shared.domain.incidents import CauseKind
from shared.domain.indicators import AgencyKind, Basis, Elsewhere, GroupId, Scoring, WhenEmpty
from shared.domain.measures import Level, Must, Over
from shared.domain.messages import RULE_LABELS
from shared.domain.messages.happenings import RESOLUTIONS as HOW_IT_ENDED
from shared.domain.moves import RepairKind
from shared.domain.petitions import PetitionKind, PetitionStatus
from shared.domain.ranking import Of
from shared.domain.records import Channel
from shared.domain.rules import FAMILY_OF
from shared.domain.scoring import State
from shared.domain.targets import Owner

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

CAUSES: Mapping[str, str] = {
    Cause.CITIZEN.value: "Do người nộp hồ sơ",
    Cause.OTHER_AGENCY.value: "Do cơ quan phối hợp",
    Cause.SOFTWARE.value: "Do phần mềm, kết nối",
    Cause.WORKLOAD.value: "Do khối lượng công việc",
    Cause.REGULATION.value: "Do quy định",
    Cause.OWN_FAULT.value: "Do lỗi của đơn vị",
    Cause.OTHER.value: "Nguyên nhân khác",
}

RESOLUTIONS: Mapping[str, str] = {how.value: label for how, label in HOW_IT_ENDED.items()}

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
    "evaluation": "Kết quả đánh giá công khai của Cổng Dịch vụ công quốc gia",
    "petitions": "Phản ánh, kiến nghị trên Cổng",
}

FRESHNESS: Mapping[str, str] = {
    "ok": "Đã cập nhật",
    "loading": "Đang nạp lần đầu",
    "stale": "Chậm cập nhật",
}

AGENCY_KINDS: Mapping[str, str] = {
    AgencyKind.PROVINCE.value: "Tỉnh",
    AgencyKind.SPECIALISED.value: "Cơ quan chuyên môn thuộc UBND tỉnh",
    AgencyKind.ECONOMIC_ZONE.value: "Ban Quản lý Khu kinh tế",
    AgencyKind.COMMUNE.value: "UBND cấp xã",
}

OWNERS: Mapping[str, str] = {
    Owner.SPECIALISED.value: AGENCY_KINDS[AgencyKind.SPECIALISED.value],
    Owner.ECONOMIC_ZONE.value: AGENCY_KINDS[AgencyKind.ECONOMIC_ZONE.value],
    Owner.COMMUNE.value: AGENCY_KINDS[AgencyKind.COMMUNE.value],
    Owner.OFFICE.value: "Văn phòng UBND tỉnh",
    Owner.SCIENCE.value: "Sở Khoa học và Công nghệ",
    Owner.JUSTICE.value: "Sở Tư pháp",
}
"""Who answers for an indicator."""

BASES: Mapping[str, str] = {
    Basis.CATALOGUE.value: "Danh mục TTHC",
    Basis.DOSSIERS.value: "Hồ sơ",
    Basis.PETITIONS.value: "Phản ánh, kiến nghị",
    Basis.CONFIGURATION.value: "Cấu hình",
}

SCORINGS: Mapping[str, str] = {
    Scoring.RATIO.value: "Theo tỷ lệ",
    Scoring.GRANTED.value: "Được tính đủ điểm",
    Scoring.ANALYSIS.value: "Không tính điểm",
}

WHEN_EMPTY: Mapping[str, str] = {
    WhenEmpty.NO_SCORE.value: "Không có điểm",
    WhenEmpty.ZERO.value: "0 điểm",
    WhenEmpty.FULL.value: "Đủ điểm",
}
"""What an indicator without cases is worth."""

ELSEWHERE: Mapping[str, str] = {
    Elsewhere.NOT_APPLICABLE.value: "Không áp dụng",
    Elsewhere.PROVINCE_FIGURE.value: "Lấy số liệu của tỉnh",
}
"""What holds for an agency an indicator does not apply to."""

GROUPS: Mapping[str, str] = {
    GroupId.CKMB.value: "Công khai, minh bạch",
    GroupId.TDGQ.value: "Tiến độ, kết quả giải quyết",
    GroupId.ONLINE.value: "Dịch vụ công trực tuyến",
    GroupId.TTTT.value: "Thanh toán trực tuyến",
    GroupId.MDSH.value: "Số hóa hồ sơ",
    GroupId.MDHL.value: "Mức độ hài lòng",
}
"""Groups of indicators, as every policy calls them."""

SCORE_STATES: Mapping[str, str] = {
    State.SCORED.value: "Đã tính điểm",
    State.NO_CASES.value: "Không phát sinh",
    State.NOT_APPLICABLE.value: "Không áp dụng",
    State.NO_DATA.value: "Chưa có số liệu",
    State.PROVISIONAL.value: "Tạm tính",
}

SCORE_VIEWS: Mapping[str, str] = {
    "preview": "Tính thử",
    "portal": "Theo dữ liệu trên Cổng",
    "home": "Theo dữ liệu của tỉnh",
    "official": "Cổng công bố",
}
"""What figures a score card is made of."""

MEASURE_SPANS: Mapping[str, str] = {
    Over.SPAN.value: "Trong khoảng ngày",
    Over.MOMENT.value: "Tại thời điểm",
}
"""What a measure of the plans is of."""

MEASURE_TARGETS: Mapping[str, str] = {
    Must.AT_LEAST.value: "Từ mức chỉ tiêu trở lên",
    Must.ABOVE.value: "Trên mức chỉ tiêu",
    Must.BELOW.value: "Dưới mức chỉ tiêu",
}
"""How a measure must stand to its target."""

AGENCY_LEVELS: Mapping[str, str] = {
    Level.PROVINCE.value: "Cấp tỉnh",
    Level.COMMUNE.value: "Cấp xã",
}
"""Levels of agency whose digitisation has targets of its own."""

REPAIRS: Mapping[str, str] = {
    RepairKind.SYNC.value: "Đồng bộ hồ sơ lên Cổng",
    RepairKind.RESULT.value: "Bổ sung kết quả giải quyết điện tử",
    RepairKind.PAYMENT.value: "Cập nhật thanh toán trực tuyến lên Cổng",
    RepairKind.INTAKE.value: "Tiếp nhận hồ sơ đã quá thời hạn tiếp nhận",
    RepairKind.IN_TIME.value: "Xử lý trước khi quá hạn",
    RepairKind.LOST.value: "Không thể lấy lại điểm",
}
"""What can be done about a dossier for the score."""

RANKED_AMONG: Mapping[str, str] = {
    Of.PROVINCES.value: "Các tỉnh, thành phố",
    Of.DEPARTMENTS.value: "Các sở, ban, ngành",
    Of.COMMUNES.value: "Các xã, phường, đặc khu",
}
"""Which units are ranked with each other."""

SINCE: Mapping[str, str] = {
    Since.YESTERDAY.value: "So với hôm trước",
    Since.LAST_MONTH.value: "So với cuối tháng trước",
}
"""What a card is held against."""

INCIDENT_KINDS: Mapping[str, str] = {
    CauseKind.AGENCY.value: "Cùng một đơn vị",
    CauseKind.PROCEDURE.value: "Cùng một thủ tục",
    CauseKind.SOURCE.value: "Cùng một nguồn dữ liệu",
}
"""What the dossiers of an incident have in common."""

INCIDENT_STATES: Mapping[str, str] = {"open": "Đang diễn ra", "closed": "Đã kết thúc"}

SILENCE_STATES: Mapping[str, str] = {"planned": "Chưa bắt đầu", "active": "Đang im lặng", "ended": "Đã kết thúc"}

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
    "agency_kinds": AGENCY_KINDS,
    "owners": OWNERS,
    "bases": BASES,
    "scorings": SCORINGS,
    "when_empty": WHEN_EMPTY,
    "elsewhere": ELSEWHERE,
    "groups": GROUPS,
    "score_states": SCORE_STATES,
    "score_views": SCORE_VIEWS,
    "measure_spans": MEASURE_SPANS,
    "measure_targets": MEASURE_TARGETS,
    "agency_levels": AGENCY_LEVELS,
    "repairs": REPAIRS,
    "ranked_among": RANKED_AMONG,
    "since": SINCE,
    "causes": CAUSES,
    "resolutions": RESOLUTIONS,
    "incident_kinds": INCIDENT_KINDS,
    "incident_states": INCIDENT_STATES,
    "silence_states": SILENCE_STATES,
}
"""Every list of names under the name of what it lists."""

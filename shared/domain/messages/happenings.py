"""What is told of an alert besides itself: that somebody has seen it, that nobody has, how it ended."""

from collections.abc import Mapping

from shared.domain.alert_endings import Resolution
from shared.domain.messages.facts import Facts
from shared.domain.messages.wording import moment, shorten

_NAME_LIMIT = 60

RESOLUTIONS: Mapping[Resolution, str] = {
    Resolution.IN_TIME: "Đúng hạn",
    Resolution.LATE: "Trễ hạn",
    Resolution.WITHDRAWN: "Người nộp rút hồ sơ",
    Resolution.SOURCE_CORRECTED: "Đã sửa dữ liệu nguồn",
    Resolution.MERGED: "Đã gộp hồ sơ",
    Resolution.RULES_CHANGED: "Quy tắc thay đổi",
}

KINDS: Mapping[str, str] = {
    "reminder": "NHẮC VIỆC",
    "acknowledged": "ĐÃ XÁC NHẬN",
    "unacknowledged": "CHỜ XÁC NHẬN",
    "lapsed": "NHẮC VIỆC",
}
"""The kind of message of what happened, where it is not that of the alert."""

BRIEFLY: Mapping[str, str] = {
    "reminder": "nhắc lại, ",
    "escalated": "chuyển cấp trên, ",
    "acknowledged": "đã xác nhận, ",
    "unacknowledged": "bỏ xác nhận, ",
    "lapsed": "hết hạn xác nhận, ",
}


_ENDED = {"unacknowledged": "xác nhận trước đó đã được bỏ", "lapsed": "xác nhận trước đó đã hết hạn, cảnh báo vẫn còn"}


def happened(facts: Facts) -> str:
    """Return in a sentence what happened, nothing where it is only the alert itself that is told."""
    if facts.happened == "reminder":
        return "nhắc lại, cảnh báo này chưa được xác nhận"
    if facts.happened == "escalated":
        above = shorten(facts.escalated_to_name, _NAME_LIMIT) if facts.escalated_to_name else "cơ quan cấp trên"
        return f"chưa có đơn vị nào xác nhận cảnh báo này, báo cáo {above} chỉ đạo"
    if facts.happened == "acknowledged":
        until = f", theo dõi đến {moment(facts.acknowledged_until)}" if facts.acknowledged_until else ""
        return f"cảnh báo này đã có người xác nhận{until}"
    return _ENDED.get(facts.happened or "", "")


def how(resolution: Resolution | None) -> str:
    """Return in a sentence how an alert ended, nothing where that cannot be said."""
    return f"kết quả: {RESOLUTIONS[resolution][0].lower()}{RESOLUTIONS[resolution][1:]}" if resolution else ""

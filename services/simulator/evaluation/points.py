"""The published point rules of Decision 766: what a ratio is worth. Source: `facts/scoring.md`, Points."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

Ratio = tuple[int, int]
"""Numerator and denominator."""


class Rule(NamedTuple):
    """An indicator: its group, the most points, the percentage with full marks, and the points where nothing is to count."""

    group: str
    name: str
    most: int
    full_at: int
    when_empty: int | None


class Group(NamedTuple):
    """A group of indicators and the most points it brings."""

    name: str
    most: int


GROUPS = {
    "CKMB": Group("Công khai, minh bạch", 18),
    "TDGQ": Group("Tiến độ giải quyết", 20),
    "ONLINE": Group("Dịch vụ công trực tuyến", 12),
    "TTTT": Group("Thanh toán trực tuyến", 10),
    "MDSH": Group("Số hóa hồ sơ", 22),
    "MDHL": Group("Mức độ hài lòng", 18),
}

SYNC = "DOSSIER_SYNC"
CERTIFIED_COPY = "ELECTRONIC_CERTIFIED_COPY"
"""Granted in full by policy: it has no ratio."""

RULES = {
    "PUBLISH_ON_TIME": Rule("CKMB", "Tỷ lệ thủ tục hành chính công bố đúng hạn", 6, 100, None),
    "PUBLIC_UPDATE_ON_TIME": Rule("CKMB", "Tỷ lệ thủ tục hành chính cập nhật, công khai đúng hạn", 4, 100, None),
    "PUBLIC_CONTENT_FULL": Rule("CKMB", "Tỷ lệ thủ tục hành chính công khai đầy đủ nội dung", 2, 100, None),
    SYNC: Rule("CKMB", "Tỷ lệ hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia", 6, 100, None),
    "TDGQ": Rule("TDGQ", "Tỷ lệ hồ sơ xử lý đúng hạn", 20, 100, 0),
    "ONLINE_PROVIDED": Rule("ONLINE", "Tỷ lệ thủ tục cung cấp dịch vụ công trực tuyến", 2, 80, 0),
    "ONLINE_USED": Rule("ONLINE", "Tỷ lệ dịch vụ công trực tuyến có phát sinh hồ sơ", 4, 100, 0),
    "ONLINE_FILED": Rule("ONLINE", "Tỷ lệ hồ sơ nộp trực tuyến", 6, 50, 0),
    "PAYMENT_USED": Rule("TTTT", "Tỷ lệ thủ tục có giao dịch thanh toán trực tuyến", 2, 80, 0),
    "PAYMENT_PROVIDED": Rule("TTTT", "Tỷ lệ thủ tục có nghĩa vụ tài chính được tích hợp thanh toán", 2, 80, 0),
    "PAID_ONLINE": Rule("TTTT", "Tỷ lệ hồ sơ thanh toán trực tuyến", 6, 100, 0),
    "ORIGINAL_RESULT_AVAILABLE": Rule("MDSH", "Tỷ lệ hồ sơ cấp kết quả giải quyết điện tử", 6, 100, None),
    "SO_HOA_GIAY_TO_GIAI_QUYET": Rule("MDSH", "Tỷ lệ hồ sơ được số hóa", 4, 100, None),
    "REUSED_DIGITIZED_DATA": Rule("MDSH", "Tỷ lệ hồ sơ khai thác, sử dụng lại dữ liệu số hóa", 2, 80, None),
    CERTIFIED_COPY: Rule("MDSH", "Cung cấp dịch vụ chứng thực bản sao điện tử từ bản chính", 2, 100, 2),
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": Rule("MDSH", "Tỷ lệ hồ sơ đồng bộ với kho dữ liệu cá nhân, tổ chức", 4, 100, None),
    "CITIZEN_DATA_CONNECTED_FORMALITY": Rule("MDSH", "Tỷ lệ thủ tục kết nối dữ liệu dân cư", 2, 100, None),
    "CITIZEN_DATA_CONNECTED_DOSSIER": Rule("MDSH", "Tỷ lệ hồ sơ sử dụng dữ liệu dân cư", 2, 100, None),
    "PETITION_PROCESSING_ON_TIME": Rule("MDHL", "Tỷ lệ phản ánh, kiến nghị xử lý đúng hạn", 6, 100, 6),
    "PETITION_HANDLING_SATISFACTION": Rule("MDHL", "Tỷ lệ hài lòng trong xử lý phản ánh, kiến nghị", 6, 100, 6),
    "DOSSIER_RECEIVING_SATISFACTION": Rule("MDHL", "Tỷ lệ hài lòng trong tiếp nhận, giải quyết thủ tục hành chính", 6, 90, 0),
}
"""Every indicator by the portal's code; where it publishes none, by one of our own."""


def r2(value: Fraction) -> Decimal:
    """Return a value that is not negative, rounded half up to two decimals."""
    return Decimal(int(value * 100 + Fraction(1, 2))).scaleb(-2)


def percent(ratio: Ratio) -> Decimal:
    """Return a ratio in percent, nothing out of nothing being none."""
    numerator, denominator = ratio
    return r2(Fraction(100 * numerator, denominator)) if denominator else r2(Fraction(0))


def points(rule: Rule, ratio: Ratio | None) -> Decimal | None:
    """Return the points of a ratio; None for one that is unknown, or empty where that has no score."""
    if ratio is None:
        return None
    numerator, denominator = ratio
    if not denominator:
        return None if rule.when_empty is None else r2(Fraction(rule.when_empty))
    return r2(rule.most * min(Fraction(1), Fraction(100 * numerator, denominator * rule.full_at)))


def group_points(group: str, ratios: Mapping[str, Ratio | None]) -> Decimal:
    """Return the points of a group: the sum of what was rounded; no score adds nothing."""
    scores = (points(rule, ratios[code]) for code, rule in RULES.items() if rule.group == group)
    return sum((score for score in scores if score is not None), Decimal("0.00"))

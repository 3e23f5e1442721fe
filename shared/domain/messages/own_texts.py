"""What operations are told about our own work: a source not read, a dossier not judged, an audit that finds something else."""

from datetime import timedelta

from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import brief_moment, length, moment, shorten

_TOLD_LIMIT = 80


def source_stale(letter: Letter) -> Words:
    read_to, since = letter.at("read_to"), letter.facts.since
    every = length(timedelta(seconds=letter.value("interval_seconds") or 0))
    told = f"lần đọc đủ gần nhất bắt đầu lúc {moment(read_to)}" if read_to else f"chưa đọc đủ lần nào, chờ từ {moment(since)}"
    return Words(
        fact=f"{told}; chu kỳ đọc là {every}",
        left=letter.lasting(since),
        ask="kiểm tra kết nối và tài khoản của nguồn này ngay",
        consequence="các cảnh báo cần nguồn này không mở thêm và không đóng cho đến khi đọc lại được",
        brief=f"chưa đọc được từ {brief_moment(since)}",
    )


def review_failed(letter: Letter) -> Words:
    since = letter.facts.since
    return Words(
        fact=f"không xét được từ {moment(since)} (lỗi {letter.name_of('error') or 'không rõ'})",
        left=letter.lasting(since),
        ask="xem nhật ký và xử lý lỗi trong ngày",
        consequence="hồ sơ này chưa được theo dõi cho đến khi lỗi được xử lý",
        brief=f"không xét được từ {brief_moment(since)}",
    )


def audit_differs(letter: Letter) -> Words:
    since, differences = letter.facts.since, letter.value("differences") or 0
    first = next(iter(letter.value("told") or ()), "")
    told = f", trước hết: {shorten(first, _TOLD_LIMIT)}" if first else ""
    return Words(
        fact=f"lần xét lại ban đêm thấy {differences} điểm khác với kết quả đang lưu{told}",
        left=letter.lasting(since),
        ask="xem chi tiết cảnh báo, chạy lại lệnh watch766 audit và xử lý nguyên nhân trong ngày",
        consequence="cảnh báo và số liệu chấm điểm của các mục đó có thể sai cho đến khi được xử lý",
        brief=f"xét lại thấy {differences} điểm khác",
    )

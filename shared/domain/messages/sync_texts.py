"""What the two sides disagree about: `sync.*`, `main.missing` and `portal.*`."""

from datetime import datetime

from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import brief_moment, moment, shorten

_PORTAL_COUNTS = "Cổng tính điểm theo dữ liệu đang có trên Cổng"
_SIDES = {"home": "hệ thống của tỉnh", "portal": "Cổng"}
_FIELDS = {"due_at": "hạn trả", "accepted_at": "ngày tiếp nhận", "agency": "cơ quan", "procedure": "mã thủ tục"}
_DATES = frozenset({"due_at", "accepted_at"})
_VALUE_LIMIT = 28
_WORD_LIMIT = 40
_SOURCES_LIMIT = 60
_FACT_LIMIT = 260

_PORTAL_REASONS = {
    "ended_in_time": "đã giải quyết xong lúc {ended}, trước hạn",
    "stands_still": "đang ở trạng thái {status}, không tính thời gian",
    "later_due_date": "có hạn trả {due}",
}


def missing_on_portal(letter: Letter) -> Words:
    since = letter.facts.since
    return Words(
        fact=f"{_known(letter, 'hệ thống của tỉnh')}, chưa có trên Cổng Dịch vụ công quốc gia",
        left=letter.lasting(since),
        ask="đồng bộ hồ sơ lên Cổng trong ngày",
        consequence="hồ sơ chưa có trên Cổng bị tính là chưa đồng bộ (chỉ số 1.4)",
        brief="chưa có trên Cổng",
    )


def missing_at_home(letter: Letter) -> Words:
    since = letter.facts.since
    sources = shorten(", ".join(letter.value("absent_from") or ()), _SOURCES_LIMIT)
    return Words(
        fact=f"{_known(letter, 'Cổng Dịch vụ công quốc gia')}, chưa về hệ thống của tỉnh" + (f" ({sources})" if sources else ""),
        left=letter.lasting(since),
        ask="kiểm tra kết nối và lấy hồ sơ về ngay",
        consequence="đơn vị chưa thể tiếp nhận trong khi Cổng tính thời hạn tiếp nhận từ lúc nộp",
        brief="chưa về hệ thống của tỉnh",
    )


def _known(letter: Letter, where: str) -> str:
    """Return what the side that has the dossier says of its beginning: accepted, submitted, or only that it is there."""
    since = letter.facts.since
    for name, word in (("accepted_at", "tiếp nhận"), ("submitted_at", "nộp")):
        if letter.at(name) == since:
            return f"{word} lúc {moment(since)} trên {where}"
    return f"có trên {where} từ {moment(since)}"


def status_mismatch(letter: Letter) -> Words:
    since, lags = letter.facts.since, letter.value("lags")
    lagging = f"; {_SIDES[lags]} cập nhật gần nhất lúc {moment(letter.moment_of(f'{lags}_updated_at'))}" if lags else ""
    return Words(
        fact=f"hệ thống của tỉnh ghi {letter.status('home_status')}, Cổng ghi {letter.status('portal_status')}"
        f" từ {moment(since)}{lagging}",
        left=letter.lasting(since),
        ask=f"đồng bộ lại trạng thái {f'trên {_SIDES[lags]} ' if lags else ''}trong ngày",
        consequence=_PORTAL_COUNTS,
        brief=f"trạng thái lệch: tỉnh {letter.status('home_status')}, Cổng {letter.status('portal_status')}",
    )


def field_mismatch(letter: Letter) -> Words:
    since, fields = letter.facts.since, letter.value("fields") or []
    differences = "; ".join(_difference(**field) for field in fields)
    names = ", ".join(_FIELDS[field["field"]] for field in fields)
    return Words(
        fact=shorten(f"từ {moment(since)}, hai bên ghi khác nhau: {differences}", _FACT_LIMIT),
        left=letter.lasting(since),
        ask="đối chiếu và đồng bộ lại trong ngày",
        consequence=_PORTAL_COUNTS,
        brief=f"hai bên ghi khác nhau: {names}",
    )


def _difference(field: str, home: str | None, portal: str | None) -> str:
    return f"{_FIELDS[field]} (tỉnh {_written(field, home)}, Cổng {_written(field, portal)})"


def _written(field: str, value: str | None) -> str:
    if value is None:
        return "không ghi"
    return brief_moment(datetime.fromisoformat(value)) if field in _DATES else shorten(value, _VALUE_LIMIT)


def result_missing(letter: Letter) -> Words:
    finished = letter.at("finished_at")
    ended = f" lúc {moment(finished)}" if finished else ""
    return Words(
        fact=f"đã giải quyết xong{ended}, hệ thống của tỉnh có kết quả điện tử, Cổng chưa có;"
        f" lệch từ {moment(letter.facts.since)}",
        left=letter.lasting(letter.facts.since),
        ask="đồng bộ kết quả điện tử lên Cổng trong ngày",
        consequence=_PORTAL_COUNTS,
        brief="Cổng chưa có kết quả điện tử",
    )


def payment_mismatch(letter: Letter) -> Words:
    paid_on = "portal" if letter.value("paid_on") == "portal" else "home"
    other, paid_at = "home" if paid_on == "portal" else "portal", letter.at("paid_at")
    paid = f" lúc {moment(paid_at)}" if paid_at else ""
    return Words(
        fact=f"{_SIDES[paid_on]} ghi đã thanh toán trực tuyến{paid}, {_SIDES[other]} chưa ghi;"
        f" lệch từ {moment(letter.facts.since)}",
        left=letter.lasting(letter.facts.since),
        ask=f"đồng bộ trạng thái thanh toán lên {_SIDES[other]} trong ngày",
        consequence="mọi giao dịch thanh toán trực tuyến phải được đồng bộ trạng thái kịp thời",
        brief=f"{_SIDES[other]} chưa ghi đã thanh toán trực tuyến",
    )


def status_unknown(letter: Letter) -> Words:
    since, words = letter.facts.since, letter.value("words") or {}
    told = ", ".join(f'{shorten(source, _WORD_LIMIT)} dùng "{shorten(word, _WORD_LIMIT)}"' for source, word in words.items())
    return Words(
        fact=f"trạng thái không có trong bảng chuyển đổi từ {moment(since)}" + (f": {told}" if told else ""),
        left=letter.lasting(since),
        ask="khai báo trạng thái này trong bảng chuyển đổi",
        consequence="trong lúc chờ, những nội dung cần trạng thái của bên này chưa được cảnh báo",
        brief="trạng thái chưa được khai báo",
    )


def main_missing(letter: Letter) -> Words:
    since, where = letter.facts.since, letter.name_of("found_in")
    return Words(
        fact=f"tiếp nhận lúc {moment(since)} trên phần mềm chuyên ngành ({where}),"
        f" chưa có trên hệ thống thông tin giải quyết TTHC của tỉnh ({letter.name_of('absent_from')})",
        left=letter.working_lasting(since),
        ask="cập nhật hồ sơ vào hệ thống của tỉnh trong ngày",
        consequence="mọi hồ sơ phải được cập nhật đầy đủ trên hệ thống của tỉnh",
        brief="chưa có trên hệ thống của tỉnh",
    )


def portal_intake(letter: Letter) -> Words:
    submitted, closes = letter.moment_of("submitted_at"), letter.due
    return Words(
        fact=f"nộp lúc {moment(submitted)}, hệ thống của tỉnh ghi {letter.status('home_status')}; Cổng vẫn ghi"
        f' "Mới đăng ký", thời hạn tiếp nhận trên Cổng là {moment(closes, beside=submitted)}',
        left=letter.left(closes),
        ask=f"đồng bộ lại trạng thái lên Cổng {letter.by(closes)}",
        consequence=_portal_counts_late(letter, closes),
        brief=f"Cổng chưa ghi tiếp nhận, thời hạn {brief_moment(closes)}",
    )


def portal_deadline(letter: Letter) -> Words:
    due = letter.moment_of("portal_due_at")
    return Words(
        fact=f"theo hệ thống của tỉnh, hồ sơ {_home_says(letter)}; Cổng vẫn tính thời gian với hạn trả {moment(due)}",
        left=letter.working_left(due),
        ask=f"đồng bộ lại hồ sơ lên Cổng {letter.by(due)}",
        consequence=_portal_counts_late(letter, due)
        + (" do chưa đồng bộ, không phải do xử lý chậm" if letter.value("reason") == "ended_in_time" else ""),
        brief=f"Cổng chưa khớp, hạn trên Cổng {brief_moment(due)}",
    )


def _home_says(letter: Letter) -> str:
    ended, due = letter.at("home_ended_at"), letter.at("home_due_at")
    return _PORTAL_REASONS[letter.value("reason") or "stands_still"].format(
        ended=moment(ended) if ended else "chưa rõ",
        due=moment(due) if due else "chưa rõ",
        status=letter.status("home_status"),
    )


def _portal_counts_late(letter: Letter, due: datetime) -> str:
    return "quá thời hạn này, Cổng tính hồ sơ là quá hạn" if letter.now <= due else "Cổng đang tính hồ sơ là quá hạn"

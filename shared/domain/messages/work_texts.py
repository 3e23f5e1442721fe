"""What the units that take in and handle dossiers are told: time limits, requests, waits, fees, results and apologies."""

from shared.domain.findings import Responsible
from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import brief_moment, moment
from shared.domain.statuses import Status

_LATE_COSTS = "hồ sơ quá hạn bị trừ điểm tiến độ giải quyết và chỉ số Mức độ hài lòng"
_INTAKE_ASK = "tiếp nhận, yêu cầu bổ sung hoặc từ chối nêu rõ lý do"


def intake_due_soon(letter: Letter) -> Words:
    submitted, closes = letter.moment_of("submitted_at"), letter.due
    return Words(
        fact=f"nộp trực tuyến thành công lúc {moment(submitted)}, chưa được tiếp nhận",
        left=letter.left(closes),
        ask=f"{_INTAKE_ASK} {letter.by(closes, beside=submitted)}",
        consequence="quá thời hạn này, Cổng tính hồ sơ là quá hạn đang xử lý và trừ điểm chỉ số Mức độ hài lòng",
        brief=f"chưa tiếp nhận, thời hạn {brief_moment(closes)}",
    )


def intake_breached(letter: Letter) -> Words:
    submitted, closes = letter.moment_of("submitted_at"), letter.due
    return Words(
        fact=f"nộp trực tuyến thành công lúc {moment(submitted)}, chưa được tiếp nhận;"
        f" thời hạn tiếp nhận là {moment(closes, beside=submitted)}",
        left=letter.left(closes),
        ask=f"{_INTAKE_ASK} ngay",
        consequence="Cổng tính hồ sơ là quá hạn đang xử lý và trừ điểm chỉ số Mức độ hài lòng",
        brief=f"quá thời hạn tiếp nhận {brief_moment(closes)}",
    )


def stage_overdue(letter: Letter) -> Words:
    due, dossier_due = letter.moment_of("stage_due_at"), letter.at("dossier_due_at")
    stage = f'"{name}"' if (name := letter.name_of("stage")) else ""
    return Words(
        fact=f"bước {stage or 'hiện tại'} có hạn {moment(due)}, chưa hoàn thành",
        left=letter.working_left(due),
        ask="hoàn thành bước này ngay" + (f" để kịp hạn trả {moment(dossier_due, beside=due)}" if dossier_due else ""),
        consequence="chậm ở một bước làm giảm thời gian còn lại của các bước sau",
        brief=f"bước xử lý quá hạn {brief_moment(due)}",
    )


def deadline_due_soon(letter: Letter) -> Words:
    due = letter.due
    return Words(
        fact=f"đang ở trạng thái {letter.status('status')}, hạn trả kết quả là {moment(due)}",
        left=letter.working_left(due),
        ask=_deadline_ask(letter, letter.by(due)),
        consequence=_LATE_COSTS,
        brief=f"hạn trả {brief_moment(due)}",
    )


def deadline_overdue(letter: Letter) -> Words:
    due, still = letter.due, letter.at("stood_still_since")
    since = f", dừng tính thời gian từ {moment(still)} khi đã quá hạn" if still else ""
    return Words(
        fact=f"quá hạn trả kết quả lúc {moment(due)}, đang ở trạng thái {letter.status('status')}{since}",
        left=letter.working_left(due),
        ask=_deadline_ask(letter, "ngay, xin lỗi và hẹn lại ngày trả"),
        consequence=_LATE_COSTS,
        brief=f"quá hạn trả {brief_moment(due)}",
    )


def _deadline_ask(letter: Letter, when: str) -> str:
    """A citizen who is waited for is reminded by the unit, never asked here."""
    if letter.facts.responsible is not Responsible.CITIZEN:
        return f"giải quyết {when}"
    return f"nhắc người nộp hồ sơ {_awaited(letter)} và giải quyết {when}"


def _awaited(letter: Letter) -> str:
    return "thực hiện nghĩa vụ tài chính" if letter.value("status") == Status.PAYMENT else "bổ sung giấy tờ"


def deadline_missing(letter: Letter) -> Words:
    accepted, limit = letter.moment_of("accepted_at"), letter.value("legal_limit_days")
    return Words(
        fact=f"tiếp nhận lúc {moment(accepted)}, chưa có hạn trả kết quả",
        left=letter.lasting(accepted),
        ask="cập nhật hạn trả trong ngày",
        consequence="không có hạn trả, hồ sơ được tính theo thời hạn luật định" + (f" {limit} ngày làm việc" if limit else ""),
        brief="đã tiếp nhận, chưa có hạn trả",
    )


def supplement_repeated(letter: Letter) -> Words:
    asked, requests = letter.moment_of("asked_at"), letter.value("requests") or "nhiều"
    return Words(
        fact=f"đã {requests} lần yêu cầu bổ sung, lần thứ hai lúc {moment(asked)}",
        left=letter.lasting(asked),
        ask="rà soát và giải quyết, không yêu cầu bổ sung thêm",
        consequence="hồ sơ yêu cầu bổ sung quá một lần bị tính là quá hạn",
        brief=f"{requests} lần yêu cầu bổ sung",
    )


def request_late(letter: Letter) -> Words:
    asked, due = letter.moment_of("asked_at"), letter.at("due_then_at")
    was_due = f", sau hạn trả {moment(due, beside=asked)}" if due else " sau hạn trả"
    return Words(
        fact=f"yêu cầu bổ sung lúc {moment(asked)}{was_due}",
        left=letter.lasting(asked),
        ask="giải quyết ngay, xin lỗi và hẹn lại ngày trả",
        consequence="yêu cầu bổ sung sau hạn không làm hồ sơ trở lại đúng hạn",
        brief="yêu cầu bổ sung sau hạn trả",
    )


def pause_too_long(letter: Letter) -> Words:
    began, counts = letter.moment_of("began_at"), letter.value("status") == Status.PAYMENT
    is_citizen = letter.facts.responsible is Responsible.CITIZEN
    return Words(
        fact=f"ở trạng thái {letter.status('status')} từ {moment(began)}",
        left=letter.working_lasting(began),
        ask=f"nhắc người nộp hồ sơ {_awaited(letter)}" if is_citizen else "rà soát và đưa hồ sơ trở lại xử lý",
        consequence="thời gian chờ nghĩa vụ tài chính vẫn tính vào thời hạn giải quyết"
        if counts
        else "hồ sơ tạm dừng phải được hạn chế ở mức thấp nhất",
        brief=f"{letter.status('status')} từ {brief_moment(began)}",
    )


def payment_unnoticed(letter: Letter) -> Words:
    paid = letter.at("paid_at")
    told = f"đã thanh toán lúc {moment(paid)}" if paid else "đã ghi nhận thanh toán"
    return Words(
        fact=f'{told}, vẫn ở trạng thái "Yêu cầu thực hiện nghĩa vụ tài chính"',
        left=letter.working_lasting(letter.facts.since),
        ask="xác nhận thanh toán và tiếp tục giải quyết trong ngày",
        consequence="thời gian chờ nghĩa vụ tài chính vẫn tính vào thời hạn giải quyết",
        brief="đã thanh toán, chưa chuyển trạng thái",
    )


def result_missing(letter: Letter) -> Words:
    finished = letter.moment_of("finished_at")
    return Words(
        fact=f"nộp trực tuyến, giải quyết xong lúc {moment(finished)}, chưa có kết quả bản điện tử",
        left=letter.working_lasting(finished),
        ask="cập nhật kết quả bản điện tử trong ngày",
        consequence="không có kết quả bản điện tử thì không được tính là hồ sơ trực tuyến",
        brief="chưa có kết quả bản điện tử",
    )


def apology_missing(letter: Letter) -> Words:
    due, ended = letter.due, letter.at("ended_at")
    state = f"kết thúc lúc {moment(ended, beside=due)}" if ended else "chưa kết thúc"
    return Words(
        fact=f"quá hạn trả kết quả lúc {moment(due)}, {state}, chưa có thư xin lỗi",
        left=letter.working_left(due),
        ask="gửi thư xin lỗi nêu rõ lý do" + ("" if ended else " và hẹn lại ngày trả"),
        consequence="mọi hồ sơ quá hạn phải có thư xin lỗi",
        brief="quá hạn, chưa có thư xin lỗi",
    )

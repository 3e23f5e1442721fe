"""What officials read of a digest: counts first, then what is most urgent, then where the score stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.domain.messages.facts import Message
from shared.domain.messages.wording import brief_moment, day, moment, sentence, shorten
from shared.domain.morning import AgenciesBelow, Mass, Morning, Part, ScoreLine, Week, Work

_TEXT_LIMIT, _SHORT_LIMIT, _TITLE_LIMIT = 600, 160, 120
_NAME_LIMIT = 80
_MOST_BELOW, _MOST_AGENCIES = 4, 3


def morning_message(morning: Morning, names: Mapping[str, str]) -> Message:
    """Return what is said of an agency's morning. `names`: what agencies are called."""
    work, about = morning.work, _name(morning.agency, names)
    parts = (*_urgent(work), *_waiting(work), *_score(morning.score, names), _as_of(morning.as_of))
    brief = ", ".join(
        f"{number} {words}"
        for number, words in (
            (work.out_of_hours.total, "nộp ngoài giờ"),
            (work.due_today.total, "đến hạn hôm nay"),
            (work.overdue.total, "quá hạn"),
            (work.unsynced.total, "Cổng chưa ghi xong"),
        )
        if number
    )
    return _message("BẢN TIN SÁNG", f"{about}, {day(morning.day)}", parts, brief or "không có hồ sơ gấp")


def week_message(week: Week, names: Mapping[str, str]) -> Message:
    """Return what is said of the province's week. `names`: what its agencies are called."""
    percent = f"{100 * week.overdue / week.on_portal:.1f}".replace(".", ",") if week.on_portal else "0"
    line = f"{week.most_percent:g}".replace(".", ",")
    worst = "; ".join(f"{_name(one.agency, names)} {one.overdue}/{one.on_portal}" for one in week.above[:_MOST_AGENCIES])
    above = f"{week.above_count}/{week.agencies} đơn vị từ {line} % trở lên" + (f": {worst}" if worst else "")
    parts = (
        f"trên Cổng đang mở {_number(week.on_portal)} hồ sơ, quá hạn {_number(week.overdue)} ({percent} %)",
        above,
        f"cảnh báo chưa xác nhận: {_number(week.unacknowledged)}" if week.unacknowledged else "",
        _as_of(week.as_of),
    )
    late = f"quá hạn trên Cổng {_number(week.overdue)}/{_number(week.on_portal)} ({percent} %)"
    brief = f"{late}, {week.above_count} đơn vị từ {line} %"
    return _message("BẢN TIN TUẦN", f"toàn tỉnh, tuần từ {day(week.day)}", parts, brief)


def mass_message(mass: Mass, name: str, rules: dict[str, str], *, from_the_start: bool) -> Message:
    """Return what is said of alerts that came at once. `rules`: what rules are called."""
    opened = sum(mass.opened.values())
    why = "đã tồn tại khi bắt đầu theo dõi" if from_the_start else "do quy tắc thay đổi"
    most = sorted(mass.opened.items(), key=lambda item: (-item[1], item[0]))
    listed = "; ".join(f"{rules.get(rule, rule)} {_number(number)}" for rule, number in most)
    parts = (
        f"{_number(opened)} cảnh báo {why}" + (f": {listed}" if listed else ""),
        f"{_number(mass.resolved)} cảnh báo không còn" if mass.resolved else "",
        "các cảnh báo này không được báo riêng, xem trong danh sách cảnh báo",
    )
    return _message("TỔNG HỢP", shorten(name, _NAME_LIMIT), parts, f"{_number(opened)} cảnh báo {why}")


def _urgent(work: Work) -> Iterable[str]:
    yield _counted("nộp ngoài giờ, chưa tiếp nhận", work.out_of_hours, "hết hạn sớm nhất")
    yield _counted("đến hạn hôm nay", work.due_today, "sớm nhất")
    owed = f", chưa xin lỗi {_number(work.apologies)}" if work.apologies else ""
    yield _counted("quá hạn", work.overdue, "lâu nhất từ") + owed if work.overdue.total else owed.lstrip(", ")
    yield _counted("đã xong tại đơn vị, Cổng chưa ghi xong", work.unsynced, "lâu nhất từ")


def _waiting(work: Work) -> Iterable[str]:
    waits = (
        (work.supplement, "bổ sung"),
        (work.payment, "nộp phí"),
        (work.paused + work.stopped, "tạm dừng"),
        (work.other_agency, "cơ quan khác"),
    )
    listed = ", ".join(f"{words} {_number(number)}" for number, words in waits if number)
    yield f"đang chờ: {listed}" if listed else ""
    yield f"yêu cầu bổ sung nhiều lần: {_number(work.repeated)}" if work.repeated else ""
    critical = f" ({_number(work.critical)} khẩn)" if work.critical else ""
    yield f"cảnh báo chưa xác nhận: {_number(work.unacknowledged)}{critical}" if work.unacknowledged else ""


def _score(score: ScoreLine | None, names: Mapping[str, str]) -> Iterable[str]:
    if score is None:
        return
    rank = f", hạng {score.rank}/{score.of}" if score.rank else ""
    below = "; ".join(
        f"{one.id}" + (f" thiếu {_number(one.missing)}" if one.missing else "") for one in score.below[:_MOST_BELOW]
    )
    short = score.target is not None and score.total < score.target
    target = f" (chỉ tiêu {_points(score.target or 0)})" if short else ""
    yield f"điểm {_points(score.total)}{target}{rank}" + (f", dưới chỉ tiêu: {below}" if below else "")
    if score.target is not None and score.agencies_below and score.agencies_below.total:
        yield _agencies_below(score.agencies_below, score.target, names)


def _agencies_below(below: AgenciesBelow, target: float, names: Mapping[str, str]) -> str:
    lowest = "; ".join(f"{_name(one.agency, names)} {_points(one.total)}" for one in below.first[:_MOST_AGENCIES])
    return f"{below.total}/{below.of} đơn vị dưới {_points(target)} điểm" + (f", thấp nhất: {lowest}" if lowest else "")


def _name(agency: str, names: Mapping[str, str]) -> str:
    return shorten(names.get(agency) or agency, _NAME_LIMIT)


def _points(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _counted(words: str, part: Part, first: str) -> str:
    if not part.total:
        return ""
    named = f" ({first} {brief_moment(part.first[0].at)}, {part.first[0].code})" if part.first else ""
    return f"{words}: {_number(part.total)}{named}"


def _as_of(at: datetime | None) -> str:
    return f"dữ liệu đến {moment(at)}" if at else ""


def _message(kind: str, about: str, parts: Iterable[str], brief: str) -> Message:
    text = " ".join(filter(None, map(sentence, (about, *parts))))
    return Message(
        title=shorten(f"{kind.capitalize()} – {about}", _TITLE_LIMIT),
        text=shorten(f"[{kind}] {text}", _TEXT_LIMIT),
        short=shorten(f"[{kind}] {about}: {brief}.", _SHORT_LIMIT),
    )


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")

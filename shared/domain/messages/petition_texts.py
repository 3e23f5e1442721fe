"""What units are told about citizens' petitions, and about procedures that are not public yet."""

from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import brief_moment, day, moment
from shared.domain.petitions import PUBLISH_WITHIN

_LATE_ANSWER_COSTS = "phản ánh, kiến nghị xử lý quá hạn bị trừ điểm chỉ số Mức độ hài lòng (chỉ số 5.1)"
_LATE_PUBLICATION = f"kết quả trả lời phải được công khai trong {PUBLISH_WITHIN} ngày làm việc kể từ khi trả lời"
_PUBLICATION_COSTS = "thủ tục công khai chậm bị trừ điểm nhóm Công khai, minh bạch (chỉ số 1.2)"


def petition_due_soon(letter: Letter) -> Words:
    due, begun = letter.due, _begun(letter)
    return Words(
        fact=f"{begun}, hạn {_step(letter)} là {moment(due)}",
        left=letter.working_left(due),
        ask=f"{_step(letter)} phản ánh, kiến nghị {letter.by(due)}",
        consequence=_costs(letter),
        brief=f"hạn {_step(letter)} {brief_moment(due)}",
    )


def petition_overdue(letter: Letter) -> Words:
    due, begun = letter.due, _begun(letter)
    return Words(
        fact=f"{begun}, quá hạn {_step(letter)} lúc {moment(due)}",
        left=letter.working_left(due),
        ask=f"{_step(letter)} phản ánh, kiến nghị ngay",
        consequence=_costs(letter),
        brief=f"quá hạn {_step(letter)} {brief_moment(due)}",
    )


def _is_answered(letter: Letter) -> bool:
    return bool(letter.value("step") == "publish")


def _step(letter: Letter) -> str:
    return "công khai kết quả trả lời" if _is_answered(letter) else "trả lời"


def _costs(letter: Letter) -> str:
    """Only the answer counts in 5.1 (`facts/scoring.md`)."""
    return _LATE_PUBLICATION if _is_answered(letter) else _LATE_ANSWER_COSTS


def _begun(letter: Letter) -> str:
    name, word = ("answered_at", "đã trả lời") if _is_answered(letter) else ("received_at", "tiếp nhận")
    return f"{word} lúc {moment(letter.moment_of(name))}"


def publication_due_soon(letter: Letter) -> Words:
    return Words(
        fact=_unpublished(letter),
        left=letter.working_left(letter.due),
        ask=f"công khai thủ tục trên Cổng chậm nhất {_last_day(letter)}" if letter.now < letter.due else "công khai thủ tục ngay",
        consequence=_PUBLICATION_COSTS,
        brief=f"chưa công khai, hạn {_last_day(letter)}",
    )


def publication_late(letter: Letter) -> Words:
    return Words(
        fact=_unpublished(letter),
        left=letter.working_left(letter.due),
        ask="công khai thủ tục ngay",
        consequence=_PUBLICATION_COSTS,
        brief=f"quá hạn công khai {_last_day(letter)}",
    )


def _unpublished(letter: Letter) -> str:
    decided = f"công bố theo quyết định {day(letter.moment_of('decided_on'))}"
    return f"{decided}, chưa công khai trên Cổng Dịch vụ công quốc gia; hạn công khai là hết {_last_day(letter)}"


def _last_day(letter: Letter) -> str:
    return day(letter.moment_of("publish_by"))

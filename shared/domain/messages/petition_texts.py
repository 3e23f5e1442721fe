"""What units are told about citizens' petitions, and about procedures that are not public yet."""

from collections.abc import Mapping

import msgspec

from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import brief_moment, day, moment
from shared.domain.petitions import ASK_WITHIN, PUBLISH_WITHIN, REFUSE_WITHIN, PetitionStatus, Step

_PUBLICATION_COSTS = "thủ tục công khai chậm bị trừ điểm nhóm Công khai, minh bạch (chỉ số 1.2)"


class _Said(msgspec.Struct, frozen=True):
    """How a step is told: what it is, what is asked of the unit, and what it costs when it is late."""

    step: str
    ask: str
    costs: str


_SAID: Mapping[Step, _Said] = {
    "refuse": _Said(
        "từ chối hoặc tiếp nhận xử lý",
        "tiếp nhận xử lý, hoặc từ chối nêu rõ lý do,",
        f"phản ánh, kiến nghị không thuộc thẩm quyền phải được từ chối trong {REFUSE_WITHIN} ngày làm việc kể từ khi tiếp nhận",
    ),
    "ask": _Said(
        "yêu cầu bổ sung thông tin",
        "yêu cầu bổ sung thông tin (nếu chưa đủ để trả lời)",
        f"yêu cầu bổ sung thông tin phải được gửi trong {ASK_WITHIN} ngày làm việc kể từ khi tiếp nhận",
    ),
    "resolve": _Said(
        "trả lời",
        "trả lời",
        "phản ánh, kiến nghị xử lý quá hạn bị trừ điểm chỉ số Mức độ hài lòng (chỉ số 5.1)",
    ),
    "publish": _Said(
        "công khai kết quả trả lời",
        "công khai kết quả trả lời",
        f"kết quả trả lời phải được công khai trong {PUBLISH_WITHIN} ngày làm việc kể từ khi trả lời",
    ),
}
"""Only the answer counts in 5.1 (`facts/scoring.md`)."""


def petition_due_soon(letter: Letter) -> Words:
    due, said = letter.due, _said(letter)
    return Words(
        fact=f"{_begun(letter)}, hạn {said.step} là {moment(due)}",
        left=letter.working_left(due),
        ask=f"{said.ask} phản ánh, kiến nghị {letter.by(due)}",
        consequence=said.costs,
        brief=f"hạn {said.step} {brief_moment(due)}",
    )


def petition_overdue(letter: Letter) -> Words:
    """What could only be refused or asked about in its first days must now be taken up."""
    due, said = letter.due, _said(letter)
    ask = "tiếp nhận xử lý" if letter.value("step") in ("refuse", "ask") else said.ask
    return Words(
        fact=f"{_begun(letter)}, quá hạn {said.step} lúc {moment(due)}",
        left=letter.working_left(due),
        ask=f"{ask} phản ánh, kiến nghị ngay",
        consequence=said.costs,
        brief=f"quá hạn {said.step} {brief_moment(due)}",
    )


def _said(letter: Letter) -> _Said:
    return _SAID.get(letter.value("step"), _SAID["resolve"])


def _begun(letter: Letter) -> str:
    """Return what happened before, and where nothing did that nobody has taken it up."""
    if letter.value("step") == "publish":
        return f"đã trả lời lúc {moment(letter.moment_of('answered_at'))}"
    untouched = ", chưa được xử lý" if letter.value("status") == PetitionStatus.NEW else ""
    return f"tiếp nhận lúc {moment(letter.moment_of('received_at'))}{untouched}"


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

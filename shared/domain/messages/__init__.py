"""What officials read: one alert in Vietnamese, long, short and as a title.

To give a new rule its message, write one function from `Letter` to `Words` beside its like and name it in `TELLINGS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.alerts import AlertState
from shared.domain.findings import Severity
from shared.domain.messages import agency_texts, own_texts, petition_texts, score_texts, sync_texts, work_texts
from shared.domain.messages.facts import Facts, Message
from shared.domain.messages.happenings import BRIEFLY, KINDS, happened, how
from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import brief_moment, length, moment, sentence, shorten
from shared.domain.working_time import WorkingTime

__all__ = ["RULE_LABELS", "TELLINGS", "UNWORDABLE", "Facts", "Message", "Telling", "label_alone", "message"]

TEXT_LIMIT = 600
SHORT_LIMIT = 160
TITLE_LIMIT = 120
_CODE_LIMIT = 48
_PROCEDURE_LIMIT = 200
_PROCEDURE_LEAST = 24


@dataclass(frozen=True)
class Telling:
    """How a rule is told. `reminds`: its warnings come before the fact, while it can still be prevented."""

    label: str
    words: Callable[[Letter], Words]
    reminds: bool = False


TELLINGS: dict[str, Telling] = {
    "sync.missing_on_portal": Telling("Chưa có trên Cổng", sync_texts.missing_on_portal),
    "sync.missing_at_home": Telling("Chưa về hệ thống của tỉnh", sync_texts.missing_at_home),
    "sync.status_mismatch": Telling("Lệch trạng thái", sync_texts.status_mismatch),
    "sync.field_mismatch": Telling("Lệch thông tin", sync_texts.field_mismatch),
    "sync.result_missing": Telling("Cổng chưa có kết quả", sync_texts.result_missing),
    "sync.payment_mismatch": Telling("Lệch thanh toán", sync_texts.payment_mismatch),
    "sync.status_unknown": Telling("Trạng thái chưa khai báo", sync_texts.status_unknown),
    "main.missing": Telling("Chưa có trên hệ thống chính", sync_texts.main_missing),
    "portal.intake": Telling("Cổng chưa ghi tiếp nhận", sync_texts.portal_intake, reminds=True),
    "portal.deadline": Telling("Cổng tính quá hạn do chưa khớp", sync_texts.portal_deadline, reminds=True),
    "intake.due_soon": Telling("Sắp hết thời hạn tiếp nhận", work_texts.intake_due_soon, reminds=True),
    "intake.breached": Telling("Quá thời hạn tiếp nhận", work_texts.intake_breached),
    "stage.overdue": Telling("Quá hạn bước xử lý", work_texts.stage_overdue),
    "deadline.due_soon": Telling("Sắp đến hạn trả", work_texts.deadline_due_soon, reminds=True),
    "deadline.overdue": Telling("Quá hạn trả", work_texts.deadline_overdue),
    "deadline.missing": Telling("Chưa có hạn trả", work_texts.deadline_missing),
    "supplement.repeated": Telling("Yêu cầu bổ sung nhiều lần", work_texts.supplement_repeated),
    "request.late": Telling("Yêu cầu bổ sung sau hạn", work_texts.request_late),
    "pause.too_long": Telling("Dừng quá lâu", work_texts.pause_too_long),
    "payment.unnoticed": Telling("Đã thanh toán, chưa xử lý", work_texts.payment_unnoticed),
    "result.missing": Telling("Chưa có kết quả điện tử", work_texts.result_missing),
    "apology.missing": Telling("Chưa có thư xin lỗi", work_texts.apology_missing),
    "petition.due_soon": Telling("Phản ánh, kiến nghị sắp đến hạn", petition_texts.petition_due_soon, reminds=True),
    "petition.overdue": Telling("Phản ánh, kiến nghị quá hạn", petition_texts.petition_overdue),
    "publication.due_soon": Telling("Thủ tục sắp hết hạn công khai", petition_texts.publication_due_soon, reminds=True),
    "publication.late": Telling("Thủ tục quá hạn công khai", petition_texts.publication_late),
    "overdue_rate.high": Telling("Tỷ lệ quá hạn trên Cổng cao", agency_texts.overdue_rate_high),
    "indicator.below_target": Telling("Chỉ số chưa đạt chỉ tiêu", score_texts.below_target),
    "score.dropped": Telling("Điểm số giảm", score_texts.score_dropped),
    "rank.dropped": Telling("Thứ hạng giảm", score_texts.rank_dropped),
    "score.differs": Telling("Số liệu lệch với Cổng công bố", score_texts.score_differs),
    "source.stale": Telling("Nguồn dữ liệu không đọc được", own_texts.source_stale),
    "review.failed": Telling("Không xét được hồ sơ", own_texts.review_failed),
    "audit.differs": Telling("Xét lại cho kết quả khác", own_texts.audit_differs),
}
"""How each rule of `shared.domain.rules.RULES` is told."""

RULE_LABELS: dict[str, str] = {rule: telling.label for rule, telling in TELLINGS.items()}
"""The short Vietnamese name of each rule."""


def message(facts: Facts, calendar: WorkingTime, *, now: datetime) -> Message:
    """Return the message of an alert as it reads at `now`: how much is left or late is counted here, never stored."""
    telling, letter = TELLINGS[facts.rule], Letter(facts, calendar, now)
    kind, subject = _kind(facts, telling), _subject(facts)
    left = None
    if facts.state is AlertState.RESOLVED:
        body, brief = _resolved(letter, telling)
    else:
        words = telling.words(letter)
        briefly = BRIEFLY.get(facts.happened or "", "")
        body, brief, left = _told(letter, words), f"{briefly}{words.brief} ({words.left})", words.left
    return Message(
        title=shorten(f"{telling.label} – {subject}", TITLE_LIMIT),
        text=_fitted(kind, facts, body),
        short=shorten(f"[{kind}] {subject}: {brief}.", SHORT_LIMIT),
        asked=letter.asked,
        left=left,
    )


UNWORDABLE = (ArithmeticError, LookupError, TypeError, ValueError)
"""What `message` raises for an alert whose details are not those of its rule."""


def label_alone(rule: str) -> Message:
    """Return what is said of an alert that cannot be worded: the name of its rule."""
    label = RULE_LABELS.get(rule) or rule
    return Message(title=label, text=label, short=label)


def _kind(facts: Facts, telling: Telling) -> str:
    if facts.state is AlertState.RESOLVED:
        return "ĐÃ KHẮC PHỤC"
    if facts.happened and facts.happened in KINDS:
        return KINDS[facts.happened]
    if facts.severity is Severity.CRITICAL:
        return "KHẨN"
    return "NHẮC VIỆC" if telling.reminds else "CẢNH BÁO"


def _subject(facts: Facts) -> str:
    code = facts.dossier_code or facts.petition_code or facts.procedure_code or facts.unit_code or facts.source
    return shorten(code or "hệ thống", _CODE_LIMIT)


def _about(facts: Facts) -> str:
    """Return the kind of what it is about with its code; our own work has neither."""
    kinds = (
        (facts.dossier_code, "Hồ sơ"),
        (facts.petition_code, "Phản ánh, kiến nghị"),
        (facts.procedure_code, "Thủ tục"),
        (facts.unit_code, "Đơn vị"),
        (facts.source, "Nguồn"),
    )
    kind = next((noun for code, noun in kinds if code), None)
    return f"{kind} {_subject(facts)}" if kind else _subject(facts).capitalize()


def _told(letter: Letter, words: Words) -> str:
    fact = f"{words.fact}; {words.left}"
    parts = (happened(letter.facts), fact, f"đề nghị {letter.asked} {words.ask}", words.consequence, _as_of(letter.facts))
    return " ".join(filter(None, map(sentence, parts)))


def _resolved(letter: Letter, telling: Telling) -> tuple[str, str]:
    """An alert may end because the data changed or the rules did: say that it no longer stands, and how where that is known."""
    facts = letter.facts
    ended = facts.resolved_at or letter.now
    parts = (
        f'cảnh báo "{telling.label}" từ {moment(facts.since)} không còn từ {moment(ended, beside=facts.since)}'
        f", sau {length(ended - facts.since)}",
        how(facts.resolution),
        "không cần làm gì thêm cho cảnh báo này",
        _as_of(facts),
    )
    return " ".join(filter(None, map(sentence, parts))), f"{telling.label} – không còn từ {brief_moment(ended)}"


def _as_of(facts: Facts) -> str:
    return f"dữ liệu đến {moment(facts.data_as_of)}" if facts.data_as_of else ""


def _fitted(kind: str, facts: Facts, body: str) -> str:
    """Give the name of the procedure, or of the unit, the room the rest leaves."""
    head = f"[{kind}] {_about(facts)}"
    if name := facts.procedure_name or (facts.unit_code and facts.agency_name):
        room = TEXT_LIMIT - len(f"{head} – . {body}")
        head += " – " + shorten(name, min(max(room, _PROCEDURE_LEAST), _PROCEDURE_LIMIT))
    return shorten(f"{head}. {body}", TEXT_LIMIT)

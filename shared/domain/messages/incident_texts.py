"""What officials read of an incident: a mass of dossiers out of step by one cause, told once at its beginning and at its end."""

from shared.domain.events import IncidentNews
from shared.domain.findings import Severity
from shared.domain.incidents import CauseKind
from shared.domain.messages.facts import Message
from shared.domain.messages.wording import brief_moment, length, moment, sentence, shorten

_TEXT_LIMIT, _SHORT_LIMIT, _TITLE_LIMIT = 600, 160, 120
_NAME_LIMIT = 120
_OF = {CauseKind.AGENCY: "của", CauseKind.PROCEDURE: "thuộc thủ tục", CauseKind.SOURCE: "chưa khớp với nguồn"}
_ASKED = "đơn vị phụ trách đồng bộ"


def incident_message(news: IncidentNews, name: str, asked: str | None) -> Message:
    """Return what is said of an incident. `name`: what its dossiers have in common; `asked`: who is to act, None: unnamed."""
    named = f"{_OF[news.kind]} {shorten(name, _NAME_LIMIT)}"
    asked = shorten(asked, _NAME_LIMIT) if asked else _ASKED
    title = shorten(f"Sự cố đồng bộ – {name}", _TITLE_LIMIT)
    kind, text, brief = _closed(news, named) if news.closed_at else _opened(news, named, asked)
    text = shorten(f"[{kind}] {text}", _TEXT_LIMIT)
    return Message(title=title, text=text, short=shorten(f"[{kind}] {brief}.", _SHORT_LIMIT), asked=asked)


def _opened(news: IncidentNews, named: str, asked: str) -> tuple[str, str, str]:
    kind = "KHẨN" if news.severity is Severity.CRITICAL else "CẢNH BÁO"
    parts = (
        f"sự cố đồng bộ số {news.incident_id}: khoảng {_number(news.alerts)} hồ sơ {named} lệch giữa hệ thống của tỉnh và"
        f" Cổng Dịch vụ công quốc gia, phát hiện lúc {moment(news.opened_at)}",
        f"đề nghị {asked} kiểm tra kết nối và đồng bộ lại trong ngày",
        "từng hồ sơ không được báo riêng cho đến khi sự cố kết thúc",
        "Cổng tính điểm theo dữ liệu đang có trên Cổng",
    )
    brief = f"Sự cố đồng bộ: khoảng {_number(news.alerts)} hồ sơ {named} lệch từ {brief_moment(news.opened_at)}"
    return kind, " ".join(map(sentence, parts)), brief


def _closed(news: IncidentNews, named: str) -> tuple[str, str, str]:
    ended = news.closed_at or news.opened_at
    left = f"còn {_number(news.standing)} hồ sơ chưa khớp, được báo riêng" if news.standing else "tất cả đã khớp"
    parts = (
        f"sự cố đồng bộ số {news.incident_id} ({_number(news.alerts)} hồ sơ {named}) từ {moment(news.opened_at)} kết thúc lúc"
        f" {moment(ended, beside=news.opened_at)}, sau {length(ended - news.opened_at)}",
        left,
    )
    return "ĐÃ KHẮC PHỤC", " ".join(map(sentence, parts)), f"Sự cố đồng bộ {named} kết thúc {brief_moment(ended)}; {left}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")

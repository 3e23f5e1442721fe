"""What units are told about an agency as a whole."""

from shared.domain.findings import Responsible
from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import moment


def overdue_rate_high(letter: Letter) -> Words:
    overdue, open_, own = (int(letter.value(name) or 0) for name in ("overdue", "open", "own"))
    counted = letter.moment_of("counted_at")
    share = f"{overdue}/{open_} hồ sơ ({_percent(overdue, open_)})"
    lags = letter.facts.responsible is Responsible.CONNECTION
    return Words(
        fact=f"lúc {moment(counted)}, Cổng tính quá hạn {share} đang mở của cơ quan, chỉ tiêu là {_below(letter, 'limit')}"
        f"{_ends(letter)}; trong đó {overdue - own} hồ sơ không chậm theo dữ liệu của tỉnh",
        left=letter.lasting(letter.facts.since),
        ask="đồng bộ lại các hồ sơ này lên Cổng trong ngày"
        if lags
        else "giải quyết dứt điểm các hồ sơ quá hạn và báo cáo trong ngày",
        consequence="hồ sơ quá hạn trên Cổng bị trừ điểm chỉ số Mức độ hài lòng (chỉ số 5.3)",
        brief=f"quá hạn trên Cổng {share}",
    )


def _ends(letter: Letter) -> str:
    """Return when the alert ends, where it tells: otherwise it would stand for no apparent reason once the target is reached."""
    return f" (cảnh báo này kết thúc khi tỷ lệ xuống {_below(letter, 'ends_below')})" if letter.value("ends_below") else ""


def _below(letter: Letter, name: str) -> str:
    return "dưới " + _number(float(letter.value(name) or 0))


def _percent(part: int, whole: int) -> str:
    """Cut to two decimals, never rounded up."""
    return _number(part * 10_000 // whole / 100 if whole else 0)


def _number(percent: float) -> str:
    return f"{percent:.2f}".rstrip("0").rstrip(".").replace(".", ",") + "%"

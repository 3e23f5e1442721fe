"""What units are told about their scores, and operations about scores that are not the portal's."""

from collections.abc import Iterable

from shared.domain.messages.letter import Letter, Words
from shared.domain.messages.wording import day
from shared.domain.ranking import Of

_MOST_TOLD = 4
_AMONG = {Of.PROVINCES: "các tỉnh, thành phố", Of.DEPARTMENTS: "các sở, ban, ngành", Of.COMMUNES: "các xã, phường, đặc khu"}


def below_target(letter: Letter) -> Words:
    listed, total = letter.value("indicators") or [], letter.value("total_below")
    told = _listed(f"{found['id']} ({_percent(found['percent'])}, chỉ tiêu {_percent(found['target'])})" for found in listed)
    period = _of_period(letter)
    points = f"tổng điểm{period} là {_number(total['points'])}, chỉ tiêu {_number(total['target'])}" if total else ""
    indicators = f"{len(listed)} chỉ số{'' if total else period} chưa đạt chỉ tiêu{told}" if listed else ""
    return Words(
        fact="; ".join(filter(None, (points, indicators))),
        left=letter.lasting(letter.facts.since),
        ask=f"xử lý các hồ sơ, thủ tục còn thiếu để đạt chỉ tiêu, chậm nhất {_last_day(letter)}",
        consequence="chỉ số chưa đạt là chưa hoàn thành chỉ tiêu Bộ chỉ số 766 tỉnh giao",
        brief=f"{len(listed)} chỉ số chưa đạt chỉ tiêu{_listed(found['id'] for found in listed)}" if listed else points,
    )


def score_dropped(letter: Letter) -> Words:
    drop, total, before = (_number(letter.value(name)) for name in ("drop", "total", "before"))
    told = _listed((f"{found['id']} (−{_number(found['drop'])})" for found in letter.value("fallen") or []), "giảm nhiều nhất")
    return Words(
        fact=f"tổng điểm{_of_period(letter)} còn {total}, giảm {drop} điểm so với {before} {_end_of_day(letter)}{told}",
        left=letter.lasting(letter.facts.since),
        ask="rà soát các chỉ số giảm điểm và khắc phục trong ngày",
        consequence="tổng điểm là căn cứ đánh giá, xếp hạng theo Bộ chỉ số 766",
        brief=f"tổng điểm còn {total}, giảm {drop}",
    )


def rank_dropped(letter: Letter) -> Words:
    rank, before, units = (letter.value(name) or 0 for name in ("rank", "before", "units"))
    among = _AMONG.get(letter.value("of"), "các đơn vị cùng loại")
    published = " theo điểm Cổng công bố" if letter.value("of") == Of.PROVINCES else ""
    return Words(
        fact=f"xếp hạng{_of_period(letter)} {rank}/{units} trong {among}{published}, tụt {rank - before} bậc "
        f"so với hạng {before} {_end_of_day(letter)}",
        left=letter.lasting(letter.facts.since),
        ask="rà soát các chỉ số mất điểm nhiều nhất và khắc phục trong tuần",
        consequence="thứ hạng được công khai và là căn cứ đánh giá chất lượng phục vụ người dân, doanh nghiệp",
        brief=f"hạng {rank}/{units}, tụt {rank - before} bậc",
    )


def score_differs(letter: Letter) -> Words:
    listed = letter.value("indicators") or []
    told = _listed(f"{found['id']} (hệ thống {_percent(found['ours'])}, Cổng {_percent(found['portal'])})" for found in listed)
    return Words(
        fact=f"{len(listed)} chỉ số{_of_period(letter)} lệch với số liệu Cổng công bố quá mức cho phép{told}",
        left=letter.lasting(letter.facts.since),
        ask="đối chiếu dữ liệu và cách đếm của hai bên trong tuần",
        consequence="điểm do hệ thống tính có thể khác điểm Cổng công bố cho đến khi rõ nguyên nhân",
        brief=f"{len(listed)} chỉ số lệch với Cổng{_listed(found['id'] for found in listed)}",
    )


def _listed(told: Iterable[str], first: str = "") -> str:
    """Return the first few of what is told, and how many more there are."""
    parts = list(told)
    more = f" và {len(parts) - _MOST_TOLD} chỉ số khác" if len(parts) > _MOST_TOLD else ""
    return f"{', ' if first else ''}{first}: {', '.join(parts[:_MOST_TOLD])}{more}" if parts else ""


def _of_period(letter: Letter) -> str:
    period = letter.value("period")
    return f" năm {period}" if period else ""


def _last_day(letter: Letter) -> str:
    period = letter.value("period")
    return f"ngày 31/12/{period}" if period else "cuối năm"


def _end_of_day(letter: Letter) -> str:
    return f"cuối {day(letter.moment_of('against'))}"


def _percent(value: float) -> str:
    return f"{_number(value)}%"


def _number(value: float | None) -> str:
    """Return a number with two decimals as it is written in Vietnamese: 92,10."""
    return f"{value or 0:.2f}".replace(".", ",")

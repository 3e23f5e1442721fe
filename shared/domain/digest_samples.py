"""A sample of every digest."""

from datetime import datetime, timedelta

from shared.domain.events import EventType
from shared.domain.morning import AgencyWeek, Below, Entry, Mass, Morning, Part, ScoreLine, Week, Work
from shared.domain.periods import local_day

_AGENCY, _PROCEDURE = "H20.114", "1.001193"


def digest_sample(type_: EventType, at: datetime) -> tuple[str, Morning | Week | Mass]:
    """Return whose digest it is and what it tells, as if it had been written at a moment."""
    if type_ is EventType.DIGEST_DAILY:
        return _AGENCY, _morning(at)
    if type_ is EventType.DIGEST_WEEKLY:
        return "H20", _week(at)
    return _AGENCY, Mass(agency=_AGENCY, opened={"deadline.overdue": 42, "sync.status_mismatch": 17}, resolved=3)


def _morning(at: datetime) -> Morning:
    hour = timedelta(hours=1)
    work = Work(
        out_of_hours=_part(3, at + hour, "0042"),
        due_today=_part(5, at + 2 * hour, "0017"),
        overdue=_part(12, at - 90 * hour, "0003"),
        unsynced=_part(2, at - 20 * hour, "0008"),
        apologies=4,
        supplement=7,
        payment=1,
        unacknowledged=9,
        critical=3,
        other_agency=2,
    )
    below = Below(id="2.1", name="Tỷ lệ hồ sơ xử lý đúng hạn", percent=93.1, target=95.0, missing=12)
    score = ScoreLine(total=84.31, target=90.0, rank=3, of=102, below=(below,))
    return Morning(agency=_AGENCY, day=local_day(at), as_of=at - timedelta(minutes=1), work=work, score=score)


def _week(at: datetime) -> Week:
    day = local_day(at)
    return Week(
        day=day - timedelta(days=day.weekday()),
        as_of=at - timedelta(minutes=1),
        most_percent=2.0,
        agencies=118,
        above=(AgencyWeek(agency=_AGENCY, on_portal=412, overdue=19, unacknowledged=9),),
        above_count=1,
        on_portal=21_480,
        overdue=310,
        unacknowledged=245,
        causes={"workload": 40, "software": 12, "citizen": 9},
    )


def _part(total: int, at: datetime, number: str) -> Part:
    return Part(total, (Entry(at, f"{_AGENCY}-261120-{number}", _PROCEDURE),))

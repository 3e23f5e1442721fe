"""Small ways to say "a dossier that …": every argument left out is ordinary, and every moment is local time.

The ordinary dossier H20.14-261117-0001 was handed in online, accepted and is being worked on; both sides say the same.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from shared.config import CalendarConfig
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Absent, Dossier, HomeSystem, Rules, Seen, Side
from shared.domain.findings import Finding, Review
from shared.domain.records import Channel, Record, Stage, Supplement
from shared.domain.review import review
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL, WorkingTime
from shared.policy import working_time

MICROSECOND = timedelta(microseconds=1)
CODE = "H20.14-261117-0001"
RULES = Rules(province="H20", portal="portal", homes=(HomeSystem("igate", main=True),))
TWO_HOMES = msgspec.structs.replace(RULES, homes=(HomeSystem("igate", main=True), HomeSystem("land", sectors=("LAND",))))


@cache
def calendar() -> WorkingTime:
    """The working time of a province that configured nothing."""
    return working_time(CalendarConfig())


def at(text: str) -> datetime:
    """Return local time as UTC: `17 08:00` is a moment of November 2026, `2/1 08:00` one of 2026, `1/5/2025 08:00` any."""
    day, _, clock = text.partition(" ")
    parts = [int(part) for part in day.split("/")]
    date, month, year = (*parts, *(11, 2026)[len(parts) - 1 :])
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(year, month, date, hour, minute, tzinfo=LOCAL).astimezone(UTC)


# The ordinary dossier runs from Tuesday 17 to Thursday 26 November 2026; Tuesday 24 November is a holiday.
SUBMITTED = at("17 07:30")
ACCEPTED = at("17 08:00")
DUE = at("26 16:00")


def record(source: str = "igate", **values: Any) -> Record:
    """One system's values for the ordinary dossier."""
    ordinary: dict[str, Any] = {
        "source": source,
        "source_id": f"{source}-1",
        "code": CODE,
        "spelling": CODE,
        "procedure": "1.001193",
        "agency": "H20.14",
        "status": Status.PROCESSING,
        "updated_at": ACCEPTED,
        "channel": Channel.ONLINE,
        "submitted_at": SUBMITTED,
        "accepted_at": ACCEPTED,
        "due_at": DUE,
    }
    return Record(**(ordinary | values))


def seen(source: str = "igate", **values: Any) -> Seen:
    """A side that can be read; `status_since`, `first_updated_at` and `asked_at` beside the record's own values."""
    about = {name: values.pop(name) for name in ("status_since", "first_updated_at", "asked_at") if name in values}
    told = record(source, **values)
    moments = {"status_since": told.updated_at, "first_updated_at": told.updated_at} | about
    return Seen(record=told, updated_at=told.updated_at, **moments)


def new(source: str = "igate", **values: Any) -> Seen:
    """A dossier nobody has taken up."""
    return seen(source, **({"status": Status.NEW, "accepted_at": None, "due_at": None, "updated_at": SUBMITTED} | values))


def both(**values: Any) -> dict[str, Side]:
    """Both sides, saying the same."""
    return {"portal": seen("portal", **values), "igate": seen("igate", **values)}


def supplement(asked: str, answered: str | None = None, *, old: str | None = None, new: str | None = None) -> Supplement:
    moments = {"asked_at": asked, "answered_at": answered, "due_before": old, "due_after": new}
    return Supplement(**{name: at(text) for name, text in moments.items() if text is not None})


def stage(due: str | None = None, **values: Any) -> Stage:
    """The stage worked on now."""
    return Stage(**({"id": "1", "name": "Thẩm định", "current": True, "due_at": at(due) if due else None} | values))


def procedure(**values: Any) -> Procedure:
    return Procedure(**({"code": "1.001193", "name": "Đăng ký khai sinh", "gives_paper_result": True} | values))


def judge(
    sides: Mapping[str, Side],
    now: datetime,
    *,
    standing: Review | None = None,
    read_to: Mapping[str, datetime] | None = None,
    rules: Rules = RULES,
    about: Procedure | None = None,
) -> Review:
    """Review a dossier at `now`; every source is read up to then unless `read_to` says how far."""
    read = dict.fromkeys(("portal", *(home.name for home in rules.homes)), now) | dict(read_to or {})
    found = {finding.family: finding for finding in standing.findings} if standing else {}
    return review(Dossier(code=CODE, sides=sides, standing=found), about, rules, calendar(), read, now=now)


def find(answer: Review, family: str) -> Finding | None:
    return next((finding for finding in answer.findings if finding.family == family), None)


def found(sides: Mapping[str, Side], now: datetime, family: str, **given: Any) -> Finding:
    """Return the finding of a family that must be there."""
    finding = find(judge(sides, now, **given), family)
    assert finding is not None, f"no {family} at {now.astimezone(LOCAL)}"
    return finding


def absent(sides: Mapping[str, Side], now: datetime, family: str, **given: Any) -> bool:
    """Return whether a family has no finding."""
    return find(judge(sides, now, **given), family) is None


def starts_exactly(sides: Mapping[str, Side], moment: datetime, family: str, **given: Any) -> None:
    """Assert that a finding is there at a moment and not one microsecond before."""
    assert absent(sides, moment - MICROSECOND, family, **given)
    assert not absent(sides, moment, family, **given)


def ends_exactly(sides: Mapping[str, Side], moment: datetime, family: str, **given: Any) -> None:
    """Assert that a finding is there until just before a moment and not at it."""
    assert not absent(sides, moment - MICROSECOND, family, **given)
    assert absent(sides, moment, family, **given)


def ripens_exactly(sides: Mapping[str, Side], moment: datetime, family: str, **given: Any) -> None:
    """Assert that a finding is told from a moment on and not one microsecond before."""
    assert not found(sides, moment - MICROSECOND, family, **given).ripe
    assert found(sides, moment, family, **given).ripe


def asked(side: Side, moment: datetime) -> Side:
    """Return the side as it is after it was asked for singly."""
    return msgspec.structs.replace(side, asked_at=moment)


NOBODY = Absent()

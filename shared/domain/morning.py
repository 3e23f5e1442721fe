"""What a working day begins with at an agency: what expires, what is late, what waits, and where its score stands. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from heapq import merge
from itertools import islice
from typing import Any

import msgspec

SHOWN = 10
"""So many dossiers of a part are named, the most urgent; all are counted."""


class Entry(msgspec.Struct, frozen=True):
    """A dossier, and the moment it is named for: until when something can be done, or since when it is late or done."""

    at: datetime
    code: str
    procedure: str | None = None


class Part(msgspec.Struct, frozen=True):
    """Dossiers that stand alike: how many, and the first of them by their moments."""

    total: int = 0
    first: tuple[Entry, ...] = ()


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to do.

    Dossiers: `out_of_hours` handed in online outside working hours, nobody has taken them up yet, by the end of their window;
    `due_today`, running; `overdue` at home, the oldest first; `unsynced`: ended here, open on the portal. Numbers of dossiers
    waiting for papers, for payment, stopped and paused, and of `apologies` owed. Numbers of alerts: `unacknowledged`, `critical`
    ones among them, waiting for an `other_agency`, and `repeated` requests for supplements.
    """

    out_of_hours: Part = Part()
    due_today: Part = Part()
    overdue: Part = Part()
    unsynced: Part = Part()
    apologies: int = 0
    supplement: int = 0
    payment: int = 0
    stopped: int = 0
    paused: int = 0
    unacknowledged: int = 0
    critical: int = 0
    other_agency: int = 0
    repeated: int = 0

    @property
    def is_nothing(self) -> bool:
        """Nothing is worth a word."""
        return self == Work()


class Below(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator below the plan's target, in percent, of those an agency leads on and of all of the province; `missing` more
    cases would reach it.
    """

    id: str
    name: str
    percent: float
    target: float
    missing: int | None = None


class AgencyBelow(msgspec.Struct, frozen=True, kw_only=True):
    """An agency whose total is below the points every agency must reach."""

    agency: str
    total: float


class AgenciesBelow(msgspec.Struct, frozen=True, kw_only=True):
    """How many agencies are below those points, `of` so many whose total says something; the lowest come `first`."""

    total: int
    of: int
    first: tuple[AgencyBelow, ...] = ()


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where an agency's score of the year stands: its points, those it must reach, its rank among `of` of its kind, what is below
    target. `agencies_below`: of the province alone.
    """

    total: float
    target: float | None = None
    rank: int | None = None
    of: int | None = None
    below: tuple[Below, ...] = ()
    agencies_below: AgenciesBelow | None = None


class Morning(msgspec.Struct, frozen=True, kw_only=True):
    """The morning page of an agency with everything below it. `as_of`: up to when everything is settled."""

    agency: str
    day: date
    as_of: datetime | None = None
    work: Work = Work()
    score: ScoreLine | None = None


class AgencyWeek(msgspec.Struct, frozen=True, kw_only=True):
    """One agency's dossiers open on the portal, those overdue there, and the alerts of it nobody has acknowledged."""

    agency: str
    on_portal: int
    overdue: int
    unacknowledged: int


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """The province's week. `above`: agencies of which `most_percent` or more is overdue on the portal, the worst first, of
    `agencies` in all; `causes`: how many of the last seven days' alerts went wrong for which cause.
    """

    day: date
    as_of: datetime | None = None
    most_percent: float
    agencies: int
    above: tuple[AgencyWeek, ...] = ()
    above_count: int = 0
    on_portal: int = 0
    overdue: int = 0
    unacknowledged: int = 0
    causes: dict[str, int] = {}


class Mass(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts of one agency, and those below it, that came at once and are told together: how many opened, by rule, and ended."""

    agency: str
    opened: dict[str, int] = {}
    resolved: int = 0


_PARTS = frozenset({"out_of_hours", "due_today", "overdue", "unsynced"})


def merged(works: Iterable[Work]) -> Work:
    """Return the work of several agencies as one."""
    all_of = list(works)
    values: dict[str, Any] = {}
    for name in Work.__struct_fields__:
        found = [getattr(work, name) for work in all_of]
        values[name] = _merged(found) if name in _PARTS else sum(found)
    return Work(**values)


def _merged(parts: Iterable[Part]) -> Part:
    all_of = list(parts)
    in_order = merge(*(part.first for part in all_of), key=lambda entry: (entry.at, entry.code))
    first = tuple(islice(in_order, SHOWN))
    return Part(sum(part.total for part in all_of), first)

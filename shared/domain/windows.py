"""When a webhook wants to be told: at any hour, in working time, or in hours of its own. Pure: moments in, moments out."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import msgspec

from shared.domain.findings import Severity
from shared.domain.working_time import LOCAL, WorkingTime, check_hours

_LONGEST_CLOSED = 30
"""Days: no holiday is as long."""


ALWAYS, WORKING_TIME = "always", "working_time"
"""What a window may be instead of hours of its own."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody is told. `shifts`: hours of working days; None: while offices are open; empty: at any hour.

    `critical_at_once`: what is critical waits for none of it.
    """

    shifts: tuple[tuple[time, time], ...] | None = ()
    critical_at_once: bool = True

    @property
    def is_open_always(self) -> bool:
        return self.shifts == ()


OPEN = Window()
"""At any hour."""


def window_of(written: Sequence[str], *, critical_at_once: bool) -> Window:
    """Return a window as it is written: `always`, `working_time`, or shifts such as `07:00-11:30`.

    Raises `ValueError` for anything else, and for shifts that are not in order or touch.
    """
    if list(written) in ([ALWAYS], [WORKING_TIME]):
        return Window(shifts=() if written[0] == ALWAYS else None, critical_at_once=critical_at_once)
    shifts = tuple(map(_shift, written))
    check_hours(shifts)
    return Window(shifts=shifts, critical_at_once=critical_at_once)


def _shift(written: str) -> tuple[time, time]:
    opens, _, closes = written.partition("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def held_until(window: Window, severity: Severity | None, calendar: WorkingTime, *, now: datetime) -> datetime | None:
    """Return from when on something may be told, None where it may be at once. `severity`: None where it has none."""
    if window.is_open_always or (window.critical_at_once and severity is Severity.CRITICAL):
        return None
    opens = next_open(calendar, calendar.hours if window.shifts is None else window.shifts, now)
    return opens if opens > now else None


def next_open(calendar: WorkingTime, shifts: Sequence[tuple[time, time]], moment: datetime) -> datetime:
    """Return the earliest moment, this one or later, in a shift of a working day; a shift ends before its last moment."""
    first = moment.astimezone(LOCAL).date()
    for day in (first + timedelta(days=offset) for offset in range(_LONGEST_CLOSED)):
        if not calendar.is_working_day(day):
            continue
        for opens, closes in shifts:
            if moment < datetime.combine(day, closes, LOCAL):
                return max(moment, datetime.combine(day, opens, LOCAL))
    return moment

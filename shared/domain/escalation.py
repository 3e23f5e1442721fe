"""Alerts nobody has acknowledged: reminded of each working morning, and passed on to the agency above. Pure."""

from datetime import datetime, timedelta

import msgspec

from shared.domain.findings import Severity
from shared.domain.working_time import LOCAL, WorkingTime


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """After how much working time an alert nobody acknowledged is passed on, by its severity; None: never.

    `least_reminded`: the least severity that is reminded of each working morning; None: nothing is.
    """

    warning: timedelta | None = None
    critical: timedelta | None = None
    least_reminded: Severity | None = Severity.CRITICAL

    def after(self, severity: Severity) -> timedelta | None:
        """Return the working time after which an alert of a severity is passed on."""
        return self.critical if severity is Severity.CRITICAL else self.warning

    @property
    def reminded(self) -> tuple[Severity, ...]:
        """The severities that are reminded of."""
        if self.least_reminded is None:
            return ()
        return tuple(Severity) if self.least_reminded is Severity.WARNING else (Severity.CRITICAL,)


def open_before(escalation: Escalation, calendar: WorkingTime, *, now: datetime) -> dict[Severity, datetime]:
    """Return by severity the moment before or at which an alert must have become open to be passed on now."""
    lengths = {severity: escalation.after(severity) for severity in Severity}
    return {severity: calendar.before(now, length) for severity, length in lengths.items() if length is not None}


def morning(calendar: WorkingTime, *, now: datetime) -> datetime | None:
    """Return when the working day that `now` lies in began; None before it begins and on a day that is none."""
    day = now.astimezone(LOCAL).date()
    begins = calendar.opens_at(day)
    return begins if calendar.is_working_day(day) and begins <= now else None

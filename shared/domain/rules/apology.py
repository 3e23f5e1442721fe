"""Every overdue dossier owes an apology with a reason and a new date (seed 001, 2.6 and 6.2)."""

from datetime import datetime, timedelta

from shared.domain.case import Case, due_of, passed, phase, runs
from shared.domain.dossiers import Seen
from shared.domain.findings import WAITS, ApologyDetails, Judgement, Severity
from shared.domain.rules.deadline import is_late_and_open
from shared.domain.statuses import Status

_HOLD = timedelta(hours=8)
REMEMBERED = timedelta(days=30)
"""How long after a late end an apology is still owed."""


def missing(case: Case) -> Judgement:
    """Overdue now, or ended late within 30 days, and home shows no apology sent."""
    if case.home is None:
        return ()
    if case.home.record.status is Status.UNKNOWN:
        return WAITS
    due, ended_at = owed_for(case.home), case.home.ended_at
    if due is None or case.home.record.apology is not None:
        return ()
    return (
        phase(
            "apology.missing",
            Severity.WARNING,
            case.handling,
            since=due,
            starts_at=passed(due),
            opens_at=case.calendar.after(due, _HOLD),
            ends_at=ended_at + REMEMBERED if ended_at else None,
            due_at=due,
            details=ApologyDetails(due_at=due, ended_at=ended_at),
        ),
    )


def owed_for(home: Seen) -> datetime | None:
    """Return the due date that home's record is late by, or will be if it goes on: ended after it, running, or standing still
    since after it; None where no apology can be owed.
    """
    due, ended_at = due_of(home), home.ended_at
    if due is None:
        return None
    ended_late = ended_at is not None and ended_at > due
    return due if ended_late or runs(home) or is_late_and_open(home, due) else None

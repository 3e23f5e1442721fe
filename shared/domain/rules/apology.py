"""Every overdue dossier owes an apology with a reason and a new date (seed 001, 2.6 and 6.2)."""

from datetime import timedelta

from shared.domain.case import Case, due_of, passed, phase, runs
from shared.domain.findings import WAITS, ApologyDetails, Judgement, Severity
from shared.domain.rules.deadline import is_late_and_open
from shared.domain.statuses import Status

_HOLD = timedelta(hours=8)
_REMEMBERED = timedelta(days=30)


def missing(case: Case) -> Judgement:
    """Overdue now, or ended late within 30 days, and home shows no apology sent."""
    if case.home is None:
        return ()
    if case.home.record.status is Status.UNKNOWN:
        return WAITS
    due, ended_at = due_of(case.home), case.home.ended_at
    if due is None or case.home.record.apology is not None:
        return ()
    ended_late = ended_at is not None and ended_at > due
    if not (ended_late or runs(case.home) or is_late_and_open(case.home, due)):
        return ()
    return (
        phase(
            "apology.missing",
            Severity.WARNING,
            case.handling,
            since=due,
            starts_at=passed(due),
            opens_at=case.calendar.after(due, _HOLD),
            ends_at=ended_at + _REMEMBERED if ended_at else None,
            due_at=due,
            details=ApologyDetails(due_at=due, ended_at=ended_at),
        ),
    )

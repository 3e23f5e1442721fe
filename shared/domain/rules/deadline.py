"""The due date of the dossier: nearing, passed, or missing."""

from datetime import datetime, timedelta

from shared.domain.case import Case, due_of, passed, phase, runs, still_since
from shared.domain.dossiers import Seen
from shared.domain.findings import WAITS, DeadlineDetails, DeadlineMissingDetails, Judgement, Phase, Severity

Leads = tuple[tuple[timedelta | None, timedelta], ...]
"""Pairs of allowed up to, and warn before; the last without a bound."""

_HOLD_MISSING = timedelta(hours=1)


def nearing_or_passed(case: Case) -> Judgement:
    """Due within the lead while the clock runs; or past due, even standing still if it was late when that began."""
    if case.judged is None:
        return WAITS
    due = due_of(case.judged)
    if due is None:
        return ()
    if runs(case.judged):
        return (_due_soon(case, case.judged, due), _overdue(case, case.judged, due))
    if is_late_and_open(case.judged, due):
        return (_overdue(case, case.judged, due),)
    return ()


def is_late_and_open(seen: Seen, due: datetime) -> bool:
    """Return whether a dossier that stands still was past due when that began."""
    began = still_since(seen)
    return began is not None and began > due


def lead(case: Case, seen: Seen, due: datetime) -> timedelta:
    """Return how many working hours before the due date to warn: by what was allowed, never more than half of it."""
    start = seen.record.accepted_at or seen.record.submitted_at
    if start is None:
        return case.rules.deadline_leads[0][1]
    return fitting_lead(case.rules.deadline_leads, max(case.calendar.between(start, due), timedelta()))


def fitting_lead(leads: Leads, allowed: timedelta) -> timedelta:
    """Return the lead that fits what was allowed (both working time), never more than half of it."""
    fitting = next(length for bound, length in leads if bound is None or allowed <= bound)
    return min(fitting, allowed / 2)


def missing(case: Case) -> Judgement:
    """Accepted and running without a due date, although the law sets a limit."""
    if case.judged is None:
        return WAITS
    record = case.judged.record
    limit = case.procedure.legal_limit_days if case.procedure else None
    if record.accepted_at is None or record.due_at is not None or not limit or not runs(case.judged):
        return ()
    return (
        phase(
            "deadline.missing",
            Severity.WARNING,
            case.handling,
            since=record.accepted_at,
            opens_at=record.accepted_at + _HOLD_MISSING,
            details=DeadlineMissingDetails(accepted_at=record.accepted_at, legal_limit_days=limit),
        ),
    )


def _due_soon(case: Case, seen: Seen, due: datetime) -> Phase:
    warn = case.calendar.before(due, lead(case, seen, due))
    late = passed(due)
    return phase(
        "deadline.due_soon",
        Severity.WARNING,
        case.waiting_on,
        since=warn,
        ends_at=late,
        due_at=due,
        details=_details(seen, due),
    )


def _overdue(case: Case, seen: Seen, due: datetime) -> Phase:
    late = passed(due)
    return phase(
        "deadline.overdue",
        Severity.CRITICAL,
        case.waiting_on,
        since=due,
        starts_at=late,
        due_at=due,
        details=_details(seen, due),
    )


def _details(seen: Seen, due: datetime) -> DeadlineDetails:
    return DeadlineDetails(
        due_at=due,
        accepted_at=seen.record.accepted_at,
        status=seen.record.status,
        stood_still_since=still_since(seen),
    )

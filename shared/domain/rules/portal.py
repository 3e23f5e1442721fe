"""What the portal will count against the province although nobody at home is late: only its record lags."""

from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from shared.domain.case import Case, due_of, ended_in_time, passed, phase, runs, still_since
from shared.domain.dossiers import Seen
from shared.domain.findings import WAITS, Judgement, Phase, PortalDeadlineDetails, PortalIntakeDetails, Severity
from shared.domain.statuses import Status

_LEAD = timedelta(hours=8)

Reason = Literal["ended_in_time", "stands_still", "later_due_date"]


def intake(case: Case) -> Judgement:
    """Handed in online and taken up at home, but still "new" on the portal as its window closes."""
    if not (case.home and case.portal):
        return ()
    if Status.UNKNOWN in (case.home.record.status, case.portal.record.status):
        return WAITS
    portal = case.portal.record
    if (
        not portal.is_online
        or portal.submitted_at is None
        or portal.status is not Status.NEW
        or case.home.record.status is Status.NEW
    ):
        return ()
    closes = portal.submitted_at + case.rules.intake_window
    since = closes - case.rules.intake_warn_before
    details = PortalIntakeDetails(
        submitted_at=portal.submitted_at,
        window_ends_at=closes,
        home_status=case.home.record.status,
        home_updated_at=case.home.updated_at,
    )
    return _worsening("portal.intake", case, since=since, turns_at=closes, due_at=closes, details=details)


def deadline(case: Case) -> Judgement:
    """The portal's clock runs towards or past a due date that does not hold at home."""
    if not (case.home and case.portal):
        return ()
    if Status.UNKNOWN in (case.home.record.status, case.portal.record.status):
        return WAITS
    due, reason = due_of(case.portal), _reason(case.home, case.portal)
    if due is None or reason is None or not runs(case.portal):
        return ()
    since = case.calendar.before(due, _LEAD)
    details = PortalDeadlineDetails(
        reason=reason,
        portal_due_at=due,
        home_due_at=due_of(case.home),
        home_status=case.home.record.status,
        home_ended_at=case.home.ended_at,
    )
    return _worsening("portal.deadline", case, since=since, turns_at=passed(due), due_at=due, details=details)


def _worsening(
    rule: str, case: Case, *, since: datetime, turns_at: datetime, due_at: datetime, details: object
) -> tuple[Phase, ...]:
    """A warning from `since` on that becomes critical at `turns_at`."""
    told = partial(phase, rule, duty=case.connection, since=since, due_at=due_at, details=details)
    return (told(Severity.WARNING, ends_at=turns_at), told(Severity.CRITICAL, starts_at=turns_at))


def _reason(home: Seen, portal: Seen) -> Reason | None:
    if ended_in_time(home):
        return "ended_in_time"
    if still_since(home):
        return "stands_still"
    ours, theirs = due_of(home), due_of(portal)
    return "later_due_date" if not home.record.has_ended and ours and theirs and ours > theirs else None

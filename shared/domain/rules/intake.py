"""Online dossiers must be taken up within the window (8 hours; seed 001, 2.1)."""

from shared.domain.case import Case, phase
from shared.domain.findings import WAITS, IntakeDetails, Judgement, Severity
from shared.domain.statuses import Status


def untouched(case: Case) -> Judgement:
    """Handed in online, taken up on no side: a warning before the window closes, then a breach."""
    if case.entry is None or not case.entry.is_online or case.entry.submitted_at is None:
        return ()
    statuses = [seen.record.status for seen in (case.portal, *case.homes) if seen]
    known = [status for status in statuses if status is not Status.UNKNOWN]
    if not known:
        return WAITS
    if any(status is not Status.NEW for status in known):
        return ()
    submitted = case.entry.submitted_at
    closes = submitted + case.rules.intake_window
    working = max(closes, case.calendar.after(submitted, case.rules.intake_window))
    warn = closes - case.rules.intake_warn_before
    details = IntakeDetails(submitted_at=submitted, window_ends_at=closes, working_window_ends_at=working)
    duty = case.receiving
    return (
        phase(
            "intake.due_soon",
            Severity.WARNING,
            duty,
            since=warn,
            ends_at=closes,
            due_at=closes,
            details=details,
        ),
        phase(
            "intake.breached",
            Severity.WARNING,
            duty,
            since=closes,
            ends_at=working,
            due_at=closes,
            details=details,
        ),
        phase(
            "intake.breached",
            Severity.CRITICAL,
            duty,
            since=closes,
            starts_at=working,
            due_at=closes,
            details=details,
        ),
    )

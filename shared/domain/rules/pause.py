"""Dossiers that stand still for too long (seed 001, 2.7)."""

from datetime import timedelta

from shared.domain.case import Case, phase, still_since, waiting_since
from shared.domain.findings import WAITS, Judgement, PauseDetails, Severity
from shared.domain.statuses import Status

_DAY = timedelta(hours=8)


def too_long(case: Case) -> Judgement:
    """Waiting for papers (5), for payment (6), stopped (8) or paused for the configured number of working days."""
    if case.judged is None:
        return WAITS
    seen = case.judged
    if still_since(seen) is None and seen.record.status is not Status.PAYMENT:
        return ()
    began = waiting_since(seen)
    return (
        phase(
            "pause.too_long",
            Severity.WARNING,
            case.waiting_on,
            since=began,
            opens_at=case.calendar.after(began, case.rules.pause_days * _DAY),
            details=PauseDetails(status=seen.record.status, began_at=began),
        ),
    )

"""Fees that were paid and not noticed."""

from datetime import timedelta

from shared.domain.case import Case, phase
from shared.domain.findings import WAITS, Judgement, PaymentDetails, Severity
from shared.domain.statuses import Status

_HOLD = timedelta(hours=8)


def unnoticed(case: Case) -> Judgement:
    """Paid on either side, and still waiting for payment 8 working hours later."""
    if case.judged is None:
        return WAITS
    if case.judged.record.status is not Status.PAYMENT or not case.is_paid:
        return ()
    paid = [seen.record.paid_at for seen in (case.home, case.portal) if seen and seen.record.paid_at]
    since = min(paid, default=case.judged.status_since)
    return (
        phase(
            "payment.unnoticed",
            Severity.WARNING,
            case.handling,
            since=since,
            opens_at=case.calendar.after(since, _HOLD),
            details=PaymentDetails(paid_at=min(paid, default=None)),
        ),
    )

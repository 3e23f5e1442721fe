"""Requests for more papers that should not have been made, or not then."""

from datetime import datetime

from shared.domain.case import Case, phase
from shared.domain.findings import WAITS, Judgement, Severity, SupplementDetails
from shared.domain.records import Record, Supplement, waited_for_citizen


def repeated(case: Case) -> Judgement:
    """Asked more than once and not ended: the score counts it overdue."""
    if case.judged is None:
        return WAITS
    requests = case.judged.record.requests
    if len(requests) < 2 or case.judged.record.has_ended:
        return ()
    second = requests[1]
    details = SupplementDetails(
        requests=len(requests),
        asked_at=second.asked_at,
        due_then_at=due_when_asked(case.judged.record, second),
    )
    return (phase("supplement.repeated", Severity.WARNING, case.handling, since=second.asked_at, details=details),)


def late_request(case: Case) -> Judgement:
    """Asked after the due date as it stood then, and not ended."""
    if case.judged is None:
        return WAITS
    record = case.judged.record
    if record.has_ended:
        return ()
    for request in record.requests:
        due_then = due_when_asked(record, request)
        if due_then is not None and request.asked_at > due_then:
            details = SupplementDetails(requests=len(record.requests), asked_at=request.asked_at, due_then_at=due_then)
            return (phase("request.late", Severity.WARNING, case.handling, since=request.asked_at, details=details),)
    return ()


def due_when_asked(record: Record, request: Supplement) -> datetime | None:
    """Return the due date as it stood when a request was asked.

    It is the request's old due date, else the due date in force, plus the time of the requests answered by then that moved none.
    """
    written = request.due_before or record.due_at
    if written is None:
        return None
    earlier = tuple(other for other in record.supplements if other != request)
    return written + waited_for_citizen(earlier, answered_by=request.asked_at)

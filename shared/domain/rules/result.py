"""Online dossiers that end without an electronic result do not count as online (seed 001, footnote 2)."""

from datetime import timedelta

from shared.domain.case import Case, phase
from shared.domain.findings import WAITS, Judgement, ResultMissingDetails, Severity
from shared.domain.statuses import FINISHED, Status

_HOLD = timedelta(hours=8)


def missing(case: Case) -> Judgement:
    """Handed in online and finished at home, the procedure gives a paper result, and home has no electronic one."""
    if case.home is None:
        return ()
    if case.home.record.status is Status.UNKNOWN:
        return WAITS
    finished_at = case.home.ended_at
    gives_result = case.procedure is not None and case.procedure.gives_paper_result
    if case.home.record.status not in FINISHED or finished_at is None or not gives_result:
        return ()
    if not case.is_online or case.home.record.electronic_result:
        return ()
    return (
        phase(
            "result.missing",
            Severity.WARNING,
            case.handling,
            since=finished_at,
            opens_at=case.calendar.after(finished_at, _HOLD),
            details=ResultMissingDetails(finished_at=finished_at),
        ),
    )

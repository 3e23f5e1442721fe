"""One stage of the work is late while the dossier as a whole is not yet."""

import msgspec

from shared.domain.case import Case, due_of, passed, phase, runs
from shared.domain.findings import WAITS, Judgement, Severity, StageDetails
from shared.domain.statuses import Status


def overdue(case: Case) -> Judgement:
    """The clock runs and home's current stage is past its due date; past the dossier's own, `deadline.overdue` takes over."""
    if case.home is None:
        return ()
    if case.home.record.status is Status.UNKNOWN:
        return WAITS
    stage = next(iter(case.home.record.open_stages), None)
    if stage is None or stage.due_at is None or not runs(case.home):
        return ()
    due = due_of(case.home)
    details = StageDetails(stage=stage.name, stage_agency=stage.agency, stage_due_at=stage.due_at, dossier_due_at=due)
    late = phase(
        "stage.overdue",
        Severity.WARNING,
        case.handling,
        since=stage.due_at,
        starts_at=passed(stage.due_at),
        ends_at=passed(due) if due else None,
        due_at=stage.due_at,
        details=details,
    )
    return (msgspec.structs.replace(late, stage=stage.name, officer_id=stage.officer_id),)

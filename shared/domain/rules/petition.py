"""A citizen's petition must be answered, and the answer published, in time (indicator 5.1)."""

from datetime import timedelta

from shared.domain.case import passed, phase
from shared.domain.dossiers import Rules
from shared.domain.findings import Duty, PetitionDetails, Phase, Responsible, Severity
from shared.domain.petitions import Petition, PetitionDeadline
from shared.domain.rules.deadline import fitting_lead
from shared.domain.working_time import WorkingTime

FAMILY = "petition"


def nearing_or_passed(
    petition: Petition, deadline: PetitionDeadline | None, rules: Rules, calendar: WorkingTime
) -> tuple[Phase, ...]:
    """Its deadline comes within the lead (`rules.deadline.leads`), or is passed; nothing where it is under none."""
    if deadline is None:
        return ()
    duty = Duty(Responsible.HANDLING, petition.agency)
    late = passed(deadline.due_at)
    details = PetitionDetails(
        step=deadline.step,
        status=petition.status,
        kind=petition.kind,
        received_at=petition.received_at,
        answered_at=petition.answered_at,
        due_at=deadline.due_at,
        dossier_code=petition.dossier_code,
    )
    overdue = phase(
        "petition.overdue",
        Severity.CRITICAL,
        duty,
        since=deadline.due_at,
        starts_at=late,
        due_at=deadline.due_at,
        details=details,
    )
    if deadline.stands_still:
        return (overdue,)
    allowed = max(calendar.between(deadline.since, deadline.due_at), timedelta())
    warn = calendar.before(deadline.due_at, fitting_lead(rules.deadline_leads, allowed))
    due_soon = phase(
        "petition.due_soon", Severity.WARNING, duty, since=warn, ends_at=late, due_at=deadline.due_at, details=details
    )
    return (due_soon, overdue)

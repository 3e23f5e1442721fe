"""A citizen's petition must be taken up, answered, and its answer published, in time (indicator 5.1)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from shared.domain.case import passed, phase
from shared.domain.dossiers import Rules
from shared.domain.findings import Duty, PetitionDetails, Phase, Responsible, Severity
from shared.domain.petitions import Petition, PetitionDeadline
from shared.domain.rules.deadline import fitting_lead
from shared.domain.working_time import WorkingTime

FAMILY = "petition"
_SCORED = ("resolve", "publish")
"""Late in these is critical; what may only be done in the first days is late in being taken up."""


def nearing_or_passed(
    petition: Petition, deadlines: Sequence[PetitionDeadline], rules: Rules, calendar: WorkingTime
) -> tuple[Phase, ...]:
    """Its deadlines, the earliest first, come within the lead (`rules.deadline.leads`), or are passed: one after the other.

    Nothing where it is under none. What is late stays late until a later deadline is passed too: that comes without a warning.
    """
    phases = list(_phases(petition, deadlines, rules, calendar))
    return tuple(_until_the_next(phases))[::-1]


def _phases(petition: Petition, deadlines: Sequence[PetitionDeadline], rules: Rules, calendar: WorkingTime) -> Iterator[Phase]:
    is_late = False
    for deadline in deadlines:
        if not is_late and not deadline.stands_still:
            yield _due_soon(petition, deadline, _warn_at(deadline, rules, calendar))
        if deadline.binds:
            is_late = True
            yield _overdue(petition, deadline)


def _until_the_next(phases: Sequence[Phase]) -> Iterator[Phase]:
    """Yield the phases, the last first, each ended where the next one starts."""
    following: datetime | None = None
    for each in reversed(phases):
        ends_at = min((end for end in (each.ends_at, following) if end), default=None)
        if ends_at is None or each.starts_at < ends_at:
            yield msgspec.structs.replace(each, ends_at=ends_at)
            following = each.starts_at


def _warn_at(deadline: PetitionDeadline, rules: Rules, calendar: WorkingTime) -> datetime:
    allowed = max(calendar.between(deadline.since, deadline.due_at), timedelta())
    return calendar.before(deadline.due_at, fitting_lead(rules.deadline_leads, allowed))


def _due_soon(petition: Petition, deadline: PetitionDeadline, warn_at: datetime) -> Phase:
    return phase(
        "petition.due_soon",
        Severity.WARNING,
        Duty(Responsible.HANDLING, petition.agency),
        since=warn_at,
        ends_at=passed(deadline.due_at),
        due_at=deadline.due_at,
        details=_details(petition, deadline),
    )


def _overdue(petition: Petition, deadline: PetitionDeadline) -> Phase:
    return phase(
        "petition.overdue",
        Severity.CRITICAL if deadline.step in _SCORED else Severity.WARNING,
        Duty(Responsible.HANDLING, petition.agency),
        since=deadline.due_at,
        starts_at=passed(deadline.due_at),
        due_at=deadline.due_at,
        details=_details(petition, deadline),
    )


def _details(petition: Petition, deadline: PetitionDeadline) -> PetitionDetails:
    return PetitionDetails(
        step=deadline.step,
        status=petition.status,
        kind=petition.kind,
        received_at=petition.received_at,
        answered_at=petition.answered_at,
        due_at=deadline.due_at,
        dossier_code=petition.dossier_code,
    )

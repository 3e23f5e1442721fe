"""A procedure must be public within five working days of the decision that made it (indicator 1.2)."""

from datetime import date, datetime, time, timedelta

from shared.domain.case import phase
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Rules
from shared.domain.findings import Duty, Phase, PublicationDetails, Responsible, Severity
from shared.domain.working_time import LOCAL, WorkingTime

FAMILY = "publication"

PUBLISH_WITHIN = 5
WARN_AFTER = 3
"""Working days after the day of the decision (`facts/calendar.md`)."""

REMEMBERED = timedelta(days=365)
"""How long after its decision a procedure that is not public is still told of."""


def unpublished(procedure: Procedure, rules: Rules, calendar: WorkingTime) -> tuple[Phase, ...]:
    """Decided and not public: a warning when three working days are over, late when five are.

    Published later than that is history: only the score counts it.
    """
    decided_on = procedure.decided_on
    if decided_on is None or procedure.published_on is not None:
        return ()
    last_day = calendar.nth_day_after(decided_on, PUBLISH_WITHIN)
    late, forgotten = _end_of(last_day), _end_of(decided_on + REMEMBERED)
    warn = _end_of(calendar.nth_day_after(decided_on, WARN_AFTER))
    duty = Duty(Responsible.HANDLING, owner(procedure, rules))
    details = PublicationDetails(decided_on=decided_on, publish_by=last_day, effective_on=procedure.effective_on)
    return (
        phase("publication.due_soon", Severity.WARNING, duty, since=warn, ends_at=late, due_at=late, details=details),
        phase("publication.late", Severity.CRITICAL, duty, since=late, ends_at=forgotten, due_at=late, details=details),
    )


def owner(procedure: Procedure, rules: Rules) -> str:
    """Return who has to publish: the agency that alone handles the procedure, else the province."""
    return procedure.agencies[0] if len(procedure.agencies) == 1 else rules.province


def _end_of(day: date) -> datetime:
    """Return the first moment after a local day."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL)

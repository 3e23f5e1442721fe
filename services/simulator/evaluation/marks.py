"""What one dossier counts for, judged by the portal's record of it alone."""

from datetime import date, datetime, timedelta

import msgspec

from services.simulator import papers
from services.simulator.catalogue import Catalogue
from services.simulator.portal_wire import fee
from services.simulator.timeline import DIRECT, FOREVER, Phase, Plan
from shared.domain.statuses import FINISHED, Status
from shared.domain.working_time import LOCAL, WorkingTime

WINDOW = timedelta(hours=8)
"""An online dossier untouched for so long counts as overdue."""

_LONG_AGO = datetime(1, 1, 1, tzinfo=LOCAL)
_AT_ONCE_AFTER = datetime.resolution


class Mark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a dossier counts for as its record stands; it is late from `late_from` on.

    `day`: of acceptance; while it was not accepted, of submission, and then it counts only once it is late. `channel`: how it is
    counted, `filed_online`: how it was handed in. `worked`: the working time that a finished one took.
    """

    unit: str
    procedure: str
    day: date
    late_from: datetime
    complained: bool
    accepted: bool = True
    ended: bool = False
    worked: timedelta | None = None
    channel: str = DIRECT
    filed_online: bool = False
    owes: bool = False
    paid: bool = False
    paper: bool = False
    result: bool = False
    digitised: bool = False
    reused: bool = False
    from_store: bool = False
    population_data: bool = False


def mark(plan: Plan, phase: Phase, catalogue: Catalogue, office: WorkingTime, *, complained: bool) -> Mark | None:
    """Return what a dossier counts for in the phase that the portal shows, or None for nothing."""
    unit = unit_of(phase.agency or plan.agency)
    procedure = catalogue.by_code[phase.procedure or plan.procedure.code]
    if phase.accepted is None:
        if not plan.is_online or phase.status is not Status.NEW:
            return None
        late_from, day = plan.submitted + WINDOW, _day(plan.submitted)
        return Mark(unit=unit, procedure=procedure.code, day=day, late_from=late_from, complained=complained, accepted=False)
    paper, finished = bool(procedure.gives_paper_result), phase.status in FINISHED
    on_paper_only = finished and paper and not phase.e_result
    return Mark(
        unit=unit,
        procedure=procedure.code,
        day=_day(phase.accepted),
        late_from=_late_from(phase, phase.accepted, procedure.legal_limit_days, office),
        complained=complained,
        ended=phase.end is not None,
        worked=office.between(phase.accepted, phase.end) if finished and phase.end else None,
        channel=DIRECT if plan.is_online and on_paper_only else plan.channel,
        filed_online=plan.is_online,
        owes=fee(plan) > 0,
        paid=fee(plan) > 0 and phase.paid_online,
        paper=paper,
        result=phase.e_result,
        digitised=papers.digitised(plan.mark) and phase.e_result,
        reused=papers.reused(plan.mark),
        from_store=papers.from_store(plan.mark),
        population_data=papers.population_data(plan.mark),
    )


def unit_of(agency: str) -> str:
    """Return the unit that an agency's dossiers are published under: offices count for their department."""
    return ".".join(agency.split(".")[:2])


def _late_from(phase: Phase, accepted: datetime, limit: int | None, office: WorkingTime) -> datetime:
    """Return from when on a dossier is late: at once or never where that is settled, else just after it is due."""
    if len(phase.requests) > 1:
        return _LONG_AGO
    due = phase.effective_due or _legal_due(phase, accepted, limit, office)
    end = _asked(phase) if phase.status is Status.SUPPLEMENT else phase.end
    if end is None or due == FOREVER:
        return due if due == FOREVER else due + _AT_ONCE_AFTER
    return _LONG_AGO if end > due else FOREVER


def _asked(phase: Phase) -> datetime:
    """Return when papers were asked for: with that the clock stops, the first time."""
    return phase.requests[0].asked if phase.requests else phase.since


def _legal_due(phase: Phase, accepted: datetime, limit: int | None, office: WorkingTime) -> datetime:
    """Return by when the law wants an end, less the citizen's time; FOREVER where it sets no limit."""
    if limit is None:
        return FOREVER
    waits = (office.between(request.asked, request.answered) for request in phase.requests if request.answered)
    return office.after(accepted, sum(waits, office.days(limit)))


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()

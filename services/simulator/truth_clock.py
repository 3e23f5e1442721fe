"""Truth about time: intake, due dates, stages, supplements, pauses, payments, results and letters of apology."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.simulator.stretches import Case, Rule, Stretch, runs
from services.simulator.timeline import FOREVER, Phase, Request, Span
from shared.domain.statuses import FINISHED, Status
from shared.domain.working_time import WorkingTime

WARNING, WINDOW = timedelta(hours=6), timedelta(hours=8)
"""Elapsed time after the submission of an online dossier: when its unit is warned, and when the portal counts it late."""

ONE_DAY = timedelta(hours=8)
"""A working day, in working time."""

LONGEST_PAUSE = 10 * ONE_DAY
PASSED = timedelta(microseconds=1)
"""A due date is passed just after it."""

_LEADS = ((ONE_DAY, timedelta(hours=2)), (5 * ONE_DAY, ONE_DAY))
_LONGEST_LEAD = 3 * ONE_DAY
_APOLOGY_OWED = timedelta(days=30)
_UNDATED_AFTER = timedelta(hours=1)


def intake(case: Case) -> Iterator[Span]:
    """Taken up on no side: a warning before the end of the window, then breached."""
    if not case.plan.is_online:
        return
    warned, late = case.plan.submitted + WARNING, case.plan.submitted + WINDOW
    for first, end in runs(case.stretches, _untouched):
        if end > warned:
            yield Span("intake.due_soon", max(first.begins, warned), min(end, late))
        if end > late:
            yield Span("intake.breached", max(first.begins, late), end, case.office.after(case.plan.submitted, ONE_DAY))


def warning_of(accepted: datetime, due: datetime, office: WorkingTime) -> datetime:
    """Return when a due date comes close: by how much working time was allowed, never more than half of it."""
    allowed = office.between(accepted, due)
    lead = next((lead for bound, lead in _LEADS if allowed <= bound), _LONGEST_LEAD)
    return office.before(due, max(min(lead, allowed / 2), timedelta()))


def deadline(case: Case) -> Iterator[Span]:
    """Due soon and overdue, while the clock runs; overdue also through a pause that began when it was late already."""
    for stretch in case.stretches:
        phase = stretch.judged
        due = phase.effective_due
        if due is None:
            continue
        if phase.runs:
            warned = warning_of(phase.accepted or case.plan.submitted, due, case.office)
            yield Span("deadline.due_soon", max(stretch.begins, warned), min(stretch.ends, due + PASSED))
            yield Span("deadline.overdue", max(stretch.begins, due + PASSED), stretch.ends)
        elif _paused_late(phase, due):
            yield Span("deadline.overdue", stretch.begins, stretch.ends)


def undated(case: Case) -> Iterator[Span]:
    """Accepted without a due date, though the law sets a limit."""
    if not case.plan.procedure.legal_limit_days:
        return
    for stretch in case.stretches:
        phase = stretch.judged
        if phase.runs and phase.accepted and phase.due is None:
            yield Span("deadline.missing", max(stretch.begins, phase.accepted + _UNDATED_AFTER), stretch.ends)


def stage(case: Case) -> Iterator[Span]:
    """The current stage is late, the dossier not yet."""
    for stretch in case.stretches:
        phase = stretch.home
        if phase and phase.runs and phase.stage_due and not phase.odd_status:
            due = phase.effective_due
            end = min(stretch.ends, due + PASSED) if due else stretch.ends
            yield Span("stage.overdue", max(stretch.begins, phase.stage_due + PASSED), end)


def supplements(case: Case) -> Iterator[Span]:
    """Asked twice, or asked after the due date, until the dossier ends."""
    for stretch in case.stretches:
        phase = stretch.judged
        if not phase.requests or phase.end:
            continue
        if len(phase.requests) > 1:
            yield Span("supplement.repeated", max(stretch.begins, phase.requests[1].asked), stretch.ends)
        late = next((r for r in phase.requests if _asked_late(r, phase)), None)
        if late:
            yield Span("request.late", max(stretch.begins, late.asked), stretch.ends)


def pause(case: Case) -> Iterator[Span]:
    """Waiting for the citizen or for others for ten working days."""
    for stretch in case.stretches:
        phase = stretch.judged
        if phase.stands_still or phase.status is Status.PAYMENT:
            too_long = case.office.after(phase.pause_began, LONGEST_PAUSE)
            yield Span("pause.too_long", max(stretch.begins, too_long), stretch.ends)


def payment(case: Case) -> Iterator[Span]:
    """Paid, and still waiting for the payment a working day later."""
    for stretch in case.stretches:
        phase = stretch.judged
        if phase.status is Status.PAYMENT and phase.paid_at:
            yield Span("payment.unnoticed", max(stretch.begins, case.office.after(phase.paid_at, ONE_DAY)), stretch.ends)


def result(case: Case) -> Iterator[Span]:
    """Handed in online, finished, and a working day later still no electronic result at home."""
    if not (case.plan.is_online and case.plan.procedure.gives_paper_result):
        return
    for stretch in case.stretches:
        phase = stretch.home
        if phase and phase.status in FINISHED and phase.end and not phase.e_result and not phase.odd_status:
            yield Span("result.missing", max(stretch.begins, case.office.after(phase.end, ONE_DAY)), stretch.ends)


def apology(case: Case) -> Iterator[Span]:
    """Late by a working day, or ended late in the last thirty days, and no letter of apology."""
    for stretch in case.stretches:
        phase = stretch.home
        due = phase.effective_due if phase else None
        if phase is None or due is None or phase.apology or phase.odd_status or stretch.ends <= due:
            continue
        ended_late = phase.end is not None and phase.end > due
        if phase.runs or ended_late or _paused_late(phase, due):
            end = min(stretch.ends, phase.end + _APOLOGY_OWED) if phase.end else stretch.ends
            yield Span("apology.missing", max(stretch.begins, case.office.after(due, ONE_DAY)), end)


def main_missing(case: Case) -> Iterator[Span]:
    """Accepted a working day ago in the specialised system, and not in the province's own."""
    accepted = next((phase for phase in case.plan.special if phase.accepted), None)
    if accepted and accepted.accepted and (not case.plan.home or case.plan.home[0].at > case.plan.special[0].at):
        end = case.plan.home[0].at if case.plan.home else FOREVER
        yield Span("main.missing", max(accepted.at, case.office.after(accepted.accepted, ONE_DAY)), end)


RULES: tuple[Rule, ...] = (intake, deadline, undated, stage, supplements, pause, payment, result, apology, main_missing)


def _untouched(stretch: Stretch) -> bool:
    return all(side is None or side.status is Status.NEW for side in (stretch.home, stretch.portal))


def _paused_late(phase: Phase, due: datetime) -> bool:
    return phase.stands_still and due < phase.pause_began


def _asked_late(request: Request, phase: Phase) -> bool:
    due = request.due_before or phase.due
    if due is None:
        return False
    waits = (r.waited for r in phase.requests if r.answered and r.answered <= request.asked)
    return request.asked > due + sum(waits, timedelta())

"""Truth about two sides that should say the same: what is missing, what lags, and what the lag costs on the portal."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from services.simulator.catalogue import CENTRAL_SECTOR
from services.simulator.stretches import Case, Rule, Stretch, runs
from services.simulator.timeline import Phase, Span
from services.simulator.truth_clock import ONE_DAY, PASSED, WARNING, WINDOW
from shared.domain import codes
from shared.domain.statuses import FINISHED, Status, agree

HOLD = timedelta(minutes=15)
"""How long two systems may differ before anyone is told."""


def held(rule: str, wrong: Callable[[Stretch], bool]) -> Rule:
    """Return the rule that a thing is wrong for longer than systems need to follow each other."""

    def spans(case: Case) -> Iterator[Span]:
        for first, end in runs(case.stretches, wrong):
            yield Span(rule, first.begins + HOLD, end)

    return spans


def missing(case: Case) -> Iterator[Span]:
    """One side does not have the dossier at all."""
    if case.plan.procedure.sector == CENTRAL_SECTOR:
        return
    for first, end in runs(case.stretches, lambda s: s.home is not None and s.portal is None):
        yield Span("sync.missing_on_portal", first.begins + HOLD, end)
    if case.plan.is_online:
        for first, end in runs(case.stretches, _unknown_at_home):
            yield Span("sync.missing_at_home", first.begins + HOLD, end)


def unknown_status(case: Case) -> Iterator[Span]:
    """A side used a word outside the table of statuses."""
    for stretch in case.stretches:
        if _is_odd(stretch):
            yield Span("sync.status_unknown", stretch.begins, stretch.ends)


def portal_intake(case: Case) -> Iterator[Span]:
    """Taken up at home, but the portal has not heard of it and will count it late."""
    if not case.plan.is_online:
        return
    for first, end in runs(case.stretches, _unheard):
        yield Span("portal.intake", max(first.begins, case.plan.submitted + WARNING), end, case.plan.submitted + WINDOW)


def portal_deadline(case: Case) -> Iterator[Span]:
    """The portal's clock runs towards a due date that no longer holds at home."""
    for stretch in case.stretches:
        due = stretch.portal.effective_due if stretch.portal else None
        if due and _runs_in_vain(stretch, due):
            yield Span("portal.deadline", max(stretch.begins, case.office.before(due, ONE_DAY)), stretch.ends, due + PASSED)


def statuses_differ(stretch: Stretch) -> bool:
    home, portal = stretch.home, stretch.portal
    if not home or not portal or _is_odd(stretch):
        return False
    return not agree(home.status, portal.status)


def fields_differ(stretch: Stretch) -> bool:
    """Return whether due date, acceptance, agency or procedure differ; an agency equals one above it."""
    home, portal = stretch.home, stretch.portal
    return home is not None and portal is not None and _fields(home) != _fields(portal)


def result_lags(stretch: Stretch) -> bool:
    home, portal = stretch.home, stretch.portal
    if not home or not portal or home.odd_status:
        return False
    return home.status in FINISHED and home.e_result and not portal.e_result


def payments_differ(stretch: Stretch) -> bool:
    home, portal = stretch.home, stretch.portal
    return home is not None and portal is not None and home.paid_online != portal.paid_online


RULES: tuple[Rule, ...] = (
    missing,
    held("sync.status_mismatch", statuses_differ),
    held("sync.field_mismatch", fields_differ),
    held("sync.result_missing", result_lags),
    held("sync.payment_mismatch", payments_differ),
    unknown_status,
    portal_intake,
    portal_deadline,
)


def _fields(side: Phase) -> tuple[object, ...]:
    return (_minute(side.accepted), _minute(side.due), side.agency, side.procedure and codes.procedure(side.procedure))


def _minute(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(second=0, microsecond=0)


def _unknown_at_home(stretch: Stretch) -> bool:
    portal = stretch.portal
    return stretch.home is None and portal is not None and portal.status not in (Status.REFUSED, Status.WITHDRAWN)


def _is_odd(stretch: Stretch) -> bool:
    return any(side is not None and side.odd_status is not None for side in (stretch.home, stretch.portal))


def _unheard(stretch: Stretch) -> bool:
    home, portal = stretch.home, stretch.portal
    if not home or not portal or _is_odd(stretch):
        return False
    return portal.status is Status.NEW and home.status is not Status.NEW


def _runs_in_vain(stretch: Stretch, due: datetime) -> bool:
    """Return whether home ended in time, stands still or has a later due date while the portal's clock runs."""
    home, portal = stretch.home, stretch.portal
    if not home or not portal or not portal.runs or _is_odd(stretch):
        return False
    own = home.effective_due
    if home.end is not None:
        return own is None or home.end <= own
    return home.stands_still or (own is not None and own > due)

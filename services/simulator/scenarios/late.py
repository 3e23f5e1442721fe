"""Due dates that come near, pass, are missing, or hold on one side only."""

from datetime import datetime, timedelta

from services.simulator.draft import Desk, Draft
from services.simulator.scenarios.place import HOLD, ONE_DAY, Place, at_work, far_due
from services.simulator.timeline import HOME, PORTAL
from shared.domain.statuses import Status


def near_its_due_date(desk: Desk, place: Place) -> Draft:
    """Three working days are left of more than a week."""
    due = desk.office.after(place.opens, 3 * ONE_DAY)
    draft = at_work(desk, desk.office.before(due, desk.office.days(10)), due, procedure=desk.procedure(days=10))
    return _finish_when_mended(draft, place)


def resumed_near_its_due_date(desk: Desk, place: Place) -> Draft:
    """Paused while the due date came near; the clock runs again, and little is left."""
    due = desk.office.after(place.opens, 3 * ONE_DAY) - desk.minutes(60, 600)
    draft = at_work(desk, desk.office.before(due, desk.office.days(10)), due, procedure=desk.procedure(days=10))
    began = max(draft.judged.at + timedelta(hours=1), place.opens - desk.minutes(3 * 1440, 5 * 1440))
    draft.change(began, (HOME,), status=Status.PAUSED)
    draft.change(began, (PORTAL,), status=Status.STOPPED)
    draft.change(place.opens, status=Status.PROCESSING)
    return _finish_when_mended(draft, place)


def past_its_due_date(desk: Desk, place: Place) -> Draft:
    """The due date passes and the work goes on; mended means finished late, mostly with a letter of apology."""
    return _overdue(desk, place.opens, place.mended)


def without_due_date(desk: Desk, place: Place) -> Draft:
    """Accepted without a due date; mended by setting one."""
    draft = at_work(desk, place.opens - timedelta(hours=1), None)
    if place.mended:
        due = far_due(desk, place.mended)
        draft.change(place.mended, due=due, stage_due=due)
        draft.finish_later(place.mended)
    return draft


def stage_drags(desk: Desk, place: Place) -> Draft:
    """One stage is late while the dossier has time; mended by moving on to the next."""
    accepted = desk.office.before(place.opens, desk.minutes(300, 900))
    due = far_due(desk, max(accepted, place.opens))
    draft = at_work(desk, accepted, due)
    moved_on = accepted + (place.opens - accepted) / 3
    draft.change(moved_on.replace(microsecond=0), stage=1, stage_due=place.opens)
    if place.mended:
        draft.change(place.mended, stage=2, stage_due=due)
        draft.finish_later(place.mended)
    return draft


def finished_unheard(desk: Desk, place: Place) -> Draft:
    """Finished at home in time and close to the due date; the portal runs on towards it."""
    draft = _due_soon_after(desk, place)
    draft.finish(place.opens, (HOME,))
    return _mend_portal(draft, place)


def extended_unheard(desk: Desk, place: Place) -> Draft:
    """Home has a later due date; the portal runs on towards the old one."""
    draft = _due_soon_after(desk, place)
    due = far_due(desk, place.opens)
    draft.change(place.opens, (HOME,), due=due, stage_due=due)
    return _mend_portal(draft, place)


def paused_unheard(desk: Desk, place: Place) -> Draft:
    """Home paused it, for which the portal has no word; the portal runs on. Mended by going on with a later due date."""
    draft = _due_soon_after(desk, place)
    draft.change(place.opens, (HOME,), status=Status.PAUSED)
    if place.mended:
        due = far_due(desk, place.mended)
        draft.change(place.mended, status=Status.PROCESSING, due=due, stage_due=due)
    return draft


def _due_soon_after(desk: Desk, place: Place) -> Draft:
    due = desk.office.after(place.opens, desk.minutes(40, 470))
    return at_work(desk, desk.office.before(due, desk.office.days(8)), due, procedure=desk.procedure(days=7))


def _overdue(desk: Desk, due: datetime, finished: datetime | None) -> Draft:
    draft = at_work(desk, desk.office.before(due, desk.office.days(desk.rng.randint(2, 7))), due)
    if finished:
        draft.finish(finished, apology=finished if desk.rng.random() < 0.7 else None)
    return draft


def _finish_when_mended(draft: Draft, place: Place) -> Draft:
    """Finish when mended; else on one of the last days, at the latest an hour before the due date."""
    due = draft.judged.effective_due
    finished = place.mended
    if finished is None and due and draft.rng.random() < 0.6:
        finished = draft.office.before(due, timedelta(minutes=draft.rng.randint(60, 300)))
    if finished and finished > place.opens + HOLD:
        draft.finish(finished)
    return draft


def _mend_portal(draft: Draft, place: Place) -> Draft:
    if place.mended:
        draft.catch_up(place.mended, PORTAL, HOME)
    return draft

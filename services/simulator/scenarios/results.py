"""What is owed when the work is done or late: an electronic result, a letter of apology."""

from services.simulator.draft import Desk, Draft
from services.simulator.scenarios.place import ONE_DAY, Place, at_work, far_due
from services.simulator.timeline import HOME, ONLINE
from shared.domain.statuses import Status


def no_electronic_result(desk: Desk, place: Place) -> Draft:
    """Handed in online and finished on both sides, with a result on paper alone; mended by adding the file."""
    finished = desk.office.before(place.opens, ONE_DAY)
    taken_up = desk.office.before(finished, desk.minutes(200, 900))
    submitted = taken_up - desk.minutes(10, 90)
    draft = desk.draft(submitted, desk.procedure(days=3, paper=True), ONLINE)
    draft.begin(submitted)
    draft.accept(taken_up, far_due(desk, finished))
    draft.finish(finished, e_result=False)
    if place.mended:
        draft.change(place.mended, e_result=True)
    return draft


def late_without_letter(desk: Desk, place: Place) -> Draft:
    """A working day late and no letter of apology; mended by sending it, while the work goes on."""
    draft = _a_day_late(desk, place)
    if place.mended:
        draft.change(place.mended, (HOME,), apology=place.mended)
        draft.finish(desk.later(place.mended, 120, 900))
    return draft


def ended_late_without_letter(desk: Desk, place: Place) -> Draft:
    """Finished some hours late, and no letter was sent; mended by sending it."""
    draft = _a_day_late(desk, place)
    due = desk.office.before(place.opens, ONE_DAY)
    draft.finish(desk.later(due, 60, 420))
    if place.mended:
        draft.change(place.mended, (HOME,), apology=place.mended, status=Status.FINISHED)
    return draft


def _a_day_late(desk: Desk, place: Place) -> Draft:
    due = desk.office.before(place.opens, ONE_DAY)
    return at_work(desk, desk.office.before(due, desk.office.days(desk.rng.randint(3, 8))), due)

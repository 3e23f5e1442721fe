"""Online dossiers that nobody takes up, or that are taken up without the portal hearing of it."""

from datetime import timedelta

from services.simulator.draft import Desk, Draft
from services.simulator.scenarios.place import Place, far_due
from services.simulator.timeline import HOME, ONLINE, PORTAL

_WARNING, _WINDOW = timedelta(hours=6), timedelta(hours=8)


def slowly_taken_up(desk: Desk, place: Place) -> Draft:
    """Six hours without being taken up; where nobody is said to mend it, someone does on the next working morning."""
    return _left(desk, place, _WARNING)


def left_lying(desk: Desk, place: Place) -> Draft:
    """Eight hours without being taken up."""
    return _left(desk, place, _WINDOW)


def taken_up_unheard(desk: Desk, place: Place) -> Draft:
    """Taken up at home within its window; the portal goes on counting."""
    draft = _handed_in(desk, place, _WARNING)
    taken_up = place.opens - desk.minutes(10, 60)
    draft.accept(taken_up, far_due(desk, taken_up), (HOME,))
    if place.mended:
        draft.catch_up(place.mended, PORTAL, HOME)
        draft.finish_later(place.mended)
    return draft


def _left(desk: Desk, place: Place, waited: timedelta) -> Draft:
    draft = _handed_in(desk, place, waited)
    taken_up = place.mended or desk.later(place.opens + timedelta(hours=3), 10, 400)
    draft.accept(taken_up, far_due(desk, taken_up))
    draft.finish_later(taken_up)
    return draft


def _handed_in(desk: Desk, place: Place, waited: timedelta) -> Draft:
    draft = desk.draft(place.opens - waited, desk.procedure(days=3), ONLINE)
    draft.begin(draft.submitted)
    return draft

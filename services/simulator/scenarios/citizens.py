"""Waiting for the citizen: papers asked for twice or too late, pauses without end, payments nobody sees."""

from services.simulator.draft import Desk, Draft
from services.simulator.scenarios.place import ONE_DAY, Place, at_work, far_due, some_days_before
from services.simulator.timeline import HOME, PORTAL
from shared.domain.statuses import Status

_LONGEST_PAUSE = 10 * ONE_DAY


def asked_twice(desk: Desk, place: Place) -> Draft:
    """More papers are asked for a second time; it ends when the citizen withdraws."""
    first = some_days_before(desk, place.opens, 3, 5)
    accepted = some_days_before(desk, first, 0.3, 1)
    draft = at_work(desk, accepted, far_due(desk, place.opens), procedure=desk.procedure(days=5))
    draft.ask(first)
    due = draft.judged.due
    moves = desk.rng.random() < 0.5
    draft.answer(first + desk.minutes(400, 2500), desk.later(due, 480, 960) if due and moves else None)
    draft.ask(place.opens)
    if place.mended:
        draft.change(place.mended, status=Status.WITHDRAWN)
    return draft


def asked_too_late(desk: Desk, place: Place) -> Draft:
    """More papers are asked for when the dossier is late already; it ends late."""
    due = some_days_before(desk, place.opens, 0.6, 4)
    draft = at_work(desk, desk.office.before(due, desk.office.days(5)), due)
    draft.ask(place.opens)
    if place.mended:
        draft.finish(place.mended, apology=place.mended)
    return draft


def papers_never_came(desk: Desk, place: Place) -> Draft:
    """Papers asked for ten working days ago; mended by an answer that moves the due date."""
    began = desk.office.before(place.opens, _LONGEST_PAUSE)
    draft = _before_a_pause(desk, place)
    draft.ask(began)
    if place.mended:
        draft.answer(place.mended)
    return draft


def fee_never_came(desk: Desk, place: Place) -> Draft:
    """A fee asked for ten working days ago; mended by paying it."""
    began = desk.office.before(place.opens, _LONGEST_PAUSE)
    draft = _before_a_pause(desk, place)
    draft.change(began, status=Status.PAYMENT)
    if place.mended:
        draft.change(place.mended, status=Status.PROCESSING, paid_online=True, paid_at=place.mended)
        draft.finish_later(place.mended)
    return draft


def paused_and_forgotten(desk: Desk, place: Place) -> Draft:
    """Paused at home, stopped on the portal, for ten working days."""
    began = desk.office.before(place.opens, _LONGEST_PAUSE)
    draft = _before_a_pause(desk, place)
    draft.change(began, (HOME,), status=Status.PAUSED)
    draft.change(began, (PORTAL,), status=Status.STOPPED)
    if place.mended:
        due = far_due(desk, place.mended)
        draft.change(place.mended, status=Status.PROCESSING, due=due, stage_due=due)
    return draft


def payment_lies_unnoticed(desk: Desk, place: Place) -> Draft:
    """Paid a working day ago and still waiting for payment; someone notices before it has waited ten days."""
    paid = desk.office.before(place.opens, ONE_DAY)
    asked = desk.office.before(paid, desk.minutes(60, 200))
    accepted = desk.office.before(asked, desk.minutes(60, 200))
    draft = at_work(desk, accepted, far_due(desk, place.opens), procedure=desk.procedure(days=5, fee=True))
    draft.change(asked, status=Status.PAYMENT)
    draft.change(paid, paid_online=True, paid_at=paid)
    latest = desk.office.after(paid, 6 * ONE_DAY)
    noticed = min(place.mended or desk.later(place.opens, 900, 2400), latest)
    draft.change(noticed, status=Status.PROCESSING)
    draft.finish_later(noticed)
    return draft


def _before_a_pause(desk: Desk, place: Place) -> Draft:
    began = desk.office.before(place.opens, _LONGEST_PAUSE)
    accepted = desk.office.before(began, desk.minutes(200, 900))
    return at_work(desk, accepted, far_due(desk, place.opens), procedure=desk.procedure(days=10, fee=True))

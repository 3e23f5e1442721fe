"""The life of an ordinary dossier: handed in, taken up, worked on, sometimes supplemented or paid for, finished, returned."""

from datetime import datetime, timedelta

from services.simulator.draft import Desk, Draft
from services.simulator.timeline import DIRECT, HOME, ONLINE, POSTAL, SPECIAL
from shared.domain.catalogue import Procedure
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL

_OFFICE_OPENS = timedelta(hours=7)
_ANY_HOUR = (5 * 3600, 23 * 3600 + 1800)
"""From when to when people hand in online, in seconds of the day."""


def channel(desk: Desk, procedure: Procedure, day: datetime) -> str:
    """Draw how a dossier is handed in on a day; online where the offices are closed."""
    if not desk.office.is_working_day(day.date()):
        return ONLINE
    if not procedure.online_level:
        return DIRECT
    return desk.rng.choices((ONLINE, DIRECT, POSTAL), (60, 37, 3))[0]


def moment(desk: Desk, day: datetime, how: str) -> datetime:
    """Draw when on a day a dossier is handed in: at the counter while it is open, online at any hour though mostly by day."""
    rng = desk.rng
    if not desk.office.is_working_day(day.date()) or (how == ONLINE and rng.random() < 0.35):
        return day + timedelta(seconds=rng.randint(*_ANY_HOUR))
    return desk.later(day + _OFFICE_OPENS, 0, 470)


def live(desk: Desk, submitted: datetime, procedure: Procedure, how: str) -> Draft:
    """Draft an ordinary life; a few are late, refused, withdrawn or paused, as happens."""
    draft = desk.draft(submitted, procedure, how)
    paid = bool(how == ONLINE and procedure.online_payment and desk.rng.random() < 0.8)
    draft.begin(submitted, paid_online=paid, paid_at=submitted if paid else None)
    chance = desk.rng.random()
    taken_up = desk.later(submitted, 4, 90 if chance < 0.9 else 240) if how == ONLINE else desk.later(submitted, 1, 5)
    if chance < 0.015:
        draft.change(taken_up, status=Status.REFUSED, refused=taken_up)
    elif chance < 0.022 and how == ONLINE:
        draft.change(taken_up, status=Status.WITHDRAWN)
    else:
        _work(desk, draft, taken_up)
    return draft


def quick(desk: Desk, submitted: datetime, procedure: Procedure) -> Draft:
    """Draft the short life of a simple dossier served around the clock: taken up within minutes, finished within the hour."""
    draft = desk.draft(submitted, procedure, ONLINE)
    draft.brief = True
    draft.begin(submitted)
    taken_up = submitted + desk.minutes(0.5, 12)
    due = desk.office.after(taken_up, desk.office.days(max(procedure.legal_limit_days or 1, 2)))
    draft.accept(taken_up, due, status=Status.ACCEPTED)
    started = taken_up + desk.minutes(0.5, 6)
    draft.change(started, status=Status.PROCESSING)
    finished = started + desk.minutes(3, 50)
    draft.finish(finished)
    returned = finished + desk.minutes(1, 15)
    draft.change(returned, status=Status.RETURNED, returned=returned)
    return draft


def _work(desk: Desk, draft: Draft, taken_up: datetime) -> None:
    """Accept, work and finish; the due date follows the legal limit, longer waits move it."""
    allowed = desk.office.days(draft.procedure.legal_limit_days or 5)
    due = desk.office.after(taken_up, allowed)
    draft.accept(taken_up, due, status=Status.ACCEPTED)
    started = desk.later(taken_up, 8, 40)
    draft.change(started, status=Status.PROCESSING)
    chance = desk.rng.random()
    if chance < 0.06 and allowed >= desk.office.days(3):
        started = _supplement(desk, draft, started)
    elif chance < 0.10 and draft.procedure.has_fee and not draft.judged.paid_online:
        started = _payment(desk, draft, started)
    elif chance < 0.105 and len(draft.ours) == 1 and allowed >= desk.office.days(5):
        started = _pause(desk, draft, started)
    _end(desk, draft, started)


def _supplement(desk: Desk, draft: Draft, started: datetime) -> datetime:
    """Ask for papers early on; the citizen answers within days. Returns when the work goes on."""
    asked = desk.later(started, 30, 240)
    draft.ask(asked)
    answered = asked + desk.minutes(300, 4 * 1440)
    due = draft.judged.due
    moves = desk.rng.random() < 0.6 and due is not None
    draft.answer(answered, desk.office.after(due, desk.office.between(asked, answered)) if due and moves else None)
    return answered


def _payment(desk: Desk, draft: Draft, started: datetime) -> datetime:
    """Wait for the citizen's payment, with the clock running; it is seen the moment it arrives."""
    asked = desk.later(started, 5, 40)
    draft.change(asked, status=Status.PAYMENT)
    paid = desk.later(asked, 10, 120)
    draft.change(paid, status=Status.PROCESSING, paid_online=desk.rng.random() < 0.7, paid_at=paid)
    return paid


def _pause(desk: Desk, draft: Draft, started: datetime) -> datetime:
    """Stop for a while: home says paused, the portal stopped, and the due date moves by the time it took."""
    began = desk.later(started, 20, 120)
    draft.change(began, (*draft.ours,), status=Status.PAUSED)
    draft.change(began, ("portal",), status=Status.STOPPED)
    resumed = desk.later(began, 480, 2400)
    due = draft.judged.due
    moved = desk.office.after(due, desk.office.between(began, resumed)) if due else None
    draft.change(resumed, status=Status.PROCESSING, due=moved, stage_due=moved)
    return resumed


def _end(desk: Desk, draft: Draft, started: datetime) -> None:
    """Finish in most cases in good time, in a few late; some of the late ones get their letter of apology before that."""
    rng, office = desk.rng, desk.office
    due = draft.judged.effective_due or office.after(started, office.days(3))
    left = max(office.between(started, due), timedelta(minutes=30))
    late = rng.random() < 0.016
    share = rng.uniform(1.1, 1.9) if late else rng.triangular(0.08, 0.93, 0.45)
    finished = office.after(started, _whole_seconds(left * share))
    if late and draft.ours and rng.random() < 0.7:
        sent = desk.later(due, 30, 420)
        if sent < finished:
            draft.change(sent, tuple(s for s in (HOME, SPECIAL) if s in draft.ours), apology=sent)
    draft.finish(finished, e_result=draft.channel == ONLINE or rng.random() < 0.6)
    if rng.random() < 0.85:
        returned = desk.later(finished, 5, 700)
        draft.change(returned, status=Status.RETURNED, returned=returned)


def _whole_seconds(length: timedelta) -> timedelta:
    return timedelta(seconds=round(length.total_seconds()))


def midnight(instant: datetime) -> datetime:
    """Return the start of the local day of an instant."""
    return instant.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)

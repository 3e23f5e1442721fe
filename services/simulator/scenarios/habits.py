"""What happens to dossiers without anything being wrong: they learn their national code late, are re-opened, or change hands.

Both sides hear of a change in the same second; what is late or owed in between follows from the plan.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.simulator.draft import Desk, Draft
from services.simulator.scenarios.place import at_work, far_due
from services.simulator.timeline import DIRECT, HOME, ONLINE, PORTAL
from shared.domain.statuses import Status

Habit = Callable[[Desk, datetime], Draft]
"""Plans one dossier to which something happens at a moment."""


def named_later(desk: Desk, moment: datetime) -> Draft:
    """Taken in at home under a code of its own at a moment, known to the portal minutes later, and then given the national code.

    Until then home's record stands alone under its own code, and the portal's alone under the national one; neither changes.
    """
    online = desk.rng.random() < 0.5
    submitted = moment - desk.minutes(2, 20) if online else moment
    draft = desk.draft(submitted, desk.procedure(days=5), ONLINE if online else DIRECT)
    draft.take_in()
    due = far_due(desk, moment)
    draft.begin(moment, (HOME,), status=Status.PROCESSING, accepted=moment, due=due, stage_due=due)
    known = moment + desk.minutes(1, 12)
    draft.catch_up(known, PORTAL, HOME)
    named = known + (desk.minutes(1, 10) if desk.rng.random() < 0.7 else desk.minutes(18, 40))
    draft.change(named, (HOME,))
    draft.finish_later(named)
    return draft


def reopened(desk: Desk, moment: datetime) -> Draft:
    """Finished or returned, and at a moment worked on again; it had ended in time or late, and may get a new due date."""
    ended = desk.office.before(moment, desk.minutes(60, 2000))
    accepted = desk.office.before(ended, desk.minutes(500, 1500))
    due = desk.office.after(desk.office.before(ended, desk.office.days(1)), desk.minutes(0, 2880))
    draft = at_work(desk, accepted, due, procedure=desk.procedure(days=2, paper=True))
    late = ended if ended > due and desk.rng.random() < 0.5 else None
    draft.finish(ended, e_result=desk.rng.random() < 0.8, apology=late)
    if desk.rng.random() < 0.6:
        returned = ended + (moment - ended) / 2
        draft.change(returned.replace(microsecond=0), status=Status.RETURNED, returned=returned.replace(microsecond=0))
    _take_up_again(desk, draft, moment)
    if desk.rng.random() < 0.8:
        _end_again(desk, draft, desk.later(moment, 60, 3000))
    return draft


def moved(desk: Desk, moment: datetime) -> Draft:
    """Handed over to another agency at a moment, in good time."""
    draft = at_work(desk, desk.office.before(moment, desk.minutes(60, 1500)), far_due(desk, moment))
    _hand_over(desk, draft, moment)
    draft.finish_later(moment)
    return draft


def moved_while_late(desk: Desk, moment: datetime) -> Draft:
    """Late already when it is handed over to another agency: what it is told for stays, and is the new agency's."""
    due = desk.office.before(moment, desk.minutes(30, 1500))
    draft = at_work(desk, desk.office.before(due, desk.office.days(desk.rng.randint(2, 6))), due)
    _hand_over(desk, draft, moment)
    if desk.rng.random() < 0.5:
        ended = desk.later(moment, 200, 3000)
        draft.finish(ended, apology=ended if desk.rng.random() < 0.5 else None)
    return draft


HABITS: tuple[Habit, ...] = (reopened, moved, moved_while_late)
"""Habits that need days of history; `named_later` needs none and comes in a stream of its own."""


def _take_up_again(desk: Desk, draft: Draft, moment: datetime) -> None:
    """Work goes on; some systems keep the old dates of the end, which then mean nothing."""
    facts = {} if desk.rng.random() < 0.5 else {"finished": None, "returned": None}
    last = draft.judged
    due = desk.later(moment, 120, 2400) if desk.rng.random() < 0.5 else last.due
    draft.change(moment, status=Status.PROCESSING, e_result=False, stage=last.stage + 1, due=due, stage_due=due, **facts)


def _end_again(desk: Desk, draft: Draft, ended: datetime) -> None:
    due = draft.judged.effective_due
    late = bool(due and ended > due + timedelta(minutes=30))
    letter = ended if late and desk.rng.random() < 0.5 else draft.judged.apology
    draft.finish(ended, returned=None, e_result=desk.rng.random() < 0.8, apology=letter)


def _hand_over(desk: Desk, draft: Draft, moment: datetime) -> None:
    others = [code for code in desk.catalogue.communes if code != draft.agency]
    draft.change(moment, agency=desk.rng.choice(others))

"""Two systems that part ways. While they differ neither changes again, so it is plain since when they do."""

from datetime import timedelta

from services.simulator.draft import Desk, Draft
from services.simulator.scenarios.place import ONE_DAY, Place, at_work, far_due, some_days_before
from services.simulator.timeline import DIRECT, HOME, ONLINE, PORTAL, SPECIAL
from shared.domain.statuses import Status

_OURS, _PORTAL = (HOME,), (PORTAL,)


def lost_on_the_way_to_the_portal(desk: Desk, place: Place) -> Draft:
    """Taken in at the counter at home; the portal hears of it late or never."""
    begins = place.lag_begins
    draft = desk.draft(begins, desk.procedure(days=5), DIRECT)
    due = far_due(desk, begins)
    draft.begin(begins, _OURS, status=Status.PROCESSING, accepted=begins, due=due, stage_due=due)
    return _mend_portal(draft, place)


def lost_on_the_way_home(desk: Desk, place: Place) -> Draft:
    """Handed in on the portal; it reaches home late, and is taken up there at once, or never."""
    begins = place.lag_begins
    draft = desk.draft(begins, desk.procedure(days=5), ONLINE)
    draft.begin(begins, _PORTAL)
    if place.mended:
        draft.accept(place.mended, far_due(desk, place.mended), _PORTAL)
        draft.catch_up(place.mended, HOME, PORTAL)
        draft.finish_later(place.mended)
    return draft


def found_again_under_an_old_code(desk: Desk, place: Place) -> Draft:
    """Lost on the way to the portal, which writes its code the old way when it comes after all."""
    draft = lost_on_the_way_to_the_portal(desk, place)
    draft.write_old(PORTAL)
    return draft


def come_home_under_an_old_code(desk: Desk, place: Place) -> Draft:
    """Lost on the way home, where its code is written the old way when it comes after all."""
    draft = lost_on_the_way_home(desk, place)
    draft.write_old(HOME)
    return draft


def end_not_sent_to_an_old_code(desk: Desk, place: Place) -> Draft:
    """The portal lags and knows the dossier by an old-style code alone: asked in another spelling it would seem to have none."""
    draft = end_not_sent(desk, place)
    draft.write_old(PORTAL)
    return draft


def old_code_at_home_lags(desk: Desk, place: Place) -> Draft:
    """Home lags and knows the dossier by an old-style code alone: asked in another spelling it would seem to have none."""
    draft = portal_ran_ahead(desk, place)
    draft.write_old(HOME)
    return draft


def acceptance_not_sent(desk: Desk, place: Place) -> Draft:
    """Taken up at home; the portal still says newly registered, without acceptance and due date."""
    begins = place.lag_begins
    draft = desk.draft(begins - desk.minutes(20, 120), desk.procedure(days=5), ONLINE)
    draft.begin(draft.submitted)
    draft.accept(begins, far_due(desk, begins), _OURS)
    return _mend_portal(draft, place)


def end_not_sent(desk: Desk, place: Place) -> Draft:
    """Finished at home; the portal still says it is worked on, and lacks the electronic result if there is one."""
    draft = _in_the_works(desk, place)
    draft.finish(place.lag_begins, _OURS, e_result=desk.rng.random() < 0.5)
    return _mend_portal(draft, place)


def request_not_sent(desk: Desk, place: Place) -> Draft:
    """More papers asked for at home; the portal's clock runs on. Mended by passing the request on."""
    draft = _in_the_works(desk, place)
    draft.ask(place.lag_begins, _OURS)
    if place.mended:
        draft.catch_up(place.mended, PORTAL, HOME)
        answered = place.mended + desk.minutes(120, 2880)
        draft.answer(answered)
        draft.finish_later(answered)
    return draft


def return_not_sent(desk: Desk, place: Place) -> Draft:
    """The result was handed over at home; the portal stops at finished."""
    finished = place.lag_begins - desk.minutes(60, 600)
    draft = _in_the_works(desk, Place(finished, None))
    draft.finish(finished)
    draft.change(place.lag_begins, _OURS, status=Status.RETURNED, returned=place.lag_begins)
    return _mend_portal(draft, place)


def portal_ran_ahead(desk: Desk, place: Place) -> Draft:
    """The portal says the work has begun; home still says accepted."""
    begins = place.lag_begins
    draft = _in_the_works(desk, place, status=Status.ACCEPTED)
    draft.change(begins, _PORTAL, status=Status.PROCESSING)
    if place.mended:
        draft.catch_up(place.mended, HOME, PORTAL)
        draft.finish_later(place.mended)
    return draft


def new_due_date_not_sent(desk: Desk, place: Place) -> Draft:
    """Home gave it another due date; the portal keeps the old one."""
    draft = _in_the_works(desk, place)
    due = draft.judged.due
    moved = desk.later(due, 480, 1440) if due else None
    draft.change(place.lag_begins, _OURS, due=moved, stage_due=moved)
    return _mend_portal(draft, place)


def transfer_not_sent(desk: Desk, place: Place) -> Draft:
    """Home handed it over to another agency; the portal names the first one."""
    draft = _in_the_works(desk, place)
    others = [code for code in desk.catalogue.communes if code != draft.agency]
    draft.change(place.lag_begins, _OURS, agency=desk.rng.choice(others))
    return _mend_portal(draft, place)


def procedure_differs(desk: Desk, place: Place) -> Draft:
    """Home corrected the procedure; the portal names another."""
    draft = _in_the_works(desk, place)
    others = [p.code for p in desk.catalogue.planted if p.code != draft.procedure.code and p.sector == draft.procedure.sector]
    draft.change(place.lag_begins, _PORTAL, procedure=desk.rng.choice(others))
    if place.mended:
        draft.change(place.mended, _PORTAL, procedure=None)
        draft.finish_later(place.mended)
    return draft


def acceptance_differs(desk: Desk, place: Place) -> Draft:
    """Home corrected the acceptance by some minutes; the portal keeps the first."""
    draft = _in_the_works(desk, place)
    accepted = draft.judged.accepted
    draft.change(place.lag_begins, _OURS, accepted=accepted and accepted + desk.minutes(3, 50))
    return _mend_portal(draft, place)


def result_not_sent(desk: Desk, place: Place) -> Draft:
    """Finished on both sides, but the electronic result never reached the portal."""
    draft = _in_the_works(desk, place)
    draft.finish(place.lag_begins, _OURS)
    draft.finish(place.lag_begins, _PORTAL, e_result=False)
    if place.mended:
        draft.change(place.mended, _PORTAL, e_result=True)
    return draft


def payment_not_sent(desk: Desk, place: Place) -> Draft:
    """Paid online at home; the portal shows no payment."""
    draft = _in_the_works(desk, place)
    draft.change(place.lag_begins, _OURS, paid_online=True, paid_at=place.lag_begins)
    return _mend_portal(draft, place)


def payment_not_fetched(desk: Desk, place: Place) -> Draft:
    """Paid online on the portal; home shows no payment."""
    draft = _in_the_works(desk, place)
    draft.change(place.lag_begins, _PORTAL, paid_online=True)
    if place.mended:
        draft.change(place.mended, _OURS, paid_online=True, paid_at=place.lag_begins)
        draft.finish_later(place.mended)
    return draft


def odd_word_at_home(desk: Desk, place: Place) -> Draft:
    """Home uses a status nobody configured."""
    return _odd_word(desk, place, HOME, desk.rng.choice(("17", "21", "99")))


def odd_word_on_the_portal(desk: Desk, place: Place) -> Draft:
    """The portal uses a status outside its list."""
    return _odd_word(desk, place, PORTAL, desk.rng.choice(("11", "12", "Chờ duyệt")))


def land_dossier_not_forwarded(desk: Desk, place: Place) -> Draft:
    """Accepted in the land software and known to the portal, but not in the province's own system."""
    accepted = desk.office.before(place.opens, ONE_DAY)
    draft = desk.draft(accepted, desk.rng.choice(desk.catalogue.land), DIRECT)
    due = far_due(desk, accepted)
    draft.begin(accepted, (SPECIAL, PORTAL), status=Status.PROCESSING, accepted=accepted, due=due, stage_due=due)
    if place.mended:
        draft.catch_up(place.mended, HOME, SPECIAL)
    return draft


def _in_the_works(desk: Desk, place: Place, status: Status = Status.PROCESSING) -> Draft:
    """Draft a dossier in step until the lag begins, its due date far away."""
    accepted = place.lag_begins - desk.minutes(60, 200)
    draft = desk.draft(accepted, desk.procedure(days=5, fee=True), DIRECT)
    due = far_due(desk, accepted)
    draft.begin(accepted, status=status, accepted=accepted, due=due, stage_due=due)
    return draft


def _mend_portal(draft: Draft, place: Place) -> Draft:
    if place.mended:
        draft.catch_up(place.mended, PORTAL, HOME)
        draft.finish_later(place.mended)
    return draft


def _odd_word(desk: Desk, place: Place, side: str, word: str) -> Draft:
    accepted = some_days_before(desk, place.opens, 0.02, 0.15)
    draft = at_work(desk, accepted, far_due(desk, accepted), procedure=desk.procedure(days=5))
    draft.change(place.opens, (side,), odd_status=word)
    if place.mended:
        draft.change(place.mended, (side,), odd_status=None)
        draft.finish_later(place.mended + timedelta(minutes=30))
    return draft

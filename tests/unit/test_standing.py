"""Where a dossier stands, as lists tell it; and where lateness arises: the working time each stage took past its own due date,
else past the dossier's.
"""

from datetime import timedelta

import pytest

from shared.domain.case import Case
from shared.domain.dossiers import Dossier, Side
from shared.domain.standing import Delay, Standing, delays, standing
from shared.domain.statuses import Status

from .builders import CODE, DUE, MICROSECOND, NOBODY, RULES, SUBMITTED, at, both, calendar, new, seen, stage, supplement

FRIDAY, MONDAY = at("20 16:00"), at("23 08:00")


def told(*stages, **values) -> tuple[Delay, ...]:
    return of({"portal": seen("portal"), "igate": seen(stages=stages, **values)})


def case(sides: dict[str, Side]) -> Case:
    return Case(Dossier(code=CODE, sides=sides), None, RULES, calendar())


def of(sides: dict[str, Side]) -> tuple[Delay, ...]:
    return delays(case(sides))


def stands(sides: dict[str, Side]) -> Standing:
    return standing(case(sides))


def spans(*stages, **values) -> list[tuple[object, object, int | None]]:
    return [(delay.since, delay.until, delay.minutes) for delay in told(*stages, **values)]


def test_a_stage_that_was_late_took_the_working_minutes_past_its_due_date():
    assert spans(stage("20 16:00", completed_at=MONDAY)) == [(FRIDAY, MONDAY, 120)]


@pytest.mark.parametrize(("after", "late"), [(-MICROSECOND, 0), (timedelta(), 0), (MICROSECOND, 1)])
def test_a_stage_is_late_after_its_due_date_and_not_at_it(after, late):
    assert len(told(stage("20 16:00", completed_at=FRIDAY + after))) == late


def test_an_open_stage_is_late_from_its_due_date_on_and_its_minutes_are_counted_when_it_is_read():
    assert spans(stage("20 16:00")) == [(FRIDAY, None, None)]


def test_a_stage_without_a_due_date_is_late_past_the_dossiers():
    assert spans(stage(completed_at=DUE + timedelta(minutes=7))) == [(DUE, DUE + timedelta(minutes=7), 7)]
    assert spans(stage(), due_at=None) == []


def test_every_stage_answers_for_its_own_time_alone():
    began = DUE + timedelta(minutes=20)
    first = stage("20 16:00", id="1", started_at=at("17 08:00"), completed_at=MONDAY, current=False)
    in_time = stage("25 16:00", id="2", started_at=MONDAY, completed_at=at("25 10:00"), current=False)
    past_due = stage(id="3", started_at=began)
    assert spans(first, in_time, past_due) == [(FRIDAY, MONDAY, 120), (began, None, None)]


def test_an_open_stage_of_a_dossier_that_ended_ended_with_it():
    assert spans(stage("20 16:00"), status=Status.FINISHED, finished_at=MONDAY) == [(FRIDAY, MONDAY, 120)]


STILL = {
    "papers awaited": {"status": Status.SUPPLEMENT},
    "stopped": {"status": Status.STOPPED},
    "paused": {"status": Status.PAUSED},
}


@pytest.mark.parametrize("still", STILL.values(), ids=STILL.keys())
def test_one_that_was_late_before_it_stood_still_keeps_what_it_had(still):
    assert spans(stage("20 16:00"), **still, status_since=MONDAY) == [(FRIDAY, MONDAY, 120)]
    assert spans(stage(), **still, status_since=DUE + timedelta(minutes=7)) == [(DUE, DUE + timedelta(minutes=7), 7)]


@pytest.mark.parametrize("still", STILL.values(), ids=STILL.keys())
@pytest.mark.parametrize(("after", "late"), [(-MICROSECOND, 0), (timedelta(), 0), (MICROSECOND, 1)])
def test_one_is_not_late_that_stood_still_by_its_due_date(still, after, late):
    assert len(told(stage("20 16:00"), **still, status_since=FRIDAY + after)) == late
    assert len(told(stage(), **still, status_since=DUE + after)) == late


def test_one_that_waits_for_papers_stands_still_from_the_request_on():
    asked = {"status": Status.SUPPLEMENT, "supplements": (supplement("23 08:00"),), "status_since": at("25 08:00")}
    assert spans(stage("20 16:00"), **asked) == [(FRIDAY, MONDAY, 120)]


def test_what_was_done_before_the_dossier_stood_still_is_late_until_it_was_done():
    paused = {"status": Status.PAUSED, "status_since": at("25 08:00")}
    assert spans(stage("20 16:00", completed_at=MONDAY), **paused) == [(FRIDAY, MONDAY, 120)]
    assert spans(stage("20 16:00", completed_at=at("25 09:00")), **paused) == spans(stage("20 16:00"), **paused)


def test_one_that_waits_for_payment_is_late_on():
    assert spans(stage("20 16:00"), status=Status.PAYMENT, status_since=MONDAY) == [(FRIDAY, None, None)]


def test_one_that_goes_on_after_papers_is_late_past_the_due_date_the_wait_moved():
    answered = (supplement("27 08:00", "30 08:00"),)
    moved = DUE + timedelta(days=3)
    assert spans(stage(), supplements=answered) == [(moved, None, None)]
    ended = moved + timedelta(days=2)
    over = {"status": Status.FINISHED, "finished_at": ended}
    assert spans(stage(), supplements=answered, **over) == [(moved, ended, 900)]


def test_a_stop_with_an_end_date_ended():
    assert spans(stage("20 16:00"), status=Status.STOPPED, finished_at=MONDAY, status_since=FRIDAY) == [(FRIDAY, MONDAY, 120)]


def test_a_delay_is_the_stages_agencys_and_officers_else_the_dossiers_agencys():
    (own,) = told(stage("20 16:00", agency="H20.7", officer_id="cb-7"))
    assert (own.stage, own.agency, own.officer_id) == ("Thẩm định", "H20.7", "cb-7")
    (lent,) = told(stage("20 16:00"))
    assert (lent.agency, lent.officer_id) == ("H20.14", None)


def test_the_portal_alone_knows_no_stages():
    assert of({"portal": seen("portal", stages=(stage("20 16:00"),)), "igate": NOBODY}) == ()


def test_a_dossier_stands_where_home_says_it_does():
    home = {"agency": "H20.7", "status": Status.PAYMENT, "due_at": at("27 16:00"), "sector": "G15-TP02"}
    told = stands({"portal": seen("portal"), "igate": seen(stages=(stage(officer_id="cb-7"),), **home)})
    assert (told.agency, told.sector, told.source) == ("H20.7", "G15-TP02", "igate")
    assert (told.status, told.portal_status, told.due_at) == (Status.PAYMENT, Status.PROCESSING, at("27 16:00"))
    assert (told.stage, told.officer_id, told.online, told.submitted_at) == ("Thẩm định", "cb-7", True, SUBMITTED)
    assert told.ended_at is None


def test_one_that_is_on_the_portal_alone_stands_as_the_portal_says():
    told = stands({"portal": seen("portal", agency="H20.7"), "igate": NOBODY})
    assert (told.agency, told.source, told.status, told.portal_status) == ("H20.7", None, Status.PROCESSING, Status.PROCESSING)


def test_the_portal_counts_it_late_by_its_own_due_date_and_while_untouched_by_the_window():
    home = seen(due_at=at("27 16:00"))
    assert stands({"portal": seen("portal"), "igate": home}).portal_overdue_at == DUE
    assert stands({"portal": new("portal"), "igate": home}).portal_overdue_at == SUBMITTED + RULES.intake_window
    over = {"status": Status.RETURNED, "finished_at": at("20 08:00"), "returned_at": at("20 09:00")}
    assert stands({"portal": seen("portal", **over), "igate": home}).portal_overdue_at is None
    assert stands({"portal": NOBODY, "igate": home}).portal_overdue_at is None


def test_one_that_no_system_has_stands_nowhere():
    assert stands({"portal": NOBODY, "igate": NOBODY}) == Standing()


def test_of_two_sides_that_agree_either_tells_when_it_ended():
    ended = at("20 08:00")
    assert stands(both(status=Status.FINISHED, finished_at=ended)).ended_at == ended

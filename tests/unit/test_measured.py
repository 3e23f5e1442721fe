"""What a dossier counts for in the plans' measures."""

from datetime import date, timedelta

import pytest
from hypothesis import given

from shared.domain.case import Case, due_of
from shared.domain.dossiers import Dossier, Seen
from shared.domain.measured import Measured, measured
from shared.domain.records import Apology, Channel
from shared.domain.rules import apology, intake, pause
from shared.domain.statuses import FINISHED, Status

from .builders import (
    ACCEPTED,
    CODE,
    DUE,
    MICROSECOND,
    NOBODY,
    SUBMITTED,
    TWO_HOMES,
    at,
    both,
    calendar,
    new,
    procedure,
    seen,
    supplement,
)
from .dossiers import RULES as DRAWN_RULES
from .dossiers import World, worlds

WINDOW = timedelta(hours=8)
CLOSES = SUBMITTED + WINDOW


def counts(sides, *, about=None, rules=TWO_HOMES) -> Measured:
    return measured(Case(Dossier(code=CODE, sides=sides), about, rules, calendar()))


def test_a_dossier_no_source_has_counts_for_nothing():
    assert counts({"portal": NOBODY, "igate": NOBODY}) == Measured()


@pytest.mark.parametrize(
    ("accepted_at", "submitted_at", "told"),
    [
        (at("17 00:00"), SUBMITTED, (date(2026, 11, 17), True)),
        (at("17 00:00") - MICROSECOND, SUBMITTED, (date(2026, 11, 16), True)),
        (None, at("14 00:00"), (date(2026, 11, 14), False)),
        (None, None, (None, False)),
    ],
)
def test_it_counts_on_the_local_day_of_its_acceptance_else_of_its_submission(accepted_at, submitted_at, told):
    found = counts(both(accepted_at=accepted_at, submitted_at=submitted_at, status=Status.NEW))
    assert (found.counted_on, found.accepted) == told


def test_home_tells_when_it_was_accepted_where_the_sides_differ():
    sides = {"portal": seen("portal", accepted_at=at("18 08:00")), "igate": seen()}
    assert counts(sides).counted_on == date(2026, 11, 17)
    assert counts({"portal": sides["portal"]}).counted_on == date(2026, 11, 18)


# Open on the portal


@pytest.mark.parametrize("status", Status)
def test_what_has_not_ended_on_the_portal_is_open_there_whatever_home_says(status):
    found = counts({"portal": seen("portal", status=status), "igate": seen(status=Status.FINISHED)})
    assert found.open_on_portal == (status not in (Status.REFUSED, Status.WITHDRAWN, *FINISHED))


def test_what_was_stopped_with_a_date_or_is_not_on_the_portal_is_not_open_there():
    assert not counts(both(status=Status.STOPPED, finished_at=DUE)).open_on_portal
    assert not counts({"portal": NOBODY, "igate": seen()}).open_on_portal


# Taken up


def taken_up(sides):
    found = counts(sides)
    return found.intake_by, found.taken_up_at


def test_an_online_dossier_is_to_be_taken_up_within_the_window():
    assert taken_up({"portal": new("portal"), "igate": new()}) == (CLOSES, None)
    assert taken_up({"portal": new("portal"), "igate": NOBODY}) == (CLOSES, None)


@pytest.mark.parametrize("values", [{"channel": Channel.DIRECT}, {"submitted_at": None}])
def test_nothing_is_to_be_taken_up_of_what_was_not_handed_in_online_or_nobody_knows_when(values):
    assert taken_up(both(**values)) == (None, None)


@pytest.mark.parametrize(
    ("values", "moment"),
    [
        ({"status": Status.PROCESSING}, ACCEPTED),
        ({"status": Status.SUPPLEMENT, "accepted_at": None, "supplements": (supplement("17 09:00"),)}, at("17 09:00")),
        ({"status": Status.REFUSED, "accepted_at": None, "refused_at": at("17 09:30")}, at("17 09:30")),
        ({"status": Status.PROCESSING, "accepted_at": None, "updated_at": at("17 10:00")}, at("17 10:00")),
        ({"status": Status.WITHDRAWN}, ACCEPTED),
    ],
)
def test_the_first_sign_that_somebody_acted_counts_on_whatever_side(values, moment):
    values = {"updated_at": at("18 08:00"), **values}
    for other in (NOBODY, new(), seen(status=Status.UNKNOWN, accepted_at=None)):
        assert taken_up({"portal": seen("portal", **values), "igate": other}) == (CLOSES, moment)
    assert taken_up({"portal": new("portal"), "igate": seen(**values)}) == (CLOSES, moment)


@pytest.mark.parametrize(("withdrawn", "told"), [(CLOSES, (None, None)), (CLOSES + MICROSECOND, (CLOSES, CLOSES + MICROSECOND))])
def test_what_the_citizen_withdrew_counts_only_if_it_lay_untouched_past_the_window(withdrawn, told):
    assert taken_up(both(status=Status.WITHDRAWN, accepted_at=None, updated_at=withdrawn)) == told


def test_what_nobody_can_read_the_status_of_is_not_counted():
    assert taken_up(both(status=Status.UNKNOWN, accepted_at=None)) == (None, None)


# Late, paused, in step, results


def test_a_running_dossier_is_late_just_after_its_due_date_and_home_tells_of_the_apology():
    assert counts(both()).late_from == DUE + MICROSECOND
    assert not counts(both()).apologised
    assert counts(both(apology=Apology(sent_at=DUE))).apologised
    assert counts({"portal": seen("portal"), "igate": NOBODY}).late_from is None, "only home shows apologies"


@pytest.mark.parametrize(("ended", "late"), [(DUE, None), (DUE + MICROSECOND, DUE + MICROSECOND)])
def test_a_dossier_that_ended_is_late_if_it_ended_after_its_due_date(ended, late):
    assert counts(both(status=Status.FINISHED, finished_at=ended)).late_from == late


@pytest.mark.parametrize("status", [Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED, Status.PAUSED])
def test_it_is_paused_since_its_status_was_first_seen(status):
    assert counts(both(status=status, status_since=at("18 09:00"))).paused_since == at("18 09:00")


def test_it_waits_for_papers_since_the_last_unanswered_request():
    asked = (supplement("18 09:00", "18 10:00"), supplement("19 09:00"))
    assert counts(both(status=Status.SUPPLEMENT, supplements=asked)).paused_since == at("19 09:00")
    assert counts(both()).paused_since is None
    assert counts(both(status=Status.STOPPED, finished_at=DUE)).paused_since is None


def test_a_payment_counts_where_home_has_or_should_have_the_dossier():
    assert counts({"portal": seen("portal", paid_online=True), "igate": seen()}).paid_online
    assert counts({"portal": seen("portal", paid_online=True), "igate": NOBODY}).paid_online
    assert not counts({"portal": seen("portal", paid_online=True, channel=Channel.DIRECT), "igate": NOBODY}).paid_online
    assert not counts(both()).paid_online


def test_a_result_counts_once_home_has_finished_and_has_it():
    assert counts(both(status=Status.FINISHED, electronic_result=True)).result_at_home
    assert not counts(both(status=Status.PROCESSING, electronic_result=True)).result_at_home
    assert not counts({"portal": seen("portal", status=Status.FINISHED, electronic_result=True)}).result_at_home


@pytest.mark.parametrize("result", [True, False])
def test_an_online_dossier_that_ended_owes_an_electronic_result_where_there_is_a_paper_one(result):
    ended = {"status": Status.RETURNED, "electronic_result": result}
    assert counts(both(**ended), about=procedure()).online_result is result
    for sides, about in (
        (both(**ended), None),
        (both(**ended), procedure(gives_paper_result=False)),
        (both(**ended, channel=Channel.DIRECT), procedure()),
        (both(electronic_result=result), procedure()),
    ):
        assert counts(sides, about=about).online_result is None


# What it has in common with the rules


@given(worlds())
def test_it_says_what_the_rules_say(world: World):
    case = Case(Dossier(code=CODE, sides=world.sides), world.procedure, DRAWN_RULES, calendar())
    found = measured(case)
    breached = [phase for phase in intake.untouched(case) or () if phase.rule == "intake.breached"] if _told(case) else []
    if found.intake_by and found.taken_up_at is None:
        assert breached[0].since == found.intake_by
    if breached and found.taken_up_at is None:
        assert found.intake_by == breached[0].since
    if case.home and case.home.record.status is not Status.UNKNOWN and not found.apologised:
        owed = apology.missing(case)
        assert [phase.starts_at for phase in owed] == ([found.late_from] if found.late_from else [])
        assert not owed or owed[0].due_at == due_of(case.home)
    if case.judged:
        assert [phase.since for phase in pause.too_long(case)] == ([found.paused_since] if found.paused_since else [])


def _told(case: Case) -> bool:
    return any(isinstance(seen, Seen) and seen.record.status is not Status.UNKNOWN for seen in (case.portal, *case.homes))

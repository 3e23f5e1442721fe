"""What one dossier counts for: each sentence of the published counting, each threshold just before and exactly at."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from shared.domain.counters import COUNTERS, Counters, Mark, View
from shared.domain.dossiers import Dossier, Seen, Side, Unreadable
from shared.domain.findings import Review
from shared.domain.petitions import Petition, PetitionStatus
from shared.domain.records import Channel
from shared.domain.review import review
from shared.domain.statuses import Status

from .builders import (
    ACCEPTED,
    CODE,
    DUE,
    MICROSECOND,
    NOBODY,
    RULES,
    SUBMITTED,
    at,
    both,
    calendar,
    judge,
    new,
    procedure,
    seen,
    supplement,
)
from .dossiers import RULES as RULES_OF_WORLDS
from .dossiers import World, worlds
from .test_review_properties import _before_next, shares

LATER = at("18 08:00")
WINDOW = timedelta(hours=8)


def marks(sides: dict[str, Side], now: datetime, view: View, **given: Any) -> list[Mark]:
    return [mark for mark in judge(sides, now, **given).marks if mark.view is view]


def portal(side: Side, now: datetime = LATER, **given: Any) -> Counters:
    """What a portal record alone counts for; nothing where it counts nowhere."""
    found = marks({"portal": side}, now, View.PORTAL, **given)
    assert len(found) <= 1
    return found[0].counters if found else Counters()


def finished(**values: Any) -> Seen:
    return seen("portal", **({"status": Status.FINISHED, "finished_at": at("20 10:00"), "updated_at": at("20 10:00")} | values))


# The key


def test_a_mark_stands_on_the_local_day_of_acceptance():
    accepted = at("1/12 00:30")
    (mark,) = marks({"portal": seen("portal", accepted_at=accepted)}, at("2/12 08:00"), View.PORTAL)
    assert (mark.day, mark.month, mark.agency, mark.procedure) == (date(2026, 12, 1), date(2026, 12, 1), "H20.14", "1.001193")


def test_each_view_counts_its_own_record():
    sides = {"portal": seen("portal", agency="H20.15"), "igate": seen(agency="H20.14")}
    answer = judge(sides, LATER)
    assert {(mark.view, mark.agency) for mark in answer.marks} == {(View.PORTAL, "H20.15"), (View.HOME, "H20.14")}


def test_a_view_without_a_record_has_no_mark():
    assert marks({"portal": seen("portal"), "igate": NOBODY}, LATER, View.HOME) == []


def test_a_dossier_nobody_has_counts_for_nothing():
    assert judge({"portal": NOBODY, "igate": NOBODY}, LATER).marks == ()


@pytest.mark.parametrize("status", [Status.REFUSED, Status.WITHDRAWN, Status.NEW])
def test_what_was_never_accepted_counts_nowhere(status):
    side = seen("portal", status=status, accepted_at=None, channel=Channel.DIRECT)
    assert portal(side) == Counters()


# 1.4


def test_accepted_at_home_and_missing_on_the_portal_is_unsynchronised_from_the_first_moment():
    (mark,) = marks({"portal": NOBODY, "igate": seen()}, ACCEPTED, View.PORTAL)
    assert mark == Mark(
        view=View.PORTAL, day=date(2026, 11, 17), agency="H20.14", procedure="1.001193", counters=Counters(to_sync=1)
    )


def test_present_on_the_portal_is_synchronised_though_it_knows_no_acceptance():
    found = marks({"portal": new("portal"), "igate": seen(updated_at=SUBMITTED)}, SUBMITTED, View.PORTAL)
    assert [mark.counters for mark in found] == [Counters(to_sync=1, synced=1)]


def test_accepted_on_both_is_counted_once_in_the_portals_own_mark():
    assert [mark.counters.synced for mark in marks(both(), LATER, View.PORTAL)] == [1]


def test_only_on_the_portal_counts_once_it_is_accepted_there():
    assert (portal(seen("portal")).to_sync, portal(new("portal"), SUBMITTED).to_sync) == (1, 0)


def test_at_home_everything_is_in_step():
    (mark,) = marks({"portal": NOBODY, "igate": seen()}, LATER, View.HOME)
    assert (mark.counters.to_sync, mark.counters.synced) == (1, 1)


# 2.1


def on_time(side: Side, now: datetime, **given: Any) -> bool:
    return bool(portal(side, now, **given).on_time)


def test_running_is_late_once_its_due_date_has_passed_without_any_event():
    assert on_time(seen("portal"), DUE)
    assert not on_time(seen("portal"), DUE + MICROSECOND)
    assert judge({"portal": seen("portal")}, DUE).next_review_at == DUE + MICROSECOND


@pytest.mark.parametrize("end", ["finished_at", "returned_at"])
def test_ended_is_in_time_up_to_its_due_date(end):
    done = {"status": Status.RETURNED, "updated_at": DUE}
    assert on_time(seen("portal", **done, **{end: DUE}), at("1/12 08:00"))
    assert not on_time(seen("portal", **done, **{end: DUE + MICROSECOND}), at("1/12 08:00"))


def test_a_withdrawn_dossier_ended_when_that_was_first_seen():
    assert on_time(seen("portal", status=Status.WITHDRAWN, updated_at=DUE), at("1/12 08:00"))
    assert not on_time(seen("portal", status=Status.WITHDRAWN, updated_at=DUE + MICROSECOND), at("1/12 08:00"))


def test_a_stop_without_an_end_date_is_late_once_its_due_date_has_passed():
    assert not on_time(seen("portal", status=Status.STOPPED), DUE + MICROSECOND)


def test_the_first_request_for_papers_is_the_end():
    waiting = {"status": Status.SUPPLEMENT, "updated_at": at("20 09:00")}
    assert on_time(seen("portal", supplements=(supplement("20 09:00"),), **waiting), at("15/12 08:00"))
    assert not on_time(seen("portal", supplements=(supplement("27 09:00"),), **waiting), at("15/12 08:00"))


def test_a_second_request_makes_it_late_from_then_on():
    asked = (supplement("18 09:00", "18 10:00"), supplement("19 09:00"))
    side = seen("portal", status=Status.SUPPLEMENT, supplements=asked)
    assert on_time(side, at("19 09:00") - MICROSECOND)
    assert not on_time(side, at("19 09:00"))


def test_the_citizens_time_moves_the_due_date():
    side = seen("portal", supplements=(supplement("18 09:00", "19 09:00"),))
    assert on_time(side, DUE + timedelta(days=1))
    assert not on_time(side, DUE + timedelta(days=1) + MICROSECOND)


def test_without_a_due_date_the_legal_maximum_counts_in_working_time():
    """Two days of eight hours from 8:00 are over on the second morning after, at 8:00; the night before belongs to it."""
    limited = {"about": procedure(legal_limit_days=2)}
    side = seen("portal", due_at=None)
    assert on_time(side, at("19 08:00"), **limited)
    assert not on_time(side, at("19 08:00") + MICROSECOND, **limited)
    ended = seen("portal", due_at=None, accepted_at=at("17 07:00"), status=Status.FINISHED, finished_at=at("18 22:00"))
    assert on_time(ended, at("1/12 08:00"), **limited)


def test_the_legal_maximum_does_not_count_the_citizens_time():
    side = seen("portal", due_at=None, supplements=(supplement("17 09:00", "17 11:00"),))
    assert on_time(side, at("19 10:00"), about=procedure(legal_limit_days=2))
    assert not on_time(side, at("19 10:00") + MICROSECOND, about=procedure(legal_limit_days=2))


def test_without_a_due_date_or_a_legal_maximum_it_is_in_time():
    assert on_time(seen("portal", due_at=None), at("1/6/2027 08:00"))


# 2.2


def test_a_finished_dossier_brings_its_working_minutes():
    counted = portal(finished(), at("1/12 08:00"))
    assert (counted.finished, counted.minutes) == (1, 3 * 8 * 60 + 2 * 60)
    assert portal(seen("portal")).finished == 0


# 3.x


@pytest.mark.parametrize(
    ("values", "gives_paper", "counts"),
    [
        ({}, True, 0),
        ({"electronic_result": True}, True, 1),
        ({}, False, 1),
        ({"status": Status.PROCESSING, "finished_at": None}, True, 1),
        ({"channel": Channel.DIRECT, "electronic_result": True}, True, 0),
        ({"channel": Channel.POSTAL, "electronic_result": True}, True, 0),
    ],
)
def test_online_counts_with_an_electronic_result_once_finished(values, gives_paper, counts):
    assert portal(finished(**values), at("1/12 08:00"), about=procedure(gives_paper_result=gives_paper)).online == counts


@pytest.mark.parametrize(("fee", "paid", "counted"), [(True, True, (1, 1)), (True, False, (1, 0)), (False, True, (0, 0))])
def test_paid_online_counts_where_a_fee_is_owed(fee, paid, counted):
    side = seen("portal", fee_owed=fee, paid_online=paid)
    assert (portal(side).fee, portal(side).paid) == counted


@pytest.mark.parametrize(
    ("listed", "level", "used"), [(("H20.14",), 1, 1), (("H20",), 2, 1), (("H20.15",), 2, 0), (("H20.14",), 0, 0), ((), 2, 0)]
)
def test_a_service_is_used_where_the_catalogue_lists_it_online_for_the_agency(listed, level, used):
    assert portal(seen("portal"), about=procedure(agencies=listed, online_level=level)).service_used == used


@pytest.mark.parametrize(("has_fee", "paid", "counts"), [(True, True, 1), (False, True, 0), (True, False, 0)])
def test_a_service_is_paid_where_it_has_a_fee(has_fee, paid, counts):
    about = procedure(agencies=("H20.14",), has_fee=has_fee)
    assert portal(seen("portal", paid_online=paid), about=about).service_paid == counts


# 4.x


@pytest.mark.parametrize(("gives_paper", "file", "counted"), [(True, True, (1, 1)), (True, False, (1, 0)), (False, True, (0, 0))])
def test_a_result_file_counts_where_the_procedure_gives_a_paper_result(gives_paper, file, counted):
    found = portal(seen("portal", electronic_result=file), about=procedure(gives_paper_result=gives_paper))
    assert (found.paper, found.result) == counted


@pytest.mark.parametrize(("components", "file", "counts"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_digitised_needs_components_and_result(components, file, counts):
    assert portal(seen("portal", components_digitised=components, electronic_result=file)).digitised == counts


@pytest.mark.parametrize(
    ("flag", "counter"),
    [("component_reused", "reused"), ("personal_store_used", "stored"), ("population_data_used", "population")],
)
def test_each_use_of_data_counts_in_its_own_indicator(flag, counter):
    with_it, without = portal(seen("portal", **{flag: True})), portal(seen("portal"))
    assert [name for name in COUNTERS if getattr(with_it, name) != getattr(without, name)] == [counter]


# 5.3


def test_an_untouched_dossier_counts_only_in_5_3_from_the_end_of_its_window():
    side = new("portal")
    assert portal(side, SUBMITTED + WINDOW - MICROSECOND) == Counters()
    assert portal(side, SUBMITTED + WINDOW) == Counters(received=1, wanting=1)
    assert judge({"portal": side}, SUBMITTED).next_review_at <= SUBMITTED + WINDOW


def test_an_untouched_dossier_stands_in_the_month_of_its_submission_and_moves_when_accepted():
    submitted, accepted = at("30/10 09:00"), at("2/11 09:00")
    (waiting,) = marks({"portal": new("portal", submitted_at=submitted)}, accepted, View.PORTAL)
    (taken,) = marks({"portal": seen("portal", submitted_at=submitted, accepted_at=accepted)}, accepted, View.PORTAL)
    assert (waiting.month, taken.month) == (date(2026, 10, 1), date(2026, 11, 1))
    assert (taken.counters.received, taken.counters.wanting) == (1, 0)


def test_a_late_dossier_is_wanting_too():
    assert (portal(seen("portal"), DUE).wanting, portal(seen("portal"), DUE + MICROSECOND).wanting) == (0, 1)


def complained_of(side: Side, now: datetime, **complaint: Any) -> Counters:
    about = Petition(
        code="PAKN.20.261120.0001",
        status=PetitionStatus.PUBLISHED,
        agency="H20.14",
        received_at=LATER,
        updated_at=LATER,
        dossier_code=CODE,
        **complaint,
    )
    dossier = Dossier(code=CODE, sides={"portal": side}, petitions=(about, about))
    found = review(dossier, procedure(), RULES, calendar(), {"portal": now, "igate": now}, now=now).marks
    assert len(found) <= 1
    return found[0].counters if found else Counters()


@pytest.mark.parametrize(
    ("complaint", "counts"), [({}, 0), ({"satisfied": True}, 0), ({"satisfied": False}, 1), ({"repeated": True}, 1)]
)
def test_a_dissatisfied_or_repeated_petition_makes_its_dossier_wanting_in_time_or_not(complaint, counts):
    in_time = complained_of(seen("portal"), DUE, **complaint)
    assert (in_time.received, in_time.wanting, in_time.on_time) == (1, counts, 1)


def test_a_dossier_late_and_complained_of_twice_is_wanting_once():
    late = complained_of(seen("portal"), DUE + MICROSECOND, satisfied=False, repeated=True)
    assert (late.received, late.wanting, late.on_time) == (1, 1, 0)


def test_a_complaint_about_an_untouched_dossier_counts_with_it_from_the_end_of_its_window():
    side = new("portal")
    assert complained_of(side, SUBMITTED + WINDOW - MICROSECOND, satisfied=False) == Counters()
    assert complained_of(side, SUBMITTED + WINDOW, satisfied=False) == Counters(received=1, wanting=1)


# Waiting


def test_marks_stay_as_they_were_judged_while_the_portal_is_behind():
    sides = {"portal": seen("portal")}
    before = judge(sides, LATER)
    behind = judge(sides, DUE + MICROSECOND, read_to={"portal": LATER})
    assert behind.marks == before.marks
    assert "portal" in behind.waits_for


def test_marks_of_a_side_that_cannot_be_read_stay():
    stood = judge(both(), LATER).marks
    dossier = Dossier(code=CODE, sides={"portal": Unreadable(LATER), "igate": seen()}, marks=stood)
    read = {"portal": LATER, "igate": LATER}
    assert set(review(dossier, None, RULES, calendar(), read, now=LATER).marks) == set(stood)


@given(worlds(), shares)
def test_no_mark_changes_by_itself_before_the_next_review(world, share):
    answer = world.judged()
    assert _again(world, answer, now=_before_next(answer, world.now, share)).marks == answer.marks


@given(worlds())
def test_reviewing_again_leaves_the_marks(world):
    answer = world.judged()
    assert _again(world, answer).marks == answer.marks


@given(worlds())
def test_no_numerator_is_larger_than_its_denominator(world):
    for mark in world.judged().marks:
        of = mark.counters
        assert of.synced <= of.to_sync
        assert max(of.on_time, of.online, of.digitised, of.reused, of.stored, of.population, of.finished) <= of.accepted
        assert of.paid <= of.fee
        assert of.result <= of.paper
        assert of.wanting <= of.received


@given(worlds())
def test_a_view_has_at_most_one_mark_that_counts_as_accepted_or_received(world):
    for view in View:
        counted = [mark.counters for mark in world.judged().marks if mark.view is view]
        assert sum(of.accepted for of in counted) <= 1
        assert sum(of.received for of in counted) <= 1
        assert sum(of.to_sync for of in counted) <= 1


def _again(world: World, answer: Review, **other: Any) -> Review:
    world = world._replace(**other)
    dossier = Dossier(
        code=CODE, sides=world.sides, standing={finding.family: finding for finding in answer.findings}, marks=answer.marks
    )
    return review(dossier, world.procedure, RULES_OF_WORLDS, calendar(), world.read_to, now=world.now)

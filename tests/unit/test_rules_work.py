"""Requests for papers, pauses, fees, results and apologies."""

from datetime import timedelta

import pytest

from shared.domain.dossiers import Unreadable
from shared.domain.findings import Responsible, Severity
from shared.domain.records import Apology, Channel, Supplement
from shared.domain.statuses import Status

from .builders import (
    ACCEPTED,
    DUE,
    MICROSECOND,
    absent,
    at,
    both,
    ends_exactly,
    find,
    found,
    judge,
    procedure,
    ripens_exactly,
    seen,
    starts_exactly,
    supplement,
)

NOW = at("20 10:00")
LATE = DUE + MICROSECOND
ENDS = [{"status": Status.REFUSED}, {"status": Status.FINISHED}, {"status": Status.STOPPED, "finished_at": NOW}]

# Repeated requests

TWICE = (supplement("19 09:00", "19 10:00"), supplement("18 09:00", "18 10:00"))


def test_a_second_request_is_told_at_once():
    starts_exactly(both(supplements=TWICE), at("19 09:00"), "supplement.repeated")
    finding = found(both(supplements=TWICE), NOW, "supplement.repeated")
    assert (finding.since, finding.severity, finding.ripe) == (at("19 09:00"), Severity.WARNING, True)
    assert (finding.details["requests"], finding.responsible) == (2, Responsible.HANDLING)


def test_a_third_request_leaves_it_at_the_second():
    thrice = (*TWICE, supplement("20 09:00"))
    finding = found(both(supplements=thrice), NOW, "supplement.repeated")
    assert (finding.since, finding.details["requests"]) == (at("19 09:00"), 3)


def test_one_request_is_not_repeated():
    assert absent(both(supplements=TWICE[:1]), NOW, "supplement.repeated")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("family", ["supplement.repeated", "request.late"])
def test_what_ended_is_told_no_more(family, end):
    assert absent(both(supplements=(*TWICE, supplement("27 08:00")), **end), at("30 08:00"), family)


def test_home_decides_about_requests_and_the_portal_when_home_uses_an_unknown_status():
    on_portal = {"igate": seen(), "portal": seen("portal", supplements=TWICE)}
    assert absent(on_portal, NOW, "supplement.repeated")
    assert not absent(on_portal | {"igate": seen(status=Status.UNKNOWN)}, NOW, "supplement.repeated")


# Late requests


@pytest.mark.parametrize(
    ("asked", "request_after"),
    [
        (DUE, False),
        (DUE + MICROSECOND, True),
    ],
)
def test_a_request_is_late_only_after_the_due_date(asked, request_after):
    sides = both(status=Status.SUPPLEMENT, supplements=(Supplement(asked_at=asked),))
    assert absent(sides, at("30 08:00"), "request.late") is not request_after


def test_a_late_request_is_told_at_once_since_it_was_asked():
    sides = both(supplements=(supplement("27 08:00"), supplement("28 08:00")))
    starts_exactly(sides, at("27 08:00"), "request.late")
    finding = found(sides, at("30 08:00"), "request.late")
    assert (finding.since, finding.severity, finding.ripe) == (at("27 08:00"), Severity.WARNING, True)
    assert finding.responsible is Responsible.HANDLING


def test_the_requests_own_old_due_date_is_the_one_that_stood():
    moved = both(due_at=at("30 16:00"), supplements=(supplement("20 08:00", "20 09:00", old="19 16:00", new="30 16:00"),))
    assert found(moved, NOW, "request.late").details["due_then_at"] == "2026-11-19T09:00:00Z"


def test_time_answered_before_it_moves_the_due_date_that_stood():
    earlier = supplement("18 08:00", "19 08:00")
    assert absent(both(supplements=(earlier, supplement("27 16:00"))), at("30 08:00"), "request.late")
    assert not absent(both(supplements=(earlier, supplement("27 16:01"))), at("30 08:00"), "request.late")


def test_time_answered_after_it_does_not():
    sides = both(supplements=(supplement("18 08:00", "28 08:00"), supplement("26 16:01")))
    assert found(sides, at("30 08:00"), "request.late").since == at("26 16:01")


def test_an_earlier_request_that_moved_the_due_date_gives_no_time_besides():
    earlier = supplement("18 08:00", "19 08:00", old="25 16:00", new="26 16:00")
    assert found(both(supplements=(earlier, supplement("26 16:01"))), at("30 08:00"), "request.late")


def test_without_a_due_date_no_request_is_late():
    assert absent(both(due_at=None, supplements=(supplement("27 08:00"),)), at("30 08:00"), "request.late")


# Pauses

TEN_DAYS_ON = at("2/12 08:00")  # ten working days after Tuesday 17 November 08:00, a holiday between


@pytest.mark.parametrize("status", [Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED, Status.PAUSED])
def test_a_wait_is_too_long_after_ten_working_days(status):
    ripens_exactly(both(status=status), TEN_DAYS_ON, "pause.too_long")
    finding = found(both(status=status), TEN_DAYS_ON, "pause.too_long")
    assert (finding.since, finding.severity) == (ACCEPTED, Severity.WARNING)


def test_a_wait_for_papers_begins_with_the_last_unanswered_request():
    requests = (supplement("18 08:00"), supplement("17 09:00"), supplement("19 08:00", "19 09:00"))
    sides = both(status=Status.SUPPLEMENT, status_since=NOW, supplements=requests)
    assert found(sides, at("31/12 08:00"), "pause.too_long").since == at("18 08:00")


@pytest.mark.parametrize("status", [Status.PAYMENT, Status.STOPPED, Status.PAUSED])
def test_other_waits_begin_when_their_status_was_first_seen(status):
    sides = both(status=status, status_since=NOW, supplements=(supplement("18 08:00"),))
    assert found(sides, at("31/12 08:00"), "pause.too_long").since == NOW


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED, Status.PAUSED}))
def test_nothing_else_is_a_wait(status):
    assert absent(both(status=status), at("31/12 08:00"), "pause.too_long")


def test_a_stop_with_an_end_date_is_no_wait():
    assert absent(both(status=Status.STOPPED, refused_at=NOW), at("31/12 08:00"), "pause.too_long")


@pytest.mark.parametrize(
    ("values", "who"),
    [
        ({"status": Status.SUPPLEMENT}, Responsible.CITIZEN),
        ({"status": Status.PAYMENT}, Responsible.CITIZEN),
        ({"status": Status.PAYMENT, "paid_at": ACCEPTED}, Responsible.HANDLING),
        ({"status": Status.STOPPED}, Responsible.HANDLING),
        ({"status": Status.PAUSED}, Responsible.HANDLING),
    ],
)
def test_whoever_is_waited_for_is_named(values, who):
    assert found(both(**values), TEN_DAYS_ON, "pause.too_long").responsible is who


# Payments nobody noticed

PAID = at("18 09:00")
UNNOTICED = {"status": Status.PAYMENT}


@pytest.mark.parametrize("side", ["igate", "portal"])
def test_a_payment_on_either_side_is_unnoticed_eight_working_hours_later(side):
    sides = both(**UNNOTICED) | {side: seen(side, **UNNOTICED, paid_at=PAID)}
    ripens_exactly(sides, at("19 09:00"), "payment.unnoticed")
    finding = found(sides, at("19 09:00"), "payment.unnoticed")
    assert (finding.since, finding.severity, finding.responsible) == (PAID, Severity.WARNING, Responsible.HANDLING)


def test_a_payment_without_a_date_counts_since_the_status_was_first_seen():
    sides = both(**UNNOTICED, status_since=PAID, paid_online=True)
    assert found(sides, NOW, "payment.unnoticed").since == PAID


def test_the_earlier_of_two_payment_dates_counts():
    sides = {"igate": seen(**UNNOTICED, paid_at=NOW), "portal": seen("portal", paid_at=PAID)}
    assert found(sides, at("25 08:00"), "payment.unnoticed").since == PAID


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PAYMENT}))
def test_once_home_goes_on_the_payment_was_noticed(status):
    sides = {"igate": seen(status=status, paid_at=PAID)}
    assert absent(sides, at("25 08:00"), "payment.unnoticed")


def test_an_unpaid_fee_is_not_unnoticed():
    assert absent(both(**UNNOTICED, fee_owed=True), at("25 08:00"), "payment.unnoticed")


def test_a_portal_still_waiting_for_a_payment_home_has_noticed_is_not_asked_about_here():
    sides = {"igate": seen(paid_at=PAID), "portal": seen("portal", **UNNOTICED)}
    assert absent(sides, at("25 08:00"), "payment.unnoticed")


# Results that do not count as online

FINISHED = at("19 09:00")
ENDED = {"status": Status.FINISHED, "finished_at": FINISHED, "updated_at": FINISHED}
PAPER = procedure(gives_paper_result=True)


@pytest.mark.parametrize("status", [Status.FINISHED, Status.RETURNED])
def test_a_missing_electronic_result_is_told_eight_working_hours_after_the_end(status):
    sides = both(**(ENDED | {"status": status}))
    ripens_exactly(sides, at("20 09:00"), "result.missing", about=PAPER)
    finding = found(sides, NOW, "result.missing", about=PAPER)
    assert (finding.since, finding.severity, finding.responsible) == (FINISHED, Severity.WARNING, Responsible.HANDLING)


@pytest.mark.parametrize(
    ("values", "about"),
    [
        ({"electronic_result": True}, PAPER),
        ({"channel": Channel.DIRECT}, PAPER),
        ({"status": Status.PROCESSING}, PAPER),
        ({"status": Status.REFUSED}, PAPER),
        ({"status": Status.STOPPED}, PAPER),
        ({}, procedure(gives_paper_result=False)),
        ({}, procedure(gives_paper_result=None)),
        ({}, None),
    ],
)
def test_no_electronic_result_is_missing_otherwise(values, about):
    assert absent(both(**(ENDED | values)), NOW, "result.missing", about=about)


def test_the_portals_result_does_not_make_up_for_homes():
    sides = {"igate": seen(**ENDED), "portal": seen("portal", **ENDED, electronic_result=True)}
    assert not absent(sides, NOW, "result.missing", about=PAPER)


def test_without_a_home_record_no_result_is_asked_for():
    assert absent({"portal": seen("portal", **ENDED)}, NOW, "result.missing", about=PAPER)


def test_the_portal_says_whether_it_was_online_unless_it_cannot_be_read():
    direct = {"igate": seen(**ENDED), "portal": seen("portal", **ENDED, channel=Channel.DIRECT)}
    assert absent(direct, NOW, "result.missing", about=PAPER)
    assert not absent(direct | {"portal": Unreadable(FINISHED)}, NOW, "result.missing", about=PAPER)


def test_an_unknown_status_at_home_keeps_a_missing_result():
    first = judge(both(**ENDED), NOW, about=PAPER)
    unknown = {"igate": seen(**(ENDED | {"status": Status.UNKNOWN})), "portal": seen("portal", **ENDED)}
    assert not absent(unknown, NOW, "result.missing", about=PAPER, standing=first)
    assert absent(unknown, NOW, "result.missing", about=PAPER)


# Apologies

APOLOGY = at("27 16:00")  # eight working hours past the due date


def test_an_overdue_dossier_owes_an_apology_eight_working_hours_past_its_due_date():
    starts_exactly(both(), LATE, "apology.missing")
    ripens_exactly(both(), APOLOGY, "apology.missing")
    finding = found(both(), APOLOGY, "apology.missing")
    assert (finding.since, finding.due_at, finding.severity) == (DUE, DUE, Severity.WARNING)
    assert finding.responsible is Responsible.HANDLING


def test_an_apology_sent_is_not_missing_whatever_it_promised():
    sent = Apology(sent_at=LATE, new_due_at=at("30 16:00"))
    assert absent(both(apology=sent), APOLOGY, "apology.missing")
    assert not absent({"igate": seen(), "portal": seen("portal", apology=sent)}, APOLOGY, "apology.missing")


@pytest.mark.parametrize(
    "end",
    [
        {"status": Status.FINISHED, "finished_at": at("27 08:00")},
        {"status": Status.STOPPED, "returned_at": at("27 08:00")},
        {"status": Status.REFUSED, "refused_at": at("27 08:00")},
        {"status": Status.WITHDRAWN, "status_since": at("27 08:00")},
    ],
)
def test_a_late_end_owes_one_for_thirty_days(end):
    ends_exactly(both(**end), at("27/12 08:00"), "apology.missing")


@pytest.mark.parametrize(("ended", "owed"), [(DUE, False), (LATE, True)])
def test_an_end_in_time_owes_none(ended, owed):
    sides = both(status=Status.FINISHED, finished_at=ended)
    assert absent(sides, APOLOGY, "apology.missing") is not owed


@pytest.mark.parametrize(("began", "owed"), [(DUE, False), (LATE, True)])
def test_standing_still_owes_one_only_if_it_was_late_when_that_began(began, owed):
    sides = both(status=Status.PAUSED, status_since=began)
    assert absent(sides, APOLOGY, "apology.missing") is not owed


@pytest.mark.parametrize("values", [{"status": Status.NEW}, {"due_at": None}])
def test_what_is_not_late_owes_none(values):
    assert absent(both(**values), APOLOGY, "apology.missing")


def test_only_home_can_show_an_apology():
    assert absent({"portal": seen("portal")}, APOLOGY, "apology.missing")
    assert not absent({"igate": seen(), "portal": Unreadable(ACCEPTED)}, APOLOGY, "apology.missing")


def test_an_unknown_status_at_home_keeps_a_missing_apology():
    first = judge(both(), APOLOGY)
    sides = both() | {"igate": seen(status=Status.UNKNOWN)}
    assert absent(sides, APOLOGY, "apology.missing")
    assert find(judge(sides, APOLOGY, standing=first), "apology.missing") == find(first, "apology.missing")


def test_due_for_an_apology_is_the_date_that_counts():
    waited = both(supplements=(supplement("18 08:00", "19 08:00"),))
    starts_exactly(waited, LATE + timedelta(days=1), "apology.missing")

"""`portal.*`: what the portal will count although nobody at home is late."""

from datetime import timedelta

import pytest

from shared.domain.dossiers import Unreadable
from shared.domain.findings import Responsible, Severity
from shared.domain.records import Channel
from shared.domain.statuses import Status

from .builders import ACCEPTED, DUE, MICROSECOND, SUBMITTED, absent, at, found, judge, new, seen, starts_exactly, supplement

CLOSES = SUBMITTED + timedelta(hours=8)
WARN = SUBMITTED + timedelta(hours=6)
WARN_DUE = at("25 16:00")  # 8 working hours before the due date


def taken_up(**values):
    return {"portal": new("portal"), "igate": seen(**({"updated_at": ACCEPTED} | values))}


def test_intake_the_portal_does_not_show_is_told_two_hours_before_its_window_closes():
    starts_exactly(taken_up(), WARN, "portal.intake")
    finding = found(taken_up(), WARN, "portal.intake")
    assert (finding.since, finding.due_at, finding.ripe) == (WARN, CLOSES, True)
    assert finding.responsible is Responsible.CONNECTION


def test_it_is_critical_from_the_moment_the_window_closes():
    assert found(taken_up(), CLOSES - MICROSECOND, "portal.intake").severity is Severity.WARNING
    assert found(taken_up(), CLOSES, "portal.intake").severity is Severity.CRITICAL
    assert found(taken_up(), CLOSES, "portal.intake").since == WARN


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.NEW, Status.UNKNOWN}))
def test_any_known_status_but_new_is_taken_up(status):
    assert not absent(taken_up(status=status), CLOSES, "portal.intake")


@pytest.mark.parametrize(
    "sides",
    [
        {"portal": new("portal"), "igate": new()},
        {"portal": new("portal")},
        {"portal": new("portal", channel=Channel.DIRECT), "igate": seen()},
        {"portal": new("portal", submitted_at=None), "igate": seen()},
        {"portal": seen("portal"), "igate": seen()},
        {"portal": new("portal"), "igate": seen(status=Status.UNKNOWN)},
        {"portal": new("portal", status=Status.UNKNOWN), "igate": seen()},
        {"portal": Unreadable(ACCEPTED), "igate": seen()},
    ],
)
def test_the_portal_is_not_wrong_about_intake_otherwise(sides):
    assert absent(sides, CLOSES, "portal.intake")


def test_an_unknown_status_keeps_what_stood():
    first = judge(taken_up(), CLOSES)
    assert not absent(taken_up(status=Status.UNKNOWN), CLOSES, "portal.intake", standing=first)


# Due dates


def still_running(**home):
    return {"portal": seen("portal"), "igate": seen(**home)}


IN_TIME = {"status": Status.FINISHED, "finished_at": at("20 09:00")}


@pytest.mark.parametrize(
    ("home", "reason"),
    [
        (IN_TIME, "ended_in_time"),
        ({"status": Status.RETURNED, "finished_at": DUE}, "ended_in_time"),
        (IN_TIME | {"due_at": None}, "ended_in_time"),
        ({"status": Status.WITHDRAWN, "status_since": at("20 09:00")}, "ended_in_time"),
        ({"status": Status.STOPPED, "refused_at": at("20 09:00")}, "ended_in_time"),
        ({"status": Status.STOPPED}, "stands_still"),
        ({"status": Status.PAUSED}, "stands_still"),
        ({"status": Status.SUPPLEMENT}, "stands_still"),
        ({"due_at": DUE + MICROSECOND}, "later_due_date"),
        ({"supplements": (supplement("18 09:00", "18 10:00"),)}, "later_due_date"),
    ],
)
def test_the_portals_due_date_is_told_eight_working_hours_before(home, reason):
    starts_exactly(still_running(**home), WARN_DUE, "portal.deadline")
    finding = found(still_running(**home), WARN_DUE, "portal.deadline")
    assert (finding.details["reason"], finding.since, finding.due_at, finding.ripe) == (reason, WARN_DUE, DUE, True)
    assert finding.responsible is Responsible.CONNECTION


def test_it_is_critical_once_the_portals_due_date_is_passed():
    assert found(still_running(**IN_TIME), DUE, "portal.deadline").severity is Severity.WARNING
    late = found(still_running(**IN_TIME), DUE + MICROSECOND, "portal.deadline")
    assert (late.severity, late.since) == (Severity.CRITICAL, WARN_DUE)


def test_the_portals_due_date_counts_the_time_waited_for_the_citizen():
    waited = seen("portal", supplements=(supplement("18 09:00", "19 09:00"),))
    starts_exactly({"portal": waited, "igate": seen(**IN_TIME)}, at("26 16:00"), "portal.deadline")


@pytest.mark.parametrize(
    "home",
    [
        {},
        {"due_at": None},
        {"due_at": DUE - MICROSECOND},
        {"status": Status.FINISHED, "finished_at": DUE + MICROSECOND},
        {"status": Status.FINISHED, "finished_at": DUE + timedelta(days=9), "due_at": DUE + timedelta(days=1)},
        IN_TIME | {"status": Status.UNKNOWN},
    ],
)
def test_the_portal_is_right_when_home_runs_or_ended_late_itself(home):
    assert absent(still_running(**home), DUE + MICROSECOND, "portal.deadline")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACCEPTED, Status.PROCESSING, Status.PAYMENT}))
def test_a_portal_whose_clock_does_not_run_counts_nothing(status):
    sides = {"portal": seen("portal", status=status), "igate": seen(**IN_TIME)}
    assert absent(sides, DUE + MICROSECOND, "portal.deadline")


def test_a_portal_without_a_due_date_counts_nothing():
    assert absent({"portal": seen("portal", due_at=None), "igate": seen(**IN_TIME)}, DUE, "portal.deadline")
